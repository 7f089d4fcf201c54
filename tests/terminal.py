"""A program on a pseudo-terminal: keys in, the screen out, and which terminal modes it left switched on."""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

import pyte

from tests.warm_server import Start
from tests.warm_start import WarmProgram, can_fork

KEYS = {
    "space": " ",
    "enter": "\r",
    "tab": "\t",
    "esc": "\x1b",
    "right": "\x1b[C",
    "ctrl+c": "\x03",
    "ctrl+z": "\x1a",
}
MODES = {
    "1049": "alternate screen",
    "1000": "mouse",
    "1002": "mouse",
    "1003": "mouse",
    "1006": "mouse",
    "1015": "mouse",
    "1016": "mouse in pixels",
    "2004": "bracketed paste",
    "1004": "focus events",
    "2026": "synchronized output",
    "2048": "resize reports",
    "25": "cursor hidden",
    "7": "no line wrap",
}
ON_AT_FIRST = {"7", "25"}
_MODE_SWITCH = re.compile(r"\x1b\[\?([\d;]+)([hl])")
_KEYBOARD_SWITCH = re.compile(r"\x1b\[([<>])\d*u")
_TITLE_STACK = re.compile(r"\x1b\[2([23]);0t")
_WHOLE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[^\[])")
UNKNOWN = re.compile(r"\x1b\[[<>=][\d;]*[a-zA-Z]|\x1bP.*?\x1b\\", re.S)
"""Sequences that pyte does not know."""


class Terminal:
    """Runs `command` on a terminal of its own; a context manager that kills what is left.

    Args:
        is_blind: discard what the program draws, which leaves it the processor.
        is_controlling: whether a lost terminal sends the program SIGHUP.
        is_fresh: start the command anew, even if it is the program, which can be forked; see `tests.warm_start`.

    Attributes:
        screen: the terminal's contents, as pyte sees them.
        drawn: all bytes that the program wrote; a test may clear them.
        exit_code: None while the program runs; negative for a signal that killed it.
    """

    def __init__(
        self,
        command: Sequence[str],
        columns: int = 120,
        rows: int = 40,
        variables: Mapping[str, str] | None = None,
        cwd: str | os.PathLike[str] | None = None,
        is_blind: bool = False,
        is_controlling: bool = True,
        is_fresh: bool = False,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.exit_code: int | None = None
        self._stream = pyte.Stream(self.screen)
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._is_blind = is_blind
        self.drawn = b""
        self._modes = set(ON_AT_FIRST)
        self._keyboards = self._titles = 0
        self._tail = ""
        # A new environment: readline, which pytest loads, sets COLUMNS behind Python's back.
        inherited = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "NO_COLOR")}
        terminal = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
        environment = inherited | terminal | dict(variables or {})
        folder = os.fspath(cwd or os.getcwd())
        own = dqn_tui()
        self._process: WarmProgram | _FreshProgram
        if not is_fresh and list(command[: len(own)]) == own and can_fork(environment):
            start = Start(
                list(command[len(own) :]), folder, environment, has_terminal=True, is_controlling=is_controlling
            )
            self._master, slave = os.openpty()
            self._process = WarmProgram(start, (slave, slave, slave))
            os.close(slave)
        else:
            self._process, self._master = _start_anew(command, folder, environment, is_controlling=is_controlling)
        self.pid = self._process.pid
        self.resize(columns, rows)
        self._attributes = termios.tcgetattr(self._master)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.exit_code is None:
            os.kill(self.pid, signal.SIGKILL)
            self._process.wait()
        self.hang_up()

    @property
    def text(self) -> str:
        """The screen's rows, without trailing blanks."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    @property
    def modes_left_on(self) -> list[str]:
        """Modes that the program did not restore."""
        left = {MODES[mode] for mode in self._modes ^ ON_AT_FIRST if mode in MODES}
        if self._keyboards:
            left.add("keyboard protocol")
        if self._titles:
            left.add("window title")
        if termios.tcgetattr(self._master) != self._attributes:
            left.add("raw input")
        return sorted(left)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size; the program gets SIGWINCH."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(rows, columns)

    def press(self, *names: str) -> None:
        """Type keys by name, or any text."""
        self.send("".join(KEYS.get(name, name) for name in names).encode())

    def send(self, data: bytes) -> None:
        """Send any bytes, as a broken terminal may."""
        os.write(self._master, data)

    def send_signal(self, number: signal.Signals) -> None:
        """Send the program a signal."""
        os.kill(self.pid, number)

    def hang_up(self) -> None:
        """Close the terminal, as a dropped ssh line does."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def wait_for(self, condition: str | Callable[[], bool], seconds: float = 60) -> float:
        """Read until a text is on the screen, or a condition holds; return the seconds that it took.

        Raises:
            AssertionError: it did not happen in time.
        """
        is_met = condition if callable(condition) else lambda: condition in self.text
        start = time.monotonic()
        while not is_met():
            passed = time.monotonic() - start
            if passed > seconds or (self.exit_code is not None and not self._read(0.0)):
                raise AssertionError(f"no {condition!r} after {passed:.1f} s; exit {self.exit_code}\n{self.text}")
            self._read(0.005)
        return time.monotonic() - start

    def press_until(self, key: str, text: str) -> None:
        """Type a key once a second until a text is on the screen: the first ones may be swallowed."""
        pressed = -1.0

        def is_there() -> bool:
            nonlocal pressed
            if time.monotonic() - pressed > 1:
                self.press(key)
                pressed = time.monotonic()
            return text in self.text

        self.wait_for(is_there)

    def wait_until_gone(self, text: str, seconds: float = 60) -> float:
        """Read until a text is no longer on the screen."""
        return self.wait_for(lambda: text not in self.text, seconds)

    def wait_unread(self) -> int:
        """Wait until the program ends without reading what it writes; return its exit code."""
        self.exit_code = self._process.wait()
        return self.exit_code

    def wait_for_exit(self, seconds: float = 60) -> int:
        """Read until the program ends; return its exit code."""
        self.wait_for(lambda: self.exit_code is not None, seconds)
        while self._read(0.0):
            pass
        assert self.exit_code is not None
        return self.exit_code

    def read_for(self, seconds: float) -> None:
        """Let the program run."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._read(min(left, 0.02))

    def _read(self, seconds: float) -> bool:
        """Read what the program wrote; return whether there was anything."""
        self._reap()
        if self._master < 0 or not select.select([self._master], [], [], seconds)[0]:
            if self._master < 0:
                time.sleep(0.01)
            return False
        try:
            data = os.read(self._master, 65_536)
        except OSError:
            data = b""
        if data:
            self.drawn += data
            if not self._is_blind:
                self._feed(self._decode(data))
        elif self.exit_code is None:
            self.exit_code = self._process.wait()
        return bool(data)

    def _feed(self, text: str) -> None:
        read = self._tail + text
        for modes, switch in _MODE_SWITCH.findall(read):
            for mode in modes.split(";"):
                (self._modes.add if switch == "h" else self._modes.discard)(mode)
        self._keyboards += sum(1 if switch == ">" else -1 for switch in _KEYBOARD_SWITCH.findall(read))
        self._titles += sum(1 if way == "2" else -1 for way in _TITLE_STACK.findall(read))
        # A sequence that is not whole yet.
        begun = read.rfind("\x1b")
        self._tail = read[begun:] if begun >= 0 and not _WHOLE.match(read, begun) else ""
        self._stream.feed(UNKNOWN.sub("", text))

    def _reap(self) -> None:
        if self.exit_code is None:
            self.exit_code = self._process.poll()


class _FreshProgram:
    """A child of this process."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        """Return the exit code; None while it runs."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        return os.waitstatus_to_exitcode(status) if pid else None

    def wait(self) -> int:
        """Return the exit code, once it is over."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def _start_anew(
    command: Sequence[str], folder: str, environment: Mapping[str, str], *, is_controlling: bool
) -> tuple[_FreshProgram, int]:
    """Start a command on a terminal of its own; return it, and the terminal's other end."""
    pid, master = pty.fork()
    if pid == 0:
        if not is_controlling:
            _give_control_up()
        os.chdir(folder)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        os.execvpe(command[0], list(command), dict(environment))
    return _FreshProgram(pid), master


def _give_control_up() -> None:
    """Detach the session from the terminal; the kernel sends SIGHUP for that, too."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    fcntl.ioctl(0, termios.TIOCNOTTY)
    signal.signal(signal.SIGHUP, before)


def dqn_tui(*arguments: str) -> list[str]:
    """The command that runs the program under this interpreter."""
    return [sys.executable, "-m", "dqn_tui", *arguments]
