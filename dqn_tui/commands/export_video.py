"""`dqn-tui watch --gif FILE` and `--mp4 FILE`: writes an episode in real pixels instead of showing it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from dqn_tui.commands.failure import report_failure
from dqn_tui.commands.foreign_output import ForeignOutput, show_on_errors
from dqn_tui.commands.signals import SignalTraps, signal_code
from dqn_tui.commands.streams import own_errors, print_text, say
from dqn_tui.commands.terminal import Terminal
from dqn_tui.errors import UsageError
from dqn_tui.operations.target import check_environment, find_checkpoint, read_training_episode
from dqn_tui.operations.video_export import (
    MOST_SECONDS,
    ExportCancelledError,
    VideoReport,
    check_video,
    describe_report,
)

if TYPE_CHECKING:
    from dqn_tui.rollout import RecordedEpisode
    from dqn_tui.runs.checkpoint import Checkpoint

_REDRAW_SECONDS = 0.1


@dataclass(frozen=True)
class VideoOptions:
    """What is written.

    Attributes:
        out: the file.
        kind: "gif" or "mp4".
        has_bars: whether the Q-values are drawn beside the picture.
        most_seconds: playing time after which the episode is cut.
    """

    out: Path
    kind: str
    has_bars: bool = False
    most_seconds: float = MOST_SECONDS

    @property
    def option(self) -> str:
        """The option that names the file."""
        return f"--{self.kind}"


def choose_video(
    gif: Path | None, mp4: Path | None, *, has_bars: bool, most_seconds: float | None
) -> VideoOptions | None:
    """Return what the command line asks for; None for no file.

    Raises:
        UsageError: it asks for two files, or says how to write one but not which.
    """
    if gif is not None and mp4 is not None:
        raise UsageError("--gif and --mp4 write one file each: give one of them")
    out = gif or mp4
    if out is None:
        if has_bars or most_seconds is not None:
            raise UsageError(f"{'--q-bars' if has_bars else '--most-seconds'} is for a file: add --gif or --mp4")
        return None
    return VideoOptions(out, "gif" if gif is not None else "mp4", has_bars, most_seconds or MOST_SECONDS)


def export_watched_episode(
    target: str | None,
    video: VideoOptions,
    *,
    runs_dir: Path,
    seed: int,
    imports: tuple[str, ...],
    should_take_last: bool,
    episode: int | None,
) -> int:
    """Write the episode that `watch` would play first; return the exit code.

    Output of the environment goes to standard error. A signal ends it without a file.

    Raises:
        UsageError: TARGET, its environment or the file is not usable, or a package is not installed.
    """
    check_video(video.out, video.kind, option=video.option, has_bars=video.has_bars)
    checkpoint = find_checkpoint(target, runs_dir, should_take_last=should_take_last)
    recorded = None if episode is None else read_training_episode(checkpoint, episode)
    signals: list[int] = []
    # An interrupt between any two instructions could leave the environment's turn taken for ever.
    with ForeignOutput() as output, SignalTraps(signals.append, Terminal()):
        output.pass_on_to(show_on_errors)
        try:
            report = _export(checkpoint, recorded, video, seed, imports, lambda: bool(signals))
        except ExportCancelledError:
            return signal_code(signals[0])
        except UsageError:
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the environment's own code
            return report_failure("export", error)
        output.pass_on()
        print_text(describe_report(report, video.out, ", --most-seconds N writes more of it"))
    return 0


def _export(
    checkpoint: Checkpoint,
    recorded: RecordedEpisode | None,
    video: VideoOptions,
    seed: int,
    imports: tuple[str, ...],
    should_stop: Callable[[], bool],
) -> VideoReport:
    from dqn_tui.operations.script_export import write_script
    from dqn_tui.runs.checkpoint import check_fit, read_settings
    from dqn_tui.seeding import episode_seed
    from dqn_tui.training.policy import load_policy
    from dqn_tui.training.take import PlayedScript, Script

    config = read_settings(checkpoint)
    policy = load_policy(checkpoint, config)
    check_fit(checkpoint, check_environment(config, imports, say, checkpoint.path).spaces)
    number, seed = (1, episode_seed(seed, "rollout", 0, 1)) if recorded is None else (recorded.number, recorded.seed)
    with _progress(video.kind) as progress:
        return write_script(
            PlayedScript(config, Script(policy, policy.label, number, seed, recorded)),
            video.out,
            video.kind,
            has_bars=video.has_bars,
            option=video.option,
            most_seconds=video.most_seconds,
            on_progress=progress.show,
            should_stop=should_stop,
        )


class _Meter(Protocol):
    def show(self, frames: int) -> None:
        """Show how many frames are written."""


class _Silence:
    def show(self, frames: int) -> None:
        """Show nothing."""


@contextmanager
def _progress(kind: str) -> Iterator[_Meter]:
    """Show a bar on standard error where that is a terminal, as long as the block runs."""
    if not own_errors().isatty() or os.environ.get("TERM") == "dumb":
        yield _Silence()
        return
    bar = _Bar(kind)
    try:
        yield bar
    finally:
        bar.close()


class _Bar:
    """A bar that swings: the length of an episode is unknown before its end."""

    def __init__(self, kind: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        self._next_at = 0.0
        self._progress = Progress(
            TextColumn(f"writing {kind.upper()}"),
            BarColumn(bar_width=24),
            TextColumn("{task.completed:,.0f} frames"),
            TimeElapsedColumn(),
            console=Console(file=own_errors()),
            auto_refresh=False,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._progress.add_task("", total=None)
        self._progress.start()

    def show(self, frames: int) -> None:
        if time.monotonic() >= self._next_at:
            self._next_at = time.monotonic() + _REDRAW_SECONDS
            self._progress.update(self._task, completed=frames)
            self._progress.refresh()

    def close(self) -> None:
        """Take the bar away."""
        self._progress.stop()
