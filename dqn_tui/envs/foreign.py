"""Importing and calling code of others: whatever it raises becomes one line."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import gymnasium as gym

from dqn_tui.errors import UsageError, read_message

GYMNASIUM_ERRORS = (gym.error.DependencyNotInstalled, gym.error.UnregisteredEnv, gym.error.VersionNotFound)


def import_module(name: str) -> ModuleType:
    """Import a module that is installed or in the current folder.

    Raises:
        UsageError: there is no such module, or it raises.
    """
    folder = os.getcwd()
    if folder not in sys.path and "" not in sys.path:
        # At the end, so that a file there hides no installed package. Worker processes inherit the path.
        sys.path.append(folder)
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - foreign code
        raise UsageError(f"cannot import {name!r}: {describe(error)}") from None


@contextmanager
def foreign_code(what: str) -> Iterator[None]:
    """Turn what foreign code raises into one line; Gymnasium's own errors about an id pass."""
    try:
        yield
    except (UsageError, *GYMNASIUM_ERRORS):
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - foreign code
        raise UsageError(f"{what}: {describe(error)}") from None


def describe(error: BaseException) -> str:
    """Return the first line of the message, or the error's type; `sys.exit` is named."""
    lines = read_message(error).splitlines()
    if isinstance(error, SystemExit):
        return f"sys.exit({error.code!r})"
    return lines[0] if lines else type(error).__name__
