"""The program's own standard streams, and its messages on them.

While `ForeignOutput` captures descriptors 1 and 2, the program still writes to where they led before.
"""

from __future__ import annotations

import errno
import json
import math
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, TextIO

from dqn_tui.errors import DqnTuiError
from dqn_tui.view.text import plain

STDIN, STDOUT, STDERR = 0, 1, 2
OUTPUT_LOST_CODE = 1
# Types say that the original streams are final, and that the others are never None.
_sys: Any = sys
_reserved: dict[int, TextIO] = {}


class OutputLostError(DqnTuiError):
    """Standard output takes nothing more."""

    def __init__(self, error: OSError) -> None:
        super().__init__(f"cannot write the output: {error.strerror or error}")
        self.exit_code = 128 + signal.SIGPIPE if error.errno == errno.EPIPE else OUTPUT_LOST_CODE


def own_output() -> TextIO:
    """Return the stream that leads to the program's standard output."""
    return _reserved.get(STDOUT) or sys.stdout


def own_errors() -> TextIO:
    """Return the stream that leads to the program's standard error."""
    return _reserved.get(STDERR) or sys.stderr


def own_descriptor(number: int) -> int:
    """Return the descriptor that leads to where descriptor `number` led when the program started."""
    return _reserved[number].fileno() if number in _reserved else number


def say(message: str) -> None:
    """Write one line to standard error, without anything that could steer a terminal."""
    # The terminal may be lost.
    with suppress(OSError):
        own_errors().write(f"dqn-tui: {' '.join(plain(message).split())}\n")
        own_errors().flush()


def print_text(text: str) -> None:
    """Write lines to standard output.

    Raises:
        OutputLostError: it takes nothing more.
    """
    try:
        own_output().write(f"{text}\n")
        own_output().flush()
    except OSError as error:
        raise lose_output(error) from None


def lose_output(error: OSError) -> OutputLostError:
    """Discard what is still to be written to standard output, and say why, unless its reader is merely gone."""
    silence(own_descriptor(STDOUT))
    lost = OutputLostError(error)
    if error.errno != errno.EPIPE:
        say(str(lost))
    return lost


def print_json(value: Any) -> None:
    """Write one line of strict JSON to standard output: numbers that are not finite become null.

    Raises:
        OutputLostError: it takes nothing more.
    """
    print_text(json.dumps(_without_non_finite(value), allow_nan=False))


def flush(*streams: TextIO | None) -> None:
    """Flush streams as far as possible: foreign code may have closed one, or put something else in its place."""
    for stream in streams:
        with suppress(AttributeError, OSError, ValueError):
            if stream is not None:
                stream.flush()


def silence(*descriptors: int) -> None:
    """Make descriptors lead nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in descriptors:
        os.dup2(nowhere, number)
    os.close(nowhere)


def open_closed_streams() -> None:
    """Open the standard descriptors that were closed when the program started.

    Otherwise the next files that the program opens would take their numbers, and be written to by anyone who prints.
    Afterwards standard input is empty, writing to standard output is an error, and messages are dropped.
    """
    for number, flags in ((STDIN, os.O_RDONLY), (STDOUT, os.O_RDONLY), (STDERR, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number is this one.
            os.open(os.devnull, flags)
    if _sys.stdin is None:
        _sys.stdin = _sys.__stdin__ = os.fdopen(STDIN, closefd=False)
    if _sys.stdout is None:
        _sys.stdout = _sys.__stdout__ = _open_text(STDOUT)
    if _sys.stderr is None:
        _sys.stderr = _sys.__stderr__ = _open_text(STDERR)


@contextmanager
def reserved_streams() -> Iterator[None]:
    """Move the program's own streams to descriptors that nobody else knows, so that 1 and 2 can be redirected.

    Raises:
        OSError: there are no descriptors left.
    """
    replaced = sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__
    flush(*replaced)
    out, errors = _open_text(os.dup(STDOUT), sys.stdout), _open_text(os.dup(STDERR), sys.stderr)
    _reserved.update({STDOUT: out, STDERR: errors})
    # Textual draws on the original standard error.
    _sys.__stdout__, _sys.__stderr__ = out, errors
    try:
        yield
    finally:
        # A library may have kept the replaced streams, and left words in their buffers.
        flush(sys.stdout, sys.stderr, *replaced)
        _reserved.clear()
        for number, stream in ((STDOUT, out), (STDERR, errors)):
            os.dup2(stream.fileno(), number)
            with suppress(OSError):
                stream.close()
        _sys.stdout, _sys.stderr, _sys.__stdout__, _sys.__stderr__ = replaced


def _without_non_finite(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {key: _without_non_finite(item) for key, item in value.items()}
    return [_without_non_finite(item) for item in value] if isinstance(value, list | tuple) else value


def _open_text(descriptor: int, like: TextIO | None = None) -> TextIO:
    encoding = getattr(like, "encoding", None) or "utf-8"
    return os.fdopen(descriptor, "w", encoding=encoding, errors="backslashreplace", closefd=descriptor > STDERR)
