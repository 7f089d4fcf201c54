"""Runs the site on the loopback address until a signal ends it."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable

from aiohttp import web

from dqn_tui.web.site import Site

HOST = "127.0.0.1"
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SHUTDOWN_SECONDS = 10.0


def open_socket(port: int) -> socket.socket:
    """Return a socket that listens on the loopback address; `port` 0 takes a free one.

    Raises:
        OSError: The port is taken, or not allowed.
    """
    return socket.create_server((HOST, port))


def run_server(site: Site, listener: socket.socket, on_ready: Callable[[str], None]) -> int:
    """Serve until SIGINT, SIGTERM or SIGHUP; return its number.

    Args:
        site: The pages.
        listener: From `open_socket`; closed at the end.
        on_ready: Called once with the URL that opens the site.
    """
    return asyncio.run(_serve(site, listener, on_ready))


async def _serve(site: Site, listener: socket.socket, on_ready: Callable[[str], None]) -> int:
    received: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    _catch_signals(received)
    runner = web.AppRunner(site.make_application(), access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        await web.SockSite(runner, listener).start()
        on_ready(f"http://{HOST}:{listener.getsockname()[1]}{site.entry}")
        return await received
    finally:
        await runner.cleanup()


def _catch_signals(received: asyncio.Future[int]) -> None:
    def take(number: int) -> None:
        if not received.done():
            received.set_result(number)

    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        # As by `nohup`.
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, take, number)
