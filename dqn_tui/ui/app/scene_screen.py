"""The base class of the full screens: a scene, its panels, help, colours, and the commands of the palette."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import SystemCommand
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.screen import Screen
from textual.theme import Theme

from dqn_tui.ui.app.application import DqnTuiApp, SignalReceived
from dqn_tui.ui.dialogs.help_screen import HelpScreen
from dqn_tui.ui.keys.key import Key
from dqn_tui.ui.widgets.colors import Colors
from dqn_tui.ui.widgets.help_table import HelpTable
from dqn_tui.ui.widgets.panel import Panel
from dqn_tui.ui.widgets.scene import Scene
from dqn_tui.view.marker import named_marker
from dqn_tui.view.text import MARKERS

_MARKER_HELP = {
    "braille": "charts in braille: eight dots in each cell",
    "block": "charts in blocks, for fonts without braille",
    "ascii": "nothing but ASCII, for terminals without UTF-8",
}


REMEMBERED = HelpTable(
    "Remembered for the next runs",
    [
        ("theme", "strong", "with T or in the palette"),
        ("smoothing", "strong", "with m and M"),
        ("marker", "strong", "in the palette; --marker is for one run"),
        ("notify", "strong", "in the palette; --notify is for one run"),
    ],
)


class ScreenCommands(Provider):
    """The palette's commands of the screen that it was opened on."""

    def _commands(self) -> Iterable[SystemCommand]:
        return self.screen.commands() if isinstance(self.screen, SceneScreen) else ()

    async def discover(self) -> Hits:
        """Yield all commands, before anything is typed."""
        for command in self._commands():
            yield DiscoveryHit(command.title, command.callback, help=command.help)

    async def search(self, query: str) -> Hits:
        """Yield the commands whose titles match."""
        matcher = self.matcher(query)
        for command in self._commands():
            if (score := matcher.match(command.title)) > 0:
                yield Hit(score, matcher.highlight(command.title), command.callback, help=command.help)


class SceneScreen(Screen[None]):
    """A screen whose panels draw from one scene.

    Attributes:
        scene: state of the screen.
    """

    KEYS: ClassVar[Sequence[Key]] = ()
    """The screen's own keys: bound, and offered in the palette."""
    HELP_KEYS: ClassVar[Sequence[Key]] = ()
    """All keys that work on it or on its panels, for the help screen."""
    COMMANDS: ClassVar[set[type[Provider]]] = {ScreenCommands}  # type: ignore[assignment]

    def __init__(self, scene: Scene) -> None:
        super().__init__()
        self.scene = scene
        self._is_covered = False
        self._wants_blocks = False

    @property
    def host(self) -> DqnTuiApp:
        """The application, with the services it offers to screens."""
        assert isinstance(self.app, DqnTuiApp)
        return self.app

    def on_mount(self) -> None:
        """Take over the colours of the theme, now and whenever another one is chosen."""
        self._apply_marker()
        self.app.theme_changed_signal.subscribe(self, self._take_colors)
        self._take_colors(self.app.current_theme)
        if isinstance(self.app, DqnTuiApp):
            self.app.graphics_found_signal.subscribe(self, lambda _: self._choose_pictures())
            self._choose_pictures()

    def on_screen_suspend(self) -> None:
        """Draw pictures with characters below a dialog, which could not cover others."""
        self._is_covered = True
        self._choose_pictures()

    def on_screen_resume(self) -> None:
        """Draw pictures as before."""
        self._is_covered = False
        self._choose_pictures()

    def toggle_pictures(self) -> None:
        """Draw pictures in the terminal's own graphics, or with characters."""
        if self.host.pictures.graphics is None or self.scene.is_ascii:
            self.notify(self._why_no_graphics(), title="Pictures")
            return
        self._wants_blocks = not self._wants_blocks
        self._choose_pictures()

    def _why_no_graphics(self) -> str:
        if self.scene.is_ascii or named_marker() is not None:
            return f"drawn with {self.scene.marker}, as chosen; marker auto uses the terminal's graphics"
        return "this terminal has no graphics of its own (kitty, iTerm2 or sixel), or tmux is in between"

    def _choose_pictures(self) -> None:
        """Tell the panels in what way to draw pictures."""
        graphics = self.host.pictures.graphics
        has_graphics = graphics is not None and not (self._is_covered or self._wants_blocks or self.scene.is_ascii)
        cell = graphics.cell if graphics is not None and has_graphics else None
        if cell != self.scene.picture_cell:
            self.scene.picture_cell = cell
            self.repaint_all()

    def _take_colors(self, _theme: Theme) -> None:
        self.scene.colors = Colors(self.app.theme_variables)
        self.repaint_all()

    def _apply_marker(self) -> None:
        self.app.set_class(self.scene.is_ascii, "ascii")

    def choose_marker(self, marker: str) -> None:
        """Draw with other characters, now and in the next runs."""
        self.scene.marker = marker
        self._apply_marker()
        self._choose_pictures()
        self.repaint_all()
        self.host.memory.remember(marker=marker)

    def repaint_all(self) -> None:
        """Repaint after a change of the scene that concerns every panel."""
        self.scene.version += 1
        self.repaint()

    def repaint(self) -> None:
        """Redraw the panels whose content has changed."""
        for panel in self.query(Panel):
            panel.repaint_if_changed()

    @on(SignalReceived)
    def _receive_signal(self, message: SignalReceived) -> None:
        self.leave_for_signal(128 + message.number)

    def leave_for_signal(self, code: int) -> None:
        """Leave at once, with the exit code that shells give to the signal."""
        self.host.leave(code)

    def help_tables(self) -> Sequence[HelpTable]:
        """Return what the help screen explains besides the keys."""
        return ()

    def action_show_help(self) -> None:
        """Open the help screen."""
        self.app.push_screen(HelpScreen(self.HELP_KEYS, self.help_tables(), self.scene))

    def commands(self) -> Iterable[SystemCommand]:
        """Yield the commands for the palette."""
        for key in self.KEYS:
            if key.is_command:
                yield SystemCommand(key.label, key.help, partial(self.run_action, key.call()))
        for marker in MARKERS:
            yield SystemCommand(f"Draw with {marker}", _MARKER_HELP[marker], partial(self.choose_marker, marker))
