"""The title of the terminal's window: state and progress of the run."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from dqn_tui.view.terminal_codes import RESTORE_TITLE, SAVE_TITLE, has_title, title
from dqn_tui.view.text import for_marker, plain

if TYPE_CHECKING:
    from dqn_tui.view.run_view import RunView

SECONDS_BETWEEN = 1.0


class WindowTitle:
    """Sets the title while it is open, and then restores the one before.

    Args:
        write: writes to the terminal.
        variables: the environment, which names the terminal; nothing is written where it has no title.
        clock: seconds on a monotonic clock.

    Attributes:
        is_open: whether the terminal keeps an older title for later.
    """

    def __init__(
        self,
        write: Callable[[str], object],
        variables: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.is_open = False
        self._write = write
        self._has_title = has_title(variables)
        self._clock = clock
        self._shown = ""
        self._shown_at = -SECONDS_BETWEEN

    def open(self) -> None:
        """Let the terminal keep its present title; the title shown last returns with the next `show`."""
        if self._has_title and not self.is_open:
            self._write(SAVE_TITLE)
            self.is_open = True
            self._shown = ""

    def show(self, text: str) -> None:
        """Show a new text, at most once a second; a text that comes too early is dropped, for the caller repeats it."""
        now = self._clock()
        if self.is_open and text != self._shown and now - self._shown_at >= SECONDS_BETWEEN:
            self._write(title(text))
            self._shown, self._shown_at = text, now

    def close(self) -> None:
        """Restore the title that the terminal kept."""
        if self.is_open:
            self.is_open = False
            self._write(RESTORE_TITLE)


def describe_run(view: RunView, env: str = "", marker: str = "braille") -> str:
    """Return the title for a run, `"RUNNING 43% CartPole-v1 · dqn-tui"`; `env` names one that reported nothing yet."""
    progress = "" if view.is_over or view.state == "WAITING" else f" {int(view.fraction * 100)}%"
    return for_marker(f"{view.state}{progress} {plain(view.env or env)} · dqn-tui", marker)
