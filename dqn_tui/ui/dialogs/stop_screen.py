"""The question before a run is stopped."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from dqn_tui.ui.keys.key import bindings
from dqn_tui.ui.keys.stop_keys import STOP_KEYS
from dqn_tui.ui.widgets.rows import ascii_only

_PATIENCE_SECONDS = 5.0
# Does not name the step, which would differ from the one in the header behind it.
_QUESTION = "A saved run can be resumed later."


class Choice(enum.StrEnum):
    """The user's answer."""

    SAVE = "save"
    KILL = "kill"
    DETACH = "detach"
    CANCEL = "cancel"
    ABANDON = "abandon"


class StopScreen(ModalScreen[None]):
    """Stop and save, stop without saving, leave, or keep training; `on_choice` receives the first three.

    After a stop is chosen, the dialog stays and reports that the run is finishing, until the run is over. A run that
    does not end, for instance because its environment hangs, can be abandoned after some seconds.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(STOP_KEYS)
    AUTO_FOCUS = "Button"
    DEFAULT_CSS = """
    StopScreen { align: center middle; background: $background 60%; }
    StopScreen > Vertical {
        width: 38; height: auto; max-height: 100%; padding: 0 1; background: $surface; border: round $warning;
        border-title-color: $text-warning; border-title-style: bold;
    }
    StopScreen.ascii > Vertical { border: ascii $warning; }
    StopScreen Static { height: auto; color: $foreground; }
    StopScreen .space { height: 1; }
    StopScreen Button, StopScreen Button:focus, StopScreen Button:hover {
        width: 100%; min-width: 0; height: 1; border: none; padding: 0 1; content-align: left middle;
        text-align: left; background: $surface;
        color: $foreground; text-style: none !important;
    }
    StopScreen Button:focus, StopScreen Button:hover {
        background: $primary; color: $text; text-style: bold !important;
    }
    """

    def __init__(self, on_choice: Callable[[Choice], None], *, is_own: bool = True, is_ascii: bool) -> None:
        super().__init__(classes="ascii" if is_ascii else "")
        self._on_choice = on_choice
        self._is_own = is_own
        self._is_ascii = is_ascii
        self._chosen: Choice | None = None
        self._can_abandon = False

    def compose(self) -> ComposeResult:
        """Yield the question and the buttons."""
        leaving = " d   Train in the background" if self._is_own else " d   Leave; training continues"
        with Vertical() as box:
            box.border_title = "Stop training?"
            yield Static(_QUESTION, id="question", markup=False)
            yield Static("", classes="space")
            for choice, text in (
                (Choice.SAVE, " s   Stop and save"),
                (Choice.KILL, " k   Stop without saving"),
                (Choice.DETACH, leaving),
                (Choice.CANCEL, " c   Keep training"),
            ):
                yield Button(text, id=choice, compact=True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Treat a click on a button as its key."""
        self.action_choose(event.button.id or Choice.CANCEL)

    def action_choose(self, choice: str) -> None:
        """Take the first stop chosen; `k` after `s` gives up on saving."""
        if choice == Choice.CANCEL:
            if self._chosen is None:
                self.dismiss()
        elif choice == Choice.DETACH:
            if self._chosen is None:
                self.dismiss()
                self._on_choice(Choice.DETACH)
        elif self._chosen is None or (self._chosen, choice) == (Choice.SAVE, Choice.KILL):
            self._chosen = Choice(choice)
            self._show_finishing()
            self._on_choice(self._chosen)
            self.set_timer(_PATIENCE_SECONDS, self.offer_to_abandon)
        elif self._can_abandon:
            self._on_choice(Choice.ABANDON)

    def action_choose_again(self) -> None:
        """Take ctrl+c a second time: end what this process does."""
        self.action_choose(Choice.SAVE if self._is_own else Choice.DETACH)

    def offer_to_abandon(self) -> None:
        """Let the next stop key leave without waiting for the run."""
        self._can_abandon = True
        self._show(f"Still busy. {'s' if self._chosen is Choice.SAVE else 'k'} again leaves without waiting.")

    def _show_finishing(self) -> None:
        is_saving = self._chosen is Choice.SAVE
        self._show("Finishing the step and saving…" if is_saving else "Finishing the step…")
        for button in self.query(Button):
            button.display = False

    def _show(self, text: str) -> None:
        self.query_one("#question", Static).update(ascii_only(text) if self._is_ascii else text)
