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


class CompareHeader(Panel):
    """Number and environment of the runs on the left, the view on the right."""

    scene: CompareScene

    def content_key(self) -> Hashable:
        """Return the version of the comparison."""
        return (self.scene.comparison.version, self.scene.is_read)

    def build_rows(self, width: int, height: int) -> Sequence[Row]:  # noqa: ARG002
        """Return one row."""
        right = self._right()
        name: Row = [(" dqn-tui ", "accent"), ("compare ", "title")]
        left = [*name, *join_fitting(self._about(), width - row_width(right) - row_width(name) - 1, _DOT)]
        return [justify(left, right, width)]

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

    def _right(self) -> Row:
        scene = self.scene
        grouped = "" if scene.by is None else "all but the seed" if scene.by == ALL_BUT_SEED else scene.by
        row: Row = [("by ", "muted"), (f"{grouped} · ", "strong")] if grouped else []
        unit = " s" if scene.axis == "time" else ""
        return [
            *row,
            ("x ", "muted"),
            (f"{scene.axis}{unit}", "strong"),
            (f" · {SmoothedSeries.smoothing_name(scene.smoothing)} ", "muted"),
        ]
