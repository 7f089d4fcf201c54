"""The dashboard at every size and in every state."""

from __future__ import annotations

import math
from typing import Any

import pytest
from rich.cells import cell_len

from dqn_tui import events
from dqn_tui.control import Access
from dqn_tui.ui.widgets.panel import Panel
from tests import fakes
from tests.ui.helpers import FEW_SIZES, SIZES, dashboard, screen_text


@pytest.mark.parametrize("size", SIZES)
async def test_each_size_shows_the_state_and_the_return_chart(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        text = await board.look()
        assert "RUNNING" in text
        assert "1 Return" in text
        assert "40%" in text
        assert "cannot be drawn" not in text
        assert {cell_len(line) for line in text.splitlines()} == {size[0]}
        assert len(text.splitlines()) == size[1]


@pytest.mark.parametrize("size", SIZES)
async def test_before_the_first_event_the_same_layout_says_loading(size: tuple[int, int]) -> None:
    async with dashboard(size, steps=None) as board:
        text = await board.look()
        assert "loading…" in text
        assert "1 Return" in text


async def test_training_starts_after_the_first_picture() -> None:
    async with dashboard(steps=None) as board:
        assert board.run.is_started


@pytest.mark.parametrize("size", [(39, 11), (39, 40), (120, 11), (1, 1), (20, 4)])
async def test_a_screen_that_is_too_small_says_so(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        text = await board.look()
        assert "1 Return" not in text
        if size[0] > 20 and size[1] > 4:
            assert "40x12" in text
            assert f"{size[0]}x{size[1]}" in text


@pytest.mark.parametrize("size", SIZES[2:])
async def test_all_metrics_show_from_80_columns_on(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        text = await board.look()
        for name in ("Return", "Loss", "Q mean", "Actions", "TD error", "Start Q", "Grad", "Epsilon", "Ep length"):
            assert name in text
        assert "Buffer" in text or size[1] <= 30


async def test_charts_without_numbers_say_what_they_wait_for() -> None:
    async with dashboard(steps=None) as board:
        board.run.emit(fakes.started(), fakes.progress(640, 1_001.0))
        text = await board.look()
        assert text.count("learning starts in 360 steps") == 2
        assert "the first episode is running" in text
        assert "the first evaluation comes" in text
        assert "WARM-UP" in text


async def test_each_state_has_its_word() -> None:
    async with dashboard() as board:
        now: Any = {"step": 20_000, "time": 1_011.0}
        for event, word in (
            (events.SaveStarted(**now), "SAVING"),
            (fakes.saved(20_000, 1_011.0), "RUNNING"),
            (events.EvaluationStarted(episodes=5, **now), "EVALUATING"),
            (fakes.evaluated(20_000, 1_011.0, 300.0), "RUNNING"),
            (events.Paused(**now), "PAUSED"),
            (events.Resumed(pause_seconds=1.0, **now), "RUNNING"),
            (events.StopRequested(**now), "STOPPING"),
            (fakes.ended(20_000, 1_011.0), "DONE"),
        ):
            board.run.emit(event)
            assert word in (await board.look()).splitlines()[0]


@pytest.mark.parametrize("size", SIZES)
async def test_the_summary_stands_beside_the_charts(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        board.run.emit(fakes.ended(20_000, 1_011.0, "solved", checkpoint="runs/x/checkpoints/step_000020000"))
        text = await board.look()
        assert "Summary" in text
        assert "1 Return" in text
        assert "solved at step 20,000" in text
        assert "287.4" in text
        assert "cannot be drawn" not in text


@pytest.mark.parametrize("size", SIZES)
async def test_a_failed_run_shows_its_error(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        board.run.emit(fakes.failed(20_000, 1_011.0, "ValueError: boom"))
        text = await board.look()
        assert "FAILED" in text
        assert "ValueError: boom" in text
        if size[0] >= 60:
            assert "error.log" in text


async def test_settings_begin_with_the_members_that_are_on_and_follow_a_change() -> None:
    async with dashboard((200, 60), steps=None) as board:
        members = {"double": True, "dueling": False, "noisy": True, "noisy_std": 0.25, "n_steps": 3}
        board.run.emit(fakes.started(config={"net_arch": [64], "gamma": 0.99, **members}))
        rows = [row for row in (await board.look()).splitlines() if "Settings" not in row]
        found = [next(n for n, row in enumerate(rows) if f" {key} " in row) for key in (
            "double", "n_steps", "noisy", "noisy_std", "net_arch", "gamma", "dueling",
        )]  # fmt: skip
        assert found == list(range(found[0], found[0] + 7))
        board.run.emit(events.SettingChanged(step=1, time=1_001.0, key="gamma", old=0.99, new=0.875))
        assert "0.875" in await board.look()


async def test_numbers_that_are_not_finite_do_no_harm() -> None:
    async with dashboard((200, 60)) as board:
        for step, bad in enumerate((math.nan, math.inf, -math.inf, 1e300, -1e300, 0.0), start=20_001):
            names = fakes.progress(20_000, 1_011.0).metrics
            board.run.emit(
                events.Progress(step=step, time=1_012.0, metrics=dict.fromkeys(names, bad)),
                events.EpisodeEnded(
                    step=step, time=1_012.0, episode=400, episode_return=bad, length=1, is_truncated=False, seconds=0.0
                ),
                fakes.evaluated(step, 1_012.0, bad, is_best=True, std=bad),
            )
            text = await board.look()
            assert "RUNNING" in text
            assert "cannot be drawn" not in text
        for size in SIZES:
            await board.pilot.resize_terminal(*size)
            assert "cannot be drawn" not in await board.look()


async def test_strings_from_outside_are_shown_as_they_are_and_do_nothing() -> None:
    nasty = "[red]x[/red] \x1b[31m\x1b]0;title\x07[@click=app.quit]y[/]"
    async with dashboard((200, 60), steps=None) as board:
        board.run.emit(
            fakes.started(env=nasty, run=nasty, config={"net_arch": nasty, nasty: nasty}),
            events.WarningRaised(step=1, time=1_001.0, message=nasty),
            events.CheckpointSaved(
                step=1, time=1_001.0, path=nasty, size_bytes=1, seconds=0.0, reason="request", eval_mean=None
            ),
        )
        text = await board.look()
        assert "[red]x[/red] [@click=app.quit]y[/]" in text
        assert "\x1b" not in text
        board.run.emit(fakes.failed(2, 1_002.0, nasty))
        assert "\x1b" not in await board.look()


async def test_resizing_again_and_again_draws_what_the_size_has_room_for() -> None:
    async with dashboard() as board:
        for width, height in [*SIZES, (39, 11), (1, 1), *reversed(SIZES), (300, 100)]:
            await board.pilot.resize_terminal(width, height)
            text = await board.look()
            assert {cell_len(line) for line in text.splitlines()} == {width}
            assert "cannot be drawn" not in text


@pytest.mark.parametrize("size", FEW_SIZES)
async def test_ascii_mode_shows_nothing_but_ascii(size: tuple[int, int]) -> None:
    async with dashboard(size, marker="ascii") as board:
        board.run.emit(events.WarningRaised(step=1, time=1_001.0, message="Größe 漢字 ✓"))
        assert (await board.look()).isascii()
        for keys in (["question_mark"], ["escape", "w"], ["space"], ["escape", "s"], ["z"], ["z", "f"], ["q"]):
            text = await board.press(*keys)
            assert text.isascii(), {char for char in text if not char.isascii()}
        await board.press("escape")
        board.run.emit(fakes.ended(20_000, 1_011.0, checkpoint="runs/ü/x"))
        assert (await board.look()).isascii()
        await board.press("ctrl+p")
        text = await board.look()
        assert text.isascii(), {char for char in text if not char.isascii()}


async def test_every_theme_can_be_drawn() -> None:
    async with dashboard((80, 24)) as board:
        first = board.app.theme
        seen = {first}
        while True:
            await board.press("T")
            assert "RUNNING" in screen_text(board.app)
            if board.app.theme == first:
                break
            seen.add(board.app.theme)
        assert len(seen) >= 10


async def test_the_picture_stays_cached_while_nothing_happens() -> None:
    async with dashboard() as board:
        await board.look()
        chart = board.screen.query_one("#return", Panel)
        before = chart._strips
        await board.look()
        assert chart._strips is before


async def test_a_run_that_is_still_being_read_is_not_called_read_only() -> None:
    async with dashboard() as board:
        board.run.granted = Access(is_own=False, is_loading=True, refusal="it is still being read")
        assert "Read-only" not in await board.look()
        board.run.granted = Access(is_own=False)
        assert "Read-only" not in await board.look()
        board.run.granted = Access(is_own=False, refusal="its socket is gone")
        assert "Read-only: its socket is gone" in await board.look()
