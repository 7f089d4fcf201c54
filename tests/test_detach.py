"""Leaving a run and coming back to it: the real program, on terminals of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from dqn_tui import events
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.journal import read_journal, read_last_event
from tests.helpers import only_run, program_environment, quick_flags, run_program, run_program_anew, train, wait_until
from tests.terminal import Terminal, dqn_tui

ENDLESS = 100_000_000


@contextmanager
def dashboard(tmp_path: Path, steps: int = ENDLESS) -> Iterator[Terminal]:
    command = [*dqn_tui("--runs-dir", str(tmp_path / "runs")), *quick_flags(total_timesteps=steps)]
    with Terminal(command, variables=program_environment(), cwd=tmp_path) as terminal:
        yield terminal


@contextmanager
def viewer(folder: RunFolder, *options: str) -> Iterator[Terminal]:
    with Terminal(
        dqn_tui("view", str(folder.path), *options), variables=program_environment(), is_fresh=True
    ) as terminal:
        yield terminal


def trainer_of(folder: RunFolder) -> int:
    """Return the process that trains."""
    return int(json.loads((folder.path / "run.lock").read_text())["pid"])


def state_of(pid: int) -> str:
    """Return the letter of a process' state; empty if it is gone."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return ""


def control(folder: RunFolder, *arguments: str) -> dict[str, object]:
    done = run_program_anew("control", str(folder.path), *arguments, "--json", cwd=folder.path)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@contextmanager
def ending(folder: RunFolder) -> Iterator[None]:
    """Kill what still trains when the test is over."""
    pid = trainer_of(folder)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def test_detached_run_outlives_its_terminal_and_is_joined_steered_and_left(tmp_path: Path) -> None:
    with dashboard(tmp_path) as terminal:
        terminal.wait_for("RUNNING")
        terminal.press("d")
        assert terminal.wait_for_exit() == 0
        assert terminal.modes_left_on == []
        assert "dqn-tui view runs/" in terminal.text
        assert "dqn-tui control runs/" in terminal.text
        folder = only_run(tmp_path / "runs")
        pid = trainer_of(folder)
    with ending(folder):
        assert os.getsid(pid) == pid
        with viewer(folder) as first, viewer(folder) as second:
            first.wait_for("RUNNING")
            second.wait_for("RUNNING")
            first.press("space")
            for terminal in (first, second):
                terminal.wait_for("PAUSED")
            assert control(folder, "step")["event"] == "progress"
            assert control(folder, "save")["event"] == "checkpoint_saved"
            assert control(folder, "status")["state"] == "paused"
            second.press("p")
            for terminal in (first, second):
                terminal.wait_for("RUNNING")
            first.press("d")
            assert first.wait_for_exit() == 0
            os.kill(pid, signal.SIGKILL)
            second.wait_for("INTERRUPTED")
            second.wait_for("resume it")
            shutil.rmtree(folder.path)
            second.press("q")
            assert second.wait_for_exit() == 0
            assert second.modes_left_on == []


def test_viewer_asks_before_it_stops_a_run_and_a_read_only_one_never_does(tmp_path: Path) -> None:
    folder = start_detached(tmp_path, "--steps", str(ENDLESS))
    with ending(folder), viewer(folder) as terminal, viewer(folder, "--read-only") as other:
        other.wait_for("read-only")
        other.press("s")
        other.wait_for("--read-only")
        other.press("q")
        assert other.wait_for_exit() == 0
        terminal.wait_for("RUNNING")
        terminal.press("q")
        terminal.wait_for("Leave; training continues")
        terminal.press("s")
        assert terminal.wait_for_exit() == 0
        last = read_last_event(folder.events)
        assert isinstance(last, events.RunEnded)
        assert last.reason is events.EndReason.STOPPED
        wait_until(lambda: state_of(trainer_of(folder)) in ("", "Z"), "the end of the process")


def start_detached(tmp_path: Path, *arguments: str) -> RunFolder:
    done = run_program_anew("--detach", "--runs-dir", "runs", *quick_flags(), *arguments, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    folder = RunFolder(Path(done.stdout.splitlines()[-1]))
    assert folder.path == only_run(tmp_path / "runs").path
    return folder


def test_run_started_in_the_background_learns_the_same_weights(tmp_path: Path) -> None:
    folder = start_detached(tmp_path, "--steps", "2000")
    wait_until(lambda: isinstance(read_last_event(folder.events), events.RunEnded), "the end")
    last = read_last_event(folder.events)
    straight = run_program("--no-ui", "--runs-dir", "straight", *quick_flags(), "--steps", "2000", cwd=tmp_path)
    assert straight.returncode == 0
    expected = read_last_event(only_run(tmp_path / "straight").events)
    assert isinstance(last, events.RunEnded)
    assert isinstance(expected, events.RunEnded)
    assert last.weights_sha256 == expected.weights_sha256
    assert sum(isinstance(event, events.Detached) for event in read_journal(folder.events)) == 1


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [(("--env", "Nope-v0"), "unknown environment 'Nope-v0'"), (("--json",), "--detach cannot be combined with --json")],
)
def test_run_that_cannot_start_is_refused_before_it_goes_to_the_background(
    tmp_path: Path, arguments: tuple[str, ...], problem: str
) -> None:
    done = run_program("--detach", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert problem in done.stderr


def stop_both(one: int, trainer: int, front: int) -> None:
    """Stop one of two processes until both are: a stop in the same instant as a continuation is undone by that."""

    def are_stopped() -> bool:
        os.kill(one, signal.SIGSTOP)
        return state_of(trainer) == state_of(front) == "T"

    wait_until(are_stopped, "both stopped")


def test_program_and_its_front_stop_continue_and_die_together(tmp_path: Path) -> None:
    with dashboard(tmp_path) as terminal:
        terminal.wait_for("RUNNING")
        pid = trainer_of(only_run(tmp_path / "runs"))
        assert pid != terminal.pid
        for stopped, continued in ((terminal.pid, terminal.pid), (pid, pid)):
            stop_both(stopped, pid, terminal.pid)
            os.kill(continued, signal.SIGCONT)
            wait_until(lambda: "T" not in (state_of(pid), state_of(terminal.pid)), "both continued")
        stop_both(pid, pid, terminal.pid)
        terminal.send_signal(signal.SIGKILL)
        assert terminal.wait_for_exit() == -signal.SIGKILL
        wait_until(lambda: state_of(pid) in ("", "Z"), "the end of the trainer")


def test_killed_trainer_leaves_the_terminal_restored(tmp_path: Path) -> None:
    with dashboard(tmp_path) as terminal:
        terminal.wait_for("RUNNING")
        os.kill(trainer_of(only_run(tmp_path / "runs")), signal.SIGKILL)
        assert terminal.wait_for_exit() == -signal.SIGKILL
        assert terminal.modes_left_on == []


@pytest.mark.parametrize(
    ("verb", "problem"),
    [
        ("status", "is not training"),
        ("pause", "is not training"),
        ("dance", "verb must be one of pause, resume, step, save, evaluate, stop, status, got 'dance'"),
    ],
)
def test_run_that_is_over_is_not_steered(tmp_path: Path, verb: str, problem: str) -> None:
    folder = train(tmp_path).folder
    done = run_program_anew("control", str(folder.path), verb, cwd=tmp_path)
    assert done.returncode == 2
    assert problem in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_run_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    for command in (("view", "nowhere"), ("control", "nowhere", "status"), ("view",)):
        done: subprocess.CompletedProcess[str] = run_program_anew(*command, cwd=tmp_path)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
