"""highway-env, ViZDoom, MiniWorld, Flappy Bird and POPGym: names, ends, and time limits."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from dqn_tui.envs.families import highway
from dqn_tui.envs.families.vizdoom_game import VizdoomGame
from dqn_tui.envs.make import inspect_environment, make_environment
from tests.envs.helpers import make_config, skip_unless_installed


def test_the_first_car_of_a_road_is_ones_own() -> None:
    skip_unless_installed("highway-fast-v0")
    environment = make_environment(make_config("highway-fast-v0"))
    names = environment.spec.observation_names
    assert names[:6] == ("presence 0", "x 0", "y 0", "x' 0", "y' 0", "presence 1")
    assert len(names) == 25
    assert environment.spec.action_names == highway.META_ACTIONS
    observation = environment.reset(1)
    assert observation[names.index("presence 0")] == 1
    road = environment._env.unwrapped
    speed = observation[names.index("x' 0")]
    assert speed == pytest.approx(road.vehicle.speed / (2 * road.vehicle.MAX_SPEED), abs=1e-3)
    assert tuple(road.observation_type.features) == highway.FEATURES


def test_other_observations_of_a_road_have_no_names() -> None:
    skip_unless_installed("highway-fast-v0")
    config = make_config("highway-fast-v0", env_kwargs={"config": {"observation": {"type": "TimeToCollision"}}})
    assert inspect_environment(config).observation_names == ()


@pytest.mark.parametrize("env_id", ["highway-fast-v0", "EnvPool/highway-fast-v0"])
def test_y_grows_to_the_right_in_both_implementations_of_the_highway(env_id: str) -> None:
    skip_unless_installed(env_id)
    environment = make_environment(make_config(env_id))
    names = environment.spec.observation_names
    before = environment.reset(4)
    action = "lane right" if before[names.index("y 0")] < 0.1 else "lane left"
    after = environment.step(environment.spec.action_names.index(action)).observation
    moved = after[names.index("y 0")] - before[names.index("y 0")]
    assert np.sign(moved) == (1 if action == "lane right" else -1)


class _Scene(gym.Env[Any, Any]):
    """Ends as ViZDoom's scenes do: a timeout both terminates and truncates, and the last observation is black."""

    def __init__(self, *, is_timeout: bool) -> None:
        self._is_timeout = is_timeout

    def reset(self, **_: Any) -> tuple[Any, dict[str, Any]]:
        return {"screen": np.full((2, 2), 7)}, {}

    def step(self, action: int) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        is_over = action == 0
        screen = np.zeros((2, 2)) if is_over else np.full((2, 2), action)
        return {"screen": screen}, -1.0, is_over, is_over and self._is_timeout, {}


@pytest.mark.parametrize("is_timeout", [False, True])
def test_a_scene_ends_with_the_last_thing_seen_and_a_timeout_only_truncates(is_timeout: bool) -> None:
    scene = VizdoomGame(_Scene(is_timeout=is_timeout))
    scene.reset(seed=1)
    assert scene.step(3)[0]["screen"].tolist() == [[3, 3], [3, 3]]
    observation, reward, terminated, truncated, _ = scene.step(0)
    assert observation["screen"].tolist() == [[3, 3], [3, 3]]
    assert (reward, terminated, truncated) == (-1.0, not is_timeout, is_timeout)
    scene.reset(seed=1)
    assert scene.step(0)[0]["screen"].tolist() == [[7, 7], [7, 7]]


def test_a_scene_of_doom_is_cut_off_at_its_timeout() -> None:
    skip_unless_installed("VizdoomBasic-v1")
    environment = make_environment(make_config("VizdoomBasic-v1", env_kwargs={"episode_timeout": 20}))
    assert environment.spec.action_names == ("nothing", "attack", "move right", "move left")
    environment.reset(1)
    ends = [environment.step(0)[2:] for _ in range(20)]
    assert set(ends[:-1]) == {(False, False)}
    assert ends[-1] == (False, True)


def test_rooms_of_miniworld_name_their_three_actions() -> None:
    skip_unless_installed("MiniWorld-Hallway-v0")
    spec = inspect_environment(make_config("MiniWorld-Hallway-v0"))
    assert spec.action_names == ("turn left", "turn right", "move forward")
    assert spec.spaces.observation_shape == (3, 60, 80)


def test_flappy_bird_is_twelve_numbers_and_a_flap_flies_up() -> None:
    skip_unless_installed("FlappyBird-v0")
    environment = make_environment(make_config("FlappyBird-v0"))
    names = environment.spec.observation_names
    assert len(names) == 12
    for action, direction in (("flap", -1), ("fall", 1)):
        heights = [environment.reset(1)[names.index("y")]]
        for _ in range(20 if action == "fall" else 5):
            heights.append(environment.step(environment.spec.action_names.index(action)).observation[names.index("y")])
        assert np.sign(heights[-1] - heights[0]) == direction


def test_the_distances_of_flappy_bird_have_no_names() -> None:
    skip_unless_installed("FlappyBird-v0")
    spec = inspect_environment(make_config("FlappyBird-v0", env_kwargs={"use_lidar": True}))
    assert (spec.spaces.observation_shape, spec.observation_names) == ((180,), ())


@pytest.mark.parametrize(("time_limit", "length"), [(0, None), (7, 7)])
def test_flappy_bird_has_a_time_limit_that_can_be_changed(time_limit: int, length: int | None) -> None:
    skip_unless_installed("FlappyBird-v0")
    environment = make_environment(make_config("FlappyBird-v0", time_limit=time_limit))
    assert environment._env.spec.max_episode_steps == (length or 3_600)
    environment.reset(1)
    steps = [environment.step(0) for _ in range(7)]
    assert steps[-1].truncated is (length == 7)
