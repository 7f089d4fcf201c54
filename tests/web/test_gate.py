"""Who comes in, and that everybody else gets nothing."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any
from unittest.mock import patch

import pytest
import pytest_asyncio

pytest.importorskip("aiohttp")
pytest.importorskip("textual_serve")

import secrets

from aiohttp import ClientSession, WSServerHandshakeError
from aiohttp.test_utils import BaseTestServer, TestServer

from dqn_tui.web.site import Site

TestServer.__test__ = False
RUNS = [("runs/<one>", ["false"]), ("runs/two", ["false"])]


class Served:
    """A site on a port, and a browser without cookies.

    Attributes:
        place: The path of its pages.
    """

    def __init__(self, site: Site, server: BaseTestServer, browser: ClientSession) -> None:
        self.site, self.browser = site, browser
        self.url = f"http://127.0.0.1:{server.port}"
        self.place = site._gate.place

    async def get(self, path: str, **options: Any) -> tuple[int, str]:
        async with self.browser.get(f"{self.url}{path}", **options) as response:
            return response.status, await response.text()

    async def enter(self) -> None:
        assert (await self.get(self.site.entry))[0] == 200


@pytest_asyncio.fixture
async def served() -> AsyncIterator[Served]:
    site = Site(RUNS)
    async with TestServer(site.make_application()) as server, ClientSession(cookie_jar=_jar()) as browser:
        yield Served(site, server, browser)


def _jar() -> Any:
    from aiohttp import CookieJar

    return CookieJar(unsafe=True)  # of IP addresses, too


def paths(place: str) -> list[str]:
    """Every path there is, and some that there might be."""
    inside = ["", "/", "/0/", "/7/", "/0/socket", "/page.css", "/page.js", "/static/js/textual.js", "/static/"]
    outside = ["/", "/ws", "/static/js/textual.js", "/download/key", "/nowhere", "/0/socket", "//", "/%2e%2e/"]
    return [*(place + path for path in inside), *outside]


async def test_without_the_token_every_path_is_refused_and_tells_nothing(served: Served) -> None:
    answers = {await served.get(path) for path in paths(served.place)}
    answers |= {await served.get(path, params={"token": "wrong"}) for path in paths(served.place)}
    answers |= {await served.get(path, cookies={"dqn-tui": "wrong"}) for path in paths(served.place)}
    answers |= {await served.get(path, params={"token": "é\ud800".encode(errors="replace").decode()}) for path in ["/"]}
    assert answers == {(403, "403: open the URL that `dqn-tui serve` printed; its token changes at each start.\n")}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"])
async def test_no_other_method_is_let_in_either(served: Served, method: str) -> None:
    for path in paths(served.place):
        async with served.browser.request(method, f"{served.url}{path}") as response:
            assert response.status == 403


async def test_the_token_gives_a_cookie_that_scripts_and_other_sites_and_other_ports_do_not_get(served: Served) -> None:
    async with served.browser.get(f"{served.url}{served.site.entry}") as response:
        cookie = response.headers["Set-Cookie"]
        assert f"url={served.place}/" in await response.text()
    assert {"HttpOnly", "SameSite=Strict", f"Path={served.place}/"} <= set(cookie.split("; "))
    assert served.site._gate.token not in cookie
    assert (await served.get("/"))[0] == 403


async def test_the_cookie_opens_pages_that_do_not_show_the_token(served: Served) -> None:
    await served.enter()
    for path in ("/", "/0/", "/page.css", "/page.js", "/static/js/textual.js", "/static/css/xterm.css"):
        status, text = await served.get(served.place + path)
        assert (path, status) == (path, 200)
        assert served.site._gate.token not in text
    assert [(await served.get(served.place + path))[0] for path in ("/2/", "/x", "/static/", "/static/../site.py")] == [
        404, 404, 403, 404,
    ]  # fmt: skip


async def test_the_list_of_runs_links_to_each_and_escapes_their_names(served: Served) -> None:
    await served.enter()
    _, text = await served.get(f"{served.place}/")
    assert re.findall(r'<a href="([^"]+)">([^<]+)</a>', text) == [("0/", "runs/&lt;one&gt;"), ("1/", "runs/two")]
    assert "<title>runs/&lt;one&gt;</title>" in (await served.get(f"{served.place}/0/"))[1]


async def test_a_page_loads_nothing_from_elsewhere_and_cannot_be_framed(served: Served) -> None:
    await served.enter()
    async with served.browser.get(f"{served.url}{served.place}/0/") as response:
        policy, text = response.headers["Content-Security-Policy"], await response.text()
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert response.headers["Cache-Control"] == "no-store"
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "frame-ancestors 'none'" in policy
    assert re.findall(r"(?:https?|wss?)://[^\"' ]+", text) == [
        f"ws://127.0.0.1:{served.url.rpartition(':')[2]}{served.place}/0/socket"
    ]


@pytest.mark.parametrize(
    ("host", "is_let_in"),
    [
        ("localhost:9000", True),
        ("127.0.0.1", True),
        ("[::1]:9000", True),
        ("attacker.example:9000", False),
        ("127.0.0.1.attacker.example", False),
        ("attacker.example:80@127.0.0.1:80", False),
        ("localhost:80:80", False),
        ("", False),
    ],
)
async def test_a_name_of_someone_else_that_leads_here_is_refused(served: Served, host: str, is_let_in: bool) -> None:
    status, _ = await served.get(served.site.entry, headers={"Host": host})
    assert status == (200 if is_let_in else 403)


@pytest.mark.parametrize("origin", ["http://attacker.example", "null", "http://127.0.0.1:1", "http://localhost", ""])
async def test_a_page_of_another_site_opens_no_socket_even_with_the_cookie(served: Served, origin: str) -> None:
    await served.enter()
    with pytest.raises(WSServerHandshakeError) as refused:
        await served.browser.ws_connect(f"{served.url}{served.place}/0/socket", headers={"Origin": origin})
    assert refused.value.status == 403


async def test_the_server_s_own_pages_open_a_socket(served: Served) -> None:
    await served.enter()
    own = {"Origin": served.url}
    async with served.browser.ws_connect(f"{served.url}{served.place}/0/socket", headers=own) as socket:
        assert not socket.closed


async def test_secrets_are_compared_in_constant_time(served: Served) -> None:
    with patch.object(secrets, "compare_digest", wraps=secrets.compare_digest) as compare:
        await served.get("/?token=wrong", cookies={"dqn-tui": "no"})
    gate = served.site._gate
    assert [call.args for call in compare.call_args_list] == [
        (b"wrong", gate.token.encode()),
        (b"no", gate._pass.encode()),
    ]
    assert len(gate.token) >= 43


def test_every_start_has_secrets_of_its_own() -> None:
    assert Site(RUNS).entry != Site(RUNS).entry
