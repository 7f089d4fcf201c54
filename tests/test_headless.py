"""The viewer without a screen, with a run whose events the test writes."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from dqn_tui import control, events
from dqn_tui.control import Request
from dqn_tui.events import Event
from dqn_tui.headless import JsonPrinter, LinePrinter, Printer, follow, make_printer
from dqn_tui.view.run_view import RunView

NOW: dict[str, Any] = {"step": 0, "time": 1.0}
STARTED = events.RunStarted(
    **NOW, run="runs/x", env="CartPole-v1", seed=1, device="cpu", total_timesteps=100, learning_starts=10,
    buffer_size=10, actions=2,
)  # fmt: skip
WARNING = events.WarningRaised(**NOW, message="the disk is \x1b[31mred\x1b[0m")
ENDED = events.RunEnded(
    step=100, time=2.0, reason="completed", episodes=1, mean_return_100=None, best_eval_mean=None, updates=0,
    wall_seconds=1.0, steps_per_second=100.0, checkpoint=None, weights_sha256="0",
)  # fmt: skip


class Script:
    """Tells all its events at once; a stop makes it tell the last."""

    def __init__(self, told: list[Event], during: Callable[[], None] = lambda: None) -> None:
        self.requests: list[Request] = []
        self._told = list(told)
        self._during = during

    def start(self, on_news: Callable[[], None]) -> None:
        self._on_news = on_news
        on_news()

    def request(self, request: Request) -> None:
        self.requests.append(request)
        if isinstance(request, control.Stop):
            self._told.append(ENDED)
            self._on_news()

    def drain(self) -> list[Event]:
        told, self._told = self._told, []
        if told and not isinstance(told[-1], events.RunEnded):
            self._during()
        return told

    def start_rollout(self) -> Any:
        raise AssertionError("nobody watches")


def show(run: Script, printer: Printer) -> tuple[RunView, int | None]:
    view = RunView()
    return view, follow(run, view, printer, should_stop_on_hangup=False)


def test_json_is_one_line_for_each_event_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    told = [STARTED, events.Progress(step=5, time=1.5, metrics={"train/loss": float("nan")}), WARNING, ENDED]
    show(Script(told), JsonPrinter())
    output = capsys.readouterr()
    assert [json.loads(line) for line in output.out.splitlines()] == [events.to_dict(event) for event in told]
    assert output.err == ""


def test_lines_are_plain_whatever_an_event_says(capsys: pytest.CaptureFixture[str]) -> None:
    show(Script([STARTED, WARNING, ENDED]), LinePrinter())
    output = capsys.readouterr().out
    assert "\x1b" not in output
    assert "the disk is" in output
    assert "CartPole-v1" in output


def test_a_pipe_gets_lines_and_json_where_it_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert isinstance(make_printer(should_print_json=False), LinePrinter)
    assert isinstance(make_printer(should_print_json=True), JsonPrinter)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_asks_the_run_to_stop_and_save_and_is_told_at_its_end(number: signal.Signals) -> None:
    run = Script([STARTED], during=lambda: os.kill(os.getpid(), number))
    before = signal.getsignal(number)
    view, received = show(run, JsonPrinter())
    assert run.requests == [control.Stop(should_save=True)]
    assert received == number
    assert view.is_over
    assert signal.getsignal(number) is before


def test_without_a_signal_none_is_told() -> None:
    _, received = show(Script([STARTED, ENDED]), JsonPrinter())
    assert received is None
