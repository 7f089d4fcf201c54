"""Runs that are complete, and runs that resume to finish what is left."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from dqn_tui import events
from dqn_tui.control import Request, Save, Stop
from dqn_tui.events import Event
from dqn_tui.runs.checkpoint import find_checkpoints, read_checkpoint, read_settings
from dqn_tui.runs.journal import read_journal
from dqn_tui.training.completion import is_complete
from tests.helpers import Session, call_program, change_state, one_line, resume_run, train


def request_at(kind: type[Event], step: int, *requests: Request) -> Any:
    """Return a callback that submits requests after an event of a kind at a step."""

    def submit(event: Event) -> Iterable[Request]:
        return requests if isinstance(event, kind) and event.step == step else ()

    return submit


def resume(session: Session, *arguments: str) -> list[Event]:
    """Resume as the program does; return the whole journal."""
    assert call_program("--resume", str(session.folder.path), "--no-ui", *arguments) == 0
    return list(read_journal(session.folder.events))


def newest_is_complete(session: Session) -> bool:
    checkpoint = find_checkpoints(session.folder)[-1]
    return is_complete(session.folder, checkpoint, read_settings(checkpoint))


def test_a_run_stopped_in_its_last_evaluation_resumes_and_evaluates(tmp_path: Path) -> None:
    straight = train(tmp_path / "straight").only(events.Evaluated)
    session = train(tmp_path / "stopped", on_event=request_at(events.EvaluationStarted, 200, Stop()))
    assert session.only(events.RunEnded).step == 200
    assert not newest_is_complete(session)
    journal = resume(session)
    (evaluated,) = [event for event in journal if isinstance(event, events.Evaluated)]
    assert (evaluated.step, evaluated.mean) == (200, straight.mean)
    assert read_checkpoint(session.folder.best).eval_mean == straight.mean
    assert isinstance(journal[-1], events.RunEnded)
    assert journal[-1].reason == "completed"
    assert newest_is_complete(session)


def test_a_run_stopped_in_its_last_burst_of_updates_resumes_and_makes_them(tmp_path: Path) -> None:
    more: dict[str, Any] = {"train_freq": 200, "gradient_steps": 20, "learning_starts": 200}
    straight = train(tmp_path / "straight", **more).only(events.RunEnded)
    session = train(tmp_path / "stopped", on_event=request_at(events.LearningStarted, 200, Stop()), **more)
    assert session.only(events.RunEnded).updates == 1
    assert not newest_is_complete(session)
    ended = resume(session)[-1]
    assert isinstance(ended, events.RunEnded)
    assert (ended.updates, ended.weights_sha256) == (20, straight.weights_sha256)


@pytest.mark.parametrize("settings", [{}, {"env": "Toy/Goal-v0", "until_solved": True}], ids=["completed", "solved"])
def test_a_run_with_nothing_left_to_do_is_complete(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], settings: dict[str, Any]
) -> None:
    session = train(tmp_path, **settings)
    assert newest_is_complete(session)
    assert call_program("--resume", str(session.folder.path), "--no-ui") == 2
    assert "is complete with 200 of 200 steps" in one_line(capfd.readouterr().err)


def test_a_run_killed_before_its_last_event_is_not_complete(tmp_path: Path) -> None:
    session = train(tmp_path)
    lines = session.folder.events.read_text().splitlines(keepends=True)
    session.folder.events.write_text("".join(lines[:-1]))
    assert not newest_is_complete(session)


def test_a_checkpoint_without_its_chores_is_damaged(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    session = train(tmp_path)
    (checkpoint,) = find_checkpoints(session.folder)
    change_state(checkpoint.path, lambda state: state.pop("chores"))
    assert call_program("--resume", str(session.folder.path), "--no-ui") == 2
    assert "is damaged: KeyError 'chores'; there is no older checkpoint" in one_line(capfd.readouterr().err)


def test_a_resumed_run_still_knows_the_evaluation_of_its_step(tmp_path: Path) -> None:
    session = train(tmp_path, eval_every=100, on_event=request_at(events.Evaluated, 100, Stop()))
    (checkpoint,) = find_checkpoints(session.folder)
    assert checkpoint.eval_mean == session.only(events.Evaluated).mean
    again = resume_run(session.folder, first=[Save(), Stop(should_save=False)])
    assert again.only(events.CheckpointSaved).eval_mean == checkpoint.eval_mean
    assert read_checkpoint(checkpoint.path).eval_mean == checkpoint.eval_mean


@pytest.mark.parametrize("gradient_steps", [1, 8])
def test_updates_owed_under_an_older_setting_are_not_damage(tmp_path: Path, gradient_steps: int) -> None:
    session = train(tmp_path, train_freq=8, gradient_steps=8, on_event=request_at(events.LearningStarted, 40, Stop()))
    assert session.only(events.RunEnded).updates == 1
    ended = resume(session, "--set", f"gradient_steps={gradient_steps}")[-1]
    assert isinstance(ended, events.RunEnded)
    assert ended.updates == 1 + min(7, gradient_steps) + 20 * gradient_steps


@pytest.mark.parametrize("word", ["dance", 7])
def test_an_unknown_chore_is_refused_by_name(tmp_path: Path, capfd: pytest.CaptureFixture[str], word: object) -> None:
    session = train(tmp_path)
    (checkpoint,) = find_checkpoints(session.folder)
    change_state(checkpoint.path, lambda state: state.update(chores=["evaluate", word]))
    assert call_program("--resume", str(session.folder.path), "--no-ui", "--steps", "400") == 2
    line = one_line(capfd.readouterr().err)
    assert f"unknown chore {word!r}; allowed are evaluate, confirm, save" in line
