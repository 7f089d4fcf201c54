"""The pages: an entry for the token, the list of runs, and a terminal for each."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from string import Template

import textual_serve
from aiohttp import WSCloseCode, web

from dqn_tui.web.gate import TOKEN, Gate
from dqn_tui.web.visitor import Visitor

MOST_VISITORS = 8
"""Views that may be open at once; each is a process of about 80 MB."""
_HEARTBEAT_SECONDS = 15.0
_LARGEST_MESSAGE_BYTES = 1_000_000
_FONT_SIZE, _FONT_SIZES = 16, range(6, 41)
_STATIC = Path(textual_serve.__file__).parent / "static"
_FILES = {"page.css": "text/css", "page.js": "text/javascript"}


class Site:
    """The web application.

    Args:
        runs: For each run its name on the page, and the command line that shows it.
    """

    def __init__(self, runs: Sequence[tuple[str, Sequence[str]]]) -> None:
        self._gate = Gate()
        self._names = [name for name, _ in runs]
        self._commands = [command for _, command in runs]
        self._visitors: dict[Visitor, web.WebSocketResponse] = {}

    @property
    def entry(self) -> str:
        """The path and query of the entry, with the token."""
        return f"/?{TOKEN}={self._gate.token}"

    def make_application(self) -> web.Application:
        """Return the application, to be run by aiohttp."""
        place = self._gate.place
        application = web.Application(middlewares=[self._gate.guard])
        application.add_routes(
            [
                web.get("/", self._enter),
                web.get(f"{place}/", self._list_runs),
                web.get(place + r"/{name:page\.(css|js)}", self._send_file),
                web.get(place + r"/{number:\d{1,4}}/", self._show_terminal),
                web.get(place + r"/{number:\d{1,4}}/socket", self._serve_terminal),
                web.static(f"{place}/static", _STATIC),
            ]
        )
        application.on_shutdown.append(self._close)
        return application

    async def _enter(self, _: web.Request) -> web.Response:
        """Hand out the cookie, and lead on to a page without the token in its URL."""
        target = f"{self._gate.place}/" if len(self._names) > 1 else f"{self._gate.place}/0/"
        # A redirect would not do: a browser that follows a link of another site keeps a strict cookie back.
        body = f'<meta http-equiv="refresh" content="0;url={target}"><a href="{target}">dqn-tui</a>'
        response = web.Response(text=_document("dqn-tui", body), content_type="text/html")
        self._gate.admit(response)
        return response

    async def _list_runs(self, _: web.Request) -> web.Response:
        items = (f'<li><a href="{number}/">{html.escape(name)}</a></li>' for number, name in enumerate(self._names))
        body = f'<link rel="stylesheet" href="page.css"><main><h1>dqn-tui</h1><ul>{"".join(items)}</ul></main>'
        return web.Response(text=_document("dqn-tui", body), content_type="text/html")

    async def _send_file(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        return web.Response(text=_read_file(name), content_type=_FILES[name])

    async def _show_terminal(self, request: web.Request) -> web.Response:
        number, place = self._run(request), self._gate.place
        wanted = request.query.get("fontsize", "")
        size = int(wanted) if wanted.isascii() and wanted.isdecimal() and int(wanted) in _FONT_SIZES else _FONT_SIZE
        page = Template(_read_file("page.html")).substitute(
            title=html.escape(self._names[number]),
            own=place,
            files=f"{place}/static",
            socket=f"ws://{request.headers['Host']}{place}/{number}/socket",
            font_size=size,
        )
        return web.Response(text=page, content_type="text/html")

    async def _serve_terminal(self, request: web.Request) -> web.WebSocketResponse:
        """Run a process for as long as the browser is connected."""
        command = self._commands[self._run(request)]
        if len(self._visitors) >= MOST_VISITORS:
            raise web.HTTPServiceUnavailable(text=f"{MOST_VISITORS} views are open, and no more are allowed\n")
        socket = web.WebSocketResponse(heartbeat=_HEARTBEAT_SECONDS, max_msg_size=_LARGEST_MESSAGE_BYTES)
        visitor = Visitor(command, socket)
        self._visitors[visitor] = socket
        try:
            await socket.prepare(request)
            await visitor.serve(_cells(request, "width", 80), _cells(request, "height", 24))
        finally:
            # Even if this task is cancelled, the visitor counts until its process has ended.
            await asyncio.shield(self._end(visitor))
        return socket

    async def _end(self, visitor: Visitor) -> None:
        try:
            await visitor.stop()
        finally:
            del self._visitors[visitor]

    async def _close(self, _: web.Application) -> None:
        """End all views, at the end of the server."""
        going = [socket.close(code=WSCloseCode.GOING_AWAY) for socket in self._visitors.values()]
        ending = [visitor.stop() for visitor in self._visitors]
        await asyncio.gather(*going, *ending, return_exceptions=True)

    def _run(self, request: web.Request) -> int:
        number = int(request.match_info["number"])
        if number >= len(self._names):
            raise web.HTTPNotFound
        return number


def _cells(request: web.Request, key: str, default: int) -> int:
    text = request.query.get(key, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else default


def _document(title: str, body: str) -> str:
    return f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>{title}</title>{body}</html>'


def _read_file(name: str) -> str:
    return (files("dqn_tui.web") / name).read_text(encoding="utf-8")
