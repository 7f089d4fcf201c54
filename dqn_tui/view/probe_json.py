"""A probe's report as plain values for JSON."""

from __future__ import annotations

from typing import Any

from dqn_tui.probe_report import ProbeReport, Spread
from dqn_tui.view.probe_sections import spread_of


def probe_values(report: ProbeReport) -> dict[str, Any]:
    """Return the whole report but its pictures."""
    episodes, rewards, network = report.episodes, report.rewards, report.network
    names = report.action_names or [str(action) for action in range(len(report.action_counts))]
    return {
        "env": report.env,
        "seed": report.seed,
        "steps": report.steps,
        "steps_per_second": report.steps_per_second,
        "time_limit": report.time_limit,
        "is_deterministic": report.is_deterministic,
        "episodes": {
            "count": len(episodes.returns),
            "returns": _spread(spread_of(episodes.returns)),
            "lengths": _spread(spread_of(episodes.lengths)),
            "terminated": episodes.terminated,
            "truncated": episodes.truncated,
            "open_steps": episodes.open_steps,
            "largest_discounted": episodes.largest_discounted,
        },
        "rewards": {
            **_spread(rewards.spread),
            "nonzero_fraction": rewards.nonzero / max(1, report.steps),
            "largest_learned": rewards.largest_learned,
            "distinct": rewards.distinct,
            "values": [{"value": value, "count": count} for value, count in rewards.values],
        },
        "actions": [{"name": name, "count": count} for name, count in zip(names, report.action_counts, strict=False)],
        "masked_fraction": report.masked_fraction,
        "observations": [{"name": entry.name, **_spread(entry.spread)} for entry in report.entries],
        "images": [
            {
                "name": image.name,
                "shape": list(image.latest.shape),
                "zero_fraction": image.zero_fraction,
                "is_constant": image.is_constant,
                **_spread(image.spread),
            }
            for image in report.images
        ],
        "network": {
            "inputs": [
                {"name": part.name, "shape": list(part.shape), "dtype": part.dtype, "encoder": part.encoder or None}
                for part in network.inputs
            ],
            "hidden": list(network.hidden),
            "outputs": network.outputs,
            "parameters": network.parameters,
        },
        "findings": [
            {"id": finding.name, "severity": "warning" if finding.is_warning else "note", "text": finding.text}
            for finding in report.findings
        ],
    }


def _spread(spread: Spread) -> dict[str, Any]:
    return {
        "min": spread.low,
        "max": spread.high,
        "mean": spread.mean,
        "std": spread.std,
        "non_finite": spread.non_finite,
        "histogram": list(spread.histogram),
    }
