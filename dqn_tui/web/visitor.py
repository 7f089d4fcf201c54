"""One visitor: a process that draws on a terminal in the browser, and the messages between the two."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress

from aiohttp import WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from dqn_tui.view.text import plain

QUIT_SECONDS = 4.0
"""Time limit for the process to leave when it is asked to; a rollout may have to finish a step first."""
TERMINATE_SECONDS = 1.0
"""Time limit after SIGTERM; then the process and its children are killed."""
LARGEST_CELLS = 1_000
_FIRST_LINE = b"__GANGLION__\n"
_DATA, _META = b"D", b"M"
_MOST_ERROR_BYTES = 4_096


class Visitor(AppService):
    """Starts the process, and ends it with the connection.

    Args:
        command: The process's command line.
        socket: The connection to the browser.
    """

    def __init__(self, command: Sequence[str], socket: web.WebSocketResponse) -> None:
        super().__init__(
            shlex.join(command),
            write_bytes=socket.send_bytes,
            write_str=socket.send_str,
            close=self._close,
            download_manager=DownloadManager(),
        )
        self._arguments = command
        self._socket = socket
        self._errors = b""
        self._ending: asyncio.Task[None] | None = None

    async def serve(self, width: int, height: int) -> None:
        """Pass messages on until the browser or the process leaves; `width` and `height` are in cells."""
        await self.start(_clamp(width), _clamp(height))
        # A stop that came meanwhile found no process to end.
        self._ending = None
        async for message in self._socket:
            if message.type is WSMsgType.TEXT:
                await self._take(message.data)

    async def stop(self) -> None:
        """End the process, by force if it does not leave; a second call waits for the same end."""
        if self._ending is None:
            self._ending = asyncio.create_task(self._end())
        await asyncio.shield(self._ending)

    async def _end(self) -> None:
        process = self._process
        if process is None:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self.send_meta({"type": "quit"}), TERMINATE_SECONDS)
        self.stdin.close()
        if not await _has_left(process, QUIT_SECONDS):
            _signal_group(process, signal.SIGTERM)
            if not await _has_left(process, TERMINATE_SECONDS):
                _signal_group(process, signal.SIGKILL)
        await process.wait()
        if self._task is not None:
            await self._task

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        """Start the process; without a shell, and in a group of its own, so that Ctrl+C reaches the server alone."""
        self._process = await asyncio.create_subprocess_exec(
            *self._arguments,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=self._build_environment(width, height),
            start_new_session=True,
        )
        self._stdin = self._process.stdin
        return self._process

    # --- from the process to the browser ---

    async def run(self) -> None:
        """Pass on what the process draws, until it ends."""
        assert self._process is not None
        process = self._process
        assert process.stdout is not None
        assert process.stderr is not None
        errors = asyncio.create_task(self._keep_errors(process.stderr))
        # The process has ended, or the browser is gone.
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await self._pass_on(process.stdout)
        # The browser is gone, but a process that cannot write could not leave, either.
        while await process.stdout.read(65_536):
            pass
        await errors
        with suppress(ConnectionError):
            await self._explain_end()
            await self._close()

    async def _pass_on(self, stdout: asyncio.StreamReader) -> None:
        if await stdout.readline() != _FIRST_LINE:
            return
        while True:
            kind = await stdout.readexactly(1)
            payload = await stdout.readexactly(int.from_bytes(await stdout.readexactly(4), "big"))
            if kind == _DATA:
                await self.on_data(payload)
            elif kind == _META and json.loads(payload).get("type") == "exit":
                await self._close()

    async def _keep_errors(self, stderr: asyncio.StreamReader) -> None:
        while data := await stderr.read(_MOST_ERROR_BYTES):
            self._errors = (self._errors + data)[-_MOST_ERROR_BYTES:]

    async def _explain_end(self) -> None:
        """Show what the process wrote to standard error, such as why it cannot show the run."""
        lines = [plain(line) for line in self._errors.decode(errors="replace").splitlines() if line.strip()]
        if lines:
            await self.remote_write_bytes("".join(f"\r\n{line}" for line in lines).encode())

    async def _close(self) -> None:
        await self._socket.close()

    # --- from the browser to the process ---

    async def _take(self, text: str) -> None:
        """Pass a message on; one that no page of ours sends is ignored."""
        with suppress(ValueError, RecursionError):
            match json.loads(text):
                case ["stdin", str(data)]:
                    await self.send_bytes(data.encode(errors="replace"))
                case ["resize", {"width": int(width), "height": int(height)}]:
                    await self.set_terminal_size(_clamp(width), _clamp(height))
                case ["ping", str(data)]:
                    await self._socket.send_json(["pong", data])
                case ["focus"]:
                    await self.focus()
                case ["blur"]:
                    await self.blur()


def _clamp(cells: int) -> int:
    return max(1, min(cells, LARGEST_CELLS))


async def _has_left(process: Process, seconds: float) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(process.wait(), seconds)
        return True
    return False


def _signal_group(process: Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, number)
