"""The values under the crosshair, as facts for the upper edge of a chart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from dqn_tui.ui.widgets.rows import Row
from dqn_tui.view.crosshair import LayerReading
from dqn_tui.view.episode_table import EpisodeRow
from dqn_tui.view.run_view import RunView
from dqn_tui.view.text import number
from dqn_tui.view.x_unit import XUnit

Show = Callable[[float], str]


def percent(value: float) -> str:
    """Format a share."""
    return f"{value:.0%}"


def shown_as(*, is_percent: bool) -> Show:
    """Return how the values of a chart are written."""
    return percent if is_percent else number


def value_facts(readings: Sequence[LayerReading], show: Show) -> list[Row]:
    """Return a fact for each layer, `ema20 287.4`, and for one of several points their range and number.

    The latter is a fact of its own, `(22 to 500, 14)`, so that the value is shown where there is no room for it.
    """
    return [fact for reading in readings for fact in _facts_of(reading, show)]


def _facts_of(reading: LayerReading, show: Show) -> Iterator[Row]:
    label = (f"{reading.name} " if reading.name else "", reading.role)
    if isinstance(reading.value, tuple):
        yield [label, (f"{show(reading.value[0])} to {show(reading.value[1])}", "text")]
        return
    yield [label, (f"{show(reading.value):>5}", "text")]
    if (summary := reading.summary) is not None and summary.points > 1:
        yield [(f"({show(summary.low)} to {show(summary.high)}, {summary.points:,})", "muted")]


def place_facts(view: RunView, step: float, episode: EpisodeRow | None = None, *, can_play: bool = False) -> list[Row]:
    """Return the step, the seconds of work until then, and the episodes that had ended.

    Args:
        view: the run.
        step: what is read off.
        episode: the episode that the crosshair selects there, if it does; it takes the place of their number.
        can_play: whether that can be played now.
    """
    seconds, episodes = (view.x_scale(unit).x_of(step) for unit in (XUnit.SECOND, XUnit.EPISODE))
    where: Row = [("step ", "muted"), (f"{round(step):,}", "text")]
    when: Row = [("at ", "muted"), (XUnit.SECOND.label(seconds), "text")]
    if episode is None:
        return [where, when, [("episode ", "muted"), (f"{int(episodes + 1e-9):,}", "text")]]
    hint: list[Row] = [[("enter", "key"), (" plays it", "muted")]] if can_play else []
    return [where, [("episode ", "muted"), (f"{episode.number:,}", "strong")], *hint, when]
