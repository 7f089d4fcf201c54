"""One of the runs that are compared."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import numpy as np

from dqn_tui.events import Event
from dqn_tui.view.run_view import RunView
from dqn_tui.view.series import Series
from dqn_tui.view.text import base_name
from dqn_tui.view.x_unit import XUnit


class ComparedRun:
    """A run, from its events alone.

    Attributes:
        path: the run folder.
        view: all that is known of it.
        problem: why it cannot be read any more, in one line; None if it can.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.view = RunView()
        self.problem: str | None = None
        self._kept: dict[Hashable, tuple[Hashable, Series]] = {}

    @property
    def name(self) -> str:
        """The name of its folder."""
        return base_name(self.path) or self.path

    def apply_all(self, batch: Sequence[Event]) -> None:
        """Apply events, oldest first."""
        self.view.apply_all(batch)

    def evaluations(self) -> Series:
        """Return the means of its evaluations over steps."""
        points = self.view.evaluations
        key = (len(points), points[-1:])
        return self._keep("evaluations", key, lambda: _series_of([(point.step, point.mean) for point in points]))

    def placed(self, name: Hashable, series: Series, unit: XUnit) -> Series:
        """Return the series over an axis of that unit, made anew only when the run has grown.

        `name` distinguishes it from all others of the run.
        """
        if unit is XUnit.STEP:
            return series
        scale = self.view.x_scale(unit)
        key = (series.version, self.view.version)
        return self._keep((name, unit), key, lambda: Series.from_buckets(scale.place_series(series).rows()))

    def _keep(self, name: Hashable, key: Hashable, make: Callable[[], Series]) -> Series:
        known = self._kept.get(name)
        if known is None or known[0] != key:
            known = self._kept[name] = (key, make())
        return known[1]


def _series_of(points: list[tuple[int, float]]) -> Series:
    """Return a series of the finite points, of those at one step the newest."""
    newest = {step: value for step, value in points if np.isfinite(value)}
    steps = sorted(newest)
    return Series.from_points(np.array(steps, float), np.array([newest[step] for step in steps], float))
