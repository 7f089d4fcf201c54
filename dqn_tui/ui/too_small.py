"""What stands on a terminal that is too small for the dashboard."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from dqn_tui.ui.layout import SMALLEST
from dqn_tui.ui.panel import Panel
from dqn_tui.ui.rows import Row, centre_block
from dqn_tui.ui.states import state_run


class TooSmallPanel(Panel):
    """Says which size is needed and which one there is. Training goes on meanwhile."""

    def content_key(self) -> Hashable:
        """The state word stands here too."""
        return self.scene.live.state

    def build_rows(self, width: int, height: int) -> Sequence[Row]:
        """Up to four lines in the middle, the most important ones where there are fewer rows."""
        word, role = state_run(self.scene.live.state)
        lines: list[Row] = [
            [("too small", "warning")],
            [("needs ", "muted"), (f"{SMALLEST.width}x{SMALLEST.height}", "strong")],
            [("it has ", "muted"), (f"{width}x{height}", "strong")],
            [(word.strip(), role)],
        ]
        return centre_block(lines[:height], width, height)
