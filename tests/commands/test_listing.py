"""What there is: runs and environments."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dqn_tui import events
from dqn_tui.commands import listing
from dqn_tui.commands.listing import list_environments, list_runs
from dqn_tui.runs.folder import RunFolder, create_run_folder
from dqn_tui.runs.journal import Journal

STARTED = events.RunStarted(
    step=0, time=1.0, run="r", env="CartPole-v1", seed=7, device="cpu", total_timesteps=9, learning_starts=1,
    buffer_size=9, actions=2,
)  # fmt: skip
ENDED = events.RunEnded(
    step=9_000, time=2.0, reason="solved", episodes=1, mean_return_100=1.0, best_eval_mean=487.5, updates=1,
    wall_seconds=1.0, steps_per_second=1.0, checkpoint=None, weights_sha256="0",
)  # fmt: skip
FAILED = events.RunFailed(step=5, time=2.0, error="E", error_log=None, checkpoint=None)
PAUSED = events.Paused(step=3, time=2.0)


def make_run(runs_dir: Path, month: int, *written: events.Event) -> RunFolder:
    folder = create_run_folder(runs_dir, "CartPole-v1", "s7", datetime(2026, month, 1, tzinfo=UTC))
    journal = Journal(folder.events)
    for event in written:
        journal.write(event)
    journal.close()
    return folder


def test_runs_are_listed_newest_first_with_how_they_stand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs = [make_run(tmp_path, month, STARTED, last) for month, last in enumerate((ENDED, FAILED, PAUSED), 1)]
    assert list_runs(tmp_path, as_json=True) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [run["run"] for run in listed] == [str(folder.path) for folder in reversed(runs)]
    assert [run["state"] for run in listed] == ["open", "failed", "solved"]
    assert [run["step"] for run in listed] == [3, 5, 9_000]
    assert (listed[2]["env"], listed[2]["seed"], listed[2]["best_eval_mean"]) == ("CartPole-v1", 7, 487.5)


def test_the_table_has_a_line_for_each_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_run(tmp_path, 1, STARTED, ENDED)
    list_runs(tmp_path, as_json=False)
    header, row = capsys.readouterr().out.splitlines()
    assert header.split()[:3] == ["run", "env", "seed"]
    assert all(word in row for word in ("CartPole-v1", "solved", "9,000", "487.5"))


def test_no_runs_are_an_empty_list_and_a_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    list_runs(tmp_path / "nowhere", as_json=True)
    assert json.loads(capsys.readouterr().out) == []
    list_runs(tmp_path / "nowhere", as_json=False)
    assert "no runs" in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"", b"not json\n", b"[1]\n", b'{"event":"progress"}\n', b"\xff\xfe\n", b'{"ev'])
def test_one_damaged_run_does_not_hide_the_others(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = make_run(tmp_path, 1, STARTED, ENDED)
    make_run(tmp_path, 2).events.write_bytes(content)
    list_runs(tmp_path, as_json=True)
    assert str(whole.path) in [run["run"] for run in json.loads(capsys.readouterr().out)]


def test_a_preset_without_an_environment_is_listed_for_any(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(listing, "preset_names", lambda: ["two-members"])
    monkeypatch.setattr(listing, "read_preset", lambda _: {"n_steps": 5})
    list_environments(as_json=True)
    assert json.loads(capsys.readouterr().out)["presets"] == {"two-members": "any"}
    list_environments(as_json=False)
    assert ["two-members", "any"] in [line.split() for line in capsys.readouterr().out.splitlines()]


def test_environments_are_listed_with_what_to_install(capsys: pytest.CaptureFixture[str]) -> None:
    list_environments(as_json=True)
    listed = json.loads(capsys.readouterr().out)
    assert listed["presets"]["cartpole"] == "CartPole-v1"
    for family in listed["families"]:
        assert family["environments"]
        assert isinstance(family["is_installed"], bool)
        assert family["install"].startswith("pip install ")
    list_environments(as_json=False)
    text = capsys.readouterr().out
    assert all(word in text for word in ("cartpole", "CartPole-v1", "LunarLander-v3"))
