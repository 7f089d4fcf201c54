"""The recorder's files, on a disk that works, that refuses them, and that loses them."""

from __future__ import annotations

import errno
import json
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dqn_tui import events
from dqn_tui.config import parse_config
from dqn_tui.errors import UsageError
from dqn_tui.runs.checkpoint import Checkpoint
from dqn_tui.runs.durable import write_folder
from dqn_tui.runs.error_log import describe_error, locate_error, write_error_log
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.host import describe_host
from dqn_tui.runs.journal import Journal, read_journal
from dqn_tui.runs.recorder import Recorder
from dqn_tui.runs.resume import SavedRun
from dqn_tui.spaces import Spaces
from tests.disk import Disk
from tests.helpers import one_line, quick_config

ERRORS = (errno.ENOSPC, errno.EACCES, errno.EIO)

HOST = describe_host("cpu", 1)
EPISODE = events.EpisodeEnded(
    step=5, time=1.0, episode=1, episode_return=5.0, length=5, is_truncated=False, seconds=0.5
)


@pytest.fixture
def recorder(tmp_path: Path) -> Any:
    recorder = Recorder(RunFolder(tmp_path), quick_config(), HOST)
    yield recorder
    recorder.close()


def test_the_settings_are_written_so_that_they_read_back_the_same(tmp_path: Path, recorder: Recorder) -> None:
    del recorder
    assert parse_config(tomllib.loads((tmp_path / "config.toml").read_text())) == quick_config()


def test_the_host_is_written_with_versions_device_and_threads(tmp_path: Path, recorder: Recorder) -> None:
    del recorder
    host = json.loads((tmp_path / "host.json").read_text())
    assert host["device"] == "cpu"
    assert all(host[name] for name in ("python", "torch", "numpy", "gymnasium", "torch_threads"))


def test_a_disk_that_will_not_take_events_is_told_once(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Journal, "write", refuse)
    told = [recorder.write(EPISODE) for _ in range(3)]
    assert told[1:] == [None, None]
    message = one_line(told[0] or "")
    assert "events.jsonl" in message
    assert "No space left on device" in message


def test_the_tables_miss_nothing_when_the_journal_fails(
    tmp_path: Path, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Journal, "write", refuse)
    for _ in range(3):
        recorder.write(EPISODE)
    assert (tmp_path / "monitor.csv").read_text().count("5.000000,5,") == 3


def test_a_disk_that_takes_events_again_gets_them(
    tmp_path: Path, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "write", refuse)
        recorder.write(EPISODE)
    recorder.write(EPISODE)
    assert list(read_journal(tmp_path / "events.jsonl")) == [EPISODE]


def refusal(folder: RunFolder) -> str | None:
    """Why nothing can be recorded there."""
    try:
        Recorder(folder, quick_config(), HOST).close()
    except UsageError as error:
        return str(error)
    return None


def test_a_folder_that_cannot_be_written_at_any_step_is_refused_in_one_line_and_given_free(memory_path: Path) -> None:
    number, has_failed = 0, True
    while has_failed:
        number += 1
        folder = RunFolder(memory_path / str(number))
        folder.path.mkdir()
        with Disk(folder.path, fail_at=number, error=ERRORS[number % 3]) as disk:
            message = refusal(folder)
            has_failed = disk.has_failed
        assert message is None or f"run folder {folder.path} cannot be written" in one_line(message)
        assert disk.descriptors == {}
        Recorder(folder, quick_config(), HOST).close()
        assert [path.name for path in folder.path.glob(".*")] == []
    assert number > 25


@pytest.mark.parametrize("error", ERRORS)
def test_a_disk_that_fails_for_good_neither_stops_the_recording_nor_the_end(memory_path: Path, error: int) -> None:
    with Disk(memory_path) as disk:
        recorder = Recorder(RunFolder(memory_path), quick_config(), HOST)
        recorder.write(EPISODE)
    before = {path.name: path.read_bytes() for path in memory_path.iterdir() if path.is_file()}
    failing = Disk(memory_path, fail_at=1, error=error, lasts=True)
    failing.descriptors = disk.descriptors
    with failing:
        message = one_line(recorder.write(EPISODE) or "")
        assert "events.jsonl" in message
        assert recorder.write(EPISODE) is None
        with pytest.raises(OSError, match=r"."):
            recorder.sync()
        recorder.close()
    assert disk.descriptors == {}
    for name, content in before.items():
        assert (memory_path / name).read_bytes().startswith(content)
    assert EPISODE in read_journal(memory_path / "events.jsonl")


# --- the run folder disappears ---


def progress(step: int) -> events.Progress:
    return events.Progress(step=step, time=1.0, metrics={"time/fps": 1.0})


def delete_journal(folder: RunFolder) -> None:
    folder.events.unlink()


def delete_folder(folder: RunFolder) -> None:
    shutil.rmtree(folder.path)


def move_folder(folder: RunFolder) -> None:
    folder.path.rename(folder.path.with_name("moved"))


def replace_journal(folder: RunFolder) -> None:
    folder.events.unlink()
    folder.events.write_text("")


def replace_folder(folder: RunFolder) -> None:
    delete_folder(folder)
    folder.path.mkdir()
    folder.events.write_text("")


LOSSES = (delete_journal, delete_folder, move_folder, replace_journal, replace_folder)


@pytest.mark.parametrize("lose", LOSSES)
def test_lost_journal_is_reported_once_and_stays_a_problem(tmp_path: Path, lose: Callable[[RunFolder], None]) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir()
    recorder = Recorder(folder, quick_config(), HOST)
    assert recorder.write(progress(1)) is None
    assert recorder.problem is None
    lose(folder)
    assert recorder.write(EPISODE) is None, "an episode is not worth two system calls"
    told = [recorder.write(progress(step)) for step in (2, 3)]
    assert told[1] is None
    assert str(folder.events) in one_line(told[0] or "")
    assert recorder.problem == told[0]
    folder.path.mkdir(exist_ok=True)
    folder.events.touch()
    assert recorder.problem == told[0]
    recorder.close()


@pytest.mark.parametrize("lose", LOSSES)
def test_nothing_is_saved_into_a_run_folder_that_cannot_be_resumed(
    tmp_path: Path, lose: Callable[[RunFolder], None]
) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir()
    recorder = Recorder(folder, quick_config(), HOST)
    lose(folder)
    with pytest.raises(OSError, match=r"deleted or moved"):
        recorder.sync()
    recorder.close()


def test_closed_recorder_keeps_what_it_knew_of_its_folder(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir()
    recorder = Recorder(folder, quick_config(), HOST)
    for _ in range(2):
        recorder.close()
    shutil.rmtree(folder.path)
    assert recorder.problem is None


def test_checkpoint_does_not_bring_a_deleted_run_folder_back(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write_folder(tmp_path / "run" / "checkpoints" / "step_000000001", {"a": [b"x"]}, lambda _: None)
    assert list(tmp_path.iterdir()) == []


def test_deleted_table_is_no_loss_of_the_run(tmp_path: Path, recorder: Recorder) -> None:
    (tmp_path / "progress.csv").unlink()
    assert recorder.write(progress(1)) is None
    assert recorder.problem is None


# --- another host ---


def go_on(folder: Path, host: dict[str, Any]) -> str | None:
    lengths = dict.fromkeys(("events.jsonl", "progress.csv", "monitor.csv"), 0)
    checkpoint = Checkpoint(folder, 0, "end", {}, Spaces((1,), 2), None, "", {})
    recorder = Recorder(RunFolder(folder), quick_config(), host, SavedRun(checkpoint, {}, {"file_lengths": lengths}))
    assert recorder.set_aside is None
    recorder.close()
    return recorder.host_change


def test_a_run_that_goes_on_elsewhere_is_told_what_changed_and_the_new_host_is_kept(tmp_path: Path) -> None:
    old = {"python": "3.11.0", "torch": "2.12.0", "numpy": "2.4.6", "gymnasium": "1.4.0", "device": "cpu",
           "torch_threads": 1, "platform": "Linux", "cpu_count": 2}  # fmt: skip
    recorder = Recorder(RunFolder(tmp_path), quick_config(), old)
    recorder.close()
    assert recorder.host_change is None
    assert go_on(tmp_path, old | {"platform": "macOS", "cpu_count": 8}) is None
    changed = old | {"torch": "2.13.0", "device": "cuda", "torch_threads": 4}
    assert go_on(tmp_path, changed) == (
        "resume is approximate: torch was 2.12.0, is 2.13.0; device was cpu, is cuda; torch_threads was 1, is 4"
    )
    assert go_on(tmp_path, changed) is None


@pytest.mark.parametrize("content", ["", "{", "[]", "7", '{"torch": ' + "[" * 9_999, "{}"])
def test_a_host_that_is_not_known_says_nothing(tmp_path: Path, content: str) -> None:
    Recorder(RunFolder(tmp_path), quick_config(), {"torch": "2.13.0"}).close()
    (tmp_path / "host.json").write_text(content)
    assert go_on(tmp_path, {"torch": "2.13.0"}) is None


def test_an_error_is_described_in_one_line() -> None:
    assert describe_error(ValueError("first\nsecond")) == "ValueError: first"
    assert describe_error(ValueError()) == "ValueError"


class UnspeakableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("even its message raises")


def test_an_error_whose_message_raises_is_described_and_logged_all_the_same(tmp_path: Path) -> None:
    assert describe_error(UnspeakableError()) == "UnspeakableError"
    assert write_error_log(RunFolder(tmp_path), UnspeakableError()) is not None


def test_a_second_error_does_not_wipe_out_the_first(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    for word in ("first", "second"):
        write_error_log(folder, ValueError(word))
    text = folder.error_log.read_text()
    assert text.index("ValueError: first") < text.index("ValueError: second")


def test_what_an_error_says_cannot_steer_the_terminal_that_shows_its_log(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    write_error_log(folder, ValueError("a\x1b]52;c;cm0gLXJm\x07\x9b2J\rb \ud800 Müller"))
    text = folder.error_log.read_text(encoding="utf-8")
    assert "a\\x1b]52;c;cm0gLXJm\\x07\\x9b2J\\rb \\ud800 Müller\n" in text


def test_an_error_is_located_where_it_was_raised() -> None:
    with pytest.raises(ValueError, match="here") as caught:
        raise ValueError("here")
    assert locate_error(caught.value).startswith("test_recorder.py:")
    assert locate_error(ValueError("never raised")) == ""


def test_the_error_log_holds_the_traceback_and_no_variables(tmp_path: Path) -> None:
    try:
        secret = "hunter2" + ""
        raise RuntimeError("broken")
    except RuntimeError as error:
        path = write_error_log(RunFolder(tmp_path), error)
    content = (tmp_path / "error.log").read_text()
    assert path == str(tmp_path / "error.log")
    assert "Traceback" in content
    assert "RuntimeError: broken" in content
    assert __file__ in content
    assert f"{secret}'" not in content


def test_an_error_log_that_cannot_be_written_is_none(tmp_path: Path) -> None:
    assert write_error_log(RunFolder(tmp_path / "nowhere"), ValueError("x")) is None
