"""Events from foreign journals, made safe to show and to count with."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from typing import Any

from dqn_tui import events
from dqn_tui.view.text import clean

_LARGEST_STEP = 2**63
# The year 9000: calendars end soon after.
_LATEST_TIME = 221_845_392_000
# Looking the fields up takes longer than all the rest.
_KINDS: dict[type[events.Event], list[tuple[str, str]]] = {}


def checked(event: events.Event) -> events.Event:
    """The event with clean strings, and with numbers where numbers belong."""
    changes = {}
    for name, kind in _kinds(type(event)):
        value = getattr(event, name)
        fitting = _fitting_time(value) if name == "time" else _fitting(value, kind)
        if fitting is not value:
            changes[name] = fitting
    return replace(event, **changes) if changes else event


def _kinds(kind: type[events.Event]) -> list[tuple[str, str]]:
    """The fields of a class of events, each with its annotation."""
    if kind not in _KINDS:
        _KINDS[kind] = [(item.name, str(item.type)) for item in fields(kind)]
    return _KINDS[kind]


def _fitting(value: Any, kind: str) -> Any:
    """The value as its annotation wants it: 0, NaN or the like where it does not fit."""
    if value is None and kind.endswith("None"):
        return None
    if kind == "Any":
        return clean(value)
    if kind == "int":
        whole = value if isinstance(value, int) else int(value) if _is_finite(value) else 0
        return whole if abs(whole) < _LARGEST_STEP else 0
    if kind.startswith("float"):
        return value if isinstance(value, float) else float(value) if _is_finite(value) else math.nan
    if kind == "dict[str, float]":
        return {str(key): _fitting(item, "float") for key, item in value.items()} if isinstance(value, dict) else {}
    if kind.startswith("dict"):
        return clean(value) if isinstance(value, dict) else {}
    return clean(value if isinstance(value, str) else str(value)) if kind.startswith("str") else bool(value)


def _fitting_time(value: Any) -> Any:
    return value if _is_finite(value) and 0 <= value < _LATEST_TIME else 0.0


def _is_finite(value: Any) -> bool:
    try:
        return math.isfinite(value)
    except (TypeError, OverflowError):
        return False
