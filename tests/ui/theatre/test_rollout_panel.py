"""The rollout beside the charts, and alone."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from dqn_tui.errors import UsageError
from dqn_tui.rollout import RolloutFrame
from dqn_tui.ui.app.application import DqnTuiApp
from dqn_tui.ui.theatre.rollout_panel import RolloutPanel
from dqn_tui.ui.theatre.watch_screen import WatchScreen
from dqn_tui.ui.widgets.pane_name import PaneName
from dqn_tui.ui.widgets.run_scene import RunScene
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

        def refuse(episode: int | None = None) -> fakes.FakeRollout:  # noqa: ARG001
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
            assert all(letter in text for letter in "SFHG")


async def test_odd_q_values_do_no_harm() -> None:
    async with dashboard() as board:
        await board.press("w")
        for values in ((math.nan, math.inf), (-math.inf, 1e300), (), tuple(range(18))):
            frame = dataclasses.replace(fakes.make_frame(3), q_values=values, action=0)
            board.run.rollouts[0].frame = frame
            await board.press("plus")
            assert "cannot be drawn" not in await board.look()


async def watch(frame: RolloutFrame | None, size: tuple[int, int]) -> str:
    """Return the screen of `dqn-tui watch` at this frame."""
    rollout = fakes.FakeRollout()
    rollout.frame = frame
    app = DqnTuiApp(WatchScreen(rollout, title="CartPole-v1", marker="braille"))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        return screen_text(app)


@pytest.mark.parametrize("size", [(120, 40), (200, 60)])
async def test_the_picture_begins_at_the_top_and_the_bars_follow_at_once(size: tuple[int, int]) -> None:
    names = ("left", "right")
    noise = np.random.default_rng(0).integers(0, 255, (400, 600, 3), dtype=np.uint8)
    frame = dataclasses.replace(fakes.make_frame(3), action_names=names, picture=noise)
    lines = (await watch(frame, size)).splitlines()
    bars = next(place for place, line in enumerate(lines) if line.startswith("│ left"))
    assert all("▀" in line for line in lines[1:bars])
    assert lines[bars + 1].startswith("│ right")
    # Of the rows inside the frame, the numbers take five: two bars, their scale, the observation and the policy. Below
    # them are three strips and the time line.
    strips = next(place for place, line in enumerate(lines) if line.startswith("│ value"))
    assert strips - bars == 5
    assert "obs" in lines[bars + 3]
    assert "live @ step 12,400" in lines[bars + 4]


async def test_a_wide_and_low_panel_has_the_bars_beside_a_square_picture() -> None:
    picture = np.zeros((50, 50, 3), np.uint8)
    picture[::2] = 200
    lines = (await watch(dataclasses.replace(fakes.make_frame(3), picture=picture), (80, 24))).splitlines()
    assert "Q(0)" in lines[1]
    assert "▇" in lines[1]
    assert lines[1].index("Q(0)") > 30


@pytest.mark.parametrize("picture", [None, "SFFF\nFHFH\nFFFH\nHFFG"])
async def test_actions_take_the_rows_that_a_small_picture_leaves_free(picture: str | None) -> None:
    values = tuple(float(value) for value in range(12))
    text = await watch(dataclasses.replace(fakes.make_frame(3), q_values=values, action=11, picture=picture), (80, 24))
    assert all(f"Q({action:>2})" in text for action in range(12))
    assert "more" not in text


async def test_before_the_first_frame_watch_says_that_it_loads() -> None:
    text = await watch(None, (80, 24))
    assert "ROLLOUT CartPole-v1" in text
    assert "loading…" in text


def test_the_scale_includes_the_frame_that_is_drawn_although_the_player_is_faster() -> None:
    class Fast(fakes.FakeRollout):
        """A player with another frame whenever one looks."""

        reads = 0

        @property
        def frame(self) -> RolloutFrame | None:
            self.reads += 1
            return dataclasses.replace(fakes.make_frame(self.reads), q_values=(10.0**self.reads, 0.0))

        @frame.setter
        def frame(self, frame: RolloutFrame | None) -> None:
            pass

    panel = RolloutPanel(RunScene(), PaneName(id="rollout", title="Rollout"))
    panel.rollout = Fast()
    for _ in range(3):
        panel.content_key()
        assert panel._latest is not None
        assert panel._view.scales[0].high == panel._latest.q_values[0]


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
