"""Probes of environments whose numbers are known, and of hostile ones."""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium import spaces

from dqn_tui.config import parse_config
from dqn_tui.envs.environment import Environment
from dqn_tui.errors import UsageError
from dqn_tui.operations.probe_thread import ProbeThread
from dqn_tui.operations.probing import MOST_STEPS_FACTOR, REPEATED_STEPS, WHOLE_EPISODES, open_environment, probe
from dqn_tui.probe_report import ProbeReport
from tests import toy
from tests.helpers import wait_until


def _probe(env: str | gym.Env[Any, Any], steps: int = 100, seed: int = 0, **settings: Any) -> ProbeReport:
    config = parse_config({"env": env} if isinstance(env, str) else {} | settings)
    if isinstance(env, str):
        config = parse_config({"env": env} | settings)
        environment = open_environment(config, (), lambda _: None)
    else:
        environment = Environment(env, config)
    report = probe(environment, config, steps=steps, seed=seed)
    environment.close()
    return report


def _names(report: ProbeReport) -> set[str]:
    return {finding.name for finding in report.findings}


def test_a_chain_gives_its_known_numbers() -> None:
    report = _probe("Toy/Chain-v0", steps=60)
    # Six steps, the last with a reward of 1; a state each.
    assert report.episodes.returns == (1.0,) * 10
    assert report.episodes.lengths == (6,) * 10
    assert (report.episodes.terminated, report.episodes.truncated, report.episodes.open_steps) == (10, 0, 0)
    assert report.rewards.values == ((0.0, 50), (1.0, 10))
    assert report.rewards.nonzero == 10
    assert report.rewards.spread.mean == pytest.approx(1 / 6)
    assert report.episodes.largest_discounted == pytest.approx(0.99**5)
    assert report.is_one_hot
    # Each state is seen once in an episode, and the last one once more at its end.
    assert [entry.spread.mean for entry in report.entries] == pytest.approx([*[1 / 7] * 5, 2 / 7])
    assert sum(report.action_counts) == 60
    assert report.is_deterministic
    assert report.network.parameters == 6 * 128 + 128 + 128 * 128 + 128 + 128 * 2 + 2


def test_it_goes_on_until_enough_episodes_have_ended_but_not_for_ever() -> None:
    report = _probe("Toy/Terminated-v0", steps=5)
    assert (report.steps, len(report.episodes.returns)) == (5 * MOST_STEPS_FACTOR, 5)
    report = _probe("Toy/Terminated-v0", steps=20)
    assert (report.steps, len(report.episodes.returns)) == (10 * WHOLE_EPISODES, WHOLE_EPISODES)
    endless = _probe("Toy/Endless-v0", steps=10)
    assert endless.steps == 10 * MOST_STEPS_FACTOR
    assert "endless_episodes" in _names(endless)


def test_time_limits_are_known_and_their_ends_are_truncations() -> None:
    report = _probe("Toy/Truncated-v0", steps=100)
    assert (report.time_limit, report.episodes.truncated, report.episodes.terminated) == (10, 10, 0)
    assert _probe("Toy/Endless-v0", steps=10, time_limit=7).time_limit == 7


def test_the_same_seed_repeats_the_report() -> None:
    first, second = (_probe("CartPole-v1", seed=3) for _ in range(2))
    assert (first.episodes, first.rewards, first.entries) == (second.episodes, second.rewards, second.entries)
    assert first.episodes != _probe("CartPole-v1", seed=4).episodes


def test_rewards_are_measured_as_they_are_learned() -> None:
    report = _probe("Toy/Chain-v0", steps=60, reward_scale=3.0)
    assert (report.rewards.largest_learned, report.rewards.beyond_one) == (3.0, 10)
    assert report.rewards.spread.high == 1.0
    assert _probe("Toy/Chain-v0", steps=60, clip_rewards=True).rewards.largest_learned == 1.0


def test_masks_are_respected_and_counted() -> None:
    report = _probe("Toy/MaskedFork-v0", steps=40)
    assert report.masked_fraction is not None
    # One of two actions is forbidden in the first of three observations of an episode.
    assert report.masked_fraction == pytest.approx(1 / 6)
    assert "action_masks" in _names(report)


class Forgets(toy.OneState):
    """Ignores its seed."""

    def __init__(self) -> None:
        super().__init__(terminate_after=5)
        self._numbers = itertools.count()

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        _, info = super().reset(seed=seed, options=options)
        return np.full(1, next(self._numbers), np.float32), info


class Drifts(toy.OneState):
    """Rewards depend on the steps since it was made."""

    def __init__(self) -> None:
        super().__init__(terminate_after=5)
        self._all = itertools.count()

    def step(self, action: Any) -> Any:
        observation, _, terminated, truncated, info = super().step(action)
        return observation, float(next(self._all)), terminated, truncated, info


@pytest.mark.parametrize("env", [Forgets, Drifts])
def test_episodes_that_do_not_repeat_are_found(env: type[gym.Env[Any, Any]]) -> None:
    report = _probe(env())
    assert report.is_deterministic is False
    assert "not_deterministic" in _names(report)


def test_only_the_first_steps_are_repeated() -> None:
    class Counts(toy.OneState):
        steps = 0

        def step(self, action: Any) -> Any:
            Counts.steps += 1
            return super().step(action)

    _probe(Counts(), steps=REPEATED_STEPS + 50)
    assert Counts.steps == MOST_STEPS_FACTOR * (REPEATED_STEPS + 50) + REPEATED_STEPS


def test_rewards_that_are_nan_are_counted_and_warned_of() -> None:
    report = _probe("Toy/AlwaysNan-v0", steps=20)
    assert report.rewards.spread.count == 0
    assert report.rewards.spread.non_finite == report.steps
    assert "non_finite_rewards" in _names(report)
    assert report.is_deterministic


def test_rewards_as_large_as_floats_are_do_no_harm() -> None:
    report = _probe(toy.OneState(reward=1e308, terminate_after=5), steps=20)
    assert "large_rewards" in _names(report)
    assert not math.isnan(report.rewards.largest_learned)


def test_images_are_measured_as_the_network_sees_them() -> None:
    class Blinks(gym.Env[Any, Any]):
        observation_space = spaces.Box(0, 255, (40, 40, 3), np.uint8)
        action_space = spaces.Discrete(2)

        def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:  # noqa: ARG002
            return np.zeros((40, 40, 3), np.uint8), {}

        def step(self, action: Any) -> Any:
            return np.full((40, 40, 3), 100, np.uint8), float(action), True, False, {}

    report = _probe(Blinks(), steps=10, frame_stack=2, grayscale=True)
    (image,) = report.images
    # A stack of a black and a gray frame at each step, and two black ones at each reset.
    assert image.latest.shape == (2, 40, 40)
    assert (image.latest[0].max(), image.latest[1].min(), image.frames) == (0, 100, 2)
    assert image.zero_fraction == pytest.approx(0.75)
    assert not image.is_constant
    assert report.network.inputs[0].encoder == "nature"
    assert report.entries == ()


def test_mixed_observations_have_entries_and_images() -> None:
    report = _probe("Toy/RoamsMixed-v0", steps=50)
    assert report.entries
    assert report.images


def test_what_an_environment_raises_is_passed_on() -> None:
    with pytest.raises(RuntimeError, match="motor burnt out"):
        _probe("Toy/RaisesAtOnce-v0")
    with pytest.raises(UsageError, match="unknown environment"):
        _probe("Nope-v0")
    with pytest.raises(UsageError, match="encoder"):
        _probe("Toy/RoamsImage-v0", encoder="nature")


def _thread(env: str, **more: Any) -> ProbeThread:
    return ProbeThread(parse_config({"env": env}), steps=50, seed=0, imports=("tests.toy",), **more)


def test_the_thread_ends_with_a_whole_report() -> None:
    thread = _thread("Toy/Chain-v0")
    thread.start()
    wait_until(lambda: thread.report is not None and thread.report.is_complete, "a report")
    assert thread.join(5.0)
    assert thread.error is None
    assert thread.busy_seconds == 0


def test_an_environment_that_fails_on_the_thread_is_one_line() -> None:
    thread = _thread("Toy/RaisesAtOnce-v0")
    thread.start()
    wait_until(lambda: thread.error is not None, "an error")
    assert thread.error == "RuntimeError: the motor burnt out"
    assert thread.failure is None


def test_an_environment_that_cannot_be_made_is_a_failure() -> None:
    heard: list[bool] = []
    thread = _thread("Nope-v0", on_failure=lambda: heard.append(True))
    thread.start()
    wait_until(lambda: bool(heard), "the failure")
    assert isinstance(thread.failure, UsageError)


def test_an_environment_that_hangs_is_seen_and_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HANGS_NOW", str(tmp_path / "hangs"))
    thread = ProbeThread(parse_config({"env": "Toy/Hangs-v0"}), steps=100, seed=0)
    thread.start()
    wait_until((tmp_path / "hangs").exists, "a hang")
    assert thread.busy_seconds > 0
    thread.close()
    assert not thread.join(0.1)
