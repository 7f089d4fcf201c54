"""The screen of a probe: it fills, scrolls, and says what went wrong."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from textual.pilot import Pilot

from dqn_tui.probe_report import ProbeReport
from dqn_tui.ui.app.application import DqnTuiApp
from dqn_tui.ui.probe.probe_screen import SLOW_SECONDS, ProbeScreen
from tests.ui.helpers import FEW_SIZES, screen_text
from tests.view.test_probe_sections import make_report


class FakeSession:
    """A probe that stands still."""

    def __init__(self, report: ProbeReport | None) -> None:
        self.report = report
        self.error: str | None = None
        self.busy_seconds = 0.0
        self.calls: list[str] = []

    def start(self) -> None:
        self.calls.append("start")

    def close(self) -> None:
        self.calls.append("close")


@asynccontextmanager
async def screen(
    session: FakeSession, size: tuple[int, int] = (120, 40), marker: str = "braille"
) -> AsyncIterator[tuple[ProbeScreen, Pilot[int]]]:
    shown = ProbeScreen(session, env="My/Game-v0", marker=marker)
    async with DqnTuiApp(shown).run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        yield shown, pilot


async def look(shown: ProbeScreen, pilot: Pilot[int]) -> str:
    shown.repaint()
    await pilot.pause()
    return screen_text(shown.app)


@pytest.mark.parametrize("size", FEW_SIZES)
async def test_findings_come_first_in_every_size(size: tuple[int, int]) -> None:
    async with screen(FakeSession(make_report()), size) as (shown, pilot):
        text = await look(shown, pilot)
        assert "PROBE" in text
        assert "Findings" in text
        assert "! few rewards" in text
        assert "cannot be drawn" not in text


async def test_everything_stands_on_a_large_screen() -> None:
    async with screen(FakeSession(make_report()), (200, 60)) as (shown, pilot):
        text = await look(shown, pilot)
        for words in ("Episodes", "Rewards", "Actions", "Network", "Observations", "What the network sees: camera"):
            assert words in text
        assert "100 random steps" in text


async def test_a_low_screen_scrolls_to_the_end_and_back() -> None:
    async with screen(FakeSession(make_report()), (80, 20)) as (shown, pilot):
        assert "entry 1" not in await look(shown, pilot)
        await pilot.press("end")
        text = await look(shown, pilot)
        assert "entry 1" in text
        await pilot.press("down", "pagedown", "space")
        assert await look(shown, pilot) == text
        await pilot.press("pageup", "up", "home")
        assert "Findings" in await look(shown, pilot)


async def test_it_fills_as_the_probe_goes_on() -> None:
    session = FakeSession(None)
    async with screen(session) as (shown, pilot):
        assert "loading…" in await look(shown, pilot)
        session.report = replace(make_report(), steps=40, is_complete=False, findings=())
        text = await look(shown, pilot)
        assert "40 of 100 steps" in text
        assert "looking…" in text
        session.busy_seconds = SLOW_SECONDS + 1
        assert "the environment has not answered for 3 s" in await look(shown, pilot)
        session.report = make_report()
        assert "! few rewards" in await look(shown, pilot)


async def test_a_probe_that_failed_says_why() -> None:
    session = FakeSession(None)
    session.error = "RuntimeError: [b]no wheels[/b]"
    async with screen(session) as (shown, pilot):
        assert "RuntimeError: [b]no wheels[/b]" in await look(shown, pilot)


async def test_q_leaves_and_ends_the_probe() -> None:
    session = FakeSession(make_report())
    async with screen(session) as (_, pilot):
        await pilot.press("q")
    assert session.calls == ["start", "close"]


async def test_in_ascii_there_is_nothing_else() -> None:
    async with screen(FakeSession(make_report()), marker="ascii") as (shown, pilot):
        assert (await look(shown, pilot)).isascii()
