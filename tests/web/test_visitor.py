"""A process for each visitor: what it gets, what the browser gets, and that it ends."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from unittest.mock import patch

import pytest

pytest.importorskip("aiohttp")
pytest.importorskip("textual_serve")

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, WSServerHandshakeError
from aiohttp.test_utils import BaseTestServer, TestServer

from dqn_tui.web import site as site_module
from dqn_tui.web import visitor as visitor_module
from dqn_tui.web.site import Site

TestServer.__test__ = False
LIMIT_SECONDS = 20.0

# Speaks as Textual's driver does: draws every packet that it gets, and leaves when it is told to.
ECHO = """
import json, os, signal, sys
def draw(data):
    os.write(1, b"D" + len(data).to_bytes(4, "big") + data)
def read(size):
    data = b""
    while len(data) < size:
        more = os.read(0, size - len(data))
        if not more:
            sys.exit()
        data += more
    return data
if "stubborn" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
os.write(1, b"__GANGLION__\\n")
draw(f"pid {os.getpid()} {os.environ['COLUMNS']}x{os.environ['ROWS']} {os.environ['TEXTUAL_DRIVER']}".encode())
while True:
    kind, size = read(1), int.from_bytes(read(4), "big")
    data = read(size)
    if b"quit" in data and "stubborn" not in sys.argv:
        sys.exit()
    draw(kind + data)
"""


class Browser:
    """A connection to a view."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self.socket = socket

    async def drawn(self) -> str:
        """The next thing that the process draws; fails where the connection ends."""
        message = await asyncio.wait_for(self.socket.receive(), LIMIT_SECONDS)
        assert message.type is WSMsgType.BINARY, message
        return bytes(message.data).decode()

    async def rest(self) -> str:
        """All that comes until the connection ends."""
        parts = []
        while (message := await asyncio.wait_for(self.socket.receive(), LIMIT_SECONDS)).type is WSMsgType.BINARY:
            parts.append(bytes(message.data).decode())
        return "".join(parts)


Connect = Callable[..., Awaitable[Browser]]


@asynccontextmanager
async def serving(*command: str) -> AsyncIterator[tuple[BaseTestServer, Connect]]:
    site = Site([("run", command)])
    async with (
        TestServer(site.make_application()) as server,
        ClientSession() as session,
        AsyncExitStack() as connected,
    ):

        async def connect(query: str = "") -> Browser:
            url = f"http://127.0.0.1:{server.port}{site._gate.place}/0/socket?token={site._gate.token}{query}"
            return Browser(await connected.enter_async_context(session.ws_connect(url)))

        yield server, connect


def is_running(pid: int) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


async def gone(pid: int) -> None:
    """Wait until a process has ended."""
    async with asyncio.timeout(LIMIT_SECONDS):
        while is_running(pid):
            await asyncio.sleep(0.01)


def pid_of(drawn: str) -> int:
    return int(drawn.split()[1])


async def test_keys_and_sizes_reach_the_process_and_what_it_draws_the_browser() -> None:
    async with serving(sys.executable, "-c", ECHO) as (_, connect):
        browser = await connect("&width=100&height=30")
        first = await browser.drawn()
        assert first.split()[2:] == ["100x30", "textual.drivers.web_driver:WebDriver"]
        await browser.socket.send_json(["stdin", "é\x1b[A"])
        assert await browser.drawn() == "Dé\x1b[A"
        await browser.socket.send_json(["resize", {"width": 80, "height": 24}])
        assert await browser.drawn() == 'M{"type": "resize", "width": 80, "height": 24}'
        await browser.socket.close()
        await gone(pid_of(first))


async def test_senseless_messages_are_ignored_and_sizes_are_bounded() -> None:
    async with serving(sys.executable, "-c", ECHO) as (_, connect):
        browser = await connect("&width=999999999&height=-3")
        assert "80x24" in await browser.drawn()
        for message in (
            "",
            "{",
            "[]",
            "7",
            '["stdin"]',
            '["stdin", 7]',
            '["resize", {}]',
            '["eval", "x"]',
            "[" * 5_000,
        ):
            await browser.socket.send_str(message)
        await browser.socket.send_bytes(b"\xff")
        await browser.socket.send_json(["resize", {"width": 10**9, "height": -5}])
        assert await browser.drawn() == 'M{"type": "resize", "width": 1000, "height": 1}'


async def test_a_process_that_ends_closes_the_connection_with_its_last_words_cleaned() -> None:
    script = "import sys; sys.exit('dqn-tui: run x is damaged\\x1b[31m\\x07')"
    async with serving(sys.executable, "-c", script) as (_, connect):
        assert await (await connect()).rest() == "\r\ndqn-tui: run x is damaged"


async def test_a_process_that_does_not_leave_is_killed() -> None:
    with patch.object(visitor_module, "QUIT_SECONDS", 0.05), patch.object(visitor_module, "TERMINATE_SECONDS", 0.05):
        async with serving(sys.executable, "-c", ECHO, "stubborn") as (_, connect):
            browser = await connect()
            pid = pid_of(await browser.drawn())
            await browser.socket.close()
            await gone(pid)


async def test_a_process_that_draws_more_than_anyone_reads_still_leaves() -> None:
    flood = ECHO.replace("while True:", 'draw(b"x" * 100)\nfor _ in range(2_000): draw(b"y" * 65_536)\nwhile True:')
    async with serving(sys.executable, "-c", flood) as (_, connect):
        browser = await connect()
        pid = pid_of(await browser.drawn())
        browser.socket._response.close()
        await gone(pid)


async def test_no_more_than_so_many_visitors_at_once() -> None:
    with patch.object(site_module, "MOST_VISITORS", 2):
        async with serving(sys.executable, "-c", ECHO) as (_, connect):
            first, second = await connect(), await connect()
            with pytest.raises(WSServerHandshakeError) as refused:
                await connect()
            assert refused.value.status == 503
            pid = pid_of(await first.drawn())
            assert is_running(pid_of(await second.drawn()))
            await first.socket.close()
            await gone(pid)
            async with asyncio.timeout(LIMIT_SECONDS):
                while True:
                    with suppress(WSServerHandshakeError):
                        await connect()
                        break


async def test_all_processes_end_with_the_server() -> None:
    async with serving(sys.executable, "-c", ECHO) as (server, connect):
        browsers = [await connect(), await connect()]
        pids = [pid_of(await browser.drawn()) for browser in browsers]
        await server.close()
        assert [pid for pid in pids if is_running(pid)] == []
        assert [await browser.rest() for browser in browsers] == ["", ""]


async def test_a_command_is_never_read_by_a_shell(tmp_path: Path) -> None:
    hostile = f"$(touch {tmp_path}/hacked); 'a \"b"
    async with serving(sys.executable, "-c", "import sys; sys.exit(sys.argv[1])", hostile) as (_, connect):
        assert await (await connect()).rest() == f"\r\n{hostile}"
    assert not (tmp_path / "hacked").exists()
