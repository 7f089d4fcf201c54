"""The viewer without a screen, with a run whose events the test writes."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from dqn_tui import events
from dqn_tui.control import Access, Request
from dqn_tui.event_json import to_dict
from dqn_tui.events import Event
from dqn_tui.headless import (
    BarPrinter,
    HeraldingPrinter,
    JsonPrinter,
    LastingPrinter,
    LinePrinter,
    Printer,
    follow,
    make_printer,
)
from dqn_tui.view.herald import Herald, Notify
from dqn_tui.view.log_line import LogLine
from dqn_tui.view.run_view import RunView
from dqn_tui.view.window_title import WindowTitle

FULL = OSError(28, "No space left on device")

NOW: dict[str, Any] = {"step": 0, "time": 1.0}
STARTED = events.RunStarted(
    **NOW, run="runs/x", env="CartPole-v1", seed=1, device="cpu", total_timesteps=100, learning_starts=10,
    buffer_size=10, actions=2,
)  # fmt: skip
WARNING = events.WarningRaised(**NOW, message="the disk is \x1b[31mred\x1b[0m")
ENDED = events.RunEnded(
    step=100, time=2.0, reason=events.EndReason.COMPLETED,
    episodes=1, mean_return_100=None, best_eval_mean=None, updates=0,
    wall_seconds=1.0, steps_per_second=100.0, checkpoint=None, weights_sha256="0",
)  # fmt: skip


class Script:
    """Reports all its events at once."""

    def __init__(self, script: list[Event]) -> None:
        self._events = list(script)

    def start(self, on_news: Callable[[], None]) -> None:
        on_news()

    def request(self, request: Request) -> None:
        raise AssertionError(f"unexpected {request}")

    def drain(self) -> list[Event]:
        script, self._events = self._events, []
        return script

    def start_rollout(self, episode: int | None = None) -> Any:  # noqa: ARG002
        raise AssertionError("unexpected rollout")

    def start_value_pictures(self) -> Any:
        raise AssertionError("unexpected pictures")

    @property
    def access(self) -> Access:
        return Access()


def show(run: Script, printer: Printer) -> RunView:
    view = RunView()
    follow(run, view, printer)
    return view


def test_json_is_one_line_per_event_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    script = [STARTED, events.Progress(step=5, time=1.5, metrics={"train/loss": float("nan")}), WARNING, ENDED]
    show(Script(script), JsonPrinter(sys.stdout))
    output = capsys.readouterr()
    assert [json.loads(line) for line in output.out.splitlines()] == [to_dict(event) for event in script]
    assert output.err == ""


def test_lines_are_plain_whatever_an_event_contains(capsys: pytest.CaptureFixture[str]) -> None:
    show(Script([STARTED, WARNING, ENDED]), LinePrinter(sys.stdout))
    output = capsys.readouterr().out
    assert "\x1b" not in output
    assert "the disk is" in output
    assert "CartPole-v1" in output


def test_pipe_gets_lines_or_json_if_requested(capsys: pytest.CaptureFixture[str]) -> None:
    assert isinstance(make_printer(sys.stdout, as_json=False), LinePrinter)
    assert isinstance(make_printer(sys.stdout, as_json=True), JsonPrinter)
    assert capsys.readouterr().out == ""


class FakeTerminal(io.TextIOWrapper):
    """A terminal that keeps what is written."""

    def __init__(self, encoding: str = "utf-8") -> None:
        super().__init__(io.BytesIO(), encoding=encoding, write_through=True)

    def isatty(self) -> bool:
        return True

    @property
    def text(self) -> str:
        assert isinstance(self.buffer, io.BytesIO)
        return self.buffer.getvalue().decode()


def fail_for(error: OSError) -> None:
    raise AssertionError(error)


class Torn:
    """A printer whose output is lost after the first event."""

    is_closed = False

    def __init__(self) -> None:
        self.shown: list[Event] = []

    def show(self, event: Event, line: LogLine | None) -> None:  # noqa: ARG002
        if self.shown:
            raise FULL
        self.shown.append(event)

    def refresh(self, view: RunView) -> None:
        """Not reached with anything left to print on."""

    def close(self) -> None:
        assert not self.shown, "nothing is left to close"
        self.is_closed = True


def test_lost_output_is_reported_once_and_the_run_followed_to_its_end() -> None:
    torn = Torn()
    lost: list[OSError] = []
    view = show(Script([STARTED, WARNING, ENDED]), LastingPrinter(torn, lost.append))
    assert torn.shown == [STARTED]
    assert lost == [FULL]
    assert view.is_over


def test_ended_run_is_followed_no_further() -> None:
    """`follow` returns at once, and prints nothing but the end."""
    view, torn = RunView(), Torn()
    view.apply(ENDED)
    run = Script([WARNING])
    follow(run, view, LastingPrinter(torn, fail_for))
    assert run.drain() == [WARNING]
    assert torn.shown == []
    assert torn.is_closed


def test_bar_never_leaves_the_cursor_hidden() -> None:
    """Then no way to end or suspend the program has to restore it."""
    terminal = FakeTerminal()
    printer = BarPrinter(terminal)
    printer.refresh(RunView())
    drawn = terminal.text
    assert drawn.rindex("\x1b[?25h") > drawn.rindex("\x1b[?25l")
    printer.close()


@pytest.mark.parametrize("variables", [{"LC_ALL": "C"}, {"LC_ALL": "", "LC_CTYPE": "", "LANG": "POSIX"}])
def test_locale_c_gets_ascii_on_a_terminal_and_in_a_pipe(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Python itself writes UTF-8 in that locale."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    terminal = FakeTerminal()
    script = [STARTED, events.Progress(step=50, time=1.5, metrics={}), WARNING, ENDED]
    show(Script(script), BarPrinter(terminal))
    show(Script(script), LinePrinter(sys.stdout))
    assert terminal.text.isascii()
    assert "--" in terminal.text
    assert capsys.readouterr().out.isascii()


def test_a_terminal_is_named_and_rung_and_then_has_its_own_title_again() -> None:
    written: list[str] = []
    clock = iter(range(10_000, 20_000))
    view, printer = RunView(), Recorded()
    title = WindowTitle(written.append, {"TERM": "xterm"}, lambda: next(clock))
    now = iter([0.0, *[100.0] * 10])
    herald = Herald(view, written.append, Notify.AUTO, variables={"TERM": "xterm"}, clock=lambda: next(now))
    heralding = HeraldingPrinter(printer, herald, title, "ascii")
    run = Script([STARTED, msgspec.structs.replace(ENDED, time=99.0)])
    follow(run, view, heralding)
    assert written == [
        "\x1b[22;0t",
        "\x1b]2;DONE CartPole-v1 . dqn-tui\a",
        "\a\x1b]9;CartPole-v1: run completed at step 100\a",
        "\x1b]2;\a\x1b[23;0t",
    ]
    assert printer.seen == ["run_started", "run_ended", "refresh", "close"]


class Recorded:
    """A printer that only remembers."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def show(self, event: Event, line: LogLine | None) -> None:  # noqa: ARG002
        self.seen.append(event.name)

    def refresh(self, view: RunView) -> None:  # noqa: ARG002
        self.seen.append("refresh")

    def close(self) -> None:
        self.seen.append("close")
