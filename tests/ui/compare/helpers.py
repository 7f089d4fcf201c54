"""A comparison on a screen, on a source whose events the test hands over."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from textual.pilot import Pilot

from dqn_tui.events import Event
from dqn_tui.run_source import RunNews
from dqn_tui.ui.app.application import DqnTuiApp
from dqn_tui.ui.compare.compare_screen import CompareScreen
from tests.comparisons import run_events
from tests.ui.helpers import screen_text

RUNS = [
    run_events(
        (10.0, 20.0, 30.0 * rate), evaluations={300: 90.0 * rate + seed}, learning_rate=rate, seed=seed, gamma=0.9
    )
    for rate in (0.25, 0.5)
    for seed in (1, 2)
]


@dataclass
class FakeSource:
    """Runs whose events the test hands over."""

    paths: Sequence[str]
    news: list[RunNews] = field(default_factory=list)
    is_read: bool = False
    is_closed: bool = False

    def start(self, on_news: Callable[[], None]) -> None:
        """Remember nothing: the test ticks."""

    def drain(self, most: int) -> list[RunNews]:
        """Return the oldest news."""
        taken, self.news = self.news[:most], self.news[most:]
        return taken

    def close(self) -> None:
        """Remember that it is closed."""
        self.is_closed = True


@dataclass
class Board:
    """A running screen, its source, and the pilot that types."""

    app: DqnTuiApp
    screen: CompareScreen
    source: FakeSource
    pilot: Pilot[int]

    async def press(self, *keys: str) -> str:
        """Type, and return the screen."""
        await self.pilot.press(*keys)
        return await self.look()

    async def look(self) -> str:
        """Return the screen once all pending messages are handled."""
        await self.pilot.pause()
        if self.app.is_running:
            self.screen.tick()
        await self.pilot.pause()
        return screen_text(self.app)


@asynccontextmanager
async def board(
    *runs: Sequence[Event],
    size: tuple[int, int] = (200, 60),
    is_read: bool = True,
    below: CompareScreen | None = None,
    **options: Any,
) -> AsyncIterator[Board]:
    """Open the screen on runs with these events."""
    source = FakeSource([f"runs/run-{number}" for number in range(len(runs))])
    source.news = [RunNews(index, told) for index, told in enumerate(runs)]
    source.is_read = is_read
    screen = CompareScreen(source, **{"marker": "braille", **options})
    app = DqnTuiApp(below or screen)
    async with app.run_test(size=size, notifications=True) as pilot:
        if below is not None:
            app.push_screen(screen)
        shown = Board(app, screen, source, pilot)
        await shown.look()
        yield shown
