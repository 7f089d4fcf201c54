"""The commands that continue from a run."""

from __future__ import annotations

from typing import Any

import pytest

from dqn_tui import events
from dqn_tui.events import EndReason
from dqn_tui.view.next_steps import next_steps
from tests.view.test_run_view import at, ended, failed, saved, started, view_of


def commands(*seen: events.Event) -> list[str]:
    return [step.command for step in next_steps(view_of(*seen), "runs/a")]


@pytest.mark.parametrize(
    ("reason", "resume"),
    [
        (EndReason.COMPLETED, "dqn-tui --resume runs/a --steps 100000"),
        (EndReason.SOLVED, "dqn-tui --resume runs/a --steps 100000 --set until_solved=false"),
        (EndReason.STOPPED, "dqn-tui --resume runs/a"),
    ],
)
def test_continuation_fits_the_end(reason: EndReason, resume: str) -> None:
    assert commands(started(), ended(reason=reason, checkpoint="c")) == [
        "dqn-tui watch runs/a",
        "dqn-tui eval runs/a",
        resume,
    ]


def test_run_that_was_solved_before_its_last_step_needs_no_more_steps() -> None:
    assert commands(started(), ended(2_000, EndReason.SOLVED, checkpoint="c"))[-1] == (
        "dqn-tui --resume runs/a --set until_solved=false"
    )


@pytest.mark.parametrize(
    ("rate", "options"),
    [
        (1e-3, " --set learning_rate=0.0001"),
        (2.5e-4, " --set learning_rate=2.5e-05"),
        ("lin_1e-3", " --set learning_rate=lin_0.0001"),
        (None, ""),
    ],
)
def test_diverged_run_is_retried_with_a_tenth_of_the_learning_rate(rate: Any, options: str) -> None:
    seen = started(config={"learning_rate": rate}), saved(1_000), ended(reason=EndReason.DIVERGED)
    assert commands(*seen)[-1] == f"dqn-tui --resume runs/a{options}"


def test_without_a_checkpoint_there_is_no_command() -> None:
    assert commands(started(), failed()) == []
    assert commands(started(), ended()) == []


def test_a_run_with_nothing_but_its_best_checkpoint_resumes_from_that() -> None:
    best = events.CheckpointSaved(**at(5), path="runs/a/best", size_bytes=1, seconds=0.0, reason="best")
    assert commands(started(), best, ended(reason=EndReason.STOPPED)) == [
        "dqn-tui watch runs/a",
        "dqn-tui eval runs/a",
        "dqn-tui --resume runs/a",
    ]


def test_words_of_a_command_are_quoted_for_the_shell() -> None:
    view = view_of(started(imports=["my games"]), ended(checkpoint="c"))
    assert next_steps(view, "my runs/a", ["more"])[0].command == (
        "dqn-tui watch 'my runs/a' --import 'my games' --import more"
    )


def test_a_command_names_the_wrappers_of_the_run_again() -> None:
    run = started(config={"wrappers": ["mine:Shaped(bonus=1)"]})
    assert commands(run, ended(reason=EndReason.STOPPED, checkpoint="c"))[0] == (
        "dqn-tui watch runs/a --wrap 'mine:Shaped(bonus=1)'"
    )
