"""What travels over the socket of a run: one JSON object a line, requests one way and answers the other.

A request is `{"request": "pause"}`; `stop` takes `"should_save": false`. The answer is an `Answer`, at once: the run
confirms a request with an event in its journal, as it does every request. Whatever is no request is answered with
`{"error": "..."}`, and the line is closed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import msgspec
from msgspec import Struct

from dqn_tui import control
from dqn_tui.control import Request

LONGEST_REQUEST_BYTES = 1_024
LONGEST_ANSWER_BYTES = 4_096

Verb = Literal["pause", "resume", "step", "save", "evaluate", "stop", "status", "policy"]
"""`status` only asks for an answer. The answer to `policy` comes with a file descriptor: see `Answer`."""


class Message(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A request; `should_save` belongs to `stop`."""

    request: Verb
    should_save: bool = True


class Answer(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a process says of its run.

    Attributes:
        pid: its process.
        step: environment steps at its newest event.
        is_paused: whether it is paused, at its newest event.
        is_over: whether it has ended.
        policy_step, policy_bytes: step and length in bytes of the weights in the file whose descriptor comes with the
            answer, in the safetensors format.
        error: why the request was refused, in one line.
    """

    pid: int = 0
    step: int = 0
    is_paused: bool = False
    is_over: bool = False
    policy_step: int | None = None
    policy_bytes: int = 0
    error: str | None = None


class Weights(NamedTuple):
    """Weights of a network in the safetensors format, and the step at which they were copied."""

    content: bytes
    step: int


_REQUESTS: dict[str, Callable[[Message], Request]] = {
    "pause": lambda _: control.Pause(),
    "resume": lambda _: control.Resume(),
    "step": lambda _: control.TakeStep(),
    "save": lambda _: control.Save(),
    "evaluate": lambda _: control.Evaluate(),
    "stop": lambda message: control.Stop(should_save=message.should_save),
}
_decode_message = msgspec.json.Decoder(Message).decode
_decode_answer = msgspec.json.Decoder(Answer).decode


def to_line(message: Message | Answer) -> bytes:
    """Return the line, with its end."""
    return msgspec.json.encode(message) + b"\n"


def parse_message(line: bytes) -> Message:
    """Return the request in a line.

    Raises:
        ValueError: it is none.
    """
    message: Message = _decode(_decode_message, line)
    return message


def parse_answer(line: bytes) -> Answer:
    """Return the answer in a line.

    Raises:
        ValueError: it is none.
    """
    answer: Answer = _decode(_decode_answer, line)
    return answer


def to_request(message: Message) -> Request | None:
    """Return what the trainer is asked for; None where the message only asks for an answer."""
    make = _REQUESTS.get(message.request)
    return make(message) if make else None


def to_message(request: Request) -> Message:
    """Return the message of a request.

    Raises:
        ValueError: requests of this kind do not travel.
    """
    for verb, make in _REQUESTS.items():
        message = Message(request=verb, should_save=getattr(request, "should_save", True))  # type: ignore[arg-type]
        if make(message) == request:
            return message
    raise ValueError(f"{type(request).__name__} does not travel over a socket")


def _decode(decode: Callable[[bytes], Any], line: bytes) -> Any:
    try:
        return decode(line)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise ValueError(f"no request: {error}") from None
