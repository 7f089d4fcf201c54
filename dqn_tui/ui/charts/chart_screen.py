"""The base class of screens with charts over a common x axis: crosshair, zoom, and the unit of the axis."""

from __future__ import annotations

from collections.abc import Iterator

from textual import on

from dqn_tui.ui.app.scene_screen import SceneScreen
from dqn_tui.ui.charts.chart_panel import ChartPanel
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.cells import Cells
from dqn_tui.view.series import SmoothedSeries
from dqn_tui.view.x_unit import XUnit

# The mouse may cross many columns in this time; they are drawn once.
_HOVER_SECONDS = 0.05
_FACTOR = 0.5
_PAN_SHARE = 0.25
# Where no chart with an x axis is in sight, the crosshair moves by this share of the stretch.
_COLUMNS_WITHOUT_CHART = 100


class ChartScreen(SceneScreen):
    """Serves `CHART_KEYS` and the mouse on the charts; what they change is in `scene.viewport`."""

    scene: RunScene

    _is_repaint_due = False

    # --- smoothing ---

    def recall_smoothing(self) -> None:
        """Smooth as the user did last."""
        smoothing = self.host.memory.preferences.smoothing
        if smoothing in SmoothedSeries.WINDOWS:
            self.scene.smoothing = smoothing

    def action_smooth(self, direction: int) -> None:
        """Smooth all charts more (1) or less (-1); the strongest is followed by none."""
        windows = SmoothedSeries.WINDOWS
        self.scene.smoothing = windows[(windows.index(self.scene.smoothing) + direction) % len(windows)]
        self.host.memory.remember(smoothing=self.scene.smoothing)
        self.repaint_all()

    # --- the crosshair ---

    def action_move_crosshair(self, columns: int) -> None:
        """Move the crosshair by columns of the focused chart."""
        self.scene.viewport.move(columns, self._cells(), self.scene.x_end)
        self.repaint()

    def action_crosshair_to_edge(self, is_last: int) -> None:
        """Move the crosshair to the first (0) or the last (1) column in sight."""
        self.scene.viewport.move_to_edge(self._cells(), is_last=bool(is_last))
        self.repaint()

    def remove_crosshair(self) -> bool:
        """Remove the crosshair that the user placed; return whether there was one."""
        was_placed = self.scene.viewport.pinned is not None
        if was_placed:
            self.scene.viewport.pin(None)
            self.repaint()
        return was_placed

    def action_switch_x(self) -> None:
        """Count the x axis in the next unit."""
        self.choose_unit(self.scene.viewport.unit.following)

    def choose_unit(self, unit: XUnit) -> None:
        """Count the x axis in this unit."""
        self.scene.viewport.switch(self.scene.x_scale, self.scene.x_scale_in(unit))
        self.repaint()

    # --- zoom ---

    def action_zoom_x(self, direction: int) -> None:
        """Zoom in (1) or out (-1) along x, about the crosshair or the newest x."""
        self.scene.viewport.zoom_x(_FACTOR**direction, None, self.scene.x_end)
        self.repaint()

    def action_pan_x(self, direction: int) -> None:
        """Move what is zoomed in to the right (1) or to the left (-1)."""
        self.scene.viewport.pan_x(direction * _PAN_SHARE, self.scene.x_end)
        self.repaint()

    def action_zoom_y(self, direction: int) -> None:
        """Zoom in (1) or out (-1) along y in the focused chart, about the value under the crosshair."""
        chart = self._focused()
        if chart is not None and chart.picture is not None:
            x = self.scene.viewport.crosshair
            values = [one.value for one in chart.picture.read(x)] if x is not None and chart.cells else []
            about = next((value for value in values if isinstance(value, float)), None)
            self._zoom_y(chart, _FACTOR**direction, about)
            self.repaint()

    def action_pan_y(self, direction: int) -> None:
        """Move the focused chart's window up (1) or down (-1)."""
        chart = self._focused()
        if chart is not None:
            self.scene.viewport.pan_y(chart.id or "", direction * _PAN_SHARE, is_log=chart.is_log)
            self.repaint()

    def action_show_all(self) -> None:
        """Show everything along both axes again."""
        self.scene.viewport.show_all()
        self.repaint()

    # --- the mouse ---

    @on(ChartPanel.Pointed)
    def _point(self, message: ChartPanel.Pointed) -> None:
        viewport = self.scene.viewport
        before = viewport.version
        if message.is_pinned:
            viewport.pin(message.x)
        else:
            viewport.point_at(message.x)
        if viewport.version != before and not self._is_repaint_due:
            self._is_repaint_due = True
            self.set_timer(_HOVER_SECONDS, self._repaint_due)

    def _repaint_due(self) -> None:
        self._is_repaint_due = False
        self.repaint()

    @on(ChartPanel.Zoomed)
    def _zoom_by_mouse(self, message: ChartPanel.Zoomed) -> None:
        if message.axis == "x":
            self.scene.viewport.zoom_x(message.factor, message.about, self.scene.x_end)
        else:
            self._zoom_y(message.chart, message.factor, message.about)
        self.repaint()

    @on(ChartPanel.Panned)
    def _pan_by_mouse(self, message: ChartPanel.Panned) -> None:
        viewport = self.scene.viewport
        viewport.pan_x(message.x_share, self.scene.x_end)
        viewport.pan_y(message.chart.id or "", message.y_share, is_log=message.chart.is_log)
        self.repaint()

    # --- the charts ---

    def _zoom_y(self, chart: ChartPanel, factor: float, about: float | None) -> None:
        if chart.picture is not None:
            shown = chart.picture.y_range
            self.scene.viewport.zoom_y(chart.id or "", factor, about, shown, is_log=chart.is_log)

    def _charts(self) -> Iterator[ChartPanel]:
        """Yield the charts in sight, the focused one first."""
        seen = [chart for chart in self.query(ChartPanel) if self.scene.has_place(chart.id or "")]
        yield from sorted(seen, key=lambda chart: not chart.is_selected)

    def _focused(self) -> ChartPanel | None:
        """Return the focused chart; None while something else has the focus."""
        return next((chart for chart in self._charts() if chart.is_selected), None)

    def _cells(self) -> Cells:
        """Return the columns that the crosshair moves by."""
        found = next((chart.cells for chart in self._charts() if chart.cells), None)
        return found or Cells(*self.scene.x_range, _COLUMNS_WITHOUT_CHART)
