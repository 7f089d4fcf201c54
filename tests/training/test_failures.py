"""Full disks and non-finite evaluations: training continues, or ends with an event."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dqn_tui import events
from dqn_tui.control import Evaluate, Pause, Resume, Save
from dqn_tui.dqn.agent import Agent
from dqn_tui.runs.checkpoint import find_checkpoints, resolve_target
from dqn_tui.runs.journal import Journal
from dqn_tui.training import saver as saver_module
from tests.helpers import Follower, train

FULL = OSError(28, "No space left on device")


def refuse(*_: Any, **__: Any) -> None:
    raise FULL


def test_a_checkpoint_that_cannot_be_saved_is_an_event_and_training_continues(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saver_module, "save_checkpoint", refuse)
    session = train(tmp_path, save_every=100)
    ended = session.only(events.RunEnded)
    assert (ended.reason, ended.step, ended.checkpoint) == ("completed", 200, None)
    failures = session.of(events.SaveFailed)
    assert [failure.step for failure in failures] == [100, 200, 200]
    assert {failure.problem for failure in failures} == {"No space left on device"}
    assert failures[0].path == str(session.folder.checkpoints / "step_000000100")
    assert not session.of(events.WarningRaised)


def test_a_pruning_that_fails_does_not_lose_the_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saver_module, "prune_checkpoints", refuse)
    session = train(tmp_path)
    assert session.only(events.RunEnded).checkpoint == str(session.folder.checkpoints / "step_000000200")


def test_a_journal_that_cannot_be_written_raises_one_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Journal, "write", refuse)
    session = train(tmp_path, eval_every=50)
    assert session.only(events.RunEnded).reason == "completed"
    (warning,) = session.of(events.WarningRaised)
    assert "events.jsonl" in warning.message


def test_saving_again_at_the_same_step_is_no_error(tmp_path: Path) -> None:
    session = train(tmp_path, first=[Pause()], script=[Save(), Save(), Resume()])
    assert [item.step for item in find_checkpoints(session.folder)] == [0, 200]


def test_an_evaluation_that_is_not_finite_still_ends_the_run_with_an_event(tmp_path: Path) -> None:
    follower = Follower(tmp_path, first=[Evaluate(), Save()], env="Toy/AlwaysNan-v0")
    told = follower.finish()
    assert told[-1].name in ("run_ended", "run_failed")
    if isinstance(told[-1], events.RunEnded):
        assert told[-1].reason == "diverged"


def test_an_evaluation_that_is_not_finite_in_mid_run_does_not_fail_it_with_a_traceback(tmp_path: Path) -> None:
    session = train(tmp_path, env="Toy/NanReward-v0", eval_every=25, eval_episodes=7, save_every=25)
    assert session.only(events.RunEnded).reason == "diverged"


def test_the_weights_of_a_run_that_failed_can_be_loaded(tmp_path: Path) -> None:
    follower = Follower(tmp_path, env="Toy/Raises-v0")
    failed = follower.wait_for(events.RunFailed)
    follower.finish()
    checkpoint = resolve_target(follower.folder.path)
    assert str(checkpoint.path) == failed.checkpoint
    assert (checkpoint.reason, checkpoint.step) == ("failure", failed.step)


def test_weights_that_are_not_finite_never_reach_a_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Corrupt a weight after the last update before a save, where no loss shows it."""
    update_target = Agent.update_target
    calls = []

    def spoil_at_the_second(agent: Agent) -> None:
        update_target(agent)
        calls.append(agent)
        if len(calls) == 2:
            agent.online.flat[3] = float("nan")

    monkeypatch.setattr(Agent, "update_target", spoil_at_the_second)
    session = train(tmp_path, target_update_interval=50, save_every=50)
    ended = session.only(events.RunEnded)
    assert (ended.reason, ended.step, ended.checkpoint) == ("diverged", 100, None)
    assert ended.cause == "the network's weights are not finite"
    assert not session.of(events.WarningRaised)
    assert [item.step for item in find_checkpoints(session.folder)] == [50]


def test_an_observation_that_is_not_finite_is_named_and_never_learned(tmp_path: Path) -> None:
    session = train(tmp_path, env="Toy/NanObservation-v0", num_envs=2)
    ended = session.only(events.RunEnded)
    assert (ended.reason, ended.cause) == (
        "diverged", "the environment returned an observation that is not finite at step 120"
    )  # fmt: skip
