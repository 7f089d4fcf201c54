"""Charts of the values that the network predicts: beside their targets, and beside the returns that followed."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import islice

from dqn_tui.ui.charts.chart_facts import fact
from dqn_tui.ui.charts.chart_spec import ChartSpec, Range
from dqn_tui.ui.widgets.rows import Row
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.layer import Layer
from dqn_tui.view.points import StartValue
from dqn_tui.view.run_view import RunView
from dqn_tui.view.text import fixed

# The newest start values, which are drawn bright, and whose mean distance from their returns is shown.
_NEWEST = 50
_DIAGONAL_DOTS = 64


def q_layers(chart: ChartSpec, view: RunView, smoothing: int) -> list[Layer]:
    """Return the moving averages of Q-values and TD targets, equally smooth, over the range of the Q-values."""
    window = chart.window(view, smoothing)
    layers = [Layer.envelope(view.q_mean, "raw-success")] if window > 1 else []
    if view.target_mean.last is not None:
        layers.append(Layer.line(view.target_mean.smooth(window), "target", "target"))
    return [*layers, Layer.line(view.q_mean.smooth(window), "smooth-success", "q")]


def q_facts(scene: RunScene, _chart: ChartSpec) -> list[Row]:
    """Return the newest means of Q-values and targets."""
    view = scene.shown
    return [
        fact("q", fixed(view.q_mean.last), "smooth-success"),
        fact("target", fixed(view.target_mean.last), "target"),
    ]


def start_value_layers(_chart: ChartSpec, view: RunView, _smoothing: int) -> list[Layer]:
    """Return a point for each episode: x is the discounted return, y the Q-value at its start.

    On the diagonal both agree. The newest episodes are bright.
    """
    values = list(view.start_values)
    low, high = start_value_range(view)
    diagonal = [(x, x) for x in (low + (high - low) * place / _DIAGONAL_DOTS for place in range(_DIAGONAL_DOTS + 1))]
    older, newest = values[:-_NEWEST], values[-_NEWEST:]
    return [
        replace(Layer.scatter(diagonal, "goal"), thickness=1),
        Layer.scatter(_places(older), "raw-primary"),
        Layer.scatter(_places(newest), "smooth-primary"),
    ]


def _places(values: list[StartValue]) -> list[tuple[float, float]]:
    return [(value.discounted_return, value.q_value) for value in values]


def until_start_value(view: RunView) -> str:
    """Return what the Q-values of episodes wait for."""
    if view.state == "WAITING":
        return "loading…"
    return "no episode has ended" if view.is_over else "an episode must end first"


def start_value_range(view: RunView) -> Range:
    """Return the range of both axes, from the smallest to the largest of all returns and Q-values."""
    numbers = [number for value in view.start_values for number in value[1:] if math.isfinite(number)]
    low, high = min(numbers, default=0.0), max(numbers, default=1.0)
    return (low, high) if low < high else (low - 1, high + 1)


def start_value_facts(scene: RunScene, _chart: ChartSpec) -> list[Row]:
    """Return how far the newest Q-values are above their returns."""
    return [fact("bias", signed(bias(scene.shown)), "smooth-primary")]


def signed(value: float | None) -> str:
    """Format a difference, with its sign."""
    return f"{'+' if value is not None and value > 0 else ''}{fixed(value)}"


def bias(view: RunView) -> float | None:
    """Return the mean of Q-value minus return over the newest episodes; above 0 the network overestimates."""
    newest = islice(reversed(view.start_values), _NEWEST)
    gaps = [value.q_value - value.discounted_return for value in newest]
    gaps = [gap for gap in gaps if math.isfinite(gap)]
    return sum(gaps) / len(gaps) if gaps else None
