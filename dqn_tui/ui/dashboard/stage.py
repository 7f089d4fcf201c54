"""All panels of the dashboard, and the container that arranges and repaints them."""

from __future__ import annotations

from textual.layout import Layout
from textual.widget import Widget

from dqn_tui.ui.charts.mini_charts import MiniCharts
from dqn_tui.ui.dashboard.header import Header
from dqn_tui.ui.dashboard.layout import DashboardLayout
from dqn_tui.ui.dashboard.news_panel import NewsPanel
from dqn_tui.ui.dashboard.pane import PaneTable
from dqn_tui.ui.dashboard.return_panel import ReturnPanel
from dqn_tui.ui.dashboard.summary_panel import SummaryPanel
from dqn_tui.ui.dashboard.too_small_panel import TooSmallPanel
from dqn_tui.ui.theatre.rollout_panel import RolloutPanel
from dqn_tui.ui.values.value_panel import ValuePanel
from dqn_tui.ui.widgets.key_bar import KeyBar, KeySource
from dqn_tui.ui.widgets.panel import Panel
from dqn_tui.ui.widgets.run_scene import RunScene


class Stage(Widget):
    """The widgets of all panes and the panels around them; `DashboardLayout` decides which are visible, and where.

    Attributes:
        player: the panel of the rollout.
        value: the panel of the value function; None in a dashboard without one.
    """

    DEFAULT_CSS = "Stage { width: 100%; height: 100%; }"

    def __init__(self, panes: PaneTable, scene: RunScene, bar_keys: KeySource) -> None:
        made = [pane.make(scene, pane) for pane in panes]
        charts = [(pane, pane.chart) for pane in panes if pane.chart is not None]
        self.player = next(panel for panel in made if isinstance(panel, RolloutPanel))
        self.value = next((panel for panel in made if isinstance(panel, ValuePanel)), None)
        self._panels: list[Panel] = [
            Header(scene, id="header"),
            *made,
            ReturnPanel(scene, id="facts"),
            MiniCharts(scene, charts, framed_beside="facts", id="minis"),
            NewsPanel(scene, id="news"),
            SummaryPanel(scene, id="summary"),
            KeyBar(scene, bar_keys, id="keys"),
            TooSmallPanel(scene, id="too-small"),
        ]
        super().__init__(*self._panels)
        self._scene = scene
        self._arranger = DashboardLayout(panes, scene)

    @property
    def layout(self) -> Layout:
        """The dashboard's own layout, in place of those that CSS can name."""
        return self._arranger

    def taker_of_keys(self, id: str) -> Widget | None:
        """Return the pane with that id if it has keys of its own."""
        return next((panel for panel in self._panels if panel.id == id and panel.can_focus), None)

    def repaint(self) -> None:
        """Redraw the visible panels whose content has changed."""
        for panel in self._panels:
            if panel.id and self._scene.has_place(panel.id):
                panel.repaint_if_changed()

    def rearrange(self) -> None:
        """Lay out all panels again."""
        # A container forgets its arrangement when one of its children asks for a layout.
        self._panels[0].refresh(layout=True)
