"""The screen of a person who plays: its keys, what it shows, and its way out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import numpy as np
import pytest
from textual.pilot import Pilot

from dqn_tui.key_map import KeyMap
from dqn_tui.playing import Agreement, PlayMoment
from dqn_tui.rollout import SPEEDS
from dqn_tui.ui.app.application import DqnTuiApp
from dqn_tui.ui.play.play_panel import SLOW_SECONDS
from dqn_tui.ui.play.play_screen import PlayScreen
from tests import fakes
from tests.ui.helpers import FEW_SIZES, screen_text

KEYS = KeyMap(((("left",),), (("right",), ("3",))))


class FakeSession:
    """Writes down what it is asked for."""

    def __init__(self, moment: PlayMoment | None) -> None:
        self.moment = moment
        self.error: str | None = None
        self.is_paused = self.is_stepwise = False
        self.speed = 1.0
        self.busy_seconds = 0.0
        self.calls: list[str] = []

    def start(self) -> None:
        self.calls.append("start")

    def press(self, key: str) -> None:
        self.calls.append(key)

    def toggle_pause(self) -> None:
        self.is_paused = not self.is_paused

    def toggle_stepwise(self) -> None:
        self.is_stepwise = not self.is_stepwise

    def change_speed(self, direction: int) -> None:
        self.speed = SPEEDS[SPEEDS.index(self.speed) + direction]

    def start_new_episode(self, *, is_same: bool) -> None:
        self.calls.append("again" if is_same else "new")

    def close(self) -> None:
        self.calls.append("close")


def make_moment(*, has_policy: bool = False, **changes: object) -> PlayMoment:
    """Return the eighth moment of an episode."""
    frame = fakes.make_frame(7, policy="saved @ step 6,000" if has_policy else "")
    frame = replace(frame, action_names=("left", "right"), observation_names=("x", "x'", "θ", "θ'"))
    frame = replace(frame, q_values=(1.25, 1.5) if has_policy else (), action=1 if has_policy else 0)
    agreement = Agreement(3, 7, 1) if has_policy else Agreement()
    moment = PlayMoment(frame, KEYS, 41, taken=0, agreement=agreement, best_return=12.0)
    return replace(moment, **changes)  # type: ignore[arg-type]


@asynccontextmanager
async def screen(
    session: FakeSession, size: tuple[int, int] = (120, 40), marker: str = "braille"
) -> AsyncIterator[tuple[DqnTuiApp, Pilot[int]]]:
    app = DqnTuiApp(PlayScreen(session, title="CartPole-v1 · runs/a", marker=marker))
    async with app.run_test(size=size, notifications=True) as pilot:
        await pilot.pause()
        yield app, pilot


async def look(app: DqnTuiApp, pilot: Pilot[int]) -> str:
    app.screen.query_one("#game").repaint_if_changed()  # type: ignore[attr-defined]
    await pilot.pause()
    return screen_text(app)


@pytest.mark.parametrize("size", FEW_SIZES)
@pytest.mark.parametrize("has_policy", [False, True])
async def test_keys_names_and_the_episode_are_shown(size: tuple[int, int], has_policy: bool) -> None:
    async with screen(FakeSession(make_moment(has_policy=has_policy)), size) as (app, pilot):
        text = await look(app, pilot)
        assert "PLAY" in text
        assert "cannot be drawn" not in text
        assert "▀" in text
        for words in ("← a", "left", "→ d", "right"):
            assert words in text
        assert "7.0" in text
        if size[0] >= 80:
            assert "seed 41" in text
            assert "12.0" in text


async def test_the_policys_choice_stands_beside_the_persons() -> None:
    async with screen(FakeSession(make_moment(has_policy=True))) as (app, pilot):
        text = await look(app, pilot)
        assert "you: ← left, the policy: right" in text
        assert "as the policy 43% (3 of 7)" in text
        (chosen,) = [line for line in text.splitlines() if "◀ policy" in line]
        assert "right" in chosen
        assert "1.50" in chosen
        (taken,) = [line for line in text.splitlines() if "● ←" in line]
        assert "1.25" in taken


async def test_keys_of_actions_reach_the_session_and_others_do_not() -> None:
    session = FakeSession(make_moment())
    async with screen(session) as (_, pilot):
        await pilot.press("left", "d", "3", "z", "up", "space")
    assert session.calls == ["start", "left", "d", "3", "close"]


async def test_keys_of_the_program_start_episodes_and_switch_modes() -> None:
    session = FakeSession(make_moment())
    async with screen(session) as (app, pilot):
        await pilot.press("n", "r", "plus", "p")
        assert session.calls == ["start", "new", "again"]
        assert session.speed == 2.0
        text = await look(app, pilot)
        assert "▌▌ paused 2×" in text
        await pilot.press("p", "m")
        assert "step by step" in await look(app, pilot)
        await pilot.press("p")
        assert not session.is_paused
        assert "Steps wait for you" in await look(app, pilot)
        await pilot.press("minus")
        assert session.speed == 2.0


async def test_help_lists_the_keys_of_the_actions() -> None:
    async with screen(FakeSession(make_moment())) as (app, pilot):
        await pilot.press("question_mark")
        await pilot.pause()
        shown = "".join(str(widget.render()) for widget in app.screen.query("Static"))
        assert "← a" in shown
        assert "→ d" in shown
        assert "the same episode again" in shown


async def test_q_leaves_and_closes_the_session() -> None:
    session = FakeSession(make_moment())
    async with screen(session) as (app, pilot):
        await pilot.press("q")
        await pilot.pause()
        assert app.return_code == 0
    assert session.calls[-1] == "close"


async def test_what_to_do_now_is_said() -> None:
    session = FakeSession(make_moment(is_waiting=True))
    async with screen(session) as (app, pilot):
        assert "press a key of an action to start" in await look(app, pilot)
        ended = make_moment()
        session.moment = replace(ended, frame=replace(ended.frame, ending="truncated"))
        assert "truncated at step 7  n new  r again" in await look(app, pilot)
        session.moment, session.is_paused = make_moment(), True
        assert "paused: p continues" in await look(app, pilot)
        session.busy_seconds = SLOW_SECONDS + 3
        assert "the environment has not answered for 5 s" in await look(app, pilot)
        session.error = "RuntimeError: [b]no display[/b]"
        assert "RuntimeError: [b]no display[/b]" in await look(app, pilot)


async def test_in_ascii_there_is_nothing_else() -> None:
    async with screen(FakeSession(make_moment(has_policy=True)), marker="ascii") as (app, pilot):
        text = await look(app, pilot)
        assert text.isascii()
        assert "left a" in text


@pytest.mark.parametrize("has_policy", [False, True])
async def test_many_actions_are_cut_with_their_number(has_policy: bool) -> None:
    keys = KeyMap(tuple(((str(action),),) if action < 10 else () for action in range(300)))
    moment = make_moment()
    values = tuple(map(float, range(300))) if has_policy else ()
    frame = replace(moment.frame, q_values=values, action=299 if has_policy else 0, action_names=())
    frame = replace(frame, picture=np.zeros((8, 8, 3), np.uint8))
    async with screen(FakeSession(replace(moment, keys=keys, frame=frame)), (80, 24)) as (app, pilot):
        text = await look(app, pilot)
        assert "action 0" in text
        assert "more" in text
        assert ("action 299" in text) == has_policy


async def test_masked_actions_say_so() -> None:
    moment = make_moment(has_policy=True)
    masked = replace(moment, frame=replace(moment.frame, mask=(False, True)))
    async with screen(FakeSession(masked)) as (app, pilot):
        assert "masked" in await look(app, pilot)
