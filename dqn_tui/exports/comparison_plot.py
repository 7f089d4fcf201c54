"""A comparison as a picture for a paper, drawn by matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dqn_tui.errors import UsageError
from dqn_tui.view.buckets import COUNT, SUM, X_FIRST, X_LAST
from dqn_tui.view.compared_metrics import ComparedMetric
from dqn_tui.view.comparison import Comparison
from dqn_tui.view.group_curve import group_curve
from dqn_tui.view.series import Series
from dqn_tui.view.x_unit import XUnit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

KINDS = (".svg", ".png", ".pdf")
SMOOTHING = 20
_COLUMNS = 3
# Okabe & Ito 2008, then hues of matplotlib's own.
_COLORS = (
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#8c6d31", "#7f3fbf", "#2ca02c", "#e377c2",
    "#7f7f7f",
)  # fmt: skip
_MARKERS = "osD^v<>pPXhH*"


def write_plot(comparison: Comparison, path: Path, *, by: str | None, axis: XUnit, seed: int) -> None:
    """Draw a chart for each metric into a file; the same comparison always gives the same bytes.

    Args:
        comparison: the runs.
        path: an .svg, .png or .pdf file; one that exists is overwritten.
        by: setting that the runs are grouped by; None: not at all.
        axis: what x counts.
        seed: seed of the bootstrap.

    Raises:
        UsageError: the kind of file is unknown, matplotlib is missing, or the file cannot be written.
    """
    if path.suffix.lower() not in KINDS:
        raise UsageError(f"--plot needs a file that ends in {', '.join(KINDS)}, got {str(path)!r}")
    try:
        import matplotlib as mpl
    except ImportError:
        raise UsageError("--plot needs matplotlib: pip install 'dqn-tui[plot]'") from None
    mpl.use("agg")
    # Otherwise the ids in an SVG are random.
    with mpl.rc_context({"svg.hashsalt": "dqn-tui", "text.parse_math": False}):
        figure = _draw(comparison, by, axis, seed)
        try:
            figure.savefig(path, metadata={"Date": None} if path.suffix.lower() == ".svg" else None)
        except OSError as error:
            raise UsageError(f"--plot {path} cannot be written: {error.strerror or error}") from None


def _draw(comparison: Comparison, by: str | None, axis: XUnit, seed: int) -> Figure:
    from matplotlib.figure import Figure

    metrics = comparison.metrics()
    columns = max(1, min(_COLUMNS, len(metrics)))
    rows = max(1, -(-len(metrics) // columns))
    figure = Figure(figsize=(4.2 * columns, 2.9 * rows + 0.6), layout="constrained")
    for place, metric in enumerate(metrics, 1):
        axes = figure.add_subplot(rows, columns, place)
        if by is None:
            _draw_runs(axes, comparison, metric, axis)
        else:
            _draw_groups(axes, comparison, metric, axis, by, seed)
        axes.set_title(metric.title, fontsize=10)
        axes.set_xlabel("seconds" if axis is XUnit.SECOND else axis.value, fontsize=8)
        axes.tick_params(labelsize=8)
        axes.grid(alpha=0.25, linewidth=0.5)
        axes.spines[["top", "right"]].set_visible(False)
    _draw_legend(figure, columns)
    return figure


def _draw_legend(figure: Figure, columns: int) -> None:
    """Draw one legend below all charts: each line once, though not every chart has all of them."""
    found: dict[str, Any] = {}
    for axes in figure.axes:
        for line, label in zip(*axes.get_legend_handles_labels(), strict=True):
            found.setdefault(label, line)
    if found:
        figure.legend(
            list(found.values()), list(found), loc="outside lower center", ncols=columns, fontsize=8, frameon=False
        )


def _draw_runs(axes: Axes, comparison: Comparison, metric: ComparedMetric, axis: XUnit) -> None:
    for index, (run, label) in enumerate(zip(comparison.runs, comparison.labels(), strict=True)):
        series = metric.line(run, SMOOTHING, axis)
        if series.last is not None:
            _draw_line(axes, series, label, index)


def _draw_groups(axes: Axes, comparison: Comparison, metric: ComparedMetric, axis: XUnit, by: str, seed: int) -> None:
    lines = [metric.line(run, SMOOTHING, axis) for run in comparison.runs]
    for group in comparison.groups(by):
        color = _COLORS[group.index % len(_COLORS)]
        for index in group.runs:
            axes.plot(*_points(lines[index]), color=color, alpha=0.3, linewidth=0.6)
        curve = group_curve(_of_tasks(comparison, group.runs, lines), seed=seed)
        if curve is None:
            continue
        low, high = _points(curve.low), _points(curve.high)
        axes.fill_between(low[0], low[1], high[1], color=color, alpha=0.18, linewidth=0)
        _draw_line(axes, curve.middle, f"{group.name} (IQM of {len(group.runs)})", group.index, width=1.8)


def _of_tasks(comparison: Comparison, runs: Sequence[int], lines: Sequence[Series]) -> list[list[Series]]:
    return [[lines[index] for index in task] for task in comparison.tasks(runs).values()]


def _draw_line(axes: Axes, series: Series, label: str, index: int, width: float = 1.2) -> None:
    """Draw a line with a colour and a mark of its own."""
    x, y = _points(series)
    axes.plot(
        x,
        y,
        color=_COLORS[index % len(_COLORS)],
        marker=_MARKERS[index % len(_MARKERS)],
        markevery=max(1, len(x) // 6),
        markersize=3.5,
        linewidth=width,
        label=label,
    )


def _points(series: Series) -> tuple[Any, Any]:
    """Return x and mean of each bucket."""
    rows = series.rows()
    return rows[X_FIRST] / 2 + rows[X_LAST] / 2, rows[SUM] / rows[COUNT]
