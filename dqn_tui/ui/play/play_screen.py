"""An environment that a person plays, alone on the screen: `dqn-tui play`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from dqn_tui.playing import PlayMoment, PlaySession
from dqn_tui.ui.app.scene_screen import SceneScreen
from dqn_tui.ui.keys.key import bindings
from dqn_tui.ui.keys.play_keys import PLAY_KEYS
from dqn_tui.ui.play.action_rows import action_names
from dqn_tui.ui.play.key_signs import action_keys
from dqn_tui.ui.play.play_panel import PlayPanel
from dqn_tui.ui.widgets.help_table import HelpTable
from dqn_tui.ui.widgets.key_bar import BarKey, KeyBar
from dqn_tui.ui.widgets.pane_name import PaneName
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.marker import detect_marker

_PANE = PaneName(id="game", title="Play")
_HINTS = HelpTable(
    "How keys are held",
    [
        ("step by step", "strong", "each key is one step"),
        ("real time", "strong", "a key is held for a quarter of a second, or while the terminal repeats it"),
        ("two keys", "strong", "pressed shortly after each other, or shift and an arrow, count as held together"),
        ("no key", "strong", "the action that does nothing, or without one the latest again"),
    ],
)


class PlayScreen(SceneScreen):
    """Lets a person play until they leave; closes the session on the way out.

    Args:
        session: not started yet.
        title: what is played, in a few words.
        marker: braille, block or ascii.
    """

    scene: RunScene

    KEYS = PLAY_KEYS
    HELP_KEYS = PLAY_KEYS
    BINDINGS: ClassVar[list[BindingType]] = bindings(PLAY_KEYS)
    DEFAULT_CSS = """
    PlayScreen #game { height: 1fr; }
    PlayScreen #keys { height: 1; }
    """

    def __init__(self, session: PlaySession, *, title: str, marker: str = "auto") -> None:
        marker = detect_marker() if marker == "auto" else marker
        super().__init__(RunScene(marker=marker, selected=_PANE.id))
        self._session = session
        self._label = title

    def compose(self) -> ComposeResult:
        """Yield the game and the keys."""
        self._bar = KeyBar(self.scene, self._bar_keys, id="keys")
        yield Vertical(PlayPanel(self.scene, _PANE, self._session, label=self._label), self._bar)

    def on_mount(self) -> None:
        """Start once the first frame is drawn: loading keeps the processor busy."""
        self.call_after_refresh(self._session.start)
        self.set_interval(0.25, self._bar.repaint_if_changed)

    def on_unmount(self) -> None:
        """Close the session together with the screen."""
        self._session.close()

    def on_key(self, event: events.Key) -> None:
        """Take an action by its key."""
        key = event.character if event.is_printable and event.character != " " else event.key
        moment = self._session.moment
        if moment is not None and key and moment.keys.read_key(key):
            event.stop()
            event.prevent_default()
            self._session.press(key)

    def help_tables(self) -> Sequence[HelpTable]:
        """Return the keys of the actions, and how they are held."""
        moment = self._session.moment
        return (_HINTS,) if moment is None else (self._action_table(moment), _HINTS)

    def _action_table(self, moment: PlayMoment) -> HelpTable:
        is_ascii = self.scene.is_ascii
        rows = [
            (action_keys(moment.keys, action, is_ascii=is_ascii), "strong", name)
            for action, name in enumerate(action_names(moment))
        ]
        return HelpTable("Actions", rows)

    # --- the keys of the program ---

    def action_new_episode(self, is_same: bool) -> None:
        """Start the next episode, or the same again."""
        self._session.start_new_episode(is_same=is_same)

    def action_toggle_stepwise(self) -> None:
        """Switch between real time and steps."""
        self._session.toggle_stepwise()

    def action_toggle_pause(self) -> None:
        """Pause or continue real time."""
        if self._session.is_stepwise:
            self.app.notify("Steps wait for you anyway; m switches to real time")
        else:
            self._session.toggle_pause()

    def action_change_speed(self, direction: int) -> None:
        """Make real time faster (+1) or slower (-1)."""
        if self._session.is_stepwise:
            self.app.notify("Steps have no speed; m switches to real time")
        else:
            self._session.change_speed(direction)

    def action_leave(self) -> None:
        """Quit."""
        self.host.leave(0)

    def _bar_keys(self) -> list[BarKey]:
        labels = {
            "play.mode": "Real time" if self._session.is_stepwise else "Step by step",
            "play.pause": "Continue" if self._session.is_paused else "Pause",
        }
        useless = ("play.pause", "play.faster", "play.slower") if self._session.is_stepwise else ()
        shown = [key for key in PLAY_KEYS if key.rank and key.id not in useless]
        return [(key, key.sign, labels.get(key.id, key.label)) for key in shown]

    @on(KeyBar.Pressed)
    async def _press(self, message: KeyBar.Pressed) -> None:
        await self.run_action(message.key.call())
