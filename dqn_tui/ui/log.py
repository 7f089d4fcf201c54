"""What happened lately."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import datetime

from dqn_tui.ui.panel import FramedPanel, Panel, numbered_title
from dqn_tui.ui.rows import Row, centre_block, fit, join_fitting
from dqn_tui.ui.scene import Scene
from dqn_tui.view.log_line import LogLine
from dqn_tui.view.points import EvaluationPoint
from dqn_tui.view.run_view import RunView
from dqn_tui.view.text import fixed, plain, short_number

_ROLES = {
    "warning": "warning",
    "failed": "error",
    "best": "accent",
    "evaluation": "accent",
    "saved": "success",
}


class EventsPanel(FramedPanel):
    """The newest events, the newest at the bottom."""

    pane = "events"

    def title_row(self) -> Row:
        """The eighth pane."""
        return numbered_title(8, "Events", is_selected=self.scene.selected == self.pane)

    def content_key(self) -> Hashable:
        """Other events than those in the log change nothing here."""
        return log_key(self.scene.shown)

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:
        """One row an event."""
        lines = list(self.scene.shown.log)[-height:] if height > 0 else []
        if not lines:
            return centre_block([[("loading…", "muted")]], width, height)
        return [fit(event_row(line), width) for line in lines]


class NewsPanel(Panel):
    """A rule, the evaluations in one row, and the newest events: what a narrow screen has room for."""

    def content_key(self) -> Hashable:
        """The log and the evaluations."""
        return (log_key(self.scene.shown), len(self.scene.shown.evaluations))

    def build_rows(self, width: int, height: int) -> Sequence[Row]:
        """The newest event stands last."""
        lines = list(self.scene.shown.log)[-max(0, height - 2) :]
        rule: Row = [("─" * width, "border")]
        return [rule, evaluation_row(self.scene, width), *(fit(event_row(line), width) for line in lines)]


def log_key(view: RunView) -> Hashable:
    """Changes with each line of the log, also when it is full."""
    last = view.log[-1] if view.log else None
    return (len(view.log), last.time if last else None, last.text if last else None)


def event_row(line: LogLine) -> Row:
    """` 12:31:07 ✓ checkpoint saved`, in local time."""
    clock = datetime.fromtimestamp(line.time).strftime("%H:%M:%S")
    role = _ROLES.get(line.level, "muted")
    text_role = role if line.level in ("warning", "failed") else "text"
    return [(f" {clock} ", "dim"), (f"{plain(line.symbol)} ", role), (plain(line.text), text_role)]


def evaluation_row(scene: Scene, width: int) -> Row:
    """The last and the best evaluation."""
    view = scene.shown
    last, best = view.last_evaluation, view.best_evaluation
    if last is None or best is None:
        return [(" ◆ ", "accent"), ("no evaluation yet", "muted")]
    parts: list[Row] = [_point(" ◆ ", "eval", last, has_std=True), _point("★ ", "best", best)]
    every = view.config.get("eval_every")
    if isinstance(every, int) and every > 0 and not view.is_over:
        parts.append([("next ", "muted"), (f"@{short_number((last.step // every + 1) * every)}", "text")])
    return join_fitting(parts, width, ("   ", "text"))


def _point(sign: str, label: str, point: EvaluationPoint, *, has_std: bool = False) -> Row:
    spread = f" ±{fixed(point.std)}" if has_std else ""
    return [
        (sign, "accent"),
        (f"{label} ", "muted"),
        (fixed(point.mean), "text"),
        (f"{spread} @{short_number(point.step)}", "muted"),
    ]
