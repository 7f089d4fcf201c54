"""Reading files that may be damaged or foreign: their kind and size are looked at before their content."""

from __future__ import annotations

import json
import math
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Any

from dqn_tui.errors import CheckpointError

# The state of a random generator has numbers of 39 digits.
_MOST_DIGITS = 40


@contextmanager
def open_regular(path: Path, largest_bytes: int, expected_bytes: int | None = None) -> Iterator[BufferedReader]:
    """A regular file to read, never through a link.

    Raises:
        CheckpointError: it is missing, no regular file, not as large as expected, or cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            _check(path, os.fstat(descriptor), largest_bytes, expected_bytes)
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                yield file
        finally:
            os.close(descriptor)
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {error.strerror or error}") from None


def parse_json(path: Path, content: bytes) -> dict[str, Any]:
    """The object that was read from `path`; its numbers are finite and of a size that can be reckoned with.

    Raises:
        CheckpointError: it is none.
    """
    try:
        data = json.loads(content, parse_constant=_refuse, parse_int=_parse_int, parse_float=_parse_float)
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{path} is damaged: {error}") from None
    if not isinstance(data, dict):
        raise CheckpointError(f"{path} is damaged: expected an object")
    return data


def _check(path: Path, status: os.stat_result, largest_bytes: int, expected_bytes: int | None) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise CheckpointError(f"{path} is damaged: it is no regular file")
    if expected_bytes is not None and status.st_size != expected_bytes:
        raise CheckpointError(f"{path} is damaged: {status.st_size:,} bytes, expected {expected_bytes:,}")
    if status.st_size > largest_bytes:
        raise CheckpointError(f"{path} is damaged: {status.st_size:,} bytes, expected at most {largest_bytes:,}")


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _parse_int(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f"a number has {len(digits):,} digits")
    return int(digits)


def _parse_float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits[:_MOST_DIGITS]} is no finite number")
    return number
