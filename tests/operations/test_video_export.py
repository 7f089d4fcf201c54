"""Exports that are refused, cut, cancelled or fail: a file is complete or not there."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from dqn_tui.errors import UsageError
from dqn_tui.exports.video import VideoFrame
from dqn_tui.operations.video_export import ExportCancelledError, VideoExport, VideoReport, export_episode

pytest.importorskip("PIL")


def frames(count: int) -> Iterator[VideoFrame]:
    for number in range(count):
        yield VideoFrame(np.full((160, 160, 3), number % 250, np.uint8), episode_return=float(number))


def test_the_report_counts_what_was_written_and_progress_is_told(tmp_path: Path) -> None:
    told: list[int] = []
    report = export_episode(frames(5), tmp_path / "a.gif", "gif", 10, on_progress=told.append)
    assert report == VideoReport(5, 0.5, 4.0, is_cut=False)
    assert told == [1, 2, 3, 4, 5]
    assert [path.name for path in tmp_path.iterdir()] == ["a.gif"]


def test_an_endless_episode_is_cut(tmp_path: Path) -> None:
    report = export_episode(frames(10_000), tmp_path / "a.gif", "gif", 10, most_seconds=0.7)
    assert report == VideoReport(7, 0.7, 6.0, is_cut=True)


def test_an_episode_of_just_that_length_is_not_cut(tmp_path: Path) -> None:
    assert not export_episode(frames(7), tmp_path / "a.gif", "gif", 10, most_seconds=0.7).is_cut


def test_a_file_that_exists_is_refused_before_anything_is_played(tmp_path: Path) -> None:
    (tmp_path / "a.gif").write_text("mine")
    source = frames(3)
    with pytest.raises(UsageError, match=r"--gif must be a new file, got .*a\.gif, a file that exists"):
        export_episode(source, tmp_path / "a.gif", "gif", 10, option="--gif")
    assert (tmp_path / "a.gif").read_text() == "mine"
    assert next(source).episode_return == 0.0


def test_a_failure_and_a_cancellation_leave_nothing(tmp_path: Path) -> None:
    def failing() -> Iterator[VideoFrame]:
        yield from frames(2)
        raise ValueError("the motor burnt out")

    with pytest.raises(ValueError, match="burnt out"):
        export_episode(failing(), tmp_path / "a.gif", "gif", 10)
    with pytest.raises(ExportCancelledError):
        export_episode(frames(9), tmp_path / "a.gif", "gif", 10, should_stop=lambda: True)
    assert list(tmp_path.iterdir()) == []


def test_a_thread_writes_while_a_screen_goes_on_and_can_be_cancelled(tmp_path: Path) -> None:
    is_begun, goes_on = threading.Event(), threading.Event()

    def waiting() -> Iterator[VideoFrame]:
        for frame in frames(1_000_000):
            yield frame
            is_begun.set()
            goes_on.wait(20)

    out = tmp_path / "a.gif"
    export = VideoExport(
        lambda note, should_stop: export_episode(waiting(), out, "gif", 10, on_progress=note, should_stop=should_stop),
        out,
    )
    assert export.outcome is None
    assert is_begun.wait(20)
    export.cancel()
    goes_on.set()
    assert export.join(20)
    assert isinstance(export.error, ExportCancelledError)
    assert export.outcome == f"{out} was not written: cancelled"
    assert (export.report, export.frames) == (None, 1)
    assert list(tmp_path.iterdir()) == []


def test_the_report_is_there_at_the_end_of_the_thread(tmp_path: Path) -> None:
    out = tmp_path / "a.gif"
    export = VideoExport(
        lambda note, should_stop: export_episode(frames(3), out, "gif", 10, on_progress=note, should_stop=should_stop),
        out,
    )
    assert export.join(20)
    assert export.outcome == f"3 frames, 0.3 s, return 2 written to {out}"
    assert (export.error, export.report, export.frames) == (None, VideoReport(3, 0.3, 2.0, is_cut=False), 3)
