"""Reading files that may be damaged or foreign: kind and size are checked before the content."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import Any

from dqn_tui.errors import CheckpointError
from dqn_tui.runs.safe_open import open_file

# The state of a random generator contains numbers of 39 digits.
_MOST_DIGITS = 40


@contextmanager
def open_regular(path: Path, largest_bytes: int, expected_bytes: int | None = None) -> Iterator[BufferedReader]:
    """Open a regular file for reading, never through a link.

    Raises:
        CheckpointError: It is missing, not a regular file, not of the expected size, too large, or cannot be read.
    """
    try:
        descriptor = open_file(path, os.O_RDONLY)
        try:
            _check_size(path, os.fstat(descriptor).st_size, largest_bytes, expected_bytes)
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                yield file
        finally:
            os.close(descriptor)
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {error.strerror or error}") from None


def parse_json(path: Path, content: bytes) -> dict[str, Any]:
    """Parse the object read from `path`; its numbers must be finite and of a reasonable number of digits.

    Raises:
        CheckpointError: The content is not such an object.
    """
    try:
        data = json.loads(content, parse_constant=_refuse, parse_int=_parse_int, parse_float=_parse_float)
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{path} is damaged: {error}") from None
    if not isinstance(data, dict):
        raise CheckpointError(f"{path} is damaged: expected an object")
    return data


def _check_size(path: Path, size: int, largest_bytes: int, expected_bytes: int | None) -> None:
    if expected_bytes is not None and size != expected_bytes:
        raise CheckpointError(f"{path} is damaged: {size:,} bytes, expected {expected_bytes:,}")
    if size > largest_bytes:
        raise CheckpointError(f"{path} is damaged: {size:,} bytes, expected at most {largest_bytes:,}")


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _parse_int(digits: str) -> int:
    if len(digits) > _MOST_DIGITS:
        raise ValueError(f"a number has {len(digits):,} digits")
    return int(digits)


def _parse_float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(f"{digits[:_MOST_DIGITS]} is not a finite number")
    return number
