"""A policy: its actions, values, measurements, and the observations that it takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from dqn_tui import Policy, Run, UsageError, load_policy
from dqn_tui.dqn.agent import greedy_actions, weights_sha256
from dqn_tui.envs.make import make_environment
from dqn_tui.seeding import episode_seed
from tests.api.helpers import quick_train
from tests.helpers import call_program, only_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of CartPole with a best checkpoint and a newer one."""
    return quick_train(tmp_path_factory.mktemp("runs"), eval_every=40, learning_rate=0.01, reward_scale=0.5)


def play(policy: Policy, env: gym.Env[Any, Any], seed: int, steps: int = 50) -> float:
    """The return of a greedy episode, as a user plays it."""
    policy.reset()
    observation, info = env.reset(seed=seed)
    total = 0.0
    for _ in range(steps):
        action = policy.act(observation, info.get("action_mask"))
        observation, reward, terminated, truncated, info = env.step(action)
        total += float(reward)
        if terminated or truncated:
            break
    return total


def test_its_evaluation_has_the_numbers_of_the_command_line(run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    for options in ([], ["--last"]):
        assert call_program("eval", str(run.path), "--episodes", "4", "--seed", "5", "--json", *options) == 0
        report = json.loads(capfd.readouterr().out)
        policy = run.policy(last=bool(options))
        evaluation = policy.evaluate(4, seed=5)
        assert list(evaluation.returns) == report["returns"]
        assert list(evaluation.confidence_interval()) == report["ci95"]
        assert (str(policy.path), policy.weights_sha256) == (report["checkpoint"], report["weights_sha256"])


def test_it_plays_the_episodes_of_its_evaluation(run: Run) -> None:
    policy = load_policy(run.path)
    seed = episode_seed(7, "eval", 0, 0)
    assert play(policy, gym.make("CartPole-v1"), seed) == policy.evaluate(1, seed=7).returns[0]


def test_values_are_in_the_units_of_the_rewards_and_the_action_is_the_best_allowed_one(run: Run) -> None:
    policy = run.policy(last=True)
    assert policy.step == 200
    observation = np.array([0.1, -0.2, 0.05, 0.3], np.float32)
    values = policy.q_values(observation)
    assert values.dtype == np.float32
    learned = policy._network.outputs(_tensor(observation[None])).detach().numpy()[0]
    assert values == pytest.approx(learned / 0.5, abs=1e-5)
    best = int(values.argmax())
    assert policy.act(observation) == best
    assert policy.act(list(observation), mask=[best == 1, best == 0]) == 1 - best
    assert policy.batch_q_values(np.stack([observation] * 3)) == pytest.approx(np.stack([values] * 3))
    with pytest.raises(ValueError, match="must have 2 entries, got 3"):
        policy.act(observation, mask=[1, 1, 1])


def _tensor(array: Any) -> Any:
    import torch

    return torch.as_tensor(array)


@pytest.mark.parametrize(
    "wrong", [np.zeros((2, 4)), np.zeros(3), {"x": 1}, "left", None], ids=["batch", "short", "dict", "text", "none"]
)
def test_what_is_no_observation_is_refused_in_one_line(run: Run, wrong: Any) -> None:
    with pytest.raises(UsageError, match=r"^observation must be [^\n]*CartPole-v1[^\n]*$"):
        run.policy().act(wrong)


@pytest.mark.parametrize(
    ("env", "settings"),
    [
        ("Toy/RoamsMixed-v0", {}),
        ("Toy/RoamsMixed-v0", {"frame_stack": 3}),
        ("Toy/RoamsImage-v0", {"frame_stack": 2, "dueling": True}),
        ("Toy/RoamsMasked-v0", {"frame_stack": 2}),
        ("Toy/RoamsContinuously-v0", {"action_bins": 3, "normalize_observations": True}),
        ("Toy/RoamsBySwitches-v0", {"noisy": True, "distribution": "qr", "atoms": 5}),
    ],
)
def test_it_acts_in_every_kind_of_environment_as_its_evaluation_does(
    tmp_path: Path, env: str, settings: dict[str, Any]
) -> None:
    policy = quick_train(tmp_path, env, **settings).policy(last=True)
    seeds = [episode_seed(3, "eval", 0, episode) for episode in range(3)]
    made = gym.make(env, disable_env_checker=True)
    assert [play(policy, made, seed) for seed in seeds] == pytest.approx(policy.evaluate(3, seed=3).returns)


def test_values_are_no_step_of_stacked_frames(tmp_path: Path) -> None:
    run = quick_train(tmp_path, "Toy/Roams-v0", frame_stack=2)
    policy, twin = run.policy(), run.policy()
    environment = make_environment(run.config)
    first, second = np.array([1.0, 0.0, 0.5]), np.array([-1.0, 0.5, 0.0])
    expected = twin.batch_q_values(np.concatenate([first, first])[None])[0]
    assert policy.q_values(first) == pytest.approx(expected)
    policy.act(first)
    expected = twin.batch_q_values(np.concatenate([first, second])[None])[0]
    for _ in range(2):
        assert policy.q_values(second) == pytest.approx(expected)
    assert policy.act(second) == greedy_actions(expected[None], None)[0]
    policy.reset()
    expected = twin.batch_q_values(np.concatenate([second, second])[None])[0]
    assert policy.q_values(second) == pytest.approx(expected)
    environment.close()


def test_it_loads_and_values_encoded_observations_where_its_environment_is_missing(tmp_path: Path) -> None:
    path = quick_train(tmp_path, "Toy/Roams-v0").path
    spec = gym.registry.pop("Toy/Roams-v0")
    try:
        policy = load_policy(path)
        assert policy.batch_q_values(np.zeros((2, 3))).shape == (2, 3)
        with pytest.raises(UsageError, match="unknown environment"):
            policy.act(np.zeros(3))
    finally:
        gym.registry["Toy/Roams-v0"] = spec


def test_a_run_folder_names_no_code_by_itself(tmp_path: Path) -> None:
    text = "tests.api.wrapped:Doubled(factor=3)"
    run = quick_train(tmp_path, wrappers=[text])
    assert {event["episode_return"] % 3 for event in run.events() if event["event"] == "episode_ended"} == {0}
    from dqn_tui import approval

    approval._approved.clear()
    with pytest.raises(UsageError, match="which a run folder may not load by itself"):
        run.policy().act(np.zeros(4))
    assert load_policy(run.path, wrappers=text).act(np.zeros(4)) in (0, 1)


def test_latest_and_checkpoint_folders_name_policies(run: Run) -> None:
    assert load_policy("latest", runs_dir=run.path.parent).path == only_run(run.path.parent).best
    checkpoint = sorted((run.path / "checkpoints").iterdir())[-1]
    policy = load_policy(checkpoint)
    assert (policy.path, policy.step) == (checkpoint, 200)
    assert policy.weights_sha256 == weights_sha256(policy._network)
    with pytest.raises(UsageError, match="there is no such folder"):
        load_policy(run.path / "nothing")


def test_it_says_what_it_is(run: Run) -> None:
    assert repr(run.policy(last=True)).startswith("<Policy for CartPole-v1, step 200, ")
