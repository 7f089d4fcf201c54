"""The note on a terminal that is too small for the dashboard."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from dqn_tui.ui.dashboard.layout import SMALLEST
from dqn_tui.ui.widgets.panel import Panel
from dqn_tui.ui.widgets.rows import Row, centre_block
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.ui.widgets.states import state_run


class TooSmallPanel(Panel):
    """The size that is needed and the size there is. Training continues meanwhile."""

    scene: RunScene

    def content_key(self) -> Hashable:
        """Return the state word, which is shown too."""
        return self.scene.live.state

    def build_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return up to four centred lines, the most important first."""
        word, role = state_run(self.scene.live.state)
        lines: list[Row] = [
            [("too small", "warning")],
            [("needs ", "muted"), (f"{SMALLEST.width}x{SMALLEST.height}", "strong")],
            [("is ", "muted"), (f"{width}x{height}", "strong")],
            [(word.strip(), role)],
        ]
        return centre_block(lines[:height], width, height)
