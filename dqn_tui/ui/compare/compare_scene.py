"""The state that the panels of a comparison draw from."""

from __future__ import annotations

from dataclasses import dataclass, field

from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.comparison import Comparison
from dqn_tui.view.comparison_layers import ComparisonLayers
from dqn_tui.view.x_scale import STEPS, XScale
from dqn_tui.view.x_unit import XUnit


@dataclass
class CompareScene(RunScene):
    """State of the screen of a comparison. The screen writes it; its panels only read it.

    Attributes:
        comparison: the runs.
        layers: makes what the charts draw.
        by: setting that the runs are grouped by; None: not at all.
        bootstrap_seed: seed of the bootstrap.
        is_read: whether everything that the journals held at first is known.
        table: id of the table that was focused last.
        scroll: for each table the first row that is shown.
        hidden: for each table how many columns after the marks are left out.
    """

    comparison: Comparison = field(default_factory=lambda: Comparison(()))
    layers: ComparisonLayers = field(default_factory=lambda: ComparisonLayers(Comparison(())))
    by: str | None = None
    bootstrap_seed: int = 0
    is_read: bool = False
    table: str = "runs"
    scroll: dict[str, int] = field(default_factory=dict)
    hidden: dict[str, int] = field(default_factory=dict)

    @property
    def x_end(self) -> float:
        """The farthest x of any run, at least 1."""
        return self.comparison.x_end(self.viewport.unit)

    def x_scale_in(self, unit: XUnit) -> XScale:
        """Return the axis of the run with the most steps, at which crosshair and zoom remain when the unit changes."""
        longest = max(self.comparison.runs, key=lambda run: run.view.step, default=None)
        return STEPS if longest is None else longest.view.x_scale(unit)
