"""Terminals to take pictures of: the dashboard, and a shell in which `dqn-tui` can be typed."""

from __future__ import annotations

import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.terminal import Terminal, dqn_tui

ROOT = Path(__file__).parents[1]
LONGEST_SECONDS = 900


@contextmanager
def dashboard(columns: int, rows: int, *options: str) -> Iterator[Terminal]:
    """Start a run in an empty folder, and stop it without saving at the end."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Terminal(dqn_tui(*options), columns, rows, _variables(Path(folder)), folder) as terminal,
    ):
        yield terminal
        terminal.press("q")
        terminal.wait_for("Stop without saving")
        terminal.press("k")
        terminal.wait_for_exit()


@dataclass(frozen=True)
class Shell:
    """A shell on a terminal, in `folder`."""

    terminal: Terminal
    folder: Path

    @property
    def prompts(self) -> int:
        """The number of prompts that it has shown."""
        try:
            return len(_prompt_log(self.folder).read_text())
        except FileNotFoundError:
            return 0

    def enter(self, command: str) -> None:
        """Type a command, and wait for the next prompt."""
        self.leave(command, "enter")

    def leave(self, *keys: str) -> None:
        """Press the keys that end what is running, and wait for the next prompt."""
        before = self.prompts
        self.terminal.press(*keys)
        self.terminal.wait_for(lambda: self.prompts > before, LONGEST_SECONDS)
        self.terminal.read_for(0.2)


@contextmanager
def shell(columns: int, rows: int) -> Iterator[Shell]:
    """Start a shell in an empty folder, with `dqn-tui` on its path."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_command(folder / ".bin" / "dqn-tui")
        variables = _variables(folder) | {
            "PATH": f"{folder / '.bin'}:/usr/local/bin:/usr/bin:/bin",
            "PS1": r"\[\e[32m\]$\[\e[0m\] ",
            "PROMPT_COMMAND": f"printf . >> {shlex.quote(str(_prompt_log(folder)))}",
        }
        with Terminal(["bash", "--norc", "--noprofile"], columns, rows, variables, folder) as terminal:
            opened = Shell(terminal, folder)
            terminal.wait_for(lambda: opened.prompts > 0)
            yield opened


def has_reached(terminal: Terminal, step: int) -> bool:
    """Return whether the counter in the header, such as `30,100/50,000`, has passed a step."""
    counters = [word.split("/")[0] for word in terminal.text.split() if word.endswith(",000") and "/" in word]
    return bool(counters) and int(counters[0].replace(",", "")) >= step


def _variables(folder: Path) -> dict[str, str]:
    """Return an environment without the user's own preferences and history."""
    return {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / ".config"), "PYTHONPATH": str(ROOT)}


def _write_command(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m dqn_tui "$@"\n')
    path.chmod(0o755)


def _prompt_log(folder: Path) -> Path:
    return folder / ".prompts"
