"""What the x axis can count. Loads nothing heavy, since the command line offers it as an option."""

from __future__ import annotations

import enum

from dqn_tui.view.text import duration, short_number


class XUnit(enum.StrEnum):
    """The unit of the x axis; the value is its name for the user."""

    STEP = "steps"
    SECOND = "time"
    EPISODE = "episodes"
    UPDATE = "updates"

    @property
    def about(self) -> str:
        """The unit in words."""
        return {XUnit.STEP: "environment steps", XUnit.SECOND: "seconds of work, without pauses"}.get(self, self.value)

    @property
    def following(self) -> XUnit:
        """The next unit, after the last the first."""
        units = list(XUnit)
        return units[(units.index(self) + 1) % len(units)]

    def label(self, x: float) -> str:
        """Return a place on the axis in short: `"12.3k"`, `"01:14"`, `"ep 312"`, `"upd 4k"`."""
        if self is XUnit.SECOND:
            return duration(x)
        if self is XUnit.STEP:
            return short_number(round(x))
        return f"{'ep' if self is XUnit.EPISODE else 'upd'} {short_number(int(x + 1e-9))}"
