"""A finished run in a few lines."""

from __future__ import annotations

import pytest

from dqn_tui.events import EndReason
from dqn_tui.view.summary import summarize
from tests.view.test_run_view import ended, failed, saved, started, view_of


def test_finished_run_shows_results_checkpoint_and_the_next_commands() -> None:
    view = view_of(started(imports=["my games"], goal=475.0), ended(checkpoint="runs/a/checkpoints/step_000050000"))
    assert summarize(view, "runs/a", ["more"]) == [
        "completed at step 50,000: 312 episodes, 12,250 updates, 00:26, 1,874 steps/s",
        "mean return 287.4 (last 100 episodes), best evaluation 437.2; goal 475 not reached",
        "checkpoint:",
        "  runs/a/checkpoints/step_000050000",
        "watch it, evaluate it, extend it:",
        "  dqn-tui watch runs/a --import 'my games' --import more",
        "  dqn-tui eval runs/a --import 'my games' --import more",
        f"  dqn-tui --resume runs/a --steps {2 * view.total_timesteps} --import 'my games' --import more",
    ]


@pytest.mark.parametrize(
    ("goal", "words"), [(437.2, "; goal 437.2 reached"), (438.0, "; goal 438 not reached"), (None, "437.2")]
)
def test_summary_says_whether_the_goal_was_reached(goal: float | None, words: str) -> None:
    assert summarize(view_of(started(goal=goal), ended()), "r")[1].endswith(words)


def test_stopped_run_can_be_resumed_and_a_solved_one_extended() -> None:
    stopped = summarize(view_of(started(), ended(reason=EndReason.STOPPED, checkpoint="c")), "r")
    assert stopped[4:] == [
        "watch it, evaluate it, resume it:", "  dqn-tui watch r", "  dqn-tui eval r", "  dqn-tui --resume r"
    ]  # fmt: skip
    solved = summarize(view_of(started(), ended(reason=EndReason.SOLVED, checkpoint="c")), "r")
    assert solved[-1] == "  dqn-tui --resume r --steps 100000 --set until_solved=false"


def test_import_named_twice_is_in_the_command_once() -> None:
    view = view_of(started(imports=["games"]), ended(checkpoint="c"))
    assert "  dqn-tui watch r --import games" in summarize(view, "r", ["games"])


def test_run_without_a_last_checkpoint_names_the_newest_one() -> None:
    assert summarize(view_of(started(), saved(2_000), ended()), "runs/a")[2:4] == [
        "nothing was saved at the end; newest checkpoint: runs/a/step_000002000, of step 2,000",
        "watch it, evaluate it, extend it:",
    ]
    assert summarize(view_of(started(), ended()), "runs/a")[2:] == [
        "nothing was saved at the end; there is no checkpoint",
        "run folder:",
        "  runs/a",
    ]


def test_paths_are_shortened() -> None:
    def shorten(path: str) -> str:
        return f"<{path}>"

    view = view_of(started(), saved(2_000), ended(checkpoint="c"))
    assert "  <c>" in summarize(view, "r", shorten=shorten)
    assert "<runs/a/step_000002000>" in summarize(view_of(started(), saved(2_000), ended()), "r", (), shorten)[2]
    assert "<runs/a/error.log>" in summarize(view_of(started(), failed()), "r", (), shorten)[0]


def test_failed_last_save_is_explained_once() -> None:
    lines = summarize(view_of(started(), saved(2_000), ended(save_problem="disk full")), "runs/a")
    assert lines[2] == (
        "dqn-tui: the last save failed: disk full; newest checkpoint: runs/a/step_000002000, of step 2,000"
    )
    assert "nothing was saved" not in "".join(lines)


def test_failed_run_names_error_and_traceback() -> None:
    assert summarize(view_of(started(), failed()), "runs/a") == [
        "dqn-tui: run failed at step 10: ValueError: no; traceback in runs/a/error.log"
    ]


def test_run_that_has_not_ended_continues() -> None:
    assert summarize(view_of(started()), "runs/a") == ["the run continues in runs/a"]
