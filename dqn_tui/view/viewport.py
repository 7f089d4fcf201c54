"""Which part of the charts is shown, and which x is read off: one state for all charts of a screen."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from dqn_tui.view.cells import Cells
from dqn_tui.view.x_scale import XScale
from dqn_tui.view.x_unit import XUnit

Range = tuple[float, float]

# The shortest stretch of x that can be shown.
_LEAST_SPAN = {XUnit.STEP: 10.0, XUnit.SECOND: 1.0, XUnit.EPISODE: 5.0, XUnit.UPDATE: 10.0}
# A window that ends this near to the newest x, as a share of its span, follows it.
_AT_END = 1e-3
_MOST_Y_ZOOM = 12


@dataclass(frozen=True)
class YWindow:
    """A stretch of y, `depth` steps of zoom below everything."""

    low: float
    high: float
    is_log: bool
    depth: int = 0

    @property
    def range(self) -> Range:
        """The bounds, as values."""
        return (10**self.low, 10**self.high) if self.is_log else (self.low, self.high)

    def zoomed(self, factor: float, about: float) -> YWindow:
        """Return the window `factor` times as high, with the value `about` where it was."""
        fixed = self._height(about)
        return replace(self, low=fixed - (fixed - self.low) * factor, high=fixed + (self.high - fixed) * factor)

    def panned(self, share: float) -> YWindow:
        """Return the window moved up by a share of its height."""
        distance = share * (self.high - self.low)
        return replace(self, low=self.low + distance, high=self.high + distance)

    def _height(self, value: float) -> float:
        """Return a value as a height between the bounds; the middle for one that has none there."""
        height = (math.log10(value) if value > 0 else math.nan) if self.is_log else value
        return height if self.low <= height <= self.high else self.low / 2 + self.high / 2


@dataclass
class Viewport:
    """Zoom, crosshair and unit of x. Everything along x is in that unit.

    Its methods take `end`, the newest x of the data, which everything begins at 0 and ends at.

    Attributes:
        unit: what the x axis counts.
        version: grows with every change.
        pinned: x of the crosshair that the user placed; None: there is none.
        pointed: x under the mouse, which is read off in its place.
    """

    unit: XUnit = XUnit.STEP
    version: int = 0
    pinned: float | None = None
    pointed: float | None = None
    _window: Range | None = None
    _is_following: bool = False
    _y_windows: dict[str, YWindow] = field(default_factory=dict)

    # --- the crosshair ---

    @property
    def crosshair(self) -> float | None:
        """The x whose values are read off; None: the newest values are shown."""
        return self.pinned if self.pointed is None else self.pointed

    def pin(self, x: float | None) -> None:
        """Place the crosshair, or remove it."""
        if (self.pinned, self.pointed) != (x, None):
            self.pinned, self.pointed = x, None
            self.version += 1

    def point_at(self, x: float | None) -> None:
        """Read off the x under the mouse; None: the mouse points at none."""
        if self.pointed != x:
            self.pointed = x
            self.version += 1

    def move(self, columns: int, cells: Cells, end: float) -> None:
        """Move the crosshair by columns of a chart; the first move enters from the edge that it moves away from.

        Where it leaves a zoomed window, the window moves with it.
        """
        place = None if self.crosshair is None else cells.at(self.crosshair)
        if place is None:
            place = cells.columns if columns < 0 else -1
        x = min(max(cells.middle(place + columns), min(end, cells.width / 2)), max(0.0, end - cells.width / 2))
        self.pin(x)
        self._reveal(x, cells.width, end)

    def move_to_edge(self, cells: Cells, *, is_last: bool) -> None:
        """Move the crosshair to the first or the last column in sight."""
        self.pin(cells.middle(cells.columns - 1 if is_last else 0))

    # --- along x ---

    @property
    def is_zoomed_in_x(self) -> bool:
        """Whether only a part of x is in sight."""
        return self._window is not None

    def x_range(self, end: float) -> Range:
        """Return the stretch of x in sight: everything, or the window."""
        if self._window is None:
            return 0.0, end
        low, high = self._window
        return (max(0.0, end - (high - low)), end) if self._is_following else (low, high)

    def zoom_x(self, factor: float, about: float | None, end: float) -> None:
        """Show `factor` times as much of x, with `about` where it was; None: the crosshair, else the newest x."""
        low, high = self.x_range(end)
        about = self.crosshair if about is None else about
        fixed = high if about is None else min(max(about, low), high)
        self._look_at(fixed - (fixed - low) * factor, fixed + (high - fixed) * factor, end)

    def pan_x(self, share: float, end: float) -> None:
        """Move the window to the right by a share of its width; nothing where everything is in sight."""
        if self._window is not None:
            low, high = self.x_range(end)
            self._look_at(low + share * (high - low), high + share * (high - low), end)

    def _reveal(self, x: float, margin: float, end: float) -> None:
        if self._window is not None:
            low, high = self.x_range(end)
            distance = min(0.0, x - margin / 2 - low) or max(0.0, x + margin / 2 - high)
            if abs(distance) > 1e-9 * (high - low):
                self._look_at(low + distance, high + distance, end)

    def _look_at(self, low: float, high: float, end: float) -> None:
        """Show a stretch as far as there is data, moved inside it where it is short enough."""
        span = max(high - low, min(end, _LEAST_SPAN[self.unit]))
        if span >= end * (1 - _AT_END):
            self._window = None
        else:
            low = min(max(0.0, low), end - span)
            self._window = low, low + span
            self._is_following = low + span >= end - span * _AT_END
        self.version += 1

    # --- along y, for each chart ---

    def y_window(self, chart: str, *, is_log: bool) -> Range | None:
        """Return the stretch of y of a chart; None: what its data need."""
        window = self._y_windows.get(chart)
        return window.range if window is not None and window.is_log == is_log else None

    def zoom_y(self, chart: str, factor: float, about: float | None, shown: Range, *, is_log: bool) -> None:
        """Show `factor` times as much of y, with `about` where it was; `shown` is what the chart shows now.

        As many steps out as in lead back to all that the data need.
        """
        window = self._current(chart, shown, is_log)
        depth = window.depth + (1 if factor < 1 else -1)
        if depth <= 0:
            self._y_windows.pop(chart, None)
        elif depth <= _MOST_Y_ZOOM:
            about = math.nan if about is None else about
            self._y_windows[chart] = replace(window.zoomed(factor, about), depth=depth)
        self.version += 1

    def pan_y(self, chart: str, share: float, *, is_log: bool) -> None:
        """Move the window of a chart up by a share of its height; nothing where all its data are in sight."""
        window = self._y_windows.get(chart)
        if window is not None and window.is_log == is_log:
            self._y_windows[chart] = window.panned(share)
            self.version += 1

    def _current(self, chart: str, shown: Range, is_log: bool) -> YWindow:
        window = self._y_windows.get(chart)
        if window is not None and window.is_log == is_log:
            return window
        low, high = (math.log10(bound) for bound in shown) if is_log else shown
        return YWindow(low, high, is_log)

    # --- everything ---

    def is_zoomed(self, chart: str, *, has_x: bool, is_log: bool) -> bool:
        """Return whether a chart shows only a part of its data; `has_x`: whether its x axis is the common one."""
        return (has_x and self._window is not None) or self.y_window(chart, is_log=is_log) is not None

    def show_all(self) -> None:
        """Show everything again, in all charts."""
        self._window = None
        self._y_windows.clear()
        self.version += 1

    def switch(self, old: XScale, new: XScale) -> None:
        """Count x in another unit; window and crosshair remain at their steps."""

        def moved(x: float) -> float:
            return new.x_of(old.step_of(x))

        self.unit = new.unit
        if self._window is not None:
            low, high = map(moved, self._window)
            self._window = (low, high) if high > low else None
        self.pinned = None if self.pinned is None else moved(self.pinned)
        self.pointed = None
        self.version += 1
