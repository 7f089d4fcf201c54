"""The viewer without a screen: a progress bar on a terminal, a line now and then in a pipe, or events as JSON."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from dqn_tui import events
from dqn_tui.control import Stop, TrainingRun
from dqn_tui.events import Event
from dqn_tui.view.log_line import LogLine
from dqn_tui.view.marker import detect_marker
from dqn_tui.view.run_view import RunView
from dqn_tui.view.text import duration, for_marker, number, symbol

REFRESH_SECONDS = 0.2
LINE_SECONDS = 3.0
SECOND_SIGNAL_SECONDS = 2.0


class Printer(Protocol):
    """Shows a run as it goes."""

    def show(self, event: Event, line: LogLine | None) -> None:
        """Called for each event, in order, with its line of the log if it has one."""

    def refresh(self, view: RunView) -> None:
        """Called a few times a second."""

    def close(self) -> None:
        """Called once, after the last event."""


class JsonPrinter:
    """Every event as one JSON line on stdout, and nothing else there."""

    def show(self, event: Event, line: LogLine | None) -> None:  # noqa: ARG002
        """Print the event."""
        sys.stdout.write(json.dumps(events.to_dict(event), allow_nan=False) + "\n")
        sys.stdout.flush()

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


def make_printer(*, should_print_json: bool) -> Printer:
    """The printer that fits where stdout goes."""
    if should_print_json:
        return JsonPrinter()
    return BarPrinter() if sys.stdout.isatty() and os.environ.get("TERM") != "dumb" else LinePrinter()


def follow(run: TrainingRun, view: RunView, printer: Printer, *, should_stop_on_hangup: bool) -> int | None:
    """Start a run and print it to its end; returns the signal that ended it, if one did.

    `view` takes the run in; it holds the past of a run that goes on.
    """
    news = threading.Event()
    with _signals_stop(run, should_stop_on_hangup=should_stop_on_hangup) as received:
        run.start(news.set)
        is_over = False
        while not is_over:
            news.wait(REFRESH_SECONDS)
            news.clear()
            for event in run.drain():
                printer.show(event, view.apply(event))
                is_over = isinstance(event, events.RunEnded | events.RunFailed)
            printer.refresh(view)
        printer.close()
    return received[0] if received else None


def outlive_terminal(run: TrainingRun, view: RunView, *, should_stop: bool) -> None:
    """Stay with a run whose terminal is gone until it ends, which `should_stop` asks for at once."""
    detach_from_terminal()
    with _signals_stop(run, should_stop_on_hangup=should_stop):
        if should_stop:
            run.request(Stop(should_save=True))
        while not view.is_over:
            time.sleep(REFRESH_SECONDS)
            for event in run.drain():
                view.apply(event)


def detach_from_terminal() -> None:
    """Send what is printed from here on to nowhere, since writing to a lost terminal is an error."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)


@contextmanager
def _signals_stop(run: TrainingRun, *, should_stop_on_hangup: bool) -> Iterator[list[int]]:
    """SIGINT and SIGTERM stop the run after its step and save it; a second SIGINT soon after ends at once."""
    received: list[int] = []
    first_interrupt = -SECOND_SIGNAL_SECONDS

    def stop(number: int, _: FrameType | None) -> None:
        nonlocal first_interrupt
        if number == signal.SIGINT:
            if time.monotonic() - first_interrupt < SECOND_SIGNAL_SECONDS:
                os._exit(128 + signal.SIGINT)
            first_interrupt = time.monotonic()
        if not received:
            received.append(number)
            run.request(Stop(should_save=True))

    def hang_up(number: int, frame: FrameType | None) -> None:
        detach_from_terminal()
        if should_stop_on_hangup:
            stop(number, frame)

    handlers = {signal.SIGINT: stop, signal.SIGTERM: stop, signal.SIGHUP: hang_up}
    previous = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield received
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


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
