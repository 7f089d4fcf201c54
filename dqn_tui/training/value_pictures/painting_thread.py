"""The thread that paints pictures for viewers: `value_pictures.ValuePictures`.

This module imports nothing heavy: torch and the environment are loaded on the thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic, thread_time
from typing import TYPE_CHECKING

from dqn_tui.errors import DqnTuiError, read_message
from dqn_tui.policy_choice import LIVE
from dqn_tui.value_pictures import ValuePicture, ValueQuery

if TYPE_CHECKING:
    from dqn_tui.training.value_pictures.easel import Easel

SHARE_OF_TIME = 0.015
"""Share of a processor that pictures of the live policy may take."""
LEAST_SECONDS = 3.0
"""Seconds between two pictures of the live policy, at least."""


class PaintingThread:
    """Paints what was asked for last; the live policy again and again, so seldom that training hardly notices.

    Args:
        load: makes the easel, on the thread.
    """

    def __init__(self, load: Callable[[], Easel]) -> None:
        self._load = load
        self._condition = threading.Condition()
        self._query = ValueQuery()
        self._is_new = True
        self._is_shown = True
        self._is_closed = False
        self._picture: ValuePicture | None = None
        self._error: str | None = None
        self._thread = threading.Thread(target=self._run, name="value pictures", daemon=True)
        self._thread.start()

    @property
    def picture(self) -> ValuePicture | None:
        """The newest picture."""
        return self._picture

    @property
    def error(self) -> str | None:
        """Why there is no picture of the last query, in one line."""
        return self._error

    def ask(self, query: ValueQuery) -> None:
        """Paint this next."""
        with self._condition:
            self._is_new = self._is_new or query != self._query
            self._query = query
            self._condition.notify_all()

    def show(self, *, is_shown: bool) -> None:
        """Paint only while the pictures are shown."""
        with self._condition:
            self._is_shown = is_shown
            self._condition.notify_all()

    def close(self) -> None:
        """End the thread; return at once."""
        with self._condition:
            self._is_closed = True
            self._condition.notify_all()

    def join(self, seconds: float) -> bool:
        """Wait for a closed thread to end; return whether it did within `seconds`."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            easel = self._load()
        except BaseException as error:  # noqa: BLE001 - an environment may even raise SystemExit
            self._error = _describe(error)
            return
        try:
            self._paint_until_closed(easel)
        finally:
            easel.close()

    def _paint_until_closed(self, easel: Easel) -> None:
        pause = 0.0
        while (query := self._wait(pause)) is not None:
            started = thread_time()
            try:
                picture = easel.paint(query)
                self._error = None
            except Exception as error:  # noqa: BLE001 - foreign code; the next query may do better
                picture, self._error = None, _describe(error)
            if picture is not None:
                self._picture = picture
            pause = max(LEAST_SECONDS, (thread_time() - started) / SHARE_OF_TIME)

    def _wait(self, pause: float) -> ValueQuery | None:
        """Return the next query to paint; None once closed.

        That is a new one at once, or after the pause the last one if it shows the live policy.
        """
        due = monotonic() + pause
        with self._condition:
            while not self._is_closed:
                left = due - monotonic()
                may_repeat = self._query.policy.name == LIVE
                if self._is_shown and (self._is_new or (may_repeat and left <= 0)):
                    self._is_new = False
                    return self._query
                self._condition.wait(max(left, 0.01) if self._is_shown and may_repeat else None)
        return None


def _describe(error: BaseException) -> str:
    message = read_message(error)
    return (message if isinstance(error, DqnTuiError) else f"{type(error).__name__}: {message}").partition("\n")[0]
