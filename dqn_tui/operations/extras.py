"""Packages that only some commands need, and that `pip install 'dqn-tui[EXTRA]'` adds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dqn_tui.errors import UsageError


@contextmanager
def needs_extra(what: str, extra: str | None) -> Iterator[None]:
    """Turn an import that fails inside the block into one line that names the extra.

    Args:
        what: the option or command that needs it.
        extra: its name; None where nothing but the program itself is needed.

    Raises:
        UsageError: a package is missing.
    """
    try:
        yield
    except ImportError as error:
        if extra is None or (error.name or "").startswith("dqn_tui"):
            raise
        package = f"{error.name}, which is" if error.name else "what is"
        raise UsageError(f"{what} needs {package} not installed: pip install 'dqn-tui[{extra}]'") from None
