"""Experience replay (Lin 1992; Mnih et al. 2015), uniform or prioritized, in arrays allocated once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike, NDArray

from dqn_tui.dqn.observation_store import ObservationStore
from dqn_tui.dqn.open_episodes import OpenEpisodes
from dqn_tui.dqn.priorities import Priorities
from dqn_tui.dqn.saved import Arrays
from dqn_tui.dqn.sizes import count_frames
from dqn_tui.dqn.transitions import TransitionRing

_MOST_ACTIONS = 2**31


class Batch(NamedTuple):
    """B transitions, drawn for one update.

    Attributes:
        observations: [B, *shape], as stored.
        actions: int64 [B].
        rewards: discounted sums over the transitions' steps, float32 [B].
        discounts: factors of the next observations' values, 0 where these are terminal, float32 [B].
        next_observations: [B, *shape], as stored.
        masks: the actions allowed at the observations, bool [B, A]; None where there were no masks.
        next_masks: the actions allowed at the next observations, bool [B, A], or None.
        weights: importance weights, at most 1, float32 [B]; None where draws are uniform.
        indices: the transitions' slots in the buffer, for `update_priorities`, int64 [B].
    """

    observations: NDArray[Any]
    actions: NDArray[np.int64]
    rewards: NDArray[np.float32]
    discounts: NDArray[np.float32]
    next_observations: NDArray[Any]
    masks: NDArray[np.bool_] | None
    next_masks: NDArray[np.bool_] | None
    weights: NDArray[np.float32] | None
    indices: NDArray[np.int64]


class ReplayBuffer:
    """The last `capacity` n-step transitions of one or several environments, drawn with replacement.

    Every frame is stored once. A transition leaves the buffer early when its oldest frame is overwritten. That happens
    to images in short episodes, and to vectors only if environments do not step in turn.

    Attributes:
        capacity: number of transitions it can hold.
    """

    def __init__(
        self,
        capacity: int,
        shape: Sequence[int],
        dtype: DTypeLike,
        frames: int = 1,
        *,
        num_envs: int = 1,
        n_steps: int = 1,
        gamma: float = 0.99,
        alpha: float | None = None,
        action_count: int | None = None,
    ) -> None:
        """Allocate the buffer.

        Args:
            capacity: number of transitions it can hold.
            shape: shape of one observation; with more than one axis it is an image.
            dtype: dtype of one observation.
            frames: frames stacked in an observation, along its first axis.
            num_envs: environments that fill the buffer.
            n_steps: steps of a transition.
            gamma: discount factor.
            alpha: exponent of the priorities, from 0 for uniform draws to 1; None for no priorities at all.
            action_count: if given, saved actions and masks of any other number are refused.
        """
        self.capacity = capacity
        frame_capacity = count_frames(capacity, shape, np.dtype(dtype).itemsize, frames, num_envs, n_steps)
        self._frames = frames
        self._action_count = action_count
        self._store = ObservationStore(frame_capacity, shape, dtype, frames)
        self._ring = TransitionRing(capacity, frames)
        self._priorities = None if alpha is None else Priorities(capacity, alpha)
        self._episodes = OpenEpisodes(num_envs, frames, n_steps, gamma)

    @property
    def size(self) -> int:
        """Number of transitions that can be drawn."""
        return self._ring.head - self._ring.tail

    @property
    def nbytes(self) -> int:
        """Memory of all arrays, in bytes."""
        return self._store.nbytes + self._ring.nbytes + (self._priorities.nbytes if self._priorities else 0)

    @property
    def closed_envs(self) -> list[int]:
        """The environments without an open episode."""
        return [env for env, numbers in enumerate(self._episodes.present) if numbers is None]

    def begin_episode(self, env: int, observation: NDArray[Any], mask: NDArray[Any] | None = None) -> None:
        """Add the first observation of an episode of environment `env`, and the actions allowed there."""
        self._episodes.set_present(env, self._store.add_first(observation, mask))
        self._ring.evict(self._store.oldest)

    def add(
        self,
        env: int,
        action: int,
        reward: float,
        observation: NDArray[Any],
        mask: NDArray[Any] | None = None,
        *,
        terminated: bool,
        truncated: bool,
    ) -> None:
        """Add a step of environment `env` to `observation`; store the transitions that it completes.

        Raises:
            ValueError: the environment has no open episode.
        """
        present = self._episodes.present[env]
        if present is None:
            raise ValueError(f"environment {env} has no open episode to add a step to")
        following = self._store.add_next(present, observation, mask)
        oldest = self._store.oldest
        self._ring.evict(oldest)
        for transition in self._episodes.accumulators[env].add(
            present, action, reward, following, terminated=terminated, truncated=truncated
        ):
            if transition.observation[0] >= oldest:
                self._ring.append(transition)
        self._episodes.present[env] = None if terminated or truncated else following

    def drop_episode(self, env: int) -> None:
        """Drop the open episode of environment `env`, and its steps that wait for rewards."""
        self._episodes.set_present(env, None)

    def sample(self, batch_size: int, generator: np.random.Generator, beta: float = 1.0) -> Batch:
        """Draw `batch_size` transitions; with `beta` 1, the weights fully compensate for the priorities.

        Raises:
            ValueError: the buffer is empty.
        """
        if not self.size:
            raise ValueError("cannot sample from an empty replay buffer")
        weights = None
        if self._priorities is None:
            indices = self._draw_uniformly(batch_size, generator)
        else:
            self._priorities.follow(self._ring.tail, self._ring.head)
            indices, weights = self._priorities.draw(batch_size, generator, beta)
        ring = self._ring
        numbers = ring.numbers.take(indices, axis=0).reshape(batch_size, 2, self._frames).swapaxes(0, 1)
        observations, next_observations = self._store.gather(numbers)
        both_masks = self._store.gather_masks(numbers)
        masks, next_masks = (None, None) if both_masks is None else both_masks
        return Batch(
            observations,
            ring.actions.take(indices),
            ring.rewards.take(indices),
            ring.discounts.take(indices),
            next_observations,
            masks,
            next_masks,
            weights,
            indices,
        )

    def copy_observations(self, most: int) -> NDArray[Any]:
        """Return the observations of at most `most` transitions, evenly spread over the buffer, [N, *shape]."""
        count = min(self.size, most)
        positions = self._ring.tail + np.arange(count) * self.size // max(1, count)
        numbers = self._ring.numbers.take(positions % self.capacity, axis=0)
        return self._store.gather(numbers[:, : self._frames])

    def update_priorities(self, indices: NDArray[np.int64], priorities: NDArray[np.floating[Any]]) -> None:
        """Set the priorities [B] of the transitions at `indices` [B], such as their absolute TD errors.

        Raises:
            ValueError: a priority is negative or not finite, or the buffer has no priorities.
        """
        if self._priorities is None:
            raise ValueError("a replay buffer without alpha has no priorities")
        self._priorities.follow(self._ring.tail, self._ring.head)
        self._priorities.update(indices, priorities)

    def get_state(self) -> dict[str, NDArray[Any]]:
        """Return all that later draws depend on, as safetensors can hold it; frames are views."""
        first = self._find_first_number()
        state = self._store.get_state(first) | self._ring.get_state(first) | self._episodes.get_state(first)
        if self._priorities is not None:
            self._priorities.follow(self._ring.tail, self._ring.head)
            state |= self._priorities.get_state()
        return state

    def set_state(self, state: Arrays) -> None:
        """Restore the result of `get_state`.

        Raises:
            ValueError: an array is missing or does not fit, or a number in it is out of range; the buffer is then
                partly restored, and must not be used.
        """
        self._store.set_state(state, self._action_count)
        first, count = self._store.oldest, self._store.next_number - self._store.oldest
        action_count = self._action_count or _MOST_ACTIONS
        self._ring.set_state(state, first, count, action_count)
        self._episodes.set_state(state, first, count, action_count)
        if self._priorities is not None:
            self._priorities.set_state(state, self._ring.tail, self._ring.head)

    def _draw_uniformly(self, batch_size: int, generator: np.random.Generator) -> NDArray[np.int64]:
        indices = generator.integers(0, self.size, batch_size)
        # In a full ring, every slot holds a transition, so slots can be drawn instead of positions.
        if self.size < self.capacity and self._ring.tail % self.capacity:
            indices = (indices + self._ring.tail) % self.capacity
        return indices

    def _find_first_number(self) -> int:
        """Return the oldest frame that is still referred to."""
        oldest, end = self._store.oldest, self._store.next_number
        numbers = [number for number in self._episodes.iterate_numbers() if number >= oldest]
        return min([end if self._ring.oldest_number is None else self._ring.oldest_number, *numbers])
