"""A ring of frames in which each observation is stored once; stacks and transitions refer to frames by number."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from dqn_tui.dqn.ring import ring_slices, write_ring
from dqn_tui.dqn.saved import Arrays, read_array, read_integers

Numbers = tuple[int, ...]
"""The numbers of one observation's frames, oldest first, in ascending order with repeats."""

_LARGEST_NUMBER = 2**62


class ObservationStore:
    """The last `capacity` frames, numbered from 0; number n is in slot n % capacity.

    An observation of `shape` consists of `frames` frames along its first axis; with one, the frame is the observation
    itself. Frames that consecutive stacks share are stored once, as for the million screens of Mnih et al. 2015. Beside
    each frame is the action mask of the observation whose newest frame it is, once any mask was given.

    Attributes:
        capacity: number of frames it can hold.
        next_number: number of the next frame.
    """

    def __init__(self, capacity: int, shape: Sequence[int], dtype: DTypeLike, frames: int = 1) -> None:
        """Allocate the ring.

        Raises:
            ValueError: the shape cannot be divided into so many frames, or a single stack would not fit.
        """
        if shape[0] % frames:
            raise ValueError(f"observations of shape {tuple(shape)} cannot be divided into {frames} frames")
        if capacity < frames:
            raise ValueError(f"capacity must be >= {frames}, the frames of one observation, got {capacity}")
        self.capacity = capacity
        self.next_number = 0
        self._first_number = 0
        self._shape = tuple(shape)
        self._stack_size = frames
        self._frames = np.zeros((capacity, shape[0] // frames, *shape[1:]), dtype)
        self._masks: NDArray[np.bool_] | None = None

    @property
    def oldest(self) -> int:
        """The smallest number whose frame is still stored."""
        return max(self._first_number, self.next_number - self.capacity)

    @property
    def nbytes(self) -> int:
        """Memory of the arrays, in bytes."""
        return self._frames.nbytes + (0 if self._masks is None else self._masks.nbytes)

    def add_first(self, observation: NDArray[Any], mask: NDArray[Any] | None = None) -> Numbers:
        """Store an episode's first observation; equal neighbours in a padded stack are stored once."""
        if self._stack_size == 1:
            return (self._write(observation, mask),)
        stack = self._split(observation)
        numbers = [self._write(stack[0], mask)]
        for frame, next_frame in pairwise(stack):
            is_repeated = frame.tobytes() == next_frame.tobytes()
            numbers.append(numbers[-1] if is_repeated else self._write(next_frame, mask))
        return tuple(numbers)

    def add_next(self, numbers: Numbers, observation: NDArray[Any], mask: NDArray[Any] | None = None) -> Numbers:
        """Store the successor of the observation at `numbers`: its newest frame, or all frames if the others differ."""
        if self._stack_size == 1:
            return (self._write(observation, mask),)
        stack = self._split(observation)
        if not self._holds(numbers[1:], stack[:-1]):
            return self.add_first(observation, mask)
        return (*numbers[1:], self._write(stack[-1], mask))

    def gather(self, numbers: NDArray[np.int64]) -> NDArray[Any]:
        """Return the observations [..., *shape] at numbers [..., frames], contiguous, of the store's dtype."""
        frames = self._frames.take(numbers % self.capacity, axis=0)
        return frames.reshape(*numbers.shape[:-1], *self._shape)

    def gather_masks(self, numbers: NDArray[np.int64]) -> NDArray[np.bool_] | None:
        """Return the action masks, bool [..., A], at numbers [..., frames]; None before any mask was given."""
        if self._masks is None:
            return None
        return self._masks.take(numbers[..., -1] % self.capacity, axis=0)

    def get_state(self, first_number: int) -> dict[str, NDArray[Any]]:
        """Return the frames from `first_number` on, as two views: a million screens are too many to copy."""
        older, newer = ring_slices(first_number, self.next_number, self.capacity)
        state = {
            "first_frame": np.array(first_number),
            "frames": self._frames[older],
            "frames_wrapped": self._frames[newer],
        }
        if self._masks is not None:
            state |= {"masks": self._masks[older], "masks_wrapped": self._masks[newer]}
        return state

    def set_state(self, state: Arrays, action_count: int | None = None) -> None:
        """Restore the result of `get_state`, with masks of `action_count` actions, if known.

        Raises:
            ValueError: an array is missing or has another shape, or there are more frames than fit.
        """
        first = int(read_integers(state, "first_frame", (), 0, _LARGEST_NUMBER))
        pieces = [
            read_array(state, name, (None, *self._frames.shape[1:]), self._frames.dtype)
            for name in ("frames", "frames_wrapped")
        ]
        count = sum(map(len, pieces))
        if count > self.capacity:
            raise ValueError(f"{count} frames do not fit into {self.capacity}")
        self._masks = self._read_masks(state, first, [len(piece) for piece in pieces], action_count)
        self._first_number = first
        self.next_number = first + count
        write_ring(self._frames, first, pieces[0])
        write_ring(self._frames, first + len(pieces[0]), pieces[1])

    def _read_masks(
        self, state: Arrays, first: int, lengths: list[int], action_count: int | None
    ) -> NDArray[np.bool_] | None:
        if "masks" not in state:
            return None
        width = action_count or max(1, *state["masks"].shape[1:2])
        older, newer = (
            read_array(state, name, (length, width), np.bool_)
            for name, length in zip(("masks", "masks_wrapped"), lengths, strict=True)
        )
        masks = np.ones((self.capacity, older.shape[1]), np.bool_)
        write_ring(masks, first, older)
        write_ring(masks, first + len(older), newer)
        return masks

    def _write(self, frame: NDArray[Any], mask: NDArray[Any] | None) -> int:
        number = self.next_number
        slot = number % self.capacity
        self._frames[slot] = frame
        if mask is not None and self._masks is None:
            self._masks = np.ones((self.capacity, len(mask)), np.bool_)
        if self._masks is not None:
            self._masks[slot] = True if mask is None else mask
        self.next_number = number + 1
        return number

    def _split(self, observation: NDArray[Any]) -> NDArray[Any]:
        """Return an observation as a stack [frames, *frame]."""
        array = np.asarray(observation, self._frames.dtype)
        return array.reshape(self._stack_size, *self._frames.shape[1:])

    def _holds(self, numbers: Numbers, frames: NDArray[Any]) -> bool:
        """Return whether these frames are still stored at these numbers, bit for bit."""
        if numbers[0] < self.oldest:
            return False
        stored = self._frames.take([number % self.capacity for number in numbers], axis=0)
        return stored.tobytes() == frames.tobytes()


def read_numbers(
    state: Arrays, name: str, shape: Sequence[int | None], low: int, frame_count: int
) -> NDArray[np.signedinteger[Any]]:
    """Return saved numbers of frames [..., frames], in [low, frame_count).

    Raises:
        ValueError: they are missing, have another shape or are out of range, or descend within an observation.
    """
    numbers = read_integers(state, name, shape, low, frame_count)
    if (numbers[..., 1:] < numbers[..., :-1]).any():
        raise ValueError(f"{name} must not descend within an observation")
    return numbers
