"""The key that writes the watched episode to a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dqn_tui.errors import UsageError
from tests.ui.helpers import Dashboard, dashboard


class FakeExport:
    def __init__(self) -> None:
        self.frames = 0
        self.outcome: str | None = None
        self.is_cancelled = False

    def cancel(self) -> None:
        self.is_cancelled = True
        self.outcome = "a.gif was not written: cancelled"


class Exporter:
    """Notes what it is asked for."""

    def __init__(self, board: Dashboard) -> None:
        self.asked: list[tuple[Any, Path, bool]] = []
        self.export = FakeExport()
        self.refusal: str | None = None
        board.app.start_export = self

    def __call__(self, played: Any, out: Path, *, has_bars: bool) -> FakeExport:
        if self.refusal:
            raise UsageError(self.refusal)
        self.asked.append((played, out, has_bars))
        return self.export


async def write(board: Dashboard, more: str = "") -> str:
    """Accept the name that is offered, with something behind it."""
    await board.press("X")
    return await board.press(*("space" if char == " " else char for char in more), "enter")


async def test_the_episode_is_written_to_the_file_that_is_named() -> None:
    async with dashboard() as board:
        exporter = Exporter(board)
        await board.press("w")
        assert "Export episode 1" in await board.press("X")
        await board.press("enter")
        assert exporter.asked == [("a script", Path("episode-1.gif"), False)]


async def test_bars_are_asked_for_behind_the_name() -> None:
    async with dashboard() as board:
        exporter = Exporter(board)
        await board.press("w")
        await write(board, " --q-bars")
        assert exporter.asked == [("a script", Path("episode-1.gif"), True)]


async def test_escape_writes_nothing() -> None:
    async with dashboard() as board:
        exporter = Exporter(board)
        await board.press("w", "X")
        screen = await board.press("escape")
        assert exporter.asked == []
        assert "ROLLOUT" in screen


async def test_progress_is_shown_and_the_outcome_is_said_once() -> None:
    async with dashboard() as board:
        exporter = Exporter(board)
        await board.press("w")
        await write(board)
        exporter.export.frames = 123
        assert "writing" in await board.press("minus")
        exporter.export.outcome = "124 frames written to episode-1.gif"
        board.screen.query_one("#rollout")._say_outcome()  # type: ignore[attr-defined]
        screen = await board.look()
        assert "124 frames written to" in screen
        assert "writing" not in screen


async def test_the_key_cancels_an_export_that_is_under_way() -> None:
    async with dashboard() as board:
        exporter = Exporter(board)
        await board.press("w")
        await write(board)
        await board.press("X")
        assert exporter.export.is_cancelled


async def test_a_file_that_cannot_be_written_is_said() -> None:
    async with dashboard() as board:
        exporter = Exporter(board)
        exporter.refusal = "the file must be a new file, got episode-1.gif, a file that exists"
        await board.press("w")
        assert "a file that exists" in await write(board)
