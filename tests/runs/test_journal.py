"""The journal: appended whole lines, read back."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dqn_tui import events
from dqn_tui.events import Event
from dqn_tui.runs.journal import Journal, find_episode_end, read_journal, read_last_event


def make_events(count: int = 5) -> list[Event]:
    return [
        events.Progress(step=step, time=1_000.0 + step, metrics={"train/loss": math.inf, "train/n_updates": step})
        for step in range(count)
    ] + [events.WarningRaised(step=count, time=2_000.0, message="two\nlines, é and \u2028")]


def write(path: Path, written: list[Event]) -> None:
    journal = Journal(path)
    for event in written:
        journal.write(event)
    journal.close()


def test_a_journal_reads_back_as_it_was_written(tmp_path: Path) -> None:
    path, written = tmp_path / "events.jsonl", make_events()
    write(path, written)
    assert list(read_journal(path)) == written
    assert len(path.read_bytes().splitlines()) == len(written)


def test_an_event_is_on_disk_as_soon_as_it_is_written(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "events.jsonl")
    for count, event in enumerate(make_events(), 1):
        journal.write(event)
        assert len(list(read_journal(journal.path))) == count
    journal.close()


def test_a_journal_is_only_ever_appended_to(tmp_path: Path) -> None:
    path, written = tmp_path / "events.jsonl", make_events()
    write(path, written)
    write(path, written)
    assert list(read_journal(path)) == written * 2


def test_a_torn_last_line_is_passed_over_wherever_it_was_torn(tmp_path: Path) -> None:
    path, written = tmp_path / "events.jsonl", make_events(3)
    write(path, written)
    whole = path.read_bytes()
    last = len(whole.splitlines(keepends=True)[-1])
    for cut in range(1, last + 1):
        path.write_bytes(whole[:-cut])
        assert list(read_journal(path)) == written[:-1]
        assert read_last_event(path) == written[-2]


def test_what_is_appended_after_a_torn_line_can_be_read(tmp_path: Path) -> None:
    path, written = tmp_path / "events.jsonl", make_events(3)
    write(path, written)
    path.write_bytes(path.read_bytes()[:-5])
    write(path, [events.RunResumed(step=9, time=9.0, checkpoint="c")])
    assert [*read_journal(path)] == [*written[:-1], events.RunResumed(step=9, time=9.0, checkpoint="c")]


@pytest.mark.parametrize("line", ['{"event":"of a later version","time":1,"step":2}', '{"event":"progress"}', "{}"])
def test_a_line_that_is_no_event_of_this_version_is_passed_over(tmp_path: Path, line: str) -> None:
    path, written = tmp_path / "events.jsonl", make_events(1)
    write(path, written)
    with path.open("a") as file:
        file.write(line + "\n")
    assert list(read_journal(path)) == written
    assert read_last_event(path) == written[-1]


@pytest.mark.parametrize("line", ["[1]", "7", '"text"', "not json", "\0\0\0"])
def test_a_line_that_is_no_object_is_passed_over(tmp_path: Path, line: str) -> None:
    path, written = tmp_path / "events.jsonl", make_events(1)
    write(path, written)
    with path.open("a") as file:
        file.write(line + "\n")
    assert list(read_journal(path)) == written
    assert read_last_event(path) == written[-1]


def test_the_last_event_is_found_in_a_long_journal_and_missing_in_an_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.touch()
    assert read_last_event(path) is None
    assert list(read_journal(path)) == []
    write(path, make_events(2_000))
    assert path.stat().st_size > 100_000
    assert read_last_event(path) == make_events(2_000)[-1]


# --- finding the end of an episode ---


def ended(number: int) -> events.EpisodeEnded:
    return events.EpisodeEnded(
        step=10 * number, time=1.0, episode=number, episode_return=float(number), length=10, is_truncated=False,
        seconds=0.5,
    )  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 400), max_size=60, unique=True).map(sorted), st.integers(0, 300), st.booleans())
def test_the_end_of_an_episode_is_found_as_by_reading_all(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[int], filling: int, is_damaged: bool
) -> None:
    path = tmp_path_factory.mktemp("journal") / "events.jsonl"
    journal = Journal(path)
    for number in [*numbers[::-1], *numbers] if is_damaged else numbers:
        journal.write(ended(number))
        for _ in range(number % 3):
            journal.append("x" * 100 * filling)
    journal.close()
    for number in (*numbers, 0, 401):
        assert find_episode_end(path, number) == (ended(number) if number in numbers else None)
