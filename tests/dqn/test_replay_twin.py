"""The replay buffer and its naive twin are equal, index by index, after any operations."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dqn_tui.dqn.priorities import PRIORITY_EPSILON
from dqn_tui.dqn.replay import Batch, ReplayBuffer
from dqn_tui.dqn.sizes import count_frames
from tests.dqn.naive_replay import NaiveReplay

Array = NDArray[Any]
GAMMA = 0.5
ACTIONS = 3


class RandomEnvironment:
    """Random observations and masks, of few values, so that equal frames are common."""

    def __init__(
        self, generator: np.random.Generator, frames: int, *, stacking_share: float, mask_share: float
    ) -> None:
        self._generator = generator
        self._frames = frames
        self._frame_shape = (3,) if frames == 1 else (2, 2, 1)
        self._stacking_share = stacking_share
        self._mask_share = mask_share
        self._stack: Array = np.zeros((frames, *self._frame_shape), np.uint8)

    @property
    def shape(self) -> tuple[int, ...]:
        return (self._frames * self._frame_shape[0], *self._frame_shape[1:])

    def reset(self) -> Array:
        """The first frame behind black ones, or repeated, or behind others."""
        self._stack = self._draw(self._frames)
        padding = self._generator.integers(3)
        if padding == 0:
            self._stack[:-1] = 0
        elif padding == 1:
            self._stack[:-1] = self._stack[-1]
        return self._stack.reshape(self.shape).copy()

    def step(self) -> Array:
        if self._generator.random() < self._stacking_share:
            self._stack = np.concatenate([self._stack[1:], self._draw(1)])
        else:
            self._stack = self._draw(self._frames)
        return self._stack.reshape(self.shape).copy()

    def mask(self) -> Array | None:
        is_given = self._generator.random() < self._mask_share
        return self._generator.integers(0, 2, ACTIONS).astype(np.int8) if is_given else None

    def _draw(self, count: int) -> Array:
        return self._generator.integers(0, 9, (count, *self._frame_shape)).astype(np.uint8)


class Pair:
    """A replay buffer and its naive twin, with the same input.

    The environments take turns at random; where `switch_share` is small, many steps of one come in a row.
    """

    def __init__(
        self,
        *,
        seed: int,
        capacity: int,
        frames: int,
        num_envs: int,
        n_steps: int,
        alpha: float | None,
        stacking_share: float,
        mask_share: float,
        switch_share: float,
    ) -> None:
        self.generator = np.random.default_rng(seed)
        self.environments = [
            RandomEnvironment(self.generator, frames, stacking_share=stacking_share, mask_share=mask_share)
            for _ in range(num_envs)
        ]
        shape = self.environments[0].shape
        self._arguments: dict[str, Any] = {
            "capacity": capacity, "shape": shape, "dtype": np.uint8, "frames": frames,
            "num_envs": num_envs, "n_steps": n_steps, "gamma": GAMMA, "alpha": alpha,
        }  # fmt: skip
        self.alpha = alpha
        self.buffer = ReplayBuffer(**self._arguments)
        frame_capacity = count_frames(capacity, shape, 1, frames, num_envs, n_steps)
        self.twin = NaiveReplay(capacity, frame_capacity, frames, num_envs, n_steps, GAMMA)
        self._switch_share = switch_share
        self._env = 0

    def step(self) -> None:
        """Add a step, or begin an episode, in any environment."""
        if self.generator.random() < self._switch_share:
            self._env = int(self.generator.integers(len(self.environments)))
        env = self._env
        environment = self.environments[env]
        if self.twin.present[env] is None or self.generator.random() < 0.03:
            observation, mask = environment.reset(), environment.mask()
            self.buffer.begin_episode(env, observation, mask)
            self.twin.begin_episode(env, observation, mask)
            return
        observation, mask = environment.step(), environment.mask()
        action, reward = int(self.generator.integers(ACTIONS)), float(self.generator.integers(-8, 9))
        draw = self.generator.random()
        ending = "terminated" if draw < 0.08 else "truncated" if draw < 0.16 else None
        self.buffer.add(
            env, action, reward, observation, mask,
            terminated=ending == "terminated", truncated=ending == "truncated" or (draw < 0.02),
        )  # fmt: skip
        self.twin.add(env, action, reward, observation, mask, ending)

    def drop(self) -> None:
        env = int(self.generator.integers(len(self.environments)))
        self.buffer.drop_episode(env)
        self.twin.drop_episode(env)

    def save_and_restore(self) -> None:
        """Continue with another buffer, restored from the state of the first."""
        state = self.buffer.get_state()
        content = safetensors.numpy.save({name: np.asarray(array, order="C") for name, array in state.items()})
        self.buffer = ReplayBuffer(**self._arguments)
        self.buffer.set_state(safetensors.numpy.load(content))
        again = self.buffer.get_state()
        assert again.keys() == state.keys()
        for name, array in state.items():
            np.testing.assert_array_equal(again[name], array, err_msg=name)

    def check(self) -> None:
        """Draw a batch and compare it row by row."""
        assert self.buffer.size == self.twin.size
        if not self.twin.size:
            return
        seed = int(self.generator.integers(99))
        batch = self.buffer.sample(40, np.random.default_rng(seed), beta=0.7)
        if self.alpha is None:
            np.testing.assert_array_equal(batch.indices, self.twin.draw_indices(40, np.random.default_rng(seed)))
            assert batch.weights is None
        places = self.twin.places(batch.indices)
        self._check_rows(batch, places)
        if self.alpha is not None:
            self._check_priorities(batch, places)

    def _check_rows(self, batch: Batch, places: list[int]) -> None:
        rows = [self.twin.rows[place] for place in places]
        np.testing.assert_array_equal(batch.observations, [row.before.observation for row in rows])
        np.testing.assert_array_equal(batch.actions, [row.action for row in rows])
        np.testing.assert_array_equal(batch.rewards, [row.reward for row in rows])
        np.testing.assert_array_equal(batch.discounts, [row.discount for row in rows])
        np.testing.assert_array_equal(batch.next_observations, [row.after.observation for row in rows])
        for actual, shown in (
            (batch.masks, [row.before for row in rows]),
            (batch.next_masks, [row.after for row in rows]),
        ):
            if actual is None:
                assert all(item.mask is None for item in shown)
            else:
                allowed = np.ones(ACTIONS)
                np.testing.assert_array_equal(actual, [allowed if item.mask is None else item.mask for item in shown])

    def _check_priorities(self, batch: Batch, places: list[int]) -> None:
        assert self.alpha is not None
        twin = self.twin
        leaves = np.array([twin.leaves[place] for place in places])
        assert batch.weights is not None
        np.testing.assert_allclose(batch.weights, (leaves / leaves.min()) ** -0.7, rtol=1e-6)
        np.testing.assert_array_equal(self.buffer.get_state()["priorities"], twin.leaves[twin.tail :])
        new = self.generator.integers(0, 20, 40).astype(np.float32)
        self.buffer.update_priorities(batch.indices, new)
        for place, priority in zip(places, new.tolist(), strict=True):
            twin.leaves[place] = float(np.power(np.float64(priority) + PRIORITY_EPSILON, self.alpha))
            twin.largest_leaf = max(twin.largest_leaf, twin.leaves[place])


@settings(max_examples=120)
@given(
    seed=st.integers(0, 2**32 - 1),
    steps=st.integers(0, 250),
    capacity=st.sampled_from([1, 2, 7, 30, 80]),
    frames=st.sampled_from([1, 4]),
    num_envs=st.integers(1, 3),
    n_steps=st.sampled_from([1, 3, 5]),
    alpha=st.sampled_from([None, 0.6]),
    stacking_share=st.sampled_from([0.0, 0.7, 1.0]),
    mask_share=st.sampled_from([0.0, 0.5, 1.0]),
    switch_share=st.sampled_from([0.02, 1.0]),
)
def test_it_agrees_index_by_index_with_a_naive_twin_also_when_saved_and_restored(steps: int, **arguments: Any) -> None:
    pair = Pair(**arguments)
    for _ in range(steps):
        pair.step()
        event = pair.generator.random()
        if event < 0.1:
            pair.check()
        elif event < 0.15:
            pair.save_and_restore()
        elif event < 0.17:
            pair.drop()
    pair.save_and_restore()
    pair.check()


@pytest.mark.parametrize(("capacity", "frames", "stacking_share"), [(7, 1, 1.0), (80, 4, 0.0)])
@pytest.mark.parametrize("n_steps", [1, 3])
def test_it_agrees_where_frames_are_overwritten_too_soon(
    capacity: int, frames: int, stacking_share: float, n_steps: int
) -> None:
    early = lost = 0
    for seed in range(12):
        pair = Pair(
            seed=seed, capacity=capacity, frames=frames, num_envs=2, n_steps=n_steps, alpha=None,
            stacking_share=stacking_share, mask_share=0.0, switch_share=0.02,
        )  # fmt: skip
        for step in range(250):
            pair.step()
            assert pair.buffer.size == pair.twin.size
            if step % 25 == 0:
                pair.check()
            early += pair.twin.tail > max(0, len(pair.twin.rows) - capacity)
        lost += pair.twin.lost
    # Transitions left early, and steps began at observations that had been dropped.
    assert early > 0
    assert lost > 0
