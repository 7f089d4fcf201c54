"""A run that was saved, stopped and resumed ends like one that was never interrupted."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from dqn_tui import events
from dqn_tui.control import Request, Stop
from dqn_tui.events import Event
from dqn_tui.runs.arrays import decode_arrays, encode_arrays
from dqn_tui.runs.checkpoint import find_checkpoints
from dqn_tui.runs.journal import read_journal
from tests.helpers import Session, call_program, change_state, one_line, replace_file, timeless, train

MORE: dict[str, Any] = {
    "total_timesteps": 300,
    "n_steps": 3,
    "tau": 0.1,
    "train_freq": 8,
    "gradient_steps": 8,
    "buffer_size": 64,
}


def stop_at(kind: type[Event], number: int, *, should_save: bool = True) -> Any:
    """Return a callback that stops the run after the n-th event of a kind."""
    seen = 0

    def stop(event: Event) -> Iterable[Request]:
        nonlocal seen
        seen += isinstance(event, kind)
        return [Stop(should_save)] if isinstance(event, kind) and seen == number else []

    return stop


def resume(session: Session, *arguments: str) -> list[Event]:
    """Resume as the program does, until the end; return the whole journal."""
    assert call_program("--resume", str(session.folder.path), "--no-ui", *arguments) == 0
    return list(read_journal(session.folder.events))


def outcome(journal: Iterable[Event]) -> list[dict[str, Any]]:
    """Return all events except those of saving, stopping and resuming, without times."""
    interruptions = (events.StopRequested, events.RunResumed, events.WarningRaised)
    kept = [event for event in journal if not isinstance(event, interruptions) and not is_stop(event)]
    assert isinstance(kept[-1], events.RunEnded)
    return timeless(kept)


def is_stop(event: Event) -> bool:
    return isinstance(event, events.RunEnded) and event.reason == "stopped"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return outcome(train(tmp_path_factory.mktemp("plain"), **MORE).events)


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        (events.RunStarted, 1),
        (events.EpisodeEnded, 1),
        (events.LearningStarted, 1),
        (events.EpisodeEnded, 7),
        (events.Progress, 4),
    ],
    ids=["before the first step", "in the warm-up", "between two updates", "later", "at a progress event"],
)
def test_a_run_that_was_stopped_and_resumed_ends_with_the_same_weights_and_episodes(
    tmp_path: Path, plain: Any, kind: type[Event], number: int
) -> None:
    session = train(tmp_path, on_event=stop_at(kind, number), **MORE)
    assert session.only(events.RunEnded).reason == "stopped"
    assert outcome(resume(session)) == plain


def test_a_run_resumes_from_an_older_checkpoint_and_keeps_the_later_ones_aside(tmp_path: Path) -> None:
    session = train(tmp_path, save_every=40, keep_last=99, eval_every=100, **MORE)
    straight = outcome(session.events)
    for step in (240, 40, 160):
        older = session.folder.checkpoints / f"step_{step:09d}"
        assert call_program("--resume", str(older), "--no-ui") == 0
        journal = list(read_journal(session.folder.events))
        assert outcome(journal) == straight
        *_, warning = (event for event in journal if isinstance(event, events.WarningRaised))
        assert f"checkpoints after step {step} moved to" in warning.message
    assert [item.step for item in find_checkpoints(session.folder)] == [40, 80, 120, 160, 200, 240, 280, 300]


def test_a_killed_run_resumes_from_its_newest_checkpoint(tmp_path: Path, plain: Any) -> None:
    session = train(tmp_path, on_event=stop_at(events.EpisodeEnded, 9, should_save=False), save_every=30, **MORE)
    assert outcome(resume(session)) == plain


def test_a_run_killed_after_an_evaluation_and_before_its_first_save_resumes_from_the_best(tmp_path: Path) -> None:
    settings = MORE | {"eval_every": 100}
    straight = outcome(train(tmp_path / "straight", **settings).events)
    kill = stop_at(events.EpisodeEnded, 9, should_save=False)
    session = train(tmp_path / "killed", on_event=kill, **settings)
    assert (session.folder.step_folders(), session.folder.best.is_dir()) == ([], True)
    assert outcome(resume(session)) == straight


def test_events_that_a_crash_left_after_the_checkpoint_are_not_repeated(tmp_path: Path) -> None:
    session = train(tmp_path, on_event=stop_at(events.EpisodeEnded, 9, should_save=False), save_every=30, **MORE)
    with session.folder.events.open("a") as file:
        file.write('{"event":"episode_ended","ti')
    journal = resume(session)
    numbers = [event.episode for event in journal if isinstance(event, events.EpisodeEnded)]
    assert numbers == list(range(1, len(numbers) + 1))
    rows = session.folder.monitor.read_text().splitlines()
    assert len(rows) == 2 + len(numbers)


def test_a_complete_run_is_not_resumed_without_more_steps(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    session = train(tmp_path, **MORE)
    assert call_program("--resume", str(session.folder.path), "--no-ui") == 2
    assert "--steps" in one_line(capfd.readouterr().err)


def test_a_damaged_checkpoint_is_not_resumed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    session = train(tmp_path, on_event=stop_at(events.EpisodeEnded, 9), **MORE)
    (checkpoint,) = session.folder.checkpoints.iterdir()
    for file in checkpoint.glob("*.safetensors"):
        content = file.read_bytes()
        file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        assert call_program("--resume", str(checkpoint), "--no-ui") == 2
        assert str(file) in one_line(capfd.readouterr().err)
        file.write_bytes(content)


def test_json_of_a_resumed_run_begins_with_run_resumed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    session = train(tmp_path, on_event=stop_at(events.EpisodeEnded, 9), **MORE)
    assert call_program("--resume", str(session.folder.path), "--json") == 0
    told = [json.loads(line)["event"] for line in capfd.readouterr().out.splitlines()]
    assert told[0] == "run_resumed"
    assert told[-1] == "run_ended"


@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_checkpoint_of_the_layout_before_resumes_to_the_same_weights(tmp_path: Path, number: int) -> None:
    """The meter belonged to the learner, and actions, start values and cautions were not recorded."""
    straight = train(tmp_path / "straight", **MORE).only(events.RunEnded)
    session = train(tmp_path / "old", on_event=stop_at(events.Progress, number), **MORE)
    (checkpoint,) = find_checkpoints(session.folder)
    change_state(checkpoint.path, make_old)
    drop_arrays(checkpoint.path, "episodes", "discounted_returns", "start_q")
    journal = resume(session)
    ended = journal[-1]
    assert isinstance(ended, events.RunEnded)
    assert (ended.weights_sha256, ended.updates) == (straight.weights_sha256, straight.updates)
    assert ended.mean_return_100 == straight.mean_return_100
    episodes = [event for event in journal if isinstance(event, events.EpisodeEnded)]
    after = [event for event in episodes if event.step > checkpoint.step]
    assert (after[0].discounted_return, after[0].start_q) == (None, None), "the open episode began too early to know"
    assert after[1].discounted_return is not None


def make_old(state: dict[str, Any]) -> None:
    reporter = state.pop("reporter")
    state["window"] = reporter["window"]
    del reporter["updates"]["td_errors"]
    state["learning"]["meter"] = reporter["updates"]


def drop_arrays(checkpoint: Path, group: str, *names: str) -> None:
    """Rewrite a group of a checkpoint's arrays without some of them."""
    file = checkpoint / f"{group}.safetensors"
    arrays = decode_arrays(file, file.read_bytes())
    replace_file(file, b"".join(encode_arrays({name: arrays[name] for name in arrays if name not in names})))
