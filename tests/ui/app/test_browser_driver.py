"""The program behind a web server: pictures through a pipe, and an end when nobody is there any more."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from tests.exports.helpers import write_small_run
from tests.helpers import LIMIT_SECONDS, program, program_environment

DRIVER = {"TEXTUAL_DRIVER": "textual.drivers.web_driver:WebDriver", "COLUMNS": "80", "ROWS": "24"}


@pytest.fixture
def viewer(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The view of a run, with pipes instead of a terminal."""
    write_small_run(tmp_path / "run")
    pipe = subprocess.PIPE
    with subprocess.Popen(
        program("view", "run"), cwd=tmp_path, env=program_environment(**DRIVER), stdin=pipe, stdout=pipe, stderr=pipe
    ) as process:
        yield process
        process.kill()


def packets(stream: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of everything that is written; fails where anything else is."""
    while kind := stream.read(1):
        assert kind in (b"D", b"M"), kind
        size = int.from_bytes(stream.read(4), "big")
        content = stream.read(size)
        assert len(content) == size
        yield kind, content


def test_nothing_but_packets_is_written_and_the_end_of_the_input_is_the_end(viewer: subprocess.Popen[bytes]) -> None:
    assert viewer.stdin is not None
    assert viewer.stdout is not None
    assert viewer.stderr is not None
    assert viewer.stdout.readline() == b"__GANGLION__\n"
    drawn, contents = b"", packets(viewer.stdout)
    while b"CartPole-v1" not in drawn:
        drawn += next(contents)[1]
    viewer.stdin.close()
    kind, last = list(contents)[-1]
    assert (kind, json.loads(last)) == (b"M", {"type": "exit"})
    assert viewer.wait(LIMIT_SECONDS) is not None
    assert viewer.stderr.read() == b""


def test_a_server_that_is_gone_ends_the_program_without_a_word(viewer: subprocess.Popen[bytes]) -> None:
    assert viewer.stdin is not None
    assert viewer.stdout is not None
    assert viewer.stderr is not None
    assert viewer.stdout.readline() == b"__GANGLION__\n"
    viewer.stdout.close()
    viewer.stdin.close()
    assert viewer.wait(LIMIT_SECONDS) is not None
    assert viewer.stderr.read() == b""
