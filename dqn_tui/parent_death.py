"""A process that ends with its parent, also while it is stopped or hangs: the kernel sees to it, on Linux."""

from __future__ import annotations

import ctypes
import signal
import sys

_PR_SET_PDEATHSIG = 1


def die_with_parent(*, is_wanted: bool = True) -> bool:
    """Let the kernel kill this process once the thread that started it is gone, or no longer.

    Returns:
        Whether it will.
    """
    if sys.platform != "linux":
        return False
    answer: int = ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL if is_wanted else 0)
    return is_wanted and answer == 0
