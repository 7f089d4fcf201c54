"""Starts of the real program that are forked from `tests.warm_server`, which saves two seconds of loading libraries.

A forked program offers what `subprocess.Popen` does, as far as tests need it. Tests of what a fork has behind it, such
as what is loaded when, and at least one test of each command start the program anew instead (`run_program_anew`,
`Terminal(is_fresh=True)`). With the variable FRESH_STARTS set, all do.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import IO, Any

from tests.warm_server import MESSAGE_BYTES, Start

REPOSITORY = Path(__file__).parents[1]
# Read when the interpreter starts or a library is loaded, and so by the server once and for all.
EARLY_VARIABLES = ("PYTHON", "TEXTUAL", "OMP_", "MKL_")


class Server:
    """The process that forks the programs of this one; it ends with it."""

    def __init__(self) -> None:
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        self._early = _early(environment)
        self._paths = (None, str(REPOSITORY), os.environ.get("PYTHONPATH"))
        self._turn = threading.Lock()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.warm_server", str(theirs.fileno())],
                cwd=REPOSITORY,
                # Threads do not survive a fork.
                env=environment | {"OPENBLAS_NUM_THREADS": "1"},
                pass_fds=[theirs.fileno()],
            )
        atexit.register(self.close)

    def can_start(self, environment: Mapping[str, str]) -> bool:
        """Return whether a forked program would behave under these variables as one that is started anew."""
        names = ("LC_ALL", "LC_CTYPE", "LANG")
        locale = next((environment[name] for name in names if environment.get(name)), "")
        is_utf8 = locale.lower().endswith(("utf-8", "utf8"))
        return is_utf8 and _early(environment) == self._early and environment.get("PYTHONPATH") in self._paths

    def start(self, start: Start, streams: Sequence[int]) -> int:
        """Fork the program; return its process id."""
        return self._ask(asdict(start), streams)

    def reap(self, pid: int) -> int:
        """Wait until a program is over; return its exit code, negative for a signal that killed it."""
        return self._ask({"reap": pid}, ())

    def close(self) -> None:
        """End the server; its programs live on."""
        self._channel.close()
        self._process.wait()

    def _ask(self, request: dict[str, Any], streams: Sequence[int]) -> int:
        message = json.dumps(request).encode()
        assert len(message) < MESSAGE_BYTES
        with self._turn:
            socket.send_fds(self._channel, [message], streams)
            answer = self._channel.recv(MESSAGE_BYTES)
        assert answer, "the server is gone"
        return int(json.loads(answer))


def _early(environment: Mapping[str, str]) -> dict[str, str]:
    # A path is set when a program is forked.
    names = (name for name in environment if name.startswith(EARLY_VARIABLES) and name != "PYTHONPATH")
    return {name: environment[name] for name in names}


@cache
def server() -> Server:
    """Return the server of this process, started when it is first needed."""
    return Server()


def can_fork(environment: Mapping[str, str]) -> bool:
    """Return whether a program with these variables can be forked instead of started anew."""
    # Benchmarks measure what a user starts.
    is_test = "PYTEST_CURRENT_TEST" in os.environ and not os.environ.get("FRESH_STARTS")
    return sys.platform == "linux" and is_test and server().can_start(environment)


class WarmProgram:
    """A program that the server forked.

    Args:
        streams: its three standard descriptors, which the caller closes.

    Attributes:
        returncode: None until it was waited for; negative for a signal that killed it.
    """

    def __init__(self, start: Start, streams: Sequence[int]) -> None:
        self.pid = server().start(start, streams)
        self.returncode: int | None = None
        self._end = os.pidfd_open(self.pid)

    def poll(self) -> int | None:
        """Return the exit code; None while it runs."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code, once it is over.

        Raises:
            subprocess.TimeoutExpired: it runs longer than `timeout` seconds.
        """
        if self.returncode is None:
            if not select.select([self._end], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("dqn_tui", timeout or 0)
            self.returncode = server().reap(self.pid)
            os.close(self._end)
        return self.returncode

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal, unless it is over."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kill it, unless it is over."""
        self.send_signal(signal.SIGKILL)


class PipedProgram(WarmProgram):
    """A forked program that reads nothing and writes into two pipes."""

    def __init__(self, start: Start) -> None:
        nothing = os.open(os.devnull, os.O_RDONLY)
        (out, its_out), (err, its_err) = os.pipe(), os.pipe()
        self.stdout: IO[str] = os.fdopen(out)
        self.stderr: IO[str] = os.fdopen(err)
        try:
            super().__init__(start, (nothing, its_out, its_err))
        finally:
            for descriptor in (nothing, its_out, its_err):
                os.close(descriptor)

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Return all that it still writes, once it is over and the pipes are closed.

        Raises:
            subprocess.TimeoutExpired: it ran longer than `timeout` seconds, and was killed.
        """
        with ThreadPoolExecutor(2) as readers:
            said = [readers.submit(_read_to_end, stream) for stream in (self.stdout, self.stderr)]
            try:
                self.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()
                self.wait()
                raise
        return said[0].result(), said[1].result()


def _read_to_end(stream: IO[str]) -> str:
    if stream.closed:
        return ""
    with stream:
        return stream.read()
