"""The viewer without a screen: a progress bar on a terminal, plain lines in a pipe, or events as JSON lines."""

from __future__ import annotations

import os
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
from dqn_tui.view.herald import Herald
from dqn_tui.view.log_line import LogLine
from dqn_tui.view.marker import detect_marker
from dqn_tui.view.run_view import RunView
from dqn_tui.view.text import ASCII, duration, for_marker, number, symbol
from dqn_tui.view.window_title import WindowTitle, describe_run

REFRESH_SECONDS = 0.2
LINE_SECONDS = 3.0


class Printer(Protocol):
    """Prints a run while it trains. Each method raises OSError where its output takes nothing more."""

    def show(self, event: Event, line: LogLine | None) -> None:
        """Take the next event, and its line of the log if it has one."""

    def refresh(self, view: RunView) -> None:
        """Take the state of the run, a few times a second."""

    def close(self) -> None:
        """End, after the last event."""


class JsonPrinter:
    """Every event as one JSON line, and nothing else."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def show(self, event: Event, line: LogLine | None) -> None:  # noqa: ARG002
        """Print the event."""
        self._stream.write(to_json(event).decode() + "\n")
        self._stream.flush()

    def refresh(self, view: RunView) -> None:
        """Print nothing between events."""

    def close(self) -> None:
        """Print nothing after the last event."""


class LinePrinter:
    """Plain lines for pipes and log files: the log, and the meters every few seconds."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._marker = detect_marker(encoding=stream.encoding)
        self._last_meters = time.monotonic()

    def show(self, event: Event, line: LogLine | None) -> None:  # noqa: ARG002
        """Print the event's line of the log."""
        if line:
            self._write(_spell(line, self._marker))

    def refresh(self, view: RunView) -> None:
        """Print the meters when it is time."""
        if view.step and time.monotonic() - self._last_meters >= LINE_SECONDS:
            self._last_meters = time.monotonic()
            self._write(_progress(view))

    def close(self) -> None:
        """Print nothing: every line is complete."""

    def _write(self, text: str) -> None:
        self._stream.write(text + "\n")
        self._stream.flush()


class BarPrinter:
    """A progress bar at the bottom of the terminal, with the log scrolling above it."""

    def __init__(self, stream: TextIO) -> None:
        self._marker = detect_marker(encoding=stream.encoding)
        kind = _AsciiConsole if self._marker == ASCII else Console
        self._console = kind(file=stream, highlight=False, markup=False, emoji=False)
        self._progress = Progress(
            TextColumn("{task.fields[state]:<10}", markup=False),
            BarColumn(bar_width=None),
            TaskProgressColumn(),
            TextColumn("{task.fields[meters]}", markup=False),
            console=self._console,
            auto_refresh=False,
            expand=True,
            # Others' prints are captured before they reach this console.
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._progress.add_task("", total=1.0, state="WAITING", meters="")
        self._progress.start()
        # Then a program that is killed or suspended leaves no hidden cursor behind.
        self._console.show_cursor(True)

    def show(self, event: Event, line: LogLine | None) -> None:  # noqa: ARG002
        """Print the event's line of the log above the bar."""
        if line:
            self._console.print(_spell(line, self._marker), soft_wrap=True)

    def refresh(self, view: RunView) -> None:
        """Redraw the bar."""
        meters = f"{view.step:,}/{view.total_timesteps:,}  {_meters(view)}"
        self._progress.update(self._task, completed=view.fraction, state=view.state, meters=meters)
        self._progress.refresh()

    def close(self) -> None:
        """Leave the bar on the terminal."""
        self._progress.stop()


class HeraldingPrinter:
    """Another printer on a terminal whose user is called when it is worth it, and whose window has a title.

    Args:
        printer: prints.
        herald: calls the user.
        title: the title, open until the last event.
        marker: characters that the terminal can show.
    """

    def __init__(self, printer: Printer, herald: Herald, title: WindowTitle, marker: str) -> None:
        self._printer = printer
        self._herald = herald
        self._title = title
        self._marker = marker
        self._taken: list[Event] = []
        title.open()

    def show(self, event: Event, line: LogLine | None) -> None:
        """Print the event."""
        self._taken.append(event)
        self._printer.show(event, line)

    def refresh(self, view: RunView) -> None:
        """Print the state of the run, name the window after it, and call the user."""
        self._printer.refresh(view)
        self._title.show(describe_run(view, marker=self._marker))
        taken, self._taken = self._taken, []
        self._herald.take(taken)

    def close(self) -> None:
        """Print the end, and restore the title."""
        self._printer.close()
        self._title.close()


class SilentPrinter:
    """Prints nothing, for a run without a viewer."""

    def show(self, event: Event, line: LogLine | None) -> None:
        """Print nothing."""

    def refresh(self, view: RunView) -> None:
        """Print nothing."""

    def close(self) -> None:
        """Print nothing."""


class FirstEventPrinter(SilentPrinter):
    """Calls `on_first` with the first event, and prints nothing."""

    def __init__(self, on_first: Callable[[Event], None]) -> None:
        self._on_first: Callable[[Event], None] | None = on_first

    def show(self, event: Event, line: LogLine | None) -> None:  # noqa: ARG002
        """Take the event."""
        if self._on_first is not None:
            on_first, self._on_first = self._on_first, None
            on_first(event)


class LastingPrinter:
    """Another printer for as long as its output takes something, then silence.

    Args:
        printer: prints.
        on_lost: called once with the error of the output.
    """

    def __init__(self, printer: Printer, on_lost: Callable[[OSError], None]) -> None:
        self._printer = printer
        self._on_lost = on_lost

    def show(self, event: Event, line: LogLine | None) -> None:
        """Print the event."""
        self._try(lambda: self._printer.show(event, line))

    def refresh(self, view: RunView) -> None:
        """Print the state of the run."""
        self._try(lambda: self._printer.refresh(view))

    def close(self) -> None:
        """Print the end."""
        self._try(self._printer.close)

    def _try(self, to_print: Callable[[], None]) -> None:
        try:
            to_print()
        except OSError as error:
            self._printer = SilentPrinter()
            self._on_lost(error)


def make_printer(stream: TextIO, *, as_json: bool) -> Printer:
    """Return a printer of JSON lines, a progress bar for a terminal, or plain lines for anything else."""
    if as_json:
        return JsonPrinter(stream)
    is_terminal = stream.isatty() and os.environ.get("TERM") != "dumb"
    return BarPrinter(stream) if is_terminal else LinePrinter(stream)


def follow(run: TrainingRun, view: RunView, printer: Printer) -> None:
    """Start a run unless it is already started, and print it to its end.

    Args:
        run: trains.
        view: takes the run's events; that of a resumed run holds its past.
        printer: shows events and view.
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


class _AsciiConsole(Console):
    @property
    def encoding(self) -> str:
        """Makes Rich draw bars of ASCII characters."""
        return "ascii"


def describe_progress(view: RunView) -> str:
    """Return state, steps and meters in one line."""
    return f"{view.state}  {_progress(view)}"


def _progress(view: RunView) -> str:
    return f"{view.step:,}/{view.total_timesteps:,} steps ({view.fraction:.0%})  {_meters(view)}"


def _meters(view: RunView) -> str:
    """Return steps/s, time left, mean return and epsilon, as far as they are known."""
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


def _spell(line: LogLine, marker: str) -> str:
    return f"{symbol(line.level, marker)} {for_marker(line.text, marker)}"
