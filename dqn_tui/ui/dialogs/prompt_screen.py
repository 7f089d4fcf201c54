"""A question that is answered with a line of text."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from dqn_tui.ui.dialogs.line_input import LineInput
from dqn_tui.ui.widgets.rows import ascii_only
from dqn_tui.ui.widgets.scene import Scene


class PromptScreen(ModalScreen[str | None]):
    """A field in a box; the result is None if the user gives up.

    Args:
        title: what is asked for.
        hint: how it is answered.
        value: the text to begin with.
    """

    AUTO_FOCUS = "LineInput"
    DEFAULT_CSS = """
    PromptScreen { align: center middle; background: $background 60%; }
    PromptScreen > Vertical {
        width: 70; max-width: 100%; height: auto; padding: 0 1; background: $surface; border: round $primary;
        border-title-color: $text-primary; border-title-style: bold;
        border-subtitle-color: $foreground-muted;
    }
    PromptScreen.ascii > Vertical { border: ascii $primary; }
    PromptScreen Static { height: auto; color: $foreground-muted; }
    """

    def __init__(self, scene: Scene, title: str, hint: str, value: str) -> None:
        super().__init__(classes="ascii" if scene.is_ascii else "")
        self._scene = scene
        self._title, self._hint, self._value = title, hint, value

    def compose(self) -> ComposeResult:
        """Yield the field and the hint."""
        show = ascii_only if self._scene.is_ascii else str
        with Vertical() as box:
            box.border_title = show(self._title)
            box.border_subtitle = "enter: ok  esc: back"
            yield Static(show(self._hint), markup=False)
            yield LineInput(self._scene, value=self._value, select_on_focus=False)

    @on(Input.Submitted)
    def _submit(self, message: Input.Submitted) -> None:
        self.dismiss(message.value)

    @on(LineInput.GivenUp)
    def _give_up(self) -> None:
        self.dismiss(None)
