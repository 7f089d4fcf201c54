"""Who ends a run, and with which exit code: signals, broken pipes and failing printers, in this process."""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dqn_tui.commands import supervisor as supervisor_module
from dqn_tui.commands.signals import SignalTraps
from dqn_tui.commands.supervisor import Supervisor
from dqn_tui.commands.terminal import Terminal, reserved_output
from dqn_tui.control import Request, Stop
from dqn_tui.events import Event
from dqn_tui.headless import JsonPrinter
from dqn_tui.runs.folder import RunFolder
from dqn_tui.view.run_view import RunView
from tests import fakes
from tests.helpers import LIMIT_SECONDS, one_line

STARTED = fakes.started()
CAUGHT = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StoppableRun:
    """Tells that it started, and does `during`; a stop makes it tell its end."""

    has_ended = False

    def __init__(self, during: Callable[[], None] = lambda: None, *, ends_by_itself: bool = False) -> None:
        self.requests: list[Request] = []
        self._during = during
        self._told: list[Event] = [STARTED, *([fakes.ended(9, 1_001.0)] if ends_by_itself else [])]
        self._on_news: Callable[[], None] = lambda: None

    def start(self, on_news: Callable[[], None]) -> None:
        self._on_news = on_news
        on_news()

    def request(self, request: Request) -> None:
        self.requests.append(request)
        self._told.append(fakes.ended(9, 1_001.0, "stopped"))

    def drain(self) -> list[Event]:
        told, self._told = self._told, []
        if STARTED in told:
            self._during()
        return told


def supervise(folder: Path, run: StoppableRun, *, should_stop_on_hangup: bool = False) -> int:
    """Print a run as JSON to its end; returns the exit code."""
    run_like: Any = run
    supervisor = Supervisor(run_like, RunView(), RunFolder(folder), should_stop_on_hangup=should_stop_on_hangup)
    with reserved_output() as stream, supervisor:
        return supervisor.show_headless(stream)


def kill(number: int) -> Callable[[], None]:
    return lambda: os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_asks_the_run_to_stop_and_save_and_is_told_at_its_end(tmp_path: Path, number: signal.Signals) -> None:
    before = [signal.getsignal(caught) for caught in CAUGHT]
    run = StoppableRun(kill(number))
    assert supervise(tmp_path, run) == 128 + number
    assert run.requests == [Stop(should_save=True)]
    assert [signal.getsignal(caught) for caught in CAUGHT] == before


@pytest.mark.parametrize(("should_stop", "code"), [(False, 0), (True, 129)])
def test_a_hangup_stops_the_run_only_where_that_was_asked_for(tmp_path: Path, *, should_stop: bool, code: int) -> None:
    run = StoppableRun(kill(signal.SIGHUP), ends_by_itself=not should_stop)
    assert supervise(tmp_path, run, should_stop_on_hangup=should_stop) == code
    assert len(run.requests) == should_stop


def test_a_hangup_that_nohup_ignores_stays_ignored(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        run = StoppableRun(kill(signal.SIGHUP), ends_by_itself=True)
        assert supervise(tmp_path, run, should_stop_on_hangup=True) == 0
        assert run.requests == []
    finally:
        signal.signal(signal.SIGHUP, before)


def test_an_interrupt_after_a_termination_is_its_first(tmp_path: Path) -> None:
    def both() -> None:
        kill(signal.SIGTERM)()
        kill(signal.SIGINT)()

    run = StoppableRun(both)
    assert supervise(tmp_path, run) == 143
    assert len(run.requests) == 1


def test_a_third_interrupt_does_not_cut_the_end_short(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Any] = []

    class ImpatientlyWatched(Terminal):
        def put_back(self) -> None:
            told.append("the terminal is to be put back")
            kill(signal.SIGINT)()
            told.append("it is")

    monkeypatch.setattr(os, "_exit", sys.exit)
    with SignalTraps(told.append, ImpatientlyWatched()):
        kill(signal.SIGINT)()
        with pytest.raises(SystemExit) as end:
            kill(signal.SIGINT)()
    assert told == [signal.SIGINT, "the terminal is to be put back", "it is"]
    assert end.value.code == 130


@pytest.mark.parametrize(("end", "code"), [(fakes.failed(9, 1_001.0), 1), (fakes.ended(9, 1_001.0, "diverged"), 3)])
def test_a_bad_end_says_more_than_the_signal(tmp_path: Path, end: Event, code: int) -> None:
    run = StoppableRun(kill(signal.SIGTERM))
    run._told.append(end)
    assert supervise(tmp_path, run) == code


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [(errno.EPIPE, 141, "nobody reads"), (errno.ENOSPC, 0, "No space left"), (errno.EIO, 0, "")],
)
def test_an_output_that_is_gone_ends_a_pipe_and_nothing_else(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    number: int,
    code: int,
    words: str,
) -> None:
    def fail(*_: Any) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(JsonPrinter, "show", fail)
    run = StoppableRun(ends_by_itself=code == 0)
    assert supervise(tmp_path, run) == code
    assert run.requests == [Stop(should_save=True)] * (code != 0)
    told = capfd.readouterr().err
    assert len(told.splitlines()) == bool(words)
    assert words in told


def test_a_printer_that_raises_saves_the_run_and_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: Any) -> None:
        password = "hunter" + str(2)
        raise RuntimeError(f"no \x1b[31mink\x07 for {len(password)} letters")

    monkeypatch.setattr(JsonPrinter, "show", fail)
    run = StoppableRun()
    assert supervise(tmp_path, run) == 1
    assert run.requests == [Stop(should_save=True)]
    told = one_line(capfd.readouterr().err)
    assert told.startswith("dqn-tui: the printer failed: RuntimeError: no ink for 7 letters")
    log = (tmp_path / "error.log").read_text()
    assert "Traceback" in log
    assert "hunter2" not in told + log


def test_a_viewer_that_is_stuck_after_the_end_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[int] = []
    has_left = threading.Event()

    def leave(code: int) -> None:
        left.append(code)
        has_left.set()

    monkeypatch.setattr(supervisor_module, "PATIENCE_SECONDS", 0.01)
    monkeypatch.setattr(supervisor_module.os, "_exit", leave)

    def be_stuck() -> None:
        kill(signal.SIGTERM)()
        run.has_ended = True
        assert has_left.wait(LIMIT_SECONDS)

    run = StoppableRun(be_stuck)
    assert supervise(tmp_path, run) == 143
    assert left == [143]


def test_the_events_of_a_run_are_told_whole(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert supervise(tmp_path, StoppableRun(ends_by_itself=True)) == 0
    output = capfd.readouterr()
    assert [json.loads(line)["event"] for line in output.out.splitlines()] == ["run_started", "run_ended"]
    assert output.err == ""
