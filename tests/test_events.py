"""Events as JSON and back."""

from __future__ import annotations

import json
import math
from dataclasses import fields
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui import events
from dqn_tui.events import Event, from_dict, to_dict

KINDS = Event.__subclasses__()
CONTRACT_NAMES = {
    "run_started", "progress", "episode_ended", "evaluated", "checkpoint_saved", "paused", "resumed", "run_resumed",
    "warning", "run_ended", "run_failed",
}  # fmt: skip
WORDS_FOR_NUMBERS = ("NaN", "Infinity", "-Infinity")

FLOATS = st.floats()
TEXT = st.text().filter(lambda text: text not in WORDS_FOR_NUMBERS)
SETTINGS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXT)
BY_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    int: st.integers(0, 2**53),
    float: FLOATS,
    str: TEXT,
    bool: st.booleans(),
    float | None: st.none() | FLOATS,
    str | None: st.none() | TEXT,
    dict[str, float]: st.dictionaries(TEXT.map(lambda text: f"train/{text}"), FLOATS),
    Any: SETTINGS,
    dict[str, Any]: st.dictionaries(TEXT, SETTINGS | st.lists(st.integers())),
}


def events_of(kind: type[Event]) -> st.SearchStrategy[Event]:
    hints = get_type_hints(kind)
    values = {item.name: BY_TYPE[hints[item.name]] for item in fields(kind)}
    return st.builds(kind, **values | {"time": st.floats(0, 4e9).map(lambda time: round(time, 6))})


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@given(data=st.data())
def test_every_event_survives_the_journals_json(kind: type[Event], data: st.DataObject) -> None:
    event = data.draw(events_of(kind))
    line = json.dumps(to_dict(event), allow_nan=False)
    assert repr(from_dict(json.loads(line))) == repr(event)


def test_the_contracts_names_all_exist_and_no_two_events_share_one() -> None:
    names = [kind.name for kind in KINDS]
    assert len(set(names)) == len(names)
    assert set(names) >= CONTRACT_NAMES


def test_an_event_is_one_flat_object_with_its_name_time_and_step_first() -> None:
    event = events.Progress(step=12, time=1.5, metrics={"train/loss": 0.25})
    assert list(to_dict(event).items()) == [("event", "progress"), ("time", 1.5), ("step", 12), ("train/loss", 0.25)]


def test_numbers_that_json_lacks_are_told_apart() -> None:
    metrics = {"train/a": math.nan, "train/b": math.inf, "train/c": -math.inf}
    data = to_dict(events.Progress(step=1, time=1.0, metrics=metrics))
    assert [data[name] for name in metrics] == ["NaN", "Infinity", "-Infinity"]


@pytest.mark.parametrize("word", WORDS_FOR_NUMBERS)
def test_a_message_that_reads_like_a_number_stays_a_message(word: str) -> None:
    event = events.WarningRaised(step=1, time=1.0, message=word)
    assert from_dict(to_dict(event)) == event


def test_keys_of_a_later_version_are_passed_over() -> None:
    data = to_dict(events.Paused(step=1, time=2.0)) | {"mood": "calm"}
    assert from_dict(data) == events.Paused(step=1, time=2.0)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"event": "unheard_of", "time": 1.0, "step": 1},
        {"event": "paused"},
        {"event": "paused", "step": 1},
        {"event": "progress"},
        {"event": "run_ended", "time": 1.0, "step": 1},
    ],
)
def test_what_is_no_event_or_not_whole_is_a_value_error(data: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="event"):
        from_dict(data)
