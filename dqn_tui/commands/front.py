"""Lets a process that trains leave the terminal that it was started on.

Threads cannot outlive their process, and a shell waits for the process that it started. So that process is only a
front: it forks the one that trains, before any thread is started, passes signals on to it, stops and continues with it,
and ends with its exit code. When the user detaches, the front ends, and the shell gets its prompt back.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

from dqn_tui.commands.signals import FORWARDED_INTERRUPT
from dqn_tui.commands.terminal import Terminal
from dqn_tui.parent_death import die_with_parent

BEAT_SECONDS = 0.25
_DETACHED = signal.SIGUSR1
# The terminal sends these to both processes by itself.
_FROM_TERMINAL = (signal.SIGINT, signal.SIGTSTP)
_PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGTSTP, signal.SIGCONT, signal.SIGUSR2)


class Front:
    """The process in front, as the one that trains sees it.

    Should the front be killed, so is this process, and should the front be stopped, this one stops, too: to its user
    the two are one program.

    Args:
        pid: of the front.
        lifeline: a pipe whose other end only the front holds; it writes into it when it stops for this process.
    """

    def __init__(self, pid: int, lifeline: int) -> None:
        self._pid = pid
        self._lifeline = lifeline
        self._is_detached = threading.Event()
        threading.Thread(target=self._watch, name="front", daemon=True).start()

    def detach(self) -> None:
        """Leave the terminal and its session, and end the front with exit code 0.

        The caller has closed its screen and the standard streams.
        """
        self._is_detached.set()
        die_with_parent(is_wanted=False)
        os.setsid()
        self._send(_DETACHED)

    def _watch(self) -> None:
        was_stopped = False
        while not self._is_detached.is_set():
            is_readable = bool(select.select([self._lifeline], [], [], BEAT_SECONDS)[0])
            if self._is_detached.is_set():
                return
            if is_readable:
                if not os.read(self._lifeline, 1_024):
                    os.kill(os.getpid(), signal.SIGKILL)
                # The front stopped because this process was stopped, which is over.
                self._send(signal.SIGCONT)
            is_stopped = not is_readable and _is_stopped(self._pid)
            if is_stopped and was_stopped:
                # Twice in a row: a moment after SIGCONT, the front may not have woken yet.
                os.kill(os.getpid(), signal.SIGSTOP)
                is_stopped = False
            was_stopped = is_stopped

    def _send(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._pid, number)


def put_front_before() -> Front:
    """Fork; return in the new process, which trains. The old one never returns, and ends with its exit code."""
    lifeline, kept = os.pipe()
    terminal = Terminal()
    watched = {number for number in _PASSED_ON if signal.getsignal(number) != signal.SIG_IGN}
    watched |= {signal.SIGCHLD, _DETACHED}
    # Nothing may arrive between the fork and the first wait.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, watched)
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        os.close(lifeline)
        _stay_in_front(child, kept, watched, terminal)
    os.close(kept)
    if FORWARDED_INTERRUPT is not None:
        signal.signal(FORWARDED_INTERRUPT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    # A process that is stopped cannot notice the end of the lifeline.
    die_with_parent()
    return Front(os.getppid(), lifeline)


def _stay_in_front(child: int, kept: int, watched: set[signal.Signals], terminal: Terminal) -> NoReturn:
    while True:
        number, is_from_process = _wait_for_signal(watched)
        if number == signal.SIGCHLD:
            _follow(child, kept, terminal)
        elif number == _DETACHED:
            os._exit(0)
        elif number not in _FROM_TERMINAL or is_from_process:
            with suppress(ProcessLookupError):
                os.kill(child, (FORWARDED_INTERRUPT or number) if number == signal.SIGINT else number)


def _wait_for_signal(watched: set[signal.Signals]) -> tuple[int, bool]:
    """Return the next signal, and whether a process sent it; where that is unknown, the terminal is taken to have."""
    if sys.platform != "linux":
        return signal.sigwait(watched), False
    received = signal.sigwaitinfo(watched)
    return received.si_signo, received.si_code <= 0


def _follow(child: int, kept: int, terminal: Terminal) -> None:
    """Stop where the child was stopped, unless both are about to continue; end where it has ended."""
    while True:
        pid, status = os.waitpid(child, os.WNOHANG | os.WUNTRACED)
        if not pid:
            return
        if os.WIFEXITED(status):
            os._exit(os.WEXITSTATUS(status))
        if os.WIFSIGNALED(status):
            _die(os.WTERMSIG(status), terminal)
        if signal.SIGCONT not in signal.sigpending():
            os.write(kept, b"!")
            os.kill(os.getpid(), signal.SIGSTOP)


def _die(number: int, terminal: Terminal) -> NoReturn:
    """Restore the terminal, and end by the signal that killed the child."""
    terminal.has_screen = True
    terminal.put_back()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if number != signal.SIGKILL:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
    os.kill(os.getpid(), number)
    os._exit(128 + number)


def _is_stopped(pid: int) -> bool:
    """Return whether a process is stopped; False where that is unknown."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    except (OSError, IndexError):
        return False
