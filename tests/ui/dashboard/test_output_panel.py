"""The pane of what the environment prints."""

from __future__ import annotations

import pytest

from dqn_tui.events import OutputWritten
from tests.ui.helpers import SIZES, Dashboard, dashboard


def emit(board: Dashboard, text: str, dropped: int = 0) -> None:
    board.run.emit(OutputWritten(step=20_000, time=1_011.0, text=text, dropped=dropped))


@pytest.mark.parametrize("size", SIZES)
async def test_output_is_shown_with_the_newest_line_last(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        board.screen.select_pane("output")
        text = await board.look()
        assert "Output" in text
        assert "nothing was printed" in text
        assert "output.log" in text
        emit(board, "\n".join(f"line {number}" for number in range(200)), dropped=3)
        emit(board, "the end")
        rows = (await board.look()).splitlines()
        places = [
            next(y for y, row in enumerate(rows) if f" {word}" in row) for word in ("line 199", "… 3 more", "the end")
        ]
        assert places == [places[0], places[0] + 1, places[0] + 2]
        assert "nothing was printed" not in "\n".join(rows)


async def test_full_output_follows_lines_that_end_alike() -> None:
    async with dashboard((200, 60)) as board:
        emit(board, "old\nsame\n" * 400)
        await board.look()
        emit(board, "new\nsame")
        assert "│ new" in await board.look()


async def test_output_has_its_own_box_only_where_there_is_room() -> None:
    async with dashboard((120, 40)) as board:
        assert "─ Output" not in await board.look()
        await board.pilot.resize_terminal(200, 60)
        text = await board.look()
        assert "─ Output" in text
        assert "─ 8 Events" in text


async def test_output_cannot_steer_the_terminal() -> None:
    async with dashboard((200, 60)) as board:
        emit(board, "\x1b[31mred\x1b]0;title\x07 [b]x[/b]")
        text = await board.look()
        assert "red [b]x[/b]" in text
        assert "\x1b" not in text
