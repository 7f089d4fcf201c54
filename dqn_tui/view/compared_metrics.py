"""The metrics that can be compared, each a series over steps of every run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dqn_tui.view.compared_run import ComparedRun
from dqn_tui.view.series import Series, SmoothedSeries
from dqn_tui.view.x_unit import XUnit


@dataclass(frozen=True, kw_only=True)
class ComparedMetric:
    """A metric of every run.

    Attributes:
        id: unique name; also the one in CSV files.
        title: heading of its chart.
        short_title: the same where it must be short; empty: `title` is.
        about: what it is, in a few words.
        raw: its values, not smoothed.
        is_per_progress: whether a point is one progress event rather than one episode.
        y_range: fixed range of the y axis; None follows the data.
    """

    id: str
    title: str
    about: str
    raw: Callable[[ComparedRun], Series]
    short_title: str = ""
    is_per_progress: bool = False
    y_range: tuple[float, float] | None = None

    def line(self, run: ComparedRun, smoothing: int, axis: XUnit) -> Series:
        """Return what is drawn of a run: smoothed as in the dashboard, over the axis."""
        series = self.raw(run)
        window = 1
        if isinstance(series, SmoothedSeries):
            window = SmoothedSeries.lighter(smoothing) if self.is_per_progress else smoothing
            window = max(window, SmoothedSeries.RATE_WINDOW) if series.is_binary else window
            series = series.smooth(window)
        return run.placed((self.id, window), series, axis)


METRICS: tuple[ComparedMetric, ...] = (
    ComparedMetric(
        id="return", title="Return", about="return of the training episodes", raw=lambda run: run.view.returns
    ),
    ComparedMetric(
        id="evaluation",
        title="Evaluation",
        short_title="Evals",
        about="mean return of greedy episodes",
        raw=ComparedRun.evaluations,
    ),
    ComparedMetric(
        id="loss",
        title="Loss",
        about="loss of the gradient steps",
        raw=lambda run: run.view.loss,
        is_per_progress=True,
    ),
    ComparedMetric(
        id="q_mean",
        title="Q mean",
        about="mean Q-value of the batches",
        raw=lambda run: run.view.q_mean,
        is_per_progress=True,
    ),
    ComparedMetric(
        id="epsilon",
        title="Epsilon",
        about="share of random actions",
        raw=lambda run: run.view.epsilon,
        y_range=(0.0, 1.0),
    ),
    ComparedMetric(id="speed", title="Steps/s", about="environment steps per second", raw=lambda run: run.view.speed),
    ComparedMetric(
        id="td_error", title="TD error", about="mean TD error of the batches", raw=lambda run: run.view.td_error
    ),
    ComparedMetric(
        id="grad_norm",
        title="Gradient norm",
        short_title="Grad norm",
        about="norm of the gradient before clipping",
        raw=lambda run: run.view.grad_norm,
    ),
    ComparedMetric(
        id="length",
        title="Episode length",
        short_title="Ep length",
        about="steps of each training episode",
        raw=lambda run: run.view.lengths,
    ),
)
