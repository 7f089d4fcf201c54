"""Shared by the tests of the screens: the dashboard on a fake run, and its picture as plain text."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from textual.app import App
from textual.pilot import Pilot

from dqn_tui import control
from dqn_tui.preferences import PreferenceFile
from dqn_tui.ui.app.application import DqnTuiApp
from dqn_tui.ui.dashboard.dashboard_screen import DashboardScreen
from dqn_tui.ui.dashboard.pane import Pane
from dqn_tui.ui.dashboard.panes import PANES
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.run_view import RunView
from tests.fakes import FakeRun

FEW_SIZES = [(40, 12), (80, 24), (120, 40), (200, 60)]
SIZES = [(40, 12), (60, 16), (80, 24), (100, 30), (120, 20), (120, 40), (160, 45), (200, 60)]


def screen_text(app: App[int]) -> str:
    """Return the screen as plain text, one line per row, toasts and dialogs included."""
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


@dataclass
class Dashboard:
    """A running dashboard, its fake run, and the pilot that types."""

    app: DqnTuiApp
    screen: DashboardScreen
    run: FakeRun
    pilot: Pilot[int]

    @property
    def view(self) -> RunView:
        """The run as the screen shows it."""
        return self.screen.view

    @property
    def scene(self) -> RunScene:
        """The state that the panels draw from."""
        return self.screen.scene

    @property
    def requests(self) -> list[control.Request]:
        """The requests that the run received."""
        return self.run.requests

    async def press(self, *keys: str) -> str:
        """Type, and return the screen."""
        await self.pilot.press(*keys)
        return await self.look()

    async def click(self, text: str) -> str:
        """Click in the middle of a text on the screen, and return the screen."""
        rows = screen_text(self.app).splitlines()
        y = next(row for row, line in enumerate(rows) if text in line)
        await self.pilot.click(offset=(rows[y].index(text) + len(text) // 2, y))
        return await self.look()

    async def look(self) -> str:
        """Return the screen once all pending messages are handled."""
        await self.pilot.pause()
        if self.app.is_running:
            self.screen.tick()
        await self.pilot.pause()
        return screen_text(self.app)


@asynccontextmanager
async def dashboard(
    size: tuple[int, int] = (120, 40),
    *,
    steps: int | None = 20_000,
    marker: str = "braille",
    should_answer: bool = True,
    panes: Sequence[Pane] = PANES,
    memory: PreferenceFile | None = None,
) -> AsyncIterator[Dashboard]:
    """Open a dashboard on a run that has trained for `steps`; None: a run that has not reported anything yet."""
    run = FakeRun(should_answer=should_answer)
    screen = DashboardScreen(
        run,
        env="CartPole-v1",
        seed=1,
        marker=marker,
        clock=lambda: run.time,
        working_clock=lambda: run.time,
        panes=panes,
    )
    app = DqnTuiApp(screen, memory)
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        if steps is not None:
            run.play(steps)
        board = Dashboard(app, screen, run, pilot)
        await board.look()
        yield board
