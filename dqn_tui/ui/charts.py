"""The six charts: what each one shows, in which range, and what it says while there is nothing to show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dqn_tui.ui.rows import Row
from dqn_tui.ui.scene import Scene
from dqn_tui.view.run_view import RunView
from dqn_tui.view.series import Series, SmoothedSeries
from dqn_tui.view.text import fixed, number, short_number

Range = tuple[float, float]


@dataclass(frozen=True)
class ChartSpec:
    """One chart.

    Attributes:
        id: pane name.
        number: digit that gives it the focus.
        label: title.
        series: where its numbers are.
        value: its newest number, for the one-row form.
        facts: short facts, the most important first.
        note: one fact for the one-row form.
        empty: what stands there before the first number.
        hue: colour of the theme.
        y_range: fixed range; None: follows the data.
    """

    id: str
    number: int
    label: str
    series: Callable[[RunView], Series]
    value: Callable[[RunView], str]
    facts: Callable[[Scene], Sequence[Row]]
    note: Callable[[RunView], str]
    empty: Callable[[RunView], str]
    hue: str = "primary"
    y_range: Callable[[RunView], Range | None] = lambda _view: None

    def window(self, smoothing: int) -> int:
        """The smoothing that this chart uses: its points may stand for many steps each."""
        return SmoothedSeries.lighter(smoothing) if self.id in ("loss", "q") else smoothing

    def drawn_series(self, view: RunView, smoothing: int) -> Series:
        """The series after smoothing; the plain one where it cannot be smoothed."""
        series = self.series(view)
        return series.smooth(self.window(smoothing)) if isinstance(series, SmoothedSeries) else series


def _fact(label: str, value: str, role: str = "muted", width: int = 6) -> Row:
    return [(f"{label} ", role), (f"{value:>{width}}", "text")]


def _smooth_fact(series: SmoothedSeries, window: int, hue: str, show: Callable[[float | None], str]) -> Row:
    role = f"smooth-{hue}"
    return _fact(series.smoothing_name(window), show(series.smooth(window).last), role)


def _return_facts(scene: Scene) -> list[Row]:
    view = scene.shown
    facts = [_smooth_fact(view.returns, scene.smoothing, "primary", fixed)]
    if view.last_evaluation is not None:
        facts.append([("◆ ", "evaluation"), ("eval ", "muted"), (f"{fixed(view.last_evaluation.mean):>6}", "text")])
    if view.goal is not None:
        facts.append([("╌ ", "goal"), ("goal ", "muted"), (number(view.goal), "text")])
    last, best = _fact("last", fixed(view.last_return)), _fact("best", fixed(view.best_return))
    return [*facts, best, last, [("episode ", "muted"), (f"{view.episodes:>6,}", "text")]]


def _loss_facts(scene: Scene) -> list[Row]:
    view = scene.shown
    facts = [_smooth_fact(view.loss, SmoothedSeries.lighter(scene.smoothing), "accent", number)]
    return [*facts, _fact("last", number(view.loss.last)), _fact("max", number(view.loss.maximum))]


def _q_facts(scene: Scene) -> list[Row]:
    view = scene.shown
    facts = [_fact("q", fixed(view.q_mean.last), "smooth-success")]
    return [*facts, _fact("target", fixed(view.target_mean.last), "target")]


def _epsilon_facts(scene: Scene) -> list[Row]:
    view = scene.shown
    final = view.config.get("exploration_final_eps")
    facts = [_fact("now", _epsilon(view), "smooth-accent", 5)]
    return [*facts, [("to ", "muted"), (number(float(final)), "text")]] if isinstance(final, int | float) else facts


def _epsilon(view: RunView) -> str:
    return "-" if view.epsilon.last is None else f"{view.epsilon.last:.3f}"


def _buffer_facts(scene: Scene) -> list[Row]:
    view = scene.shown
    facts: list[Row] = [[(f"{_fill(view):>4.0%}", "smooth-primary")]]
    return [*facts, [("of ", "muted"), (short_number(view.buffer_size), "text")]] if view.buffer_size else facts


def _length_facts(scene: Scene) -> list[Row]:
    view = scene.shown
    facts = [_smooth_fact(view.lengths, scene.smoothing, "success", fixed)]
    return [*facts, _fact("last", number(view.last_length))]


def _fill(view: RunView) -> float:
    return (view.buffer.last or 0.0) / view.buffer_size if view.buffer_size else 0.0


def _epsilon_note(view: RunView) -> str:
    config = view.config
    try:
        initial, final = float(config["exploration_initial_eps"]), float(config["exploration_final_eps"])
        end = float(config["exploration_fraction"]) * float(view.total_timesteps or 0)
    except (KeyError, TypeError, ValueError):
        return ""
    if initial == final:
        return ""
    return f"→ {number(final)} @ {end:,.0f}" if view.step < end else "at its end"


def _until_learning(view: RunView) -> str:
    if view.state == "WAITING":
        return "loading…"
    left = (view.learning_starts or 0) - view.step
    return f"learning in {left:,} steps" if left > 0 else "learning starts"


def _until_episode(view: RunView) -> str:
    return "loading…" if view.state == "WAITING" else "the first episode is running"


def _until_progress(view: RunView) -> str:
    return "loading…" if view.state == "WAITING" else "no numbers yet"


SPECS: tuple[ChartSpec, ...] = (
    ChartSpec(
        "return",
        1,
        "Return",
        lambda view: view.returns,
        lambda view: fixed(view.last_return),
        _return_facts,
        lambda view: f"mean100 {fixed(view.mean_return_100)}",
        _until_episode,
    ),
    ChartSpec(
        "loss",
        2,
        "Loss",
        lambda view: view.loss,
        lambda view: number(view.loss.last),
        _loss_facts,
        lambda view: f"max {number(view.loss.maximum)}",
        _until_learning,
        "accent",
    ),
    ChartSpec(
        "q",
        3,
        "Q mean",
        lambda view: view.q_mean,
        lambda view: fixed(view.q_mean.last),
        _q_facts,
        lambda view: f"target {fixed(view.target_mean.last)}",
        _until_learning,
        "success",
    ),
    ChartSpec(
        "epsilon",
        4,
        "Epsilon",
        lambda view: view.epsilon,
        _epsilon,
        _epsilon_facts,
        _epsilon_note,
        _until_progress,
        "accent",
        lambda _view: (0.0, 1.0),
    ),
    ChartSpec(
        "buffer",
        5,
        "Buffer",
        lambda view: view.buffer,
        lambda view: short_number(view.buffer.last),
        _buffer_facts,
        lambda view: f"{_fill(view):.0%} of {short_number(view.buffer_size)}" if view.buffer_size else "",
        _until_progress,
        "primary",
        lambda view: (0.0, float(view.buffer_size)) if view.buffer_size else None,
    ),
    ChartSpec(
        "length",
        6,
        "Episode length",
        lambda view: view.lengths,
        lambda view: number(view.last_length),
        _length_facts,
        lambda view: f"{view.lengths.smoothing_name(20)} {fixed(view.lengths.smooth(20).last)}",
        _until_episode,
        "success",
    ),
)
SPEC_BY_ID = {spec.id: spec for spec in SPECS}
SHORT_LABELS = {"length": "Ep length"}
