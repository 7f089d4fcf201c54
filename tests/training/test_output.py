"""Printed lines, on their way into the event stream."""

from __future__ import annotations

import math
import threading
from pathlib import Path

from dqn_tui import events
from dqn_tui.runs.journal import read_journal
from dqn_tui.training.output import LONGEST_LINE, MOST_LINES, OutputInbox
from tests.helpers import Follower, train


def test_lines_are_taken_once_and_in_order() -> None:
    inbox = OutputInbox()
    assert inbox.take(0.0) is None
    inbox.add("one\ntwo\n")
    inbox.add("three\n")
    assert inbox.take(0.0) == ("one\ntwo\nthree", 0)
    assert inbox.take(10.0) is None


def test_lines_wait_until_a_second_has_passed() -> None:
    inbox = OutputInbox()
    inbox.add("early")
    assert inbox.take(5.0) == ("early", 0)
    inbox.add("late")
    assert inbox.take(5.9) is None
    assert inbox.take(6.0) == ("late", 0)


def test_the_newest_lines_are_kept_and_the_others_counted() -> None:
    inbox = OutputInbox()
    inbox.add("\n".join(f"line {number}" for number in range(50)))
    inbox.add("the last")
    written = inbox.take(0.0)
    assert written is not None
    lines = written.text.splitlines()
    assert (len(lines), written.dropped) == (MOST_LINES, 51 - MOST_LINES)
    assert (lines[0], lines[-1]) == ("line 31", "the last")
    inbox.add("again")
    assert inbox.take(math.inf) == ("again", 0)


def test_a_line_of_any_length_is_cut() -> None:
    inbox = OutputInbox()
    inbox.add("x" * 1_000_000)
    written = inbox.take(0.0)
    assert written is not None
    assert len(written.text) == LONGEST_LINE
    assert written.text.endswith("x…")


def test_no_line_is_lost_between_threads() -> None:
    inbox = OutputInbox()

    def write() -> None:
        for _ in range(500):
            inbox.add("word\n")

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    total = 0
    while any(writer.is_alive() for writer in writers) or total < 2_000:
        if written := inbox.take(math.inf):
            total += len(written.text.splitlines()) + written.dropped
    assert total == 2_000


def test_output_becomes_an_event_and_changes_nothing_else(tmp_path: Path) -> None:
    plain = train(tmp_path / "plain").only(events.RunEnded)
    follower = Follower(tmp_path / "printing", output="a word\nand another\n")
    ended = follower.wait_for(events.RunEnded)
    told = follower.finish()
    (written,) = [event for event in told if isinstance(event, events.OutputWritten)]
    assert (written.text, written.dropped) == ("a word\nand another", 0)
    assert written.text in [
        event.text for event in read_journal(follower.folder.events) if isinstance(event, events.OutputWritten)
    ]
    assert ended.weights_sha256 == plain.weights_sha256


def test_what_is_printed_last_comes_before_the_end(tmp_path: Path) -> None:
    """Even if the run takes less than the time between two events."""
    follower = Follower(tmp_path, output="first\n", total_timesteps=100)
    follower.wait_for(events.RunStarted)
    told = follower.finish()
    assert [event.name for event in told].count("output_written") == 1
    assert told[-1].name == "run_ended"
