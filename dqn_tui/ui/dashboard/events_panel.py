"""The log of the run."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from datetime import datetime

from dqn_tui.ui.widgets.panel import FramedPanel
from dqn_tui.ui.widgets.rows import Row, centre_block, fit
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.log_line import LogLine
from dqn_tui.view.run_view import RunView
from dqn_tui.view.text import plain

_ROLES = {
    "warning": "warning",
    "failed": "error",
    "best": "accent",
    "evaluation": "accent",
    "saved": "success",
}


class EventsPanel(FramedPanel):
    """The newest events, the newest at the bottom."""

    scene: RunScene

    def content_key(self) -> Hashable:
        """Return what changes with the log; other events change nothing here."""
        return log_key(self.scene.shown)

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return one row per event."""
        lines = list(self.scene.shown.log)[-height:] if height > 0 else []
        if not lines:
            return centre_block([[("loading…", "muted")]], width, height)
        return [fit(event_row(line), width) for line in lines]


def log_key(view: RunView) -> Hashable:
    """Return a value that changes with every line of the log, also once the log is full."""
    last = view.log[-1] if view.log else None
    return (len(view.log), last.time if last else None, last.text if last else None)


def event_row(line: LogLine) -> Row:
    """Return ` 12:31:07 ✓ checkpoint saved`, in local time."""
    clock = datetime.fromtimestamp(line.time).strftime("%H:%M:%S")
    role = _ROLES.get(line.level, "muted")
    text_role = role if line.level in ("warning", "failed") else "text"
    return [(f" {clock} ", "dim"), (f"{plain(line.symbol)} ", role), (plain(line.text), text_role)]
