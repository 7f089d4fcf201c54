"""Shares of the time spent in each phase of training."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from dqn_tui.events import PHASES
from dqn_tui.ui.charts.chart_facts import until_measured
from dqn_tui.ui.widgets.panel import FramedPanel
from dqn_tui.ui.widgets.rows import Row, centre_block
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.text import bar

# In a fixed order, so that no row changes its place while someone reads it.
_FOLDED = ("saving", "evaluation", "acting", "sampling", "environment", "learning")
_LABEL_WIDTH = 12


class PhasesPanel(FramedPanel):
    """A bar for each phase of the training loop: its share of the time."""

    scene: RunScene

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the phases in the order of the loop; without room for all, "other" includes some of them."""
        phases = {name: share for name, share in self.scene.shown.phases.items() if math.isfinite(share)}
        if not phases:
            return centre_block([[(until_measured(self.scene.shown), "muted")]], width, height)
        folded = fold(phases, height)
        names = [name for name in dict.fromkeys((*PHASES, *folded)) if name in folded]
        return [self._row(name, folded[name], width) for name in names]

    def _row(self, name: str, share: float, width: int) -> Row:
        bar_width = max(0, width - _LABEL_WIDTH - 8)
        return [
            (f" {name:<{_LABEL_WIDTH}}", "muted"),
            (f"{share:>4.0%} ", "text"),
            (bar(share, bar_width, self.scene.marker), "bar"),
        ]


def fold(phases: Mapping[str, float], most: int) -> dict[str, float]:
    """Return at most `most` shares with the same sum; "other" includes those that do not fit."""
    folded = dict(phases)
    for name in _FOLDED:
        if len(folded) <= most:
            break
        if name in folded:
            folded["other"] = folded.get("other", 0.0) + folded.pop(name)
    return folded
