"""EnvPool's environments joined in common pools: each episode still depends on its seed and actions only."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dqn_tui import events
from dqn_tui.approval import approve_wrappers
from dqn_tui.control import Stop
from dqn_tui.envs.batch import Environments
from dqn_tui.envs.families.envpool_joined import MOST_EPISODES_AHEAD
from dqn_tui.envs.make import make_environment
from dqn_tui.envs.vector import make_environments
from dqn_tui.errors import SettingError
from tests.envs.helpers import (
    make_config,
    naive_stream,
    play_open_episodes,
    random_actions,
    replay,
    seed_of,
    skip_unless_installed,
    stream,
)
from tests.helpers import one_line, resume_run, train

CARTPOLE, DOOR_KEY, HIGHWAY = (
    f"EnvPool/{name}" for name in ("CartPole-v1", "MiniGrid-DoorKey-5x5-v0", "highway-fast-v0")
)
KINDS: list[tuple[str, int, dict[str, Any]]] = [
    (CARTPOLE, 120, {}),
    (CARTPOLE, 60, {"frame_stack": 3, "frame_skip": 4, "scale_observations": True}),
    # A limit of the wrapper's own, in the middle of the frames that are skipped.
    (CARTPOLE, 60, {"frame_skip": 3, "time_limit": 7}),
    (DOOR_KEY, 60, {"time_limit": 11}),
    (DOOR_KEY, 300, {"observation_keys": ["image"], "one_hot_planes": True, "frame_stack": 2}),
    (HIGHWAY, 25, {}),
    ("EnvPool/FrozenLake-v1", 60, {"env_kwargs": {"size": 8}}),
]


@pytest.fixture(autouse=True)
def _needs_envpool() -> None:
    skip_unless_installed("EnvPool/")


def make_joined(env_id: str = CARTPOLE, count: int = 3, **settings: Any) -> Any:
    return make_environments(make_config(env_id, num_envs=count, vectorization="native", **settings))


def foresee(environments: Environments) -> None:
    """Tell of the seeds that `stream` uses."""
    environments.foresee(lambda index, ahead: seed_of(index, ahead))


@pytest.mark.parametrize("is_foreseen", [True, False])
@pytest.mark.parametrize(("env_id", "steps", "settings"), KINDS)
def test_together_they_match_single_ones(env_id: str, steps: int, settings: dict[str, Any], is_foreseen: bool) -> None:
    config = make_config(env_id, num_envs=3, vectorization="native", **settings)
    environments = make_environments(config)
    assert environments.spec == make_environment(config).spec
    if is_foreseen:
        foresee(environments)
    actions = random_actions(3, steps, environments.spec.spaces.action_count)
    events_seen = stream(environments, actions)
    assert events_seen == naive_stream(config, actions)
    assert sum(event[0] == "reset" for event in events_seen) > 3, "episodes ended"
    environments.close()


def test_many_episodes_take_one_pool_and_unforeseen_ones_more(monkeypatch: pytest.MonkeyPatch) -> None:
    made = {True: 0, False: 0}
    for is_foreseen in made:
        environments = make_joined()
        game = environments._games._game
        make_pool = game.make_pool

        def count(is_foreseen: bool = is_foreseen, make_pool: Any = make_pool, **arguments: Any) -> Any:
            made[is_foreseen] += 1
            return make_pool(**arguments)

        monkeypatch.setattr(game, "make_pool", count)
        if is_foreseen:
            foresee(environments)
        seen = stream(environments, random_actions(3, 100, 2))
        resets = sum(event[0] == "reset" for event in seen)
        assert 6 < resets < 3 * MOST_EPISODES_AHEAD
    assert made == {True: 1, False: 1 + resets - 3}


def test_a_pool_that_every_game_has_left_is_freed_without_a_collection() -> None:
    environments = make_joined(count=2)
    environments.reset({0: 1, 1: 2})
    pool = weakref.ref(environments._games._seats[0].slot.pool)
    gc.disable()
    try:
        environments.reset({1: 3})
        environments.step(np.array([0, 1]))
        assert pool() is not None, "the first game still plays there"
        environments.reset({0: 4})
        assert pool() is None
    finally:
        gc.enable()


def test_a_seed_that_comes_again_starts_its_episode_again() -> None:
    environments = make_joined(count=2)
    environments.foresee(lambda index, ahead: 10 * index + ahead)
    seen = []
    for _ in range(2):
        observations, _ = environments.reset({0: 0, 1: 10})
        steps = [environments.step(np.array([0, 1])).observations.tolist() for _ in range(4)]
        seen.append([observations.tolist(), *steps])
    assert seen[0] == seen[1]


def test_observations_outlast_a_reset_and_the_next_step() -> None:
    environments = make_joined(count=2)
    environments.reset({0: 1, 1: 2})
    first = environments.step(np.array([0, 1])).observations
    kept = first.copy()
    environments.reset({1: 5})
    second = environments.step(np.array([1, 1])).observations
    np.testing.assert_array_equal(first, kept)
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("lengths", [[0, 0, 0], [8, 0, 5], [3, 7, 7]])
@pytest.mark.parametrize("settings", [{}, {"frame_skip": 2, "frame_stack": 2}])
def test_open_episodes_of_different_lengths_are_replayed_and_go_on(
    lengths: list[int], settings: dict[str, Any]
) -> None:
    environments = make_joined(**settings)
    seeds, actions, states = play_open_episodes(
        environments, [length // settings.get("frame_skip", 1) for length in lengths]
    )
    stream(environments, random_actions(3, 20, 2))
    assert replay(environments, seeds, actions) == states
    serial = make_environments(make_config(CARTPOLE, num_envs=3, **settings))
    assert replay(serial, seeds, actions) == states
    push = np.array([0, 1, 1])
    np.testing.assert_array_equal(environments.step(push).observations, serial.step(push).observations)


def test_an_episode_that_ends_before_its_actions_do_is_none_and_affects_no_other() -> None:
    environments = make_joined(count=2)
    seeds, actions, states = play_open_episodes(environments, [0, 8])
    assert replay(environments, seeds, [np.zeros(30, np.int64), actions[1]]) == [None, states[1]]
    environments.reset({0: 1})
    environments.step(np.array([0, 1]))


def test_one_that_ended_must_be_reset() -> None:
    environments = make_joined(count=2)
    environments.reset({0: 1, 1: 2})
    push = np.zeros(2, np.int64)
    while not environments.step(push).terminated.any():
        pass
    with pytest.raises(RuntimeError, match="must be reset"):
        environments.step(push)


def test_wrappers_are_refused_in_one_line() -> None:
    wrapper = "gymnasium.wrappers:RecordEpisodeStatistics"
    approve_wrappers([wrapper])
    with pytest.raises(SettingError) as caught:
        make_joined(wrappers=[wrapper])
    message = one_line(str(caught.value))
    assert "wrappers must be [] for EnvPool/CartPole-v1 with vectorization 'native'" in message


def test_a_run_ends_with_the_weights_of_a_serial_one_also_when_resumed(tmp_path: Path) -> None:
    settings: dict[str, Any] = {
        "env": CARTPOLE,
        "num_envs": 4,
        "total_timesteps": 600,
        "net_arch": [8],
        "prioritized": True,
    }

    def stop(event: events.Event) -> list[Stop]:
        return [Stop()] if isinstance(event, events.Progress) and event.step >= 280 else []

    serial = train(tmp_path / "serial", **settings).only(events.RunEnded)
    settings["vectorization"] = "native"
    native = train(tmp_path / "native", **settings).only(events.RunEnded)
    assert (native.updates, native.episodes, native.weights_sha256) == (
        serial.updates,
        serial.episodes,
        serial.weights_sha256,
    )
    stopped = train(tmp_path / "stopped", on_event=stop, **settings)
    assert stopped.only(events.RunEnded).reason == "stopped"
    assert resume_run(stopped.folder).only(events.RunEnded).weights_sha256 == serial.weights_sha256
