"""Calls the user of a run while they look elsewhere: rings the terminal's bell and shows a notification."""

from __future__ import annotations

import enum
import os
import time
from collections.abc import Callable, Iterable, Mapping

from dqn_tui.events import Event
from dqn_tui.view.notices import Notice, Notices
from dqn_tui.view.run_view import RunView
from dqn_tui.view.terminal_codes import BELL, notification
from dqn_tui.view.text import for_marker

WATCHED_SECONDS = 15.0
"""Time from the start in which a user is taken to be watching, where the terminal does not say so."""


class Notify(enum.StrEnum):
    """How the user wants to be called: `auto` also shows notifications, and only to those who look elsewhere."""

    AUTO = "auto"
    BELL = "bell"
    NONE = "none"


def choose_notify(asked: str | None, remembered: str | None) -> Notify:
    """Return what was asked for, else what is remembered, else `auto`; a remembered value may be damaged."""
    known = [name for name in (asked, remembered) if name in tuple(Notify)]
    return Notify(known[0]) if known else Notify.AUTO


class Herald:
    """Watches the events of a run for one terminal.

    Args:
        view: the run; it has applied the events that `take` is given.
        write: writes to the terminal.
        notify: how the user wants to be called.
        marker: characters that the terminal can show.
        variables: the environment, which names the terminal.
        clock: UTC seconds.

    Attributes:
        notify: as above; it may change.
        has_focus: whether the terminal is the one that the user works in; None until it has said so.
    """

    def __init__(
        self,
        view: RunView,
        write: Callable[[str], object],
        notify: Notify,
        *,
        marker: str = "braille",
        variables: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.notify = notify
        self.has_focus: bool | None = None
        self._notices = Notices(view)
        self._write = write
        self._marker = marker
        self._variables = variables
        self._clock = clock
        self._began_at = clock()

    def take(self, taken: Iterable[Event]) -> None:
        """Call the user if one of the events is worth it, once for all of them."""
        now = self._clock()
        notice = self._notices.pick(taken, now)
        if notice is None or not self._should_call(notice, now):
            return
        text = for_marker(notice.text, self._marker)
        is_full = self.notify is Notify.AUTO
        self._write(BELL + (notification(text, self._variables) if is_full else ""))

    def _should_call(self, notice: Notice, now: float) -> bool:
        if self.notify is not Notify.AUTO:
            return self.notify is Notify.BELL
        if self.has_focus is None:
            return notice.is_last and now - self._began_at >= WATCHED_SECONDS
        return not self.has_focus
