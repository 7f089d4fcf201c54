"""Plays greedy episodes for viewers, on a separate thread: `rollout.Rollout`."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dqn_tui.config import Config
from dqn_tui.dqn.packed import find_vector
from dqn_tui.envs.environment import Environment
from dqn_tui.envs.make import make_environment
from dqn_tui.errors import DqnTuiError, read_message
from dqn_tui.rollout import SPEEDS, RecordedEpisode, RolloutFrame
from dqn_tui.seeding import episode_seed
from dqn_tui.spaces import Spaces
from dqn_tui.training.episode_check import ReplayError, describe_length, find_mismatch
from dqn_tui.training.evaluation import value_actions
from dqn_tui.training.policy import Policy

PICTURES_PER_SECOND = 12.0
ENDING_SECONDS = 1.2
_MOST_READABLE_NUMBERS = 8


class EpisodePlayer:
    """Plays episodes at the environment's own frame rate, each with the policy at its start.

    Args:
        config: settings of the environment; the player makes a separate one, which renders.
        seed: seed of the episodes' resets.
        copy_policy: called on the player's thread; None ends the player.
        recorded: the one episode that is played instead, with its own seed and actions; the policy only values it.
    """

    def __init__(
        self,
        config: Config,
        seed: int,
        copy_policy: Callable[[], Policy | None],
        recorded: RecordedEpisode | None = None,
    ) -> None:
        self._config = config
        self._recorded = recorded
        self._seed = seed
        self._copy_policy = copy_policy
        self._condition = threading.Condition()
        self._frame: RolloutFrame | None = None
        self._error: str | None = None
        self._is_paused = False
        self._is_closed = False
        self._should_restart = False
        self._advances = 0
        self._speed = 1.0
        self._thread = threading.Thread(target=self._run, name="rollout", daemon=True)
        self._thread.start()

    @property
    def frame(self) -> RolloutFrame | None:
        """The newest frame; None before the first."""
        return self._frame

    @property
    def error(self) -> str | None:
        """Why the player ended on its own."""
        return self._error

    @property
    def is_paused(self) -> bool:
        """Whether playback is paused."""
        return self._is_paused

    @property
    def speed(self) -> float:
        """Playing speed as a multiple of the environment's frame rate, one of `SPEEDS`."""
        return self._speed

    def toggle_pause(self) -> None:
        """Play or pause."""
        with self._condition:
            self._is_paused = not self._is_paused
            self._condition.notify_all()

    def advance(self) -> None:
        """While paused, step one frame forward."""
        with self._condition:
            self._advances += self._is_paused
            self._condition.notify_all()

    def change_speed(self, direction: int) -> None:
        """Change to the next faster or slower of `SPEEDS`."""
        with self._condition:
            index = SPEEDS.index(self._speed) + direction
            self._speed = SPEEDS[min(max(index, 0), len(SPEEDS) - 1)]
            self._condition.notify_all()

    def start_new_episode(self) -> None:
        """Abandon this episode and start the next one with the newest policy."""
        with self._condition:
            self._should_restart = True
            self._condition.notify_all()

    def close(self) -> None:
        """End the player; return at once."""
        with self._condition:
            self._is_closed = True
            self._condition.notify_all()

    def join(self, seconds: float) -> bool:
        """Wait for a closed player to end; return whether it did within `seconds`.

        It ends when the environment or network call in progress returns.
        """
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            environment = make_environment(self._config, should_render=True)
            try:
                self._play_episodes(environment)
            finally:
                environment.close()
        except Exception as error:  # noqa: BLE001 - an environment that fails ends the player, not the run
            kind = "" if isinstance(error, DqnTuiError) else f"{type(error).__name__}: "
            self._error = f"{kind}{read_message(error)}".splitlines()[0]

    def _play_episodes(self, environment: Environment) -> None:
        episode = 0
        while not self._is_closed:
            policy = self._copy_policy()
            if policy is None:
                self._error = "there is no policy yet"
                return
            episode += 1
            self._should_restart = False
            self._play_episode(environment, policy, episode)

    def _play_episode(self, environment: Environment, policy: Policy, episode: int) -> None:
        recorded = self._recorded
        seed = recorded.seed if recorded else episode_seed(self._seed, "rollout", 0, episode)
        observation = environment.reset(seed)
        episode_return, ending = 0.0, ""
        next_picture = monotonic()
        for step in range(1_000_000_000):
            q_values, action = value_actions(policy.network, environment, observation)
            if recorded and not ending:
                action = int(recorded.actions[step])
            if ending or self._is_paused or monotonic() >= next_picture:
                next_picture = max(next_picture + 1 / PICTURES_PER_SECOND, monotonic() - 1 / PICTURES_PER_SECOND)
                self._frame = RolloutFrame(
                    policy=policy.label,
                    episode=recorded.number if recorded else episode,
                    step=step,
                    episode_return=episode_return,
                    q_values=tuple(float(value) for value in q_values),
                    action=action,
                    observation=_readable(environment.spec.spaces, observation),
                    picture=environment.render(),
                    ending=ending,
                    mask=_restrictive(environment.action_mask),
                    action_names=environment.spec.action_names,
                    observation_names=environment.spec.observation_names,
                )
            if ending:
                self._end_episode(recorded, episode_return, observation)
                return
            if not self._wait(1 / (environment.spec.frames_per_second * self._speed)):
                return
            result = environment.step(action)
            observation = result.observation
            episode_return += result.reward
            ending = "terminated" if result.terminated else "truncated" if result.truncated else ""
            if recorded and bool(ending) != (step + 1 == len(recorded.actions)):
                raise ReplayError(describe_length(recorded, step + 1, is_over=bool(ending)))

    def _end_episode(self, recorded: RecordedEpisode | None, episode_return: float, observation: NDArray[Any]) -> None:
        """Hold the last picture: of a recorded episode until it is to be played once more."""
        if recorded is None:
            self._wait(ENDING_SECONDS)
            return
        if mismatch := find_mismatch(recorded, episode_return, observation):
            raise ReplayError(mismatch)
        with self._condition:
            self._condition.wait_for(lambda: self._is_closed or self._should_restart)

    def _wait(self, seconds: float) -> bool:
        """Wait until the next step is due and playback is not paused; return False if the episode is to end."""
        deadline = monotonic() + seconds
        with self._condition:
            while not (self._is_closed or self._should_restart):
                if self._is_paused:
                    if self._advances:
                        self._advances -= 1
                        return True
                    self._condition.wait()
                elif (left := deadline - monotonic()) > 0:
                    self._condition.wait(left)
                else:
                    return True
        return False


def _restrictive(mask: NDArray[np.bool_] | None) -> tuple[bool, ...] | None:
    """Return the mask, or None where it allows everything."""
    return None if mask is None or mask.all() else tuple(mask.tolist())


def _readable(spaces: Spaces, observation: NDArray[Any]) -> tuple[float, ...]:
    """Return the entries of the observation's vector, or none where it has too many to read."""
    vectors = find_vector(spaces, observation[None])
    if vectors is None or vectors.size > _MOST_READABLE_NUMBERS:
        return ()
    return tuple(vectors[0].tolist())
