"""Evaluating a saved policy, in this process."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from dqn_tui.commands.policy import evaluate_policy, watch_policy
from dqn_tui.dqn.agent import weights_sha256
from dqn_tui.errors import UsageError
from dqn_tui.runs.checkpoint import read_checkpoint
from tests.helpers import Session, one_line, reseal, train

KEYS = ["env", "checkpoint", "episodes", "seed", "mean", "std", "ci95", "returns", "lengths", "weights_sha256"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Session:
    return train(tmp_path_factory.mktemp("runs"), eval_every=40, learning_rate=0.01)


def evaluate(target: Path, capsys: pytest.CaptureFixture[str], **options: Any) -> dict[str, Any]:
    settings = {"episodes": 4, "seed": 5, "imports": (), "should_take_last": False, "as_json": True} | options
    assert evaluate_policy(target, **settings) == 0
    report: dict[str, Any] = json.loads(capsys.readouterr().out)
    return report


def test_a_report_has_the_contracts_keys_and_is_the_same_each_time(
    run: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    report = evaluate(run.folder.path, capsys, should_take_last=True)
    assert list(report) == KEYS
    assert (report["env"], report["episodes"], report["seed"]) == ("CartPole-v1", 4, 5)
    assert len(report["returns"]) == len(report["lengths"]) == 4
    assert report["mean"] == sum(report["returns"]) / 4
    assert report["ci95"][0] <= report["mean"] <= report["ci95"][1]
    assert report["weights_sha256"] == weights_sha256(run.agent.online)
    assert evaluate(run.folder.path, capsys, should_take_last=True) == report
    assert evaluate(run.folder.path, capsys, should_take_last=True, seed=6)["returns"] != report["returns"]


def test_more_episodes_begin_with_the_same_ones(run: Session, capsys: pytest.CaptureFixture[str]) -> None:
    few, many = (evaluate(run.folder.path, capsys, episodes=episodes)["returns"] for episodes in (3, 6))
    assert many[:3] == few


def test_a_run_means_its_best_checkpoint_unless_the_last_is_asked_for(
    run: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(run.folder.path, capsys)["checkpoint"] == str(run.folder.best)
    last = evaluate(run.folder.path, capsys, should_take_last=True)["checkpoint"]
    assert last == str(run.folder.checkpoints / "step_000000200")
    assert evaluate(Path(last), capsys)["checkpoint"] == last


def test_in_words_the_mean_its_interval_and_the_checkpoint_are_told(
    run: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate_policy(run.folder.path, episodes=2, seed=0, imports=(), should_take_last=False, as_json=False)
    output = capsys.readouterr().out
    assert " ±" in output
    assert all(
        word in output for word in ("CartPole-v1", "mean return", "95 %", "2 greedy episodes", str(run.folder.best))
    )


def test_watching_without_a_terminal_is_refused(run: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(UsageError, match="terminal"):
        watch_policy(run.folder.path, seed=0, imports=(), should_take_last=True, marker="ascii")


def test_an_environment_that_raises_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = train(tmp_path, env="Toy/RaisesLate-v0", save_every=100).folder.path
    assert evaluate_policy(path, episodes=50, seed=0, imports=(), should_take_last=True, as_json=True) == 1
    output = capsys.readouterr()
    assert output.out == ""
    told = one_line(output.err)
    assert told.startswith("dqn-tui: the evaluation failed: RuntimeError: the motor burnt out, raised at toy.py:")


def test_a_checkpoint_of_an_environment_that_is_not_there_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = train(tmp_path).folder.best
    reseal(path, config=read_checkpoint(path).config | {"env": "CartPole-v88"})
    with pytest.raises(UsageError) as caught:
        evaluate(path, capsys)
    assert "CartPole-v88" in one_line(str(caught.value))


def test_a_checkpoint_whose_network_does_not_fit_its_environment_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = train(tmp_path).folder.best
    reseal(path, config=read_checkpoint(path).config | {"env": "Acrobot-v1"})
    with pytest.raises(UsageError) as caught:
        evaluate(path, capsys)
    assert str(path) in one_line(str(caught.value))
