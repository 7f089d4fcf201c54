"""A checkpoint saved after the environment raised can be resumed, and exactly."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dqn_tui import events
from dqn_tui.events import Event
from dqn_tui.runs.journal import read_journal
from tests.helpers import Follower, resume_run, train
from tests.training.toys import JamsOnce

JAMMING: dict[str, Any] = {
    "env": "Toy/JamsOnce-v0",
    "num_envs": 2,
    "total_timesteps": 140,
    "train_freq": 4,
    "gradient_steps": 3,
    "n_steps": 3,
    "eval_every": 28,
    "save_every": 28,
}


@pytest.fixture(autouse=True)
def _free_reset() -> Iterator[None]:
    JamsOnce.jams_at = -1
    yield
    JamsOnce.jams_at = -1


def outcome(told: list[Event]) -> tuple[Any, ...]:
    """Return weights, counts, episodes and evaluations."""
    ended = told[-1]
    assert isinstance(ended, events.RunEnded)
    episodes = [
        (event.step, event.episode, event.episode_return, event.length, event.discounted_return, event.start_q)
        for event in told
        if isinstance(event, events.EpisodeEnded)
    ]
    evaluations = [(event.step, event.mean) for event in told if isinstance(event, events.Evaluated)]
    return ended.weights_sha256, ended.updates, ended.episodes, episodes, evaluations


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return outcome(train(tmp_path_factory.mktemp("straight"), **JAMMING).events)


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6, 12, 13, 14])
def test_a_run_whose_reset_raised_resumes_as_if_it_had_not(tmp_path: Path, straight: Any, number: int) -> None:
    """1 and 2 are the first resets, 3 and 4 those after two episodes that end together; evaluations reset, too."""
    JamsOnce.resets, JamsOnce.jams_at = 0, number
    follower = Follower(tmp_path, **JAMMING)
    failed = follower.wait_for(events.RunFailed)
    follower.finish()
    assert "the reset jams" in failed.error
    assert failed.checkpoint is not None
    JamsOnce.jams_at = -1
    resumed = resume_run(follower.folder)
    assert resumed.only(events.RunResumed).is_exact
    assert outcome(list(read_journal(follower.folder.events))) == straight


def test_a_step_that_raised_leaves_a_checkpoint_that_resumes(tmp_path: Path) -> None:
    follower = Follower(tmp_path, env="Toy/Raises-v0", num_envs=2)
    follower.wait_for(events.RunFailed)
    follower.finish()
    resumed = resume_run(follower.folder)
    assert resumed.only(events.RunResumed).is_exact
