"""Faults, signals and lost terminals, in the real program: terminal restored, right exit code, nothing lost."""

from __future__ import annotations

import json
import os
import shlex
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dqn_tui import events
from dqn_tui.runs.checkpoint import find_checkpoints
from dqn_tui.runs.journal import read_journal, read_last_event
from tests.faults import SECRET
from tests.helpers import call_program, only_run, program_environment, quick_flags, train
from tests.terminal import Terminal, dqn_tui

HEADLESS = ("--no-ui",)
ENDLESS = 50_000_000
STOP_SECONDS = 2.5


@contextmanager
def program_on_terminal(
    tmp_path: Path,
    *arguments: str,
    fault: str = "",
    env: str = "CartPole-v1",
    steps: int = ENDLESS,
    is_controlling: bool = True,
) -> Iterator[Terminal]:
    """A quick run of the real program, with a fault built in."""
    imports = ("--import", "tests.toy", "--import", "tests.faults")
    command = dqn_tui("--runs-dir", str(tmp_path / "runs"), *imports, *arguments)
    with Terminal(
        [*command, *quick_flags(env=env, total_timesteps=steps)],
        variables=program_environment(FAULT=fault, HANGS_NOW=str(tmp_path / "hangs")),
        is_controlling=is_controlling,
    ) as terminal:
        yield terminal


@contextmanager
def program_in_shell(tmp_path: Path) -> Iterator[Terminal]:
    """The dashboard as a shell's job."""
    command = dqn_tui("--runs-dir", str(tmp_path / "runs"), *quick_flags(total_timesteps=ENDLESS))
    with Terminal(["sh", "-i"], variables=program_environment(ENV="", PS1="$ ")) as terminal:
        terminal.press(f"{shlex.join(command)}\n")
        yield terminal


def last_event(tmp_path: Path) -> events.Event | None:
    return read_last_event(only_run(tmp_path / "runs").events)


def check_saved(tmp_path: Path, reason: str) -> None:
    """Check that the run reported its end, and that its last checkpoint is complete and of that step."""
    last = last_event(tmp_path)
    assert isinstance(last, events.RunEnded | events.RunFailed)
    newest = find_checkpoints(only_run(tmp_path / "runs"))[-1]
    assert (newest.step, newest.reason, str(newest.path)) == (last.step, reason, last.checkpoint)


def check_error_is_logged_and_nothing_else_is_printed(tmp_path: Path, terminal: Terminal) -> None:
    log = only_run(tmp_path / "runs").error_log.read_text()
    assert "Traceback" in log
    assert "RuntimeError: a fault of 7 letters" in log
    assert "a fault of 7 letters" in terminal.text
    assert b"Traceback" not in terminal.drawn
    assert SECRET not in terminal.drawn
    assert SECRET.decode() not in log


def wait_for_seconds(terminal: Terminal, seconds: float) -> None:
    """Let time pass while the program is suspended."""
    end = time.monotonic() + seconds
    terminal.wait_for(lambda: time.monotonic() > end)


# --- errors ---


@pytest.mark.parametrize(("mode", "fault"), [((), "environment"), (HEADLESS, "trainer")], ids=["dashboard", "headless"])
def test_an_error_in_training_is_one_line_a_log_and_a_checkpoint(
    tmp_path: Path, mode: tuple[str, ...], fault: str
) -> None:
    with program_on_terminal(tmp_path, *mode, fault=fault) as terminal:
        terminal.wait_for("FAILED")
        if not mode:
            terminal.press("q")
        assert terminal.wait_for_exit() == 1
        assert terminal.modes_left_on == []
        assert "dqn-tui: run failed at step" in terminal.text
        check_error_is_logged_and_nothing_else_is_printed(tmp_path, terminal)
    check_saved(tmp_path, "failure")


def test_a_widget_that_raises_saves_the_run_and_ends_it(tmp_path: Path) -> None:
    with program_on_terminal(tmp_path, fault="widget") as terminal:
        assert terminal.wait_for_exit() == 1
        assert terminal.modes_left_on == []
        assert "dqn-tui: the dashboard failed: RuntimeError" in terminal.text
        check_error_is_logged_and_nothing_else_is_printed(tmp_path, terminal)
    check_saved(tmp_path, "end")


def test_a_player_that_raises_is_one_line_and_restores_the_terminal(tmp_path: Path) -> None:
    run = str(train(tmp_path).folder.path)
    with Terminal(
        dqn_tui("watch", run, "--import", "tests.faults"), variables=program_environment(FAULT="player")
    ) as terminal:
        assert terminal.wait_for_exit() == 1
        assert terminal.modes_left_on == []
        assert "dqn-tui: the screen failed: RuntimeError: a fault of 7 letters, raised at faults.py:" in terminal.text
        assert b"Traceback" not in terminal.drawn
        assert SECRET not in terminal.drawn


# --- signals ---


@pytest.mark.parametrize("mode", [(), pytest.param(HEADLESS, marks=pytest.mark.slow)], ids=["dashboard", "headless"])
def test_a_second_interrupt_ends_at_once_although_the_environment_hangs(tmp_path: Path, mode: tuple[str, ...]) -> None:
    with program_on_terminal(tmp_path, *mode, env="Toy/Hangs-v0") as terminal:
        terminal.wait_for("RUNNING")
        terminal.wait_for((tmp_path / "hangs").exists)

        def interrupt() -> bool:
            # Two that come at the same time melt into one.
            if terminal.exit_code is None:
                terminal.send_signal(signal.SIGINT)
            return terminal.exit_code is not None

        terminal.wait_for(interrupt)
        assert terminal.wait_for_exit() == 130
        assert terminal.modes_left_on == []


def test_dashboard_on_a_blocked_terminal_still_obeys_a_signal(tmp_path: Path) -> None:
    with program_on_terminal(tmp_path, fault="impatient") as terminal:
        terminal.wait_for("RUNNING")
        # The terminal is not read from here on, and holds less than the dashboard writes for this.
        for columns in range(100, 140):
            terminal.resize(columns, 40)
        terminal.send_signal(signal.SIGTERM)
        assert terminal.wait_unread() == 143
    check_saved(tmp_path, "end")


@pytest.mark.parametrize("mode", [(), pytest.param(HEADLESS, marks=pytest.mark.slow)], ids=["dashboard", "headless"])
def test_termination_ends_a_hung_environment_after_a_grace_period(tmp_path: Path, mode: tuple[str, ...]) -> None:
    with program_on_terminal(tmp_path, *mode, env="Toy/Hangs-v0", fault="hurried") as terminal:
        terminal.wait_for("RUNNING")
        terminal.wait_for((tmp_path / "hangs").exists)
        terminal.send_signal(signal.SIGTERM)
        assert terminal.wait_for_exit() == 143
        assert terminal.modes_left_on == []
        assert "did not respond within" in terminal.text
        assert mode == () or "waiting up to" in terminal.text


@pytest.mark.parametrize("mode", [(), pytest.param(HEADLESS, marks=pytest.mark.slow)], ids=["dashboard", "headless"])
def test_environment_that_hangs_when_it_is_closed_does_not_block_the_exit(
    tmp_path: Path, mode: tuple[str, ...]
) -> None:
    with program_on_terminal(tmp_path, *mode, env="Toy/HangsInClose-v0", fault="hurried", steps=100) as terminal:
        terminal.wait_for("DONE" if mode == () else "completed")
        if mode == ():
            terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.modes_left_on == []
        assert "does not respond; exiting without closing it" in terminal.text
    check_saved(tmp_path, "end")


# --- the terminal goes away ---


@pytest.mark.parametrize("mode", [(), pytest.param(HEADLESS, marks=pytest.mark.slow)], ids=["dashboard", "headless"])
def test_run_continues_without_its_terminal_and_can_be_extended(tmp_path: Path, mode: tuple[str, ...]) -> None:
    with program_on_terminal(tmp_path, *mode, steps=3_000, is_controlling=False) as terminal:
        terminal.wait_for("RUNNING")
        terminal.hang_up()
        assert terminal.wait_for_exit() == 0
    ended = last_event(tmp_path)
    assert isinstance(ended, events.RunEnded)
    assert (ended.reason, ended.step) == ("completed", 3_000)
    check_saved(tmp_path, "end")
    assert call_program("--json", "--resume", str(only_run(tmp_path / "runs").path), "--steps", "3010") == 0
    check_saved(tmp_path, "end")


# --- the program is suspended and resumed ---


def check_stops_count_nowhere(tmp_path: Path, stopped_seconds: float) -> None:
    """Check the run's times; it was suspended for so long between its first and last event."""
    seen = list(read_journal(only_run(tmp_path / "runs").events))
    ended = seen[-1]
    assert isinstance(ended, events.RunEnded)
    passed = ended.time - seen[0].time
    assert ended.wall_seconds < passed - 0.8 * stopped_seconds
    assert ended.steps_per_second == pytest.approx(ended.step / ended.wall_seconds, rel=0.05)
    elapsed = [event.metrics["time/time_elapsed"] for event in seen if isinstance(event, events.Progress)]
    assert [*elapsed, ended.wall_seconds] == sorted([*elapsed, ended.wall_seconds])


def test_suspended_time_does_not_count_in_a_headless_run(tmp_path: Path) -> None:
    with program_on_terminal(tmp_path, *HEADLESS) as terminal:
        terminal.wait_for("RUNNING")
        terminal.send_signal(signal.SIGSTOP)
        wait_for_seconds(terminal, STOP_SECONDS)
        terminal.drawn = b""
        terminal.send_signal(signal.SIGCONT)
        terminal.wait_for(lambda: b"RUNNING" in terminal.drawn)
        terminal.press("ctrl+c")
        assert terminal.wait_for_exit() == 130
        assert terminal.modes_left_on == []
    check_saved(tmp_path, "end")
    check_stops_count_nowhere(tmp_path, STOP_SECONDS)


def test_dashboard_returns_after_ctrl_z_and_after_a_stop_from_outside(tmp_path: Path) -> None:
    with program_in_shell(tmp_path) as terminal:
        terminal.wait_for("RUNNING")
        # A terminal that can report its size and the mouse in pixels says so; Textual switches both on.
        terminal.press("\x1b[?2048;2$y")
        terminal.wait_for(lambda: {"resize reports", "mouse in pixels"} <= set(terminal.modes_left_on))
        pid = json.loads((only_run(tmp_path / "runs").path / "run.lock").read_text())["pid"]
        for is_from_outside in (False, True):
            terminal.screen.reset()
            os.kill(pid, signal.SIGSTOP) if is_from_outside else terminal.press("ctrl+z")
            terminal.wait_for("topped")
            assert is_from_outside or terminal.modes_left_on == []
            wait_for_seconds(terminal, STOP_SECONDS)
            terminal.screen.reset()
            terminal.press("fg\n")
            terminal.wait_for("Where the time goes")
            assert "RUNNING" in terminal.text
        os.kill(pid, signal.SIGTERM)
        terminal.wait_for("watch it, evaluate it")
        terminal.press("exit $?\n")
        assert terminal.wait_for_exit() == 143
        assert terminal.modes_left_on == []
    check_saved(tmp_path, "end")
    check_stops_count_nowhere(tmp_path, 2 * STOP_SECONDS)
