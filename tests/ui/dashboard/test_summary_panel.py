"""The summary of a run that has ended."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from dqn_tui import events
from dqn_tui.events import RunEnded, RunFailed
from dqn_tui.view.text import fixed
from tests import fakes
from tests.ui.helpers import SIZES, Dashboard, dashboard, screen_text

RUN = "runs/CartPole-v1__s1__20261122-123000"
CHECKPOINT = f"{RUN}/checkpoints/step_000020000"
WIDE = [size for size in SIZES if size[0] >= 80 and size[1] >= 24]


def ended(reason: str = "completed", best: float | None = 437.2, **changes: object) -> RunEnded:
    event = fakes.ended(20_000, 1_011.0, reason, checkpoint=CHECKPOINT)
    return msgspec.structs.replace(event, **{"best_eval_mean": best, **changes})


def failed(**changes: object) -> RunFailed:
    values = {"error_log": f"{RUN}/error.log", "checkpoint": CHECKPOINT, **changes}
    return msgspec.structs.replace(fakes.failed(20_000, 1_011.0), **values)


async def end(board: Dashboard, event: RunEnded | RunFailed | events.RunInterrupted, run: str = RUN) -> str:
    board.view.run = run
    board.run.emit(event)
    return await board.look()


def panel_rows(board: Dashboard) -> list[str]:
    """The rows of the summary, without what is beside it."""
    place = board.screen.query_one("#summary").region
    rows = screen_text(board.app).splitlines()[place.y : place.bottom]
    return [row[place.x : place.right] for row in rows]


@pytest.mark.parametrize(("best", "said"), [(475.0, "475 reached"), (474.9, "475 not reached")])
@pytest.mark.parametrize("size", SIZES)
async def test_summary_says_whether_the_goal_was_reached(size: tuple[int, int], best: float, said: str) -> None:
    async with dashboard(size) as board:
        assert said in await end(board, ended(best=best))


async def test_summary_without_goal_or_evaluation_promises_nothing() -> None:
    async with dashboard() as board:
        assert "475, never evaluated" in await end(board, ended(best=None))
    async with dashboard() as board:
        board.view.goal = None
        text = await end(board, ended())
        assert "goal        none" in text


async def test_a_run_without_a_last_event_has_what_was_reported_of_it() -> None:
    async with dashboard() as board:
        evaluated = board.view.best_evaluation
        assert evaluated is not None
        text = await end(board, events.RunInterrupted(time=1_011.0, step=20_000))
        assert f"best eval   {fixed(evaluated.mean)}" in text
        assert f"episodes    {board.view.episodes:,}" in text
        assert "475 not reached" in text


@pytest.mark.parametrize(
    ("event", "command"),
    [
        (ended(), f"dqn-tui --resume {RUN} --steps 100000"),
        (ended("stopped"), f"dqn-tui --resume {RUN}"),
        (ended("solved"), f"dqn-tui --resume {RUN} --set until_solved=false"),
        (ended("diverged", checkpoint=None, cause="the loss is nan"), f"dqn-tui --resume {RUN} --set"),
        (failed(), f"dqn-tui --resume {RUN}"),
    ],
    ids=["completed", "stopped", "solved", "diverged", "failed"],
)
@pytest.mark.parametrize("size", WIDE)
async def test_summary_offers_what_is_next(size: tuple[int, int], event: RunEnded | RunFailed, command: str) -> None:
    async with dashboard(size) as board:
        text = await end(board, event)
        # It may be broken between words.
        assert command in " ".join(" ".join(panel_rows(board)).split())
        assert "w watch" in text
        assert "y Copy path" in text.splitlines()[-1]


async def test_path_of_a_run_starts_at_the_edge_and_is_broken_only_at_the_width() -> None:
    run = "/home/someone/" + "a-folder-with-a-long-name/" * 3 + "run"
    async with dashboard((80, 24)) as board:
        rows = (await end(board, failed(error_log=f"{run}/error.log", checkpoint=None), run)).splitlines()
        first = next(y for y, row in enumerate(rows) if "traceback" in row) + 1
        assert rows[first] + rows[first + 1].rstrip() == f"{run}/error.log"
        assert len(rows[first].rstrip()) == 80


async def test_path_inside_the_working_folder_is_relative_to_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    async with dashboard() as board:
        text = await end(board, ended(), str(tmp_path / "runs" / "a"))
        assert "dqn-tui watch runs/a" in text
        await board.press("y")
        assert board.app.clipboard == str(tmp_path / "runs" / "a")


async def test_summary_of_a_failed_run_without_a_checkpoint_offers_no_command() -> None:
    async with dashboard(steps=400) as board:
        text = await end(board, failed(checkpoint=None))
        assert "--resume" not in text
        assert "dqn-tui watch" not in text
        assert RUN in text


@pytest.mark.parametrize("event", [ended(save_problem="disk full"), failed(save_problem="disk full")])
async def test_summary_says_that_the_last_save_failed(event: RunEnded | RunFailed) -> None:
    async with dashboard() as board:
        assert "disk full" in await end(board, event)


async def test_w_watches_the_policy_of_a_run_that_has_ended() -> None:
    async with dashboard() as board:
        await end(board, ended())
        assert "ROLLOUT" in await board.press("w")
        assert "Summary" in await board.press("escape")
