"""Atari and MinAtar: preprocessing, reproducible episodes, and silence on the terminal."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from dqn_tui.envs.batch import Environments
from dqn_tui.envs.make import make_environment
from dqn_tui.envs.replaying import make_replaying_environment
from dqn_tui.envs.vector import make_environments
from dqn_tui.errors import UsageError
from dqn_tui.rollout import RecordedEpisode
from dqn_tui.training.episode_check import check_episode_in
from dqn_tui.training.episodes import hash_observation
from tests.envs.helpers import (
    make_config,
    play_open_episodes,
    random_actions,
    replay,
    seed_of,
    skip_unless_installed,
    stream,
)
from tests.helpers import one_line

PONG, BREAKOUT = "ALE/Pong-v5", "ALE/Breakout-v5"
MINATAR = ["Asterix", "Breakout", "Freeway", "Seaquest", "SpaceInvaders"]


def test_an_atari_game_is_four_gray_frames_with_the_games_own_rewards() -> None:
    skip_unless_installed(PONG)
    environment = make_environment(make_config(PONG, frame_stack=4))
    spec = environment.spec
    assert (spec.spaces.observation_shape, spec.spaces.observation_dtype, spec.spaces.frames) == (
        (4, 84, 84),
        "uint8",
        4,
    )
    assert (spec.spaces.largest_value, spec.spaces.action_count, spec.frames_per_second) == (255, 6, 15)
    image = environment.reset(1)
    assert image[:3].max() == 0
    assert image[3].max() > 0


def test_four_frames_make_a_step_and_a_lost_life_ends_no_episode() -> None:
    skip_unless_installed(BREAKOUT)
    environment = make_environment(make_config(BREAKOUT, sticky_actions=0))
    ale = environment._env.unwrapped.ale
    environment.reset(1)
    lives, before = ale.lives(), ale.getEpisodeFrameNumber()
    assert 1 <= before <= 30
    steps = 0
    while ale.lives() == lives:
        step = environment.step(1 + steps % 3)
        steps += 1
        assert ale.getEpisodeFrameNumber() == before + 4 * steps
    assert not step.terminated


@pytest.mark.parametrize("sticky_actions", [0.0, 0.5])
def test_each_frame_repeats_the_previous_action_with_the_configured_probability(sticky_actions: float) -> None:
    """Up and down in turn, four frames each: only the first frames of a step can repeat the other action."""
    skip_unless_installed(PONG)
    environment = make_environment(make_config(PONG, sticky_actions=sticky_actions))
    game: Any = environment._env.unwrapped
    environment.reset(1)
    taken: list[int] = []
    step = game.step

    def record(action: int) -> Any:
        taken.append(action)
        return step(action)

    game.step = record
    steps = 250
    for index in range(steps):
        environment.step(2 + index % 2)
    meant = np.repeat(2 + np.arange(steps) % 2, 4)
    repeated = (np.array(taken) != meant).reshape(steps, 4).mean(axis=0)
    assert repeated[:2] == pytest.approx([sticky_actions, sticky_actions**2], abs=0.1)


def test_an_atari_episode_depends_only_on_its_seed_and_actions_whatever_was_played_before() -> None:
    """Seaquest starts differently after different episodes where nothing but a reset separates them."""
    env_id = "ALE/Seaquest-v5"
    skip_unless_installed(env_id)
    environment = make_environment(make_config(env_id))

    def play() -> list[bytes]:
        images = [environment.reset(4), *(environment.step(action % 5).observation for action in range(10))]
        return [image.tobytes() for image in images]

    first = play()
    for seed in range(5):
        environment.reset(seed)
        assert play() == first


def test_games_of_the_ales_own_vector_environment_are_replayed_and_never_return_a_reset_as_a_step() -> None:
    skip_unless_installed(BREAKOUT)
    config = make_config(BREAKOUT, num_envs=2, frame_stack=2, vectorization="native")
    environments = make_environments(config)
    assert environments.spec == make_environment(config).spec
    seeds, actions, states = play_open_episodes(environments, [20, 6])
    events = stream(environments, random_actions(2, 260, 4))
    assert sum(event[0] == "reset" for event in events) > 2, "an episode ended"
    for kind, _, image, *_ in events:
        frame_before = np.frombuffer(image, np.uint8)[: 84 * 84]
        assert (frame_before.max() == 0) == (kind == "reset"), "only a reset has no previous frame"
    assert replay(environments, seeds, actions) == states


def test_a_game_that_ended_restarts_from_its_seed_in_the_ales_own_vector_environment() -> None:
    """By itself, the vector environment would start some episode after an end, and ignore that step's action."""
    skip_unless_installed(BREAKOUT)
    environments = make_environments(make_config(BREAKOUT, num_envs=1, vectorization="native"))
    actions = random_actions(1, 260, 4)
    first = stream(environments, actions)
    begin = next(place for place, event in enumerate(first[1:], 1) if event[0] == "reset")
    assert first[begin - 1][4:6] == (True, False)
    later = first[begin + 1 : begin + 20]
    again, _ = environments.reset({0: seed_of(0, 1)})
    assert again[0].tobytes() == first[begin][2]
    for taken, event in zip(actions[begin - 1 :], later, strict=False):
        steps = environments.step(taken)
        assert (steps.observations[0].tobytes(), float(steps.rewards[0])) == event[2:4]


@pytest.mark.parametrize("name", MINATAR)
def test_a_minatar_episode_depends_only_on_its_seed_and_actions(name: str) -> None:
    skip_unless_installed("MinAtar/")
    environment = make_environment(make_config(f"MinAtar/{name}-v1"))
    assert environment.spec.spaces.observation_shape[1:] == (10, 10)
    actions = random_actions(1, 12, environment.spec.spaces.action_count)[:, 0]

    def play(before: int) -> list[Any]:
        seen: list[Any] = []
        for seed in range(40):
            environment.reset(99)
            environment.step(before)
            seen.append(environment.reset(seed).tobytes())
            for action in actions.tolist():
                step = environment.step(action)
                seen.append((step.observation.tobytes(), *step[1:]))
                if step.terminated:
                    break
        return seen

    assert play(0) == play(1) == play(environment.spec.spaces.action_count - 1)


def test_a_minatar_game_is_planes_of_zeros_and_ones() -> None:
    skip_unless_installed("MinAtar/")
    environment = make_environment(make_config("MinAtar/Breakout-v1"))
    spec = environment.spec
    assert (spec.spaces.observation_shape, spec.spaces.observation_dtype, spec.spaces.largest_value) == (
        (4, 10, 10),
        "uint8",
        1,
    )
    assert set(np.unique(environment.reset(0)).tolist()) == {0, 1}


def test_a_minatar_game_is_rendered_in_colours() -> None:
    skip_unless_installed("MinAtar/")
    environment = make_environment(make_config("MinAtar/Breakout-v1"), should_render=True)
    planes = environment.reset(0)
    picture = environment.render()
    assert isinstance(picture, np.ndarray)
    assert (picture.shape, picture.dtype.name) == ((10, 10, 3), "uint8")
    np.testing.assert_array_equal(picture.any(axis=2), planes.any(axis=0))
    on_top = [max(np.flatnonzero(planes[:, y, x]), default=-1) for y in range(10) for x in range(10)]
    colours = {(int(plane), *colour) for plane, colour in zip(on_top, picture.reshape(-1, 3).tolist(), strict=True)}
    assert len(colours) == len({plane for plane, *_ in colours}) == len({tuple(colour) for _, *colour in colours}) > 2


@pytest.mark.parametrize("env_id", [PONG, "MinAtar/Breakout-v1"])
def test_games_are_silent_and_load_no_plotting(env_id: str) -> None:
    skip_unless_installed(env_id)
    program = f"""
import sys
from dqn_tui.config import parse_config
from dqn_tui.envs.make import make_environment
environment = make_environment(parse_config({{"env": {env_id!r}}}), should_render=True)
environment.reset(1)
environment.step(0)
environment.render()
assert "matplotlib" not in sys.modules and "seaborn" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_unknown_game_is_refused_with_near_ids() -> None:
    for env_id, near in (("ALE/Pon-v5", PONG), ("MinAtar/Brekout-v1", "MinAtar/Breakout-v1")):
        skip_unless_installed(env_id)
        with pytest.raises(UsageError) as caught:
            make_environment(make_config(env_id))
        assert near in one_line(str(caught.value))


def test_registering_games_twice_changes_nothing() -> None:
    skip_unless_installed("MinAtar/")
    make_environment(make_config("MinAtar/Breakout-v1")).close()
    known = dict(gym.registry)
    make_environment(make_config("MinAtar/Freeway-v1")).close()
    assert dict(gym.registry) == known


def play_to_its_end(environments: Environments, index: int) -> RecordedEpisode:
    """Play at random until the episode of an environment ends; those of the others begin again as often as they end."""
    environments.reset({place: seed_of(place, 0) for place in range(environments.count)})
    episode_return, taken = 0.0, []
    for actions in random_actions(environments.count, 1_000, 4):
        steps = environments.step(actions)
        taken.append(int(actions[index]))
        episode_return += float(steps.rewards[index])
        ended = np.flatnonzero(steps.terminated | steps.truncated).tolist()
        if index in ended:
            last = hash_observation(steps.observations[index])
            return RecordedEpisode(1, index, seed_of(index, 0), np.array(taken), last, False, episode_return)
        if ended:
            environments.reset({place: seed_of(place, len(taken)) for place in ended})
    raise AssertionError("no episode ended")


def test_a_training_episode_of_the_ales_own_vector_environment_comes_out_in_one_of_it() -> None:
    skip_unless_installed(BREAKOUT)
    config = make_config(BREAKOUT, num_envs=2, frame_stack=2, vectorization="native")
    environments = make_environments(config)
    episode = play_to_its_end(environments, 1)
    environments.close()
    environment = make_replaying_environment(config, should_render=True)
    assert check_episode_in(environment, episode) is None
    assert environment.spec == make_environment(config).spec
    observation = environment.reset(4)
    picture = environment.render()
    assert isinstance(picture, np.ndarray)
    assert picture.shape == (84, 84, 3)
    assert all((picture[..., channel] == observation[-1]).all() for channel in range(3))
    environment.close()
