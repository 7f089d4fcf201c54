"""Every environment that misbehaves, in this process and in workers, without a screen and on the dashboard.

Whatever it does, the exit code is right, a failure is one line, no process is left, the terminal is as before, and
where there was a good state, a checkpoint holds it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from dqn_tui import events
from dqn_tui.config import parse_config
from dqn_tui.runs.checkpoint import read_checkpoint
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.journal import read_last_event
from dqn_tui.runs.resume import find_resumable, load_saved_run
from tests.helpers import only_run, program, program_environment, quick_flags, wait_until
from tests.terminal import Terminal

SERIAL, PARALLEL = "serial", "parallel"
HEADLESS, DASHBOARD = "headless", "dashboard"
MARK = "HOSTILE_MARK"
SAVE_EVERY = 25
REFUSED, FAILED, DIVERGED = 2, 1, 3
ENDS = ("DONE", "FAILED", "DIVERGED")
SECONDS = 200


@dataclass(frozen=True)
class Case:
    """How a run of a hostile environment ends.

    Attributes:
        code: the exit code.
        saved: the reason of the newest checkpoint; None where nothing is saved.
        words: stand in the message; empty where there is no message.
        hangs: whether it hangs until a SIGTERM.
        is_hurried: whether the program does not wait as long as usual for it.
        modes: the vectorizations in which it can be tried.
    """

    code: int = 0
    saved: str | None = "end"
    words: str = ""
    hangs: bool = False
    is_hurried: bool = False
    modes: tuple[str, ...] = (SERIAL, PARALLEL)


def fails(words: str, *modes: str) -> Case:
    return Case(FAILED, "failure", words, modes=modes or (SERIAL, PARALLEL))


def diverges(words: str, saved: str | None = "autosave") -> Case:
    return Case(DIVERGED, saved, words)


def refuses(words: str) -> Case:
    return Case(REFUSED, None, words)


HANGS = Case(128 + signal.SIGTERM, "autosave", "did not respond within", hangs=True, is_hurried=True)
LOST = Case(FAILED, None, "was deleted or moved")
CASES = {
    # Raises.
    "Raises": fails("the motor burnt out"),
    "RaisesAtOnce": fails("the motor burnt out"),
    "LastWords": fails("the motor burnt out"),
    "RaisesUnprintable": fails("UnprintableError"),
    "RaisesInThread": Case(),
    # Leaves.
    "Exits": fails("SystemExit"),
    "Interrupts": fails("KeyboardInterrupt"),
    # In this process, os._exit leaves nothing that could say so.
    "Dies": fails("a worker process ended", PARALLEL),
    # Lies.
    "NanReward": diverges("the reward nan"),
    "HugeReward": diverges("the reward 1e+39"),
    "NanObservation": diverges("an observation that is not finite"),
    "AlwaysNan": diverges("the reward nan", None),
    "Shrinks": fails("step must return an observation"),
    "RewardIsText": fails("step must return a number as reward"),
    "FlagIsText": fails("step must return true or false"),
    "FourParts": fails("step must return observation, reward, terminated, truncated and info"),
    "NothingAllowed": fails("mask"),
    "MaskTooLong": fails("mask"),
    # Prints.
    "Talkative": Case(),
    "Warns": Case(),
    "ClosesStreams": Case(),
    # Hangs.
    "Hangs": HANGS,
    "Resists": replace(HANGS, modes=(PARALLEL,)),
    "HangsInClose": Case(words="does not respond; exiting without closing it", is_hurried=True),
    # Does what is not its business.
    "CannotClose": Case(),
    "LeaksThread": Case(),
    "Forks": Case(),
    "ChangesFolder": Case(),
    "DeletesJournal": LOST,
    "DeletesFolder": LOST,
    # Cannot be made.
    "BrokenFromTheStart": refuses("no such motor"),
    "Unprintable": refuses("UnprintableError"),
    "ExitsAtOnce": refuses("sys.exit"),
    "CannotCloseAtOnce": refuses("the door is stuck"),
    "SaysWhyNot": refuses("no such motor"),
}
MATRIX = [
    (name, mode, screen) for name, case in CASES.items() for mode in case.modes for screen in (HEADLESS, DASHBOARD)
]
QUICK_ONES = [
    ("Raises", SERIAL, DASHBOARD),
    ("Dies", PARALLEL, HEADLESS),
    ("NanReward", SERIAL, HEADLESS),
    ("DeletesFolder", SERIAL, DASHBOARD),
]


@pytest.fixture
def mark() -> Iterator[str]:
    """A word in the environment of the program and of all that it starts; what is left of them is killed."""
    word = uuid.uuid4().hex
    yield word
    for pid in find_processes(word):
        os.kill(pid, signal.SIGKILL)


def find_processes(word: str) -> list[int]:
    """Return the live processes, whatever their session or parent, that have the mark in their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"{MARK}={word}\0".encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def command(name: str, mode: str, screen: str) -> list[str]:
    imports = ["--import", "tests.toy", *(["--import", "tests.faults"] if CASES[name].is_hurried else [])]
    parallel = {"num_envs": 2, "vectorization": "parallel"} if mode == PARALLEL else {}
    flags = quick_flags(env=f"Toy/{name}-v0", save_every=SAVE_EVERY, eval_every=50, **parallel)
    return program(*(("--no-ui",) if screen == HEADLESS else ()), *imports, *flags)


def variables(cwd: Path, mark: str) -> dict[str, str]:
    elsewhere = cwd / "elsewhere"
    elsewhere.mkdir()
    more = {"FAULT": "hurried", "HANGS_NOW": str(cwd / "hangs"), "ELSEWHERE": str(elsewhere), MARK: mark}
    return program_environment(**more)


def run_headless(arguments: list[str], case: Case, cwd: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Return the exit code and what stood on standard error."""
    process = subprocess.Popen(
        arguments,
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        if case.hangs:
            while not (cwd / "hangs").exists() and process.poll() is None:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(0.02)
            process.send_signal(signal.SIGTERM)
        out, err = process.communicate()
    finally:
        process.kill()
        process.wait()
    assert "Traceback" not in out
    return process.returncode, err


def run_on_terminal(arguments: list[str], case: Case, cwd: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Return the exit code and what stands on the screen."""
    # A forked program would show the environment of the process that forked it.
    with Terminal(arguments, variables=environment, cwd=cwd, is_fresh=True) as terminal:
        if case.hangs:
            terminal.wait_for((cwd / "hangs").exists, SECONDS)
            terminal.send_signal(signal.SIGTERM)
        elif case.code != REFUSED:
            terminal.wait_for(lambda: any(word in terminal.text for word in ENDS), SECONDS)
            terminal.press("q")
        code = terminal.wait_for_exit(SECONDS)
        assert terminal.modes_left_on == []
        assert b"Traceback" not in terminal.drawn
        return code, terminal.text


def check(cwd: Path, mark: str, name: str, mode: str, screen: str) -> None:
    case = CASES[name]
    run = run_headless if screen == HEADLESS else run_on_terminal
    code, said = run(command(name, mode, screen), case, cwd, variables(cwd, mark))
    assert code == case.code, said
    check_message(case, name, screen, said)
    wait_until(lambda: find_processes(mark) == [], "no process is left")
    assert list((cwd / "elsewhere").iterdir()) == []
    if case.code == REFUSED:
        assert not list((cwd / "runs").glob("*"))
    elif case is not LOST:
        check_saved(only_run(cwd / "runs"), case)


def check_message(case: Case, name: str, screen: str, said: str) -> None:
    """A failure is one line, besides what the program waited for, and the words of an environment not yet made."""
    assert "Traceback" not in said
    assert "\x1b" not in said
    if screen == DASHBOARD:
        # A long line is wrapped anywhere.
        assert "".join(case.words.split()) in "".join(said.split())
        assert not case.words or "dqn-tui: " in said
        return
    lines = said.splitlines()
    if case.is_hurried:
        assert lines.pop(0) == "dqn-tui: --import tests.faults registered no environment"
    if name == "SaysWhyNot":
        assert lines.pop(0) == "plug in the motor"
    if case.hangs:
        assert lines.pop(0).startswith("dqn-tui: waiting up to")
    assert len(lines) == bool(case.words), said
    assert not lines or (lines[0].startswith("dqn-tui: ") and case.words in lines[0])


def check_saved(folder: RunFolder, case: Case) -> None:
    """The newest checkpoint is whole, of the last good state, and holds finite weights."""
    last = read_last_event(folder.events)
    assert case.hangs or isinstance(last, events.RunEnded | events.RunFailed)
    assert isinstance(last, events.Event)
    if case.saved is None:
        assert folder.step_folders() == []
        return
    _, path = find_resumable(folder.path)
    checkpoint = read_checkpoint(path)
    saved = load_saved_run(folder, checkpoint, parse_config(checkpoint.config))
    assert checkpoint.reason == case.saved
    assert last.step - checkpoint.step < (1 if case.saved in ("end", "failure") else 2 * SAVE_EVERY)
    assert all(np.isfinite(array).all() for array in saved.arrays["online"].values())


@pytest.mark.parametrize(("name", "mode", "screen"), QUICK_ONES)
def test_hostile_environment_ends_the_run_cleanly(tmp_path: Path, mark: str, name: str, mode: str, screen: str) -> None:
    check(tmp_path, mark, name, mode, screen)


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize(("name", "mode", "screen"), MATRIX)
def test_every_hostile_environment_ends_the_run_cleanly(
    tmp_path: Path, mark: str, name: str, mode: str, screen: str
) -> None:
    check(tmp_path, mark, name, mode, screen)
