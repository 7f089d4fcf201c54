"""One run in the list of runs, as data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from dqn_tui.view.return_curve import ReturnCurve

STATE_SIGNS: dict[str, tuple[str, str]] = {
    "running": ("●", "success"),
    "interrupted": ("✗", "warning"),
    "completed": ("✓", "success"),
    "solved": ("★", "success"),
    "stopped": ("■", "muted"),
    "diverged": ("✗", "error"),
    "failed": ("✗", "error"),
    "unreadable": ("?", "error"),
}
"""Each state of a run, with its sign and the role of its colour; the sign carries the meaning where there is none."""


@dataclass(frozen=True)
class ListedRun:
    """What the list shows of a run. Its texts are safe to show, but for `path`.

    Attributes:
        path: the run folder, as it is opened.
        name: the folder's name.
        label: the part of the name that the user gave, or `s<seed>`.
        env: environment.
        state: one of `STATE_SIGNS`; empty until the run is read.
        started_at: UTC seconds; None if unknown.
        step: environment steps taken.
        total_steps: environment steps of the whole run; None if unknown.
        best, best_step: mean return and step of the best evaluation; None if there was none, or the step is unknown.
        preset: the preset that its settings are based on.
        settings: all its settings by key.
        changes: the settings that differ from its preset, or from the defaults.
        tags, note: given by the user.
        problem: what is wrong with it, in one line.
        curve: mean return over steps; None until it is read.
        size_bytes: size on the disk; None until it is measured.
    """

    path: str
    name: str
    label: str = ""
    env: str = ""
    state: str = ""
    started_at: float | None = None
    step: int = 0
    total_steps: int | None = None
    best: float | None = None
    best_step: int | None = None
    preset: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    note: str = ""
    problem: str | None = None
    curve: ReturnCurve | None = field(default=None, compare=False)
    size_bytes: int | None = None

    @property
    def is_read(self) -> bool:
        """Whether more than its name is known."""
        return self.state != ""

    @property
    def is_running(self) -> bool:
        """Whether a process trains it."""
        return self.state == "running"

    @cached_property
    def changes_text(self) -> str:
        """The settings that differ, as `--set` takes them."""
        return settings_text(self.changes)

    @cached_property
    def differences(self) -> str:
        """The same without the number of steps, which has a place of its own."""
        return settings_text({key: value for key, value in self.changes.items() if key != "total_timesteps"})

    @cached_property
    def words(self) -> str:
        """All its texts, for the search of a word; in lower case."""
        parts = (self.name, self.env, self.state, self.preset or "", self.changes_text, *self.tags, self.note)
        return "\n".join(parts).casefold()


def settings_text(settings: Mapping[str, Any]) -> str:
    """Return settings in one line, as `--set` takes them: `"gamma=0.9 net_arch=[32,32]"`."""
    return " ".join(f"{key}={value_text(value)}" for key, value in settings.items())


def value_text(value: Any) -> str:
    """Return the value of a setting without blanks."""
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"), default=str)
