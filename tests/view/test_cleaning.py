"""Strings from the outside, made safe to show."""

from __future__ import annotations

import pytest

from dqn_tui import events
from dqn_tui.events import EndReason
from dqn_tui.view.cleaning import clean_event
from tests.view.test_run_view import at, ended, episode, progress, started


def test_strings_are_clean_at_any_depth() -> None:
    event = clean_event(
        started(run="a\x1b[31m", env="b\n", imports=["c\x9b2J"], config={"k\x07": ["v\u202e", {"w": "\x1b]0;x\x07"}]})
    )
    assert isinstance(event, events.RunStarted)
    assert (event.run, event.env, event.imports) == ("a", "b ", ["c"])
    assert event.config == {"k": ["v", {"w": ""}]}


def test_output_keeps_its_line_ends_only() -> None:
    event = clean_event(events.OutputWritten(**at(1), text="a\x1b[2J\rb\n\x07c"))
    assert isinstance(event, events.OutputWritten)
    assert event.text == "a\nb\nc"


@pytest.mark.parametrize("event", [episode(5, 1, 3.0), progress(5, train__loss=1.0), ended()], ids=lambda e: e.name)
def test_clean_events_are_left_as_they_are(event: events.Event) -> None:
    assert clean_event(event) is event


def test_reason_of_an_end_stays_a_reason() -> None:
    event = clean_event(ended(reason=EndReason.DIVERGED, cause="loss\x1b[2J is nan"))
    assert isinstance(event, events.RunEnded)
    assert event.reason is EndReason.DIVERGED
    assert event.cause == "loss is nan"


def test_values_nested_beyond_any_setting_are_cut_off() -> None:
    deep: object = "x"
    for _ in range(900):
        deep = [deep]
    event = clean_event(events.SettingChanged(**at(1), key="k", old=deep, new=1))
    assert isinstance(event, events.SettingChanged)
    assert len(str(event.old)) < 100
