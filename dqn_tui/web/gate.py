"""Admits only requests that carry the token, come from this machine, and from a page of this server.

The server listens on the loopback address, which all users of a machine share, and to which any web page can make a
browser send requests. So each request must carry the token or the cookie that was given for it, and pages of other
sites are turned away by `Host` (a name of theirs that leads to this machine) and by `Origin` (WebSockets across sites).

A browser sends a cookie to every server of the same host, whatever its port. That of this server belongs to a path
nobody else can guess, so a server of another user does not receive it.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

TOKEN = "token"
"""Name of the parameter that carries the token in a URL."""
_COOKIE = "dqn-tui"
_HOSTS = ("127.0.0.1", "localhost", "[::1]")
_REFUSAL = "403: open the URL that `dqn-tui serve` printed; its token changes at each start.\n"


class Gate:
    """Lets requests through, or answers them with 403.

    Attributes:
        token: Opens the gate.
        place: The path of all pages, which only admitted visitors know; without a slash at its end.
    """

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(32)
        self.place = f"/{secrets.token_urlsafe(16)}"
        self._pass = secrets.token_urlsafe(32)

    def admit(self, response: web.Response) -> None:
        """Give the visitor the cookie that opens the pages from now on."""
        response.set_cookie(_COOKIE, self._pass, path=f"{self.place}/", httponly=True, samesite="Strict")

    @web.middleware
    async def guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer a request with the handler, or refuse it; every path passes through here."""
        if not (self._is_from_here(request) and self._is_admitted(request)):
            return _secure(web.Response(status=403, text=_REFUSAL), request)
        try:
            return _secure(await handler(request), request)
        except web.HTTPException as error:
            _secure(error, request)
            raise

    def _is_from_here(self, request: web.Request) -> bool:
        host = request.headers.get("Host", "")
        name, _, port = host.rpartition(":")
        has_port = port.isdecimal()
        origin = request.headers.get("Origin")
        return (name if has_port else host) in _HOSTS and origin in (None, f"http://{host}")

    def _is_admitted(self, request: web.Request) -> bool:
        has_token = _are_equal(request.query.get(TOKEN, ""), self.token)
        has_pass = _are_equal(request.cookies.get(_COOKIE, ""), self._pass)
        return has_token or has_pass


def _are_equal(given: str, secret: str) -> bool:
    """Compare in a time that does not depend on where the two differ."""
    return secrets.compare_digest(given.encode(errors="replace"), secret.encode())


def _secure(response: web.StreamResponse, request: web.Request) -> web.StreamResponse:
    """Add the headers that forbid other sites, caches and scripts to have a part in a page."""
    if not response.prepared:
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; "
            f"img-src 'self' data: blob:; connect-src 'self' ws://{request.headers.get('Host', '')}; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = "no-store"
    return response
