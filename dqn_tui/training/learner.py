"""DQN with experience replay (Mnih et al. 2015, Algorithm 1): one environment step, or one update, at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from dqn_tui.config import Config
from dqn_tui.dqn.agent import Agent
from dqn_tui.dqn.replay import ReplayBuffer
from dqn_tui.dqn.saved import LARGEST_COUNT, Arrays, blame, read_count
from dqn_tui.dqn.schedule import LinearSchedule, count_multiples
from dqn_tui.envs.batch import Environments, Steps
from dqn_tui.errors import DivergedError
from dqn_tui.seeding import episode_seed, make_generator
from dqn_tui.spaces import Spaces
from dqn_tui.training.episodes import EndedEpisode, TrainingEpisodes
from dqn_tui.training.meters import PhaseClock, UpdateMeter


class Learner:
    """What learns, what it learns from, and every random stream of it.

    Attributes:
        step: environment steps taken, in all environments together.
        updates: gradient steps made.
        owed_updates: gradient steps still to be made before the next environment step.
        meter: means over the latest updates.
    """

    def __init__(self, config: Config, environments: Environments, device: str, clock: PhaseClock) -> None:
        self._config = config
        self._count = environments.count
        self._clock = clock
        spaces = environments.spec.spaces
        self.agent = Agent(config, spaces, device)
        self.replay = make_replay(config, spaces)
        self._open = TrainingEpisodes(
            environments, lambda env, number: episode_seed(config.seed, "training", env, number)
        )
        self._exploration = make_generator(config.seed, "exploration")
        self._sampling = make_generator(config.seed, "replay")
        self._epsilon = LinearSchedule(
            config.exploration_initial_eps,
            config.exploration_final_eps,
            config.exploration_fraction * config.total_timesteps,
        )
        self._beta = LinearSchedule(config.priority_beta, 1.0, config.total_timesteps)
        self._has_bytes = spaces.observation_dtype == "uint8"
        self._largest_reward = float(np.finfo(np.float32).max) / config.n_steps / max(1.0, config.reward_scale)
        self.step = 0
        self.updates = 0
        self.owed_updates = 0
        self.meter = UpdateMeter()

    @property
    def episodes(self) -> int:
        """Training episodes that ended."""
        return int(self._open.ended.sum())

    @property
    def epsilon(self) -> float:
        """Probability of a random action at this step; 1 before learning starts."""
        return 1.0 if self.step < self._config.learning_starts else self._epsilon(self.step)

    def start_episodes(self) -> None:
        """Reset every environment from the seed of its first episode."""
        self._open.begin(range(self._count))
        self._remember_starts(range(self._count))

    def take_steps(self) -> list[EndedEpisode]:
        """Act once in each environment, store what came of it, and see how many updates are due.

        Returns:
            The episodes that ended.

        Raises:
            DivergedError: an observation or a reward is not finite, or n rewards might not be as float32.
        """
        switch = self._clock.switch
        switch("acting")
        actions = self.agent.act(self._open.observations, self._open.masks, self.epsilon, self._exploration)
        switch("environment")
        steps = self._open.advance(actions)
        switch("other")
        self._check(steps)
        over = self._remember(actions.tolist(), steps)
        self.step += self._count
        if self._is_learning:
            self.owed_updates = self._config.updates_per_burst * self.count_due(self._config.train_freq)
        if not over:
            return []
        ended = [self._open.end(index, is_truncated=not steps.terminated[index]) for index in over]
        self._remember_starts(over)
        return ended

    def update(self) -> None:
        """One of the updates owed, on a batch from the replay buffer.

        Raises:
            DivergedError: loss or gradient are not finite; the weights are still those of the update before.
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
        self.meter.add(update.statistics)
        self.updates += 1
        self.owed_updates -= 1

    def finish_step(self) -> None:
        """After the steps and their updates: the target network follows when it is time."""
        for _ in range(self.count_due(self._config.target_update_interval)):
            self.agent.update_target()

    def count_due(self, interval: int) -> int:
        """How many multiples of `interval` steps the latest step of all environments reached."""
        return count_multiples(interval, self.step - self._count, self.step)

    def get_state(self) -> tuple[dict[str, Arrays], dict[str, Any]]:
        """All that the next step depends on: groups of arrays, and numbers that JSON can hold."""
        arrays = self.agent.get_state() | {"replay": self.replay.get_state(), "episodes": self._open.get_state()}
        numbers = {
            "step": self.step,
            "updates": self.updates,
            "owed_updates": self.owed_updates,
            "meter": self.meter.get_state(),
            "exploration": self._exploration.bit_generator.state,
            "replay": self._sampling.bit_generator.state,
        }
        return arrays, numbers

    def set_state(self, arrays: Mapping[str, Arrays], numbers: Mapping[str, Any]) -> bool:
        """Go on from what `get_state` gave; the environments get there by their episodes' actions, taken again.

        Returns False where that led elsewhere: then those open episodes are dropped and begin anew.

        Raises:
            MisfitError: an array is not of this run's shape.
            ValueError: a count is out of range.
        """
        self.agent.set_state(arrays)
        with blame("replay"):
            self.replay.set_state(arrays["replay"])
        self.step = int(numbers["step"])
        self.updates = read_count(numbers, "updates", LARGEST_COUNT)
        self.owed_updates = read_count(numbers, "owed_updates", self._config.updates_per_burst * self._count)
        self.meter.set_state(numbers["meter"])
        self._exploration.bit_generator.state = numbers["exploration"]
        self._sampling.bit_generator.state = numbers["replay"]
        with blame("episodes"):
            lost = self._open.set_state(arrays["episodes"])
        for index in lost:
            self.replay.drop_episode(index)
        self._remember_starts(lost)
        return not lost

    def _remember_starts(self, indices: Iterable[int]) -> None:
        masks = self._open.masks
        for index in indices:
            mask = None if masks is None else masks[index]
            self.replay.begin_episode(index, self._open.observations[index], mask)

    def _remember(self, actions: list[int], steps: Steps) -> list[int]:
        """Store a step of each environment; returns those whose episode is over."""
        rewards = np.sign(steps.rewards) if self._config.clip_rewards else steps.rewards
        scale = self._config.reward_scale
        learned_rewards = (rewards if scale == 1 else rewards * scale).tolist()
        terminated, truncated = steps.terminated.tolist(), steps.truncated.tolist()
        for index, action in enumerate(actions):
            self.replay.add(
                index,
                action,
                learned_rewards[index],
                steps.observations[index],
                None if steps.action_masks is None else steps.action_masks[index],
                terminated=terminated[index],
                truncated=truncated[index],
            )
        return [index for index in range(self._count) if terminated[index] or truncated[index]]

    def _check(self, steps: Steps) -> None:
        for reward in steps.rewards.tolist():
            if not abs(reward) <= self._largest_reward:
                raise self._blame_environment(f"the reward {reward}")
        if not (self._has_bytes or np.isfinite(steps.observations).all()):
            raise self._blame_environment("an observation that is not finite")

    def _blame_environment(self, what: str) -> DivergedError:
        return DivergedError(f"the environment gave {what} at step {self.step + self._count:,}")

    @property
    def _is_learning(self) -> bool:
        return self.step >= self._config.learning_starts and self.replay.size >= self._config.batch_size


def make_replay(config: Config, spaces: Spaces) -> ReplayBuffer:
    """The replay buffer that the configuration names."""
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
    """Counts and schedules after `seconds` of work, under Stable-Baselines3's names."""
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
