"""Calls such as `dict(net_arch=[64, 64])`, read from text: nothing is evaluated."""

from __future__ import annotations

import ast
import warnings
from typing import Any, NamedTuple


class LiteralCall(NamedTuple):
    """A call by a plain name, with Python's literals as arguments."""

    name: str
    positional: tuple[Any, ...]
    named: dict[str, Any]


def parse_call(text: str) -> LiteralCall | None:
    """Return the call that a text is; None where it is anything else."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call = ast.parse(text.strip(), mode="eval").body
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
            return None
        named = {item.arg: ast.literal_eval(item.value) for item in call.keywords if item.arg is not None}
        positional = tuple(map(ast.literal_eval, call.args))
    except (SyntaxError, TypeError, ValueError, RecursionError, MemoryError):
        return None
    return LiteralCall(call.func.id, positional, named) if len(named) == len(call.keywords) else None
