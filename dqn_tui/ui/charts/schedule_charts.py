"""Facts about the exploration rate and the replay buffer, whose course is known in advance."""

from __future__ import annotations

from dqn_tui.ui.charts.chart_facts import fact
from dqn_tui.ui.charts.chart_spec import ChartSpec
from dqn_tui.ui.widgets.rows import Row
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.run_view import RunView
from dqn_tui.view.text import number, short_number


def epsilon(view: RunView) -> str:
    """Return the newest exploration rate."""
    return "-" if view.epsilon.last is None else f"{view.epsilon.last:.3f}"


def epsilon_facts(scene: RunScene, _chart: ChartSpec) -> list[Row]:
    """Return the newest rate, and the final one."""
    view = scene.shown
    final = view.config.get("exploration_final_eps")
    facts = [fact("now", epsilon(view), "smooth-accent", 5)]
    return [*facts, [("to ", "muted"), (number(float(final)), "text")]] if isinstance(final, int | float) else facts


def epsilon_note(view: RunView) -> str:
    """Return where the rate falls to, and when; empty where it is constant."""
    config = view.config
    try:
        initial, final = float(config["exploration_initial_eps"]), float(config["exploration_final_eps"])
        end = float(config["exploration_fraction"]) * float(view.total_timesteps or 0)
    except (KeyError, TypeError, ValueError):
        return ""
    if initial == final:
        return ""
    return f"→ {number(final)} @ {end:,.0f}" if view.step < end else "final value"


def fill(view: RunView) -> float:
    """Return the share of the replay buffer that is filled."""
    return (view.buffer.last or 0.0) / view.buffer_size if view.buffer_size else 0.0


def buffer_facts(scene: RunScene, _chart: ChartSpec) -> list[Row]:
    """Return how full the buffer is, and its capacity."""
    view = scene.shown
    facts: list[Row] = [[(f"{fill(view):>4.0%}", "smooth-primary")]]
    return [*facts, [("of ", "muted"), (short_number(view.buffer_size), "text")]] if view.buffer_size else facts


def buffer_note(view: RunView) -> str:
    """Return how full the buffer is, and its capacity."""
    return f"{fill(view):.0%} of {short_number(view.buffer_size)}" if view.buffer_size else ""
