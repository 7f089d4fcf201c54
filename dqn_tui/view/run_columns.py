"""The columns of the list of runs: what each shows, how it sorts, and which of them fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from dqn_tui.view.listed_run import STATE_SIGNS, ListedRun
from dqn_tui.view.return_curve import ReturnCurve
from dqn_tui.view.text import number, short_number, size

UNKNOWN = "…"
"""Stands for what is not read yet."""
NOTHING = "-"
"""Stands for what a run does not have."""
_AGE_UNITS = ((31_557_600, "y"), (604_800, "w"), (86_400, "d"), (3_600, "h"), (60, "m"))


@dataclass(frozen=True)
class RunColumn:
    """One column.

    Attributes:
        id: unique name.
        title: its heading.
        least: width in cells, at least.
        most: width that it may grow to.
        priority: 1 is left out last where the terminal is narrow.
        text: what it shows of a run at UTC second `now`.
        sort_key: value that runs are sorted by; None sorts last in both directions.
        is_numeric: aligned to the right, and largest first when sorted.
    """

    id: str
    title: str
    least: int
    most: int
    priority: int
    text: Callable[[ListedRun, float], str]
    sort_key: Callable[[ListedRun], Any]
    is_numeric: bool = False


def age_text(seconds: float | None) -> str:
    """Format an age with its largest unit: `"3m"`, `"2h"`, `"5d"`, `"now"` below a minute."""
    if seconds is None:
        return NOTHING
    return next((f"{int(seconds // unit)}{name}" for unit, name in _AGE_UNITS if seconds >= unit), "now")


def steps_text(run: ListedRun) -> str:
    """Return the steps taken, and of how many: `"27.4k/50k"`."""
    return short_number(run.step) + (f"/{short_number(run.total_steps)}" if run.total_steps else "")


def curve_text(run: ListedRun, width: int, marker: str) -> str:
    """Return the return over steps as exactly `width` cells; blanks where it is not known."""
    return " " * width if run.curve is None else _draw_curve(run.curve, width, marker)


# A curve that is read again is another object; each is drawn many times, since the rows around it change.
@lru_cache(512)
def _draw_curve(curve: ReturnCurve, width: int, marker: str) -> str:
    return curve.draw(width, marker)


def _when_read(text: Callable[[ListedRun], str]) -> Callable[[ListedRun, float], str]:
    return lambda run, _: text(run) if run.is_read else UNKNOWN


COLUMNS = (
    RunColumn(
        "state",
        "state",
        13,
        13,
        1,
        _when_read(lambda run: f"{STATE_SIGNS.get(run.state, STATE_SIGNS['unreadable'])[0]} {run.state}"),
        lambda run: list(STATE_SIGNS).index(run.state) if run.state in STATE_SIGNS else None,
    ),
    RunColumn(
        "env", "environment", 11, 24, 1, lambda run, _: run.env or NOTHING, lambda run: run.env.casefold() or None
    ),
    RunColumn("label", "name", 6, 20, 3, lambda run, _: run.label, lambda run: run.label.casefold() or None),
    RunColumn(
        "settings",
        "differs in",
        10,
        200,
        2,
        _when_read(lambda run: run.problem or run.differences or NOTHING),
        lambda run: run.differences or None,
    ),
    RunColumn("steps", "steps", 11, 13, 1, _when_read(steps_text), lambda run: run.step if run.is_read else None, True),
    RunColumn("curve", "return", 8, 24, 2, lambda *_: "", lambda run: run.curve.last if run.curve else None, True),
    RunColumn("best", "best", 6, 7, 1, _when_read(lambda run: number(run.best)), lambda run: run.best, True),
    RunColumn(
        "age",
        "age",
        4,
        4,
        2,
        lambda run, now: age_text(None if run.started_at is None else now - run.started_at),
        lambda run: run.started_at,
        True,
    ),
    RunColumn(
        "size",
        "size",
        7,
        8,
        5,
        lambda run, _: UNKNOWN if run.size_bytes is None else size(run.size_bytes),
        lambda run: run.size_bytes,
        True,
    ),
    RunColumn(
        "tags", "tags", 6, 24, 4, lambda run, _: " ".join(run.tags), lambda run: " ".join(run.tags).casefold() or None
    ),
)
"""All columns, from left to right."""
_ENV, _LABEL, _SETTINGS = (
    next(column for column in COLUMNS if column.id == name) for name in ("env", "label", "settings")
)
_READABLE_SETTINGS = 24
_OFTEN_EMPTY = ("settings", "tags")
_LAST = 1 + max(column.priority for column in COLUMNS)


def fit_columns(width: int, runs: Sequence[ListedRun]) -> list[tuple[RunColumn, int]]:
    """Return the columns that fit into `width` cells, and their widths, with one blank between two."""
    chosen: list[RunColumn] = []
    room = width + 1
    are_read = bool(runs) and all(run.is_read for run in runs)

    def priority(column: RunColumn) -> int:
        # Where no run differs in anything, or has a tag, names distinguish them.
        is_empty = are_read and column.id in _OFTEN_EMPTY and _wanted(column, runs) == 0
        return _LAST if is_empty else column.priority

    wishes = (
        (_SETTINGS.priority, _missing(_SETTINGS, runs, _READABLE_SETTINGS)),
        (_LABEL.priority, _missing(_ENV, runs, _ENV.most)),
    )
    for column in sorted(COLUMNS, key=priority):
        # More of what differs, and whole ids, are worth more than another column.
        reserved = sum(more for above, more in wishes if column.priority > above)
        if column.least + 1 + reserved <= room:
            chosen.append(column)
            room -= column.least + 1
    widths = {column.id: column.least for column in chosen}
    for column in sorted(chosen, key=lambda column: column.id != "env"):
        more = max(0, min(room, _wanted(column, runs) - column.least))
        widths[column.id] += more
        room -= more
    return [(column, widths[column.id]) for column in COLUMNS if column in chosen]


def _missing(column: RunColumn, runs: Sequence[ListedRun], width: int) -> int:
    """Return the cells that a column of its least width lacks for its texts, which may be cut at `width`."""
    return max(0, min(width, _wanted(column, runs)) - column.least)


def _wanted(column: RunColumn, runs: Iterable[ListedRun]) -> int:
    """Return the width up to which more of the column would be seen."""
    texts: dict[str, Callable[[ListedRun], str]] = {
        "env": lambda run: run.env,
        "label": lambda run: run.label,
        "settings": lambda run: run.problem or run.differences,
        "tags": lambda run: " ".join(run.tags),
    }
    if column.id not in texts:
        return column.most
    longest = max((len(texts[column.id](run)) for run in runs), default=0)
    return min(column.most, longest)
