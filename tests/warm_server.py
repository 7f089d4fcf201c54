"""Starts the program in milliseconds: a process that has loaded the libraries, but nothing of the program, and forks.

`tests.warm_start` runs this module and talks to it over a socket, one message a request, one an answer:

- a `Start`, along with three descriptors, forks the program; the answer is its process id.
- `{"reap": pid}` waits for a program; the answer is its exit code. Until then it stays a zombie, as any child does.

The forked process becomes what `python -m dqn_tui` is: it has nothing of this one but the loaded libraries.
"""

from __future__ import annotations

import fcntl
import gc
import importlib
import io
import json
import os
import runpy
import signal
import socket
import sys
import termios
import types
from dataclasses import dataclass
from typing import Any

LIBRARIES = (
    "torch._dynamo",  # loaded by the first optimizer
    "gymnasium.envs.classic_control",
    "gymnasium.envs.toy_text",
    "textual.app",
    "textual.drivers.linux_driver",
    "pydantic.json_schema",
    "rich.progress",
    "typer.core",
    "msgspec",
    "safetensors.numpy",
    "psutil",
    "yaml",
)
MESSAGE_BYTES = 1_000_000


@dataclass
class Start:
    """How the program is to be started.

    Attributes:
        arguments: of the command line, after the program's name.
        cwd: the working folder.
        environment: all variables.
        has_terminal: whether the descriptors are a terminal, for a session of its own.
        is_controlling: whether the terminal controls that session.
    """

    arguments: list[str]
    cwd: str
    environment: dict[str, str]
    has_terminal: bool = False
    is_controlling: bool = False


def main() -> None:
    """Serve until the other end is closed; in a forked process, run the program."""
    # An interrupt of the tests ends the tests, which close the socket.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Libraries that are loaded may add their own, as setuptools does.
    paths = sys.path[1:]
    for name in LIBRARIES:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    forked = serve(socket.socket(fileno=int(sys.argv[1])))
    if forked is None:
        os._exit(0)
    become_program(*forked, paths)
    # What the interpreter itself calls for `-m`.
    runpy._run_module_as_main("dqn_tui")  # type: ignore[attr-defined]


def serve(channel: socket.socket) -> tuple[Start, list[int]] | None:
    """Answer requests until there are no more; in a forked process, return its start and its three descriptors."""
    while True:
        message, streams, _, _ = socket.recv_fds(channel, MESSAGE_BYTES, 3)
        if not message:
            return None
        request = json.loads(message)
        if "reap" in request:
            answer = os.waitstatus_to_exitcode(os.waitpid(request["reap"], 0)[1])
        else:
            answer = os.fork()
            if answer == 0:
                channel.close()
                return Start(**request), streams
        for descriptor in streams:
            os.close(descriptor)
        channel.send(json.dumps(answer).encode())


def become_program(start: Start, streams: list[int], paths: list[str]) -> None:
    """Make of this process what it would be had the interpreter just been started, with `paths` of its packages."""
    if start.has_terminal:
        os.setsid()
        if start.is_controlling:
            fcntl.ioctl(streams[0], termios.TIOCSCTTY, 0)
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
        os.close(descriptor)
    open_streams()
    os.chdir(start.cwd)
    os.environ.clear()
    os.environ.update(start.environment)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    importlib.import_module("numpy").random.seed()
    sys.argv = ["-m", *start.arguments]
    sys.orig_argv = [sys.executable, "-m", "dqn_tui", *start.arguments]
    more = [path for path in start.environment.get("PYTHONPATH", "").split(os.pathsep) if path]
    # An editable installation adds its folder unless it is there already.
    sys.path[:] = [start.cwd, *more, *(path for path in paths if path not in more)]
    main_module = sys.modules["__main__"] = types.ModuleType("__main__")
    main_module.__annotations__ = {}


def open_streams() -> None:
    """Open the standard streams as the interpreter does when it starts."""
    sys.stdin = sys.__stdin__ = _reopen(sys.stdin, "r")  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = _reopen(sys.stdout, "w")  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _reopen(sys.stderr, "w")  # type: ignore[misc]


def _reopen(stream: Any, mode: str) -> Any:
    number, is_buffered = stream.fileno(), not stream.write_through
    binary: Any = open(number, f"{mode}b", -1 if is_buffered or mode == "r" else 0, closefd=False)  # noqa: SIM115
    getattr(binary, "raw", binary).name = stream.name
    is_by_lines = is_buffered and (number == 2 or os.isatty(number))
    opened = io.TextIOWrapper(
        binary, stream.encoding, stream.errors, "\n", line_buffering=is_by_lines, write_through=not is_buffered
    )
    opened.mode = mode  # type: ignore[misc]
    return opened


if __name__ == "__main__":
    main()
