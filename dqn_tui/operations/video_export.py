"""Writes an episode as a GIF or an MP4: at once, or on a thread of its own that can be cancelled."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dqn_tui.errors import UsageError, read_message
from dqn_tui.operations.extras import needs_extra
from dqn_tui.view.text import number, plain

if TYPE_CHECKING:
    from dqn_tui.exports.video import VideoFrame

MOST_SECONDS = 120.0
"""Length of a video where nothing else is said."""


class VideoReport(NamedTuple):
    """What was written.

    Attributes:
        frames: moments of the episode.
        seconds: playing time.
        episode_return: undiscounted return up to the last moment.
        is_cut: whether the episode continues after that.
    """

    frames: int
    seconds: float
    episode_return: float
    is_cut: bool


class ExportCancelledError(Exception):
    """The user does not want the file any more."""


def check_video(out: Path, kind: str, *, option: str, has_bars: bool = False) -> None:
    """Refuse what cannot be written before anything is played.

    Raises:
        UsageError: `out` exists, or a package is not installed.
    """
    with needs_extra(option, "video"):
        from dqn_tui.exports.video import load_writers

        load_writers(kind, has_bars=has_bars)
    from dqn_tui.exports.destination import check_new

    check_new(out, option)


def export_episode(
    frames: Iterable[VideoFrame],
    out: Path,
    kind: str,
    frames_per_second: float,
    *,
    option: str = "export",
    has_bars: bool = False,
    most_seconds: float = MOST_SECONDS,
    on_progress: Callable[[int], None] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> VideoReport:
    """Write an episode to a new file, which is complete or not there.

    Only one moment at a time is in memory.

    Args:
        frames: the moments of the episode.
        out: the file.
        kind: one of `exports.video.KINDS`.
        frames_per_second: moments a second of playing time.
        option: names `out` in errors.
        has_bars: whether the Q-values are drawn beside the pictures.
        most_seconds: playing time after which the episode is cut.
        on_progress: called with the number of moments so far, on this thread.
        should_stop: asked before each moment.

    Raises:
        UsageError: `out` exists or cannot be written, or a package is not installed.
        ExportCancelledError: `should_stop` said so.
        Exception: what `frames` raises.
    """
    check_video(out, kind, option=option, has_bars=has_bars)
    from dqn_tui.exports.destination import new_file
    from dqn_tui.exports.video import write_video

    most = max(1, round(most_seconds * frames_per_second))
    count, episode_return, is_cut = 0, 0.0, False

    def limited() -> Iterator[VideoFrame]:
        nonlocal count, episode_return, is_cut
        for frame in frames:
            if should_stop():
                raise ExportCancelledError
            if count == most:
                is_cut = True
                return
            yield frame
            count, episode_return = count + 1, frame.episode_return
            on_progress(count)

    with new_file(out, option) as temporary:
        write_video(limited(), temporary, kind, frames_per_second, has_bars=has_bars)
    return VideoReport(count, count / frames_per_second, episode_return, is_cut)


def describe_report(report: VideoReport, out: Path, more: str = "") -> str:
    """Return what was written, in one line; `more` says how to write the rest of an episode that was cut."""
    cut = f"; the episode continues{more}" if report.is_cut else ""
    return (
        f"{report.frames:,} frames, {report.seconds:.1f} s, return {number(report.episode_return)} "
        f"written to {plain(out)}{cut}"
    )


class VideoExport:
    """An export on a thread of its own, for a screen that stays responsive: `rollout.EpisodeExport`.

    Args:
        write: calls `export_episode` with the two functions that it is given: `on_progress` and `should_stop`.
        out: the file, for the outcome.

    Attributes:
        frames: moments written so far.
        report: what was written; None before the end.
        error: what went wrong; an `ExportCancelledError` after `cancel`.
    """

    def __init__(
        self,
        write: Callable[[Callable[[int], None], Callable[[], bool]], VideoReport],
        out: Path,
    ) -> None:
        self.frames = 0
        self.report: VideoReport | None = None
        self.error: BaseException | None = None
        self._write, self._out = write, out
        self._is_cancelled = threading.Event()
        self._thread = threading.Thread(target=self._run, name="video", daemon=True)
        self._thread.start()

    @property
    def outcome(self) -> str | None:
        """What was written, or why nothing was, in one line; None before the end."""
        if self.report is not None:
            return describe_report(self.report, self._out)
        if self.error is None:
            return None
        if isinstance(self.error, ExportCancelledError):
            return f"{plain(self._out)} was not written: cancelled"
        kind = "" if isinstance(self.error, UsageError) else f"{type(self.error).__name__}: "
        return plain(f"{kind}{read_message(self.error)}".splitlines()[0])

    def cancel(self) -> None:
        """End it without a file; returns at once."""
        self._is_cancelled.set()

    def join(self, seconds: float) -> bool:
        """Wait for its end; return whether it came in time."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            self.report = self._write(self._note, self._is_cancelled.is_set)
        except BaseException as error:  # noqa: BLE001 - an environment may even raise SystemExit
            self.error = error

    def _note(self, frames: int) -> None:
        self.frames = frames
