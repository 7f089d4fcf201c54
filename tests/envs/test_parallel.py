"""Environments in worker processes: how the processes end, which signals they ignore, and where they print."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
import pytest

from dqn_tui.envs import parallel
from dqn_tui.envs.vector import make_environments
from dqn_tui.errors import UsageError
from tests.envs import toys
from tests.envs.helpers import make_config
from tests.helpers import one_line

DEADLINE_SECONDS = 30
TWO = make_config("Told-v0", num_envs=2, vectorization="parallel")
PARENT = """
import os, signal, sys, threading
import numpy as np
import tests.envs.toys
from dqn_tui.config import parse_config
from dqn_tui.envs.vector import make_environments

if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    is_made = threading.Event()

    def interrupt():
        while not is_made.wait(0.01):
            for number in (signal.SIGINT, signal.SIGHUP):
                os.killpg(0, number)

    interrupter = threading.Thread(target=interrupt, daemon=True)
    interrupter.start()
    settings = {"env": "Told-v0", "num_envs": 2, "vectorization": "parallel"}
    environments = make_environments(parse_config(settings), imports=["tests.envs.toys"])
    is_made.set()
    interrupter.join()
    environments.reset({0: 20, 1: 30})
    print("ready", flush=True)
    sys.stdin.readline()
    print(environments.step(np.ones(2, np.int64)).observations.tolist(), flush=True)
    sys.stdin.readline()
"""


def test_workers_ignore_the_terminals_signals_from_the_start_and_end_with_their_parent(tmp_path: Path) -> None:
    script, pipe = tmp_path / "parent.py", tmp_path / "pipe"
    script.write_text(PARENT)
    os.mkfifo(pipe)
    parent = subprocess.Popen(
        [sys.executable, script],
        env={**os.environ, "TOLD_PIPE": str(pipe), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    assert parent.stdin is not None
    assert parent.stdout is not None
    with pipe.open("rb") as held_by_workers, parent:
        assert parent.stdout.readline() == "ready\n"
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
            os.killpg(parent.pid, number)
        parent.stdin.write("continue\n")
        parent.stdin.flush()
        assert parent.stdout.readline() == "[[20.0, 1.0, 1.0], [30.0, 1.0, 1.0]]\n"
        parent.kill()
        assert held_by_workers.read() == b"", "at its end only once no worker is left"


def test_a_worker_that_dies_is_an_error_that_names_it() -> None:
    environments = make_environments(TWO, imports=["tests.envs.toys"])
    environments.reset({0: 20, 1: toys.DIES})
    environments.step(np.array([0, 0]))
    with pytest.raises(RuntimeError) as caught:
        environments.step(np.array([0, 0]))
    message = one_line(str(caught.value))
    assert "environment 1 of 2" in message
    assert "exit code 9" in message
    environments.close()
    environments.close()


HANGING_PARENT = """
import sys
import numpy as np
import tests.envs.toys
from dqn_tui.config import parse_config
from dqn_tui.envs.vector import make_environments

if __name__ == "__main__":
    settings = {"env": "Told-v0", "num_envs": 2, "vectorization": "parallel"}
    environments = make_environments(parse_config(settings), imports=["tests.envs.toys"])
    environments.reset({0: tests.envs.toys.HANGS, 1: tests.envs.toys.RESISTS})
    while True:
        environments.step(np.zeros(2, np.int64))
"""


def test_workers_whose_step_never_returns_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script, pipe = tmp_path / "parent.py", tmp_path / "pipe"
    script.write_text(HANGING_PARENT)
    os.mkfifo(pipe)
    environment = {**os.environ, "TOLD_PIPE": str(pipe), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with killed_at_the_end([sys.executable, script], env=environment) as parent, pipe.open("rb", buffering=0) as held:
        assert [held.read(1), held.read(1)] == [b"!", b"!"], "both workers hang"
        parent.kill()
        assert is_at_end(held)


@contextmanager
def killed_at_the_end(command: list[Any], **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, **options) as process:
        try:
            yield process
        finally:
            process.kill()


def is_at_end(pipe: IO[bytes]) -> bool:
    """Whether the other ends of a pipe, from which nothing more comes, are closed within seconds."""
    readable, _, _ = select.select([pipe], [], [], DEADLINE_SECONDS)
    return bool(readable) and pipe.read(1) == b""


def test_a_worker_that_the_kernel_does_not_kill_ends_once_it_has_another_parent() -> None:
    child = "import os; from dqn_tui.envs.worker import watch_parent; it = os.getppid(); print(1); watch_parent(it)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-u', '-c', {child!r}])"
    command = [sys.executable, "-u", "-c", parent]
    with killed_at_the_end(command, stdout=subprocess.PIPE, bufsize=0) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"1\n"
        process.kill()
        assert is_at_end(process.stdout)


@pytest.mark.parametrize("seed", [toys.HANGS, toys.RESISTS])
def test_closing_a_worker_that_hangs_is_bounded_and_ends_the_step_that_waits_for_it(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    monkeypatch.setenv("TOLD_PIPE", str(pipe))
    monkeypatch.setattr(parallel, "CLOSE_SECONDS", 0.1)
    monkeypatch.setattr(parallel, "TERMINATE_SECONDS", 0.1)
    environments = make_environments(TWO, imports=["tests.envs.toys"])
    assert isinstance(environments, parallel.ParallelEnvironments)
    environments.reset({0: 20, 1: seed})
    environments.step(np.array([0, 0]))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(environments.step, np.array([0, 0]))
        select.select([reader], [], [], DEADLINE_SECONDS)
        assert os.read(reader, 1) == b"!"
        environments.close()
        with pytest.raises(RuntimeError, match="were closed"):
            waiting.result(DEADLINE_SECONDS)
    assert not any(process.is_alive() for process in environments._vector.processes)
    os.close(reader)


def test_an_interrupt_that_the_environment_raises_is_an_error_like_any_other(
    capfd: pytest.CaptureFixture[str],
) -> None:
    environments = make_environments(TWO, imports=["tests.envs.toys"])
    environments.reset({0: 20, 1: toys.INTERRUPTS})
    environments.step(np.array([0, 0]))
    with pytest.raises(RuntimeError, match="environment 1 of 2: KeyboardInterrupt"):
        environments.step(np.array([0, 0]))
    environments.close()
    assert capfd.readouterr() == ("", "")


# --- what workers print ---


def talk(output: Path | None) -> None:
    config = make_config("Toy/Talkative-v0", num_envs=2, vectorization="parallel")
    environments = make_environments(config, ["tests.toy"], output)
    environments.reset({0: 1, 1: 2})
    environments.step(np.array([0, 0]))
    environments.close()


def test_what_workers_print_is_appended_to_a_file(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "output.log"
    output.write_text("before\n")
    talk(output)
    lines = output.read_text().splitlines()
    assert lines[0] == "before"
    assert sorted(lines[1:]) == ["\x1b[31ma word from Python\x1b[0m"] * 2 + ["a word from below"] * 2
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", ["link", "folder", "fifo", "nowhere"])
def test_output_that_cannot_be_kept_is_discarded_and_follows_no_link(
    kind: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    output, victim = tmp_path / "output.log", tmp_path / "victim"
    victim.write_text("mine")
    if kind == "link":
        output.symlink_to(victim)
    elif kind == "folder":
        output.mkdir()
    elif kind == "fifo":
        os.mkfifo(output)
    talk(output if kind != "nowhere" else None)
    assert victim.read_text() == "mine"
    assert capfd.readouterr() == ("", "")


def test_an_environment_that_workers_cannot_import_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        make_environments(make_config("Told-v0", vectorization="parallel"))
    message = one_line(str(caught.value))
    assert "Told-v0" in message
    assert "--import" in message
