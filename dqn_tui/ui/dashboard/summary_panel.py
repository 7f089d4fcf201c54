"""How the run ended; shown beside the charts until the user leaves."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from dqn_tui.events import EndReason, RunEnded, RunFailed
from dqn_tui.ui.widgets.panel import FramedPanel
from dqn_tui.ui.widgets.rows import Row, fit
from dqn_tui.ui.widgets.states import state_run
from dqn_tui.view.run_view import RunView
from dqn_tui.view.text import duration, fixed, plain

_REASONS = {
    EndReason.COMPLETED: "finished",
    EndReason.SOLVED: "goal reached",
    EndReason.STOPPED: "stopped by you",
    EndReason.DIVERGED: "non-finite numbers",
}
_LABEL_WIDTH = 12
_PAIRS_FROM = 38


class SummaryPanel(FramedPanel):
    """Reason, totals, best evaluation and checkpoint; or the error and the path of its traceback."""

    def title_row(self) -> Row:
        """Return the title."""
        return [("Summary", "title")]

    def facts(self) -> Sequence[Row]:
        """Return the key that leaves."""
        return [[("q ", "key"), ("quit", "muted")]]

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the rows, the most important first; the last ones are cut where the panel is low."""
        view = self.scene.shown
        cause = _cause(view, width)
        totals = [*cause, *_totals(view.ended, width, height - len(cause))]
        details = _failure(view.failed, width) if view.failed else totals
        space: list[Row] = [[]] if height > len(details) + 2 else []
        return [*space, self._head(view), *space, *details]

    def _head(self, view: RunView) -> Row:
        word, role = state_run(view.state)
        if view.failed:
            reason = f"at step {view.failed.step:,}"
        else:
            reason = _REASONS[view.end_reason] if view.end_reason else ""
        return [(f" {word.strip()}", role), (f"  {reason}", "text")]


def _cause(view: RunView, width: int) -> list[Row]:
    cause = view.cause
    return _wrapped("cause", cause, width, "error") if cause else []


def _failure(failed: RunFailed, width: int) -> list[Row]:
    return [
        *_wrapped("error", failed.error, width, "error"),
        *_path("traceback", failed.error_log, width),
        *_path("checkpoint", failed.checkpoint, width),
    ]


def _totals(ended: RunEnded | None, width: int, height: int) -> list[Row]:
    """Return one fact per row, or two where the panel is low."""
    if ended is None:
        return []
    facts = [
        ("mean return", fixed(ended.mean_return_100)),
        ("best eval", fixed(ended.best_eval_mean)),
        ("steps", f"{ended.step:,}"),
        ("episodes", f"{ended.episodes:,}"),
        ("wall time", duration(ended.wall_seconds)),
        ("steps/s", f"{ended.steps_per_second:,.0f}"),
        ("updates", f"{ended.updates:,}"),
    ]
    path = _path("checkpoint", ended.checkpoint, width)
    if height > len(facts) + len(path):
        return [*(_line(*fact) for fact in facts), *path]
    if width < _PAIRS_FROM:
        name = _path("checkpoint", ended.checkpoint and "…/" + ended.checkpoint.rsplit("/", 1)[-1], width)
        return [*(_line(*fact) for fact in facts[: max(2, height - 1 - len(name))]), *name]
    pairs = [facts[first : first + 2] for first in range(0, len(facts), 2)]
    return [*([run for fact in pair for run in fit(_line(*fact), width // 2)] for pair in pairs[:3]), *path]


def _line(label: str, value: str, role: str = "strong") -> Row:
    return [(f" {label:<{_LABEL_WIDTH}}", "muted"), (value, role)]


def _wrapped(label: str, text: str, width: int, role: str = "text") -> list[Row]:
    """Return a long text over several rows, with its label in the first."""
    return _stacked(label, textwrap.wrap(plain(text), _room(width))[:4], role)


def _path(label: str, path: str | None, width: int) -> list[Row]:
    """Return a path over several rows, broken after slashes where possible."""
    if path is None:
        return [_line(label, "none", "text")]
    lines = [""]
    for part in re.findall(r"[^/]*/?", plain(path)):
        if len(lines[-1]) + len(part) > _room(width) and lines[-1]:
            lines.append("")
        lines[-1] += part
    pieces = [line[start : start + _room(width)] for line in lines for start in range(0, len(line), _room(width))]
    return _stacked(label, pieces, "text")


def _room(width: int) -> int:
    return max(8, width - _LABEL_WIDTH - 2)


def _stacked(label: str, lines: Sequence[str], role: str) -> list[Row]:
    return [_line(label if index == 0 else "", line, role) for index, line in enumerate(lines or ["-"])]
