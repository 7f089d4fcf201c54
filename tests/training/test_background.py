"""A real run on its own thread, as a viewer sees it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from dqn_tui import events
from dqn_tui.control import CopyPolicy, Evaluate, Pause, Resume, Save, Stop, TakeStep
from dqn_tui.errors import UsageError
from dqn_tui.rollout import END
from dqn_tui.runs.recorder import Recorder
from dqn_tui.training.background import BackgroundRun
from dqn_tui.training.trainer import Trainer
from tests.helpers import LIMIT_SECONDS, Follower, open_run, quick_config, wait_until

LONG: dict[str, Any] = {"total_timesteps": 10_000_000}


def copy_step(follower: Follower) -> int:
    """Return the trainer's present step."""
    answers: list[Any] = []
    is_answered = threading.Event()

    def reply(policy: Any) -> None:
        answers.append(policy)
        is_answered.set()

    follower.run.request(CopyPolicy(reply))
    assert is_answered.wait(LIMIT_SECONDS)
    return int(answers[0][1])


def test_a_whole_life(tmp_path: Path) -> None:
    follower = Follower(tmp_path, **LONG)
    run = follower.run
    follower.wait_for(events.LearningStarted)

    run.request(Pause())
    paused = follower.wait_for(events.Paused)
    assert copy_step(follower) == copy_step(follower) == paused.step
    assert not run.drain()

    run.request(TakeStep())
    # The step at which it was paused may still owe its updates, and report them first.
    assert follower.wait_for(events.Progress, lambda event: event.step > paused.step).step == paused.step + 1
    assert copy_step(follower) == paused.step + 1

    run.request(Save())
    saved = follower.wait_for(events.CheckpointSaved)
    assert (saved.step, saved.reason) == (paused.step + 1, "request")
    run.request(Evaluate())
    assert follower.wait_for(events.Evaluated).step == paused.step + 1

    run.request(Resume())
    assert follower.wait_for(events.Resumed).step == paused.step + 1
    assert follower.wait_for(events.EpisodeEnded).step > paused.step

    run.request(Pause())
    follower.wait_for(events.Paused)
    run.request(Stop())
    ended = follower.wait_for(events.RunEnded)
    assert ended.reason == "stopped"
    assert ended.checkpoint is not None
    assert Path(ended.checkpoint).is_dir()
    assert follower.finish()[-1] == ended


def test_a_stop_without_saving_leaves_no_checkpoint(tmp_path: Path) -> None:
    follower = Follower(tmp_path, **LONG)
    follower.wait_for(events.RunStarted)
    follower.run.request(Stop(should_save=False))
    assert follower.wait_for(events.RunEnded).checkpoint is None
    follower.finish()
    assert not follower.folder.checkpoints.exists()


def test_a_request_before_the_first_step_is_served(tmp_path: Path) -> None:
    follower = Follower(tmp_path, first=[Stop()], **LONG)
    assert follower.wait_for(events.RunEnded).step == 0
    follower.finish()


def test_a_viewer_is_notified_of_important_events_and_not_of_every_episode(tmp_path: Path) -> None:
    config = quick_config()
    calls: list[str] = []
    run = BackgroundRun(config, *open_run(tmp_path, config))
    run.start(lambda: calls.append(threading.current_thread().name))
    assert run.join(LIMIT_SECONDS)
    told = run.drain()
    loud = [event for event in told if not isinstance(event, events.Progress | events.EpisodeEnded)]
    assert len(calls) == len(loud) < len(told)
    assert threading.current_thread().name not in calls


def test_an_error_ends_the_run_with_its_log_and_a_checkpoint(tmp_path: Path) -> None:
    follower = Follower(tmp_path, env="Toy/Raises-v0")
    failed = follower.wait_for(events.RunFailed)
    assert failed.error == "RuntimeError: the motor burnt out"
    assert failed.error_log == str(follower.folder.error_log)
    assert "the second line says more" in follower.folder.error_log.read_text()
    assert failed.checkpoint is not None
    assert follower.finish()[-1] == failed


def test_a_viewer_hears_of_the_end_even_where_the_failure_cannot_be_handled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise ValueError("the failure failed")

    monkeypatch.setattr(Trainer, "fail", fail)
    config = quick_config(env="Toy/Raises-v0")
    folder, recorder = open_run(tmp_path, config)
    run = BackgroundRun(config, folder, recorder)
    run.start(lambda: None)
    assert run.join(LIMIT_SECONDS)
    last = run.drain()[-1]
    assert isinstance(last, events.RunFailed)
    assert "the motor burnt out" in last.error
    log = folder.error_log.read_text()
    assert "the motor burnt out" in log
    assert "the failure failed" in log


def test_an_environment_that_cannot_be_closed_does_not_spoil_the_end(tmp_path: Path) -> None:
    follower = Follower(tmp_path, env="Toy/CannotClose-v0")
    told = follower.finish()
    assert isinstance(told[-1], events.RunEnded)
    assert told[-1].reason == "completed"
    assert "the door is stuck" in follower.folder.error_log.read_text()
    Recorder(follower.folder, quick_config(), {}).close()


def test_a_second_start_continues_the_run_and_notifies_the_new_viewer(tmp_path: Path) -> None:
    follower = Follower(tmp_path, **LONG)
    follower.wait_for(events.LearningStarted)
    is_told = threading.Event()
    follower.run.start(is_told.set)
    follower.run.request(Stop())
    assert is_told.wait(LIMIT_SECONDS)
    assert follower.wait_for(events.RunEnded).reason == "stopped"
    follower.finish()


def test_an_environment_that_cannot_be_made_ends_the_run(tmp_path: Path) -> None:
    follower = Follower(tmp_path, env="Toy/BrokenFromTheStart-v0")
    assert "no such motor" in follower.wait_for(events.RunFailed).error
    follower.finish()


@pytest.mark.parametrize("name", ["Exits", "Interrupts"])
def test_an_environment_that_leaves_the_program_ends_the_run_and_not_the_viewers_hope(
    tmp_path: Path, name: str
) -> None:
    """`sys.exit` on a thread is silent: a viewer without a last event would wait forever."""
    follower = Follower(tmp_path, env=f"Toy/{name}-v0")
    told = follower.finish()
    assert told[-1].name == "run_failed"


def test_a_rollout_plays_the_policy_of_a_running_run_and_of_one_that_ended(tmp_path: Path) -> None:
    follower = Follower(tmp_path, **LONG)
    follower.wait_for(events.LearningStarted)
    live = follower.run.start_rollout()
    wait_until(lambda: live.frame is not None, "a frame of the live policy")
    live.close()
    follower.run.request(Stop())
    ended = follower.wait_for(events.RunEnded)
    follower.finish()
    last = follower.run.start_rollout()
    wait_until(lambda: last.frame is not None, "a frame of the last policy")
    assert last.frame is not None
    assert f"{ended.step:,}" in last.frame.policy
    last.close()


def test_open_rollouts_are_closed_and_joined(tmp_path: Path) -> None:
    follower = Follower(tmp_path, **LONG)
    follower.wait_for(events.LearningStarted)
    players = [follower.run.start_rollout() for _ in range(2)]
    wait_until(lambda: all(player.frame for player in players), "a first frame of each")
    players[0].close()
    follower.run.request(Stop(should_save=False))
    assert follower.run.join(LIMIT_SECONDS)
    assert follower.run.close_rollouts(LIMIT_SECONDS)
    assert "rollout" not in [thread.name for thread in threading.enumerate()]


def test_an_episode_of_a_run_that_trains_is_played_again_beside_its_policies(tmp_path: Path) -> None:
    follower = Follower(tmp_path, **LONG, eval_every=0)
    ended = follower.wait_for(events.EpisodeEnded)
    with pytest.raises(UsageError, match="no record of episode 1,000,000"):
        follower.run.start_rollout(1_000_000)
    follower.run.request(Save())
    saved = follower.wait_for(events.CheckpointSaved)
    player = follower.run.start_rollout(ended.episode)
    player.seek(END)
    wait_until(lambda: player.frame is not None and player.frame.note == "as recorded", "its end")
    assert player.frame is not None
    assert player.frame.is_recorded
    assert player.frame.episode_return == ended.episode_return
    player.choose_policy(+1)
    wait_until(
        lambda: player.frame is not None and f"saved @ step {saved.step:,}" in player.frame.policy, "a saved one"
    )
    follower.run.request(Stop(should_save=False))
    follower.finish()
    assert follower.run.close_rollouts(LIMIT_SECONDS)
