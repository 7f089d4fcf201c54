"""The end of the process.

When the interpreter shuts down, it kills every daemon thread that asks for its lock by unwinding the thread's stack.
Native code does not survive that: in the destructor of a tensor, for one, it is `std::terminate` and SIGABRT. And
before that it waits for every thread that is not a daemon, however long that takes. So where threads are left, such as
those of an environment, the process ends without a shutdown of the interpreter.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
from typing import NoReturn

from dqn_tui.commands.signals import FAILED_CODE
from dqn_tui.commands.terminal import say

ROLLOUT_SECONDS = 2.0
"""For a rollout to end the step that it is in, and to close its environment."""
THREADS_SECONDS = 2.0
"""For the threads that the interpreter itself would wait for."""
EXIT_SECONDS = 5.0
"""For those threads and the exit handlers together."""


def leave(code: int) -> NoReturn:
    """End the process within seconds, whatever threads are left; exit handlers get their turn.

    Raises:
        SystemExit: no thread is left, so the interpreter can shut down as usual.
    """
    if threading.active_count() == 1:
        sys.exit(code)
    code = _flush(code)
    limit = threading.Timer(EXIT_SECONDS, os._exit, (code,))
    limit.daemon = True
    try:
        limit.start()
        _join_threads(THREADS_SECONDS)
        # As the interpreter does: after the threads, and before anything is torn down.
        atexit._run_exitfuncs()
    finally:
        leave_at_once(code)


def leave_at_once(code: int) -> NoReturn:
    """End the process in the middle of whatever its other threads do, without exit handlers."""
    os._exit(_flush(code))


def _join_threads(seconds: float) -> None:
    deadline = time.monotonic() + seconds
    for thread in threading.enumerate():
        if not thread.daemon and thread is not threading.current_thread():
            thread.join(max(0.0, deadline - time.monotonic()))


def _flush(code: int) -> int:
    """Write what the standard streams still hold; output that is lost turns success into failure."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError) as error:
            if stream is sys.stdout:
                say(f"cannot write the output: {error}")
                code = code or FAILED_CODE
    return code
