"""A forked program is in no way different from one that is started anew."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import program_environment, quick_flags, run_program, run_program_anew, start_program
from tests.terminal import Terminal, dqn_tui
from tests.warm_start import PipedProgram, can_fork

PROBE = """
import gc, io, json, os, resource, signal, sys, threading
from pathlib import Path

def tell(stream):
    lines = stream.line_buffering, stream.write_through, stream.newlines, stream.isatty()
    buffers = stream.mode, type(stream.buffer).__name__, stream.encoding, stream.errors
    return str(stream.name), *buffers, *lines

def has_control():
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError as error:
        return error.errno

# The program has put its own in place of some.
streams = [each for each in gc.get_objects() if isinstance(each, io.TextIOWrapper) and str(each.name)[:4] == "<std"]
main, here = sys.modules["__main__"], os.getpid()
handlers = {number.name: signal.getsignal(number) for number in signal.Signals}
told = {
    "arguments": sys.argv,
    "command": sys.orig_argv,
    "path": sys.path,
    "folder": os.getcwd(),
    "variables": dict(os.environ),
    "main": [main.__name__, main.__file__, main.__package__, main.__spec__.name, sorted(vars(main))],
    "modules": sorted(name for name in sys.modules if name.startswith(("dqn_tui", "probe"))),
    "streams": sorted(map(tell, streams)),
    "own streams": [sys.stdin is sys.__stdin__, sys.stdout is sys.__stdout__, sys.stderr is sys.__stderr__],
    "descriptors": [number for number in range(256) if Path(f"/proc/self/fd/{number}").exists()],
    "handlers": {name: getattr(handler, "__qualname__", str(handler)) for name, handler in handlers.items()},
    "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ())),
    "threads": [thread.name for thread in threading.enumerate()],
    "session": [os.getsid(0) == here, os.getpgrp() == here, os.getsid(0) == os.getsid(os.getppid())],
    "terminal": [os.isatty(0), has_control()],
    "limits": [resource.getrlimit(limit) for limit in (resource.RLIMIT_CORE, resource.RLIMIT_NOFILE)],
    "interpreter": [sys.executable, list(sys.flags), sys.warnoptions, gc.isenabled(), gc.get_threshold()],
}
Path("told.json").write_text(json.dumps(told))
"""


def take_told(folder: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((folder / "told.json").read_text())
    (folder / "told.json").unlink()
    # The second is set by Gymnasium, which only a fresh program loads after it was given its variables.
    for name in ("PYTEST_CURRENT_TEST", "PYGAME_HIDE_SUPPORT_PROMPT"):
        told["variables"].pop(name, None)
    return told


def test_a_forked_program_is_the_process_that_a_fresh_one_is(tmp_path: Path) -> None:
    (tmp_path / "probe.py").write_text(PROBE)
    arguments = ("--no-ui", "--import", "probe", "--env", "Nope-v0")
    fresh = run_program_anew(*arguments, cwd=tmp_path)
    expected = take_told(tmp_path)
    forked = run_program(*arguments, cwd=tmp_path)
    told = take_told(tmp_path)
    assert set(told["variables"].items()) == set(expected["variables"].items())
    assert told == expected
    assert (forked.returncode, forked.stdout, forked.stderr) == (fresh.returncode, fresh.stdout, fresh.stderr)
    assert forked.returncode == 2


@pytest.mark.parametrize("is_controlling", [True, False])
def test_a_forked_program_has_its_terminal_as_a_fresh_one_has(tmp_path: Path, *, is_controlling: bool) -> None:
    (tmp_path / "probe.py").write_text(PROBE)
    command = dqn_tui("--import", "probe", "--env", "Nope-v0")
    told = []
    for is_fresh in (True, False):
        variables = program_environment()
        with Terminal(
            command, variables=variables, cwd=tmp_path, is_controlling=is_controlling, is_fresh=is_fresh
        ) as terminal:
            assert terminal.wait_for_exit() == 2
            told.append(take_told(tmp_path) | {"text": terminal.text, "modes": terminal.modes_left_on})
    assert set(told[0]["variables"].items()) == set(told[1]["variables"].items())
    assert told[0] == told[1]


def test_what_is_read_before_the_fork_needs_a_fresh_program() -> None:
    usual = program_environment(LC_ALL="C.UTF-8")
    assert can_fork(usual)
    for name, value in {"PYTHONHASHSEED": "7", "TEXTUAL_FPS": "5", "LC_ALL": "C", "PYTHONPATH": "/elsewhere"}.items():
        assert not can_fork(usual | {name: value})


def test_a_forked_program_is_waited_for_signalled_and_read_like_a_child(tmp_path: Path) -> None:
    endless = start_program("--json", *quick_flags(total_timesteps=50_000_000), cwd=tmp_path)
    assert isinstance(endless, PipedProgram)
    assert json.loads(endless.stdout.readline())["event"] == "run_started"
    assert endless.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        endless.wait(0.001)
    endless.kill()
    assert endless.communicate()[1] == ""
    assert endless.poll() == endless.wait() == endless.returncode == -signal.SIGKILL
    endless.kill()


def test_a_forked_program_that_takes_too_long_is_killed(tmp_path: Path) -> None:
    endless = start_program("--json", *quick_flags(total_timesteps=50_000_000), cwd=tmp_path)
    assert isinstance(endless, PipedProgram)
    with pytest.raises(subprocess.TimeoutExpired):
        endless.communicate(0.01)
    assert endless.returncode == -signal.SIGKILL
