"""The theatre's keys, its mouse, and two episodes side by side."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from dqn_tui.rollout import RolloutFrame, Timeline
from dqn_tui.ui.app.application import DqnTuiApp
from dqn_tui.ui.theatre.watch_screen import WatchScreen
from tests import fakes
from tests.ui.helpers import SIZES, dashboard, screen_text


async def test_keys_move_the_playhead_and_choose_policies() -> None:
    async with dashboard() as board:
        keys = ("left", "comma", "pagedown", "pageup", "shift+left", "shift+right", "home", "end")
        await board.press("w", "space", *keys, "right_square_bracket", "left_square_bracket")
        await board.press("c", "right_curly_bracket", "left_curly_bracket")
        assert board.run.rollouts[0].calls == [
            "toggle_pause",
            "advance -1",
            "advance -1",
            "advance +10",
            "advance -10",
            "advance -10",
            "advance +10",
            "seek 0",
            "seek end",
            "choose_policy +1",
            "choose_policy -1",
            "toggle_compare",
            "choose_compared_policy +1",
            "choose_compared_policy -1",
        ]
        assert board.requests == []
        assert not board.scene.viewport.is_zoomed_in_x


async def test_going_back_pauses_first() -> None:
    async with dashboard() as board:
        await board.press("w", "left")
        assert board.run.rollouts[0].calls == ["toggle_pause", "advance -1"]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("marker", ["braille", "ascii"])
async def test_a_comparison_shows_both_policies_where_there_is_room(size: tuple[int, int], marker: str) -> None:
    async with dashboard(size, marker=marker) as board:
        await board.press("w", "c")
        text = await board.press("z")
        assert "cannot be drawn" not in text
        if size[0] >= 80:
            assert "A live @ step 12,400" in text
            assert "B best @ step 10,000" in text
        else:
            assert "B best" in text or "no room for two" in text
        assert marker != "ascii" or text.isascii()


async def test_a_click_on_the_time_line_moves_the_playhead() -> None:
    class Still(fakes.FakeRollout):
        """Does not move."""

        def _show(self, step: int) -> None:
            pass

    rollout = Still()
    rollout.frame = dataclasses.replace(fakes.make_frame(40), timeline=Timeline(40, 100, 100))
    app = DqnTuiApp(WatchScreen(rollout, title="CartPole-v1", marker="braille"))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        lines = screen_text(app).splitlines()
        y = next(place for place, line in enumerate(lines) if line.startswith("│ step"))
        left, right = lines[y].index("━"), lines[y].rindex("─")
        await pilot.click(offset=(left, y))
        await pilot.click(offset=(right, y))
        await pilot.click(offset=((left + right) // 2, y))
        await pilot.click(offset=(left, y - 1))
    assert rollout.calls[:2] == ["seek 0", "seek 100"]
    assert rollout.calls[2] in ("seek 49", "seek 50", "seek 51")
    assert rollout.calls[3:] == ["close"]


async def watched(frame: RolloutFrame, size: tuple[int, int] = (120, 40), marker: str = "braille") -> str:
    rollout = fakes.FakeRollout()
    rollout.frame = frame
    app = DqnTuiApp(WatchScreen(rollout, title="", marker=marker))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        return screen_text(app)


RECORDED = dataclasses.replace(
    fakes.make_frame(40, 312), is_recorded=True, action_names=("left", "right"), action=0, taken=1
)


async def test_a_recorded_episode_shows_the_action_taken_beside_the_greedy_one() -> None:
    text = await watched(RECORDED)
    assert "training episode 312" in text
    assert "● taken right   ◀ greedy left" in text
    same = await watched(dataclasses.replace(RECORDED, taken=0))
    assert "● taken left" in same
    assert "greedy" not in same


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_record_that_does_not_come_out_is_said_plainly_and_a_match_quietly(size: tuple[int, int]) -> None:
    problem = "episode 312 does not come out as recorded"
    text = await watched(dataclasses.replace(RECORDED, note=problem, is_note_warning=True), size)
    assert "⚠ episode 312 does not" in text
    assert "✓ as recorded" in await watched(dataclasses.replace(RECORDED, note="as recorded"), size)


async def test_a_long_one_hot_vector_is_the_number_of_a_state() -> None:
    vector = tuple(float(place == 5) for place in range(16))
    assert "state 5 of 16" in await watched(dataclasses.replace(fakes.make_frame(3), observation=vector))
    text = await watched(dataclasses.replace(fakes.make_frame(3), observation=(0.0, 1.0, 0.0)))
    assert "state" not in text


async def test_many_entries_and_actions_leave_the_picture_its_place() -> None:
    names = tuple(f"entry {place}" for place in range(27))
    frame = dataclasses.replace(
        fakes.make_frame(3),
        q_values=tuple(np.linspace(0, 1, 18).tolist()),
        action=17,
        observation=tuple(range(27)),
        observation_names=names,
    )
    for size in ((80, 24), (120, 40), (200, 60)):
        text = await watched(frame, size)
        assert "▀" in text
        assert "entry 0" in text or size == (80, 24)
        assert "Q(17)" in text
    assert "entry 26" in text


async def test_the_palette_offers_the_keys_of_an_open_rollout() -> None:
    async with dashboard() as board:
        assert not [command for command in board.screen.commands() if command.title.startswith("Rollout")]
        await board.press("w")
        commands = {command.title: command for command in board.screen.commands()}
        await commands["Rollout: Compare"].callback()
        assert board.run.rollouts[0].calls == ["toggle_compare"]
    screen = WatchScreen(fakes.FakeRollout(), title="", marker="braille")
    app = DqnTuiApp(screen)
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "Rollout: Policy" in {command.title for command in screen.commands()}
