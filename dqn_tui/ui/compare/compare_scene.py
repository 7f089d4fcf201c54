"""The state that the panels of a comparison draw from."""

from __future__ import annotations

from dataclasses import dataclass, field

from dqn_tui.ui.widgets.scene import Scene
from dqn_tui.view.comparison import Comparison
from dqn_tui.view.comparison_layers import ComparisonLayers
from dqn_tui.view.run_axis import RunAxis


@dataclass
class CompareScene(Scene):
    """State of the screen of a comparison. The screen writes it; its panels only read it.

    Attributes:
        comparison: the runs.
        layers: makes what the charts draw.
        axis: what x counts.
        by: setting that the runs are grouped by; None: not at all.
        bootstrap_seed: seed of the bootstrap.
        is_read: whether everything that the journals held at first is known.
        table: id of the table that was focused last.
        scroll: for each table the first row that is shown.
        hidden: for each table how many columns after the marks are left out.
    """

    comparison: Comparison = field(default_factory=lambda: Comparison(()))
    layers: ComparisonLayers = field(default_factory=lambda: ComparisonLayers(Comparison(())))
    axis: RunAxis = RunAxis.STEPS
    by: str | None = None
    bootstrap_seed: int = 0
    is_read: bool = False
    table: str = "runs"
    scroll: dict[str, int] = field(default_factory=dict)
    hidden: dict[str, int] = field(default_factory=dict)
