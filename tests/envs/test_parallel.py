"""Environments in processes of their own: how the processes end, and what they do not hear."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dqn_tui.envs.vector import make_environments
from dqn_tui.errors import UsageError
from tests.envs import toys
from tests.envs.helpers import make_config
from tests.helpers import one_line

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


def test_workers_hear_no_signal_of_the_terminal_from_the_start_and_end_with_their_parent(tmp_path: Path) -> None:
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
        parent.stdin.write("go on\n")
        parent.stdin.flush()
        assert parent.stdout.readline() == "[[20.0, 1.0, 1.0], [30.0, 1.0, 1.0]]\n"
        parent.kill()
        assert held_by_workers.read() == b"", "comes to its end only when no worker is left"


def test_a_worker_that_dies_is_an_error_that_says_which() -> None:
    environments = make_environments(
        make_config("Told-v0", num_envs=2, vectorization="parallel"), imports=["tests.envs.toys"]
    )
    environments.reset({0: 20, 1: toys.DIES})
    environments.step(np.array([0, 0]))
    with pytest.raises(RuntimeError) as caught:
        environments.step(np.array([0, 0]))
    message = one_line(str(caught.value))
    assert "environment 1 of 2" in message
    assert "exit code 9" in message
    environments.close()
    environments.close()


def test_an_environment_that_workers_cannot_import_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        make_environments(make_config("Told-v0", vectorization="parallel"))
    message = one_line(str(caught.value))
    assert "Told-v0" in message
    assert "--import" in message
