"""The dashboard in a real browser."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("aiohttp")
pytest.importorskip("textual_serve")
pytest.importorskip("playwright.sync_api")

from dqn_tui.control import Stop
from dqn_tui.events import Paused
from dqn_tui.operations.steering import open_to_requests
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.journal import read_journal
from dqn_tui.training.background import BackgroundRun
from tests.attach.helpers import runtime
from tests.commands.test_serve import serving
from tests.helpers import LIMIT_SECONDS, open_run, quick_config, wait_until

__all__ = ["runtime"]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
LIMIT_MILLISECONDS = LIMIT_SECONDS * 1_000
_ESCAPES = re.compile(rb"\x1b\[[0-?]*[ -/]*[@-~]")


@contextmanager
def training(runs_dir: Path) -> Iterator[RunFolder]:
    """A run that trains until the block ends, and that other processes can steer."""
    config = quick_config(total_timesteps=10_000_000, log_every=200, train_freq=8)
    folder, recorder = open_run(runs_dir, config)
    run = BackgroundRun(config, folder, recorder)
    with open_to_requests(run, recorder):
        run.start(lambda: None)
        try:
            yield folder
        finally:
            run.request(Stop(should_save=False))
            assert run.join(LIMIT_SECONDS)


@contextmanager
def browser() -> Iterator[Any]:
    """A page of a browser without a network."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as player:
        chromium = player.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            context = chromium.new_context(viewport={"width": 1_000, "height": 600})
            context.set_default_timeout(LIMIT_MILLISECONDS)
            yield context.new_page()
        finally:
            chromium.close()


class Drawn:
    """What the terminal on a page was told to draw."""

    def __init__(self, page: Any) -> None:
        self._data = b""
        page.on("websocket", lambda socket: socket.on("framereceived", self._take))

    @property
    def text(self) -> str:
        return _ESCAPES.sub(b"", self._data).decode(errors="replace")

    def _take(self, data: bytes | str) -> None:
        if isinstance(data, bytes):
            self._data += data


def wait(page: Any, is_so: Callable[[], bool], what: str) -> None:
    """Wait while the page's events are taken in."""
    wait_until(lambda: page.wait_for_timeout(20) is None and is_so(), what)


def pauses_in(folder: RunFolder) -> int:
    return sum(isinstance(event, Paused) for event in read_journal(folder.events))


def children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in listed.stdout.split()]


@pytest.mark.usefixtures("runtime")
def test_the_page_opens_and_moves_a_key_pauses_and_all_ends_with_the_server(tmp_path: Path) -> None:
    errors: list[str] = []
    asked: set[str] = set()
    with ExitStack() as stack:
        folder = stack.enter_context(training(tmp_path))
        server, line = stack.enter_context(serving(tmp_path, str(folder.path)))
        page = stack.enter_context(browser())
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", lambda request: asked.add(request.url.split("/")[2]))
        drawn = Drawn(page)

        page.goto(line.partition("?")[0])
        assert page.text_content("body").startswith("403: open the URL")

        page.goto(line)
        page.wait_for_selector("body.-first-byte")
        wait(page, lambda: "RUNNING" in drawn.text, "the dashboard is drawn")
        assert "token" not in page.url
        first = page.screenshot()
        wait(page, lambda: page.screenshot() != first, "the charts move")
        assert pauses_in(folder) == 0
        page.keyboard.press("Space")
        wait(page, lambda: "PAUSED" in drawn.text, "the screen says that the run is paused")
        assert pauses_in(folder) == 1

        (view,) = children(server.pid)
        server.terminate()
        page.wait_for_selector("body.-closed")
        server.wait(LIMIT_SECONDS)
        assert not os.path.exists(f"/proc/{view}")
    assert errors == []
    assert asked == {line.split("/")[2]}
