"""Events as JSON and back."""

from __future__ import annotations

import json
import math
from enum import Enum
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui import events
from dqn_tui.event_json import from_dict, from_json, to_dict, to_json
from dqn_tui.events import KINDS, LARGEST_COUNT, LATEST_TIME, Count, EndReason, Event, Seconds
from tests import fakes

WORDS_FOR_NUMBERS = ("NaN", "Infinity", "-Infinity")
FLOATS = st.floats()
TEXT = st.text(st.characters())
SETTINGS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXT)
METRIC_NAMES = TEXT.map(lambda text: f"train/{text}")
BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    Count: st.integers(0, LARGEST_COUNT),
    float: FLOATS,
    str: TEXT,
    bool: st.booleans(),
    EndReason: st.sampled_from(EndReason),
    float | None: st.none() | FLOATS,
    str | None: st.none() | TEXT,
    list[str]: st.lists(TEXT),
    dict[str, float]: st.dictionaries(METRIC_NAMES, FLOATS),
    Any: SETTINGS,
    dict[str, Any]: st.dictionaries(TEXT, SETTINGS | st.lists(st.integers())),
    Seconds: st.floats(0, 4e9).map(lambda time: round(time, 6)),
}


def events_of(kind: type[Event]) -> st.SearchStrategy[Event]:
    return st.builds(kind, **{item.name: BY_TYPE[item.type] for item in msgspec.structs.fields(kind)})


EVENTS = st.sampled_from(KINDS).flatmap(events_of)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_every_event_survives_the_journals_json(kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(events_of(kind))
    line = to_json(event)
    assert line.isascii()
    assert b"\n" not in line
    assert repr(from_json(line)) == repr(event)
    assert repr(from_dict(json.loads(line))) == repr(event)


@given(EVENTS)
def test_lines_are_strict_json_of_the_flat_object(event: Event) -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    data = json.loads(to_json(event), parse_constant=refuse)
    assert data == to_dict(event)
    assert list(data)[:3] == ["event", "time", "step"]
    assert not any(isinstance(value, Enum) for value in to_dict(event).values())


def test_metrics_are_keys_of_their_own() -> None:
    event = events.Progress(step=12, time=1.5, metrics={"train/loss": 0.25})
    assert list(to_dict(event).items()) == [("event", "progress"), ("time", 1.5), ("step", 12), ("train/loss", 0.25)]


def test_numbers_that_json_lacks_are_told_apart() -> None:
    metrics = {"train/a": math.nan, "train/b": math.inf, "train/c": -math.inf}
    data = to_dict(events.Progress(step=1, time=1.0, metrics=metrics))
    assert [data[name] for name in metrics] == ["NaN", "Infinity", "-Infinity"]


def test_settings_that_json_lacks_are_words_at_any_depth() -> None:
    event = fakes.started(config={"a": [math.nan, {"b": math.inf}]})
    assert to_dict(event)["config"] == {"a": ["NaN", {"b": "Infinity"}]}
    assert json.loads(to_json(event))["config"] == {"a": ["NaN", {"b": "Infinity"}]}


@pytest.mark.parametrize("word", WORDS_FOR_NUMBERS)
def test_message_that_reads_like_a_number_stays_a_message(word: str) -> None:
    event = events.WarningRaised(step=1, time=1.0, message=word)
    assert from_dict(to_dict(event)) == event


@pytest.mark.parametrize("text", ["caf\u00e9", "\x9b2J", "\udcff", "\u2028", "\U0001f600"])
def test_text_is_escaped_and_reads_back(text: str) -> None:
    event = events.WarningRaised(step=1, time=1.0, message=text)
    line = to_json(event)
    assert line.isascii()
    assert from_json(line) == event


def test_unknown_keys_are_ignored() -> None:
    data = to_dict(events.Paused(step=1, time=2.0)) | {"mood": "calm"}
    assert from_dict(data) == events.Paused(step=1, time=2.0)


PAUSED: dict[str, Any] = {"event": "paused", "time": 1.0, "step": 1}
ODD_STEPS: list[Any] = [-1, LARGEST_COUNT + 1, 10**400, 1.5, True, None, "x", [1], {}]
ODD_TIMES: list[Any] = [-1, LATEST_TIME, 10**400, None, "x", "NaN", "Infinity", [1]]
ODD_TEXTS: list[Any] = [None, 7, ["m"], {"m": 1}]
ODD_METRICS: list[Any] = [None, "x", [1], {}, 10**400]
NO_EVENTS: list[Any] = [
    {},
    [],
    7,
    "paused",
    None,
    {"event": "unheard_of", "time": 1.0, "step": 1},
    {"event": ["paused"], "time": 1.0, "step": 1},
    {"event": "paused"},
    {"event": "paused", "step": 1},
    {"event": "progress"},
    {"event": "run_ended", "time": 1.0, "step": 1},
    *(PAUSED | {"step": step} for step in ODD_STEPS),
    *(PAUSED | {"time": time} for time in ODD_TIMES),
    *(PAUSED | {"event": "warning", "message": message} for message in ODD_TEXTS),
    *(PAUSED | {"event": "progress", "train/loss": loss} for loss in ODD_METRICS),
    to_dict(fakes.evaluated(5, 1.0, 9.0)) | {"mean": 10**400},
    to_dict(fakes.ended(5, 1.0, "stopped")) | {"reason": "tired"},
    to_dict(fakes.started()) | {"config": 5},
    to_dict(fakes.started()) | {"imports": [1]},
]


@pytest.mark.parametrize("data", NO_EVENTS, ids=lambda data: repr(data)[:60])
def test_anything_else_than_a_complete_event_is_a_value_error(data: Any) -> None:
    with pytest.raises(ValueError, match="not an event"):
        from_dict(data)
    with pytest.raises(ValueError, match="not an event"):
        from_json(json.dumps(data).encode())


DEEP = b'{"event":"setting_changed","time":1,"step":1,"key":"k","old":1,"new":' + b"[" * 100_000


@pytest.mark.parametrize("line", [b"", b"not json", b"\xff", b"\0\0", b'{"event":', DEEP, DEEP + b"]" * 100_000 + b"}"])
def test_line_that_is_not_json_is_a_value_error(line: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        from_json(line)


@given(st.binary(max_size=200))
def test_any_bytes_are_an_event_or_a_value_error(line: bytes) -> None:
    try:
        assert isinstance(from_json(line), Event)
    except ValueError:
        return
