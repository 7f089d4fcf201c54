"""Evaluations and events in a few rows, for narrow terminals."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from dqn_tui.ui.dashboard.events_panel import event_row, log_key
from dqn_tui.ui.widgets.panel import Panel
from dqn_tui.ui.widgets.rows import Row, fit, join_fitting
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.points import EvaluationPoint
from dqn_tui.view.returns import is_success_rate, next_evaluation, return_text
from dqn_tui.view.run_view import RunView
from dqn_tui.view.text import fixed, short_number


class NewsPanel(Panel):
    """A rule, the evaluations in one row, and the newest events."""

    scene: RunScene

    def content_key(self) -> Hashable:
        """Return what changes with the log and the evaluations."""
        view = self.scene.shown
        return (log_key(view), *view.evaluations[-1:], next_evaluation(view), is_success_rate(view))

    def build_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the rows, the newest event last."""
        lines = list(self.scene.shown.log)[-max(0, height - 2) :]
        rule: Row = [("─" * width, "border")]
        return [rule, evaluation_row(self.scene, width), *(fit(event_row(line), width) for line in lines)]


def evaluation_row(scene: RunScene, width: int) -> Row:
    """Return the last and the best evaluation, and the step of the next one."""
    view = scene.shown
    last, best = view.last_evaluation, view.best_evaluation
    if last is None or best is None:
        return [(" ◆ ", "accent"), ("no evaluations yet", "muted")]
    parts = [_point(view, " ◆ ", "eval", last, has_std=True), _point(view, "★ ", "best eval", best)]
    step = next_evaluation(view)
    if step is not None:
        parts.append([("next ", "muted"), (f"@{short_number(step)}", "text")])
    return join_fitting(parts, width, ("   ", "text"))


def _point(view: RunView, sign: str, label: str, point: EvaluationPoint, *, has_std: bool = False) -> Row:
    spread = f" ±{fixed(point.std)}" if has_std and not is_success_rate(view) else ""
    return [
        (sign, "accent"),
        (f"{label} ", "muted"),
        (return_text(view, point.mean), "text"),
        (f"{spread} @{short_number(point.step)}", "muted"),
    ]
