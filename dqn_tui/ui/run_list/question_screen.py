"""A question before something is removed."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from dqn_tui.ui.keys.key import bindings
from dqn_tui.ui.keys.run_list_keys import QUESTION_KEYS
from dqn_tui.ui.widgets.rows import ascii_only


class QuestionScreen(ModalScreen[bool]):
    """Yes or no, where no is what the enter key says.

    Args:
        title: what is asked.
        lines: what it is about.
        yes: what happens then, in a few words.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(QUESTION_KEYS)
    DEFAULT_CSS = """
    QuestionScreen { align: center middle; background: $background 60%; }
    QuestionScreen > Vertical {
        width: 64; max-width: 100%; height: auto; max-height: 100%; padding: 0 1; background: $surface;
        border: round $warning; border-title-color: $text-warning; border-title-style: bold;
    }
    QuestionScreen.ascii > Vertical { border: ascii $warning; }
    QuestionScreen Static { height: auto; color: $foreground; }
    QuestionScreen .space { height: 1; }
    QuestionScreen Button, QuestionScreen Button:focus, QuestionScreen Button:hover {
        width: 100%; min-width: 0; height: 1; border: none; padding: 0 1; content-align: left middle;
        text-align: left; background: $surface; color: $foreground; text-style: none !important;
    }
    QuestionScreen Button:hover { background: $primary; color: $text; text-style: bold !important; }
    """

    def __init__(self, title: str, lines: list[str], yes: str, *, is_ascii: bool) -> None:
        super().__init__(classes="ascii" if is_ascii else "")
        self._show = ascii_only if is_ascii else str
        self._title, self._lines, self._yes = title, lines, yes

    def compose(self) -> ComposeResult:
        """Yield the question and two answers."""
        with Vertical() as box:
            box.border_title = self._show(self._title)
            for line in self._lines:
                yield Static(self._show(line), markup=False)
            yield Static("", classes="space")
            yield Button(f" y   {self._show(self._yes)}", id="yes", compact=True)
            yield Button(" n   No", id="no", compact=True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Treat a click on a button as its key."""
        self.dismiss(event.button.id == "yes")

    def action_answer(self, is_yes: bool) -> None:
        """Close with the answer."""
        self.dismiss(is_yes)
