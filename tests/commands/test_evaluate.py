"""Evaluating a saved policy, in this process."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from dqn_tui.commands.evaluate import evaluate_policy
from dqn_tui.dqn.agent import weights_sha256
from dqn_tui.errors import UsageError
from dqn_tui.runs.checkpoint import read_checkpoint
from tests.helpers import Session, one_line, reseal, train

OPTIONS: dict[str, Any] = {
    "runs_dir": Path("runs"),
    "episodes": 4,
    "seed": 5,
    "imports": (),
    "should_take_last": False,
    "as_json": True,
}
KEYS = ["env", "checkpoint", "episodes", "seed", "mean", "std", "ci95", "returns", "lengths", "weights_sha256"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return train(tmp_path_factory.mktemp("runs"), eval_every=40, learning_rate=0.01)


def evaluate(target: Path, capfd: pytest.CaptureFixture[str], **options: Any) -> dict[str, Any]:
    assert evaluate_policy(str(target), **OPTIONS | options) == 0
    report: dict[str, Any] = json.loads(capfd.readouterr().out)
    return report


def test_report_has_the_documented_keys_and_is_reproducible(run: Session, capfd: pytest.CaptureFixture[str]) -> None:
    report = evaluate(run.folder.path, capfd, should_take_last=True)
    assert list(report) == KEYS
    assert (report["env"], report["episodes"], report["seed"]) == ("CartPole-v1", 4, 5)
    assert len(report["returns"]) == len(report["lengths"]) == 4
    assert report["mean"] == sum(report["returns"]) / 4
    assert report["ci95"][0] <= report["mean"] <= report["ci95"][1]
    assert report["weights_sha256"] == weights_sha256(run.agent.online)
    assert evaluate(run.folder.path, capfd, should_take_last=True) == report
    assert evaluate(run.folder.path, capfd, should_take_last=True, seed=6)["returns"] != report["returns"]


def test_more_episodes_start_with_the_same_ones(run: Session, capfd: pytest.CaptureFixture[str]) -> None:
    few, many = (evaluate(run.folder.path, capfd, episodes=episodes)["returns"] for episodes in (3, 6))
    assert many[:3] == few


def test_run_stands_for_its_best_checkpoint_unless_the_last_is_requested(
    run: Session, capfd: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(run.folder.path, capfd)["checkpoint"] == str(run.folder.best)
    last = evaluate(run.folder.path, capfd, should_take_last=True)["checkpoint"]
    assert last == str(run.folder.checkpoints / "step_000000200")
    assert evaluate(Path(last), capfd)["checkpoint"] == last


def test_text_names_the_mean_its_interval_and_the_checkpoint(run: Session, capfd: pytest.CaptureFixture[str]) -> None:
    evaluate_policy(str(run.folder.path), **OPTIONS | {"episodes": 2, "as_json": False})
    output = capfd.readouterr().out
    assert " ±" in output
    assert all(
        word in output for word in ("CartPole-v1", "mean return", "95 %", "2 greedy episodes", str(run.folder.best))
    )


def test_environment_that_raises_is_reported_in_one_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = train(tmp_path, env="Toy/RaisesLate-v0", save_every=100).folder.path
    assert evaluate_policy(str(path), **OPTIONS | {"episodes": 50, "should_take_last": True}) == 1
    output = capfd.readouterr()
    assert output.out == ""
    message = one_line(output.err)
    assert message.startswith("dqn-tui: the evaluation failed: RuntimeError: the motor burnt out, raised at toy.py:")


def test_checkpoint_of_an_unknown_environment_is_refused_in_one_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = train(tmp_path).folder.best
    reseal(path, config=read_checkpoint(path).config | {"env": "CartPole-v88"})
    with pytest.raises(UsageError) as caught:
        evaluate(path, capfd)
    assert "CartPole-v88" in one_line(str(caught.value))


def test_checkpoint_whose_network_does_not_fit_its_environment_is_refused(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = train(tmp_path).folder.best
    reseal(path, config=read_checkpoint(path).config | {"env": "Acrobot-v1"})
    with pytest.raises(UsageError) as caught:
        evaluate(path, capfd)
    assert str(path) in one_line(str(caught.value))


def test_output_of_the_environment_goes_to_standard_error_without_escape_sequences(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = train(tmp_path, env="Toy/Talkative-v0").folder.path
    capfd.readouterr()
    assert evaluate_policy(str(path), **OPTIONS | {"episodes": 1}) == 0
    output = capfd.readouterr()
    assert list(json.loads(output.out)) == KEYS
    assert {"a word from Python", "a word from below"} <= set(output.err.splitlines())
    assert "\x1b" not in output.err


def test_numbers_that_are_not_finite_are_null_in_json(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = train(tmp_path, env="Toy/Truncated-v0").folder
    reseal(folder.best, config=read_checkpoint(folder.best).config | {"env": "Toy/AlwaysNan-v0"})
    capfd.readouterr()
    assert evaluate_policy(str(folder.best), **OPTIONS) == 0
    assert json.loads(capfd.readouterr().out, parse_constant=pytest.fail)["mean"] is None


def test_unknown_environment_names_the_import_that_the_run_was_started_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = train(tmp_path).folder
    started, *rest = folder.events.read_text().splitlines(keepends=True)
    folder.events.write_text(json.dumps(json.loads(started) | {"imports": ["mazes", "caves"]}) + "\n" + "".join(rest))
    reseal(folder.best, config=read_checkpoint(folder.best).config | {"env": "Maze-v0"})
    with pytest.raises(UsageError, match=r"unknown environment 'Maze-v0'.*--import mazes --import caves: add them"):
        evaluate_policy(str(folder.best), **OPTIONS)
    monkeypatch.setitem(sys.modules, "mazes", sys)
    with pytest.raises(UsageError, match="started with --import caves: add it"):
        evaluate_policy(str(folder.path), **OPTIONS | {"imports": ("mazes",)})
