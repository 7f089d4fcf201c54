"""What a chart of a comparison draws: every run as a line, or every group as a curve with its runs behind it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from dqn_tui.view.compared_metrics import ComparedMetric
from dqn_tui.view.comparison import Comparison, RunGroup, mark_of
from dqn_tui.view.group_curve import GroupCurve, group_curve
from dqn_tui.view.layer import Layer
from dqn_tui.view.series import Series
from dqn_tui.view.x_unit import XUnit

COLORS = 11
"""Colours of runs and of groups, in the roles `line-0` to `line-10`, and the same with `-dim` and `-band`.

It shares no factor with the number of marks, so that hundreds of runs have a pair of colour and mark of their own.
"""
# Thicker lines would hide each other.
_MOST_THICK = 4
_WITH_GOAL = ("return", "evaluation")


def color_role(index: int) -> str:
    """Return the role of the colour of a run, or of a group where runs are grouped."""
    return f"line-{index % COLORS}"


class ComparisonLayers:
    """Makes the layers of charts, and keeps the curves of groups until their runs grow."""

    def __init__(self, comparison: Comparison, *, seed: int = 0) -> None:
        self._comparison = comparison
        self._seed = seed
        self._curves: dict[Hashable, tuple[Hashable, GroupCurve | None]] = {}

    def of(self, metric: ComparedMetric, axis: XUnit, smoothing: int, by: str | None) -> list[Layer]:
        """Return the layers of a metric, from back to front; none where no run has recorded it."""
        lines = [metric.line(run, smoothing, axis) for run in self._comparison.runs]
        if all(line.last is None for line in lines):
            return []
        groups = self._comparison.groups(by) if by is not None else []
        drawn = self._of_groups(groups, lines, (metric.id, axis)) if groups else _of_runs(lines)
        return [*self._goal(metric), *drawn]

    def _of_groups(self, groups: Sequence[RunGroup], lines: Sequence[Series], name: Hashable) -> list[Layer]:
        behind: list[Layer] = []
        bands: list[Layer] = []
        front: list[Layer] = []
        marks: list[Layer] = []
        for group in groups:
            role = color_role(group.index)
            behind += [Layer.line(lines[index], f"{role}-dim", thickness=1, sign=".") for index in group.runs]
            curve = self._curve(group, lines, name)
            if curve is None:
                continue
            if len(group.runs) > 1:
                bands.append(Layer.band(curve.low, curve.high, f"{role}-band"))
            front.append(Layer.line(curve.middle, role, group.mark, sign=group.mark))
            marks.append(Layer.marks(curve.middle, role, group.mark, group.index / len(groups)))
        return [*bands, *behind, *front, *marks]

    def _curve(self, group: RunGroup, lines: Sequence[Series], name: Hashable) -> GroupCurve | None:
        """Return the curve of a group, made anew only when one of its lines has grown."""
        place, state = (name, group.index), tuple((id(lines[index]), lines[index].version) for index in group.runs)
        known = self._curves.get(place)
        if known is None or known[0] != state:
            tasks = [[lines[index] for index in runs] for runs in self._comparison.tasks(group.runs).values()]
            known = self._curves[place] = (state, group_curve(tasks, seed=self._seed))
        return known[1]

    def _goal(self, metric: ComparedMetric) -> list[Layer]:
        """Return the goal, where all runs have the same one."""
        goals = {run.view.goal for run in self._comparison.runs if run.view.run}
        goal = goals.pop() if len(goals) == 1 and metric.id in _WITH_GOAL else None
        return [] if goal is None else [Layer.level(goal, label="goal")]


def _of_runs(lines: Sequence[Series]) -> list[Layer]:
    thickness = None if len(lines) <= _MOST_THICK else 1
    known = [(index, series) for index, series in enumerate(lines) if series.last is not None]
    return [
        *(
            Layer.line(series, color_role(index), mark_of(index), thickness=thickness, sign=mark_of(index))
            for index, series in known
        ),
        *(
            Layer.marks(series, color_role(index), mark_of(index), place / len(known))
            for place, (index, series) in enumerate(known)
        ),
    ]
