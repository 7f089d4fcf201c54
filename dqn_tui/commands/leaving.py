"""Ends the process, no matter which threads are still running.

At shutdown the interpreter first joins every non-daemon thread, without a time limit. Then it terminates each daemon
thread that asks for the interpreter lock, by unwinding the thread's stack (`pthread_exit`, up to Python 3.13). Native
code does not survive that: inside a noexcept function, such as the destructor of a tensor, unwinding calls
`std::terminate`, which aborts the process with SIGABRT. So while other threads are alive, the process exits without
shutting the interpreter down.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
from typing import NoReturn, TextIO

from dqn_tui.commands.streams import OUTPUT_LOST_CODE, STDOUT, say, silence

ROLLOUT_SECONDS = 2.0
"""Time limit for a closed rollout to finish its current step and close its environment."""
THREADS_SECONDS = 2.0
"""Time limit for joining non-daemon threads."""
EXIT_SECONDS = 5.0
"""Time limit for joining threads and running exit handlers, together."""


def leave(code: int) -> NoReturn:
    """Exit with `code` within `EXIT_SECONDS`, even if other threads never end; exit handlers run first.

    Raises:
        SystemExit: no other thread is alive, so the interpreter can shut down normally.
    """
    code = _flush(code)
    if threading.active_count() == 1:
        sys.exit(code)
    limit = threading.Timer(EXIT_SECONDS, os._exit, (code,))
    limit.daemon = True
    try:
        limit.start()
        _join_threads(THREADS_SECONDS)
        # In the interpreter's order: exit handlers run after threads are joined.
        atexit._run_exitfuncs()
    finally:
        leave_at_once(code)


def leave_at_once(code: int) -> NoReturn:
    """Exit with `code` at once, without running exit handlers: a thread may be inside a library that they tear down."""
    os._exit(_flush(code))


def _join_threads(seconds: float) -> None:
    deadline = time.monotonic() + seconds
    for thread in threading.enumerate():
        if not thread.daemon and thread is not threading.current_thread():
            thread.join(max(0.0, deadline - time.monotonic()))


def _flush(code: int) -> int:
    """Flush the standard streams; return the exit code, which is a failure if output was lost."""
    streams: tuple[TextIO | None, ...] = (sys.stdout, sys.stderr)
    for stream in streams:
        try:
            # None where the descriptor was closed from the start.
            if stream is not None:
                stream.flush()
        except (OSError, ValueError) as error:
            if stream is sys.stdout:
                # The interpreter flushes once more.
                silence(STDOUT)
                say(f"cannot write the output: {error}")
                code = code or OUTPUT_LOST_CODE
    return code
