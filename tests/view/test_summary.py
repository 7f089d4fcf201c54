"""A finished run in a few lines."""

from __future__ import annotations

from dqn_tui.view.summary import summarize
from tests.view.test_run_view import ended, failed, saved, started, view_of


def test_finished_run_shows_results_checkpoint_and_the_command_that_watches_it() -> None:
    view = view_of(started(imports=["my games"]), ended(checkpoint="runs/a/checkpoints/step_000050000"))
    assert summarize(view, "runs/a", ["more"]) == [
        "completed at step 50,000: 312 episodes, 12,250 updates, 00:26, 1,874 steps/s",
        "mean return 287.4 (last 100 episodes), best evaluation 437.2",
        "checkpoint  runs/a/checkpoints/step_000050000",
        "watch it    dqn-tui watch runs/a --import 'my games' --import more",
    ]


def test_import_named_twice_is_in_the_command_once() -> None:
    view = view_of(started(imports=["games"]), ended(checkpoint="c"))
    assert summarize(view, "r", ["games"])[-1] == "watch it    dqn-tui watch r --import games"


def test_run_without_a_last_checkpoint_names_the_newest_one() -> None:
    assert summarize(view_of(started(), saved(2_000), ended()), "runs/a")[2:] == [
        "run folder  runs/a",
        "nothing was saved at the end; newest checkpoint: runs/a/step_000002000, of step 2,000",
    ]
    assert summarize(view_of(started(), ended()), "runs/a")[-1] == (
        "nothing was saved at the end; there is no checkpoint"
    )


def test_failed_last_save_is_explained_once() -> None:
    lines = summarize(view_of(started(), saved(2_000), ended(save_problem="disk full")), "runs/a")
    assert lines[2:] == [
        "run folder  runs/a",
        "dqn-tui: the last save failed: disk full; newest checkpoint: runs/a/step_000002000, of step 2,000",
    ]


def test_failed_run_names_error_and_traceback() -> None:
    assert summarize(view_of(started(), failed()), "runs/a") == [
        "dqn-tui: run failed at step 10: ValueError: no; traceback in runs/a/error.log"
    ]


def test_run_that_has_not_ended_continues() -> None:
    assert summarize(view_of(started()), "runs/a") == ["the run continues in runs/a"]
