"""Everything about the dashboard that is for looking: which panels there are, and which of them shows how."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult, SystemCommand
from textual.binding import BindingType
from textual.screen import Screen

from dqn_tui.ui.base_app import BaseApp
from dqn_tui.ui.chart import Chart
from dqn_tui.ui.charts import SPECS
from dqn_tui.ui.checkpoints import CheckpointsPanel
from dqn_tui.ui.facts import FactsPanel
from dqn_tui.ui.header import Header
from dqn_tui.ui.key_bar import BarKey, KeyBar
from dqn_tui.ui.keys import DASHBOARD_KEYS, ROLLOUT_KEYS, STOP_KEYS, Key, bindings
from dqn_tui.ui.layout import CHARTS, PANES
from dqn_tui.ui.log import EventsPanel, NewsPanel
from dqn_tui.ui.mini import MiniCharts
from dqn_tui.ui.panel import FramedPanel, Panel
from dqn_tui.ui.phases import PhasesPanel
from dqn_tui.ui.rollout import RolloutPanel
from dqn_tui.ui.settings import SettingsPanel
from dqn_tui.ui.stage import Stage
from dqn_tui.ui.summary import SummaryPanel
from dqn_tui.ui.too_small import TooSmallPanel
from dqn_tui.view.run_view import RunView
from dqn_tui.view.series import SmoothedSeries

_STOP_SECONDS = 2.0


class PanesApp(BaseApp):
    """The panels and the keys that change what they show. Nothing here reaches the run."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(DASHBOARD_KEYS)
    HELP_KEYS = (*DASHBOARD_KEYS, *ROLLOUT_KEYS, *STOP_KEYS)

    def __init__(
        self,
        *,
        env: str,
        seed: int | None,
        marker: str,
        view: RunView | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(env=env, seed=seed, marker=marker, view=view)
        self._clock = clock

    @property
    def view(self) -> RunView:
        """The run as it is, also while the picture of it is frozen."""
        return self.scene.live

    def compose(self) -> ComposeResult:
        """All panels; `layout` decides which of them show, and where."""
        scene = self.scene
        self.rollout_panel = RolloutPanel(scene, id="rollout")
        self.panels: list[Panel] = [
            Header(scene, id="header"),
            *(Chart(scene, spec) for spec in SPECS),
            FactsPanel(scene, id="facts"),
            MiniCharts(scene, self.select_pane, id="minis"),
            NewsPanel(scene, id="news"),
            EventsPanel(scene, id="events"),
            CheckpointsPanel(scene, id="checkpoints"),
            PhasesPanel(scene, id="phases"),
            SettingsPanel(scene, id="settings"),
            SummaryPanel(scene, id="summary"),
            self.rollout_panel,
            KeyBar(scene, self._bar_keys, self._press, id="keys"),
            TooSmallPanel(scene, id="too-small"),
        ]
        yield Stage(scene, *self.panels)

    def on_resize(self) -> None:
        """Panels that had no place may have one now."""
        self.call_after_refresh(self.repaint)

    def repaint(self, *, has_charts: bool = True) -> None:
        """Draw again what changed and shows."""
        self.take_time()
        for panel in self.panels:
            if panel.id in self.scene.placed and (has_charts or not panel.is_costly):
                panel.repaint_if_changed()

    def take_time(self) -> None:
        """The screen looks at the clock more than once a second: where it did not, the process was stopped."""
        now = self._clock()
        if self.scene.now and now - self.scene.now > _STOP_SECONDS:
            self.view.leave_out(now - self.scene.now)
        self.scene.now = now

    def rearrange(self) -> None:
        """After a change of what stands where."""
        self.scene.version += 1
        # A widget's arrangement is forgotten when one of its children asks for a layout.
        self.panels[0].refresh(layout=True)
        self.call_after_refresh(self.repaint)

    # --- what the keys do: looking ---

    def select_pane(self, pane: str) -> None:
        """Give a pane the focus; the player of the rollout gets the keys with it."""
        self.scene.selected = pane
        self.screen.set_focus(self.rollout_panel if pane == "rollout" else None)
        self.rearrange()

    def action_focus_pane(self, number: int) -> None:
        """The pane with this number; the ninth is the rollout, which opens for it."""
        pane = PANES[number - 1]
        if pane == "rollout" and not self.scene.is_rollout_open:
            self.action_toggle_rollout()
        else:
            self.select_pane(pane)

    def action_next_pane(self, direction: int) -> None:
        """The next or the previous one of all panes."""
        panes = [pane for pane in PANES if pane != "rollout" or self.scene.is_rollout_open]
        position = panes.index(self.scene.selected) if self.scene.selected in panes else 0
        self.select_pane(panes[(position + direction) % len(panes)])

    def action_zoom(self) -> None:
        """Enlarge the focused pane, or put it back."""
        self.scene.is_zoomed = not self.scene.is_zoomed
        self.rearrange()

    async def action_back(self) -> None:
        """One level back."""
        if self.scene.is_zoomed:
            self.action_zoom()
        elif self.scene.is_rollout_open:
            self.action_close_rollout()

    def action_smooth(self, direction: int) -> None:
        """More or less smoothing, for all charts."""
        last = len(SmoothedSeries.WINDOWS) - 1
        position = SmoothedSeries.WINDOWS.index(self.scene.smoothing) + direction
        self.scene.smoothing = SmoothedSeries.WINDOWS[min(last, max(0, position))]
        words = "off" if self.scene.smoothing == 1 else SmoothedSeries.smoothing_name(self.scene.smoothing)
        self.tell(words, "Smoothing", timeout=1.5)
        self.scene.version += 1
        self.repaint()

    def action_toggle_log(self) -> None:
        """A logarithmic axis for the focused chart."""
        if self.scene.selected in CHARTS:
            self.scene.log_scaled ^= {self.scene.selected}
            self.scene.version += 1
            self.repaint()

    def action_freeze(self) -> None:
        """Hold the picture while training goes on, or catch up."""
        self.scene.shown = self.view if self.scene.is_frozen else copy.deepcopy(self.view)
        self.scene.version += 1
        self.repaint()

    def action_toggle_rollout(self) -> None:
        """Open or close the rollout."""
        raise NotImplementedError

    def action_close_rollout(self) -> None:
        """Close it."""
        raise NotImplementedError

    @on(FramedPanel.Chosen)
    def _choose_pane(self, message: FramedPanel.Chosen) -> None:
        self.select_pane(message.pane)
        if message.should_zoom:
            self.action_zoom()

    # --- key bar and palette ---

    def _bar_keys(self) -> list[BarKey]:
        is_rollout = self.scene.selected == "rollout"
        keys = [*ROLLOUT_KEYS, *DASHBOARD_KEYS] if is_rollout else DASHBOARD_KEYS
        signs = {"pause": "p", "watch": "w"} if is_rollout else {}
        useful = (key for key in keys if key.rank and self._is_useful(key))
        return [(key, signs.get(key.id, key.shown.split()[0]), self._label(key)) for key in useful]

    def _is_useful(self, key: Key) -> bool:
        if key.id == "watch" and self.scene.selected == "rollout":
            return False
        is_for_training = key.id in ("pause", "save", "evaluate")
        return not (is_for_training and self.view.is_over)

    def _label(self, key: Key) -> str:
        if key.id == "rollout.play" and self.rollout_panel.is_playing:
            return "Halt"
        if key.id == "pause" and self.view.is_paused:
            return "Resume"
        if key.id == "stop":
            return "Quit" if self.view.is_over else "Stop"
        if key.id == "freeze" and self.scene.is_frozen:
            return "Go on"
        if key.id == "zoom" and self.scene.is_zoomed:
            return "Restore"
        return key.label

    def _press(self, key: Key) -> None:
        target = self.rollout_panel if key in ROLLOUT_KEYS else self
        self.call_later(self.run_action, key.action, target)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:  # noqa: ARG002
        """Every key of the table, and Textual's list of themes."""
        yield SystemCommand("Choose theme", "all colour themes", self.action_change_theme)
        for key in DASHBOARD_KEYS:
            if key.id not in ("focus", "palette", "back"):
                yield SystemCommand(key.label, key.help, partial(self.run_action, key.action))
