"""DQN with experience replay (Mnih et al. 2015, Algorithm 1): one environment step, or one update, at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dqn_tui.config import Config
from dqn_tui.dqn.agent import Agent, Arrays
from dqn_tui.dqn.nstep import NStepAccumulator
from dqn_tui.dqn.replay import ReplayBuffer
from dqn_tui.dqn.schedule import LinearSchedule
from dqn_tui.envs.make import Environment
from dqn_tui.errors import DivergedError
from dqn_tui.seeding import episode_seed, make_generator
from dqn_tui.training.meters import PhaseClock, UpdateMeter


class EndedEpisode(NamedTuple):
    """A training episode that is over: undiscounted return, and length in steps."""

    episode_return: float
    length: int
    is_truncated: bool


class Learning:
    """What learns, what it learns from, and every random stream of it.

    Attributes:
        step: environment steps taken.
        episodes: training episodes that ended.
        updates: gradient steps made.
        owed_updates: gradient steps still to be made before the next environment step.
        meter: means over the latest updates.
    """

    def __init__(self, config: Config, environment: Environment, device: str, clock: PhaseClock) -> None:
        self._config = config
        self._environment = environment
        self._clock = clock
        size = environment.spec.observation_shape[0]
        self.agent = Agent(config, size, environment.spec.action_count, device)
        self.replay = ReplayBuffer(config.buffer_size, size)
        self._accumulator = NStepAccumulator(config.n_steps, config.gamma)
        self._exploration = make_generator(config.seed, "exploration")
        self._sampling = make_generator(config.seed, "replay")
        self._epsilon = LinearSchedule(
            config.exploration_initial_eps,
            config.exploration_final_eps,
            config.exploration_fraction * config.total_timesteps,
        )
        self._largest_reward = float(np.finfo(np.float32).max) / config.n_steps
        self.step = 0
        self.episodes = 0
        self.updates = 0
        self.owed_updates = 0
        self.meter = UpdateMeter()
        self._observation = np.zeros(size, np.float32)
        self._episode_return = 0.0
        self._actions: list[int] = []

    @property
    def epsilon(self) -> float:
        """Probability of a random action at this step; 1 before learning starts."""
        return 1.0 if self.step < self._config.learning_starts else self._epsilon(self.step)

    def start_episode(self) -> None:
        """Reset the environment from the seed of this episode."""
        self._episode_return = 0.0
        self._actions.clear()
        self._observation = self._environment.reset(self._episode_seed())

    def take_step(self) -> EndedEpisode | None:
        """Act, store what came of it, and see how many updates are due; returns the episode that it ended, if any.

        Raises:
            DivergedError: the reward is not finite, or n of them might not be as float32.
        """
        switch = self._clock.switch
        switch("acting")
        observation = self._observation
        action = self.agent.act(observation, self.epsilon, self._exploration)
        switch("environment")
        step = self._environment.step(action)
        switch("other")
        if not abs(step.reward) <= self._largest_reward:
            raise DivergedError(f"the environment gave the reward {step.reward} at step {self.step + 1:,}")
        for transition in self._accumulator.add(
            observation, action, step.reward, step.observation, terminated=step.terminated, truncated=step.truncated
        ):
            self.replay.add(transition)
        self.step += 1
        self._observation = step.observation
        self._episode_return += step.reward
        self._actions.append(action)
        if self._is_learning and self.step % self._config.train_freq == 0:
            self.owed_updates = self._config.updates_per_burst
        if step.terminated or step.truncated:
            return self._end_episode(is_truncated=not step.terminated)
        return None

    def update(self) -> None:
        """One of the updates owed, on a batch from the replay buffer.

        Raises:
            DivergedError: loss or gradient are not finite; the weights are still those of the update before.
        """
        switch = self._clock.switch
        switch("sampling")
        batch = self.replay.sample(self._config.batch_size, self._sampling)
        switch("learning")
        self.meter.add(self.agent.update(batch, self.step))
        switch("other")
        self.updates += 1
        self.owed_updates -= 1

    def finish_step(self) -> None:
        """After a step and its updates: the target network follows when it is time."""
        if self.step % self._config.target_update_interval == 0:
            self.agent.update_target()

    def get_state(self) -> tuple[dict[str, Arrays], dict[str, Any]]:
        """All that the next step depends on: groups of arrays, and numbers that JSON can hold."""
        arrays = self.agent.get_state() | {
            "replay": self.replay.get_state(),
            "nstep": self._accumulator.get_state(),
            "episode": {"actions": np.array(self._actions, np.int64), "observation": self._observation},
        }
        numbers = {
            "step": self.step,
            "episodes": self.episodes,
            "updates": self.updates,
            "owed_updates": self.owed_updates,
            "episode_return": self._episode_return,
            "meter": self.meter.get_state(),
            "exploration": self._exploration.bit_generator.state,
            "replay": self._sampling.bit_generator.state,
        }
        return arrays, numbers

    def set_state(self, arrays: Mapping[str, Arrays], numbers: Mapping[str, Any]) -> bool:
        """Go on from what `get_state` gave; the environment gets there by the episode's actions, taken again.

        Returns False where that led elsewhere: then the open episode is dropped and begins anew.

        Raises:
            ValueError: an array is not of this run's shape.
        """
        self.agent.set_state(arrays)
        self.replay.set_state(arrays["replay"])
        self._accumulator.set_state(arrays["nstep"])
        self.step, self.episodes = int(numbers["step"]), int(numbers["episodes"])
        self.updates, self.owed_updates = int(numbers["updates"]), int(numbers["owed_updates"])
        self.meter.set_state(numbers["meter"])
        self._exploration.bit_generator.state = numbers["exploration"]
        self._sampling.bit_generator.state = numbers["replay"]
        self.start_episode()
        if self._play_again(arrays["episode"]["actions"]) and self._is_at(arrays["episode"], numbers):
            return True
        self._accumulator.clear()
        self.start_episode()
        return False

    def _play_again(self, actions: NDArray[np.int64]) -> bool:
        """Take the actions in the environment; False where the episode ends before they do."""
        for action in map(int, actions):
            step = self._environment.step(action)
            if step.terminated or step.truncated:
                return False
            self._observation = step.observation
            self._episode_return += step.reward
            self._actions.append(action)
        return True

    def _is_at(self, episode: Arrays, numbers: Mapping[str, Any]) -> bool:
        is_same_return = self._episode_return == numbers["episode_return"]
        return is_same_return and np.array_equal(self._observation, episode["observation"])

    @property
    def _is_learning(self) -> bool:
        return self.step >= self._config.learning_starts and self.replay.size >= self._config.batch_size

    def _end_episode(self, *, is_truncated: bool) -> EndedEpisode:
        ended = EndedEpisode(self._episode_return, len(self._actions), is_truncated)
        self.episodes += 1
        self.start_episode()
        return ended

    def _episode_seed(self) -> int:
        return episode_seed(self._config.seed, "training", 0, self.episodes)


def measure_progress(learning: Learning, seconds: float) -> dict[str, float]:
    """Counts and schedules after `seconds` of work, under Stable-Baselines3's names."""
    return {
        "time/total_timesteps": learning.step,
        "time/time_elapsed": seconds,
        "time/fps": learning.step / seconds if seconds else 0.0,
        "time/episodes": learning.episodes,
        "rollout/exploration_rate": learning.epsilon,
        "replay/size": learning.replay.size,
        "train/n_updates": learning.updates,
        "train/learning_rate": learning.agent.learning_rate(learning.step),
    }
