"""Reading the journals of several runs: all of them at first, then what is added."""

from __future__ import annotations

from pathlib import Path

import pytest

from dqn_tui.errors import UsageError
from dqn_tui.events import RunInterrupted
from dqn_tui.run_source import RunNews
from dqn_tui.runs.journal import Journal
from dqn_tui.runs.journal_reader import JournalReader
from dqn_tui.runs.lock import RunLock
from dqn_tui.view.comparison import Comparison
from tests.comparisons import run_events, write_runs
from tests.helpers import wait_until


def states(reader: JournalReader, news: list[RunNews]) -> list[str]:
    comparison = Comparison(reader.paths)
    comparison.apply_all(news)
    return [run.view.state for run in comparison.runs]


def test_runs_are_over_live_or_interrupted(tmp_path: Path) -> None:
    live = run_events(is_over=False)
    paths = write_runs(tmp_path, run_events(), live, live)
    lock = RunLock(paths[1])
    reader = JournalReader(paths)
    news = reader.read_all()
    lock.release()
    assert states(reader, news) == ["DONE", "RUNNING", "INTERRUPTED"]
    # The first trainer is gone now, too; the others have nothing new.
    assert [(item.index, type(item.events[0])) for item in reader.read_all()] == [(1, RunInterrupted)]
    assert reader.read_all() == []


def test_reader_on_its_thread_follows_what_is_appended(tmp_path: Path) -> None:
    told = run_events(is_over=False)
    (path,) = write_runs(tmp_path, told[:-2])
    lock = RunLock(path)
    reader = JournalReader([path])
    comparison = Comparison(reader.paths)
    reader.start(lambda: None)

    def has_step(step: int) -> bool:
        comparison.apply_all(reader.drain(10))
        return comparison.runs[0].view.step == step and reader.is_read

    try:
        wait_until(lambda: has_step(200), "the journal to be read")
        journal = Journal(path / "events.jsonl")
        for event in told[-2:]:
            journal.write(event)
        journal.close()
        wait_until(lambda: has_step(300), "the new events")
    finally:
        reader.close()
        lock.release()
    assert comparison.runs[0].view.returns.last == 30.0


def test_reader_that_is_closed_while_nobody_takes_its_news_ends(tmp_path: Path) -> None:
    paths = write_runs(tmp_path, *([run_events()] * 40))
    reader = JournalReader(paths)
    reader.start(lambda: None)
    wait_until(lambda: len(reader._news) >= 32, "the queue to be full")
    reader.close()
    assert len(reader._news) <= 33


def test_journal_that_disappears_is_a_problem_of_its_run_alone(tmp_path: Path) -> None:
    paths = write_runs(tmp_path, run_events(), run_events())
    reader = JournalReader(paths)
    reader.read_all()
    (paths[0] / "events.jsonl").unlink()
    (news,) = reader.read_all()
    assert (news.index, news.problem) == (0, "No such file or directory")
    assert reader.read_all() == []


@pytest.mark.parametrize("content", [b"", b"not json\n", b'{"event":"paused","time":1,"step":1}\n'])
def test_folder_whose_journal_does_not_begin_with_a_run_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "events.jsonl").write_bytes(content)
    with pytest.raises(UsageError, match="does not begin with the start of a run"):
        JournalReader([tmp_path])


def test_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no run folder: it has no events\.jsonl"):
        JournalReader([tmp_path])
