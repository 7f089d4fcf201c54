"""The help screen at each size."""

from __future__ import annotations

import pytest

from dqn_tui.ui.dashboard.panes import PANES
from tests.ui.helpers import FEW_SIZES, Dashboard, dashboard


def help_text(board: Dashboard) -> str:
    return "\n".join(str(widget.render()) for widget in board.app.screen.query("Static").results())


@pytest.mark.parametrize("size", FEW_SIZES)
async def test_help_lists_every_pane_and_says_what_is_remembered(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        await board.press("question_mark")
        words = " ".join(help_text(board).split())
        for pane in PANES:
            assert f"{pane.short} {pane.about}" in words
        assert "Remembered for the next runs" in words
        assert "--marker is for one run" in words


async def test_wrapped_meaning_stays_beside_its_sign() -> None:
    async with dashboard((40, 12)) as board:
        await board.press("question_mark")
        rows = help_text(board).splitlines()
        first = next(place for place, row in enumerate(rows) if "space p" in row)
        assert rows[first : first + 2] == [" space p     pause / resume", "             training"]
        assert max(map(len, rows)) <= 40 - 5


@pytest.mark.parametrize(("size", "scrolls"), [((80, 24), True), ((120, 40), True), ((200, 60), False)])
async def test_help_names_the_keys_that_scroll_where_not_all_is_in_sight(size: tuple[int, int], scrolls: bool) -> None:
    async with dashboard(size) as board:
        text = await board.press("question_mark")
        assert "esc: back" in text
        assert ("up, down: scroll" in text) == scrolls


async def test_help_is_arranged_again_for_another_width() -> None:
    async with dashboard((40, 12)) as board:
        await board.press("question_mark")
        await board.pilot.resize_terminal(120, 40)
        text = await board.look()
        assert "space p     pause / resume training" in text
        assert any("Training" in row and "Value" in row for row in text.splitlines())
        await board.press("escape")
        assert "RUNNING" in await board.look()
