"""The one place where strings from the outside become safe to show."""

from __future__ import annotations

import types
import typing
from functools import cache

import msgspec

from dqn_tui.events import Event, OutputWritten, Progress
from dqn_tui.view.text import clean, plain


def clean_event(event: Event) -> Event:
    """Return the event with its strings free of control sequences and hidden characters.

    Only the output of an environment keeps its line ends. Names of metrics stay as they are: viewers look them up and
    never show them.
    """
    if isinstance(event, OutputWritten):
        return msgspec.structs.replace(event, text="\n".join(map(plain, event.text.splitlines())))
    names = _open_fields(type(event))
    if not names:
        return event
    values = ((name, getattr(event, name)) for name in names)
    cleaned = ((name, value, clean(value)) for name, value in values if isinstance(value, str | dict | list))
    changes = {name: new for name, old, new in cleaned if new != old}
    return msgspec.structs.replace(event, **changes) if changes else event


@cache
def _open_fields(kind: type[Event]) -> tuple[str, ...]:
    """Return the fields of a kind of event that can hold strings from outside."""
    if kind is Progress:
        return ()
    return tuple(field.name for field in msgspec.structs.fields(kind) if not _is_number(field.type))


def _is_number(annotation: object) -> bool:
    parts = typing.get_args(annotation) if isinstance(annotation, types.UnionType) else (annotation,)
    return all(getattr(part, "__origin__", part) in (int, float, bool, types.NoneType) for part in parts)
