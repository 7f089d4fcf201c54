"""A run that records what it is asked, and a place for its socket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dqn_tui.attach.messages import Weights
from dqn_tui.attach.server import SteeringServer
from dqn_tui.control import Request
from dqn_tui.events import Event, Paused


class RecordingRun:
    """Takes requests and does nothing; its policy is a text."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.newest_event: Event | None = Paused(time=1.0, step=1_234)
        self.is_paused = True
        self.is_over = False
        self.policy = b"weights"
        self.copies = 0
        self.does_reply = True

    def request(self, request: Request) -> None:
        self.requests.append(request)

    def copy_policy(self, reply: Callable[[Any], None]) -> None:
        self.copies += 1
        if self.does_reply:
            reply(self.policy)


@contextmanager
def serving(run: RecordingRun) -> Iterator[Path]:
    """Serve a run; yield its socket."""
    server = SteeringServer(run, lambda policy: Weights(policy, 42))
    try:
        yield server.path
    finally:
        server.close()


@pytest.fixture
def runtime(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A private folder for sockets, with a path short enough for one."""
    folder = tmp_path_factory.mktemp("r")
    folder.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder
