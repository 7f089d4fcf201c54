"""What charts of several runs can have on their x axis, and where the steps of a run lie on it."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from dqn_tui import events
from dqn_tui.view.buckets import LAST, X_FIRST, X_LAST
from dqn_tui.view.point_buffer import PointBuffer
from dqn_tui.view.series import Series


class RunAxis(enum.StrEnum):
    """What x counts. All but steps are read off the run's own course: they are not the same for two runs."""

    STEPS = "steps"
    TIME = "time"
    EPISODES = "episodes"
    UPDATES = "updates"

    @property
    def about(self) -> str:
        """The axis in words."""
        return {"time": "seconds of work, without pauses", "steps": "environment steps"}.get(self.value, self.value)

    @property
    def next(self) -> RunAxis:
        """The axis that follows it, the first one after the last."""
        axes = list(RunAxis)
        return axes[(axes.index(self) + 1) % len(axes)]


class Course:
    """How time, episodes and updates of one run grew with its steps, from its events."""

    def __init__(self) -> None:
        self._began = 0.0
        self._forget_all()

    @property
    def version(self) -> int:
        """Grows with each change."""
        return sum(track.version for track in self._tracks.values())

    def apply_all(self, batch: Iterable[events.Event]) -> None:
        """Apply events, oldest first."""
        for event in batch:
            match event:
                case events.EpisodeEnded():
                    self._points.add(self._tracks[RunAxis.EPISODES], event.step, event.episode)
                case events.Progress(metrics=metrics):
                    self._add(event.step, metrics.get("time/time_elapsed", event.time - self._began), metrics)
                case events.RunEnded():
                    self._add(event.step, event.wall_seconds, {"train/n_updates": event.updates})
                    self._points.add(self._tracks[RunAxis.EPISODES], event.step, event.episodes)
                case events.RunStarted():
                    self._forget_all()
                    self._began = event.time
                case events.RunResumed():
                    self._points.flush()
                    for track in self._tracks.values():
                        track.forget_after(event.step)
        self._points.flush()

    def _add(self, step: int, seconds: float, metrics: Mapping[str, float]) -> None:
        self._points.add(self._tracks[RunAxis.TIME], step, seconds)
        self._points.add(self._tracks[RunAxis.UPDATES], step, metrics.get("train/n_updates", 0.0))

    def _forget_all(self) -> None:
        self._points = PointBuffer()
        self._tracks: dict[RunAxis, Series] = {axis: Series() for axis in RunAxis if axis is not RunAxis.STEPS}

    def place(self, series: Series, axis: RunAxis) -> Series:
        """Return a series over steps as one over that axis; between two known places along a straight line."""
        if axis is RunAxis.STEPS:
            return series
        rows = series.rows().copy()
        steps, places = self._known(axis)
        rows[X_FIRST], rows[X_LAST] = (np.interp(rows[bound], steps, places) for bound in (X_FIRST, X_LAST))
        return Series.from_buckets(rows)

    def at(self, step: float, axis: RunAxis) -> float:
        """Return the place of a step on that axis."""
        return step if axis is RunAxis.STEPS else float(np.interp(step, *self._known(axis)))

    def _known(self, axis: RunAxis) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return steps and their places; a run begins at 0 of everything, and nothing ever falls."""
        rows = self._tracks[axis].rows()
        places = np.maximum.accumulate(np.append(0.0, rows[LAST]))
        return np.append(0.0, rows[X_LAST]), places
