"""DQN with experience replay (Mnih et al. 2015, Algorithm 1): one environment step, or one update, at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dqn_tui.config import Config
from dqn_tui.dqn.agent import Agent, Update
from dqn_tui.dqn.packed import are_finite, find_vector
from dqn_tui.dqn.replay import ReplayBuffer
from dqn_tui.dqn.saved import LARGEST_COUNT, Arrays, blame, read_count
from dqn_tui.dqn.schedule import LinearSchedule, count_multiples
from dqn_tui.envs.batch import Environments, Steps
from dqn_tui.errors import DivergedError
from dqn_tui.seeding import episode_seed, make_generator
from dqn_tui.spaces import Spaces
from dqn_tui.training.episodes import EndedEpisode, TrainingEpisodes
from dqn_tui.training.meters import PhaseClock

STEPS_BETWEEN_VALUES = 25
"""Steps from one valued start of an episode to the next, so that environments with short episodes are not slowed."""
_MOST_COPIED, _MOST_COPIED_BYTES = 4_096, 4_000_000


class StepsTaken(NamedTuple):
    """One step of E environments: the actions taken, and the episodes that ended."""

    actions: list[int]
    ended: list[EndedEpisode]


class Learner:
    """The agent, its replay buffer and environments, and all of their random streams.

    Attributes:
        agent: acts and learns.
        replay: the replay buffer.
        step: environment steps taken, over all environments.
        updates: gradient steps taken.
        owed_updates: gradient steps still to be taken before the next environment step.
    """

    def __init__(self, config: Config, environments: Environments, device: str, clock: PhaseClock) -> None:
        self._config = config
        self._count = environments.count
        self._clock = clock
        spaces = environments.spec.spaces
        self.agent = Agent(config, spaces, device)
        self.replay = make_replay(config, spaces)
        self._open = TrainingEpisodes(
            environments, lambda env, number: episode_seed(config.seed, "training", env, number), config.gamma
        )
        self._closed = list(range(self._count))
        self._exploration = make_generator(config.seed, "exploration")
        self._sampling = make_generator(config.seed, "replay")
        self._epsilon = LinearSchedule(
            config.exploration_initial_eps,
            config.exploration_final_eps,
            config.exploration_fraction * config.total_timesteps,
        )
        self._beta = LinearSchedule(config.priority_beta, 1.0, config.total_timesteps)
        self._spaces = spaces
        self._next_valued_step = 0
        self.step = 0
        self.updates = 0
        self.owed_updates = 0

    @property
    def episodes(self) -> int:
        """Number of finished training episodes."""
        return int(self._open.ended.sum())

    @property
    def largest_entry(self) -> float | None:
        """The largest absolute entry of the present observations' vectors; None where there are only images."""
        vectors = find_vector(self._spaces, self._open.observations)
        return None if vectors is None else float(np.abs(vectors).max())

    @property
    def epsilon(self) -> float:
        """Probability of a random action at this step; 1 before learning starts."""
        return 1.0 if self.step < self._config.learning_starts else self._epsilon(self.step)

    def begin_episodes(self) -> None:
        """Begin an episode in each environment that has none open."""
        if not self._closed:
            return
        ended = self._clock.switch("environment")
        self._open.begin(self._closed)
        self._clock.switch(ended)
        self._remember_starts(self._closed)
        self._closed = []

    def take_steps(self) -> StepsTaken:
        """Act once in each environment, store the transitions, and count the updates that are due.

        The caller then calls `begin_episodes`: a reset that raises leaves a state that can be saved and resumed.

        Raises:
            DivergedError: an observation or a reward is not finite, or n rewards may overflow float32.
        """
        switch = self._clock.switch
        switch("acting")
        self.agent.online.observe(self._open.observations)
        actions = self.agent.act(self._open.observations, self._open.masks, self.epsilon, self._exploration)
        switch("environment")
        steps = self._open.advance(actions)
        switch("other")
        self._check(steps)
        taken = actions.tolist()
        self._closed = self._remember(taken, steps)
        self.step += self._count
        if self._is_learning:
            self.owed_updates = self._config.updates_per_burst * self.count_due(self._config.train_freq)
        ended = [self._open.close(index, is_truncated=not steps.terminated[index]) for index in self._closed]
        return StepsTaken(taken, ended)

    def update(self) -> Update:
        """Take one of the owed gradient steps, on a batch from the replay buffer.

        Raises:
            DivergedError: loss, gradient or Q-values are not finite; the weights are still those of the last update.
        """
        switch = self._clock.switch
        switch("sampling")
        batch = self.replay.sample(self._config.batch_size, self._sampling, self._beta(self.step))
        switch("learning")
        update = self.agent.update(batch, self.step)
        switch("sampling")
        if self._config.prioritized:
            self.replay.update_priorities(batch.indices, update.priorities)
        switch("other")
        self.updates += 1
        self.owed_updates -= 1
        return update

    def finish_step(self) -> None:
        """Update the target network if it is due, after the steps and their updates."""
        for _ in range(self.count_due(self._config.target_update_interval)):
            self.agent.update_target()

    def count_due(self, interval: int) -> int:
        """Return how many multiples of `interval` the latest step of all environments reached."""
        return count_multiples(interval, self.step - self._count, self.step)

    def copy_observations(self) -> NDArray[Any]:
        """Return observations [N, *shape] for viewers: some, evenly spread over the replay buffer."""
        size = self._spaces.observation_size * np.dtype(self._spaces.observation_dtype).itemsize
        return self.replay.copy_observations(min(_MOST_COPIED, max(1, _MOST_COPIED_BYTES // size)))

    def get_state(self) -> tuple[dict[str, Arrays], dict[str, Any]]:
        """Return all that the next step depends on: groups of arrays, and numbers that JSON can hold."""
        arrays = self.agent.get_state() | {"replay": self.replay.get_state(), "episodes": self._open.get_state()}
        numbers = {
            "step": self.step,
            "updates": self.updates,
            "owed_updates": self.owed_updates,
            "next_valued_step": self._next_valued_step,
            "exploration": self._exploration.bit_generator.state,
            "replay": self._sampling.bit_generator.state,
        }
        return arrays, numbers

    def set_state(self, arrays: Mapping[str, Arrays], numbers: Mapping[str, Any]) -> bool:
        """Restore the result of `get_state`, by playing the open episodes again.

        Returns False where that led elsewhere: those episodes are dropped, and new ones begin. Updates owed under
        settings that have changed since are as many as a burst has now.

        Raises:
            MisfitError: an array does not have this run's shape.
            ValueError: a count is out of range.
        """
        self.agent.set_state(arrays)
        with blame("replay"):
            self.replay.set_state(arrays["replay"])
        self.step = int(numbers["step"])
        self.updates = read_count(numbers, "updates", LARGEST_COUNT)
        most_owed = self._config.updates_per_burst * self._count
        self.owed_updates = min(read_count(numbers, "owed_updates", LARGEST_COUNT), most_owed)
        self._next_valued_step = int(numbers.get("next_valued_step", 0))
        self._exploration.bit_generator.state = numbers["exploration"]
        self._sampling.bit_generator.state = numbers["replay"]
        closed = self.replay.closed_envs
        with blame("episodes"):
            lost = self._open.set_state(arrays["episodes"], closed)
        for index in lost:
            self.replay.drop_episode(index)
        self._closed = sorted([*closed, *lost])
        return not lost

    def _remember_starts(self, indices: Iterable[int]) -> None:
        masks = self._open.masks
        for index in indices:
            mask = None if masks is None else masks[index]
            self.replay.begin_episode(index, self._open.observations[index], mask)
        if self.updates and self.step >= self._next_valued_step:
            self._next_valued_step = self.step + STEPS_BETWEEN_VALUES
            self._note_start_values(list(indices))

    def _note_start_values(self, indices: list[int]) -> None:
        """Note what the network expects of the episodes that begin; before any update, that is only noise."""
        masks = self._open.masks
        values = self.agent.value_greedily(self._open.observations[indices], None if masks is None else masks[indices])
        for index, value in zip(indices, values.tolist(), strict=True):
            self._open.note_start_q(index, value)

    def _remember(self, actions: list[int], steps: Steps) -> list[int]:
        """Store a step of each environment; return the environments whose episode is over."""
        rewards = self.agent.rewards.learned(steps.rewards).tolist()
        terminated, truncated = steps.terminated.tolist(), steps.truncated.tolist()
        for index, action in enumerate(actions):
            self.replay.add(
                index,
                action,
                rewards[index],
                steps.observations[index],
                None if steps.action_masks is None else steps.action_masks[index],
                terminated=terminated[index],
                truncated=truncated[index],
            )
        return [index for index in range(self._count) if terminated[index] or truncated[index]]

    def _check(self, steps: Steps) -> None:
        largest = self.agent.rewards.largest
        for reward in steps.rewards.tolist():
            if not abs(reward) <= largest:
                raise self._blame_environment(f"the reward {reward}")
        if not are_finite(self._spaces, steps.observations):
            raise self._blame_environment("an observation that is not finite")

    def _blame_environment(self, what: str) -> DivergedError:
        return DivergedError(f"the environment returned {what} at step {self.step + self._count:,}")

    @property
    def _is_learning(self) -> bool:
        return self.step >= self._config.learning_starts and self.replay.size >= self._config.batch_size


def make_replay(config: Config, spaces: Spaces) -> ReplayBuffer:
    """Return the replay buffer that the configuration describes."""
    return ReplayBuffer(
        config.buffer_size,
        spaces.observation_shape,
        np.dtype(spaces.observation_dtype),
        spaces.frames,
        num_envs=config.num_envs,
        n_steps=config.n_steps,
        gamma=config.gamma,
        alpha=config.priority_alpha if config.prioritized else None,
        action_count=spaces.action_count,
    )


def measure_progress(learner: Learner, seconds: float) -> dict[str, float]:
    """Return counts and schedules after `seconds` of work, under Stable-Baselines3's names."""
    return {
        "time/total_timesteps": learner.step,
        "time/time_elapsed": seconds,
        "time/fps": learner.step / seconds if seconds else 0.0,
        "time/episodes": learner.episodes,
        "rollout/exploration_rate": learner.epsilon,
        "replay/size": learner.replay.size,
        "train/n_updates": learner.updates,
        "train/learning_rate": learner.agent.learning_rate(learner.step),
    }
