"""The state that every panel draws from: the run, and how the user wants to see it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path

from dqn_tui.control import Access
from dqn_tui.ui.widgets.colors import Colors
from dqn_tui.view.run_view import RunView
from dqn_tui.view.text import ASCII
from dqn_tui.view.viewport import Viewport
from dqn_tui.view.x_scale import XScale
from dqn_tui.view.x_unit import XUnit


@dataclass
class Scene:
    """State of one screen. The screen writes it; its panels only read it.

    Attributes:
        marker: braille, block or ascii.
        colors: styles under the current theme.
        live: the run as it is now.
        frozen: a copy of the run while the view is frozen, else None.
        env: environment, known before the run reports it.
        seed: seed, known before the run reports it.
        start: folder that the program was started in; paths inside it are shown relative to it.
        access: what can be done with the run.
        now: UTC seconds at the last tick.
        smoothing: strength of smoothing in the charts, one of `SmoothedSeries.WINDOWS`; 1 is off.
        selected: id of the focused pane.
        is_zoomed: whether the focused pane fills the screen.
        is_rollout_open: whether a rollout plays beside the charts.
        log_scaled: ids of the charts with a logarithmic axis.
        placed: ids of the panels that have a place on the dashboard.
        viewport: what the charts show along x and y, and which x is read off.
        version: grows with every change that concerns all panels.
    """

    marker: str = "braille"
    colors: Colors = field(default_factory=lambda: Colors({}))
    live: RunView = field(default_factory=RunView)
    frozen: RunView | None = None
    env: str = ""
    seed: int | None = None
    start: Path = field(default_factory=Path)
    access: Access = field(default_factory=Access)
    now: float = 0.0
    smoothing: int = 20
    selected: str = ""
    is_zoomed: bool = False
    is_rollout_open: bool = False
    log_scaled: set[str] = field(default_factory=set)
    placed: frozenset[str] = frozenset()
    viewport: Viewport = field(default_factory=Viewport)
    version: int = 0

    @property
    def shown(self) -> RunView:
        """The run to draw."""
        return self.frozen or self.live

    @property
    def is_frozen(self) -> bool:
        """Whether the picture is held while the run advances."""
        return self.frozen is not None

    @property
    def is_ascii(self) -> bool:
        """Whether only ASCII may reach the terminal."""
        return self.marker == ASCII

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
