"""How the process exits while other threads are alive."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.helpers import one_line, only_run, program_environment, quick_flags, run_program

TOY = ("--import", "tests.toy", "--env", "Toy/LeaksThread-v0")
SETUP = """
    import atexit, os, sys, threading
    from dqn_tui.commands import leaving
    leaving.THREADS_SECONDS, leaving.EXIT_SECONDS = 0.1, 2.0
    atexit.register(os.write, 2, b"handler\\n")
    print("kept", end="")
"""
NEVER = "threading.Event().wait"
THREAD = {
    "none": "",
    "daemon": f"threading.Thread(target={NEVER}, daemon=True).start()",
    "no daemon": f"threading.Thread(target={NEVER}).start()",
}


def run_script(script: str, output: int = subprocess.PIPE) -> subprocess.CompletedProcess[str]:
    """Run `SETUP` and then `script` in a process of their own."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SETUP) + textwrap.dedent(script)],
        env=program_environment(PYTHONUNBUFFERED=""),
        stdout=output,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("thread", THREAD)
@pytest.mark.parametrize("code", [0, 7])
def test_exit_keeps_code_output_and_exit_handlers(thread: str, code: int) -> None:
    result = run_script(f"{THREAD[thread]}\nleaving.leave({code})")
    assert (result.returncode, result.stdout, result.stderr) == (code, "kept", "handler\n")


def test_thread_inside_torch_does_not_abort_the_exit() -> None:
    """A normal interpreter shutdown unwinds it inside a destructor, which calls `std::terminate`."""
    result = run_script(
        """
        import torch
        has_begun = threading.Event()
        def work():
            while True:
                torch.zeros(1).view(-1)
                has_begun.set()
        threading.Thread(target=work, daemon=True).start()
        has_begun.wait()
        leaving.leave(0)
        """
    )
    assert (result.returncode, result.stderr) == (0, "handler\n")


def test_thread_that_ends_soon_is_joined() -> None:
    result = run_script(
        """
        leaving.THREADS_SECONDS = leaving.EXIT_SECONDS = 60
        is_joining, join_threads = threading.Event(), leaving._join_threads
        def join(seconds):
            is_joining.set()
            join_threads(seconds)
        def upload():
            is_joining.wait()
            print(" too", end="")
        leaving._join_threads = join
        threading.Thread(target=upload).start()
        leaving.leave(0)
        """
    )
    assert (result.returncode, result.stdout) == (0, "kept too")


def test_hanging_exit_handler_does_not_block_the_exit() -> None:
    result = run_script(f"{THREAD['daemon']}\natexit.register({NEVER})\nleaving.leave(3)")
    assert (result.returncode, result.stdout) == (3, "kept")


@pytest.mark.parametrize("thread", THREAD)
def test_lost_output_is_a_failure(thread: str) -> None:
    with open("/dev/full", "w") as full:
        result = run_script(f"{THREAD[thread]}\nleaving.leave(0)", full.fileno())
    assert result.returncode == 1
    assert result.stderr.splitlines()[0] == "dqn-tui: cannot write the output: [Errno 28] No space left on device"
    assert "Exception ignored" not in result.stderr


def test_leaked_environment_thread_does_not_block_train_and_eval(tmp_path: Path) -> None:
    flags = quick_flags(total_timesteps=200)
    trained = run_program("--no-ui", "--runs-dir", str(tmp_path), *TOY, *flags, cwd=tmp_path)
    assert trained.returncode == 0, trained.stderr
    assert "completed" in trained.stdout
    run = str(only_run(tmp_path).path)
    evaluated = run_program("eval", run, "--last", "--episodes", "2", *TOY[:2], cwd=tmp_path)
    assert evaluated.returncode == 0, evaluated.stderr
    assert "2 greedy episodes" in evaluated.stdout


def test_leaked_environment_thread_does_not_block_a_usage_error(tmp_path: Path) -> None:
    result = run_program("--no-ui", "--runs-dir", str(tmp_path), *TOY, "--until-solved", cwd=tmp_path)
    assert result.returncode == 2
    assert "until_solved needs a goal" in one_line(result.stderr)
