"""The command that is given the events of a run."""

from __future__ import annotations

import json
import os
import shlex
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dqn_tui import events
from dqn_tui.commands import event_command
from dqn_tui.commands.event_command import EventCommand
from dqn_tui.errors import UsageError
from dqn_tui.event_json import to_dict
from dqn_tui.runs.journal import read_journal
from tests import fakes
from tests.helpers import one_line, only_run, program, run_program, wait_until
from tests.terminal import Terminal


class Told:
    """A command, and the warnings about it."""

    def __init__(self, folder: Path, command: str) -> None:
        self.warnings: list[str] = []
        self.command = EventCommand(command, folder, folder, self.warnings.append)


@contextmanager
def telling(folder: Path, command: str) -> Iterator[Told]:
    told = Told(folder, command)
    with told.command:
        yield told


def write_to(file: Path, *, after: str = "") -> str:
    """A command that appends a line with its variables and one with its input."""
    name = shlex.quote(str(file))
    return f'{after} (echo "$DQN_TUI_EVENT $DQN_TUI_RUN $PWD" && cat) >> {name}'


def test_each_notable_event_is_one_json_line_in_order(tmp_path: Path) -> None:
    script = [
        fakes.started(),
        fakes.progress(100, 1_000.0),
        events.EvaluationStarted(step=100, time=1_000.0, episodes=10),
        fakes.evaluated(100, 1_000.0, 20.0),
        events.SaveStarted(step=100, time=1_000.0),
        fakes.saved(100, 1_000.0),
        events.OutputWritten(step=100, time=1_000.0, text="words"),
        events.WarningRaised(step=100, time=1_000.0, message="'; touch hacked; '"),
        fakes.ended(100, 1_000.0),
    ]
    log = tmp_path / "log"
    with telling(tmp_path, write_to(log)) as told:
        for event in script:
            told.command.take(event)
    lines = log.read_text().splitlines()
    names = ["run_started", "evaluated", "checkpoint_saved", "warning", "run_ended"]
    assert lines[::2] == [f"{name} {tmp_path} {tmp_path}" for name in names]
    assert [json.loads(line) for line in lines[1::2]] == [to_dict(event) for event in script if event.name in names]
    assert told.warnings == []
    assert os.listdir(tmp_path) == ["log"]


def test_a_full_queue_drops_the_oldest_and_says_so_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_command, "MOST_WAITING", 3)
    gate, log = tmp_path / "gate", tmp_path / "log"
    os.mkfifo(gate)
    with telling(tmp_path, f"[ $DQN_TUI_EVENT = run_started ] && cat {gate}; {write_to(log)}") as told:
        told.command.take(fakes.started())
        wait_until(lambda: not told.command._waiting, "the first event is taken")
        for step in range(6):
            told.command.take(fakes.evaluated(step, 1_000.0, 20.0))
        gate.write_text("")
    taken = [json.loads(line).get("step") for line in log.read_text().splitlines()[1::2]]
    assert taken == [0, 3, 4, 5]
    assert "oldest of 3 are dropped" in one_line("\n".join(told.warnings))


def test_at_the_end_only_the_last_event_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_command, "DRAIN_SECONDS", -1.0)
    monkeypatch.setattr(event_command, "NOTICE_SECONDS", 60.0)
    gate, log = tmp_path / "gate", tmp_path / "log"
    os.mkfifo(gate)
    with telling(tmp_path, f"[ $DQN_TUI_EVENT = run_started ] && cat {gate}; {write_to(log)}") as told:
        told.command.take(fakes.started())
        wait_until(lambda: not told.command._waiting, "the first event is taken")
        told.command.take(fakes.evaluated(9, 1_000.0, 20.0))
        told.command.take(fakes.ended(9, 1_000.0))
        closing = threading.Thread(target=told.command.close)
        closing.start()
        wait_until(lambda: told.command._deadline is not None, "the end has begun")
        gate.write_text("")
        closing.join(60)
    assert [line.split()[0] for line in log.read_text().splitlines()[::2]] == ["run_started", "run_ended"]
    assert "those before the last are dropped" in one_line("\n".join(told.warnings))


def test_a_command_that_takes_too_long_is_killed_with_what_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_command, "LIMIT_SECONDS", 0.3)
    pids = tmp_path / "pids"
    with telling(tmp_path, f"sleep 1000 & echo $! >> {pids}; sleep 1000") as told:
        told.command.take(fakes.evaluated(9, 1_000.0, 20.0))
        told.command.take(fakes.ended(9, 1_000.0))
    started = [int(line) for line in pids.read_text().splitlines()]
    assert len(started) == 2
    wait_until(lambda: not any(map(is_running, started)), "what it started ends with it")
    assert "killed on evaluated" in one_line("\n".join(told.warnings))


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.mark.parametrize(
    ("command", "words"),
    [("exit 3", "exit code 3 on evaluated"), ("kill -9 $$", "by signal 9"), ("no-such-program-anywhere", "code 127")],
)
def test_a_failure_is_one_warning_however_often_it_happens(tmp_path: Path, command: str, words: str) -> None:
    with telling(tmp_path, command) as told:
        for step in range(3):
            told.command.take(fakes.evaluated(step, 1_000.0, 20.0))
    assert words in one_line("\n".join(told.warnings))


def test_a_command_that_reads_nothing_is_no_failure(tmp_path: Path) -> None:
    big = fakes.started(config={"key": "x" * 500_000})
    with telling(tmp_path, "true") as told:
        told.command.take(big)
    assert told.warnings == []


def test_a_folder_that_is_gone_is_one_warning(tmp_path: Path) -> None:
    with telling(tmp_path / "gone", "true") as told:
        told.command.take(fakes.started())
        told.command.take(fakes.ended(9, 1_000.0))
    assert "cannot be started: No such file or directory" in one_line("\n".join(told.warnings))


@pytest.mark.parametrize("command", ["", "  \n"])
def test_an_empty_command_is_refused_before_anything_is_made(tmp_path: Path, command: str) -> None:
    with pytest.raises(UsageError, match="--on-event"):
        EventCommand(command, tmp_path, tmp_path, lambda _: None)
    done = run_program("--no-ui", "--runs-dir", "runs", "--on-event", command, cwd=tmp_path)
    assert done.returncode == 2
    assert "--on-event must be a shell command" in one_line(done.stderr)
    assert os.listdir(tmp_path) == []


QUICK = ("--runs-dir", "runs", "--steps", "600", "--set", "learning_starts=100", "--set", "eval_every=0")


def test_the_program_waits_for_the_last_event_and_keeps_the_words_of_the_command_off_the_screen(tmp_path: Path) -> None:
    words = 'import json, sys; e = json.load(sys.stdin); print("spoken on", e["event"]); sys.exit(e["step"] and 5)'
    (tmp_path / "hook.py").write_text(words)
    command = f"{shlex.quote(sys.executable)} hook.py; code=$?; echo $DQN_TUI_EVENT >> told; exit $code"
    done = run_program("--no-ui", *QUICK, "--on-event", command, cwd=tmp_path)
    assert done.returncode == 0
    assert "spoken" not in done.stdout + done.stderr
    assert (tmp_path / "told").read_text().split()[0] == "run_started"
    assert (tmp_path / "told").read_text().split()[-1] == "run_ended"
    folder = only_run(tmp_path / "runs")
    assert "spoken on run_ended" in folder.output_log.read_text()
    raised = [event.message for event in read_journal(folder.events) if isinstance(event, events.WarningRaised)]
    # It may fail for the first time with the last event, after which there is none for the warning.
    assert sum("exit code 5" in line for line in [*raised, *done.stderr.splitlines()]) == 1


def test_a_lost_terminal_takes_the_command_nothing(tmp_path: Path) -> None:
    log = tmp_path / "told"
    # It goes on once the terminal is gone.
    command = f"[ $DQN_TUI_EVENT = run_ended ] && sleep 0.2; echo $DQN_TUI_EVENT >> {log}"
    with Terminal(program(*QUICK, "--on-event", command), cwd=tmp_path) as terminal:
        terminal.wait_for("CartPole-v1 · seed 1")
        terminal.hang_up()
        assert terminal.wait_for_exit() == 0
    assert log.read_text().split()[-1] == "run_ended"
