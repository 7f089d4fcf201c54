"""Several runs over each other: `dqn-tui compare`."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult, SystemCommand
from textual.binding import BindingType

from dqn_tui.run_source import RunSource
from dqn_tui.ui.app.scene_screen import REMEMBERED
from dqn_tui.ui.charts.chart_panel import READING
from dqn_tui.ui.charts.chart_screen import ChartScreen
from dqn_tui.ui.compare.compare_panes import CHART_PANES, CHARTS, GROUPS, RUNS, TABLES, shown_panes
from dqn_tui.ui.compare.compare_scene import CompareScene
from dqn_tui.ui.compare.compare_stage import CompareStage
from dqn_tui.ui.keys.chart_keys import CHART_KEYS
from dqn_tui.ui.keys.compare_keys import COMPARE_KEYS, TABLE_KEYS
from dqn_tui.ui.keys.key import bindings
from dqn_tui.ui.widgets.help_table import HelpTable
from dqn_tui.ui.widgets.key_bar import BarKey, KeyBar
from dqn_tui.ui.widgets.panel import Panel
from dqn_tui.view.comparison import ALL_BUT_SEED, Comparison
from dqn_tui.view.comparison_layers import ComparisonLayers
from dqn_tui.view.marker import detect_marker
from dqn_tui.view.scores import SCORES
from dqn_tui.view.viewport import Viewport
from dqn_tui.view.x_unit import XUnit

_TICK_SECONDS = 0.25
# Applying news may take so long at a time, so that keys are answered meanwhile.
_BUSY_SECONDS, _BREATH_SECONDS = 0.05, 0.005
_UNREAD_FRAME_SECONDS = 1.5
# Of more use here than on the dashboard.
_RANKS = {"chart.unit": 3}

_LEGEND = HelpTable(
    "In the charts",
    (
        ("a b c", "line-0", "runs: a letter and a colour each"),
        ("A B C", "line-1", "groups: interquartile mean of their runs"),
        ("░░", "line-1-band", "95 % bootstrap interval of that mean"),
        ("+3", "muted", "as many have no room here: z enlarges"),
        *READING,
    ),
)
_SCORES = HelpTable("Results", [(score.title, "strong", score.about) for score in SCORES])


class CompareScreen(ChartScreen):
    """Draws the runs of a source until the user leaves; closes the source on the way out.

    It can be the first screen of the application, which leaving it ends, or be pushed onto others.
    """

    KEYS = (*COMPARE_KEYS, *CHART_KEYS)
    HELP_KEYS = (*KEYS, *TABLE_KEYS)
    BINDINGS: ClassVar[list[BindingType]] = bindings(KEYS)
    # A table takes the arrow keys with the focus: only the user gives it.
    AUTO_FOCUS = ""

    scene: CompareScene

    def __init__(
        self,
        source: RunSource,
        *,
        by: str | None = None,
        axis: XUnit = XUnit.STEP,
        seed: int = 0,
        marker: str = "auto",
    ) -> None:
        comparison = Comparison(source.paths)
        super().__init__(
            CompareScene(
                marker=detect_marker() if marker == "auto" else marker,
                selected=CHART_PANES[0].id,
                comparison=comparison,
                layers=ComparisonLayers(comparison, seed=seed),
                viewport=Viewport(unit=axis),
                by=by,
                bootstrap_seed=seed,
                table=(RUNS if by is None else GROUPS).id,
            )
        )
        self._source = source
        self._drawn_at = 0.0

    def compose(self) -> ComposeResult:
        """Yield the stage with all panels."""
        self._stage = CompareStage(self.scene, self._bar_keys)
        yield self._stage

    def on_mount(self) -> None:
        """Start to read once the first frame has been drawn."""
        self.recall_smoothing()
        self.set_interval(_TICK_SECONDS, self.tick)
        self.call_after_refresh(self._source.start, partial(self.host.call_from_anywhere, self.tick))

    def on_unmount(self) -> None:
        """Stop reading."""
        self._source.close()

    def tick(self) -> None:
        """Take in what became known, for a moment, and draw it."""
        if not self.is_mounted:
            return
        comparison, started = self.scene.comparison, time.perf_counter()
        before, is_behind = comparison.version, self._take(started + _BUSY_SECONDS)
        was_read, self.scene.is_read = self.scene.is_read, self._source.is_read
        is_due = self.scene.is_read or started - self._drawn_at > _UNREAD_FRAME_SECONDS
        if self.scene.is_read != was_read or (comparison.version != before and is_due):
            self._drawn_at = started
            self.rearrange()
        if is_behind:
            self.set_timer(_BREATH_SECONDS, self.tick)

    def _take(self, until: float) -> bool:
        """Apply news until that time; return whether there may be more."""
        while news := self._source.drain(1):
            self.scene.comparison.apply_all(news)
            if time.perf_counter() > until:
                return True
        return False

    # --- drawing ---

    def on_resize(self) -> None:
        """Draw the panels that have a place now and had none before."""
        self.call_after_refresh(self.repaint)

    def repaint(self) -> None:
        """Redraw what has changed and is visible."""
        for panel in self._stage.panels:
            if panel.id and self.scene.has_place(panel.id):
                panel.repaint_if_changed()

    def rearrange(self) -> None:
        """Lay out and redraw all panels."""
        self._stage.rearrange()
        self.call_after_refresh(self.repaint)

    # --- keys ---

    def select_pane(self, id: str) -> None:
        """Focus a pane."""
        self.scene.selected = id
        if any(id == pane.id for pane in TABLES):
            self.scene.table = id
        self._focus_selected()
        self.scene.version += 1
        self.rearrange()

    def _focus_selected(self) -> None:
        """Give the keyboard to the selected table, or else to the charts."""
        is_table = any(self.scene.selected == pane.id for pane in TABLES)
        self.set_focus(self._stage.table(self.scene.selected) if is_table else None)

    @on(Panel.PaneChosen)
    def _choose_pane(self, message: Panel.PaneChosen) -> None:
        self.select_pane(message.pane)
        if message.should_zoom:
            self.action_zoom()

    def action_focus_digit(self, digit: int) -> None:
        """Focus the pane with this digit, if it is shown."""
        panes = shown_panes(self.scene.comparison, self.scene.by)
        if pane := next((pane for pane in panes if pane.digit == digit), None):
            self.select_pane(pane.id)

    def action_focus_next_pane(self, direction: int) -> None:
        """Focus the next (1) or the previous (-1) pane."""
        ids = [pane.id for pane in shown_panes(self.scene.comparison, self.scene.by)]
        place = ids.index(self.scene.selected) if self.scene.selected in ids else 0
        self.select_pane(ids[(place + direction) % len(ids)])

    def action_zoom(self) -> None:
        """Enlarge the focused pane, or restore it."""
        self.scene.is_zoomed = not self.scene.is_zoomed
        self.scene.version += 1
        self.rearrange()

    def action_next_grouping(self) -> None:
        """Group by the next setting in which the runs differ; the last one is followed by no groups."""
        choices = [None, *self.scene.comparison.group_keys()]
        place = choices.index(self.scene.by) if self.scene.by in choices else 0
        if len(choices) == 1:
            self.notify("The runs have the same settings", timeout=2)
        self.group_by(choices[(place + 1) % len(choices)])

    def group_by(self, key: str | None) -> None:
        """Group the runs by a setting; None: not at all."""
        self.scene.by = key
        if key is None and self.scene.selected == GROUPS.id:
            self.scene.selected = CHART_PANES[0].id
        if key is not None:
            self.scene.table = GROUPS.id
        elif self.scene.table == GROUPS.id:
            self.scene.table = RUNS.id
        self._focus_selected()
        self.scene.version += 1
        self.rearrange()

    def action_toggle_log(self) -> None:
        """Switch the focused chart between a linear and a logarithmic y axis."""
        if self.scene.selected in CHARTS:
            self.scene.log_scaled ^= {self.scene.selected}
            self.repaint_all()

    def action_back(self) -> None:
        """Remove the crosshair, else restore the enlarged pane, else go back to the screen below, if there is one."""
        if self.remove_crosshair():
            return
        if self.scene.is_zoomed:
            self.action_zoom()
        elif not self._is_first:
            self.app.pop_screen()

    def action_leave(self) -> None:
        """Go back to the screen below; quit where there is none."""
        if self._is_first:
            self.host.leave(0)
        else:
            self.app.pop_screen()

    @property
    def _is_first(self) -> bool:
        return self.app.screen_stack[0] is self

    # --- key bar, palette and help ---

    def _bar_keys(self) -> list[BarKey]:
        scene = self.scene
        labels = {
            "chart.unit": f"By {scene.viewport.unit.value:<8}",
            "compare.zoom": "Restore" if scene.is_zoomed else "Zoom",
            "compare.log": "Linear y" if scene.selected in scene.log_scaled else "Log y",
            "compare.smoother": f"Smooth {'off' if scene.smoothing == 1 else scene.smoothing:<3}",
            "compare.leave": "Quit" if self._is_first else "Back",
        }
        keys = (replace(key, rank=_RANKS.get(key.id, key.rank)) for key in self.KEYS)
        return [(key, key.sign, labels.get(key.id, key.label)) for key in keys if key.rank]

    @on(KeyBar.Pressed)
    async def _press(self, message: KeyBar.Pressed) -> None:
        await self.run_action(message.key.call())

    def commands(self) -> Iterable[SystemCommand]:
        """Yield the commands of the keys, and those that choose a pane, an axis or a grouping."""
        yield from super().commands()
        for pane in shown_panes(self.scene.comparison, self.scene.by):
            yield SystemCommand(f"Go to: {pane.title}", pane.about, partial(self.select_pane, pane.id))
        for unit in XUnit:
            yield SystemCommand(f"x axis: {unit}", unit.about, partial(self.choose_unit, unit))
        yield SystemCommand("Group by: nothing", "each run alone", partial(self.group_by, None))
        for key in self.scene.comparison.group_keys():
            name = "all but the seed" if key == ALL_BUT_SEED else key
            yield SystemCommand(f"Group by: {name}", "interquartile means of the groups", partial(self.group_by, key))

    def help_tables(self) -> Sequence[HelpTable]:
        """Return the panes, the legend, the results, and what is remembered."""
        shown = shown_panes(self.scene.comparison, self.scene.by)
        panes = HelpTable("Panes", [(f"{pane.sign or ' '} {pane.short}", "strong", pane.about) for pane in shown])
        return (panes, _LEGEND, _SCORES, REMEMBERED)
