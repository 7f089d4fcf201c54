"""A replay buffer's memory and saved state, and saved states that are wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dqn_tui.dqn.replay import ReplayBuffer
from dqn_tui.dqn.sizes import count_replay_bytes
from tests.dqn.test_replay import add_numbered, check_rows_are_whole, draw, fill, stack

Array = NDArray[Any]
ACTIONS = 3

LAYOUTS = [
    {"shape": (4,), "itemsize": 4, "frames": 1},
    {"shape": (4,), "itemsize": 4, "frames": 1, "num_envs": 8, "n_steps": 5, "is_prioritized": True},
    {"shape": (4, 6, 5), "itemsize": 1, "frames": 4, "n_steps": 3, "is_prioritized": True, "action_count": 7},
    {"shape": (10, 3, 3), "itemsize": 4, "frames": 1, "num_envs": 2, "action_count": 3},
    {"shape": (12, 2, 2), "itemsize": 1, "frames": 4},
]


@pytest.mark.parametrize("capacity", [1, 64, 65, 1_000])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_memory_is_allocated_once_and_is_what_was_counted_before(capacity: int, layout: dict[str, Any]) -> None:
    settings = layout.copy()
    shape, action_count = settings["shape"], settings.get("action_count")
    dtype = np.uint8 if settings.pop("itemsize") == 1 else np.float32
    alpha = 0.6 if settings.pop("is_prioritized", False) else None
    settings.pop("action_count", None)
    buffer = ReplayBuffer(capacity, dtype=dtype, alpha=alpha, **settings)
    observation = np.zeros(shape, dtype)
    buffer.begin_episode(0, observation, np.ones(action_count) if action_count else None)
    for _ in range(200):
        buffer.add(0, 0, 0.0, observation, terminated=False, truncated=False)
        assert buffer.nbytes == count_replay_bytes(capacity, **layout)
    draw(buffer)
    assert buffer.nbytes == count_replay_bytes(capacity, **layout)


def test_a_million_atari_transitions_fit_into_seven_and_a_half_gigabytes() -> None:
    count = count_replay_bytes(
        1_000_000, (4, 84, 84), 1, 4, num_envs=16, n_steps=5, is_prioritized=True, action_count=18
    )
    assert 7.3e9 < count < 7.5e9


def test_what_is_saved_is_small_and_shares_the_frames_memory() -> None:
    buffer = ReplayBuffer(1_000, (4,), np.float32)
    for number in range(60):
        buffer.begin_episode(0, np.zeros(4))
        for step in range(1, 51):
            buffer.add(0, 0, 1.0, np.full(4, number + step), terminated=step == 50, truncated=False)
    state = buffer.get_state()
    # A transition: 16 bytes of observation, 8 of numbers, 8 of action, 4 of reward, 4 of discount; 21 first frames.
    assert 40_000 < sum(array.nbytes for array in state.values()) < 40_000 + 21 * 16 + 200
    again = buffer.get_state()
    assert np.shares_memory(state["frames"], again["frames"])


# --- wrong saved states ---


def make_saved() -> dict[str, Array]:
    """Two environments, n = 3, stacks, masks and priorities; the ring has wrapped."""
    buffer = ReplayBuffer(5, (4, 1, 1), np.uint8, 4, num_envs=2, n_steps=3, alpha=0.6)
    for env in (0, 1):
        buffer.begin_episode(env, stack(0, 0, 0, env), np.ones(ACTIONS))
    for number in range(1, 9):
        for env in (0, 1):
            frames = [max(0, number + shift) for shift in (-3, -2, -1, 0)]
            buffer.add(env, 1, 1.0, stack(*frames), np.ones(ACTIONS), terminated=False, truncated=False)
    return {name: array.copy() for name, array in buffer.get_state().items()}


def restore(state: dict[str, Array]) -> ReplayBuffer:
    buffer = ReplayBuffer(5, (4, 1, 1), np.uint8, 4, num_envs=2, n_steps=3, alpha=0.6, action_count=ACTIONS)
    buffer.set_state(state)
    return buffer


def lies() -> Iterator[Any]:
    """The name of an array, its replacement, and part of the error message."""

    def case(name: str, value: Any, message: str) -> Any:
        return pytest.param(name, value, message, id=f"{name}: {message}")

    yield case("frames", np.zeros((3, 2, 1, 1), np.uint8), "frames must have shape")
    yield case("frames", np.zeros((3, 1, 1, 1), np.float32), "frames must hold uint8, got float32")
    yield case("frames", np.zeros((500, 1, 1, 1), np.uint8), "do not fit into")
    yield case("frames", np.zeros((2, 1, 1, 1), np.uint8), "masks must have shape")
    yield case("frames", np.zeros(3, np.uint8), "frames must have shape")
    yield case("first_frame", np.array(-1), "first_frame must lie in")
    yield case("first_frame", np.array(2**62 + 1), "first_frame must lie in")
    yield case("first_frame", np.array(0.5), "first_frame must hold int64")
    yield case("first_frame", np.zeros(2, np.int64), "first_frame must have shape")
    yield case("masks", np.ones((1, 1), np.bool_), "masks must have shape")
    yield case("masks", np.ones((0, 10**12), np.bool_), "masks must have shape")
    yield case("masks", np.ones(3, np.bool_), "masks must have shape")
    yield case("masks", np.array(True), "masks must have shape")
    yield case("position", np.array(5), "position must lie in")
    yield case("position", np.array(-1), "position must lie in")
    yield case("numbers", np.zeros((6, 2, 4), np.int32), "6 transitions do not fit into a replay buffer of 5")
    yield case("numbers", np.full((5, 2, 4), 99, np.int32), "numbers must lie in")
    yield case("numbers", np.full((5, 2, 4), -1, np.int32), "numbers must lie in")
    yield case("numbers", np.tile(np.array([3, 2, 1, 0]), (5, 2, 1)), "numbers must not descend")
    yield case("numbers", np.zeros((5, 8), np.int32), "numbers must have shape")
    yield case("numbers", np.zeros((4, 2, 4), np.int32), "actions must have shape")
    yield case("numbers", np.zeros((5, 2, 4)), "numbers must hold int64")
    yield case("actions", np.full(5, ACTIONS), "actions must lie in")
    yield case("actions", np.full(5, -1), "actions must lie in")
    yield case("rewards", np.full(5, np.nan, np.float32), "rewards must be finite")
    yield case("rewards", np.zeros(5), "rewards must hold float32")
    yield case("discounts", np.full(5, np.inf, np.float32), "discounts must be finite")
    yield case("is_open", np.ones(3, np.bool_), "is_open must have shape")
    yield case("present_numbers", np.full((2, 4), 99), "present_numbers must lie in")
    yield case("present_numbers", np.array([[1, -1, 1, 1]] * 2), "present_numbers must not descend")
    yield case("waiting_counts", np.array([2**40, 0]), "waiting_counts must lie in")
    yield case("waiting_counts", np.array([3, 1]), "3 steps wait")
    yield case("waiting_counts", np.array([2, 1]), "waiting_numbers must have shape")
    yield case("waiting_counts", np.array([5, -1]), "waiting_counts must lie in")
    yield case("waiting_numbers", np.full((4, 4), -2), "waiting_numbers must lie in")
    yield case("waiting_actions", np.full(4, 2**40), "waiting_actions must lie in")
    yield case("waiting_rewards", np.full(4, np.inf), "waiting_rewards must be finite")
    yield case("priorities", np.full(4, 0.5), "priorities must have shape")
    yield case("priorities", np.full(5, np.nan), "priorities must be finite")
    yield case("priorities", np.full(5, -0.5), "priorities must lie in")
    yield case("priorities", np.full(5, 1.5), "priorities must lie in")
    yield case("priorities", np.zeros(5), "priorities must not all be 0")
    yield case("largest_priority", np.array(np.inf), "largest_priority must be finite")
    yield case("largest_priority", np.array(0.5), "largest_priority must lie in")
    yield case("largest_priority", np.array(1e39), "largest_priority must lie in")


@pytest.mark.parametrize(("name", "value", "message"), list(lies()))
def test_a_wrong_saved_state_is_refused(name: str, value: Array, message: str) -> None:
    state = make_saved()
    assert restore(state).size == 5
    with pytest.raises(ValueError, match=message):
        restore(state | {name: value})


@pytest.mark.parametrize("name", [name for name in make_saved() if name != "masks"])
def test_a_saved_state_that_lacks_an_array_is_refused(name: str) -> None:
    state = make_saved()
    del state[name]
    with pytest.raises(ValueError, match=f"lacks '{name}'"):
        restore(state)


def test_a_state_can_be_restored_over_an_older_one() -> None:
    buffer = fill(6, 20, alpha=1.0)
    draw(buffer)
    other = fill(6, 2, alpha=1.0)
    buffer.set_state(other.get_state())
    add_numbered(buffer, range(3, 4))
    add_numbered(other, range(3, 4))
    first, second = draw(buffer), draw(other)
    check_rows_are_whole(first)
    for one, two in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, two)
