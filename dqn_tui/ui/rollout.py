"""A greedy episode as it is played: picture, return so far, and what the network thinks of each action."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import ClassVar

from rich.segment import Segment
from textual.binding import BindingType
from textual.message import Message
from textual.strip import Strip

from dqn_tui.rollout import Rollout, RolloutFrame
from dqn_tui.ui.keys import ROLLOUT_KEYS, bindings
from dqn_tui.ui.panel import DRAWING_ERRORS, FramedPanel, to_strip
from dqn_tui.ui.picture import Line, line_width, picture_lines, text_rows
from dqn_tui.ui.rows import Row, centre, centre_block, fit, frame, join_or_tell, row_width, shorten
from dqn_tui.ui.scene import Scene
from dqn_tui.view.text import bar, fixed, number, plain

FRAMES_PER_SECOND = 12
_NUMBER = 8


class RolloutPanel(FramedPanel, can_focus=True):
    """The player. It asks the rollout for a new frame a dozen times a second, while it is open."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(ROLLOUT_KEYS)
    pane = "rollout"

    class Closed(Message):
        """The user wants to leave the rollout."""

    def __init__(self, scene: Scene, *, label: str = "", id: str | None = None) -> None:
        super().__init__(scene, id=id)
        self.rollout: Rollout | None = None
        self._label = label
        self._latest: RolloutFrame | None = None

    def on_mount(self) -> None:
        """The timer runs only while the panel is open."""
        self._timer = self.set_interval(1 / FRAMES_PER_SECOND, self._poll, pause=self.rollout is None)

    def open(self, rollout: Rollout) -> None:
        """Show this rollout."""
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
        """Whether frames go by."""
        return self.rollout is not None and not self.rollout.is_paused

    # --- the buttons of the player ---

    def action_toggle_play(self) -> None:
        """Play, or stand still."""
        if self.rollout is not None:
            self.rollout.toggle_pause()

    def action_forward(self) -> None:
        """One frame; a playing rollout is halted first."""
        if self.rollout is not None:
            if not self.rollout.is_paused:
                self.rollout.toggle_pause()
            self.rollout.advance()

    def action_change_speed(self, direction: int) -> None:
        """Faster or slower."""
        if self.rollout is not None:
            self.rollout.change_speed(direction)

    def action_new_episode(self) -> None:
        """Begin the next episode, with the newest policy."""
        if self.rollout is not None:
            self.rollout.start_new_episode()

    def action_leave(self) -> None:
        """Back to the charts."""
        self.post_message(self.Closed())

    # --- drawing ---

    def content_key(self) -> Hashable:
        """A new moment is a new frame object; the one that was drawn is held, so that its id stays its own."""
        rollout = self.rollout
        if rollout is None:
            return None
        self._latest = rollout.frame
        return (id(self._latest), rollout.is_paused, rollout.speed, rollout.error)

    def title_row(self) -> Row:
        """The word, and whether it plays."""
        role = "focus" if self.scene.selected == self.pane else "title"
        is_narrow = self.size.width < 36
        number_of_pane = "" if is_narrow or self._label else "9 "
        room = self.size.width - 44
        label = [(" ", "text"), *shorten([(self._label, "text")], room)] if self._label and room > 10 else []
        row: Row = [(number_of_pane, role), ("ROLLOUT", role), *label]
        rollout = self.rollout
        if rollout is None or rollout.error:
            return row
        sign, sign_role = (" ▌▌", "warning") if rollout.is_paused else (" ▶", "success")
        speed = "" if is_narrow and rollout.speed == 1 else f" {rollout.speed:g}×"
        return [*row, (sign, sign_role), (speed, "muted")]

    def facts(self) -> Sequence[Row]:
        """Return so far, time, episode and policy."""
        shown = self._latest
        if shown is None:
            return []
        return [
            [("R ", "muted"), (f"{fixed(shown.episode_return):>6}", "number")],
            [("t ", "muted"), (f"{shown.step:>4}", "text")],
            [("ep ", "muted"), (f"{shown.episode}", "text")],
        ]

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:
        """Without the picture: `_build` puts that in."""
        raise NotImplementedError

    def _poll(self) -> None:
        self.repaint_if_changed()

    def _build(self) -> list[Strip]:
        width, height = self.size
        try:
            return self._draw(width, height)
        except DRAWING_ERRORS as error:
            message = [[("the frame cannot be drawn: ", "warning"), (type(error).__name__, "warning")]]
            return self._frame(centre_block(message, width - 2, height - 2), width, height)

    def _draw(self, width: int, height: int) -> list[Strip]:
        inside_width, inside_height = width - 2, height - 2
        rollout = self.rollout
        shown = self._latest
        if rollout is not None and rollout.error:
            lines: list[Row] = [[("the rollout ended", "warning")], [(plain(rollout.error), "text")]]
            return self._frame(centre_block(lines, inside_width, inside_height), width, height)
        if shown is None:
            return self._frame(centre_block([[("loading…", "muted")]], inside_width, inside_height), width, height)
        below = self._below(shown, inside_width, inside_height)
        picture = self._picture(shown, inside_width, inside_height - len(below))
        space = max(0, inside_height - len(picture) - len(below))
        above, between = (space - 1) // 2 if space else 0, 1 if space else 0
        strips = self._frame([*([[]] * (above + len(picture) + between)), *below], width, height)
        for number_of_row, strip in enumerate(picture, start=1 + above):
            strips[number_of_row] = self._edged(strip, width)
        return strips

    def _frame(self, rows: Sequence[Row], width: int, height: int) -> list[Strip]:
        border = "focus" if self.scene.selected == self.pane else "border"
        framed = frame(self.title_row(), self.facts(), rows, width, height, border=border)
        return [to_strip(row, width, self.scene) for row in framed]

    def _below(self, shown: RolloutFrame, width: int, height: int) -> list[Row]:
        """What stands under the picture: Q-values, observation, policy; less of it in a low panel."""
        most = max(min(2, height - 1), height // 3, height - 1 - _rows_of_letters(shown.picture, height))
        rows = q_rows(shown, width, most, self.scene.marker)
        if len(rows) < most and shown.observation:
            rows.append(self._observation(shown, width))
        if len(rows) < most:
            rows.append(self._policy(shown, width))
        return rows

    def _observation(self, shown: RolloutFrame, width: int) -> Row:
        parts: list[Row] = [[(f"{value:>6.2f}", "text")] for value in shown.observation]
        head: Row = [(" obs ", "muted")]
        return fit([*head, *join_or_tell(parts, width - row_width(head), (" ", "text"))], width)

    def _policy(self, shown: RolloutFrame, width: int) -> Row:
        row: Row = [(f" {plain(shown.policy)}", "muted")]
        if shown.ending:
            row = [(f" {plain(shown.ending)}", "accent"), ("  ", "text"), *row]
        return fit(row, width)

    def _picture(self, shown: RolloutFrame, width: int, height: int) -> list[Strip]:
        """The picture in the middle of the width, in no more rows than it needs."""
        if shown.picture is None:
            return [self._centred([("this environment draws nothing", "muted")], width)]
        if isinstance(shown.picture, str):
            rows = text_rows(shown.picture)[:height]
            widest = min(width, max((row_width(row) for row in rows), default=0))
            return [self._centred(fit(row, widest), width) for row in rows]
        drawn = picture_lines(shown.picture, width, height, is_ascii=self.scene.is_ascii)
        return [self._padded(line, width) for line in drawn]

    def _centred(self, row: Row, width: int) -> Strip:
        return to_strip(centre(row, width), width, self.scene)

    def _padded(self, line: Line, width: int) -> Strip:
        blank = self.scene.colors.style("text")
        size = line_width(line)
        left = (width - size) // 2
        return Strip([Segment(" " * left, blank), *line, Segment(" " * (width - left - size), blank)], width)

    def _edged(self, strip: Strip, width: int) -> Strip:
        border = "focus" if self.scene.selected == self.pane else "border"
        edge = to_strip([("│", border)], 1, self.scene)
        return Strip([*edge, *strip, *edge], width)


def _rows_of_letters(picture: object, height: int) -> int:
    """Rows that a picture of letters needs; pixels take all they get."""
    if picture is None:
        return 1
    return len(text_rows(picture)) if isinstance(picture, str) else height


def q_rows(shown: RolloutFrame, width: int, most: int, marker: str) -> list[Row]:
    """A bar for the Q-value of each action, the chosen one marked with its lead over the next best one.

    Actions that are masked come last, without a bar. Of more than `most` actions the chosen one and the highest
    others are shown, and how many there are besides.
    """
    values = shown.q_values
    allowed = [action for action in range(len(values)) if shown.mask is None or shown.mask[action]]
    finite = {action: values[action] for action in allowed if math.isfinite(values[action])}
    low, high = min([0.0, *finite.values()]), max([0.0, *finite.values()])
    others = [value for action, value in finite.items() if action != shown.action]
    digits = len(str(max(0, len(values) - 1)))
    room = max(0, width - digits - _NUMBER - 15)
    rows: list[Row] = []
    shown_actions = _shown_actions(values, allowed, shown.action, most)
    for action in shown_actions:
        value, is_chosen = values[action], action == shown.action
        if action not in allowed:
            rows.append([(f" Q({action:>{digits}}) {_q_text(value):>{_NUMBER}} masked", "muted")])
            continue
        share = (value - low) / (high - low) if high > low and math.isfinite(value) else 0.0
        lead = f" ◀ {value - max(others):+.2f}" if is_chosen and others else " ◀" if is_chosen else ""
        rows.append(
            [
                (f" Q({action:>{digits}}) ", "muted"),
                (f"{_q_text(value):>{_NUMBER}} ", "chosen" if is_chosen else "text"),
                (bar(share, room, marker), "chosen" if is_chosen else "bar"),
                (lead, "chosen"),
            ]
        )
    left_out = len(values) - len(shown_actions)
    return [*rows, [(f" +{left_out} more", "muted")]] if left_out and len(rows) < most else rows


def _q_text(value: float) -> str:
    return f"{value:.2f}" if abs(value) < 1e5 else number(value)


def _shown_actions(values: Sequence[float], allowed: Sequence[int], chosen: int, most: int) -> list[int]:
    """The actions that have room, in their order, after the allowed ones the others; a row is kept to tell of more."""
    count = most if len(values) <= most else max(1, most - 1)
    actions = sorted(range(len(values)), key=lambda action: (action != chosen, action not in allowed, -values[action]))
    return sorted(actions[:count], key=lambda action: (action not in allowed, action))
