"""The observation store: each frame is stored once, and every observation is returned unchanged."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dqn_tui.dqn.observation_store import Numbers, ObservationStore


def stack(*values: float) -> NDArray[Any]:
    return np.array(values, np.uint8).reshape(-1, 1, 1)


def make_store(capacity: int = 16) -> ObservationStore:
    return ObservationStore(capacity, (4, 1, 1), np.uint8, 4)


def look(store: ObservationStore, *numbers: Numbers) -> list[list[int]]:
    found: list[list[int]] = store.gather(np.array(numbers))[:, :, 0, 0].tolist()
    return found


@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        ((0, 0, 0, 7), (0, 0, 0, 1)),
        ((7, 7, 7, 7), (0, 0, 0, 0)),
        ((1, 2, 3, 4), (0, 1, 2, 3)),
        ((1, 1, 2, 1), (0, 0, 1, 2)),
    ],
)
def test_equal_neighbours_of_a_first_stack_are_stored_once(values: tuple[int, ...], numbers: Numbers) -> None:
    store = make_store()
    assert store.add_first(stack(*values)) == numbers
    assert look(store, numbers) == [list(values)]


def test_a_next_stack_adds_one_frame() -> None:
    store = make_store()
    first = store.add_first(stack(0, 0, 0, 7))
    second = store.add_next(first, stack(0, 0, 7, 7))
    third = store.add_next(second, stack(0, 7, 7, 9))
    assert (first, second, third) == ((0, 0, 0, 1), (0, 0, 1, 2), (0, 1, 2, 3))
    assert look(store, first, second, third) == [[0, 0, 0, 7], [0, 0, 7, 7], [0, 7, 7, 9]]


def test_a_stack_that_does_not_go_on_from_the_one_before_is_stored_whole() -> None:
    store = make_store()
    first = store.add_first(stack(1, 2, 3, 4))
    second = store.add_next(first, stack(2, 9, 4, 5))
    assert second == (4, 5, 6, 7)
    assert look(store, first, second) == [[1, 2, 3, 4], [2, 9, 4, 5]]


def test_frames_are_equal_only_bit_for_bit() -> None:
    store = ObservationStore(16, (2,), np.float32, 2)
    first = store.add_first(np.array([0.0, 0.0]))
    second = store.add_next(first, np.array([-0.0, 1.0]))
    assert np.signbit(store.gather(np.array([second]))).tolist() == [[True, False]]


def test_a_stack_whose_frames_are_gone_is_stored_whole_even_where_their_slots_hold_the_same() -> None:
    store = make_store(6)
    numbers = store.add_first(stack(1, 2, 3, 4))
    store.add_first(stack(20, 21, 22, 2))
    store.add_first(stack(3, 4, 40, 41))
    assert store.oldest == 6
    after = store.add_next(numbers, stack(2, 3, 4, 5))
    assert after == (12, 13, 14, 15)
    assert look(store, after) == [[2, 3, 4, 5]]


def test_frames_of_several_channels_stay_together() -> None:
    store = ObservationStore(9, (6, 2, 2), np.uint8, 3)
    first = np.arange(24, dtype=np.uint8).reshape(6, 2, 2)
    second = np.concatenate([first[2:], np.full((2, 2, 2), 99, np.uint8)])
    numbers = [store.add_first(first)]
    numbers.append(store.add_next(numbers[0], second))
    assert numbers == [(0, 1, 2), (1, 2, 3)]
    np.testing.assert_array_equal(store.gather(np.array(numbers)), [first, second])


def test_the_oldest_number_follows_the_ring() -> None:
    store = ObservationStore(3, (1,), np.float32)
    found = []
    for value in range(5):
        store.add_first(np.array([value]))
        found.append(store.oldest)
    assert found == [0, 0, 0, 1, 2]


def test_batches_of_any_shape_come_back_contiguous_and_as_stored() -> None:
    store = ObservationStore(9, (2,), np.float32)
    for value in range(6):
        store.add_first(np.array([value, value + 0.5]))
    found = store.gather(np.arange(6).reshape(3, 2, 1).swapaxes(0, 1))
    assert found.shape == (2, 3, 2)
    assert found.dtype == np.float32
    assert found.flags.c_contiguous
    assert found[..., 0].tolist() == [[0, 2, 4], [1, 3, 5]]


def test_a_mask_belongs_to_the_observation_whose_newest_frame_it_came_with() -> None:
    store = make_store(8)
    numbers = [store.add_first(stack(0, 0, 0, 1))]
    assert store.gather_masks(np.array(numbers)) is None
    numbers.append(store.add_next(numbers[-1], stack(0, 0, 1, 2), np.array([1, 0], np.int8)))
    numbers.append(store.add_next(numbers[-1], stack(0, 1, 2, 3)))
    numbers.append(store.add_next(numbers[-1], stack(1, 2, 3, 4), np.array([False, True])))
    masks = store.gather_masks(np.array(numbers))
    assert masks is not None
    assert masks.tolist() == [[True, True], [True, False], [True, True], [False, True]]


def test_where_no_mask_is_given_that_of_an_overwritten_frame_does_not_stay() -> None:
    store = ObservationStore(2, (1,), np.float32)
    for mask in (np.array([False, True]), None, None):
        numbers = store.add_first(np.zeros(1), mask)
    masks = store.gather_masks(np.array([numbers]))
    assert masks is not None
    assert masks.tolist() == [[True, True]]


def test_a_shape_that_is_not_made_of_frames_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\(5, 84, 84\) cannot be divided into 4 frames"):
        ObservationStore(100, (5, 84, 84), np.uint8, 4)


def test_a_store_holds_at_least_one_stack() -> None:
    with pytest.raises(ValueError, match="capacity must be >= 4, the frames of one observation, got 3"):
        make_store(3)
