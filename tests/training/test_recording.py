"""Training episodes are recorded, and come out as recorded when they are played again."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dqn_tui import events
from dqn_tui.control import Stop
from dqn_tui.errors import UsageError
from dqn_tui.policy_choice import PolicyChoice
from dqn_tui.rollout import RecordedEpisode
from dqn_tui.runs.checkpoint import find_checkpoints
from dqn_tui.runs.episode_file import EpisodeFile
from dqn_tui.runs.episode_reader import read_episode
from dqn_tui.runs.folder import RECORDING
from dqn_tui.training.episode_check import check_episode
from dqn_tui.training.player import EpisodePlayer
from dqn_tui.training.policy import Policy
from dqn_tui.training.policy_shelf import LonePolicy
from tests.helpers import (
    Session,
    call_program,
    change_state,
    one_line,
    quick_config,
    resume_run,
    train,
    wait_until,
)
from tests.training.test_resume import stop_at

WAYS: dict[str, dict[str, Any]] = {
    "one": {},
    "three in turn": {"num_envs": 3},
    "three in processes": {"num_envs": 3, "vectorization": "parallel"},
    "three of its own": {"num_envs": 3, "vectorization": "native"},
    "stacked frames, repeated actions, a limit": {"frame_stack": 2, "frame_skip": 3, "time_limit": 12},
    "continuous actions": {"env": "Pendulum-v1", "action_bins": 5, "time_limit": 30},
    "discrete observations": {"env": "FrozenLake-v1"},
}


def replayed(session: Session, **settings: Any) -> list[str | None]:
    """What is wrong with each episode of a run when it is played again."""
    config = quick_config(**settings)
    ended = session.of(events.EpisodeEnded)
    found = [read_episode(session.folder, event.episode) for event in ended]
    assert [episode.episode_return for episode in found] == [event.episode_return for event in ended]
    assert [len(episode.actions) for episode in found] == [event.length for event in ended]
    return [check_episode(config, episode) for episode in found]


@pytest.mark.parametrize("settings", WAYS.values(), ids=WAYS)
def test_every_episode_comes_out_as_recorded(tmp_path: Path, settings: dict[str, Any]) -> None:
    session = train(tmp_path, **settings)
    problems = replayed(session, **settings)
    assert len(problems) > 4
    assert set(problems) == {None}
    with pytest.raises(UsageError, match=f"recorded are 1 to {len(problems)}"):
        read_episode(session.folder, len(problems) + 1)


def test_recording_changes_no_weights_and_can_be_left_out(tmp_path: Path) -> None:
    with_record, without = train(tmp_path / "a"), train(tmp_path / "b", record=False)
    hashes = {session.only(events.RunEnded).weights_sha256 for session in (with_record, without)}
    assert len(hashes) == 1
    assert not without.folder.episodes.exists()
    with pytest.raises(UsageError, match="no training episode was recorded"):
        read_episode(without.folder, 1)


CHANGES: dict[str, Callable[[RecordedEpisode], RecordedEpisode]] = {
    "it ends after": lambda episode: replace(episode, actions=np.append(episode.actions, 0)),
    "it continues after": lambda episode: replace(episode, actions=episode.actions[:-1]),
    "it is terminated, recorded is truncated": lambda episode: replace(episode, is_truncated=True),
    "its return is": lambda episode: replace(episode, episode_return=-3.5),
    "its last observation is another one": lambda episode: replace(episode, last_observation=5),
}


@pytest.mark.parametrize("difference", CHANGES)
def test_an_episode_that_comes_out_differently_is_told_in_one_line(tmp_path: Path, difference: str) -> None:
    episode = CHANGES[difference](read_episode(train(tmp_path).folder, 2))
    message = one_line(check_episode(quick_config(), episode) or "")
    assert message.startswith("episode 2 does not come out as recorded: ")
    assert difference in message


def test_a_record_that_is_not_of_the_journal_is_refused(tmp_path: Path) -> None:
    first, other = train(tmp_path / "a", seed=1), train(tmp_path / "b", seed=2)
    first.folder.recording.write_bytes(other.folder.recording.read_bytes())
    pairs = zip(first.of(events.EpisodeEnded), other.of(events.EpisodeEnded), strict=False)
    number = next(one.episode for one, two in pairs if one.length != two.length)
    with pytest.raises(UsageError, match="does not belong to this run") as caught:
        read_episode(first.folder, number)
    one_line(str(caught.value))


def test_an_environment_of_another_program_cannot_be_played_again(tmp_path: Path) -> None:
    episode = read_episode(train(tmp_path).folder, 1)
    with pytest.raises(UsageError, match="is made by a function"):
        check_episode(quick_config(env="local/make_env"), episode)


# --- resuming ---

LONGER: dict[str, Any] = {"total_timesteps": 400, "save_every": 100, "num_envs": 2}


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return train(tmp_path_factory.mktemp("plain"), **LONGER).folder.recording.read_bytes()


def kill_at(step: int) -> Callable[[events.Event], Any]:
    """Stop without a checkpoint, as a kill does."""
    return lambda event: [Stop(False)] if isinstance(event, events.EpisodeEnded) and event.step >= step else []


@pytest.mark.parametrize("step", [20, 150, 310])
def test_a_run_that_was_killed_and_resumed_has_the_recording_of_one_that_was_left_alone(
    tmp_path: Path, uninterrupted: bytes, step: int
) -> None:
    killed = train(tmp_path, on_event=kill_at(step), **LONGER)
    if step > 100:
        assert killed.folder.recording.read_bytes() != uninterrupted
        resume_run(killed.folder)
        assert killed.folder.recording.read_bytes() == uninterrupted
    else:
        assert uninterrupted.startswith(killed.folder.recording.read_bytes())


def test_a_torn_record_is_cut_at_the_resume(tmp_path: Path, uninterrupted: bytes) -> None:
    killed = train(tmp_path, on_event=kill_at(310), **LONGER)
    with killed.folder.recording.open("ab") as file:
        file.write(b"\x90\x01torn")
    resume_run(killed.folder)
    assert killed.folder.recording.read_bytes() == uninterrupted


def forget_recording(state: dict[str, Any]) -> None:
    del state["file_lengths"][RECORDING]


@pytest.mark.parametrize("has_file", [False, True])
def test_a_checkpoint_older_than_recordings_resumes_and_later_episodes_keep_their_numbers(
    tmp_path: Path, has_file: bool
) -> None:
    stopped = train(tmp_path, on_event=stop_at(events.EpisodeEnded, 7), total_timesteps=400)
    change_state(find_checkpoints(stopped.folder)[-1].path, forget_recording)
    if not has_file:
        stopped.folder.recording.unlink()
        stopped.folder.episodes.rmdir()
    later = resume_run(stopped.folder).of(events.EpisodeEnded)
    assert later[0].episode == 8
    for number in range(1, 8):
        with pytest.raises(UsageError, match=f"recorded are 8 to {later[-1].episode}"):
            read_episode(stopped.folder, number)
    found = [read_episode(stopped.folder, event.episode) for event in later]
    assert {check_episode(quick_config(), episode) for episode in found} == {None}


def test_recording_can_be_turned_off_and_on_at_a_resume(tmp_path: Path) -> None:
    first = train(tmp_path, on_event=stop_at(events.EpisodeEnded, 4), total_timesteps=100)
    target = str(first.folder.path)
    assert call_program("--resume", target, "--no-ui", "--steps", "200", "--set", "record=false") == 0
    size = first.folder.recording.stat().st_size
    assert call_program("--resume", target, "--no-ui", "--steps", "300", "--set", "record=true") == 0
    assert first.folder.recording.stat().st_size > size
    assert [number for number in range(1, 30) if is_recorded(first, number)][:5] == [1, 2, 3, 4, first_after_gap(first)]


def is_recorded(session: Session, number: int) -> bool:
    try:
        episode = read_episode(session.folder, number)
    except UsageError:
        return False
    assert check_episode(quick_config(), episode) is None
    return True


def first_after_gap(session: Session) -> int:
    return next(number for number in range(6, 40) if is_recorded(session, number))


# --- a disk that refuses ---


def test_a_disk_that_refuses_the_recording_is_one_warning_and_training_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(EpisodeFile, "write", refuse)
    session = train(tmp_path)
    messages = [event.message for event in session.of(events.WarningRaised) if RECORDING in event.message]
    assert len(messages) == 1
    assert "No space left on device" in one_line(messages[0])
    assert session.only(events.RunEnded).reason == "completed"


# --- playing ---


def test_a_player_plays_the_recorded_episode_and_stands_still_at_its_end(tmp_path: Path) -> None:
    session = train(tmp_path)
    episode = read_episode(session.folder, 3)
    policy = Policy(session.agent.copy_policy(), 200)
    player = EpisodePlayer(quick_config(), 1, lambda _: LonePolicy(PolicyChoice(), policy), record=episode)
    for _ in range(5):
        player.change_speed(1)
    try:
        wait_until(lambda: player.frame is not None and player.frame.ending == "terminated", "the end")
        frame = player.frame
        assert frame is not None
        assert (frame.episode, frame.step, frame.episode_return) == (3, len(episode.actions), episode.episode_return)
        assert player.error is None
        wait_until(lambda: player.is_paused, "the pause at the end")
        player.toggle_pause()
        wait_until(lambda: player.frame is not frame, "the start of the same episode")
        assert player.frame is not None
        assert player.frame.episode == 3
    finally:
        player.close()


def test_a_player_says_that_an_episode_comes_out_differently(tmp_path: Path) -> None:
    session = train(tmp_path)
    episode = replace(read_episode(session.folder, 3), last_observation=5)
    policy = Policy(session.agent.copy_policy(), 200)
    player = EpisodePlayer(quick_config(), 1, lambda _: LonePolicy(PolicyChoice(), policy), record=episode)
    for _ in range(5):
        player.change_speed(1)
    wait_until(lambda: player.frame is not None and player.frame.is_note_warning, "the end")
    assert player.frame is not None
    assert one_line(player.frame.note).startswith("episode 3 does not come out as recorded: its last observation")
    player.close()
