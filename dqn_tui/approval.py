"""The wrappers that the user named on the command line of this process; no others are imported or called.

A run records the wrappers of its environment as text. A run folder may be anyone's, so what it names is code that must
not run because the folder was opened: it has to be named again.
"""

from __future__ import annotations

from collections.abc import Iterable

_approved: dict[str, None] = {}


def approve_wrappers(texts: Iterable[str]) -> None:
    """Approve wrappers, each named as `MODULE:NAME` or `MODULE:NAME(ARGUMENTS)`."""
    _approved.update(dict.fromkeys(texts))


def approved_wrappers() -> tuple[str, ...]:
    """Return the approved wrappers, in the order in which they were named."""
    return tuple(_approved)
