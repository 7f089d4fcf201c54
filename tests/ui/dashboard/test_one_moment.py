"""All panels of a screen show the same moment, and one name means one number."""

from __future__ import annotations

import re

import pytest

from dqn_tui.view.text import fixed
from tests import fakes
from tests.ui.helpers import dashboard

# The log repeats what was true earlier.
_LOG_LINE = re.compile(r"\d\d:\d\d:\d\d [^ ] ")
_NUMBER = r"(-?[\d,]+(?:\.\d+)?)"
SIZES = [(80, 24), (100, 30), (120, 40), (160, 45), (200, 60)]


def values(text: str, label: str) -> set[str]:
    """Return the different numbers on the screen behind a label that is not part of a longer one."""
    return set(re.findall(rf"(?<!best )(?<!★ )(?<!\w){label} +{_NUMBER}", text))


@pytest.mark.parametrize("size", SIZES)
async def test_every_eval_on_a_screen_is_the_last_evaluation_and_every_best_eval_the_best(
    size: tuple[int, int],
) -> None:
    async with dashboard(size, steps=18_000) as board:
        for step in (21_000, 26_000, 31_000):
            board.run.emit(*(event for event in fakes.script(step) if event.step > board.view.step))
            board.run.emit(fakes.evaluated(step, 1_020.0, 100.0 + step / 1_000))
            board.screen._tick_on_time()
            await board.pilot.pause()
            text = "\n".join(line for line in (await board.look()).splitlines() if not _LOG_LINE.search(line))
            view = board.view
            assert view.last_evaluation is not None
            assert view.best_evaluation is not None
            assert view.best_evaluation.mean != view.last_evaluation.mean
            assert values(text, "eval") == {fixed(view.last_evaluation.mean)}
            assert values(text, "best eval") | values(text, "★ eval") <= {fixed(view.best_evaluation.mean)}
            assert values(text, "best ep") <= {fixed(view.best_return)}
            assert values(text, "last ep") <= {fixed(view.last_return)}


@pytest.mark.parametrize("size", SIZES)
async def test_one_tick_draws_every_panel_from_the_same_events(size: tuple[int, int]) -> None:
    async with dashboard(size, steps=18_000) as board:
        for step in (18_500, 19_000, 19_500):
            board.run.emit(*(event for event in fakes.script(step) if event.step > board.view.step))
            board.screen._tick_on_time()
            stale = [
                panel.id
                for panel in board.screen._stage._panels
                if panel.id and board.scene.has_place(panel.id) and panel._painted_key != panel._full_key()
            ]
            assert stale == []
            assert board.view.step == step


async def test_all_charts_over_steps_end_at_the_same_step() -> None:
    async with dashboard((200, 60), steps=20_000) as board:
        board.run.emit(fakes.progress(27_400, 1_020.0))
        text = await board.look()
        # Six charts, and the fill of the buffer.
        assert text.count("27.4k") == 7
