"""Writes what the theatre plays to a file, on a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from dqn_tui.errors import UsageError
from dqn_tui.operations.video_export import MOST_SECONDS, VideoExport, VideoReport, check_video, export_episode

if TYPE_CHECKING:
    from dqn_tui.training.take import PlayedScript


def start_export(played: PlayedScript, out: Path, *, has_bars: bool) -> VideoExport:
    """Start to write an episode from its reset to its end, in an environment of its own.

    Args:
        played: what is played.
        out: a new file, whose ending says what is written.
        has_bars: whether the Q-values are drawn beside the pictures.

    Raises:
        UsageError: the ending is unknown, the file exists, or a package is not installed.
    """
    from dqn_tui.exports.video import KINDS

    kind = out.suffix.lower().removeprefix(".")
    if kind not in KINDS:
        allowed = " or ".join(f".{known}" for known in KINDS)
        raise UsageError(f"the file must end in {allowed}, got {out.name!r}")
    check_video(out, kind, option="the file", has_bars=has_bars)

    def write(on_progress: Callable[[int], None], should_stop: Callable[[], bool]) -> VideoReport:
        return write_script(
            played, out, kind, has_bars=has_bars, option="the file", on_progress=on_progress, should_stop=should_stop
        )

    return VideoExport(write, out)


def write_script(
    played: PlayedScript,
    out: Path,
    kind: str,
    *,
    has_bars: bool,
    option: str,
    most_seconds: float = MOST_SECONDS,
    on_progress: Callable[[int], None] = lambda _: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> VideoReport:
    """Write an episode to a new file; see `export_episode`."""
    from dqn_tui.operations.episode_frames import open_for_video, play_episode

    environment = open_for_video(played.config, is_recorded=played.script.record is not None)
    try:
        return export_episode(
            play_episode(environment, played.script),
            out,
            kind,
            environment.spec.frames_per_second,
            option=option,
            has_bars=has_bars,
            most_seconds=most_seconds,
            on_progress=on_progress,
            should_stop=should_stop,
        )
    finally:
        environment.close()
