"""The row at the top of a comparison: what is compared, and how it is shown."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from dqn_tui.ui.compare.compare_scene import CompareScene
from dqn_tui.ui.widgets.panel import Panel
from dqn_tui.ui.widgets.rows import Row, join_fitting, justify, row_width
from dqn_tui.view.comparison import ALL_BUT_SEED
from dqn_tui.view.comparison_report import nothing_to_compare
from dqn_tui.view.series import SmoothedSeries
from dqn_tui.view.text import plain

_DOT = (" · ", "dim")
_WIDE = 60


class CompareHeader(Panel):
    """Number and environment of the runs on the left, the view on the right."""

    scene: CompareScene

    def content_key(self) -> Hashable:
        """Return the versions of the comparison and of what is read off it."""
        return (self.scene.comparison.version, self.scene.is_read, self.scene.viewport.version)

    def build_rows(self, width: int, height: int) -> Sequence[Row]:  # noqa: ARG002
        """Return one row."""
        name: Row = [(" dqn-tui " if width >= _WIDE else " ", "accent"), ("compare ", "title")]
        about = self._about()
        right = join_fitting(self._view(), width - row_width(name) - row_width(about[0]) - 2, _DOT)
        left = join_fitting(about, width - row_width(right) - row_width(name) - 2, _DOT)
        return [justify([*name, *left], [*right, (" ", "text")], width)]

    def _about(self) -> list[Row]:
        runs = self.scene.comparison.runs
        known = [run for run in runs if run.view.run]
        if not self.scene.is_read:
            return [[(f"reading… {len(known)} of {len(runs)} runs", "info")]]
        envs = sorted({run.view.env for run in known})
        live = sum(not run.view.is_over for run in known)
        parts: list[Row] = [[(f"{len(runs)} run{'s' if len(runs) != 1 else ''}", "strong")]]
        parts += [[(f"● {live} live", "success")]] if live else []
        if sentence := nothing_to_compare(self.scene.comparison):
            parts.append([(sentence, "warning")])
        parts += [[(plain(", ".join(envs)), "muted")]]
        return parts

    def _view(self) -> list[Row]:
        """Return axis and crosshair, grouping and smoothing, the most important first."""
        scene, unit, x = self.scene, self.scene.viewport.unit, self.scene.viewport.crosshair
        axis: Row = [("x ", "muted"), (unit.value, "strong")]
        parts: list[Row] = [axis if x is None else [*axis, (" at ", "muted"), (f"{unit.label(x):<6}", "crosshair")]]
        if scene.by is not None:
            name = "all but the seed" if scene.by == ALL_BUT_SEED else scene.by
            parts.append([("by ", "muted"), (name, "strong")])
        return [*parts, [(SmoothedSeries.smoothing_name(scene.smoothing), "muted")]]
