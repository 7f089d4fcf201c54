"""A run that is followed through its journal, and steered through its socket."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from dqn_tui import control, events
from dqn_tui.attach import attached_run, server
from dqn_tui.attach.attached_run import AttachedRun
from dqn_tui.control import Access
from dqn_tui.events import Event
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.journal import Journal
from dqn_tui.runs.lock import RunLock
from tests import fakes
from tests.attach.helpers import RecordingRun, runtime, serving
from tests.helpers import wait_until

__all__ = ["runtime"]
pytestmark = pytest.mark.usefixtures("runtime")


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attached_run, "POLL_SECONDS", 0.005)
    monkeypatch.setattr(attached_run, "LOCK_SECONDS", 0.01)
    monkeypatch.setattr(server, "ROUND_SECONDS", 0.001)


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir()
    return folder


def write(folder: RunFolder, *new: Event) -> None:
    journal = Journal(folder.events)
    for event in new:
        journal.write(event)
    journal.close()


class Viewer:
    """Takes the events of a run, as a screen does."""

    def __init__(self, run: AttachedRun) -> None:
        self.run = run
        self.events: list[Event] = []

    def wait_for(self, kind: type[Event], count: int = 1) -> None:
        def is_there() -> bool:
            self.events += self.run.drain()
            return sum(isinstance(event, kind) for event in self.events) >= count

        wait_until(is_there, f"{count} {kind.__name__}")

    def wait_for_access(self, **wanted: Any) -> None:
        def is_there() -> bool:
            self.events += self.run.drain()
            return self.run.access == Access(is_own=False, **wanted)

        wait_until(is_there, f"access {wanted}, found {self.run.access}")


@contextmanager
def following(folder: RunFolder, *, is_read_only: bool = False) -> Iterator[Viewer]:
    run = AttachedRun(folder, lambda *_: fakes.FakeRollout(), lambda _: fakes.FakePictures(), is_read_only=is_read_only)
    run.start(lambda: None)
    try:
        yield Viewer(run)
    finally:
        run.close()


def test_finished_run_comes_whole_and_takes_no_requests(folder: RunFolder) -> None:
    story = [fakes.started(), fakes.progress(100, 1_010.0), fakes.ended(100, 1_010.0, "completed")]
    write(folder, *story)
    with following(folder) as viewer:
        assert viewer.run.access.is_loading
        viewer.wait_for(events.RunEnded)
        viewer.wait_for_access(refusal="it is not training")
    assert viewer.events == story


def test_run_that_ended_before_its_last_output_is_not_interrupted(folder: RunFolder) -> None:
    write(
        folder,
        fakes.started(),
        fakes.ended(100, 1_010.0, "completed"),
        events.OutputWritten(time=1_011.0, step=100, text="bye"),
    )
    with following(folder) as viewer:
        viewer.wait_for(events.OutputWritten)
        viewer.wait_for_access(refusal="it is not training")
    assert not any(isinstance(event, events.RunInterrupted) for event in viewer.events)


def test_run_is_loading_until_the_viewer_has_taken_its_past(folder: RunFolder) -> None:
    write(folder, fakes.started(), fakes.ended(100, 1_010.0, "completed"))
    news: list[None] = []
    run = AttachedRun(folder, lambda *_: fakes.FakeRollout(), lambda _: fakes.FakePictures(), is_read_only=False)
    run.start(lambda: news.append(None))
    wait_until(lambda: bool(news), "the past")
    assert run.access.is_loading
    assert len(run.drain()) == 2
    wait_until(lambda: not run.access.is_loading, "the present")
    run.close()


def test_live_run_is_followed_and_steered(folder: RunFolder) -> None:
    lock, asked = RunLock(folder.path), RecordingRun()
    write(folder, fakes.started())
    with serving(asked) as path:
        lock.publish_socket(path)
        with following(folder) as viewer:
            viewer.wait_for_access()
            write(folder, fakes.progress(100, 1_010.0))
            viewer.wait_for(events.Progress)
            viewer.run.request(control.Pause())
            viewer.run.request(control.Stop(should_save=False))
            wait_until(lambda: len(asked.requests) == 2, "both requests")
            assert asked.requests == [control.Pause(), control.Stop(should_save=False)]
            assert viewer.run.fetch_policy() == (b"weights", 42)
    lock.release()


def test_run_whose_process_dies_is_interrupted_and_lives_again_when_resumed(folder: RunFolder) -> None:
    lock = RunLock(folder.path)
    write(folder, fakes.started(), fakes.progress(100, 1_010.0))
    with following(folder) as viewer:
        viewer.wait_for_access(refusal="its process takes no requests")
        assert not any(isinstance(event, events.RunInterrupted) for event in viewer.events)
        lock.release()
        viewer.wait_for(events.RunInterrupted)
        assert viewer.events[-1] == events.RunInterrupted(time=1_010.0, step=100)
        lock = RunLock(folder.path)
        write(folder, events.RunResumed(time=1_020.0, step=50, checkpoint="c"))
        viewer.wait_for(events.RunResumed)
        viewer.wait_for_access(refusal="its process takes no requests")
        assert [type(event) for event in viewer.events].count(events.RunInterrupted) == 1
        lock.release()


def test_run_is_read_only_where_that_is_wanted(folder: RunFolder) -> None:
    lock, asked = RunLock(folder.path), RecordingRun()
    write(folder, fakes.started())
    with serving(asked) as path:
        lock.publish_socket(path)
        with following(folder, is_read_only=True) as viewer:
            viewer.wait_for_access(refusal="as asked for with --read-only")
            viewer.run.request(control.Stop())
            assert viewer.run.fetch_policy() is None
    assert asked.requests == []
    lock.release()


def test_run_of_another_host_is_read_only_and_never_called_interrupted(folder: RunFolder) -> None:
    write(folder, fakes.started())
    (folder.path / "run.lock").write_text('{"pid": 1, "host": "elsewhere", "socket": "/x.sock"}')
    with following(folder) as viewer:
        viewer.wait_for_access(refusal="it is not training here, but was started on elsewhere")
        assert [type(event) for event in viewer.events] == [events.RunStarted]


def test_socket_that_does_not_answer_makes_the_run_read_only(folder: RunFolder) -> None:
    lock = RunLock(folder.path)
    write(folder, fakes.started())
    with serving(RecordingRun()) as path:
        pass
    lock.publish_socket(path)
    with following(folder) as viewer:
        viewer.wait_for_access(refusal="its socket is gone")
    lock.release()


def test_deleted_folder_is_said_and_the_viewer_lives(folder: RunFolder) -> None:
    lock = RunLock(folder.path)
    write(folder, fakes.started())
    with following(folder) as viewer:
        viewer.wait_for(events.RunStarted)
        shutil.rmtree(folder.path)
        viewer.wait_for_access(refusal=f"{folder.events}: No such file or directory")
    lock.release()


def test_long_journal_waits_for_its_viewer(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attached_run, "MOST_WAITING", 10)
    monkeypatch.setattr("dqn_tui.runs.journal_tail.LONGEST_LINE", 2_000)
    write(folder, fakes.started(), *(events.Paused(time=1_000.0, step=step) for step in range(500)))
    with following(folder) as viewer:
        wait_until(lambda: len(viewer.run._inbox) > 10, "a first piece")
        assert len(viewer.run._inbox) < 100
        viewer.wait_for(events.Paused, 500)
