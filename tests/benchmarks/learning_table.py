"""The learning table: a line for each run, a row for each environment."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

from dqn_tui.view.interquartile import bootstrap_interval, interquartile_mean
from tests.benchmarks.learning_runs import Score
from tests.benchmarks.tabular import ExactScore


def summarize(scores: Sequence[Score]) -> dict[str, Any]:
    """One environment's row of the table; scores over its seeds."""
    means = [score.mean for score in scores]
    reached = [score for score in scores if score.first_step_at_goal is not None]
    low, high = bootstrap_interval([means])
    summary = {
        "env": scores[0].env,
        "steps": max(score.steps for score in scores),
        "seeds": len(scores),
        "iqm": float(interquartile_mean(means)),
        "interval95": [low, high],
        "min": min(means),
        "goal": scores[0].goal,
        "at_goal": sum(score.is_at_goal for score in scores),
        "best_checkpoint_iqm": float(interquartile_mean([score.best_mean for score in scores])),
        "reached_goal": len(reached),
        "median_first_step_at_goal": median(score.first_step_at_goal or 0 for score in reached) if reached else None,
        "held_goal": sum(score.is_at_goal for score in reached),
        "median_seconds": median(score.seconds for score in scores),
    }
    exact = [score.exact for score in scores if score.exact is not None]
    if exact:
        summary["exact"] = {
            "min_share_of_greedy": min(item.share_of_greedy for item in exact),
            "min_share_of_best": min(item.share_of_best for item in exact),
            "max_mean_greedy_error": max(item.mean_greedy_error for item in exact),
            "max_greedy_error": max(item.greedy_error for item in exact),
            "max_error": max(item.largest_error for item in exact),
        }
    return summary


def print_seeds(scores: Sequence[Score]) -> None:
    """A line for each run."""
    goal = "no goal" if scores[0].goal is None else f"goal {scores[0].goal:g}"
    print(f"\n{scores[0].env}, {goal}")
    print("seed     steps  seconds  last checkpoint    best  first at goal  at the end")
    for score in scores:
        spread = "    exact" if score.std is None else f"± {score.std:7.4g}"
        end = "never" if score.first_step_at_goal is None else "there" if score.is_at_goal else "lost"
        remark = "" if score.reason == "completed" else f" ({score.reason})"
        print(
            f"{score.seed:>4}  {score.steps:>8}  {score.seconds:>7.1f}  {score.mean:>7.4g} {spread}  "
            f"{score.best_mean:>7.4g}  {_cell(score.first_step_at_goal):>12}  {end}{remark}"
        )
    for score in scores:
        if score.exact is not None:
            print(f"{score.seed:>4}  {_describe(score.exact)}")


def _describe(exact: ExactScore) -> str:
    return (
        f"{exact.share_of_greedy:.4f} of greedy Q*, {exact.share_of_best:.4f} of the best possible; "
        f"error {100 * exact.mean_greedy_error:.2f} % in the mean over the greedy actions, "
        f"{100 * exact.greedy_error:.2f} % at most, {100 * exact.largest_error:.2f} % of all"
    )


def print_summary(summaries: Sequence[dict[str, Any]]) -> None:
    """The benchmarks README's table."""
    print(
        "\n| environment | steps | seeds | IQM of the last checkpoint (95 % interval) | min | at the goal "
        "| best checkpoint | first at the goal, median step | still there at the end | seconds a run |"
        "\n|---|---|---|---|---|---|---|---|---|---|"
    )
    for row in summaries:
        low, high = row["interval95"]
        held = f"{row['held_goal']} of {row['reached_goal']}" if row["reached_goal"] else "–"
        at_goal = "–" if row["goal"] is None else f"{row['at_goal']} of {row['seeds']} (≥ {row['goal']:g})"
        print(
            f"| {row['env']} | {row['steps']:,} | {row['seeds']} | {row['iqm']:.4g} ({low:.4g} to {high:.4g}) "
            f"| {row['min']:.4g} | {at_goal} | {row['best_checkpoint_iqm']:.4g} "
            f"| {_cell(row['median_first_step_at_goal'])} | {held} | {row['median_seconds']:.0f} |"
        )
    exact = [row for row in summaries if "exact" in row]
    if exact:
        print(
            "\n| environment | of greedy Q* | of the best possible | mean error of greedy actions | largest | of all |"
            "\n|---|---|---|---|---|---|"
        )
    for row in exact:
        item = row["exact"]
        print(
            f"| {row['env']} | ≥ {item['min_share_of_greedy']:.4f} | ≥ {item['min_share_of_best']:.4f} "
            f"| ≤ {100 * item['max_mean_greedy_error']:.2f} % | ≤ {100 * item['max_greedy_error']:.2f} % "
            f"| ≤ {100 * item['max_error']:.2f} % |"
        )


def _cell(step: float | None) -> str:
    return "–" if step is None else f"{step:,.0f}"
