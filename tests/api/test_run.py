"""A run on disk, as Python sees it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from dqn_tui import Run, UsageError
from dqn_tui.events import EpisodeEnded, Evaluated, Progress, RunStarted
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.journal import Journal
from dqn_tui.runs.lock import RunLock
from tests.api.helpers import quick_train


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of CartPole that was evaluated."""
    return quick_train(tmp_path_factory.mktemp("runs"), eval_every=100)


def write_journal(path: Path) -> Run:
    """A run of a few events whose numbers are known."""
    folder = RunFolder(path)
    path.mkdir()
    started = RunStarted(
        time=100.0, step=0, run="run", env="Toy-v0", seed=1, device="cpu", total_timesteps=10, learning_starts=1,
        buffer_size=10, actions=2,
    )  # fmt: skip
    journal = Journal(folder.events)
    episode: dict[str, Any] = {"length": 2, "is_truncated": False, "seconds": 0.1}
    journal.write(started)
    for event in (
        EpisodeEnded(time=101.0, step=4, episode=1, episode_return=1.5, **episode),
        EpisodeEnded(time=101.5, step=4, episode=2, episode_return=2.5, **episode),
        Progress(time=102.0, step=4, metrics={"train/loss": math.nan}),
        Evaluated(time=103.0, step=8, episodes=3, mean=7.0, std=1.0, mean_length=2.0, is_best=True),
    ):
        journal.write(event)
    journal.close()
    return Run(path)


def test_its_properties_are_those_of_the_folder(run: Run) -> None:
    assert (run.state, run.step) == ("completed", 200)
    assert run.best is not None
    assert run.best.step in (100, 200)
    assert run.config.net_arch == (8,)
    assert repr(run) == f"<Run {run.path}: CartPole-v1, completed at step 200, best {run.best.mean:g}>"


def test_its_events_are_plain_records_with_numbers(tmp_path: Path) -> None:
    events = write_journal(tmp_path / "run").events()
    assert [event["event"] for event in events] == [
        "run_started", "episode_ended", "episode_ended", "progress", "evaluated",
    ]  # fmt: skip
    assert events[1] == {
        "event": "episode_ended", "time": 101.0, "step": 4, "episode": 1, "episode_return": 1.5, "length": 2,
        "is_truncated": False, "seconds": 0.1, "start_q": None, "discounted_return": None,
    }  # fmt: skip
    assert math.isnan(events[3]["train/loss"])


def test_its_frame_has_a_row_for_each_step_and_one_more_for_a_second_episode(tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    frame = write_journal(tmp_path / "run").frame()
    assert list(frame.index) == [4, 4, 8]
    assert frame.index.name == "step"
    assert list(frame["episode/return"][:2]) == [1.5, 2.5]
    assert list(frame["time_seconds"]) == [101.0, 101.5, 103.0]
    assert frame["eval/mean_reward"].dropna().to_dict() == {8: 7.0}
    assert isinstance(frame, pd.DataFrame)


def test_a_frame_of_a_run_without_measurements_is_empty(tmp_path: Path) -> None:
    pytest.importorskip("pandas")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "events.jsonl").touch()
    assert Run(tmp_path / "run").frame().empty


def test_a_run_that_another_process_trains_is_running(tmp_path: Path) -> None:
    run = write_journal(tmp_path / "run")
    assert run.state == "interrupted"
    lock = RunLock(run.path)
    assert (run.state, run.weights_sha256) == ("running", None)
    lock.release()


def test_no_run_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such folder"):
        Run(tmp_path / "nothing")
    with pytest.raises(UsageError, match="there are no runs in"):
        Run(runs_dir=tmp_path)
