"""A rollout alone on the screen: `dqn-tui watch`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult, SystemCommand
from textual.binding import BindingType
from textual.containers import Vertical

from dqn_tui.rollout import Rollout
from dqn_tui.ui.app.scene_screen import SceneScreen
from dqn_tui.ui.keys.key import bindings
from dqn_tui.ui.keys.rollout_keys import ROLLOUT_KEYS
from dqn_tui.ui.keys.watch_keys import WATCH_KEYS
from dqn_tui.ui.theatre.rollout_panel import RolloutPanel
from dqn_tui.ui.widgets.key_bar import BarKey, KeyBar
from dqn_tui.ui.widgets.pane_name import PaneName
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.marker import detect_marker
from dqn_tui.view.text import plain

_PANE = PaneName(id="rollout", title="Rollout")
# There is no dashboard to go back to, and every episode is played with the same saved policy.
_PLAYER_KEYS = tuple(
    replace(key, help="new episode") if key.id == "rollout.new" else key
    for key in ROLLOUT_KEYS
    if key.id != "rollout.close"
)


class WatchScreen(SceneScreen):
    """Plays greedy episodes of one policy until the user leaves; closes the rollout on the way out."""

    scene: RunScene

    KEYS = WATCH_KEYS
    HELP_KEYS = (*_PLAYER_KEYS, *WATCH_KEYS)
    BINDINGS: ClassVar[list[BindingType]] = bindings(WATCH_KEYS)
    DEFAULT_CSS = """
    WatchScreen #rollout { height: 1fr; }
    WatchScreen #keys { height: 1; }
    """

    def __init__(self, rollout: Rollout, *, title: str, marker: str = "auto") -> None:
        marker = detect_marker() if marker == "auto" else marker
        super().__init__(RunScene(marker=marker, selected=_PANE.id))
        self._rollout = rollout
        self._label = plain(title)

    def compose(self) -> ComposeResult:
        """Yield the player and its keys."""
        self._player = RolloutPanel(self.scene, _PANE, label=self._label)
        self._bar = KeyBar(self.scene, self._bar_keys, id="keys")
        yield Vertical(self._player, self._bar)

    def on_mount(self) -> None:
        """Start to play once the first frame is drawn: a rollout that is still loading keeps the processor busy."""
        self.call_after_refresh(self._player.open, self._rollout)
        self.set_interval(0.25, self._bar.repaint_if_changed)
        self._player.focus()

    @on(RolloutPanel.Closed)
    def action_leave(self) -> None:
        """Quit."""
        self.host.leave(0)

    def commands(self) -> Iterable[SystemCommand]:
        """Yield the commands of the keys, those of the player among them."""
        yield from super().commands()
        yield from self._player.commands()

    def _bar_keys(self) -> list[BarKey]:
        keys = [key for key in (*_PLAYER_KEYS, *WATCH_KEYS) if key.rank]
        labels = {"rollout.play": "Pause"} if self._player.is_playing else {}
        return [(key, key.sign, labels.get(key.id, key.label)) for key in keys]

    @on(KeyBar.Pressed)
    async def _press(self, message: KeyBar.Pressed) -> None:
        target = self._player if message.key in _PLAYER_KEYS else self
        await target.run_action(message.key.call())
