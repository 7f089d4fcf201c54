"""The tool behind the learning table: which runs it takes for finished, and how it scores a known optimum."""

from __future__ import annotations

from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest
import torch

from dqn_tui.control import Stop
from dqn_tui.envs.exact_model import optimal_q_values, read_model
from dqn_tui.events import Evaluated
from tests.benchmarks.learning import make_tasks, parse_arguments, parse_seeds
from tests.benchmarks.learning_runs import Task, find_run, is_finished, score_run
from tests.benchmarks.learning_table import summarize
from tests.benchmarks.tabular import score_q_values
from tests.dynamic_programming import expected_return
from tests.helpers import QUICK, quick_config, train

LAKE = "FrozenLake-v1"


def test_seeds_are_ranges_and_single_ones() -> None:
    assert parse_seeds("1-3,7") == [1, 2, 3, 7]
    assert parse_seeds("5") == [5]


def test_every_environment_has_ten_seeds_and_a_long_one_three() -> None:
    tasks = make_tasks(parse_arguments(["--env", "CartPole-v1", "--env", "MinAtar/Breakout-v1", "--steps", "99"]))
    assert [task.env for task in tasks] == ["CartPole-v1"] * 10 + ["MinAtar/Breakout-v1"] * 3
    assert tasks[0].config.total_timesteps == 99


def test_a_task_says_the_same_on_the_command_line() -> None:
    task = Task("CartPole-v1", 4, None, {"net_arch": [8, 8], "learning_rate": "lin_1e-3", "double": False})
    assert task.arguments[:4] == ["--env", "CartPole-v1", "--seed", "4"]
    assert task.arguments[4:] == [
        "--set", "net_arch=[8, 8]", "--set", 'learning_rate="lin_1e-3"', "--set", "double=false"
    ]  # fmt: skip
    assert (task.config.seed, task.config.net_arch, task.config.double) == (4, (8, 8), False)


def test_a_run_is_found_by_its_settings_and_finished_when_it_was_not_stopped(tmp_path: Path) -> None:
    config = quick_config()
    assert find_run(tmp_path, config) is None
    stopped = train(tmp_path, first=[Stop(should_save=True)]).folder
    assert find_run(tmp_path, config) == stopped
    assert not is_finished(stopped, config)
    other = train(tmp_path, gamma=0.5).folder
    assert find_run(tmp_path, config) == stopped
    assert is_finished(other, quick_config(gamma=0.5))
    stopped.config.write_text("no = settings")
    assert find_run(tmp_path, config) is None


def test_a_score_holds_what_the_journal_and_the_last_checkpoint_say(tmp_path: Path) -> None:
    session = train(tmp_path, env=LAKE, goal=0.0, eval_every=100)
    score = score_run(tmp_path, session.folder)
    assert (score.env, score.seed, score.steps, score.reason) == (LAKE, 3, 200, "completed")
    assert score.first_step_at_goal == session.of(Evaluated)[0].step
    assert score.is_at_goal
    model = read_model(gym.make(LAKE, disable_env_checker=True))
    policy = session.agent.online(torch.eye(16)).argmax(dim=1).numpy()
    assert score.mean == pytest.approx(expected_return(model, policy, QUICK["eval_max_steps"]))
    assert score_run(tmp_path, session.folder) == score, "as it was kept"
    summary = summarize([score, score])
    assert (summary["iqm"], summary["min"], summary["at_goal"], summary["held_goal"]) == (score.mean, score.mean, 2, 2)


def test_a_game_that_only_this_program_knows_is_scored_in_a_fresh_process_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = train(tmp_path, env="MinAtar/Breakout-v1", batch_size=8, eval_max_steps=20)
    for name in [name for name in gym.registry if name.startswith("MinAtar/")]:
        monkeypatch.delitem(gym.registry, name)
    assert score_run(tmp_path, session.folder).exact is None


def test_the_optimum_scores_one_and_has_no_error() -> None:
    model = read_model(gym.make(LAKE, disable_env_checker=True))
    score = score_q_values(model, optimal_q_values(model, 0.99), 0.99, 100)
    assert score.expected_return == pytest.approx(0.7402, abs=5e-5)
    assert score.share_of_greedy == 1.0
    assert score.share_of_best == pytest.approx(0.7402 / 0.7442, abs=1e-4)
    assert (score.mean_greedy_error, score.greedy_error, score.largest_error) == (0.0, 0.0, 0.0)


def test_values_that_are_all_too_high_by_a_tenth_play_as_well_and_err_by_a_tenth() -> None:
    model = read_model(gym.make("CliffWalking-v1", disable_env_checker=True))
    score = score_q_values(model, 1.1 * optimal_q_values(model, 0.99), 0.99, 1_000)
    assert (score.expected_return, score.share_of_greedy, score.share_of_best) == pytest.approx((-13.0, 1.0, 1.0))
    assert (score.mean_greedy_error, score.greedy_error, score.largest_error) == pytest.approx((0.1, 0.1, 0.1))


def test_an_error_in_one_state_counts_by_how_often_an_episode_acts_there() -> None:
    """The cliff's only path is 13 steps long, each in another state."""
    model = read_model(gym.make("CliffWalking-v1", disable_env_checker=True))
    q_values = optimal_q_values(model, 0.99)
    q_values[36] *= 0.9
    score = score_q_values(model, q_values, 0.99, 1_000)
    assert (score.mean_greedy_error, score.greedy_error) == pytest.approx((0.1 / 13, 0.1))


def test_where_returns_are_costs_the_share_of_a_worse_policy_is_less_too() -> None:
    """Always up and against the wall, for 1,000 steps at -1 each; all values are wrong by their whole size."""
    model = read_model(gym.make("CliffWalking-v1", disable_env_checker=True))
    score = score_q_values(model, np.zeros((48, 4)), 0.99, 1_000)
    assert (score.expected_return, score.share_of_best) == pytest.approx((-1_000, 0.013))
    assert (score.mean_greedy_error, score.greedy_error, score.largest_error) == (1.0, 1.0, 1.0)
