"""A table of signs and their meaning, as the help screen shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class HelpTable:
    """Rows under a heading.

    Attributes:
        title: heading.
        rows: for each row the sign, its role, and what it means.
    """

    title: str
    rows: Sequence[tuple[str, str, str]]
