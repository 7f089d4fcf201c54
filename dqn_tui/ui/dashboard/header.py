"""The two rows at the top: name and state of the run, and its progress."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from dqn_tui.ui.widgets.panel import Panel
from dqn_tui.ui.widgets.progress_bar import progress_bar
from dqn_tui.ui.widgets.rows import Row, join_fitting, justify, row_width
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.ui.widgets.states import state_run
from dqn_tui.view.returns import goal_outcome, solved_step
from dqn_tui.view.run_view import RunView
from dqn_tui.view.text import base_name, duration, plain, short_number

_DOT = (" · ", "dim")


class Header(Panel):
    """The run's name on the left; state, elapsed and remaining time on the right; the progress bar below.

    With a height of one row, only the most important of them.
    """

    scene: RunScene

    def content_key(self) -> Hashable:
        """Return the run's version and the clock, in whole seconds."""
        view = self.scene.live
        elapsed = int(view.elapsed_seconds(self.scene.now))
        return (view.version, view.state, elapsed, self.scene.steps_behind, self.scene.access)

    def build_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return one or two rows."""
        if height < 2:
            return [self._status(width)]
        return [self._names(width), self._progress(width)]

    def _names(self, width: int) -> Row:
        right = self._right(is_long=width >= 110)
        room = width - row_width(right) - 1
        name: Row = [(" dqn-tui ", "accent"), ("│ " if width >= 100 else " ", "dim")]
        left = [*name, *join_fitting(self._identity(), room - row_width(name), _DOT)]
        return justify(left, right, width)

    def _identity(self) -> list[Row]:
        view, scene = self.scene.live, self.scene
        seed = view.seed if view.run else scene.seed
        parts: list[Row] = [[(plain(view.env or scene.env), "title")]]
        parts += [[(f"seed {seed}", "muted")]] if seed is not None else []
        parts += [[(plain(str(part)), "muted")] for part in (view.device, base_name(view.run)) if part]
        return parts

    def _right(self, *, is_long: bool) -> Row:
        view = self.scene.live
        elapsed = duration(view.elapsed_seconds(self.scene.now))
        sign, role = state_run(self._state)
        row: Row = [*self._read_only(), *self._frozen(), (sign.rstrip() if view.is_over else sign, role)]
        row += [(f" {elapsed:>8}", "text"), (" elapsed" if is_long else "", "muted")]
        if view.is_over:
            return [*row, *_outcome(view)]
        left = duration(view.seconds_left)
        return [*row, ("  ETA " if is_long else " ETA ", "muted"), (f"{left:>7} ", "text")]

    @property
    def _state(self) -> str:
        return "WAITING" if self.scene.access.is_loading else self.scene.live.state

    def _read_only(self) -> Row:
        """Return the word for a run that trains and takes no requests from here."""
        access = self.scene.access
        is_read_only = access.refusal is not None and not access.is_loading and not self.scene.live.is_over
        return [("read-only  ", "warning")] if is_read_only else []

    def _frozen(self) -> Row:
        if not self.scene.is_frozen:
            return []
        return [("FROZEN", "warning"), (f" +{self.scene.steps_behind:,} steps  ", "muted")]

    def _progress(self, width: int) -> Row:
        view = self.scene.live
        total = view.total_timesteps or 0
        digits = len(f"{total:,}")
        unit = " steps" if width >= 100 else ""
        speed = f"{view.steps_per_second:,.0f}" if view.steps_per_second is not None else "-"
        right: Row = [
            (f" {_percent(view.fraction)}", "number"),
            (f"  {view.step:>{digits},}", "text"),
            (f"/{total:,}{unit}" if total else unit, "muted"),
            (f"  {speed:>6}", "text"),
            (" steps/s ", "muted"),
        ]
        return [(" ", "text"), *progress_bar(view.fraction, width - 1 - row_width(right)), *right]

    def _status(self, width: int) -> Row:
        view = self.scene.live
        total = view.total_timesteps or 0
        steps = f"{short_number(view.step)}/{short_number(total)}" if total else short_number(view.step)
        frozen: list[Row] = [[("FROZEN", "warning")]] if self.scene.is_frozen else []
        sign, role = state_run(self._state)
        parts: list[Row] = [[(sign.rstrip() if view.is_over else sign, role)], [(_percent(view.fraction), "number")]]
        count: Row = [(f"{steps:>11}", "text")]
        if view.is_over:
            parts += [_outcome(view, is_short=True), count]
        else:
            parts += [*frozen, count, [("ETA ", "muted"), (f"{duration(view.seconds_left):>5}", "text")]]
        return join_fitting(parts, width, (" ", "text"))


def _outcome(view: RunView, *, is_short: bool = False) -> Row:
    """Return whether the goal was reached."""
    outcome = goal_outcome(view, is_short=is_short)
    return [(f"  {outcome} ", "muted" if solved_step(view) is None else "success")] if outcome else [(" ", "text")]


def _percent(fraction: float) -> str:
    return f"{int(fraction * 100):>3}%"
