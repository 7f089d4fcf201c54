"""A moment of an episode in a space: picture and numbers, strips along the episode, and its time line."""

from __future__ import annotations

from dataclasses import replace

from dqn_tui.rollout import RolloutFrame
from dqn_tui.ui.theatre.arrangement import arrange
from dqn_tui.ui.theatre.moment_rows import moment_rows, note_row, wanted_size
from dqn_tui.ui.theatre.picture import drawing_of
from dqn_tui.ui.theatre.q_scale import QScale
from dqn_tui.ui.theatre.strips import LABEL_WIDTH, Strip, strip_rows
from dqn_tui.ui.theatre.time_line import Span, end_label, span_of, time_line_row
from dqn_tui.ui.widgets.rows import Row, block, fit, justify, row_width
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.text import fixed, plain

# Of the two episodes in a comparison.
_NAMES = ("A", "B")
_NARROWEST_LINE, _NARROWEST_STRIPS, _NARROWEST_PAIR = 24, 40, 52
_LOWEST_LINE, _LOWEST_STRIPS = 9, 18
# Rows of the panel from which each strip has so many.
_STRIP_HEIGHTS = ((44, 3), (30, 2), (_LOWEST_STRIPS, 1))


class EpisodeView:
    """Draws frames; remembers the scales of Q-values, and where the time line is for the mouse.

    Args:
        scene: colours and characters.
    """

    def __init__(self, scene: RunScene) -> None:
        self._scene = scene
        self.scales = (QScale(), QScale())
        self._span: Span | None = None
        self._line_y = -1

    def include(self, frame: RolloutFrame) -> None:
        """Extend the scales to a frame that is going to be drawn."""
        self.scales[0].include(frame)
        if frame.beside is not None:
            self.scales[1].include(frame.beside)

    def step_at(self, x: int, y: int) -> int | None:
        """Return the step of a cell of the time line; None elsewhere."""
        if self._span is None or y != self._line_y:
            return None
        return self._span.step_at(x)

    def rows(self, frame: RolloutFrame, width: int, height: int, *, is_policy_known: bool) -> list[Row]:
        """Return the rows of a frame; `is_policy_known`: the policy is named elsewhere."""
        band = self._band(frame, width, height)
        room = height - len(band)
        self._line_y = height - 1 if band else -1
        if frame.beside is None:
            shown = replace(frame, policy="") if is_policy_known else frame
            return [*block(self._moment(shown, self.scales[0], width, room), width, room), *band]
        if width < _NARROWEST_PAIR:
            note = note_row("no room for two: enlarge it", width, is_warning=True)
            return [*block(self._moment(frame, self.scales[0], width, room - 1), width, room - 1), note, *band]
        return [*self._pair(frame, frame.beside, width, room), *band]

    # --- the moment ---

    def _pair(self, left: RolloutFrame, right: RolloutFrame, width: int, height: int) -> list[Row]:
        """Return two moments side by side."""
        half = (width - 1) // 2
        sides = [
            block(self._side(name, frame, scale, half, height), half, height)
            for name, frame, scale in zip(_NAMES, (left, right), self.scales, strict=True)
        ]
        return [[*one, ("│", "border"), *other] for one, other in zip(*sides, strict=True)]

    def _side(self, name: str, frame: RolloutFrame, scale: QScale, width: int, height: int) -> list[Row]:
        about = f"as trained, episode {frame.episode:,}" if frame.is_recorded else plain(frame.policy)
        total: Row = [(" R ", "muted"), (f"{fixed(frame.episode_return):>6} ", "number")]
        room = width - 3 - row_width(total)
        about = about if len(about) <= room else about.partition(" · ")[0]
        about = about if len(about) <= room else about.replace(" @ step", "").removeprefix("as trained, ")
        head: Row = [(f" {name} ", "accent"), (about, "strong")]
        # The Q-values beside a record are those of the policy.
        shown = frame if frame.is_recorded else replace(frame, policy="")
        return [justify(head, total, width), *self._moment(shown, scale, width, height - 1)]

    def _moment(self, shown: RolloutFrame, scale: QScale, width: int, height: int) -> list[Row]:
        drawing = drawing_of(shown.picture, self._scene)
        place = arrange(drawing, wanted_size(shown, width), width, height)
        picture = drawing.rows(*place.picture)
        numbers = moment_rows(shown, scale, *place.numbers, self._scene)
        if place.is_beside:
            pairs = zip(block(picture, place.picture[0], height), block(numbers, place.numbers[0], height), strict=True)
            return [[*left, ("  ", "text"), *right] for left, right in pairs]
        indent = " " * ((width - place.picture[0]) // 2)
        gap: list[Row] = [[]] if len(numbers) < place.numbers[1] else []
        return [*([(indent, "text"), *row] for row in picture), *gap, *numbers]

    # --- along the episode ---

    def _band(self, frame: RolloutFrame, width: int, height: int) -> list[Row]:
        """Return the strips, and the time line in the last row; nothing where there is no room."""
        self._span = None
        if width < _NARROWEST_LINE or height < _LOWEST_LINE:
            return []
        timeline, marker = frame.timeline, self._scene.marker
        end = f" {end_label(timeline)} "
        has_strips = width >= _NARROWEST_STRIPS and height >= _LOWEST_STRIPS
        left = LABEL_WIDTH if has_strips else len(f" {timeline.known:,} ")
        span = span_of(timeline, left, width - max(len(end), 7))
        self._span = span
        step = f"{timeline.playhead:,} ".rjust(left - (8 if has_strips else 0))
        label: Row = [(" step   ", "muted")] if has_strips else []
        line = [*label, (step, "strong"), *time_line_row(timeline, span, marker), (end, "muted")]
        size = next((rows for least, rows in _STRIP_HEIGHTS if height >= least and has_strips), 0)
        strips = _strips_of(frame) if size else []
        return [
            *(row for strip in strips for row in strip_rows(strip, span, timeline.playhead, size, marker)),
            fit(line, width),
        ]


def _strips_of(frame: RolloutFrame) -> list[Strip]:
    """Return value, reward and TD error; in a comparison the values of both."""
    trace, step = frame.trace, frame.step
    if (other := frame.beside) is not None:
        return [
            Strip(f"value {_NAMES[0]}", trace.values, step, "primary"),
            Strip(f"value {_NAMES[1]}", other.trace.values, other.step, "accent"),
        ]
    # The reward at the playhead is the one that led to it.
    return [
        Strip("value", trace.values, step, "primary"),
        Strip("reward", trace.rewards, step - 1, "success", is_signed=True),
        Strip("TD", trace.td_errors, step - 1, "accent", is_signed=True),
    ]
