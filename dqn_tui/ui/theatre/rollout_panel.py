"""A greedy episode as it is played: picture, return so far, and the Q-value of each action."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from dqn_tui.rollout import Rollout, RolloutFrame
from dqn_tui.ui.keys import ROLLOUT_KEYS, bindings
from dqn_tui.ui.theatre.picture import picture_lines, text_rows
from dqn_tui.ui.theatre.q_rows import q_rows
from dqn_tui.ui.widgets.pane_name import PaneName
from dqn_tui.ui.widgets.panel import FramedPanel
from dqn_tui.ui.widgets.rows import Row, centre, centre_block, fit, join_with_ellipsis, row_width, shorten
from dqn_tui.ui.widgets.scene import Scene
from dqn_tui.view.text import fixed, plain

FRAMES_PER_SECOND = 12


class RolloutPanel(FramedPanel, can_focus=True):
    """A player with its own keys. While it is open, it polls the rollout for a new frame a dozen times a second.

    Attributes:
        rollout: what it plays; None while it is closed.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings(ROLLOUT_KEYS)

    class Closed(Message):
        """The user wants to leave the rollout."""

    def __init__(self, scene: Scene, pane: PaneName, *, label: str = "") -> None:
        super().__init__(scene, pane)
        self.rollout: Rollout | None = None
        self._label = label
        self._latest: RolloutFrame | None = None

    def on_mount(self) -> None:
        """Create the timer, which runs only while the panel is open."""
        self._timer = self.set_interval(1 / FRAMES_PER_SECOND, self.repaint_if_changed, pause=self.rollout is None)

    def on_unmount(self) -> None:
        """Close the rollout together with the screen."""
        self.close()

    def open(self, rollout: Rollout) -> None:
        """Play this rollout."""
        self.rollout = rollout
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

    def action_forward(self) -> None:
        """Advance by one frame; pauses a playing rollout first."""
        if self.rollout is not None:
            if not self.rollout.is_paused:
                self.rollout.toggle_pause()
            self.rollout.advance()

    def action_change_speed(self, direction: int) -> None:
        """Play faster (+1) or slower (-1)."""
        if self.rollout is not None:
            self.rollout.change_speed(direction)

    def action_new_episode(self) -> None:
        """Start the next episode with the newest policy."""
        if self.rollout is not None:
            self.rollout.start_new_episode()

    def action_leave(self) -> None:
        """Ask the screen to close the rollout."""
        self.post_message(self.Closed())

    # --- drawing ---

    def content_key(self) -> Hashable:
        """Return the identity of the newest frame, and the state of the player.

        A new moment is a new object. The panel keeps a reference to the drawn frame, so its id is not reused.
        """
        rollout = self.rollout
        if rollout is None:
            return None
        self._latest = rollout.frame
        return (id(self._latest), rollout.is_paused, rollout.speed, rollout.error)

    def title_row(self) -> Row:
        """Return digit and word, the label, and whether it plays."""
        role = "focus" if self.is_selected else "title"
        is_narrow = self.size.width < 36
        digit = f"{self.pane.sign} " if self.pane and self.pane.sign and not is_narrow else ""
        room = self.size.width - 44
        label = [(" ", "text"), *shorten([(self._label, "text")], room)] if self._label and room > 10 else []
        row: Row = [(digit, role), ("ROLLOUT", role), *label]
        rollout = self.rollout
        if rollout is None or rollout.error:
            return row
        sign, sign_role = (" ▌▌", "warning") if rollout.is_paused else (" ▶", "success")
        speed = "" if is_narrow and rollout.speed == 1 else f" {rollout.speed:g}×"
        return [*row, (sign, sign_role), (speed, "muted")]

    def facts(self) -> Sequence[Row]:
        """Return the episode's return so far, its step and its number."""
        shown = self._latest
        if shown is None:
            return []
        return [
            [("R ", "muted"), (f"{fixed(shown.episode_return):>6}", "number")],
            [("t ", "muted"), (f"{shown.step:>4}", "text")],
            [("ep ", "muted"), (f"{shown.episode}", "text")],
        ]

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the picture in the middle of the free space, and the numbers below it."""
        rollout, shown = self.rollout, self._latest
        if rollout is not None and rollout.error:
            return centre_block([[("the rollout ended", "warning")], [(plain(rollout.error), "text")]], width, height)
        if shown is None:
            return centre_block([[("loading…", "muted")]], width, height)
        below = self._below(shown, width, height)
        picture = self._picture(shown, width, height - len(below))
        space = max(0, height - len(picture) - len(below))
        above, between = (space - 1) // 2 if space else 0, 1 if space else 0
        return [*([[]] * above), *picture, *([[]] * between), *below]

    def _below(self, shown: RolloutFrame, width: int, height: int) -> list[Row]:
        """Return Q-values, observation and policy; fewer of them in a low panel."""
        most = max(min(2, height - 1), height // 3, height - 1 - _rows_of_letters(shown.picture, height))
        rows = q_rows(shown, width, most, self.scene.marker)
        if len(rows) < most and shown.observation:
            rows.append(_observation_row(shown, width))
        if len(rows) < most:
            rows.append(_policy_row(shown, width))
        return rows

    def _picture(self, shown: RolloutFrame, width: int, height: int) -> list[Row]:
        """Return the picture centred in the width, in no more rows than it needs."""
        if shown.picture is None:
            return [centre([("this environment renders nothing", "muted")], width)]
        if isinstance(shown.picture, str):
            rows = text_rows(shown.picture)[:height]
            widest = min(width, max((row_width(row) for row in rows), default=0))
            return [centre(fit(row, widest), width) for row in rows]
        drawn = picture_lines(shown.picture, width, height, is_ascii=self.scene.is_ascii)
        return [centre(row, width) for row in drawn]


def _rows_of_letters(picture: object, height: int) -> int:
    """Return the rows that a picture of letters needs; pixels take all they get."""
    if picture is None:
        return 1
    return len(text_rows(picture)) if isinstance(picture, str) else height


def _observation_row(shown: RolloutFrame, width: int) -> Row:
    parts: list[Row] = [[(f"{value:>6.2f}", "text")] for value in shown.observation]
    head: Row = [(" obs ", "muted")]
    return fit([*head, *join_with_ellipsis(parts, width - row_width(head), (" ", "text"))], width)


def _policy_row(shown: RolloutFrame, width: int) -> Row:
    row: Row = [(f" {plain(shown.policy)}", "muted")]
    if shown.ending:
        row = [(f" {plain(shown.ending)}", "accent"), ("  ", "text"), *row]
    return fit(row, width)
