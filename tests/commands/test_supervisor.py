"""Ends of a run and their exit codes: signals, broken pipes and failing printers, in this process."""

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
from dqn_tui.commands.foreign_output import ForeignOutput
from dqn_tui.commands.signals import FORWARDED_INTERRUPT, SignalTraps
from dqn_tui.commands.supervisor import Supervisor
from dqn_tui.commands.terminal import Terminal
from dqn_tui.control import Request, Stop
from dqn_tui.events import Event, SaveStarted
from dqn_tui.headless import JsonPrinter
from dqn_tui.runs.folder import RunFolder
from dqn_tui.view.run_view import RunView
from tests import fakes
from tests.helpers import LIMIT_SECONDS, one_line

STARTED = fakes.started()
CAUGHT = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StoppableRun:
    """Reports its start, then calls `during`; a stop makes it report its end."""

    has_ended = False
    newest_event: Event | None = None

    def __init__(self, during: Callable[[], None] = lambda: None, *, ends_by_itself: bool = False) -> None:
        self.requests: list[Request] = []
        self._during = during
        self._reported: list[Event] = [STARTED, *([fakes.ended(9, 1_001.0)] if ends_by_itself else [])]
        self._on_news: Callable[[], None] = lambda: None

    def start(self, on_news: Callable[[], None]) -> None:
        self._on_news = on_news
        on_news()

    def request(self, request: Request) -> None:
        self.requests.append(request)
        self._reported.append(fakes.ended(9, 1_001.0, "stopped"))

    def drain(self) -> list[Event]:
        reported, self._reported = self._reported, []
        if STARTED in reported:
            self._during()
        return reported


def supervise(folder: Path, run: StoppableRun, *, should_stop_on_hangup: bool = False) -> int:
    """Print a run as JSON to its end; return the exit code."""
    run_like: Any = run
    supervisor = Supervisor(run_like, RunView(), RunFolder(folder), should_stop_on_hangup=should_stop_on_hangup)
    with ForeignOutput(), supervisor:
        return supervisor.show_headless(as_json=True)


def kill(number: int) -> Callable[[], None]:
    return lambda: os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_stops_and_saves_the_run_and_is_its_exit_code(tmp_path: Path, number: signal.Signals) -> None:
    before = [signal.getsignal(caught) for caught in CAUGHT]
    run = StoppableRun(kill(number))
    assert supervise(tmp_path, run) == 128 + number
    assert run.requests == [Stop(should_save=True)]
    assert [signal.getsignal(caught) for caught in CAUGHT] == before


@pytest.mark.parametrize(("should_stop", "code"), [(False, 0), (True, 129)])
def test_hangup_stops_the_run_only_if_requested(tmp_path: Path, *, should_stop: bool, code: int) -> None:
    run = StoppableRun(kill(signal.SIGHUP), ends_by_itself=not should_stop)
    assert supervise(tmp_path, run, should_stop_on_hangup=should_stop) == code
    assert len(run.requests) == should_stop


def test_hangup_that_nohup_ignores_stays_ignored(tmp_path: Path) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        run = StoppableRun(kill(signal.SIGHUP), ends_by_itself=True)
        assert supervise(tmp_path, run, should_stop_on_hangup=True) == 0
        assert run.requests == []
    finally:
        signal.signal(signal.SIGHUP, before)


def test_interrupt_after_a_termination_counts_as_the_first(tmp_path: Path) -> None:
    def both() -> None:
        kill(signal.SIGTERM)()
        kill(signal.SIGINT)()

    run = StoppableRun(both)
    assert supervise(tmp_path, run) == 143
    assert len(run.requests) == 1


def test_third_interrupt_does_not_cut_the_exit_short(monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[Any] = []

    class ImpatientlyWatched(Terminal):
        def put_back(self, message: str = "") -> None:  # noqa: ARG002
            reported.append("restoring")
            kill(signal.SIGINT)()
            reported.append("restored")

    monkeypatch.setattr(os, "_exit", sys.exit)
    with SignalTraps(reported.append, ImpatientlyWatched()):
        kill(signal.SIGINT)()
        with pytest.raises(SystemExit) as end:
            kill(signal.SIGINT)()
    assert reported == [signal.SIGINT, "restoring", "restored"]
    assert end.value.code == 130


@pytest.mark.skipif(FORWARDED_INTERRUPT is None, reason="no realtime signals here")
@pytest.mark.parametrize("order", [(signal.SIGINT, FORWARDED_INTERRUPT), (FORWARDED_INTERRUPT, signal.SIGINT)])
def test_interrupt_that_comes_directly_and_through_the_front_counts_once(
    monkeypatch: pytest.MonkeyPatch, order: tuple[signal.Signals, signal.Signals]
) -> None:
    taken: list[int] = []
    monkeypatch.setattr(os, "_exit", sys.exit)
    with SignalTraps(taken.append, Terminal()):
        for number in order:
            kill(number)()
        assert taken == [signal.SIGINT]
        with pytest.raises(SystemExit):
            kill(order[-1])()


@pytest.mark.skipif(FORWARDED_INTERRUPT is None, reason="no realtime signals here")
def test_two_interrupts_through_the_front_are_two(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    monkeypatch.setattr(os, "_exit", sys.exit)
    assert FORWARDED_INTERRUPT is not None
    with SignalTraps(taken.append, Terminal()):
        kill(FORWARDED_INTERRUPT)()
        with pytest.raises(SystemExit) as end:
            kill(FORWARDED_INTERRUPT)()
    assert (taken, end.value.code) == ([signal.SIGINT], 130)


@pytest.mark.parametrize(("end", "code"), [(fakes.failed(9, 1_001.0), 1), (fakes.ended(9, 1_001.0, "diverged"), 3)])
def test_failure_and_divergence_take_precedence_over_the_signal(tmp_path: Path, end: Event, code: int) -> None:
    run = StoppableRun(kill(signal.SIGTERM))
    run._reported.append(end)
    assert supervise(tmp_path, run) == code


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [
        (errno.EPIPE, 141, "the reader of standard output is gone"),
        (errno.ENOSPC, 0, "No space left"),
        (errno.EIO, 0, ""),
    ],
)
def test_lost_output_stops_the_run_only_if_it_is_a_pipe(
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
    reported = capfd.readouterr().err
    assert len(reported.splitlines()) == bool(words)
    assert words in reported


def test_printer_that_raises_stops_and_saves_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: Any) -> None:
        password = "hunter" + str(2)
        raise RuntimeError(f"no \x1b[31mink\x07 for {len(password)} letters")

    monkeypatch.setattr(JsonPrinter, "show", fail)
    run = StoppableRun()
    assert supervise(tmp_path, run) == 1
    assert run.requests == [Stop(should_save=True)]
    reported = one_line(capfd.readouterr().err)
    assert reported.startswith("dqn-tui: the printer failed: RuntimeError: no ink for 7 letters")
    log = (tmp_path / "error.log").read_text()
    assert "Traceback" in log
    assert "hunter2" not in reported + log


def test_viewer_that_is_stuck_after_the_end_is_abandoned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[int] = []
    has_left = threading.Event()

    def leave(code: int) -> None:
        left.append(code)
        has_left.set()

    monkeypatch.setattr(supervisor_module, "VIEWER_SECONDS", 0.01)
    monkeypatch.setattr(os, "_exit", leave)

    def be_stuck() -> None:
        kill(signal.SIGTERM)()
        run.has_ended = True
        assert has_left.wait(LIMIT_SECONDS)

    run = StoppableRun(be_stuck)
    assert supervise(tmp_path, run) == 143
    assert left == [143]


def test_all_events_of_a_run_are_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert supervise(tmp_path, StoppableRun(ends_by_itself=True)) == 0
    output = capfd.readouterr()
    assert [json.loads(line)["event"] for line in output.out.splitlines()] == ["run_started", "run_ended"]
    assert output.err == ""


@pytest.fixture
def exit_codes(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Codes of exits at once, which do not end the process of this test."""
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    monkeypatch.setattr(supervisor_module, "POLL_SECONDS", 0.001)
    monkeypatch.setattr(supervisor_module, "NOTICE_SECONDS", 0.0)
    monkeypatch.setattr(supervisor_module, "STEP_SECONDS", 0.0)
    return codes


def wait_for_leaver() -> None:
    """Wait until the thread that exits where nothing else can has done so."""
    for thread in threading.enumerate():
        if thread.name == "leaver":
            thread.join(LIMIT_SECONDS)
            assert not thread.is_alive()


def test_environment_that_hangs_ends_with_a_termination_after_a_notice(
    tmp_path: Path, exit_codes: list[int], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # What comes after the exit, which does not end the process of this test.
    monkeypatch.setattr(supervisor_module, "VIEWER_SECONDS", 0.0)

    def hang() -> None:
        kill(signal.SIGTERM)()
        run.has_ended = False
        wait_for_leaver()

    run = StoppableRun(hang)
    supervise(tmp_path, run)
    assert exit_codes[0] == 143
    notice, reason, *_ = capfd.readouterr().err.splitlines()
    assert notice == "dqn-tui: waiting up to 0 s for the step to finish"
    assert "did not respond within 0 s; exiting without a last checkpoint" in reason


def test_checkpoint_that_takes_long_is_not_a_hung_environment(tmp_path: Path, exit_codes: list[int]) -> None:
    def save_slowly() -> None:
        run.newest_event = SaveStarted(step=1, time=1.0)
        kill(signal.SIGTERM)()
        tick = threading.Event()
        for _ in range(50):
            tick.wait(0.002)
        assert exit_codes == []

    run = StoppableRun(save_slowly)
    assert supervise(tmp_path, run) == 143


def test_interrupt_alone_sets_no_time_limit(tmp_path: Path, exit_codes: list[int]) -> None:
    def step_slowly() -> None:
        kill(signal.SIGINT)()
        tick = threading.Event()
        for _ in range(50):
            tick.wait(0.002)
        assert exit_codes == []

    assert supervise(tmp_path, StoppableRun(step_slowly)) == 130
