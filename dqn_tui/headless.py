"""The viewer without a screen: a progress bar on a terminal, a line now and then in a pipe, or events as JSON."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from dqn_tui import events
from dqn_tui.control import TrainingRun
from dqn_tui.event_json import to_json
from dqn_tui.events import Event
from dqn_tui.view.log_line import LogLine
from dqn_tui.view.marker import detect_marker
from dqn_tui.view.run_view import RunView
from dqn_tui.view.text import duration, for_marker, number, symbol

REFRESH_SECONDS = 0.2
LINE_SECONDS = 3.0


class Printer(Protocol):
    """Shows a run as it goes."""

    def show(self, event: Event, line: LogLine | None) -> None:
        """Called for each event, in order, with its line of the log if it has one."""

    def refresh(self, view: RunView) -> None:
        """Called a few times a second."""

    def close(self) -> None:
        """Called once, after the last event."""


class JsonPrinter:
    """Every event as one JSON line, and nothing else."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def show(self, event: Event, line: LogLine | None) -> None:  # noqa: ARG002
        """Print the event."""
        self._stream.write(to_json(event).decode() + "\n")
        self._stream.flush()

    def refresh(self, view: RunView) -> None:
        """Nothing stands between events."""

    def close(self) -> None:
        """Nothing comes after the last."""


class LinePrinter:
    """Plain lines for pipes and log files: the log, and the meters every few seconds."""

    def __init__(self) -> None:
        self._last_meters = time.monotonic()

    def show(self, event: Event, line: LogLine | None) -> None:  # noqa: ARG002
        """Print the event's line of the log."""
        if line:
            _write_line(_spell(line))

    def refresh(self, view: RunView) -> None:
        """Print the meters when it is time."""
        if view.step and time.monotonic() - self._last_meters >= LINE_SECONDS:
            self._last_meters = time.monotonic()
            _write_line(f"{view.step:,}/{view.total_timesteps:,} steps ({view.fraction:.0%})  {_meters(view)}")

    def close(self) -> None:
        """Every line stands already."""


class BarPrinter:
    """A progress bar at the foot of the terminal, with the log scrolling above it."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, markup=False, emoji=False)
        self._progress = Progress(
            TextColumn("{task.fields[state]:<10}", markup=False),
            BarColumn(bar_width=None),
            TaskProgressColumn(),
            TextColumn("{task.fields[meters]}", markup=False),
            console=self._console,
            auto_refresh=False,
            expand=True,
        )
        self._task = self._progress.add_task("", total=1.0, state="WAITING", meters="")
        self._progress.start()
        # A program that is killed or suspended then leaves no hidden cursor behind.
        self._console.show_cursor(True)

    def show(self, event: Event, line: LogLine | None) -> None:  # noqa: ARG002
        """Print the event's line of the log above the bar."""
        if line:
            self._console.print(_spell(line), soft_wrap=True)

    def refresh(self, view: RunView) -> None:
        """Redraw the bar."""
        meters = f"{view.step:,}/{view.total_timesteps:,}  {_meters(view)}"
        self._progress.update(self._task, completed=view.fraction, state=view.state, meters=meters)
        self._progress.refresh()

    def close(self) -> None:
        """Leave the bar standing as it is."""
        self._progress.stop()


class SilentPrinter:
    """For a run that nobody watches."""

    def show(self, event: Event, line: LogLine | None) -> None:
        """Print nothing."""

    def refresh(self, view: RunView) -> None:
        """Print nothing."""

    def close(self) -> None:
        """Nothing was printed."""


class LastingPrinter:
    """Another printer for as long as its output takes anything, then silence.

    Args:
        printer: prints.
        on_lost: told once why it cannot.
    """

    def __init__(self, printer: Printer, on_lost: Callable[[OSError], None]) -> None:
        self._printer = printer
        self._on_lost = on_lost

    def show(self, event: Event, line: LogLine | None) -> None:
        """Print the event."""
        self._try(lambda: self._printer.show(event, line))

    def refresh(self, view: RunView) -> None:
        """Print where the run stands."""
        self._try(lambda: self._printer.refresh(view))

    def close(self) -> None:
        """Print what is left."""
        self._try(self._printer.close)

    def _try(self, to_print: Callable[[], None]) -> None:
        try:
            to_print()
        except OSError as error:
            self._printer = SilentPrinter()
            self._on_lost(error)


def make_printer(json_stream: TextIO | None) -> Printer:
    """JSON where there is a stream for it, else the printer that fits where stdout goes."""
    if json_stream is not None:
        return JsonPrinter(json_stream)
    return BarPrinter() if sys.stdout.isatty() and os.environ.get("TERM") != "dumb" else LinePrinter()


def follow(run: TrainingRun, view: RunView, printer: Printer) -> None:
    """Print a run to its end, and start it if that was not done yet.

    `view` takes the run in; it holds the past of a run that goes on.
    """
    news = threading.Event()
    run.start(news.set)
    is_over = view.is_over
    while not is_over:
        news.wait(REFRESH_SECONDS)
        news.clear()
        for event in run.drain():
            printer.show(event, view.apply(event))
            is_over = isinstance(event, events.RunEnded | events.RunFailed)
        printer.refresh(view)
    printer.close()


def _meters(view: RunView) -> str:
    """Steps/s, time left, mean return, epsilon, as far as they are known."""
    words = []
    if view.steps_per_second is not None:
        words.append(f"{view.steps_per_second:,.0f} steps/s")
    words.append(f"left {duration(view.seconds_left)}")
    if view.mean_return_100 is not None:
        words.append(f"return {number(view.mean_return_100)}")
    epsilon = view.metrics.get("rollout/exploration_rate")
    if epsilon is not None:
        words.append(f"eps {epsilon:.2f}")
    return "  ".join(words)


def _spell(line: LogLine) -> str:
    """A line of the log in characters that stdout can take."""
    marker = detect_marker(encoding=sys.stdout.encoding)
    return f"{symbol(line.level, marker)} {for_marker(line.text, marker)}"


def _write_line(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
