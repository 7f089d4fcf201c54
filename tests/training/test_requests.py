"""Pausing, stepping, saving, evaluating and stopping, one request at a time and without threads."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from dqn_tui import events
from dqn_tui.control import CopyPolicy, Evaluate, Pause, Request, Resume, Save, Stop, TakeStep
from dqn_tui.dqn.network import QNetwork
from dqn_tui.events import Event
from dqn_tui.training.policy import Policy
from tests.helpers import Session, train


def names_between(session: Session, first: str, last: str) -> list[str]:
    names = session.names
    start = names.index(first)
    return names[start + 1 : names.index(last, start)]


def test_each_step_while_paused_is_exactly_one_environment_step(tmp_path: Path) -> None:
    session = train(tmp_path, first=[Pause()], script=[*[TakeStep()] * 60, Resume()], train_freq=1, gradient_steps=3)
    assert session.control.waited_at == list(range(61))
    assert session.only(events.RunEnded).reason == "completed"


def test_a_pause_is_confirmed_before_anything_else_and_no_step_follows(tmp_path: Path) -> None:
    session = train(tmp_path, first=[Pause()], script=[Resume()])
    assert session.names[:3] == ["run_started", "paused", "resumed"]
    assert (session.only(events.Paused).step, session.only(events.Resumed).step) == (0, 0)


def test_saving_evaluating_and_copying_are_served_while_paused(tmp_path: Path) -> None:
    copied: list[int] = []
    requests = [Save(), Evaluate(), CopyPolicy(lambda policy: copied.append(policy[1])), TakeStep(), Resume()]
    session = train(tmp_path, first=[Pause()], script=requests)
    assert session.control.waited_at == [0, 0, 0, 0, 1]
    assert names_between(session, "paused", "resumed")[:6] == [
        "save_started", "checkpoint_saved", "evaluation_started", "evaluated", "save_started", "checkpoint_saved"
    ]  # fmt: skip
    assert [event.reason for event in session.of(events.CheckpointSaved)][:2] == ["request", "best"]
    assert copied == [0]


def test_pausing_twice_and_resuming_twice_is_confirmed_once(tmp_path: Path) -> None:
    session = train(tmp_path, first=[Resume(), Pause(), Pause()], script=[Pause(), Resume()])
    assert session.names.count("paused") == session.names.count("resumed") == 1


def test_a_step_is_taken_only_while_paused(tmp_path: Path) -> None:
    session = train(tmp_path, first=[TakeStep(), TakeStep(), Pause()], script=[Resume()])
    assert session.control.waited_at == [0]


def test_a_pause_between_two_updates_still_steps_one_environment_step(tmp_path: Path) -> None:
    def pause(event: Event) -> Iterable[Request]:
        return [Pause()] if isinstance(event, events.LearningStarted) else []

    session = train(tmp_path, on_event=pause, script=[TakeStep(), TakeStep(), Resume()], train_freq=8, gradient_steps=8)
    assert session.control.waited_at == [40, 41, 42]


def test_a_pause_during_an_evaluation_still_steps_one_environment_step(tmp_path: Path) -> None:
    def pause(event: Event) -> Iterable[Request]:
        return [Pause()] if isinstance(event, events.EvaluationStarted) and event.step == 50 else []

    session = train(tmp_path, on_event=pause, script=[TakeStep(), TakeStep(), Resume()], eval_every=50)
    assert session.control.waited_at == [50, 51, 52]


@pytest.mark.parametrize(
    "late", [Save(), Evaluate(), CopyPolicy(lambda _: None), Pause()], ids=["save", "evaluate", "copy", "pause"]
)
def test_a_request_in_the_middle_of_an_evaluation_while_paused_does_not_hold_it_up(
    tmp_path: Path, late: Request
) -> None:
    is_asked = False

    def ask(event: Event) -> Iterable[Request]:
        nonlocal is_asked
        if isinstance(event, events.EvaluationStarted) and not is_asked:
            is_asked = True
            return [late]
        return []

    session = train(tmp_path, first=[Pause()], script=[Evaluate(), Resume()], on_event=ask)
    assert "evaluated" in names_between(session, "paused", "resumed")


def test_a_save_is_served_while_an_evaluation_is_paused(tmp_path: Path) -> None:
    def pause(event: Event) -> Iterable[Request]:
        return [Pause()] if isinstance(event, events.EvaluationStarted) and event.step == 50 else []

    session = train(tmp_path, on_event=pause, script=[Save(), Resume()], eval_every=50)
    assert "checkpoint_saved" in names_between(session, "paused", "resumed")


def test_requests_during_an_evaluation_are_answered(tmp_path: Path) -> None:
    is_asked = False

    def ask(event: Event) -> Iterable[Request]:
        nonlocal is_asked
        if isinstance(event, events.EvaluationStarted) and not is_asked:
            is_asked = True
            return [Save(), Evaluate()]
        return []

    session = train(tmp_path, on_event=ask, eval_every=100)
    assert [event.step for event in session.of(events.Evaluated)] == [100, 200], "one that runs is not asked for again"
    assert [event.step for event in session.of(events.CheckpointSaved) if event.reason == "request"] == [100]


def test_a_stop_wakes_a_paused_run_and_saves_it(tmp_path: Path) -> None:
    session = train(tmp_path, first=[Pause()], script=[TakeStep(), Stop()])
    ended = session.only(events.RunEnded)
    assert (ended.reason, ended.step) == ("stopped", 1)
    assert session.of(events.CheckpointSaved)[-1].reason == "end"
    assert ended.checkpoint == session.of(events.CheckpointSaved)[-1].path
    assert session.names.count("stop_requested") == 1


def test_a_stop_without_saving_writes_no_last_checkpoint(tmp_path: Path) -> None:
    session = train(tmp_path, first=[Pause()], script=[TakeStep(), Stop(should_save=False)])
    assert session.only(events.RunEnded).checkpoint is None
    assert not session.of(events.CheckpointSaved)
    assert not session.folder.checkpoints.exists()


def test_a_stop_in_the_middle_of_an_evaluation_ends_it(tmp_path: Path) -> None:
    def stop(event: Event) -> Iterable[Request]:
        return [Stop()] if isinstance(event, events.EvaluationStarted) else []

    session = train(tmp_path, on_event=stop, eval_every=50, eval_episodes=1_000)
    assert not session.of(events.Evaluated)
    ended = session.only(events.RunEnded)
    assert (ended.reason, ended.step) == ("stopped", 50)


def test_a_stop_in_the_middle_of_the_last_evaluation_ends_it(tmp_path: Path) -> None:
    def stop(event: Event) -> Iterable[Request]:
        return [Stop(should_save=False)] if isinstance(event, events.EvaluationStarted) else []

    session = train(tmp_path, on_event=stop, eval_episodes=1_000)
    assert not session.of(events.Evaluated)
    assert session.only(events.RunEnded).checkpoint is None


def test_a_copied_policy_does_not_change_with_the_run(tmp_path: Path) -> None:
    copies: list[tuple[QNetwork, int, list[float]]] = []

    def reply(policy: Policy) -> None:
        network, step, _ = policy
        copies.append((network, step, network.flat.tolist()))

    session = train(tmp_path, first=[CopyPolicy(reply)])
    ((network, step, weights),) = copies
    assert step == 0
    assert network.flat.tolist() == weights
    assert session.agent.online.flat.tolist() != weights
