"""Standard streams that are closed, full, or no longer read."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from dqn_tui.commands.streams import OutputLostError, print_json
from tests.helpers import one_line, program, program_environment, quick_flags

QUICK = " ".join(quick_flags())


def run_in_shell(arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the program with redirections of a shell."""
    return subprocess.run(
        ["bash", "-c", f"{' '.join(program())} {arguments}"],
        cwd=cwd,
        env=program_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("command", ["--help", "--version", "runs", "runs --json", "envs", "settings"])
@pytest.mark.parametrize(
    ("output", "words"), [(">&-", "Bad file descriptor"), (">/dev/full", "No space left on device")]
)
def test_lost_output_of_a_listing_is_one_line_and_a_failure(
    tmp_path: Path, command: str, output: str, words: str
) -> None:
    result = run_in_shell(f"{command} {output}", tmp_path)
    assert result.returncode == 1
    assert one_line(result.stderr) == f"dqn-tui: cannot write the output: {words}"


@pytest.mark.parametrize("command", ["--help", "settings"])
def test_pipe_that_nobody_reads_ends_a_listing_without_a_word(tmp_path: Path, command: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer) as pipe:
        result = subprocess.run(
            program(command), cwd=tmp_path, env=program_environment(), stdout=pipe, stderr=subprocess.PIPE, check=False
        )
    assert (result.returncode, result.stderr) == (141, b"")


@pytest.mark.parametrize(
    ("mode", "output", "words"),
    [("--no-ui", ">&-", "Bad file descriptor"), ("--json", ">/dev/full", "No space left on device")],
)
def test_training_continues_without_its_output(tmp_path: Path, mode: str, output: str, words: str) -> None:
    result = run_in_shell(f"{mode} {QUICK} {output}", tmp_path)
    assert result.returncode == 0
    assert one_line(result.stderr) == f"dqn-tui: cannot write the output: {words}; training continues without it"
    (run,) = (tmp_path / "runs").iterdir()
    assert (run / "best").is_dir()


SLOW = pytest.mark.slow


@pytest.mark.parametrize("closed", [pytest.param("<&-", marks=SLOW), pytest.param("2>&-", marks=SLOW), "<&- >&- 2>&-"])
def test_closed_streams_do_not_keep_a_run_from_its_end(tmp_path: Path, closed: str) -> None:
    result = run_in_shell(f"--no-ui {QUICK} {closed}", tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    (run,) = (tmp_path / "runs").iterdir()
    assert json.loads((run / "events.jsonl").read_text().splitlines()[-1])["event"] == "run_ended"


def test_closed_input_makes_the_dashboard_headless(tmp_path: Path) -> None:
    result = run_in_shell(f"{QUICK} <&-", tmp_path)
    assert result.returncode == 0
    assert "headless" in one_line(result.stderr)


def test_json_has_null_for_numbers_that_are_not_finite(capfd: pytest.CaptureFixture[str]) -> None:
    print_json({"a": [float("nan"), 1.5], "b": {"c": (float("-inf"),)}})
    assert json.loads(capfd.readouterr().out) == {"a": [None, 1.5], "b": {"c": [None]}}


def test_lost_output_knows_its_exit_code() -> None:
    assert OutputLostError(BrokenPipeError(32, "Broken pipe")).exit_code == 141
    assert OutputLostError(OSError(28, "No space left on device")).exit_code == 1
