"""The panes of a comparison: a chart for each metric, and the tables."""

from __future__ import annotations

from dqn_tui.ui.widgets.pane_name import PaneName
from dqn_tui.view.compared_metrics import METRICS, ComparedMetric
from dqn_tui.view.comparison import Comparison

RUNS = PaneName(id="runs", title="Runs", digit=7, about="the settings in which the runs differ")
RESULTS = PaneName(id="results", title="Results", digit=8, about="what each run achieved")
GROUPS = PaneName(id="groups", title="Groups", digit=9, about="interquartile means, 95 % intervals")
TABLES = (RUNS, RESULTS, GROUPS)

_MOST_DIGITS = 6


def _pane(place: int, metric: ComparedMetric) -> PaneName:
    digit = place if place <= _MOST_DIGITS else None
    return PaneName(
        id=f"chart-{metric.id}", title=metric.title, short_title=metric.short_title, digit=digit, about=metric.about
    )


CHARTS: dict[str, ComparedMetric] = {f"chart-{metric.id}": metric for metric in METRICS}
CHART_PANES = tuple(_pane(place, metric) for place, metric in enumerate(METRICS, 1))


def shown_panes(comparison: Comparison, by: str | None) -> list[PaneName]:
    """Return the panes that have something to show: charts of recorded metrics, and groups where runs are grouped."""
    recorded = {f"chart-{metric.id}" for metric in comparison.metrics()} or {CHART_PANES[0].id}
    charts = [pane for pane in CHART_PANES if pane.id in recorded]
    return [*charts, *(pane for pane in TABLES if pane is not GROUPS or by is not None)]
