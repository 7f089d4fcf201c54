"""`--tensorboard`: event files of a run while it trains."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterable
from pathlib import Path
from unittest.mock import patch

import pytest

from dqn_tui import events
from dqn_tui.events import Event, WarningRaised
from dqn_tui.exports.measurements import read_measurements
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.journal import Journal, read_journal
from tests.exports.helpers import START, progress, started, write_run
from tests.helpers import call_program, one_line, only_run, quick_flags

pytest.importorskip("tensorboard")

from dqn_tui.exports.live_tensorboard import LiveTensorBoard
from tests.exports.test_tensorboard_folder import read_scalars


def append(folder: RunFolder, told: Iterable[Event]) -> None:
    """Write on in the journal, as a trainer does."""
    journal = Journal(folder.events)
    for event in told:
        journal.write(event)
    journal.close()


def follow(folder: RunFolder, told: Iterable[Event]) -> list[str]:
    """Events files of what is told; returns the problems."""
    problems: list[str] = []
    live = LiveTensorBoard(folder, problems.append)
    live.start()
    append(folder, told)
    live.close()
    return problems


def losses(folder: RunFolder) -> list[tuple[int, float]]:
    return [(step, value) for step, _, value in read_scalars(folder.tensorboard)["train/loss"]]


def test_everything_of_a_run_is_in_its_event_files(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "one", [started(), progress(10, train__loss=1.0)])
    assert follow(folder, [progress(20, train__loss=0.5)]) == []
    assert read_scalars(folder.tensorboard) == {"train/loss": [(10, START + 2, 1.0), (20, START + 2, 0.5)]}


def test_a_resumed_run_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "one", [started()])
    assert follow(folder, [progress(step, train__loss=step) for step in (10, 20, 30)]) == []
    # As the recorder cuts it to the checkpoint of step 20.
    folder.events.unlink()
    append(folder, [started(), progress(10, train__loss=10), progress(20, train__loss=20)])
    resumed = events.RunResumed(step=20, time=START + 9, checkpoint="c")
    assert follow(folder, [resumed, progress(25, train__loss=2.5)]) == []
    assert losses(folder) == [(10, 10.0), (20, 20.0), (25, 2.5)]


def test_a_resumed_run_without_event_files_gets_those_of_its_past(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "one", [started(), progress(10, train__loss=1.0)])
    resumed = events.RunResumed(step=10, time=START + 9, checkpoint="c")
    assert follow(folder, [resumed, progress(20, train__loss=2.0)]) == []
    assert losses(folder) == [(10, 1.0), (20, 2.0)]


def test_a_disk_that_refuses_the_files_is_one_problem(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "one", [started()])
    folder.tensorboard.write_text("mine")
    (problem,) = follow(folder, [progress(10, train__loss=1.0)])
    assert "tensorboard is a regular file, expected a folder; training continues without it" in problem
    assert folder.tensorboard.read_text() == "mine"


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "one", [started()])
    (tmp_path / "outside").mkdir()
    folder.tensorboard.symlink_to(tmp_path / "outside")
    (problem,) = follow(folder, [progress(10, train__loss=1.0)])
    assert "tensorboard is a symbolic link, expected a folder" in problem
    assert list((tmp_path / "outside").iterdir()) == []


def test_the_program_writes_what_the_journal_has_and_goes_on_when_it_resumes(tmp_path: Path) -> None:
    runs = ["--runs-dir", str(tmp_path), "--no-ui", "--tensorboard"]
    assert call_program(*runs, *quick_flags()) == 0
    folder = only_run(tmp_path)
    assert call_program(*runs, "--resume", str(folder.path), "--steps", "300") == 0
    expected: dict[str, list[int]] = {}
    for step, _, metrics in read_measurements(folder.events):
        for name in metrics:
            expected.setdefault(name, []).append(step)
    found = {tag: [step for step, _, _ in points] for tag, points in read_scalars(folder.tensorboard).items()}
    left_out = {"time/total_timesteps", "time/time_elapsed", "time/episodes"}
    assert found == {name: steps for name, steps in expected.items() if name not in left_out}
    assert found["train/loss"][-1] == 300


def test_a_failure_is_one_warning_and_training_continues(tmp_path: Path) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    often = patch("dqn_tui.exports.live_tensorboard.POLL_SECONDS", 0.01)
    with often, patch("dqn_tui.exports.event_file.EventFile.add_settings", side_effect=full) as refused:
        flags = quick_flags(total_timesteps=3_000)
        assert call_program("--runs-dir", str(tmp_path), "--no-ui", "--tensorboard", *flags) == 0
    folder = only_run(tmp_path)
    told = list(read_journal(folder.events))
    line = f"cannot write {folder.tensorboard}: No space left on device; training continues without it"
    assert [event.message for event in told if isinstance(event, WarningRaised) and "tensorboard" in event.message] == [
        line
    ]
    assert refused.call_count == 1
    assert told[-1].step == 3_000


def test_without_the_package_nothing_begins(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hidden = dict.fromkeys(("tensorboard", "tensorboard.compat.proto.event_pb2"))
    with patch.dict("sys.modules", hidden):
        for name in [name for name in sys.modules if name.startswith("dqn_tui.exports.")]:
            del sys.modules[name]
        assert call_program("--runs-dir", str(tmp_path / "runs"), "--no-ui", "--tensorboard") == 2
    assert one_line(capsys.readouterr().err).endswith("pip install 'dqn-tui[tensorboard]'")
    assert not (tmp_path / "runs").exists()
