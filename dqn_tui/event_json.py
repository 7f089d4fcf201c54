"""Events as JSON: one flat object each, `{"event": "episode_ended", "time": ..., "step": ..., ...}`.

JSON has no non-finite numbers; floats that are not finite travel as the strings "NaN", "Infinity" and "-Infinity".
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from typing import Any, Union

import msgspec

from dqn_tui.events import KINDS, Event, Progress


class _ProgressHead(Event, frozen=True, kw_only=True, tag="progress"):
    """A progress event without its metrics: msgspec reads no open set of keys into a field."""


_READ_AS: Any = Union[tuple(_ProgressHead if kind is Progress else kind for kind in KINDS)]  # noqa: UP007
_NON_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
# Lax conversion reads the words for non-finite floats.
_event_decoder = msgspec.json.Decoder(_READ_AS, strict=False)
_flat_decoder = msgspec.json.Decoder(dict[str, float | str])
_encoder = msgspec.json.Encoder()


def to_record(event: Event) -> dict[str, Any]:
    """Return the event as a flat object of plain values; each metric of `Progress` is a key of its own."""
    data: dict[str, Any] = msgspec.to_builtins(event)
    data["time"] = round(data["time"], 6)
    if isinstance(event, Progress):
        data |= data.pop("metrics")
    return data


def to_dict(event: Event) -> dict[str, Any]:
    """Return the record of an event as JSON can hold it: with words for floats that are not finite."""
    return {key: _to_words(value) for key, value in to_record(event).items()}


def to_json(event: Event) -> bytes:
    """Return the event as one line of ASCII JSON, without a line end."""
    data = to_dict(event)
    try:
        line = _encoder.encode(data)
    except UnicodeEncodeError:
        line = b"\xff"
    # The standard library escapes what is not ASCII, lone surrogates of undecodable paths among it.
    return line if line.isascii() else json.dumps(data, allow_nan=False, separators=(",", ":")).encode()


def from_dict(data: Mapping[str, Any]) -> Event:
    """Return the event that `to_dict` wrote; unknown keys are ignored.

    Raises:
        ValueError: The object is not an event of this version, lacks a key, or has a value of a wrong type or size.
    """
    try:
        event = msgspec.convert(data, _READ_AS, strict=False)
        if isinstance(event, _ProgressHead):
            return _complete(event, dict(data))
        return event  # type: ignore[no-any-return]
    # msgspec before 0.22 raises SystemError where an integer is too large for a float.
    except (msgspec.MsgspecError, RecursionError, SystemError) as error:
        raise ValueError(f"not an event: {error}") from None


def from_json(line: bytes) -> Event:
    """Return the event that `to_json` wrote; unknown keys are ignored.

    Raises:
        ValueError: The line is not JSON, or as for `from_dict`.
    """
    try:
        event = _event_decoder.decode(line)
        if isinstance(event, _ProgressHead):
            return _complete(event, _flat_decoder.decode(line))
        return event  # type: ignore[no-any-return]
    except msgspec.ValidationError as error:
        raise ValueError(f"not an event: {error}") from None
    except (msgspec.DecodeError, RecursionError):
        # msgspec does not read the escapes of lone surrogates; the standard library does.
        return from_dict(_load_object(line))


def _load_object(line: bytes) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except RecursionError:
        raise ValueError("not an event: nested too deeply") from None
    if not isinstance(data, dict):
        raise ValueError("not an event: not an object")
    return data


def _complete(head: _ProgressHead, flat: dict[str, Any]) -> Progress:
    """Return the progress event whose JSON object is `flat`."""
    for key in ("event", "time", "step"):
        del flat[key]
    metrics = {name: value if isinstance(value, float) else _to_number(value) for name, value in flat.items()}
    return Progress(time=head.time, step=head.step, metrics=metrics)


def _to_number(value: Any) -> float:
    """Return the value of a metric that is not a float: an integer, or a word for a non-finite float."""
    if isinstance(value, str) and value in _NON_FINITE:
        return _NON_FINITE[value]
    if type(value) is not int or abs(value) > sys.float_info.max:
        raise ValueError(f"not an event: expected a number, got {value!r:.40}")
    return float(value)


def _to_words(value: Any) -> Any:
    """Return the value with the words for non-finite floats in it."""
    if isinstance(value, float):
        return (
            value if math.isfinite(value) else "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        )
    if isinstance(value, dict):
        return {key: _to_words(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_to_words(item) for item in value]
    return value
