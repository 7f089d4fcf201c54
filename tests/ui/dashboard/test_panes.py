"""The table of panes: a row is all that a new pane needs."""

from __future__ import annotations

import dataclasses
import itertools

import pytest
from textual.geometry import Region

from dqn_tui.ui.dashboard.pane import Area, Pane, PaneTable, pane_table_markdown
from dqn_tui.ui.dashboard.panes import PANES
from dqn_tui.ui.widgets.panel import FramedPanel, Panel
from dqn_tui.view.text import number
from tests import fakes
from tests.ui.helpers import SIZES, dashboard, screen_text

LOSS = PaneTable(PANES)["loss"]
CHART = dataclasses.replace(LOSS, id="extra", title="Extra chart", short_title="Extra", digit=None, about="an extra")
PANEL = Pane(id="panel", title="Extra panel", about="nothing", area=Area.SIDE, make=FramedPanel)


def test_ids_and_digits_are_unique() -> None:
    digits = [pane.digit for pane in PANES if pane.digit is not None]
    assert len({pane.id for pane in PANES}) == len(PANES)
    assert sorted(digits) == list(range(1, 10))


def test_names_fit_where_they_are_shown() -> None:
    for pane in PANES:
        assert len(pane.short) <= 9
        assert pane.about
        assert f"| {pane.title} | {pane.about} |" in pane_table_markdown(PANES)


def test_tab_passes_over_closed_panes_and_comes_round() -> None:
    table = PaneTable(PANES)
    for has_theatre, has_value in itertools.product((False, True), repeat=2):
        is_open = {"has_theatre": has_theatre, "has_value": has_value}
        seen = [table.main]
        while (pane := table.neighbour(seen[-1].id, 1, **is_open)) is not table.main:
            assert table.neighbour(pane.id, -1, **is_open) is seen[-1]
            seen.append(pane)
        assert len(seen) == len(PANES) - (not has_theatre) - (not has_value)


@pytest.mark.parametrize("pane", [CHART, PANEL], ids=["chart", "panel"])
async def test_a_row_added_to_the_table_is_reached_by_tab_palette_and_help(pane: Pane) -> None:
    async with dashboard((120, 40), panes=(*PANES, pane)) as board:
        await board.press("1", "shift+tab")
        assert board.scene.selected == pane.id
        assert pane.title in await board.press("z")
        await board.press("z", "1", "question_mark")
        help_text = "\n".join(str(widget.render()) for widget in board.app.screen.query("Static").results())
        assert pane.about in help_text
        assert pane.short in help_text
        await board.press("escape")
        commands = {command.title: command for command in board.screen.commands()}
        commands[f"Go to: {pane.title}"].callback()
        assert board.scene.selected == pane.id


async def test_a_chart_added_to_the_table_has_a_digit_a_row_and_a_box() -> None:
    free = [dataclasses.replace(pane, digit=None) if pane.digit == 6 else pane for pane in PANES]
    async with dashboard((80, 24), panes=(*free, dataclasses.replace(CHART, digit=6))) as board:
        assert " 6 Extra" in await board.look()
        assert "─ 6 Extra chart" in await board.press("6")
        await board.pilot.resize_terminal(200, 60)
        await board.press("1")
        assert "─ 6 Extra chart" in await board.look()


async def test_the_gradient_norm_has_a_row_of_its_own_and_a_box_where_there_is_room() -> None:
    async with dashboard((120, 40)) as board:
        assert "Grad norm" in await board.look()
        await board.pilot.resize_terminal(200, 60)
        text = await board.look()
        assert "─ Gradient norm" in text
        assert f"last {number(board.view.grad_norm.last):>6}" in text


@pytest.mark.parametrize("size", SIZES)
async def test_many_more_panes_than_there_is_room_for_do_no_harm(size: tuple[int, int]) -> None:
    extra = [dataclasses.replace(CHART, id=f"extra-{number}") for number in range(12)]
    side = [dataclasses.replace(PANEL, id=f"panel-{number}") for number in range(12)]
    async with dashboard(size, panes=(*PANES, *extra, *side)) as board:
        for pane in ("return", "extra-11", "panel-11"):
            board.screen.select_pane(pane)
            await board.look()
            await board.look()
            assert "cannot be drawn" not in screen_text(board.app)
            assert pane in board.scene.placed
        await board.press("w")
        board.run.emit(fakes.ended(20_000, 1_011.0))
        await board.look()
        assert regions_are_disjoint(
            [panel.region for panel in board.screen.query(Panel) if panel.id in board.scene.placed]
        )


def regions_are_disjoint(regions: list[Region]) -> bool:
    return not any(one.overlaps(other) for place, one in enumerate(regions) for other in regions[:place])
