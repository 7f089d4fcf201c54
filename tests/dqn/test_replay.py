"""The replay buffer against a list."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.dqn.nstep import Transition
from dqn_tui.dqn.replay import Batch, ReplayBuffer
from dqn_tui.dqn.sizes import count_replay_bytes

ARRAYS = ("observations", "actions", "rewards", "discounts", "next_observations")


def numbered(number: int) -> Transition:
    """A transition that can be told from all others by any of its fields; none of them is 0."""
    return Transition(
        observation=np.full(2, number, np.float32),
        action=number,
        reward=number + 0.25,
        discount=number + 0.5,
        next_observation=np.full(2, number + 0.75, np.float32),
    )


def fill(capacity: int, count: int) -> ReplayBuffer:
    buffer = ReplayBuffer(capacity, 2)
    for number in range(1, count + 1):
        buffer.add(numbered(number))
    return buffer


def check_rows_are_whole(batch: Batch) -> None:
    numbers = batch.actions
    np.testing.assert_array_equal(batch.observations, np.stack([numbers, numbers], 1))
    np.testing.assert_array_equal(batch.rewards, numbers + 0.25)
    np.testing.assert_array_equal(batch.discounts, numbers + 0.5)
    np.testing.assert_array_equal(batch.next_observations, np.stack([numbers, numbers], 1) + 0.75)


@given(capacity=st.integers(1, 7), count=st.integers(1, 25), seed=st.integers(0, 99))
def test_it_holds_and_draws_exactly_the_last_transitions(capacity: int, count: int, seed: int) -> None:
    buffer = fill(capacity, count)
    kept = list(range(1, count + 1))[-capacity:]
    assert buffer.size == len(kept)
    batch = buffer.sample(400, np.random.default_rng(seed))
    check_rows_are_whole(batch)
    assert set(batch.actions.tolist()) == set(kept)


@given(capacity=st.integers(1, 7), count=st.integers(0, 25))
def test_the_ring_overwrites_its_oldest_place(capacity: int, count: int) -> None:
    buffer = ReplayBuffer(capacity, 2)
    twin: list[int] = [0] * capacity
    for number in range(1, count + 1):
        twin[(number - 1) % capacity] = number
        buffer.add(numbered(number))
        assert buffer.actions.tolist() == twin
        assert buffer.position == number % capacity


def test_each_transition_is_drawn_about_as_often() -> None:
    batch = fill(8, 11).sample(16_000, np.random.default_rng(0))
    counts = np.bincount(batch.actions, minlength=12)[4:]
    assert counts.min() > 1_800
    assert counts.max() < 2_200


def test_unwritten_places_are_never_drawn() -> None:
    batch = fill(1_000, 3).sample(2_000, np.random.default_rng(0))
    assert set(batch.actions.tolist()) == {1, 2, 3}


def test_an_empty_buffer_gives_nothing() -> None:
    with pytest.raises(ValueError, match="empty"):
        ReplayBuffer(3, 2).sample(1, np.random.default_rng(0))


def test_draws_come_from_the_given_generator_alone() -> None:
    buffer = fill(50, 50)
    legacy = np.random.get_state()[1].copy()
    first, again, other = (buffer.sample(32, np.random.default_rng(seed)).actions for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert np.array_equal(np.random.get_state()[1], legacy)


def test_memory_is_allocated_once() -> None:
    buffer = ReplayBuffer(4, 2)
    before = [getattr(buffer, name) for name in ARRAYS]
    for number in range(1, 12):
        buffer.add(numbered(number))
        buffer.sample(2, np.random.default_rng(number))
    assert all(getattr(buffer, name) is array for name, array in zip(ARRAYS, before, strict=True))
    assert sum(array.nbytes for array in before) == count_replay_bytes(4, 2)


def test_a_batch_is_a_copy_that_later_transitions_do_not_change() -> None:
    buffer = fill(3, 3)
    batch = buffer.sample(16, np.random.default_rng(0))
    before = batch.actions.copy()
    for number in range(4, 7):
        buffer.add(numbered(number))
    np.testing.assert_array_equal(batch.actions, before)
    check_rows_are_whole(batch)


def test_a_batch_has_the_documented_types() -> None:
    batch = fill(3, 3).sample(5, np.random.default_rng(0))
    assert [getattr(batch, name).dtype.name for name in ARRAYS] == [
        "float32", "int64", "float32", "float32", "float32"
    ]  # fmt: skip
    assert batch.observations.shape == (5, 2)


@given(count=st.integers(0, 20), more=st.integers(0, 10))
def test_a_buffer_that_was_saved_and_loaded_goes_on_as_before(count: int, more: int) -> None:
    buffer, loaded = fill(7, count), ReplayBuffer(7, 2)
    loaded.set_state({name: array.copy() for name, array in buffer.get_state().items()})
    for number in range(100, 100 + more):
        buffer.add(numbered(number))
        loaded.add(numbered(number))
    assert (loaded.size, loaded.position) == (buffer.size, buffer.position)
    if buffer.size:
        first, second = (item.sample(32, np.random.default_rng(0)) for item in (buffer, loaded))
        np.testing.assert_array_equal(first.actions, second.actions)
        check_rows_are_whole(second)


def test_more_transitions_than_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="7"):
        ReplayBuffer(3, 2).set_state(fill(7, 7).get_state())
