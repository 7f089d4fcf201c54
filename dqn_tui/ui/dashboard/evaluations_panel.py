"""Evaluations, and the checkpoint saved last."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from dqn_tui.ui.widgets.panel import FramedPanel
from dqn_tui.ui.widgets.rows import Row, centre_block
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.points import EvaluationPoint
from dqn_tui.view.returns import is_success_rate, next_evaluation, return_text
from dqn_tui.view.text import bar, fixed, size


class EvaluationsPanel(FramedPanel):
    """The greedy evaluations, newest first, the best one marked; and the newest checkpoint on disk."""

    scene: RunScene

    def content_key(self) -> Hashable:
        """Return the newest evaluation and the newest checkpoint; both are rare."""
        view = self.scene.shown
        last = view.evaluations[-1] if view.evaluations else None
        waiting = (view.state == "WAITING", view.is_over, next_evaluation(view))
        return (view.run, waiting, len(view.evaluations), last, view.last_saved, is_success_rate(view))

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return a table with a bar for each mean; its last row is the newest checkpoint."""
        points = self.scene.shown.evaluations
        if not points:
            return centre_block(self._nothing_yet(), width, height)
        is_rate = is_success_rate(self.scene.shown)
        head: Row = [("      step  success    of" if is_rate else "      step     mean   ±sd", "dim")]
        footer = self._saved_row() if height >= 6 else []
        room = height - 1 - len(footer)
        rows = [head, *(self._row(point, width) for point in self._chosen(room))]
        return [*rows, *([[]] * (height - len(rows) - len(footer))), *footer]

    def _chosen(self, count: int) -> list[EvaluationPoint]:
        """Return the newest evaluations, always including the best one."""
        view = self.scene.shown
        newest = list(view.evaluations)[::-1][: max(0, count)]
        best = view.best_evaluation
        if best is None or not newest or any(point.step == best.step for point in newest):
            return newest
        return [*newest[:-1], best]

    def _row(self, point: EvaluationPoint, width: int) -> Row:
        view = self.scene.shown
        best = view.best_evaluation
        is_best = best is not None and point.step == best.step
        means = [item.mean for item in view.evaluations]
        low, high = min(0.0, *means), max(means)
        share = (point.mean - low) / (high - low) if high > low else 1.0
        room = max(0, width - 27)
        return [
            (" ★" if is_best else "  ", "accent"),
            (f"{point.step:>8,} ", "strong" if is_best else "text"),
            (f"{return_text(view, point.mean):>8} ", "strong" if is_best else "text"),
            (f"{point.episodes if is_success_rate(view) else fixed(point.std):>5} ", "muted"),
            (bar(share, min(room, 30), self.scene.marker), "evaluation" if is_best else "bar"),
        ]

    def _saved_row(self) -> list[Row]:
        saved = self.scene.shown.last_saved
        if saved is None:
            return []
        return [
            [
                (" ✓ ", "success"),
                ("saved at ", "muted"),
                (f"{saved.step:,}", "text"),
                (f"  {size(saved.size_bytes)}", "muted"),
            ]
        ]

    def _nothing_yet(self) -> list[Row]:
        view = self.scene.shown
        if view.state == "WAITING":
            return [[("loading…", "muted")]]
        if view.is_over:
            return [[("no evaluations", "muted")]]
        step = next_evaluation(view)
        if step is not None:
            return [[("the first evaluation comes", "muted")], [("at step ", "muted"), (f"{step:,}", "text")]]
        return [[("no evaluations yet", "muted")], [("press ", "muted"), ("e", "key"), (" for one", "muted")]]
