"""Several runs side by side: in which settings they differ, what to call them, and how they are grouped."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dqn_tui.run_source import RunNews
from dqn_tui.view.compared_metrics import METRICS, ComparedMetric
from dqn_tui.view.compared_run import ComparedRun
from dqn_tui.view.text import number, plain
from dqn_tui.view.x_unit import XUnit

ALL_BUT_SEED = "settings"
"""In place of a key: runs that differ in nothing but the seed are one group."""

MARKS = "abcdefghijklmnopqrstuvwxyz0123456789"
GROUP_MARKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Not what a run was made of, but how it was watched and where it ran.
_IRRELEVANT = {"device", "save_every", "keep_last"}
_MISSING = object()


def mark_of(index: int) -> str:
    """Return the letter that identifies a run without colour."""
    return MARKS[index % len(MARKS)]


@dataclass(frozen=True)
class RunGroup:
    """Runs that have the same value of the settings they are grouped by.

    Attributes:
        index: its place among the groups.
        name: the settings, `"learning_rate=0.001"`.
        runs: its runs, by index.
    """

    index: int
    name: str
    runs: tuple[int, ...]

    @property
    def mark(self) -> str:
        """The letter that identifies it without colour."""
        return GROUP_MARKS[self.index % len(GROUP_MARKS)]


class Comparison:
    """All that is known of several runs, from their events alone: it reads no clock and no file.

    Attributes:
        runs: the runs, in the order in which they were named.
        version: grows with each change.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self.runs = [ComparedRun(path) for path in paths]
        self.version = 0

    def apply_all(self, news: Iterable[RunNews]) -> None:
        """Apply what became known of the runs, oldest first."""
        for item in news:
            self.version += 1
            self.runs[item.index].apply_all(item.events)
            self.runs[item.index].problem = item.problem

    @property
    def is_settled(self) -> bool:
        """Whether all runs are over."""
        return all(run.view.is_over for run in self.runs)

    def metrics(self) -> list[ComparedMetric]:
        """Return the metrics that at least one run has recorded."""
        return [metric for metric in METRICS if any(metric.raw(run).last is not None for run in self.runs)]

    def x_end(self, axis: XUnit) -> float:
        """Return the farthest place of any run on that axis, at least 1."""
        return max([1.0, *(run.view.x_scale(axis).x_of(run.view.step) for run in self.runs)])

    # --- settings ---

    def differing_keys(self) -> list[str]:
        """Return the settings in which the runs differ, in the order of the configuration, the seed last."""
        configs = [run.view.config for run in self.runs if run.view.config]
        keys = dict.fromkeys(key for config in configs for key in config if key not in _IRRELEVANT)
        differing = [key for key in keys if len({_identity(config.get(key, _MISSING)) for config in configs}) > 1]
        return sorted(differing, key=lambda key: (key == "seed", key != "env"))

    def setting(self, index: int, key: str) -> str:
        """Return a setting of a run in short; `"-"` where it has none."""
        return setting_text(self.runs[index].view.config.get(key, _MISSING))

    def labels(self) -> list[str]:
        """Return what to call each run: the settings in which they differ, and its folder where that is not enough."""
        keys = self.differing_keys()
        labels = [" ".join(f"{key}={self.setting(index, key)}" for key in keys) for index in range(len(self.runs))]
        return [
            label if label and labels.count(label) == 1 else " ".join(filter(None, (label, plain(run.name))))
            for label, run in zip(labels, self.runs, strict=True)
        ]

    # --- groups ---

    def group_keys(self) -> list[str]:
        """Return by what the runs can be grouped so that the groups differ."""
        keys = self.differing_keys()
        others = [key for key in keys if key != "seed"]
        return [*([ALL_BUT_SEED] if len(others) > 1 else []), *others, *keys[len(others) :]]

    def groups(self, by: str) -> list[RunGroup]:
        """Return the runs grouped by a setting, or by all but the seed; in the order of the values."""
        keys = [key for key in self.differing_keys() if key != "seed"] if by == ALL_BUT_SEED else [by]
        found: dict[tuple[str, ...], list[int]] = {}
        for index, run in enumerate(self.runs):
            values = tuple(_identity(run.view.config.get(key, _MISSING)) for key in keys)
            found.setdefault(values, []).append(index)
        ordered = sorted(found.values(), key=lambda runs: [self._rank(runs[0], key) for key in keys])
        return [
            RunGroup(place, " ".join(f"{key}={self.setting(runs[0], key)}" for key in keys) or "all runs", tuple(runs))
            for place, runs in enumerate(ordered)
        ]

    def tasks(self, runs: Sequence[int]) -> dict[str, list[int]]:
        """Return those runs by environment, the strata of the bootstrap; both in their order."""
        found: dict[str, list[int]] = {}
        for index in runs:
            found.setdefault(self.runs[index].view.env, []).append(index)
        return dict(sorted(found.items()))

    def _rank(self, index: int, key: str) -> tuple[int, float, str]:
        """Return what puts numbers in their order, before words in theirs."""
        value = self.runs[index].view.config.get(key, _MISSING)
        if isinstance(value, int | float):
            return (0, float(value), "")
        return (1, 0.0, setting_text(value))


def setting_text(value: object) -> str:
    """Return a setting as `--set` takes it, numbers in short."""
    if value is _MISSING:
        return "-"
    if isinstance(value, float):
        return number(value)
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), default=str)
    return plain(text, 60)


def _identity(value: Any) -> str:
    """Return a text that is equal for equal settings; 1 and 1.0 are equal."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        value = int(value)
    return "-" if value is _MISSING else json.dumps(value, sort_keys=True, default=str)
