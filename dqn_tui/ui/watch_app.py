"""The rollout alone: `dqn-tui watch`."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from dqn_tui.rollout import Rollout
from dqn_tui.ui.base_app import BaseApp
from dqn_tui.ui.key_bar import BarKey, KeyBar
from dqn_tui.ui.keys import ROLLOUT_KEYS, WATCH_KEYS, Key, bindings
from dqn_tui.ui.rollout import RolloutPanel

# There is nothing to go back to, and the policy is the saved one in every episode.
_PLAYER_KEYS = tuple(
    replace(key, help="a new episode") if key.id == "rollout.new" else key
    for key in ROLLOUT_KEYS
    if key.id != "rollout.close"
)


class WatchApp(BaseApp):
    """Plays greedy episodes of one policy until the user leaves. The player is closed on the way out."""

    TITLE = "dqn-tui watch"
    BINDINGS: ClassVar[list[BindingType]] = bindings(WATCH_KEYS)
    HAS_CHARTS = False
    HELP_KEYS = (*_PLAYER_KEYS, *WATCH_KEYS)
    CSS = """
    #rollout { height: 1fr; }
    #keys { height: 1; }
    """

    def __init__(self, rollout: Rollout, *, title: str, marker: str = "auto") -> None:
        super().__init__(env=title, seed=None, marker=marker)
        self._player = rollout
        self.scene.selected = "rollout"

    def compose(self) -> ComposeResult:
        """The player and its keys."""
        self._panel = RolloutPanel(self.scene, label=self.scene.env, id="rollout")
        self._bar = KeyBar(self.scene, self._bar_keys, self._press, id="keys")
        yield Vertical(self._panel, self._bar)

    def on_mount(self) -> None:
        """Begin to show."""
        self.watch_colors()
        self._panel.open(self._player)
        self.set_interval(0.25, self._bar.repaint_if_changed)
        self._panel.focus()

    def on_unmount(self) -> None:
        """End the player."""
        self._panel.close()

    def repaint(self) -> None:
        """Draw again what changed."""
        self._panel.repaint_if_changed()
        self._bar.repaint_if_changed()

    def action_leave(self) -> None:
        """Quit."""
        self._leave(0)

    async def action_quit(self) -> None:
        """Quit."""
        self._leave(0)

    def on_rollout_panel_closed(self) -> None:
        """There is nothing to go back to but the shell."""
        self._leave(0)

    def stop_for_signal(self, number: int) -> None:
        """Quit, as the signal asks for."""
        self._leave(128 + number)

    def _leave(self, code: int) -> None:
        self.exit(code, return_code=code)

    def _bar_keys(self) -> list[BarKey]:
        keys = [key for key in (*_PLAYER_KEYS, *WATCH_KEYS) if key.rank]
        halt = {"rollout.play": "Halt"} if self._panel.is_playing else {}
        return [(key, key.shown.split()[0], halt.get(key.id, key.label)) for key in keys]

    def _press(self, key: Key) -> None:
        self.call_later(self.run_action, key.action, self._panel if key in _PLAYER_KEYS else self)
