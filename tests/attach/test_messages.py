"""The lines that travel over the socket of a run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui import control
from dqn_tui.attach.messages import (
    LONGEST_REQUEST_BYTES,
    Answer,
    Message,
    parse_answer,
    parse_message,
    to_line,
    to_message,
    to_request,
)
from dqn_tui.control import Request

REQUESTS = [
    control.Pause(),
    control.Resume(),
    control.TakeStep(),
    control.Save(),
    control.Evaluate(),
    control.Stop(should_save=True),
    control.Stop(should_save=False),
]


@pytest.mark.parametrize("request_", REQUESTS, ids=repr)
def test_request_arrives_as_it_was_sent(request_: Request) -> None:
    line = to_line(to_message(request_))
    assert len(line) <= LONGEST_REQUEST_BYTES
    assert line.count(b"\n") == 1
    assert to_request(parse_message(line)) == request_


@pytest.mark.parametrize("verb", ["status", "policy"])
def test_question_asks_the_trainer_for_nothing(verb: str) -> None:
    assert to_request(parse_message(b'{"request": "%s"}' % verb.encode())) is None


@pytest.mark.parametrize(
    "request_", [control.Detach(), control.CopyPolicy(lambda _: None)], ids=lambda r: type(r).__name__
)
def test_request_of_another_kind_does_not_travel(request_: Request) -> None:
    with pytest.raises(ValueError, match="does not travel"):
        to_message(request_)


def test_answer_arrives_as_it_was_sent() -> None:
    answer = Answer(pid=7, step=12, is_paused=True, policy_step=11, policy_bytes=100)
    assert parse_answer(to_line(answer)) == answer


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"[]",
        b"pause",
        b'"pause"',
        b'{"request": "detach"}',
        b'{"request": "copy_policy"}',
        b'{"request": ["pause"]}',
        b'{"request": "pause", "more": 1}',
        b'{"request": "stop", "should_save": 1}',
        b'{"request": "pause"} {"request": "pause"}',
        b"[" * 1_000,
        b"\xff\xfe",
    ],
)
def test_nonsense_is_no_request(line: bytes) -> None:
    with pytest.raises(ValueError, match="no request"):
        parse_message(line)


@given(st.binary(max_size=LONGEST_REQUEST_BYTES))
def test_any_bytes_are_a_request_or_refused(line: bytes) -> None:
    try:
        message = parse_message(line)
    except ValueError:
        return
    assert isinstance(message, Message)
