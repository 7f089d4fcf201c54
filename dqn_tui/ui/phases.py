"""Where the time goes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from dqn_tui.ui.panel import FramedPanel
from dqn_tui.ui.rows import Row, centre_block
from dqn_tui.view.text import bar

_ORDER = ("environment", "acting", "sampling", "learning", "evaluation", "saving", "other")
_LABEL_WIDTH = 12


class PhasesPanel(FramedPanel):
    """A bar for each phase of the training loop: its share of the time."""

    def title_row(self) -> Row:
        """Plain words."""
        return [("Where the time goes", "title")]

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:
        """Phases in the order of the loop; the smallest are left out where there is no room."""
        phases = {name: share for name, share in self.scene.shown.phases.items() if math.isfinite(share)}
        if not phases:
            return centre_block([[("measured once training runs", "muted")]], width, height)
        largest = sorted(phases, key=lambda name: -phases[name])[:height]
        names = [name for name in (*_ORDER, *phases) if name in largest]
        return [self._row(name, phases[name], width) for name in dict.fromkeys(names)]

    def _row(self, name: str, share: float, width: int) -> Row:
        bar_width = max(0, width - _LABEL_WIDTH - 8)
        return [
            (f" {name:<{_LABEL_WIDTH}}", "muted"),
            (f"{share:>4.0%} ", "text"),
            (bar(share, bar_width, self.scene.marker), "bar"),
        ]
