"""The driver's own parts, as far as they need no terminal."""

from __future__ import annotations

import io

from dqn_tui.ui.app.driver import LastingFile


class TornFile(io.StringIO):
    """A terminal that was lost."""

    def write(self, text: str) -> int:
        raise OSError(5, f"Input/output error at {text!r}")

    def flush(self) -> None:
        raise OSError(5, "Input/output error")


def test_a_lost_terminal_raises_no_error_in_the_writers_thread() -> None:
    file = LastingFile(TornFile())
    file.write("a frame")
    file.flush()


def test_what_a_terminal_takes_reaches_it() -> None:
    terminal = io.StringIO()
    LastingFile(terminal).write("a frame")
    assert terminal.getvalue() == "a frame"
