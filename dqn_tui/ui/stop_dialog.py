"""The question before a run is stopped."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from dqn_tui.ui.keys import STOP_KEYS, bindings
from dqn_tui.ui.rows import ascii_only

SAVE, KILL, CANCEL, ABANDON = "save", "kill", "cancel", "abandon"
_PATIENCE_SECONDS = 5.0
# Names no step: the header behind it goes on.
_QUESTION = "A saved run can be resumed later."


class StopScreen(ModalScreen[str]):
    """Stop and save, stop without saving, or go on. The choice is the screen's result.

    After a stop was chosen the same dialog says that the run is finishing, until the run is over. A run that
    does not end, such as an environment that hangs, can be left behind after a while.
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

    def __init__(self, on_choice: Callable[[str], None], *, is_ascii: bool) -> None:
        super().__init__(classes="ascii" if is_ascii else "")
        self._on_choice = on_choice
        self._is_ascii = is_ascii
        self.chosen = ""
        self._can_leave = False

    def compose(self) -> ComposeResult:
        """A question and three answers."""
        with Vertical() as box:
            box.border_title = "Stop training?"
            yield Static(_QUESTION, id="question", markup=False)
            yield Static("", classes="space")
            for name, text in (
                (SAVE, " s   Stop and save"),
                (KILL, " k   Stop without saving"),
                (CANCEL, " c   Keep training"),
            ):
                yield Button(text, id=name, compact=True)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A click is the key."""
        self.action_choose(event.button.id or CANCEL)

    def action_choose(self, choice: str) -> None:
        """The first stop counts; `k` after `s` only asks for a faster one."""
        if choice == CANCEL:
            if not self.chosen:
                self.dismiss(CANCEL)
        elif not self.chosen or (self.chosen, choice) == (SAVE, KILL):
            self.chosen = choice
            self._say_finishing()
            self._on_choice(choice)
            self.set_timer(_PATIENCE_SECONDS, self.offer_to_leave)
        elif self._can_leave:
            self._on_choice(ABANDON)

    def _say_finishing(self) -> None:
        self._say("Finishing the step and saving…" if self.chosen == SAVE else "Finishing the step…")
        for button in self.query(Button):
            button.display = False

    def offer_to_leave(self) -> None:
        self._can_leave = True
        self._say(f"Still busy. {'s' if self.chosen == SAVE else 'k'} again leaves without waiting.")

    def _say(self, text: str) -> None:
        self.query_one("#question", Static).update(ascii_only(text) if self._is_ascii else text)
