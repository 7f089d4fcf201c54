"""`dqn-tui serve`: what it says, what it refuses, and how it ends."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from dqn_tui.commands.serve import ServedView
from tests.exports.helpers import write_small_run
from tests.helpers import LIMIT_SECONDS, call_program, one_line, program, program_environment

pytest.importorskip("aiohttp")
pytest.importorskip("textual_serve")


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The real program, and the first line that it prints."""
    command = program("serve", *arguments, "--port", "0")
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=folder, env=program_environment(), stdout=pipe, stderr=pipe, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process, process.stdout.readline()
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_line_is_the_url_and_a_signal_ends_the_server(tmp_path: Path, number: signal.Signals) -> None:
    write_small_run(tmp_path / "run")
    with serving(tmp_path, "run") as (process, line):
        url = line.strip()
        assert url.startswith("http://127.0.0.1:")
        with urlopen(url, timeout=LIMIT_SECONDS) as page:
            assert page.status == 200
        with pytest.raises(HTTPError, match="403"):
            urlopen(url.partition("?")[0], timeout=LIMIT_SECONDS)
        process.send_signal(number)
        out, errors = process.communicate(timeout=LIMIT_SECONDS)
    assert process.returncode == 128 + number
    assert out == ""
    assert "Traceback" not in errors
    assert one_line(errors) == "dqn-tui: anyone with this URL can see and steer the runs; Ctrl+C ends the server"


def test_each_visitor_gets_a_view_of_the_run_as_it_was_asked_for() -> None:
    view = ServedView("braille", ("a_module",), is_read_only=True)
    command = view.command(Path("/runs/--odd name"))
    assert command == [
        sys.executable, "-m", "dqn_tui", "view", "--marker", "braille", "--import=a_module", "--read-only", "--",
        "/runs/--odd name",
    ]  # fmt: skip
    assert "--read-only" not in ServedView("ascii", (), is_read_only=False).command(Path("r"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "run nowhere: there is no such folder; see `dqn-tui runs`"),
        (["run", "--port", "65536"], "must be a whole number from 0 to 65535, got '65536'"),
        (["run", "--port", "web"], "must be a whole number"),
        ([], "Missing argument"),
    ],
)
def test_wrong_use_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, arguments: list[str],
    message: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    write_small_run(tmp_path / "run")
    assert call_program("serve", *arguments) == 2
    assert message in one_line(capsys.readouterr().err)


def test_a_port_that_is_taken_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_small_run(tmp_path / "run")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert call_program("serve", str(tmp_path / "run"), "--port", str(port)) == 2
    line = one_line(capsys.readouterr().err)
    assert f"--port {port} cannot be used: Address already in use" in line
    assert line.endswith("--port 0 takes a free one")


def test_a_missing_package_is_one_line_that_says_what_to_install(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_small_run(tmp_path / "run")
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    for module in [name for name in sys.modules if name.startswith("dqn_tui.web.")]:
        monkeypatch.delitem(sys.modules, module)
    assert call_program("serve", str(tmp_path / "run")) == 2
    line = one_line(capsys.readouterr().err)
    assert line.endswith("serve needs aiohttp, which is not installed: pip install 'dqn-tui[web]'")
