"""The one place where strings from the outside become safe to show."""

from __future__ import annotations

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
    if isinstance(event, Progress):
        return event
    values = ((name, getattr(event, name)) for name in event.__struct_fields__)
    cleaned = ((name, value, clean(value)) for name, value in values if isinstance(value, str | dict | list))
    changes = {name: new for name, old, new in cleaned if new != old}
    return msgspec.structs.replace(event, **changes) if changes else event
