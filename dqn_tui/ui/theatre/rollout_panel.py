"""The panel that plays greedy episodes: picture, return so far, and the Q-value of each action."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import SystemCommand
from textual.binding import BindingType
from textual.message import Message

from dqn_tui.errors import DqnTuiError
from dqn_tui.rollout import END, EpisodeExport, Rollout, RolloutFrame
from dqn_tui.ui.app.application import DqnTuiApp
from dqn_tui.ui.app.scene_screen import SceneScreen
from dqn_tui.ui.dialogs.prompt_screen import PromptScreen
from dqn_tui.ui.keys.key import bindings
from dqn_tui.ui.keys.rollout_keys import ROLLOUT_KEYS
from dqn_tui.ui.theatre.episode_view import EpisodeView
from dqn_tui.ui.theatre.picture_panel import PicturePanel
from dqn_tui.ui.widgets.pane_name import PaneName
from dqn_tui.ui.widgets.progress_bar import progress_bar
from dqn_tui.ui.widgets.rows import Row, centre_block, shorten
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.text import fixed, plain

LOOKS_PER_SECOND = 40
"""How often it looks for a new frame; the player decides how often there is one, at most 30 times."""
# Columns from which the title has room for the policy.
_NAMES_POLICY = 72
# Columns from which facts are written out.
_WORDY = 90
_BARS = "--q-bars"
_EXPORT_HINT = f"A new file that ends in .gif or .mp4; add {_BARS} for the Q-values beside the pictures."
_EXPORT_SECONDS = 0.25
_EXPORT_CELLS = 10


class RolloutPanel(PicturePanel, can_focus=True):
    """A player with its own keys. While it is open, it polls the rollout for new frames.

    Attributes:
        rollout: the rollout that it plays; None while it is closed.
    """

    scene: RunScene

    BINDINGS: ClassVar[list[BindingType]] = bindings(ROLLOUT_KEYS)

    class Closed(Message):
        """The user closed the rollout."""

    def __init__(self, scene: RunScene, pane: PaneName, *, label: str = "") -> None:
        super().__init__(scene, pane)
        self.rollout: Rollout | None = None
        self._label = label
        self._latest: RolloutFrame | None = None
        self._view = EpisodeView(scene)
        self._export: EpisodeExport | None = None
        self._export_length: int | None = None

    def on_mount(self) -> None:
        """Create the timer, which runs only while the panel is open."""
        self._timer = self.set_interval(1 / LOOKS_PER_SECOND, self.repaint_if_changed, pause=self.rollout is None)

    def on_unmount(self) -> None:
        """Close the rollout together with the screen, and end an export without a file."""
        self.close()
        if self._export is not None:
            self._export.cancel()

    def open(self, rollout: Rollout) -> None:
        """Play this rollout."""
        self.rollout = rollout
        self._view = EpisodeView(self.scene)
        self.refresh()
        if self.is_mounted:
            self._timer.resume()

    def close(self) -> None:
        """End the rollout and its environment."""
        if self.rollout is not None:
            self.rollout.close()
        self.rollout = self._latest = None
        if self.is_mounted:
            self._timer.pause()

    @property
    def is_playing(self) -> bool:
        """Whether frames advance by themselves."""
        return self.rollout is not None and not self.rollout.is_paused

    # --- the buttons of the player ---

    def action_toggle_play(self) -> None:
        """Play or pause."""
        if self.rollout is not None:
            self.rollout.toggle_pause()

    def action_advance(self, frames: int) -> None:
        """Move the playhead by so many frames; pauses a playing rollout first."""
        if self.rollout is not None:
            if not self.rollout.is_paused:
                self.rollout.toggle_pause()
            self.rollout.advance(frames)

    def action_seek(self, place: str) -> None:
        """Move the playhead to the `"start"` or the `"end"` of the episode."""
        if self.rollout is not None:
            self.rollout.seek(END if place == "end" else 0)

    def action_change_speed(self, direction: int) -> None:
        """Play faster (+1) or slower (-1)."""
        if self.rollout is not None:
            self.rollout.change_speed(direction)

    def action_new_episode(self) -> None:
        """Start the next episode with the newest policy."""
        if self.rollout is not None:
            self.rollout.start_new_episode()

    def action_toggle_pictures(self) -> None:
        """Draw pictures in the terminal's own graphics, or with half blocks."""
        if isinstance(self.screen, SceneScreen):
            self.screen.toggle_pictures()

    def action_export(self) -> None:
        """Ask for a file and write the episode to it, or cancel the export that is under way."""
        export = self._export
        if export is not None and export.outcome is None:
            export.cancel()
        elif self._latest is not None and self.rollout is not None:
            # Held: the player may begin another episode while the name is typed.
            script, frame = self.rollout.script, self._latest
            prompt = PromptScreen(
                self.scene, f"Export episode {frame.episode:,}", _EXPORT_HINT, f"episode-{frame.episode}.gif"
            )
            self.app.push_screen(prompt, partial(self._start_export, script, frame.timeline.length))

    def _start_export(self, script: object, length: int | None, answer: str | None) -> None:
        host = self.app
        if not answer or not answer.strip() or not isinstance(host, DqnTuiApp) or host.start_export is None:
            return
        name = answer.strip().removesuffix(_BARS).strip()
        try:
            self._export = host.start_export(script, Path(name).expanduser(), has_bars=answer.strip().endswith(_BARS))
        except DqnTuiError as error:
            self.notify(plain(error), title="No export")
            return
        self._export_length = length
        self._export_timer = self.set_interval(_EXPORT_SECONDS, self._say_outcome)

    def _say_outcome(self) -> None:
        """Say the outcome of the export once."""
        if self._export is not None and self._export.outcome is not None:
            self.notify(self._export.outcome, title="Export")
            self._export = None
            self._export_timer.stop()

    def _export_row(self) -> Row:
        """Return how far the export has come."""
        if self._export is None:
            return []
        frames, length = self._export.frames, self._export_length
        if length is None:
            return [(f" writing {frames:,}", "accent")]
        share = min(1.0, frames / (length + 1))
        return [(" writing ", "accent"), *progress_bar(share, _EXPORT_CELLS), (f" {share:.0%}", "text")]

    def action_choose_policy(self, direction: int) -> None:
        """Play the episode with the next (+1) or the previous (-1) policy."""
        if self.rollout is not None:
            self.rollout.choose_policy(direction)

    def action_toggle_compare(self) -> None:
        """Open or close a second episode beside the first."""
        if self.rollout is not None:
            self.rollout.toggle_compare()

    def action_choose_compared(self, direction: int) -> None:
        """Compare with the next (+1) or the previous (-1) policy."""
        if self.rollout is not None:
            self.rollout.choose_compared_policy(direction)

    def on_click(self, event: events.Click) -> None:
        """Move the playhead to a place on the time line; elsewhere choose the pane."""
        step = self._view.step_at(event.x - 1, event.y - 1)
        if step is None or self.rollout is None:
            super().on_click(event)
        else:
            self.rollout.seek(step)
            if self.pane and not self.is_selected:
                self.post_message(self.PaneChosen(self.pane.id))

    def action_leave(self) -> None:
        """Ask the screen to close the rollout."""
        self.post_message(self.Closed())

    def commands(self) -> Iterable[SystemCommand]:
        """Yield the commands of the keys, for the palette."""
        for key in ROLLOUT_KEYS:
            if key.is_command:
                yield SystemCommand(f"Rollout: {key.label}", key.help, partial(self.run_action, key.call()))

    # --- drawing ---

    def content_key(self) -> Hashable:
        """Return the identity of the newest frame, and the state of the player.

        Each moment has its own object. The panel keeps a reference to the drawn frame, so its id is not reused.
        """
        rollout = self.rollout
        if rollout is None:
            return None
        # The player's thread may replace the frame at any moment, so it is read once.
        newest = rollout.frame
        if newest is not None and newest is not self._latest:
            self._view.include(newest)
        self._latest = newest
        written = None if self._export is None else self._export.frames
        return (id(self._latest), rollout.is_paused, rollout.speed, rollout.error, written)

    def title_row(self) -> Row:
        """Return digit and word, the label, and whether it plays."""
        role = "focus" if self.is_selected else "title"
        is_narrow = self.size.width < 36
        digit = f"{self.pane.sign} " if self.pane and self.pane.sign and not is_narrow else ""
        room = self.size.width - (62 if self.size.width >= _WORDY else 44)
        is_policy_named = self._latest is not None and self.size.width >= _NAMES_POLICY
        text = self._label or (plain(self._latest.policy) if self._latest and is_policy_named else "")
        label = [(" ", "text"), *shorten([(text, "text")], room)] if text and room > 10 else []
        row: Row = [(digit, role), ("ROLLOUT", role), *label]
        rollout = self.rollout
        if rollout is None or rollout.error:
            return row
        sign, sign_role = (" ▌▌", "warning") if rollout.is_paused else (" ▶", "success")
        speed = "" if is_narrow and rollout.speed == 1 else f" {rollout.speed:g}×"
        return [*row, (sign, sign_role), (speed, "muted"), *self._export_row()]

    def facts(self) -> Sequence[Row]:
        """Return the episode's return so far, its step and its number."""
        shown = self._latest
        if shown is None:
            return []
        words = ("return ", "step ", "episode ") if self.size.width >= _WORDY else ("R ", "t ", "ep ")
        if shown.is_recorded:
            words = (*words[:2], "training episode " if self.size.width >= _WORDY else "trained ep ")
        values = (
            (f"{fixed(shown.episode_return):>6}", "number"),
            (f"{shown.step:>4}", "text"),
            (f"{shown.episode}", "text"),
        )
        return [[(word, "muted"), value] for word, value in zip(words, values, strict=True)]

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the picture, and the numbers below or beside it."""
        rollout, shown = self.rollout, self._latest
        if rollout is not None and rollout.error:
            return centre_block([[("the rollout ended", "warning")], [(plain(rollout.error), "text")]], width, height)
        if shown is None:
            return centre_block([[("loading…", "muted")]], width, height)
        is_policy_known = not self._label and self.size.width >= _NAMES_POLICY
        return self._view.rows(shown, width, height, is_policy_known=is_policy_known)
