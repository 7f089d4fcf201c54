"""What both applications share: the scene, themes, help, and pure ASCII where that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.command import CommandPalette
from textual.theme import Theme

from dqn_tui.ui.colors import Colors
from dqn_tui.ui.help import HelpScreen
from dqn_tui.ui.keys import Key
from dqn_tui.ui.lasting_app import LastingApp
from dqn_tui.ui.scene import Scene
from dqn_tui.view.marker import detect_marker
from dqn_tui.view.run_view import RunView
from dqn_tui.view.text import plain

_SAFE_THEME = "textual-dark"


class BaseApp(LastingApp):
    """An application with a scene."""

    AUTO_FOCUS = None
    HELP_KEYS: ClassVar[Sequence[Key]] = ()
    HAS_CHARTS: ClassVar[bool] = True
    CSS = """
    Stage { width: 100%; height: 100%; }
    Toast { padding: 0 1; width: 50; max-width: 90%; }
    ToastRack { margin-bottom: 1; }
    App.ascii Toast { border-left: ascii $success; }
    App.ascii CommandPalette SearchIcon { display: none; }
    App.ascii CommandPalette #--input, App.ascii CommandPalette CommandList { border: none; }
    App.ascii CommandPalette CommandList { scrollbar-size: 0 0; }
    App.ascii CommandPalette LoadingIndicator { display: none; }
    """

    def __init__(self, *, env: str, seed: int | None, marker: str, view: RunView | None = None) -> None:
        super().__init__()
        self.animation_level = "none"
        marker = detect_marker() if marker == "auto" else marker
        if marker == "ascii":
            self.add_class("ascii")
        if self.no_color and self.theme.startswith("ansi"):
            self.theme = _SAFE_THEME
        view = view or RunView()
        self.scene = Scene(view, view, plain(env), seed, marker, Colors(self.theme_variables))

    def watch_colors(self) -> None:
        """Take over the colours of each theme that is chosen."""
        self.theme_changed_signal.subscribe(self, self._take_colors)

    def _take_colors(self, _theme: Theme) -> None:
        self.scene.colors = Colors(self.theme_variables)
        self.scene.version += 1
        self.repaint()

    def repaint(self) -> None:
        """Draw again what changed and shows."""
        raise NotImplementedError

    def tell(self, message: str, title: str = "", timeout: float = 4) -> None:
        """A toast. It takes the place of the one before: a pile of them would cover the charts."""
        self.clear_notifications()
        self.notify(message, title=title, timeout=timeout, markup=False)

    def action_next_theme(self) -> None:
        """The next of Textual's themes; those with the terminal's own colours are left to the palette."""
        names = [name for name in self.available_themes if not name.startswith("ansi")]
        position = names.index(self.theme) + 1 if self.theme in names else 0
        self.theme = names[position % len(names)]
        self.tell(self.theme, "Theme", timeout=2)

    def action_command_palette(self) -> None:
        """Textual's palette, its prompt in plain letters."""
        if self.use_command_palette and not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette(placeholder="Search for commands", id="--command-palette"))

    def action_show_help(self) -> None:
        """All keys."""
        self.push_screen(HelpScreen(self.HELP_KEYS, self.scene, has_charts=self.HAS_CHARTS))
