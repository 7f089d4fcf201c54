"""The list of runs, on a terminal, in a pipe, and as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dqn_tui import events
from dqn_tui.commands.list_runs import list_runs
from dqn_tui.runs.folder import RunFolder, create_run_folder
from dqn_tui.runs.journal import Journal
from dqn_tui.runs.lock import RunLock
from dqn_tui.runs.notes import make_notes, write_notes
from dqn_tui.settings import resolve_settings
from tests import fakes

CONFIG = resolve_settings(preset="cartpole", variables={}, flags={"seed": 7}).config.model_dump(mode="json")
STARTED = fakes.started(seed=7, preset="cartpole", config=CONFIG | {"gamma": 0.9, "net_arch": [32, 32]})
PAUSED = events.Paused(step=3, time=2.0)


def make_run(runs_dir: Path, month: int, *written: events.Event) -> RunFolder:
    folder = create_run_folder(runs_dir, "CartPole-v1", "s7", datetime(2026, month, 1, tzinfo=UTC))
    journal = Journal(folder.events)
    for event in written:
        journal.write(event)
    journal.close()
    return folder


def list_as_json(runs_dir: Path, capfd: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    assert list_runs(runs_dir, as_json=True) == 0
    runs: list[dict[str, Any]] = json.loads(capfd.readouterr().out, parse_constant=pytest.fail)
    return runs


def test_runs_are_listed_newest_first_with_their_states(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    reasons = ("completed", "solved", "stopped", "diverged")
    last = [*(fakes.ended(9_000, 2.0, reason) for reason in reasons), fakes.failed(5, 2.0), PAUSED, PAUSED]
    folders = [make_run(tmp_path, month, STARTED, event) for month, event in enumerate(last, 1)]
    lock = RunLock(folders[-1].path)
    listed = list_as_json(tmp_path, capfd)
    lock.release()
    assert [run["run"] for run in listed] == [str(folder.path) for folder in reversed(folders)]
    assert [run["state"] for run in reversed(listed)] == [*reasons, "failed", "interrupted", "running"]
    assert [run["step"] for run in listed] == [3, 3, 5, *[9_000] * 4]
    assert (listed[-1]["env"], listed[-1]["seed"], listed[-1]["best_eval_mean"]) == ("CartPole-v1", 7, 437.2)


def test_run_names_its_preset_and_the_settings_that_differ_from_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    make_run(tmp_path, 1, STARTED)
    (run,) = list_as_json(tmp_path, capfd)
    assert run["preset"] == "cartpole"
    assert run["settings"] == {"net_arch": [32, 32], "gamma": 0.9}
    list_runs(tmp_path, as_json=False)
    assert capfd.readouterr().out.splitlines()[1].endswith("cartpole  net_arch=[32,32] gamma=0.9")


def test_tags_and_note_are_listed_as_json(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    noted, damaged = (make_run(tmp_path, month, STARTED, PAUSED) for month in (1, 2))
    write_notes(noted, make_notes(["good", "lr"], "Second try"))
    damaged.notes.write_text("tags =")
    first, second = list_as_json(tmp_path, capfd)
    assert (second["tags"], second["note"], second["problem"]) == (["good", "lr"], "Second try", None)
    assert (first["tags"], first["note"], first["state"]) == ([], None, "interrupted")
    assert "notes.toml is damaged" in first["problem"]


def test_best_evaluation_of_a_live_run_is_listed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    make_run(tmp_path, 1, STARTED, fakes.evaluated(50, 3.0, 120.5, is_best=True), PAUSED)
    (run,) = list_as_json(tmp_path, capfd)
    assert (run["best_eval_mean"], run["best_eval_step"]) == (120.5, 50)


def test_table_in_a_pipe_is_one_plain_line_per_run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = make_run(tmp_path, 1, STARTED, fakes.ended(9_000, 2.0, "solved"))
    list_runs(tmp_path, as_json=False)
    header, row = capfd.readouterr().out.splitlines()
    assert header.split()[:3] == ["run", "env", "seed"]
    assert row.split()[:6] == [str(folder.path), "CartPole-v1", "7", "solved", "9,000", "437.2"]


def test_no_runs_are_an_empty_list_and_one_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert list_as_json(tmp_path / "nowhere", capfd) == []
    list_runs(tmp_path / "nowhere", as_json=False)
    assert "there are no runs in" in capfd.readouterr().out


@pytest.mark.parametrize("content", [b"", b"not json\n", b"[1]\n", b'{"event":"progress"}\n', b"\xff\xfe\n", b'{"ev'])
def test_damaged_run_does_not_hide_the_others(
    tmp_path: Path, content: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    whole = make_run(tmp_path, 1, STARTED, fakes.ended(9_000, 2.0))
    make_run(tmp_path, 2).events.write_bytes(content)
    damaged, listed = list_as_json(tmp_path, capfd)
    assert (damaged["env"], damaged["step"]) == (None, 0)
    assert listed["run"] == str(whole.path)


def test_unreadable_run_is_one_row_that_says_why(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    make_run(tmp_path, 1, STARTED)
    folder = make_run(tmp_path, 2, STARTED)
    folder.events.rename(folder.path / "elsewhere")
    folder.events.symlink_to("elsewhere")
    list_runs(tmp_path, as_json=False)
    rows = [line for line in capfd.readouterr().out.splitlines() if str(folder.path) in line]
    assert all("unreadable" in row and "symbolic link" in row for row in rows)
    unreadable = [run for run in list_as_json(tmp_path, capfd) if run["run"] == str(folder.path)]
    assert all(run["state"] == "unreadable" and run["problem"] for run in unreadable)


def test_numbers_that_are_not_finite_are_null(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    hostile = STARTED.__class__(**{name: getattr(STARTED, name) for name in STARTED.__struct_fields__} | {
        "config": CONFIG | {"gamma": float("nan")}
    })  # fmt: skip
    make_run(tmp_path, 1, hostile, fakes.evaluated(50, 3.0, float("inf"), is_best=True))
    list_as_json(tmp_path, capfd)
