"""The filter of the list of runs: words, `env:cart`, `best>400`, `gamma=0.9`, which must all hold; `-` negates one."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from dqn_tui.config import Config, parse_value
from dqn_tui.errors import UsageError, show_value, suggest
from dqn_tui.key_names import near_keys
from dqn_tui.view.listed_run import STATE_SIGNS, ListedRun, value_text

EXAMPLES = ("words", "env:cart", "state:running", "tag:x", "best>400", "gamma=0.9", "-failed")

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TEXTS: dict[str, Callable[[ListedRun], Sequence[str]]] = {
    "env": lambda run: (run.env,),
    "state": lambda run: (run.state,),
    "tag": lambda run: run.tags,
    "note": lambda run: (run.note,),
    "name": lambda run: (run.name,),
    "preset": lambda run: (run.preset or "",),
}
_NUMBERS: dict[str, Callable[[ListedRun, float], float | None]] = {
    "best": lambda run, _: run.best,
    "steps": lambda run, _: run.step,
    "size": lambda run, _: run.size_bytes,
    "age": lambda run, now: None if run.started_at is None else now - run.started_at,
}
_FACTORS: dict[str, dict[str, float]] = {
    "best": {"k": 1e3, "M": 1e6},
    "steps": {"k": 1e3, "M": 1e6, "G": 1e9},
    "size": {"B": 1, "kB": 1024, "MB": 1024**2, "GB": 1024**3, "k": 1024, "M": 1024**2, "G": 1024**3},
    "age": {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800, "y": 31_557_600},
}
_PART = re.compile(r'(?:[^\s"]|"[^"]*"?)+')
_TERM = re.compile(r"(\w+)(:|<=|>=|!=|=|<|>)(.*)", re.S)
_NUMBER = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)([A-Za-z]*)")

Test = Callable[[ListedRun, float], bool]


@dataclass(frozen=True)
class RunFilter:
    """The tests that a run has to pass to be shown."""

    tests: tuple[Test, ...] = ()

    def accepts(self, run: ListedRun, now: float) -> bool:
        """Return whether the run is shown at UTC second `now`."""
        return all(test(run, now) for test in self.tests)


def parse_filter(text: str) -> RunFilter:
    """Return the filter that a user typed; quotes keep blanks in a word.

    Raises:
        UsageError: A part of it is no filter; one line that says why.
    """
    return RunFilter(tuple(_parse_part(part) for part in _PART.findall(text) if part not in ("-", '"', '""')))


def _parse_part(part: str) -> Test:
    is_negated = part.startswith("-")
    test = _parse_term(part.removeprefix("-").replace('"', ""))
    return (lambda run, now: not test(run, now)) if is_negated else test


def _parse_term(term: str) -> Test:
    found = _TERM.fullmatch(term)
    if found is None:
        word = term.casefold()
        return lambda run, _: word in run.words
    field, sign, value = found.groups()
    if not value:
        raise UsageError(f"{term} needs a value, such as {_example(field, sign)}")
    if field in _NUMBERS:
        return _compare_number(field, sign, value)
    if field in _TEXTS:
        return _search_text(field, sign, value)
    if field in Config.model_fields:
        return _compare_setting(field, sign, value)
    known = (*_TEXTS, *_NUMBERS, *Config.model_fields)
    hint = suggest(near_keys(field, known)) or f"; there are {', '.join((*_TEXTS, *_NUMBERS))} and all settings"
    raise UsageError(f"nothing is called {show_value(field)}{hint}")


def _example(field: str, sign: str) -> str:
    if field in _TEXTS:
        return {"env": "env:cart", "state": "state:running"}.get(field, f"{field}:x")
    return f"{field}{'>' if sign == ':' else sign}{ {'age': '2h', 'size': '10MB'}.get(field, '100') }"


def _search_text(field: str, sign: str, value: str) -> Test:
    if sign not in (":", "=", "!="):
        raise UsageError(f"{field} is a text: search it with {field}:{value}, got {show_value(field + sign + value)}")
    read, wanted = _TEXTS[field], value.casefold()
    if field == "state" and not any(wanted in state for state in STATE_SIGNS):
        raise UsageError(f"no state is called {show_value(value)}; there are {', '.join(STATE_SIGNS)}")
    if sign == ":":
        return lambda run, _: any(wanted in text.casefold() for text in read(run))
    is_wanted = sign == "="
    return lambda run, _: any(wanted == text.casefold() for text in read(run)) is is_wanted


def _compare_number(field: str, sign: str, value: str) -> Test:
    if sign == ":":
        raise UsageError(f"{field} is a number: compare it, as in {_example(field, '>')}")
    limit, read, compare = _parse_number(field, value), _NUMBERS[field], _COMPARE[sign]

    def test(run: ListedRun, now: float) -> bool:
        found = read(run, now)
        return found is not None and compare(found, limit)

    return test


def _parse_number(field: str, value: str) -> float:
    found, factors = _NUMBER.fullmatch(value), _FACTORS.get(field, {})
    unit = found[2] if found else ""
    if found is None or (unit and unit not in factors):
        units = f", with a unit of {', '.join(factors)} or none" if factors else ""
        raise UsageError(f"{field} is compared with a number{units}, got {show_value(value)}")
    return float(found[1]) * factors.get(unit, 1)


def _compare_setting(key: str, sign: str, value: str) -> Test:
    if sign == ":":
        wanted = value.casefold()
        return lambda run, _: key in run.settings and wanted in value_text(run.settings[key]).casefold()
    compare = _COMPARE[sign]
    if sign in ("=", "!="):
        wanted_value = _comparable(parse_value(value))
        return lambda run, _: key in run.settings and compare(_comparable(run.settings[key]), wanted_value)
    limit = _parse_number(key, value)

    def test(run: ListedRun, _now: float) -> bool:
        found = run.settings.get(key)
        return isinstance(found, int | float) and not isinstance(found, bool) and compare(found, limit)

    return test


def _comparable(value: Any) -> Any:
    """Return a value that equals another one only if both are of the same kind: 1 is not true."""
    if isinstance(value, str):
        return value.casefold()
    if isinstance(value, bool):
        return ("bool", value)
    return [_comparable(item) for item in value] if isinstance(value, list | tuple) else value
