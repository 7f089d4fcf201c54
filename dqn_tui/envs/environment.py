"""One environment as learning sees it: observations as arrays, actions as numbers from 0."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
from numpy.typing import NDArray

from dqn_tui.config import Config
from dqn_tui.envs.action_keys import find_key_map
from dqn_tui.envs.action_names import find_action_names
from dqn_tui.envs.actions import Actions
from dqn_tui.envs.checked import CheckedEnvironment
from dqn_tui.envs.frame_skip import FrameSkip
from dqn_tui.envs.frames import FrameStack
from dqn_tui.envs.observations import Encoding, make_encoding
from dqn_tui.key_map import KeyMap
from dqn_tui.spaces import Spaces

DEFAULT_FRAMES_PER_SECOND = 30.0
_PLAIN = Config()


@dataclass(frozen=True)
class EnvironmentSpec:
    """The properties of an environment that learning and viewers depend on.

    Attributes:
        spaces: observations and actions; the oldest of stacked frames comes first.
        goal: return that counts as solved, or None where the environment names none.
        frames_per_second: speed at which it is meant to be watched.
        action_names: a name for each action, in order; empty where unknown.
        observation_names: a name for each entry of the observation vector; empty where unknown.
        remarks: what a user should know of the way in which it is learned from, a line each.
        time_limit: steps after which Gymnasium truncates an episode; None where it does not.
    """

    spaces: Spaces
    goal: float | None
    frames_per_second: float
    action_names: tuple[str, ...] = ()
    observation_names: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    time_limit: int | None = None


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


class Codec(NamedTuple):
    """The conversions between an environment's own observations and actions and the network's.

    Attributes:
        encode: converts an observation to a new array.
        actions: the actions, and masks of them.
        frames: stacks encoded observations; None where they are not stacked.
    """

    encode: Callable[[Any], NDArray[Any]]
    actions: Actions
    frames: FrameStack | None


class Environment:
    """A Gymnasium environment with observations as one array and actions counted from 0.

    Attributes:
        spec: shapes, number of actions, goal, names.
        action_mask: the allowed actions, bool [A]; None where the latest info has no "action_mask", so all are allowed.

    Args:
        env: made and wrapped by its family and the user.
        config: the keys frame_skip, frame_stack, action_bins, and those of `observations.make_encoding`.
        action_names: a name for each action; ignored where their number does not match.
        observation_names: a name for each entry of the observation vector; ignored likewise.
        action_keys: the key of each action for a person who plays; ignored likewise.

    Raises:
        UsageError: observations or actions are of a kind that DQN cannot train on.
    """

    def __init__(
        self,
        env: gym.Env[Any, Any],
        config: Config = _PLAIN,
        *,
        action_names: tuple[str, ...] = (),
        observation_names: tuple[str, ...] = (),
        action_keys: tuple[str, ...] = (),
    ) -> None:
        encoding = make_encoding(env.observation_space, config)
        self._actions = Actions(env.action_space, config.action_bins)
        env = CheckedEnvironment(env)
        if config.frame_skip > 1:
            env = FrameSkip(env, config.frame_skip)
        count = config.frame_stack
        has_numbered_frames = encoding.is_image or encoding.parts
        self.spec = EnvironmentSpec(
            spaces=Spaces(
                observation_shape=(count * encoding.shape[0], *encoding.shape[1:]),
                action_count=self._actions.count,
                observation_dtype=encoding.dtype.name,
                frames=count if has_numbered_frames else 1,
                largest_value=encoding.largest_value,
                parts=encoding.parts,
            ),
            goal=_goal(env),
            frames_per_second=float(env.metadata.get("render_fps") or DEFAULT_FRAMES_PER_SECOND),
            action_names=_fitting(action_names, self._actions.count) or find_action_names(env, self._actions),
            observation_names=self._find_names(observation_names, encoding) if count == 1 else (),
            remarks=tuple(_make_remarks(encoding.left_out, self._actions, config)),
            time_limit=env.spec.max_episode_steps if env.spec else None,
        )
        self.action_mask: NDArray[np.bool_] | None = None
        self._env: Any = env
        self._encode = encoding.encode
        self._frames = (count, encoding.is_image)
        self._decode = self._actions.decode
        self._action_keys = action_keys
        self._stack = self._make_frames()

    @staticmethod
    def _find_names(given: tuple[str, ...], encoding: Encoding) -> tuple[str, ...]:
        """Return the family's names of the vector's entries, or else those of the leaves that they are from."""
        size = encoding.vector_size
        return _fitting(given, size) or _fitting(encoding.names, size)

    def reset(self, seed: int) -> NDArray[Any]:
        """Start the episode that `seed` determines.

        Raises:
            ValueError: the observation does not fit its space; the action mask has a wrong size, or allows nothing.
        """
        observation, info = self._env.reset(seed=seed)
        mask = info.get("action_mask")
        self.action_mask = None if mask is None else self._actions.read_mask(mask, is_over=False)
        frame: NDArray[Any] = self._encode(observation)
        return frame if self._stack is None else self._stack.begin(frame)

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
        frame = self._encode(observation)
        return Step(
            frame if self._stack is None else self._stack.add(frame),
            float(reward),
            bool(terminated),
            bool(truncated),
        )

    @property
    def unwrapped(self) -> Any:
        """The environment under all wrappers."""
        return self._env.unwrapped

    @property
    def wrapped(self) -> Any:
        """The environment with all wrappers, whose observations are its own."""
        return self._env

    def find_key_map(self) -> KeyMap:
        """Return the keys with which a person takes the actions."""
        return find_key_map(self._env, self._actions, self.spec.action_names, self._action_keys)

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

    def make_codec(self) -> Codec:
        """Return the conversions, with frames of their own; they outlast the environment."""
        return Codec(self._encode, self._actions, self._make_frames())

    def _make_frames(self) -> FrameStack | None:
        count, is_image = self._frames
        return FrameStack(count, has_zeros_first=is_image) if count > 1 else None

    @property
    def is_rendering(self) -> bool:
        """Whether it was made with a render mode."""
        return self._env.render_mode is not None

    def render(self) -> NDArray[np.uint8] | str | None:
        """Return RGB uint8 [H, W, 3], text, or None where the environment renders neither."""
        if not self.is_rendering:
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


def _fitting(names: tuple[str, ...], count: int) -> tuple[str, ...]:
    return names if len(names) == count else ()


def _make_remarks(left_out: tuple[str, ...], actions: Actions, config: Config) -> Iterator[str]:
    if left_out:
        yield f"no network takes {', '.join(left_out)}: left out of the observations"
    if config.action_bins:
        yield (
            f"continuous actions are a grid of {config.action_bins} values per dimension (action_bins): "
            f"{actions.count:,} actions"
        )
