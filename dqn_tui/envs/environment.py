"""One environment as learning sees it: observations as arrays, actions as numbers from 0."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
from gymnasium.wrappers import FrameStackObservation
from numpy.typing import NDArray

from dqn_tui.envs.actions import Actions
from dqn_tui.envs.checked import CheckedEnvironment
from dqn_tui.envs.observations import check_observations, is_image, make_encoding
from dqn_tui.spaces import Spaces

DEFAULT_FRAMES_PER_SECOND = 30.0


@dataclass(frozen=True)
class EnvironmentSpec:
    """The properties of an environment that learning and viewers depend on.

    Attributes:
        spaces: observations and actions; the oldest of stacked frames comes first.
        goal: return that counts as solved, or None where the environment names none.
        frames_per_second: speed at which it is meant to be watched.
        action_names: a name for each action, in order; empty where unknown.
        observation_names: a name for each entry of the observation vector; empty where unknown.
    """

    spaces: Spaces
    goal: float | None
    frames_per_second: float
    action_names: tuple[str, ...] = ()
    observation_names: tuple[str, ...] = ()


class Step(NamedTuple):
    """The results of one step; `observation` is a new array of the spec's shape and dtype."""

    observation: NDArray[Any]
    reward: float
    terminated: bool
    truncated: bool


class Replayed(NamedTuple):
    """The state of an open episode after its actions were taken again; `action_mask` is bool [A] or None."""

    observation: NDArray[Any]
    episode_return: float
    action_mask: NDArray[np.bool_] | None


class Environment:
    """A Gymnasium environment with observations as one array and actions counted from 0.

    At an episode's start, missing frames of stacked images are zeros, as in the ALE's own vector environment and in
    Stable-Baselines3; missing vectors repeat the first one, since zeros may mean something there.

    Attributes:
        spec: shapes, number of actions, goal, names.
        action_mask: the allowed actions, bool [A]; None where the latest info has no "action_mask", so all are allowed.

    Args:
        env: made and wrapped, but not stacked.
        frame_stack: observations stacked into one.
        should_scale: whether the bounded entries of vectors are scaled to [-1, 1].
        action_names: a name for each action; ignored where their number does not match.
        observation_names: a name for each entry of the observation vector; ignored likewise.

    Raises:
        UsageError: observations or actions are of a kind that DQN cannot train on.
    """

    def __init__(
        self,
        env: gym.Env[Any, Any],
        frame_stack: int = 1,
        *,
        should_scale: bool = False,
        action_names: tuple[str, ...] = (),
        observation_names: tuple[str, ...] = (),
    ) -> None:
        space = env.observation_space
        check_observations(space)
        self._actions = Actions(env.action_space)
        env = CheckedEnvironment(env)
        if frame_stack > 1:
            env = FrameStackObservation(env, frame_stack, padding_type="zero" if is_image(space) else "reset")
        encoding = make_encoding(space, env.observation_space, frame_stack, should_scale=should_scale)
        self.spec = EnvironmentSpec(
            spaces=Spaces(
                observation_shape=encoding.shape,
                action_count=self._actions.count,
                observation_dtype=encoding.dtype.name,
                frames=encoding.frames,
                largest_value=encoding.largest_value,
            ),
            goal=_goal(env),
            frames_per_second=float(env.metadata.get("render_fps") or DEFAULT_FRAMES_PER_SECOND),
            action_names=action_names if len(action_names) == self._actions.count else (),
            observation_names=observation_names if (len(observation_names),) == encoding.shape else (),
        )
        self.action_mask: NDArray[np.bool_] | None = None
        self._env: Any = env
        self._encode = encoding.encode
        self._decode = self._actions.decode

    def reset(self, seed: int) -> NDArray[Any]:
        """Start the episode that `seed` determines.

        Raises:
            ValueError: the observation does not fit its space; the action mask has a wrong size, or allows nothing.
        """
        observation, info = self._env.reset(seed=seed)
        mask = info.get("action_mask")
        self.action_mask = None if mask is None else self._actions.read_mask(mask, is_over=False)
        return self._encode(observation)

    def step(self, action: int) -> Step:
        """Take one action, in [0, action_count).

        Raises:
            ValueError: the observation, reward or flags are of a wrong kind or shape; the action mask has a wrong
                size or allows nothing.
        """
        observation, reward, terminated, truncated, info = self._env.step(self._decode(action))
        mask = info.get("action_mask")
        is_over = bool(terminated or truncated)
        self.action_mask = None if mask is None else self._actions.read_mask(mask, is_over=is_over)
        return Step(self._encode(observation), float(reward), bool(terminated), bool(truncated))

    def play_again(self, seed: int, actions: NDArray[np.int64]) -> Replayed | None:
        """Reset with the seed and take the actions again; return None where the episode ends before they do."""
        observation, episode_return = self.reset(seed), 0.0
        for action in actions.tolist():
            step = self.step(action)
            if step.terminated or step.truncated:
                return None
            observation = step.observation
            episode_return += step.reward
        return Replayed(observation, episode_return, self.action_mask)

    def render(self) -> NDArray[np.uint8] | str | None:
        """Return RGB uint8 [H, W, 3], text, or None where the environment renders neither."""
        if self._env.render_mode is None:
            return None
        picture: Any = self._env.render()
        return picture if isinstance(picture, str) else np.asarray(picture, np.uint8)

    def close(self) -> None:
        """Free the environment's resources; it cannot be used afterwards."""
        # Dropped too: at the program's end the ALE prints a complaint about games that are still referenced.
        env, self._env = self._env, None
        if env is not None:
            env.close()


def _goal(env: gym.Env[Any, Any]) -> float | None:
    threshold = env.spec.reward_threshold if env.spec else None
    return None if threshold is None else float(threshold)
