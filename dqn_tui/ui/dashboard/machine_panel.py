"""What the run uses of its machine."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

from dqn_tui.ui.charts.chart_facts import until_measured
from dqn_tui.ui.widgets.panel import FramedPanel
from dqn_tui.ui.widgets.rows import Row, centre_block
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.run_view import RunView
from dqn_tui.view.series import Series
from dqn_tui.view.sparkline import sparkline
from dqn_tui.view.text import size

_LABEL_WIDTH = 12
_VALUE_WIDTH = 8
_LEAST_HISTORY = 4
# Leaves a gap to the row above where a value hardly changes.
_HEADROOM = 1.3


class _Reading(NamedTuple):
    """One measured thing: what it is called, how its values are written, and where its bars end."""

    label: str
    series: Callable[[RunView], Series]
    show: Callable[[float], str]
    full: float | None = None


def _percent(value: float) -> str:
    return f"{value:.0f}%"


# By importance: the last ones are left out where there is no room. 100 % is one busy core.
_READINGS = (
    _Reading("processor", lambda view: view.cpu, _percent),
    _Reading("memory", lambda view: view.memory, size),
    _Reading("GPU", lambda view: view.gpu, _percent, 100.0),
    _Reading("GPU memory", lambda view: view.gpu_memory, size),
    _Reading("disk free", lambda view: view.disk_free, size),
)


class MachinePanel(FramedPanel):
    """Newest value and history of each thing that is measured; what a machine does not have is left out."""

    scene: RunScene

    def content_key(self) -> Hashable:
        """Return the newest values, which come every few seconds."""
        view = self.scene.shown
        values = tuple((reading.series(view).last, reading.series(view).x_last) for reading in _READINGS)
        return (*values, view.is_over)

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return one row for each measured thing."""
        view = self.scene.shown
        known = [(reading, value) for reading in _READINGS if (value := reading.series(view).last) is not None]
        if not known:
            return centre_block([[(until_measured(view), "muted")]], width, height)
        return [self._row(reading, value, width) for reading, value in known[:height]]

    def _row(self, reading: _Reading, value: float, width: int) -> Row:
        row: Row = [(f" {reading.label:<{_LABEL_WIDTH}}", "muted"), (f"{reading.show(value):>{_VALUE_WIDTH}}", "text")]
        room = width - _LABEL_WIDTH - _VALUE_WIDTH - 4
        if room < _LEAST_HISTORY:
            return row
        series = reading.series(self.scene.shown)
        highest = reading.full or _HEADROOM * (series.maximum or 1.0)
        history = sparkline(series, room, self.scene.marker, y_range=(0.0, highest))
        return [*row, ("  ", "text"), (history, "spark-primary")]
