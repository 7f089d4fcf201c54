"""Tables of plain values, as TOML and JSON hold them: arguments that code of any origin may be given."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from dqn_tui.errors import UsageError, show_value

DEEPEST = 8
MOST_VALUES = 10_000
LARGEST_INTEGER = 2**63 - 1


def check_plain(table: Mapping[str, Any]) -> None:
    """Check that a table holds only truth values, numbers, strings, lists and tables of them.

    Raises:
        ValueError: it holds something else, an infinite number, too many values or too deep a nesting.
    """
    if _count(table, 0) > MOST_VALUES:
        raise ValueError(f"more than {MOST_VALUES:,} values")


def _count(value: object, depth: int) -> int:
    if depth > DEEPEST:
        raise ValueError(f"nested more than {DEEPEST} deep")
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("keys that are no strings")
        return 1 + sum(_count(item, depth + 1) for item in value.values())
    if isinstance(value, list | tuple):
        return 1 + sum(_count(item, depth + 1) for item in value)
    is_number = isinstance(value, int) and abs(value) <= LARGEST_INTEGER
    if not (is_number or isinstance(value, str) or (isinstance(value, float) and math.isfinite(value))):
        raise ValueError(f"not a plain value: {show_value(value)}")
    return 1


def merge_tables(weaker: Mapping[str, Any], stronger: Mapping[str, Any]) -> dict[str, Any]:
    """Return both tables as one, in which the values of `stronger` win; tables inside are merged likewise."""
    merged = dict(weaker)
    for key, value in stronger.items():
        below = merged.get(key)
        are_tables = isinstance(below, Mapping) and isinstance(value, Mapping)
        merged[key] = merge_tables(below, value) if are_tables else value  # type: ignore[arg-type]
    return merged


def make_table(assignments: Sequence[tuple[str, Any]], option: str) -> dict[str, Any]:
    """Return a nested table from assignments such as `("config.lanes_count", 3)`.

    Raises:
        UsageError: a key is empty, or names an entry of what another assignment made a value; `option` is named.
    """
    table: dict[str, Any] = {}
    for path, value in assignments:
        *outer, last = path.split(".")
        inner = table
        for key in outer:
            inner = inner.setdefault(key, {})
            if not isinstance(inner, dict):
                break
        if not isinstance(inner, dict) or not all([*outer, last]):
            raise UsageError(f"{option} takes KEY=VALUE or TABLE.KEY=VALUE, each key once, got {show_value(path)}")
        inner[last] = value
    return table
