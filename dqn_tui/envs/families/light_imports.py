"""Importing a package without the heavy ones that it needs only for plots."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def stand_ins(*names: str) -> Iterator[None]:
    """Let imports find empty modules in place of those that are not imported yet, a package before its parts."""
    missing = [name for name in names if name not in sys.modules]
    for name in missing:
        sys.modules[name] = ModuleType(name)
        package, _, part = name.rpartition(".")
        if package in missing:
            setattr(sys.modules[package], part, sys.modules[name])
    try:
        yield
    finally:
        for name in missing:
            del sys.modules[name]
