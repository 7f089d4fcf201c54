"""Actions that are repeated."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces
from gymnasium.wrappers import MaxAndSkipObservation

from dqn_tui.config import Config
from dqn_tui.envs.environment import Environment
from dqn_tui.envs.frame_skip import FrameSkip


class Flickers(gym.Env[Any, Any]):
    """Random pixels, a reward for each step; over after `length` steps."""

    metadata = {"render_fps": 60}  # noqa: RUF012

    def __init__(self, length: int = 100, *, is_nested: bool = False) -> None:
        picture = spaces.Box(0, 255, (4, 5, 3), np.uint8)
        self.render_mode = None
        self.observation_space = spaces.Dict(a=spaces.Tuple((picture, spaces.Discrete(9)))) if is_nested else picture
        self.action_space = spaces.Discrete(2)
        self._length, self._is_nested = length, is_nested

    def reset(self, *, seed: int | None = None, options: Any = None) -> Any:
        super().reset(seed=seed, options=options)
        self._steps = 0
        return self._observe(), {}

    def step(self, action: Any) -> Any:
        self._steps += 1
        return self._observe(), self._steps + action / 10, self._steps == self._length, False, {"step": self._steps}

    def _observe(self) -> Any:
        picture = self.np_random.integers(0, 256, (4, 5, 3), np.uint8)
        return {"a": (picture, self._steps % 9)} if self._is_nested else picture


@pytest.mark.parametrize("count", [2, 3, 5])
@pytest.mark.parametrize("length", [7, 100])
def test_pictures_are_skipped_as_gymnasiums_wrapper_does_it(count: int, length: int) -> None:
    ours, theirs = FrameSkip(Flickers(length), count), MaxAndSkipObservation(Flickers(length), count)
    np.testing.assert_array_equal(ours.reset(seed=1)[0], theirs.reset(seed=1)[0])
    for action in (0, 1, 1, 0):
        (mine, *my_rest), (other, *other_rest) = ours.step(action), theirs.step(action)
        if not my_rest[1]:
            # After an early end, theirs takes the maximum with a frame of the step before.
            np.testing.assert_array_equal(mine, other)
        assert my_rest == pytest.approx(other_rest) if not isinstance(my_rest[-1], dict) else my_rest == other_rest
        if my_rest[1]:
            return


def test_inside_a_dict_pixels_are_merged_and_numbers_are_the_last() -> None:
    nested, plain = FrameSkip(Flickers(is_nested=True), 3), MaxAndSkipObservation(Flickers(), 3)
    nested.reset(seed=4)
    plain.reset(seed=4)
    for index in range(1, 5):
        picture, number = nested.step(0)[0]["a"]
        np.testing.assert_array_equal(picture, plain.step(0)[0])
        assert number == 3 * index % 9


def test_an_environment_with_skipped_frames_is_watched_at_their_speed() -> None:
    assert Environment(Flickers(), Config(frame_skip=4)).spec.frames_per_second == 15
    assert Environment(Flickers()).spec.frames_per_second == 60
