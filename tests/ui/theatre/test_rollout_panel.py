"""The rollout beside the charts, and alone."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.errors import UsageError
from dqn_tui.ui.app.application import DqnTuiApp
from dqn_tui.ui.theatre.picture import text_rows
from dqn_tui.ui.theatre.q_rows import q_rows
from dqn_tui.ui.theatre.watch_screen import WatchScreen
from tests import fakes
from tests.ui.helpers import SIZES, dashboard, screen_text


@pytest.mark.parametrize("size", SIZES)
async def test_the_rollout_shows_return_actions_and_picture(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        await board.press("w")
        board.run.rollouts[0].frame = fakes.make_frame(143)
        text = await board.look()
        text = await board.press("plus", "minus")
        assert "ROLLOUT" in text
        assert "143.0" in text
        assert "Q(0)" in text
        assert "Q(1)" in text
        assert text.count("◀") == 1
        assert "▀" in text
        assert "cannot be drawn" not in text


async def test_keys_of_the_player_reach_the_player() -> None:
    async with dashboard() as board:
        await board.press("w", "space", "right", "full_stop", "plus", "minus", "n")
        rollout = board.run.rollouts[0]
        assert rollout.calls == [
            "toggle_pause",
            "advance",
            "advance",
            "change_speed +1",
            "change_speed -1",
            "start_new_episode",
        ]
        assert board.requests == []


async def test_p_pauses_training_while_the_player_has_the_focus() -> None:
    async with dashboard() as board:
        await board.press("w")
        assert "PAUSED" in await board.press("p")


@pytest.mark.parametrize("key", ["escape", "w"])
async def test_the_rollout_is_closed_on_the_way_back(key: str) -> None:
    async with dashboard() as board:
        await board.press("w")
        text = await board.press(key)
        assert board.run.rollouts[0].is_closed
        assert "ROLLOUT" not in text
        await board.press("space")
        assert len(board.requests) == 1


async def test_w_closes_the_rollout_from_another_pane_too() -> None:
    async with dashboard() as board:
        await board.press("w", "1")
        assert "ROLLOUT" in await board.press("space")
        assert len(board.requests) == 1
        await board.press("w")
        assert board.run.rollouts[0].is_closed


async def test_nine_opens_it_and_zoom_enlarges_it() -> None:
    async with dashboard() as board:
        await board.press("9")
        text = await board.press("z")
        assert "ROLLOUT" in text
        assert "1 Return" not in text


async def test_the_end_of_the_dashboard_closes_the_rollout() -> None:
    async with dashboard() as board:
        await board.press("w")
        board.app.exit(0)
    assert board.run.rollouts[0].is_closed


async def test_a_rollout_that_ended_says_why() -> None:
    async with dashboard() as board:
        await board.press("w")
        board.run.rollouts[0].error = "[b]no display[/b]"
        await board.press("n")
        board.screen.query_one("#rollout").refresh()
        assert "[b]no display[/b]" in await board.look()


async def test_a_rollout_that_cannot_start_says_why() -> None:
    async with dashboard() as board:

        def refuse() -> fakes.FakeRollout:
            raise UsageError("no rollout here")

        board.run.start_rollout = refuse  # type: ignore[method-assign]
        assert "no rollout here" in await board.press("w")


@pytest.mark.parametrize(
    "picture",
    [
        None,
        "S F\nH G\x1b[31m",
        "",
        np.zeros((1, 1, 3), dtype=np.uint8),
        np.zeros((0, 0, 3), dtype=np.uint8),
        np.zeros((2000, 10, 3), dtype=np.uint8),
        np.random.default_rng(0).integers(0, 255, (210, 160, 3), dtype=np.uint8),
    ],
)
async def test_every_kind_of_picture_has_a_place(picture: object) -> None:
    async with dashboard() as board:
        await board.press("w")
        frame = dataclasses.replace(fakes.make_frame(3), picture=picture)  # type: ignore[arg-type]
        board.run.rollouts[0].frame = frame
        await board.press("plus")
        text = await board.look()
        assert "cannot be drawn" not in text
        assert "Q(1)" in text
        if isinstance(picture, str) and picture:
            assert "H G" in text


def test_of_a_picture_of_letters_the_place_of_the_agent_stays_visible() -> None:
    """What FrozenLake and Taxi draw."""
    lake = "  (Down)\nS\x1b[41mF\x1b[0mFF\n"
    assert text_rows(lake) == [[("  (Down)", "text")], [("S", "text"), ("F", "marked"), ("FF", "text")]]
    taxi = "|\x1b[35mR\x1b[0m: |\x1b[43m \x1b[0m:\x1b[34;1mB\x1b[0m|"
    assert text_rows(taxi) == [
        [
            ("|", "text"),
            ("R", "warm"),
            (": |", "text"),
            (" ", "marked"),
            (":", "text"),
            ("B", "cool"),
            ("|", "text"),
        ]
    ]


@pytest.mark.parametrize(
    ("codes", "role"),
    [
        *[("36", "cool"), ("94", "cool"), ("31", "warm"), ("32;1", "fresh"), ("93", "fresh")],
        *[("1", "accent"), ("97", "accent"), ("38;5;41", "accent"), ("38;2;7;44;0", "accent")],
        *[("31;42", "marked"), ("7", "marked"), ("", "text"), ("0", "text"), ("39;49", "text")],
    ],
)
def test_a_colour_of_a_letter_becomes_the_role_of_its_hue(codes: str, role: str) -> None:
    assert text_rows(f"\x1b[{codes}mx") == [[("x", role)]]


def test_empty_lines_after_a_picture_of_letters_take_no_rows() -> None:
    assert text_rows("  a\n\nb\n\n\n") == [[("  a", "text")], [], [("b", "text")]]


@given(st.text(alphabet="ab\n\x1b[0;1m41\x9b]K", max_size=60))
def test_no_escape_sequence_of_a_picture_of_letters_comes_through(picture: str) -> None:
    for row in text_rows(picture):
        assert all(text.isprintable() for text, _ in row)


async def test_odd_q_values_do_no_harm() -> None:
    async with dashboard() as board:
        await board.press("w")
        for values in ((math.nan, math.inf), (-math.inf, 1e300), (), tuple(range(18))):
            frame = dataclasses.replace(fakes.make_frame(3), q_values=values, action=0)
            board.run.rollouts[0].frame = frame
            await board.press("plus")
            assert "cannot be drawn" not in await board.look()


def test_of_many_actions_the_chosen_and_the_best_show() -> None:
    frame = dataclasses.replace(fakes.make_frame(3), q_values=tuple(float(value) for value in range(18)), action=2)
    rows = ["".join(text for text, _ in row) for row in q_rows(frame, 60, 4, "braille")]
    assert [row[:6].strip() for row in rows[:3]] == ["Q( 2)", "Q(16)", "Q(17)"]
    assert rows[3] == " +15 more"
    assert len(q_rows(frame, 60, 18, "braille")) == 18
    assert len(q_rows(frame, 60, 1, "braille")) == 1


@pytest.mark.parametrize("picture", [None, "SFFF\nFHFH\nFFFH\nHFFG", np.zeros((60, 60, 3), dtype=np.uint8)])
async def test_actions_take_the_rows_that_a_small_picture_leaves_free(picture: object) -> None:
    rollout = fakes.FakeRollout()
    values = tuple(float(value) for value in range(12))
    rollout.frame = dataclasses.replace(fakes.make_frame(3), q_values=values, action=11, picture=picture)  # type: ignore[arg-type]
    app = DqnTuiApp(WatchScreen(rollout, title="FrozenLake-v1", marker="braille"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        text = screen_text(app)
    is_small = not isinstance(picture, np.ndarray)
    assert all((f"Q({action:>2})" in text) for action in range(12)) == is_small
    assert ("more" in text) != is_small
    assert "SFFF" in text or not isinstance(picture, str)


@pytest.mark.parametrize(("count", "is_cut"), [(4, False), (9, True)])
async def test_numbers_of_the_observation_are_not_left_out_silently(count: int, is_cut: bool) -> None:
    rollout = fakes.FakeRollout()
    rollout.frame = dataclasses.replace(fakes.make_frame(3), observation=(0.25,) * count, picture=None)
    app = DqnTuiApp(WatchScreen(rollout, title="Acrobot-v1", marker="braille"))
    async with app.run_test(size=(60, 24)) as pilot:
        await pilot.pause()
        row = next(line for line in screen_text(app).splitlines() if " obs " in line)
    assert row.count("0.25") < count or not is_cut
    assert ("…" in row) == is_cut


def test_a_masked_action_is_no_rival_of_the_chosen_one() -> None:
    mask = (True, False, True)
    frame = dataclasses.replace(fakes.make_frame(3), q_values=(1.0, 9.0, 2.0), action=2, mask=mask)
    rows = q_rows(frame, 60, 4, "braille")
    texts = ["".join(text for text, _ in row) for row in rows]
    assert [text[:5].strip() for text in texts] == ["Q(0)", "Q(2)", "Q(1)"]
    full = 60 - 1 - 8 - 15
    assert [text.count("▇") for text in texts] == [round(full / 2), full, 0]
    assert "◀ +1.00" in texts[1]
    assert texts[2].split() == ["Q(1)", "9.00", "masked"]
    assert {role for _, role in rows[2]} == {"muted"}


def test_masked_actions_are_the_first_to_be_left_out() -> None:
    mask = (False, True, False, True)
    frame = dataclasses.replace(fakes.make_frame(3), q_values=(5.0, 1.0, 6.0, 2.0), action=3, mask=mask)
    texts = ["".join(text for text, _ in row) for row in q_rows(frame, 60, 3, "braille")]
    assert [text[:5].strip() for text in texts[:2]] == ["Q(1)", "Q(3)"]


async def test_the_help_of_watch_speaks_of_what_is_there() -> None:
    app = DqnTuiApp(WatchScreen(fakes.FakeRollout(), title="CartPole-v1", marker="braille"))
    async with app.run_test(size=(80, 30)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        text = screen_text(app)
    assert "new episode" in text
    assert "current policy" not in text
    assert "charts" not in text
    assert "m, M" not in text


async def test_the_bar_of_watch_reaches_the_player() -> None:
    rollout = fakes.FakeRollout()
    app = DqnTuiApp(WatchScreen(rollout, title="CartPole-v1", marker="braille"))
    async with app.run_test(size=(120, 24)) as pilot:
        await pilot.pause()
        row = screen_text(app).splitlines()[-1]
        await pilot.click(offset=(row.index("n New") + 2, 23))
        await pilot.pause()
    assert rollout.calls[0] == "start_new_episode"


async def test_watch_plays_alone_and_closes_its_player() -> None:
    rollout = fakes.FakeRollout()
    app = DqnTuiApp(WatchScreen(rollout, title="CartPole-v1", marker="braille"))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("space", "right", "plus", "n")
        await pilot.pause()
        text = screen_text(app)
        assert "ROLLOUT CartPole-v1" in text
        assert "Q(0)" in text
        assert "q Quit" in text
        await pilot.press("question_mark")
        await pilot.press("escape", "T")
        await pilot.press("q")
    assert rollout.is_closed
    assert rollout.calls[:4] == ["toggle_pause", "advance", "change_speed +1", "start_new_episode"]
    assert app.return_code == 0
