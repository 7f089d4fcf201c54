"""The state that the panels of a run draw from: the run, and how the user wants to see it."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path

from dqn_tui.control import Access
from dqn_tui.ui.widgets.scene import Scene
from dqn_tui.view.episode_table import EpisodeRow
from dqn_tui.view.run_view import RunView
from dqn_tui.view.viewport import Viewport
from dqn_tui.view.x_scale import XScale
from dqn_tui.view.x_unit import XUnit


@dataclass
class RunScene(Scene):
    """State of a screen that shows a run.

    Attributes:
        live: the run as it is now.
        frozen: a copy of the run while the view is frozen, else None.
        env: environment, known before the run reports it.
        seed: seed, known before the run reports it.
        start: folder that the program was started in; paths inside it are shown relative to it.
        access: what can be done with the run.
        now: UTC seconds at the last tick.
        smoothing: strength of smoothing in the charts, one of `SmoothedSeries.WINDOWS`; 1 is off.
        is_zoomed: whether the focused pane fills the screen.
        is_rollout_open: whether a rollout plays beside the charts.
        is_value_open: whether the value function is shown in that place; never both.
        log_scaled: ids of the charts with a logarithmic axis.
        placed: ids of the panels that have a place on the dashboard.
        viewport: what the charts show along x and y, and which x is read off.
    """

    live: RunView = field(default_factory=RunView)
    frozen: RunView | None = None
    env: str = ""
    seed: int | None = None
    start: Path = field(default_factory=Path)
    access: Access = field(default_factory=Access)
    now: float = 0.0
    smoothing: int = 20
    is_zoomed: bool = False
    is_rollout_open: bool = False
    is_value_open: bool = False
    log_scaled: set[str] = field(default_factory=set)
    placed: frozenset[str] = frozenset()
    viewport: Viewport = field(default_factory=Viewport)

    @property
    def shown(self) -> RunView:
        """The run to draw."""
        return self.frozen or self.live

    @property
    def is_frozen(self) -> bool:
        """Whether the picture is held while the run advances."""
        return self.frozen is not None

    @property
    def content_version(self) -> int:
        """The version of the run to draw."""
        return self.shown.version

    @property
    def key(self) -> Hashable:
        """What all panels depend on."""
        return self.version, self.is_frozen

    @property
    def steps_behind(self) -> int:
        """Steps that the run has taken since the view was frozen."""
        return max(0, self.live.step - self.shown.step)

    @property
    def x_scale(self) -> XScale:
        """The x axis of the run that is drawn."""
        return self.x_scale_in(self.viewport.unit)

    def x_scale_in(self, unit: XUnit) -> XScale:
        """Return the x axis in another unit."""
        return self.shown.x_scale(unit)

    def episode_at(self, x: float) -> EpisodeRow | None:
        """Return the training episode nearest to an x; None where there are none."""
        table = self.shown.episode_table
        if self.viewport.unit is XUnit.EPISODE:
            return table.nearest_to_number(x)
        return table.nearest_to_step(self.x_scale.step_of(x))

    @property
    def x_end(self) -> float:
        """The newest x, at least 1."""
        return max(1.0, self.x_scale.x_of(self.shown.step))

    @property
    def x_range(self) -> tuple[float, float]:
        """The stretch of x that the charts show."""
        return self.viewport.x_range(self.x_end)

    def x_place(self, columns: int) -> int:
        """Return a number that changes when the data move by about one of so many columns."""
        low, high = self.x_range
        return int(columns * (high / (high - low) if self.viewport.is_zoomed_in_x else math.log(high)))

    def has_place(self, panel: str) -> bool:
        """Return whether the panel of that id is on the dashboard."""
        return panel in self.placed
