"""The pane of the value function on the dashboard."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from dqn_tui.errors import UsageError
from dqn_tui.policy_choice import PolicyChoice
from dqn_tui.ui.values.value_panel import ValuePanel
from dqn_tui.value_pictures import RETURNS, UNITS, ValuePicture, ValueQuery
from tests.fakes import FakePictures
from tests.ui.helpers import Dashboard, dashboard
from tests.ui.values.pictures import CHECKPOINTS, paint_lake, paint_pixels, paint_plane, paint_town

PAINTERS = {"lake": paint_lake, "town": paint_town, "plane": paint_plane, "pixels": paint_pixels}


@asynccontextmanager
async def opened(
    paint: Callable[[ValueQuery], ValuePicture | None] = paint_lake,
    size: tuple[int, int] = (120, 40),
    marker: str = "braille",
) -> AsyncIterator[tuple[Dashboard, FakePictures, ValuePanel]]:
    """Open a dashboard and its value pane, which `paint` paints for."""
    async with dashboard(size, marker=marker) as board:
        pictures = FakePictures(paint)
        board.run.start_value_pictures = lambda: pictures  # type: ignore[method-assign]
        await board.press("v")
        panel = board.screen.query_one(ValuePanel)
        panel._look()
        await board.look()
        yield board, pictures, panel


async def press(board: Dashboard, *keys: str) -> str:
    """Type, let the pane look for its picture, and return the screen."""
    await board.press(*keys)
    board.screen.query_one(ValuePanel)._look()
    return await board.look()


async def test_v_opens_the_pane_beside_the_charts_and_closes_it() -> None:
    async with opened() as (board, pictures, _):
        text = await board.look()
        assert "VALUE value" in text
        assert "live @ step 20,000" in text
        assert "Return" in text
        assert board.scene.selected == "value"
        assert "VALUE" not in await board.press("v")
        assert pictures.is_closed
        assert board.scene.selected == "return"


async def test_a_rollout_and_the_value_function_take_the_same_place() -> None:
    async with opened() as (board, pictures, _):
        text = await board.press("w")
        assert "ROLLOUT" in text
        assert "VALUE" not in text
        assert pictures.is_closed
        text = await board.press("tab", "v")
        assert "VALUE" in text
        assert "ROLLOUT" not in text
        assert board.run.rollouts[0].is_closed


async def test_a_grid_shows_arrows_values_and_letters_of_its_cells() -> None:
    async with opened() as (board, _, _panel):
        text = await board.look()
        assert all(sign in text for sign in ("↓", "H", "G", "S", "max Q"))
        assert "0.68" in text
        assert "optimum" in text
        assert "γ 0.99" in text


async def test_m_colours_by_everything_that_the_grid_knows() -> None:
    async with opened() as (board, _, _panel):
        titles = [(await press(board, "m")).split("VALUE ")[1].split()[0] for _ in range(4)]
        assert titles == ["error", "optimum", "visits", "value"]


async def test_arrow_keys_move_over_holes_to_the_next_state_and_stop_at_edges() -> None:
    async with opened() as (board, pictures, _):
        await press(board, "down")
        await press(board, "right")
        assert pictures.queries[-1].cursor == (1, 2)
        text = await press(board, "right")
        assert pictures.queries[-1].cursor == (1, 2)
        assert "row 1, column 2" in text


async def test_checkpoints_are_stepped_through_from_first_to_live_on_one_scale() -> None:
    async with opened() as (board, pictures, panel):
        assert "2 checkpoints before" in await board.look()
        scale = panel._overview._scale("value")
        before = scale.low, scale.high
        text = await press(board, "left_square_bracket")
        assert pictures.queries[-1].policy == CHECKPOINTS[1]
        assert "checkpoint 2 of 2" in text
        text = await press(board, "home")
        assert pictures.queries[-1].policy == CHECKPOINTS[0]
        assert "saved @ step 5,000" in text
        assert "eval 12.5" in text
        assert scale.low <= before[0]
        assert scale.high == before[1]
        await press(board, "left_square_bracket")
        assert pictures.queries[-1].policy == CHECKPOINTS[0]
        await press(board, "end")
        assert pictures.queries[-1].policy == PolicyChoice()


async def test_options_of_a_grid_are_chosen_by_keys_and_named_in_the_key_bar() -> None:
    async with opened(paint_town) as (board, pictures, _):
        text = await board.look()
        assert "passenger R" in text
        assert "Destination" in text.splitlines()[-1]
        text = await press(board, "a")
        assert pictures.queries[-1].options == (1, 1)
        assert "passenger G" in text
        text = await press(board, "A")
        assert "destination Y" in text
        assert "│" in text


async def test_axes_of_a_plane_are_chosen_by_keys() -> None:
    async with opened(paint_plane) as (board, pictures, _):
        text = await board.look()
        assert "→ θ rad" in text
        assert "↑ θ' rad/s" in text
        text = await press(board, "a")
        assert pictures.queries[-1].axes == (0, 3)
        assert "→ x m" in text
        await press(board, "A")
        # The x axis is passed over.
        assert pictures.queries[-1].axes == (0, 1)
        await press(board, "o")
        assert pictures.queries[-1].is_held_at_moment


async def test_a_plane_has_two_points_in_each_cell_and_the_actions_have_letters() -> None:
    async with opened(paint_plane) as (board, pictures, _):
        query = pictures.queries[-1]
        assert query.rows > query.columns / 2
        text = await press(board, "m")
        assert " L  left " in text
        assert " R  right " in text


async def test_the_cursor_stays_in_its_place_when_the_pane_is_enlarged() -> None:
    async with opened(paint_plane) as (board, pictures, _):
        await press(board, "right", "down")
        small = pictures.queries[-1]
        assert small.cursor is not None
        await press(board, "z")
        large = pictures.queries[-1]
        assert large.cursor is not None
        assert large.columns > small.columns
        assert large.cursor[1] / large.columns == pytest.approx(small.cursor[1] / small.columns, abs=0.03)


async def test_i_shows_returns_saliency_and_units_of_the_state() -> None:
    async with opened(paint_pixels) as (board, pictures, _):
        text = await press(board, "i")
        assert pictures.queries[-1].detail == RETURNS
        assert "mean" in text
        assert "█" in text
        text = await press(board, "i")
        assert "12 ms" in text
        text = await press(board, "i")
        assert pictures.queries[-1].detail == UNITS
        assert "1 never fire" in text
        assert "×" in text


async def test_the_state_goes_through_a_greedy_episode() -> None:
    async with opened(paint_pixels) as (board, pictures, _):
        await press(board, "full_stop", "full_stop", "greater_than_sign", "comma")
        assert pictures.queries[-1].moment == 11
        assert "episode step 11/99" in await board.look()
        await press(board, "less_than_sign", "less_than_sign")
        assert pictures.queries[-1].moment == 0


@pytest.mark.parametrize(
    ("kind", "size"),
    [
        ("lake", (40, 12)),
        ("town", (80, 24)),
        ("plane", (80, 24)),
        ("pixels", (80, 24)),
        ("plane", (40, 12)),
        ("lake", (200, 60)),
    ],
    ids=str,
)
async def test_every_picture_can_be_drawn_at_every_size_in_ascii_too(kind: str, size: tuple[int, int]) -> None:
    async with opened(PAINTERS[kind], size, "ascii") as (board, _, _panel):
        for keys in (["m", "i"], ["m", "i"], ["m", "i", "z"]):
            text = await press(board, *keys)
            assert text.isascii()
            assert "cannot be drawn" not in text
            assert "VALUE" in text


async def test_nothing_is_painted_while_another_pane_is_enlarged() -> None:
    async with opened() as (board, pictures, panel):
        await board.press("1", "z")
        panel._look()
        assert not pictures.is_shown
        await board.press("z")
        panel._look()
        assert pictures.is_shown


async def test_why_there_is_no_picture_is_said_where_it_would_be() -> None:
    async with opened(lambda _: None) as (board, pictures, _):
        assert "painting" in await board.look()
        pictures.error = "there is no policy yet"
        assert "there is no policy yet" in await press(board)


async def test_a_run_without_pictures_says_so() -> None:
    def refuse() -> FakePictures:
        raise UsageError("this run has no policy")

    async with dashboard() as board:
        board.run.start_value_pictures = refuse  # type: ignore[method-assign]
        assert "this run has no policy" in await board.press("v")
        assert not board.scene.is_value_open
