"""What every panel draws from: the run as it is shown, and how the user wants it shown."""

from __future__ import annotations

from dataclasses import dataclass, field

from dqn_tui.ui.colors import Colors
from dqn_tui.view.run_view import RunView


@dataclass
class Scene:
    """State flows down through here; panels read it and never write.

    Attributes:
        live: the run as it is.
        shown: the run as it is shown; another object only while the view is frozen.
        env: environment known before the run says so.
        seed: seed known before the run says so.
        marker: braille, block or ascii.
        now: UTC seconds at the last tick.
        smoothing: one of `SmoothedSeries.WINDOWS`; 1 is off.
        selected: the pane that has the focus.
        log_scaled: charts with a logarithmic axis.
        placed: ids of the panels that have a place on the screen.
        version: grows when something changes that every panel shows.
    """

    live: RunView
    shown: RunView
    env: str
    seed: int | None
    marker: str
    colors: Colors
    now: float = 0.0
    smoothing: int = 20
    selected: str = "return"
    is_zoomed: bool = False
    is_rollout_open: bool = False
    log_scaled: set[str] = field(default_factory=set)
    placed: frozenset[str] = frozenset()
    version: int = 0

    @property
    def is_frozen(self) -> bool:
        """Whether the shown run stands still while the real one goes on."""
        return self.shown is not self.live

    @property
    def is_ascii(self) -> bool:
        """Whether nothing but ASCII may reach the terminal."""
        return self.marker == "ascii"

    @property
    def steps_behind(self) -> int:
        """Steps that the run took since the view was frozen."""
        return max(0, self.live.step - self.shown.step)
