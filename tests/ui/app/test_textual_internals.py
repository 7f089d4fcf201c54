"""The members of Textual that are private or undocumented and that the package overrides, calls or styles.

They may move with any release, so pyproject.toml allows only versions that this test has passed.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import ModuleType

import pytest
import textual
import textual.command
import textual.widgets._toast
from rich.console import Console
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.driver import Driver
from textual.drivers._writer_thread import WriterThread
from textual.drivers.linux_driver import LinuxDriver
from textual.message_pump import MessagePump
from textual.screen import Screen

import dqn_tui.ui


@dataclass(frozen=True)
class Internal:
    """One member, and what the package needs it for."""

    owner: type | ModuleType
    name: str
    use: str

    @property
    def is_there(self) -> bool:
        """Whether the owner has the attribute, or sets it on its instances."""
        return hasattr(self.owner, self.name) or f"self.{self.name}" in inspect.getsource(self.owner)


INTERNALS = (
    Internal(App, "_handle_exception", "overridden: every error of a widget or a handler passes through it"),
    Internal(App, "_fatal_error", "overridden: would print a traceback with local variables"),
    Internal(App, "panic", "overridden: would print"),
    Internal(App, "_close_messages_no_wait", "called: closes the screen after an error"),
    Internal(App, "_display", "overridden: only cells that differ are written"),
    Internal(ChopsUpdate, "chops", "read: the strips of an update"),
    Internal(ChopsUpdate, "spans", "read: what an update repaints"),
    Internal(ChopsUpdate, "chop_ends", "read: where the strips of an update end"),
    Internal(LayoutUpdate, "strips", "read: the strips of a new layout"),
    Internal(LayoutUpdate, "region", "read: where a new layout begins"),
    Internal(Console, "_color_system", "read: the colours that the terminal has"),
    Internal(App, "_driver", "read: whether the terminal is still there"),
    Internal(App, "_capture_stdout", "replaced: prints reach standard output although a screen is drawn"),
    Internal(App, "_capture_stderr", "replaced: as for standard output"),
    Internal(App, "get_default_screen", "overridden: returns the first screen"),
    Internal(LinuxDriver, "_writer_thread", "read: whether the terminal is in application mode"),
    Internal(LinuxDriver, "_run_input_thread", "overridden: drops input that cannot be parsed"),
    Internal(LinuxDriver, "run_input_thread", "overridden: takes the terminal's answers out of the input"),
    Internal(LinuxDriver, "_debug", "read: whether the parser keeps a log"),
    Internal(WriterThread, "_queue", "read: whether the terminal has taken what was written"),
    Internal(XTermParser, "feed", "called: parses input"),
    Internal(XTermParser, "tick", "called: ends a sequence that does not go on"),
    Internal(LinuxDriver, "_file", "replaced: by a file whose writes never fail"),
    Internal(LinuxDriver, "exit_event", "read: ends the input thread"),
    Internal(LinuxDriver, "input_tty", "read: whether input is a terminal"),
    Internal(LinuxDriver, "fileno", "read: descriptor of the input"),
    Internal(LinuxDriver, "stop_application_mode", "overridden: also turns off mouse positions in pixels"),
    Internal(Driver, "suspend_application_mode", "called: hands the terminal back before SIGTSTP"),
    Internal(Driver, "resume_application_mode", "called: takes the terminal after SIGCONT"),
    Internal(Screen, "_compositor", "read by tests: the screen as text"),
    Internal(textual.command, "SearchIcon", "styled: hidden in ASCII"),
    Internal(textual.command, "CommandList", "styled: without border in ASCII"),
    Internal(textual.widgets._toast, "Toast", "styled: narrower, border in ASCII"),
    Internal(textual.widgets._toast, "ToastRack", "styled: above the key bar"),
)


@pytest.mark.parametrize("internal", INTERNALS, ids=lambda internal: f"{internal.owner.__name__}.{internal.name}")
def test_internal_of_textual_is_still_there(internal: Internal) -> None:
    owner = internal.owner.__name__
    assert internal.is_there, (
        f"Textual {textual.__version__} has no {owner}.{internal.name} any more ({internal.use}): "
        "adapt dqn_tui/ui/app/, or narrow the range of textual in pyproject.toml"
    )


def widgets() -> Iterator[type[MessagePump]]:
    """Every application, screen and widget of the user interface."""
    for module in pkgutil.walk_packages(dqn_tui.ui.__path__, "dqn_tui.ui."):
        for kind in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(kind) and kind.__module__ == module.name and issubclass(kind, MessagePump):
                yield kind


@cache
def private_names(kind: type) -> set[str]:
    """The private methods that a class defines, and the private attributes that it sets on itself."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    names |= {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and ast.unparse(node.value) == "self"
    }
    return {name for name in names if name.startswith("_") and not name.startswith("__")}


@cache
def names_of_textual(kind: type) -> set[str]:
    """The same of all of Textual's classes that a class inherits from, and their class attributes."""
    bases = [base for base in kind.__mro__ if base.__module__.startswith("textual.")]
    return {name for base in bases for name in {*vars(base), *private_names(base)}}


@pytest.mark.parametrize("kind", list(widgets()), ids=lambda kind: kind.__name__)
def test_no_private_name_of_ours_hides_one_of_textuals_by_accident(kind: type) -> None:
    listed = {internal.name for internal in INTERNALS}
    assert private_names(kind) & names_of_textual(kind) <= listed


def test_an_accident_would_be_found() -> None:
    class Odd(Screen[None]):
        def on_mount(self) -> None:
            self._size, self._mine = 1, 2  # type: ignore[assignment]

    assert private_names(Odd) & names_of_textual(Odd) == {"_size"}
