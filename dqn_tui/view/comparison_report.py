"""A comparison as rows of words for tables, and as plain values for JSON and CSV."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from dqn_tui.view.buckets import COUNT, SUM, X_LAST
from dqn_tui.view.comparison import Comparison, RunGroup, mark_of
from dqn_tui.view.interquartile import REPLICATIONS
from dqn_tui.view.scores import GROUP_SCORES, SCORES, Estimate, estimate, horizon, improvement, main_score, scores_of
from dqn_tui.view.text import number, plain, short_number
from dqn_tui.view.x_unit import XUnit


class Table(NamedTuple):
    """Cells under the names of their columns."""

    title: str
    columns: list[str]
    rows: list[list[str]]


def settings_table(comparison: Comparison, *, has_paths: bool = False) -> Table:
    """Return the runs with only the settings in which they differ, and how far they are.

    The last column is the name of the run folder, or its path.
    """
    keys = comparison.differing_keys()
    rows = []
    for index, run in enumerate(comparison.runs):
        values = [comparison.setting(index, key) for key in keys]
        state = run.view.state.lower() if run.problem is None else "unreadable"
        name = plain(run.path if has_paths else run.name)
        rows.append([mark_of(index), *values, f"{run.view.step:,}", state, name])
    return Table("Runs", ["", *keys, "step", "state", "run"], rows)


def scores_table(comparison: Comparison) -> Table:
    """Return what each run achieved."""
    columns = [score.show for score in SCORES], [scores_of(comparison, score) for score in SCORES]
    rows = [
        [mark_of(index), *(show(values[index]) for show, values in zip(*columns, strict=True))]
        for index in range(len(comparison.runs))
    ]
    reach = short_number(horizon(comparison))
    titles = [f"{score.title} to {reach}" if score.id == "area_under_curve" else score.title for score in SCORES]
    return Table("Results", ["", *titles], rows)


def groups_table(comparison: Comparison, by: str, *, seed: int = 0, replications: int = REPLICATIONS) -> Table:
    """Return interquartile mean and interval of each group, and how likely it is better than each of the others.

    The score by which that is judged comes first.
    """
    groups, main = comparison.groups(by), main_score(comparison)
    others = [score for score in GROUP_SCORES if score is not main]
    rivals = groups if len(groups) > 1 else []
    rows = []
    for group in groups:
        first, *rest = (
            _interval(estimate(comparison, group, score, seed=seed, replications=replications))
            for score in (main, *others)
        )
        chances = [_chance(comparison, group, rival) for rival in rivals]
        rows.append([group.mark, group.name, str(len(group.runs)), first, *chances, *rest])
    titles = [main.title, *(f"P(>{rival.mark})" for rival in rivals), *(score.title for score in others)]
    return Table(f"Groups, IQM (95 %), P by {main.title}", ["", "group", "runs", *titles], rows)


def _chance(comparison: Comparison, group: RunGroup, other: RunGroup) -> str:
    chance = None if group is other else improvement(comparison, group, other, main_score(comparison))
    return "-" if chance is None else f"{chance:.2f}"


def _interval(found: Estimate | None) -> str:
    if found is None:
        return "-"
    return f"{number(found.mean)} ({number(found.low)} to {number(found.high)})"


def report(comparison: Comparison, by: str | None, *, seed: int = 0) -> dict[str, Any]:
    """Return the whole comparison as JSON can hold it, once numbers that are not finite are gone."""
    labels, keys = comparison.labels(), comparison.differing_keys()
    scores = {score.id: scores_of(comparison, score) for score in SCORES}
    runs = [
        {
            "run": run.path,
            "label": labels[index],
            "env": run.view.env,
            "seed": run.view.seed,
            "state": run.view.state,
            "step": run.view.step,
            "settings": {key: run.view.config.get(key) for key in keys},
            "scores": {name: values[index] for name, values in scores.items()},
        }
        for index, run in enumerate(comparison.runs)
    ]
    base = {"runs": runs, "differing_settings": keys, "horizon_steps": horizon(comparison)}
    return base | ({} if by is None else _report_groups(comparison, by, seed))


def _report_groups(comparison: Comparison, by: str, seed: int) -> dict[str, Any]:
    groups = comparison.groups(by)
    return {
        "by": by,
        "bootstrap": {"replications": REPLICATIONS, "seed": seed},
        "groups": [
            {
                "group": group.name,
                "runs": [comparison.runs[index].path for index in group.runs],
                "scores": {
                    score.id: _describe(estimate(comparison, group, score, seed=seed)) for score in GROUP_SCORES
                },
            }
            for group in groups
        ],
        "probability_of_improvement": [
            {
                "x": x.name,
                "y": y.name,
                **{score.id: improvement(comparison, x, y, score) for score in GROUP_SCORES},
            }
            for x in groups
            for y in groups
            if x is not y
        ],
    }


def _describe(found: Estimate | None) -> dict[str, Any] | None:
    return None if found is None else {"iqm": found.mean, "ci95": [found.low, found.high], "runs": found.runs}


def curve_rows(comparison: Comparison) -> Iterator[list[Any]]:
    """Yield the header and the points of all curves in long form: one row for each run, metric and point.

    Values are not smoothed; a long run's points are means over stretches of its steps.
    """
    keys, labels = comparison.differing_keys(), comparison.labels()
    axes = (XUnit.SECOND, XUnit.EPISODE, XUnit.UPDATE)
    yield ["run", "label", *keys, "metric", "step", "seconds", "episodes", "updates", "value"]
    for index, run in enumerate(comparison.runs):
        head = [run.path, labels[index], *(comparison.setting(index, key) for key in keys)]
        for metric in comparison.metrics():
            rows = metric.raw(run).rows()
            for step, value in zip(rows[X_LAST].tolist(), (rows[SUM] / rows[COUNT]).tolist(), strict=True):
                places = [round(run.view.x_scale(axis).x_of(step), 3) for axis in axes]
                yield [*head, metric.id, int(step), *places, value]


def nothing_to_compare(comparison: Comparison) -> str:
    """Return a sentence where the comparison has no second run, or no difference; else an empty text."""
    if len(comparison.runs) == 1:
        return "one run: there is nothing to compare it with"
    if not comparison.differing_keys():
        return "the runs have the same settings"
    envs = {run.view.env for run in comparison.runs}
    return f"{len(envs)} environments: their returns cannot be compared" if len(envs) > 1 else ""
