"""Output of other code while the program runs: captured, bounded, and kept apart from the program's own."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from dqn_tui.commands import foreign_output
from dqn_tui.commands.foreign_output import ForeignOutput
from dqn_tui.commands.streams import print_text, say
from tests.helpers import program_environment, wait_until


def print_everywhere() -> None:
    """Print from Python, from below it, from a child, and as a log record."""
    print("from Python")  # noqa: T201
    os.write(1, b"from below\n")
    subprocess.run(["sh", "-c", "echo from a child >&2"], check=True)
    handler = logging.StreamHandler(sys.stderr)
    handler.emit(logging.LogRecord("x", logging.WARNING, "", 0, "a log record", None, None))


def test_words_of_others_go_to_the_file_in_order_and_our_own_do_not(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with ForeignOutput() as output:
        output.keep_in(tmp_path / "output.log")
        print_text("our result")
        print_everywhere()
        say("our message")
    lines = (tmp_path / "output.log").read_text().splitlines()
    assert lines == ["from Python", "from below", "from a child", "a log record"]
    assert capfd.readouterr() == ("our result\n", "dqn-tui: our message\n")


def test_streams_are_as_before_afterwards(capfd: pytest.CaptureFixture[str]) -> None:
    before = sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__, os.fstat(1).st_ino, os.fstat(2).st_ino
    with pytest.raises(ZeroDivisionError), ForeignOutput():
        raise ZeroDivisionError
    assert before == (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__, os.fstat(1).st_ino, os.fstat(2).st_ino)
    print("after")  # noqa: T201
    os.write(1, b"below\n")
    assert set(capfd.readouterr().out.split()) == {"after", "below"}


def test_whole_lines_are_passed_on_with_those_from_before(tmp_path: Path) -> None:
    passed: list[str] = []
    (tmp_path / "output.log").write_text("an earlier run\n")
    with ForeignOutput() as output:
        os.write(1, b"before the run\n")
        output.keep_in(tmp_path / "output.log")
        output.pass_on_to(passed.append)
        os.write(1, b"first\nsec")
        wait_until(lambda: passed == ["before the run\nfirst"], "the first lines are passed on")
        os.write(1, b"ond\nlast")
        output.pass_on()
        assert passed[1:] == ["second"]
    assert passed[2:] == ["last"]
    assert (tmp_path / "output.log").read_text() == "an earlier run\nbefore the run\nfirst\nsecond\nlast"


def test_file_is_bounded_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign_output, "LARGEST_BYTES", 1_000)
    passed: list[str] = []
    log = tmp_path / "output.log"
    with ForeignOutput() as output:
        output.keep_in(log)
        output.pass_on_to(passed.append)
        os.write(1, b"x" * 999 + b"\n")
        wait_until(lambda: "is full" in passed[-1] if passed else False, "the file is full")
        size = log.stat().st_size
        print("dropped")  # noqa: T201
        os.write(2, b"dropped\n")
    assert log.stat().st_size == size < 1_200
    assert "further output is dropped" in log.read_text()


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_file_that_is_not_a_regular_one_is_left_alone(tmp_path: Path, kind: str) -> None:
    victim, log = tmp_path / "victim", tmp_path / "output.log"
    victim.write_text("untouched")
    if kind == "link":
        log.symlink_to(victim)
    elif kind == "folder":
        log.mkdir()
    else:
        os.mkfifo(log)
    with ForeignOutput() as output:
        output.keep_in(log)
        print("somewhere else")  # noqa: T201
    assert victim.read_text() == "untouched"
    assert output is not None


def test_last_lines_are_read_without_escape_sequences() -> None:
    with ForeignOutput() as output:
        for number in range(30):
            print(f"\x1b[31mline {number}\x1b[0m")  # noqa: T201
        assert output.read_end() == [f"line {number}" for number in range(10, 30)]


def test_full_disk_is_no_error_for_those_who_print() -> None:
    with ForeignOutput(), open("/dev/full", "w") as full:
        os.dup2(full.fileno(), 1)
        print("x" * 100_000)  # noqa: T201


def test_streams_that_foreign_code_closes_are_no_error(
    capfd: pytest.CaptureFixture[str],
) -> None:
    before = sys.stdout, sys.stderr
    with ForeignOutput() as output:
        sys.stdout.close()
        sys.stderr = None
        output.pass_on()
        say("our message")
    assert before == (sys.stdout, sys.stderr)
    assert capfd.readouterr().err == "dqn-tui: our message\n"


def test_without_a_temporary_folder_foreign_output_goes_to_standard_error(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", fail)
    with ForeignOutput():
        os.write(1, b"foreign\n")
        print_text("ours")
    assert capfd.readouterr() == ("ours\n", "foreign\n")


@pytest.mark.parametrize("death", ["os.abort()", "ctypes.string_at(0)"])
def test_process_that_crashes_leaves_its_last_words_and_a_traceback(tmp_path: Path, death: str) -> None:
    script = f"""
        import ctypes, os
        from pathlib import Path
        from dqn_tui.commands.foreign_output import ForeignOutput
        with ForeignOutput() as output:
            output.keep_in(Path("output.log"))
            print("last words")
            {death}
    """
    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], cwd=tmp_path, env=program_environment(), check=False
    )
    assert result.returncode < 0
    lines = (tmp_path / "output.log").read_text().splitlines()
    assert lines[0] == "last words"
    assert lines[1].startswith("Fatal Python error: ")
