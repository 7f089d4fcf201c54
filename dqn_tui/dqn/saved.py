"""Checked reading of saved arrays and counts, which may hold anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

Arrays = Mapping[str, NDArray[Any]]

LARGEST_COUNT = 2**62
"""More steps than any run can take."""


class MisfitError(ValueError):
    """Saved arrays do not fit.

    Attributes:
        group: name of the group of arrays.
    """

    def __init__(self, group: str, problem: object) -> None:
        super().__init__(str(problem))
        self.group = group


@contextmanager
def blame(group: str) -> Iterator[None]:
    """Re-raise errors in the block as `MisfitError(group)`."""
    try:
        yield
    except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError) as error:
        raise MisfitError(group, error) from None


def read_array(state: Arrays, name: str, shape: Sequence[int | None], dtype: DTypeLike) -> NDArray[Any]:
    """Return an array of a saved state, after checking its shape (None: any length) and type.

    Raises:
        ValueError: it is missing, has another shape, or has a type that `dtype` cannot hold.
    """
    array = state.get(name)
    if array is None:
        raise ValueError(f"the saved state lacks {name!r}")
    lengths = tuple(found if length is None else length for length, found in zip(shape, array.shape, strict=False))
    if array.ndim != len(shape) or array.shape != lengths:
        raise ValueError(f"{name} must have shape {_show(shape)}, got {_show(array.shape)}")
    if not np.can_cast(array.dtype, dtype, "safe"):
        raise ValueError(f"{name} must hold {np.dtype(dtype)}, got {array.dtype}")
    return array


def read_finite(state: Arrays, name: str, shape: Sequence[int | None], dtype: DTypeLike) -> NDArray[Any]:
    """Return an array like `read_array`, after checking that all numbers are finite.

    Raises:
        ValueError: as `read_array`, or a number is not finite.
    """
    array = read_array(state, name, shape, dtype)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite")
    return array


def read_integers(
    state: Arrays, name: str, shape: Sequence[int | None], low: int, high: int, dtype: DTypeLike = np.int64
) -> NDArray[Any]:
    """Return an array like `read_array`, after checking that all integers are in [low, high).

    Raises:
        ValueError: as `read_array`, or an integer is out of range.
    """
    array = read_array(state, name, shape, dtype)
    if array.size and not (low <= array.min() and array.max() < high):
        raise ValueError(f"{name} must lie in [{low}, {high}), got {array.min()} to {array.max()}")
    return array


def read_count(numbers: Mapping[str, Any], name: str, largest: int) -> int:
    """Return a whole number from 0 to `largest`.

    Raises:
        ValueError: the value is something else.
    """
    count = numbers[name]
    if type(count) is not int or not 0 <= count <= largest:
        raise ValueError(f"{name} must be a whole number from 0 to {largest}, got {count!r:.40}")
    return count


def _show(shape: Sequence[int | None]) -> str:
    return "[" + ", ".join("any" if length is None else str(length) for length in shape) + "]"
