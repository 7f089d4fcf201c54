"""The panel of an environment that a person plays: its picture, the keys, and what the policy thinks of it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from dqn_tui.playing import PlayMoment, PlaySession
from dqn_tui.ui.play.action_rows import action_names, action_rows, wanted_rows
from dqn_tui.ui.play.key_signs import chord_sign
from dqn_tui.ui.theatre.arrangement import arrange
from dqn_tui.ui.theatre.moment_rows import observation_rows
from dqn_tui.ui.theatre.picture import drawing_of
from dqn_tui.ui.theatre.q_scale import QScale
from dqn_tui.ui.widgets.pane_name import PaneName
from dqn_tui.ui.widgets.panel import FramedPanel
from dqn_tui.ui.widgets.rows import Row, block, centre_block, fit, join_fitting, shorten
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.text import fixed, plain

FRAMES_PER_SECOND = 30
SLOW_SECONDS = 2.0
"""From which on the panel says that the environment does not answer."""
_WIDE, _WIDEST_NUMBERS, _VALUED = 90, 62, 52
# More rows of numbers are not worth a smaller picture.
_MOST_OBSERVATION_ROWS = 3


class PlayPanel(FramedPanel):
    """Draws the newest moment of a session. It polls the session for it.

    Args:
        scene: of the screen.
        pane: its name.
        session: what is played.
        label: what is played, in a few words.
    """

    scene: RunScene

    def __init__(self, scene: RunScene, pane: PaneName, session: PlaySession, *, label: str) -> None:
        super().__init__(scene, pane)
        self._session = session
        self._label = plain(label)
        self._latest: PlayMoment | None = None
        self._scale = QScale()

    def on_mount(self) -> None:
        """Look for news."""
        self.set_interval(1 / FRAMES_PER_SECOND, self.repaint_if_changed)

    def content_key(self) -> Hashable:
        """Return the identity of the newest moment, and the state of the session."""
        session = self._session
        newest = session.moment
        if newest is not None and newest is not self._latest:
            self._scale.include(newest.frame)
        self._latest = newest
        busy = int(session.busy_seconds) if session.busy_seconds >= SLOW_SECONDS else 0
        return (id(newest), session.is_paused, session.is_stepwise, session.speed, session.error, busy)

    def title_row(self) -> Row:
        """Return the word, what is played, and how time passes."""
        session, shown = self._session, self._latest
        is_wide = self.size.width >= _WIDE
        room = self.size.width - (82 if is_wide else 62)
        label = self._label if len(self._label) <= room else self._label.partition(" · ")[0]
        row: Row = [("PLAY", "focus")]
        if room > 8:
            row += [(" ", "text"), *shorten([(label, "text")], room)]
        if session.error or shown is None:
            return row
        if session.is_stepwise:
            return [*row, (" step by step" if is_wide else " steps", "info")]
        speed = f" {session.speed:g}×" if session.speed != 1 else ""
        sign, word, role = ("▌▌", "paused", "warning") if session.is_paused else ("▶", "real time", "success")
        return [*row, (f" {sign} {word}" if is_wide else f" {sign}", role), (speed, "muted")]

    def facts(self) -> Sequence[Row]:
        """Return the episode's return so far, its step, number and seed, and the best of the session."""
        shown = self._latest
        if shown is None:
            return []
        is_wide = self.size.width >= _WIDE
        words = ("return ", "step ", "best ", "seed ", "episode ") if is_wide else ("R ", "t ", "best ", "seed ", "ep ")
        best = "-" if shown.best_return is None else fixed(shown.best_return)
        values = (
            (f"{fixed(shown.frame.episode_return):>6}", "number"),
            (f"{shown.frame.step:>4}", "text"),
            (f"{best:>6}", "text"),
            (f"{shown.seed}", "text"),
            (f"{shown.frame.episode}", "text"),
        )
        return [[(word, "muted"), value] for word, value in zip(words, values, strict=True)]

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the picture, and the numbers below or beside it."""
        session, shown = self._session, self._latest
        if session.error:
            return centre_block([[("the game is over", "warning")], [(plain(session.error), "text")]], width, height)
        if shown is None:
            return centre_block([[("loading…", "muted")]], width, height)
        drawing = drawing_of(shown.frame.picture, self.scene)
        place = arrange(drawing, self._wanted_size(shown, width), width, height)
        picture = drawing.rows(*place.picture)
        numbers = self._numbers(shown, *place.numbers)
        if place.is_beside:
            pairs = zip(block(picture, place.picture[0], height), block(numbers, place.numbers[0], height), strict=True)
            return [[*left, ("  ", "text"), *right] for left, right in pairs]
        indent = " " * ((width - place.picture[0]) // 2)
        gap: list[Row] = [[]] if len(numbers) < place.numbers[1] else []
        return [*([(indent, "text"), *row] for row in picture), *gap, *numbers]

    def _wanted_size(self, shown: PlayMoment, width: int) -> tuple[int, int]:
        """Return columns and rows with which all numbers are readable."""
        columns = min(_VALUED if shown.has_policy else 30, _WIDEST_NUMBERS)
        observation = min(_MOST_OBSERVATION_ROWS, len(observation_rows(shown.frame, width, is_ascii=False)))
        return columns, 2 + shown.has_policy + wanted_rows(shown, width) + observation

    def _numbers(self, shown: PlayMoment, width: int, height: int) -> list[Row]:
        """Return what to do now, the actions, the comparison with the policy, and the observation."""
        status = [self._status_row(shown, width)]
        if shown.has_policy and height > 1 + wanted_rows(shown, width):
            status.append(self._agreement_row(shown, width))
        observation = observation_rows(shown.frame, width, is_ascii=self.scene.is_ascii)
        actions = action_rows(shown, self._scale, width, max(0, height - len(status)), self.scene.marker)
        rows = [*status, *actions]
        room = height - len(rows)
        if room > len(observation) + 2:
            rows = [*status, [], *actions]
            room -= 1
        if observation and room > len(observation):
            rows.append([])
            room -= 1
        if len(observation) > room > 0:
            observation = [*observation[: room - 1], [*fit(observation[room - 1], width - 2), (" …", "muted")]]
        return [*rows, *observation[: max(0, room)]]

    def _status_row(self, shown: PlayMoment, width: int) -> Row:
        """Return what the person can do now, or how the episode ended."""
        session, frame = self._session, shown.frame
        if session.busy_seconds >= SLOW_SECONDS:
            seconds = int(session.busy_seconds)
            return fit([(f" the environment has not answered for {seconds} s", "warning")], width)
        if frame.ending:
            ended: Row = [(f" {frame.ending}", "accent"), (f" at step {frame.step:,}", "text")]
            return join_fitting([ended, [("n", "key"), (" new", "muted")], [("r", "key"), (" again", "muted")]], width)
        if shown.is_waiting:
            return fit([(" press a key of an action to start", "info")], width)
        if session.is_paused:
            return fit([(" paused: ", "warning"), ("p", "key"), (" continues", "text")], width)
        return fit(self._latest_row(shown), width)

    def _latest_row(self, shown: PlayMoment) -> Row:
        """Return the person's latest action, and the policy's instead of it."""
        if shown.taken is None:
            return [(" each key is one step", "muted")]
        names, is_ascii = action_names(shown), self.scene.is_ascii
        key = chord_sign(shown.keys.shown_chord(shown.taken), is_ascii=is_ascii)
        row: Row = [(" you: ", "muted"), (key, "key"), (f" {names[shown.taken]}", "accent")]
        other = shown.agreement.policy_action
        if other is None:
            return row
        if other == shown.taken:
            return [*row, (" = the policy's", "success")]
        return [*row, (", the policy: ", "muted"), (names[other], "warning")]

    def _agreement_row(self, shown: PlayMoment, width: int) -> Row:
        agreement = shown.agreement
        policy: Row = [(plain(shown.frame.policy), "muted")]
        if agreement.share is None:
            return fit([(" ", "text"), *policy], width)
        share = (f" as the policy {agreement.share:.0%}", "number")
        count = (f" ({agreement.agreed:,} of {agreement.compared:,})", "text")
        return join_fitting([[share, count], policy], width)
