"""The replay buffer against numbers worked by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dqn_tui.dqn.priorities import PRIORITY_EPSILON
from dqn_tui.dqn.replay import Batch, ReplayBuffer

GAMMA = 0.5


def observe(number: float) -> NDArray[np.float32]:
    return np.full(2, number, np.float32)


def fill(capacity: int, count: int, **settings: Any) -> ReplayBuffer:
    """Return a buffer with transitions 1 to `count` of one open episode; none of their numbers is 0."""
    buffer = ReplayBuffer(capacity, (2,), np.float32, **settings)
    buffer.begin_episode(0, observe(1))
    add_numbered(buffer, range(1, count + 1))
    return buffer


def add_numbered(buffer: ReplayBuffer, numbers: range) -> None:
    for number in numbers:
        buffer.add(0, number, number + 0.25, observe(number + 1), terminated=False, truncated=False)


def draw(buffer: ReplayBuffer, count: int = 400, seed: int = 0) -> Batch:
    return buffer.sample(count, np.random.default_rng(seed))


def rows_of(buffer: ReplayBuffer) -> set[tuple[float, ...]]:
    """Return all transitions of one-element vectors: observation, action, reward, discount, next observation."""
    batch = draw(buffer)
    columns = (
        batch.observations[:, 0], batch.actions, batch.rewards, batch.discounts, batch.next_observations[:, 0]
    )  # fmt: skip
    return set(zip(*(column.tolist() for column in columns), strict=True))


def check_rows_are_whole(batch: Batch) -> None:
    numbers = batch.actions
    np.testing.assert_array_equal(batch.observations, np.stack([numbers, numbers], 1))
    np.testing.assert_array_equal(batch.rewards, numbers + 0.25)
    np.testing.assert_array_equal(batch.next_observations, np.stack([numbers, numbers], 1) + 1)


@given(capacity=st.integers(1, 7), count=st.integers(1, 25), seed=st.integers(0, 99))
def test_it_holds_and_draws_exactly_the_last_transitions(capacity: int, count: int, seed: int) -> None:
    buffer = fill(capacity, count)
    kept = list(range(1, count + 1))[-capacity:]
    assert buffer.size == len(kept)
    batch = draw(buffer, seed=seed)
    check_rows_are_whole(batch)
    assert set(batch.actions.tolist()) == set(kept)


def test_each_transition_is_drawn_about_as_often() -> None:
    counts = np.bincount(draw(fill(8, 11), 16_000).actions, minlength=12)[4:]
    assert counts.min() > 1_800
    assert counts.max() < 2_200


def test_unwritten_places_are_never_drawn() -> None:
    assert set(draw(fill(1_000, 3), 2_000).actions.tolist()) == {1, 2, 3}


@pytest.mark.parametrize("alpha", [None, 0.6])
def test_an_empty_buffer_gives_nothing(alpha: float | None) -> None:
    buffer = ReplayBuffer(3, (2,), np.float32, alpha=alpha)
    buffer.begin_episode(0, observe(1))
    with pytest.raises(ValueError, match="empty"):
        draw(buffer)


def test_a_step_needs_an_open_episode() -> None:
    buffer = fill(3, 2)
    buffer.add(0, 0, 0.0, observe(9), terminated=True, truncated=False)
    with pytest.raises(ValueError, match="environment 0 has no open episode"):
        add_numbered(buffer, range(10, 11))


@pytest.mark.parametrize("alpha", [None, 0.6])
def test_draws_come_from_the_given_generator_alone(alpha: float | None) -> None:
    buffer = fill(50, 50, alpha=alpha)
    legacy = np.random.get_state(legacy=False)["state"]["key"].copy()
    first, again, other = (buffer.sample(32, np.random.default_rng(seed)).actions for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert np.array_equal(np.random.get_state(legacy=False)["state"]["key"], legacy)


def test_a_batch_is_a_copy_that_later_transitions_do_not_change() -> None:
    buffer = fill(3, 3)
    batch = draw(buffer, 16)
    before = batch.actions.copy()
    add_numbered(buffer, range(4, 30))
    np.testing.assert_array_equal(batch.actions, before)
    check_rows_are_whole(batch)


def test_a_batch_has_the_documented_types() -> None:
    buffer = ReplayBuffer(9, (8, 2, 3), np.uint8, 4, alpha=0.6)
    buffer.begin_episode(0, np.zeros((8, 2, 3)), np.array([1, 0, 1], np.int8))
    buffer.add(0, 1, 0.5, np.ones((8, 2, 3)), terminated=False, truncated=False)
    batch = draw(buffer, 5)
    found = {name: (array.shape, array.dtype.name) for name, array in batch._asdict().items()}
    assert found == {
        "observations": ((5, 8, 2, 3), "uint8"),
        "actions": ((5,), "int64"),
        "rewards": ((5,), "float32"),
        "discounts": ((5,), "float32"),
        "next_observations": ((5, 8, 2, 3), "uint8"),
        "masks": ((5, 3), "bool"),
        "next_masks": ((5, 3), "bool"),
        "weights": ((5,), "float32"),
        "indices": ((5,), "int64"),
    }
    assert batch.observations.flags.c_contiguous
    assert batch.next_observations.flags.c_contiguous
    assert batch.masks is not None
    assert batch.masks[0].tolist() == [True, False, True]
    assert batch.next_masks is not None
    assert batch.next_masks.all()


def test_a_window_of_n_steps_runs_on_across_the_write_head() -> None:
    buffer = fill(4, 8, n_steps=3, gamma=GAMMA)
    # Steps 1 to 8 make transitions 1 to 6; 5 and 6 are in the slots of 1 and 2.
    assert rows_of(buffer) == {
        (number, number, (number + 0.25) + 0.5 * (number + 1.25) + 0.25 * (number + 2.25), 0.125, number + 3)
        for number in (3, 4, 5, 6)
    }


def test_the_final_observation_of_a_truncated_episode_stays_what_it_was() -> None:
    buffer = ReplayBuffer(4, (1,), np.float32, gamma=GAMMA)
    buffer.begin_episode(0, np.array([1.0]))
    buffer.add(0, 0, 1.0, np.array([2.0]), terminated=False, truncated=True)
    buffer.begin_episode(0, np.array([50.0]))
    buffer.add(0, 1, 2.0, np.array([51.0]), terminated=True, truncated=False)
    buffer.begin_episode(0, np.array([90.0]))
    assert rows_of(buffer) == {(1, 0, 1, 0.5, 2), (50, 1, 2, 0, 51)}


def stack(*values: int) -> NDArray[np.uint8]:
    return np.array(values, np.uint8).reshape(-1, 1, 1)


@pytest.mark.parametrize("padding", [0, 50])
def test_a_stack_after_an_episodes_start_holds_nothing_of_the_episode_before(padding: int) -> None:
    buffer = ReplayBuffer(8, (4, 1, 1), np.uint8, 4, gamma=GAMMA)
    buffer.begin_episode(0, stack(1, 2, 3, 4))
    buffer.add(0, 0, 0.0, stack(2, 3, 4, 5), terminated=False, truncated=True)
    buffer.begin_episode(0, stack(padding, padding, padding, 50))
    buffer.add(0, 1, 0.0, stack(padding, padding, 50, 51), terminated=False, truncated=False)
    buffer.add(0, 2, 0.0, stack(padding, 50, 51, 52), terminated=False, truncated=False)
    batch = draw(buffer)
    found = {
        (action, tuple(before.ravel().tolist()), tuple(after.ravel().tolist()))
        for action, before, after in zip(
            batch.actions.tolist(), batch.observations, batch.next_observations, strict=True
        )
    }
    assert found == {
        (0, (1, 2, 3, 4), (2, 3, 4, 5)),
        (1, (padding, padding, padding, 50), (padding, padding, 50, 51)),
        (2, (padding, padding, 50, 51), (padding, 50, 51, 52)),
    }


def test_vectors_never_leave_early_even_if_every_episode_ends_after_one_step() -> None:
    buffer = ReplayBuffer(50, (1,), np.float32, num_envs=3, n_steps=5)
    for number in range(200):
        for env in range(3):
            buffer.begin_episode(env, np.array([number]))
            buffer.add(env, 0, 0.0, np.array([number + 0.5]), terminated=True, truncated=False)
            assert buffer.size == min(3 * number + env + 1, 50)


def test_stacks_that_share_nothing_leave_early_and_never_show_overwritten_frames() -> None:
    buffer = ReplayBuffer(200, (4, 1, 1), np.uint8, 4)
    buffer.begin_episode(0, stack(0, 1, 2, 3))
    for number in range(1, 250):
        frames = (4 * number + np.arange(4)) % 256
        buffer.add(0, number, 0.0, stack(*frames), terminated=False, truncated=False)
    # 200 + 6 + 4 * 4 * 5 frames hold 71 stacks, which are 70 transitions.
    assert buffer.size == 70
    batch = draw(buffer, 2_000)
    assert set(batch.actions.tolist()) == set(range(180, 250))
    expected = (4 * batch.actions[:, np.newaxis] + np.arange(4)) % 256
    np.testing.assert_array_equal(batch.next_observations[:, :, 0, 0], expected)
    np.testing.assert_array_equal(batch.observations[:, :, 0, 0], (expected - 4) % 256)


def test_a_dropped_episode_leaves_no_step_behind() -> None:
    buffer = fill(9, 4, n_steps=3)
    buffer.drop_episode(0)
    buffer.begin_episode(0, observe(50))
    add_numbered(buffer, range(50, 53))
    assert set(draw(buffer).actions.tolist()) == {1, 2, 50}


# --- priorities ---


def fill_prioritized() -> ReplayBuffer:
    """Return a buffer of transitions 1 to 4 with priorities 1 to 4."""
    buffer = fill(6, 4, alpha=1.0)
    buffer.update_priorities(np.arange(4), np.arange(1, 5) - PRIORITY_EPSILON)
    return buffer


def test_transitions_are_drawn_in_proportion_to_their_priorities() -> None:
    buffer, generator = fill_prioritized(), np.random.default_rng(0)
    actions = np.concatenate([buffer.sample(40, generator).actions for _ in range(1_000)])
    np.testing.assert_allclose(np.bincount(actions, minlength=5) / 40_000, [0, 0.1, 0.2, 0.3, 0.4], atol=0.005)


def test_weights_are_the_inverse_priorities_and_the_largest_is_1() -> None:
    batch = draw(fill_prioritized())
    assert batch.weights is not None
    np.testing.assert_allclose(batch.weights, 1 / batch.actions, rtol=1e-6)
    assert batch.weights.max() == 1


@pytest.mark.parametrize(("beta", "expected"), [(0.0, [1, 1, 1, 1]), (0.5, [1, 2**-0.5, 3**-0.5, 0.5])])
def test_beta_determines_how_far_weights_undo_the_priorities(beta: float, expected: list[float]) -> None:
    batch = fill_prioritized().sample(100, np.random.default_rng(0), beta)
    assert batch.weights is not None
    np.testing.assert_allclose(batch.weights, np.array(expected)[batch.actions - 1], rtol=1e-6)


def test_alpha_determines_how_much_priorities_count() -> None:
    buffer = fill(2, 2, alpha=0.5)
    buffer.update_priorities(np.array([0, 1]), np.array([1.0, 9.0]))
    # Leaves 1 and 3.
    assert np.bincount(draw(buffer, 400).actions).tolist() == [0, 100, 300]


def test_new_transitions_enter_at_the_largest_priority_so_far() -> None:
    buffer = fill(9, 2, alpha=1.0)
    buffer.update_priorities(np.array([0, 1]), np.array([3.0, 0.5]))
    add_numbered(buffer, range(3, 4))
    buffer.update_priorities(np.array([0]), np.array([0.25]))
    add_numbered(buffer, range(4, 5))
    np.testing.assert_allclose(buffer.get_state()["priorities"], [0.25, 0.5, 3, 3], atol=2 * PRIORITY_EPSILON)


def test_a_transition_without_error_can_still_be_drawn() -> None:
    buffer = fill(2, 2, alpha=1.0)
    buffer.update_priorities(np.array([0, 1]), np.zeros(2))
    assert set(draw(buffer).actions.tolist()) == {1, 2}


def test_a_priority_for_a_transition_that_left_meanwhile_is_ignored() -> None:
    buffer = ReplayBuffer(200, (4, 1, 1), np.uint8, 4, alpha=1.0)
    buffer.begin_episode(0, stack(0, 1, 2, 3))
    for number in range(1, 100):
        buffer.add(0, number, 0.0, stack(*range(number, number + 4)[::-1]), terminated=False, truncated=False)
    assert buffer.size < 99
    buffer.update_priorities(np.arange(99), np.full(99, 5.0))
    assert draw(buffer, 2_000).actions.min() == 100 - buffer.size
    assert len(set(draw(buffer, 2_000).actions.tolist())) == buffer.size


@pytest.mark.parametrize("priorities", [[-0.5, 1.0], [np.nan, 1.0], [np.inf, 1.0], [1e39, 1.0]])
def test_priorities_that_are_none_are_refused(priorities: list[float]) -> None:
    with pytest.raises(ValueError, match="priorities must lie in"):
        fill(3, 2, alpha=1.0).update_priorities(np.array([0, 1]), np.array(priorities))


def test_a_uniform_buffer_has_no_priorities() -> None:
    with pytest.raises(ValueError, match="without alpha"):
        fill(3, 2).update_priorities(np.array([0]), np.array([1.0]))
