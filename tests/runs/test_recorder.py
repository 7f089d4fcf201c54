"""What the recorder writes, and a disk that will not take it."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from dqn_tui import events
from dqn_tui.config import parse_config
from dqn_tui.runs.error_log import describe_error, locate_error, write_error_log
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.host import describe_host
from dqn_tui.runs.journal import Journal, read_journal
from dqn_tui.runs.recorder import Recorder
from tests.helpers import one_line, quick_config

EPISODE = events.EpisodeEnded(
    step=5, time=1.0, episode=1, episode_return=5.0, length=5, is_truncated=False, seconds=0.5
)


@pytest.fixture
def recorder(tmp_path: Path) -> Any:
    recorder = Recorder(RunFolder(tmp_path), quick_config(), describe_host("cpu"))
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
