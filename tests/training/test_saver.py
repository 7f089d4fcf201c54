"""Saving during a run: no disk error ends it, and no save changes it."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dqn_tui import events
from dqn_tui.control import Request, Save, Stop
from dqn_tui.errors import CheckpointError
from dqn_tui.events import Event
from dqn_tui.runs.checkpoint import find_checkpoints, read_settings, read_state, verify_checkpoint
from dqn_tui.runs.folder import find_run_folders
from dqn_tui.runs.journal import read_journal
from dqn_tui.runs.resume import find_resumable, load_saved_run, read_resumable
from dqn_tui.training.build import build_trainer
from dqn_tui.view.run_view import RunView
from dqn_tui.view.summary import summarize
from tests.disk import Disk, Files, few_choices, write_state
from tests.helpers import Follower, ScriptedControl, Session, one_line, open_run, quick_config, timeless, train

ERRORS = (errno.ENOSPC, errno.EACCES, errno.EIO)
SHORT: dict[str, Any] = {
    "env": "Toy/Truncated-v0",
    "total_timesteps": 12,
    "save_every": 5,
    "keep_last": 1,
    "log_every": 6,
    "learning_starts": 4,
    "batch_size": 2,
    "buffer_size": 16,
    "eval_max_steps": 3,
    "net_arch": [2],
}


def train_on(disk_root: Path, **failing: Any) -> tuple[Session, Disk]:
    """Train a short run on a disk that fails once the run's files are open."""
    config = quick_config(**SHORT)
    told: list[Event] = []
    opening = Disk(disk_root)
    with opening:
        folder, recorder = open_run(disk_root, config)
    control = ScriptedControl()
    trainer = build_trainer(config, folder, recorder, control, told.append, None)
    disk = Disk(disk_root, **failing)
    disk.descriptors = opening.descriptors
    with disk:
        trainer.run()
        recorder.close()
    trainer.close()
    assert disk.descriptors == {}
    return Session(folder, trainer, control, told), disk


def telling_steps(steps: list[str]) -> list[int]:
    """Return the numbers of the steps that are the first or the last of their kind."""
    names = [step.split("__")[0] for step in steps]
    first = {name: number for number, name in reversed(list(enumerate(names, 1)))}
    last = {name: number for number, name in enumerate(names, 1)}
    return sorted({*first.values(), *last.values()})


def check_run_on_failing_disk(session: Session) -> None:
    """Check that the run ended as if the disk were fine, and that every checkpoint it reported can be resumed."""
    ended = session.only(events.RunEnded)
    assert (ended.reason, ended.step) == ("completed", 12)
    last = session.of(events.CheckpointSaved)[-1:]
    assert (ended.checkpoint is None) == (ended.save_problem is not None)
    if ended.checkpoint is not None:
        assert verify_checkpoint(Path(ended.checkpoint)).step == 12
    for saved in last:
        _, path = find_resumable(session.folder.path)
        checkpoint, config = read_resumable(session.folder, path)
        assert load_saved_run(session.folder, checkpoint, config).state["learning"]["step"] == checkpoint.step
        assert checkpoint.step >= saved.step or saved.reason == "best"
    for message in (
        *(event.message for event in session.of(events.WarningRaised)),
        *(event.problem for event in session.of(events.SaveFailed)),
    ):
        one_line(message)


@pytest.mark.parametrize("lasts", [False, True], ids=["one step fails", "all fail from there on"])
def test_a_run_lives_through_a_disk_that_fails_at_any_kind_of_step(memory_path: Path, lasts: bool) -> None:
    _, disk = train_on(memory_path / "whole")
    numbers = telling_steps(disk.steps)
    assert len(numbers) > 100
    for number in numbers[lasts::2]:
        session, disk = train_on(memory_path / str(number), fail_at=number, error=ERRORS[number % 3], lasts=lasts)
        assert disk.has_failed
        check_run_on_failing_disk(session)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("lasts", [False, True], ids=["one step fails", "all fail from there on"])
@pytest.mark.parametrize("error", ERRORS, ids=errno.errorcode.get)
def test_a_run_lives_through_a_disk_that_fails_at_each_step(memory_path: Path, error: int, lasts: bool) -> None:
    number, has_failed = 0, True
    while has_failed:
        number += 1
        session, disk = train_on(memory_path / str(number), fail_at=number, error=error, lasts=lasts)
        has_failed = disk.has_failed
        check_run_on_failing_disk(session)
    assert number > 200


def test_after_a_power_loss_at_any_moment_every_reported_checkpoint_can_be_resumed(memory_path: Path) -> None:
    runs_dir, place = memory_path / "runs", memory_path / "after"
    runs_dir.mkdir()
    record = record_run(runs_dir)
    files = Files(runs_dir, {})
    seen: set[Any] = set()
    told = -1
    for entry in record:
        files.apply(*entry)
        told = entry[2] if entry[0] == "told" else told
        for state in files.crash_states(few_choices):
            key = told, frozenset(state.items())
            if key not in seen:
                seen.add(key)
                place.mkdir()
                write_state(place, state)
                assert newest_resumable(place) >= told
                shutil.rmtree(place)
    assert told == 12
    assert len(seen) > 300


def record_run(runs_dir: Path) -> list[tuple[Any, ...]]:
    """Return every disk operation of a short run, and when it reported each checkpoint by step."""
    disk = Disk(runs_dir)

    def note(event: Event) -> Iterable[Request]:
        if isinstance(event, events.CheckpointSaved) and event.reason != "best":
            disk.record.append(("told", runs_dir, event.step))
        return []

    with disk:
        train(runs_dir, **SHORT, on_event=note)
    return disk.record


def newest_resumable(runs_dir: Path) -> int:
    """Return the step from which the one run there would resume; -1 if it cannot."""
    folders = find_run_folders(runs_dir)
    if not folders or not any(folders[0].checkpoints.glob("step_*")):
        return -1
    folder, path = find_resumable(folders[0].path)
    checkpoint, config = read_resumable(folder, path)
    saved = load_saved_run(folder, checkpoint, config)
    for name, length in saved.state["file_lengths"].items():
        assert (folder.path / name).stat().st_size >= length
    assert next(iter(read_journal(folder.events))).name == "run_started"
    return checkpoint.step


def test_after_a_failed_save_the_next_one_is_tried_and_the_end_reports_no_problem(memory_path: Path) -> None:
    _, disk = train_on(memory_path / "whole")
    number = next(index for index, step in enumerate(disk.steps, 1) if step.startswith("rename"))
    session, _ = train_on(memory_path / "failing", fail_at=number, error=errno.EIO)
    failure = session.only(events.SaveFailed)
    assert (failure.step, failure.problem) == (5, "Input/output error")
    assert failure.path.endswith("step_000000005")
    assert [item.step for item in find_checkpoints(session.folder)] == [10, 12]
    assert session.only(events.RunEnded).save_problem is None


def fill_after(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Make the disk full as soon as a checkpoint of that name exists."""

    def measure(path: Path) -> SimpleNamespace:
        return SimpleNamespace(free=0 if any(path.rglob(name)) else 10**9)

    monkeypatch.setattr("shutil.disk_usage", measure)


def show(told: Iterable[Event]) -> RunView:
    view = RunView()
    for event in told:
        view.apply(event)
    return view


def check_end_tells(view: RunView) -> None:
    end = view.ended or view.failed
    assert end is not None
    assert end.checkpoint is None
    assert "0 are free" in one_line(end.save_problem or "")
    assert "the last save failed" in view.log[-1].text
    (line,) = [line for line in summarize(view, "runs/x") if "save failed" in line]
    assert "the last save failed: cannot save" in line
    assert "step_000000050, of step 50" in line


def test_the_end_of_a_run_whose_last_save_failed_names_the_problem_and_the_newest_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_after(monkeypatch, "step_000000050")
    session = train(tmp_path, save_every=50)
    assert [event.step for event in session.of(events.SaveFailed)] == [100, 150, 200, 200]
    check_end_tells(show(session.events))


def test_a_stop_without_saving_after_a_failed_save_names_the_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_after(monkeypatch, "step_000000050")

    def stop(event: Event) -> Iterable[Request]:
        return [Stop(should_save=False)] if isinstance(event, events.SaveFailed) else []

    check_end_tells(show(train(tmp_path, save_every=50, on_event=stop).events))


def test_a_failed_run_that_could_not_be_saved_reports_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_after(monkeypatch, "step_000000050")
    follower = Follower(tmp_path, env="Toy/Raises-v0", save_every=50)
    follower.wait_for(events.RunFailed)
    check_end_tells(show(follower.finish()))


def test_the_end_of_a_run_without_save_problems_reports_none(tmp_path: Path) -> None:
    session = train(tmp_path)
    assert session.only(events.RunEnded).save_problem is None
    assert not any("save failed" in line for line in summarize(show(session.events), "runs/x"))


def test_the_end_of_a_run_that_was_never_saved_reports_that_there_is_no_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=0))
    lines = summarize(show(train(tmp_path).events), "runs/x")
    assert any(line.endswith("there is no checkpoint") for line in lines)


# --- pruning ---


def test_an_automatic_save_over_a_requested_one_keeps_it_from_being_pruned(tmp_path: Path) -> None:
    def ask(event: Event) -> Iterable[Request]:
        return [Save()] if isinstance(event, events.Progress) and event.step == 40 else []

    session = train(tmp_path, save_every=20, keep_last=2, log_every=20, on_event=ask)
    assert [(event.step, event.reason) for event in session.of(events.CheckpointSaved) if event.step == 40] == [
        (40, "request"),
        (40, "request"),
    ]
    kept = [(item.step, item.reason) for item in find_checkpoints(session.folder)]
    assert kept == [(40, "request"), (160, "autosave"), (180, "autosave"), (200, "end")]


def test_nothing_older_goes_before_the_new_one_was_read_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise CheckpointError(f"{path} is damaged")

    def spoil(event: Event) -> Iterable[Request]:
        if isinstance(event, events.CheckpointSaved) and event.step == 50:
            monkeypatch.setattr("dqn_tui.runs.checkpoint.verify_checkpoint", refuse)
        return []

    session = train(tmp_path, save_every=50, keep_last=1, on_event=spoil)
    assert [event.step for event in session.of(events.SaveFailed)] == [100, 150, 200, 200]
    assert [item.step for item in find_checkpoints(session.folder)] == [50]
    assert not list(session.folder.path.rglob(".*"))


# --- saving changes nothing ---


def test_a_run_saved_often_reports_the_same_as_one_that_is_not(memory_path: Path) -> None:
    more: dict[str, Any] = {"eval_every": 70, "n_steps": 3, "log_every": 10}
    plain = train(memory_path, **more)
    saved = train(memory_path, **more, save_every=1, keep_last=1)
    assert len(saved.of(events.CheckpointSaved)) > 199
    assert timeless(saved.events) == timeless(plain.events)
    assert saved.only(events.RunEnded).weights_sha256 == plain.only(events.RunEnded).weights_sha256


def test_what_was_loaded_is_saved_again_byte_by_byte(tmp_path: Path) -> None:
    session = train(tmp_path / "first", n_steps=3, learning_rate="lin_0.01")
    (checkpoint,) = find_checkpoints(session.folder)
    saved = load_saved_run(session.folder, checkpoint, read_settings(checkpoint))
    config = quick_config(n_steps=3, learning_rate="lin_0.01", total_timesteps=201)
    folder, recorder = open_run(tmp_path / "second", config)
    told: list[Event] = []
    control = ScriptedControl()
    control.submit(Save())
    control.submit(Stop(should_save=False))
    trainer = build_trainer(config, folder, recorder, control, told.append, saved)
    trainer.run()
    trainer.close()
    recorder.close()
    (again,) = find_checkpoints(folder)
    names = {f"{group}.safetensors" for group in saved.arrays}
    assert {name: again.files[name] for name in names} == {name: checkpoint.files[name] for name in names}
    states = [read_state(item) for item in (checkpoint, again)]
    for key in states[0].keys() - {"seconds", "file_lengths"}:
        assert states[1][key] == states[0][key], key


# --- memory ---


def test_the_first_event_has_the_memory_of_the_replay_buffer(tmp_path: Path) -> None:
    session = train(tmp_path, buffer_size=1_000)
    started = session.only(events.RunStarted)
    assert started.replay_bytes == session.trainer.learner.replay.nbytes == 72_128
    assert "replay buffer up to 70.4 kB" in show(session.events).log[0].text
