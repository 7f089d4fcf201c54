"""The container of all panels of the dashboard."""

from __future__ import annotations

from textual.layout import Layout
from textual.widget import Widget

from dqn_tui.ui.dashboard.layout import DashboardLayout
from dqn_tui.ui.dashboard.pane import PaneTable
from dqn_tui.ui.widgets.scene import Scene


class Stage(Widget):
    """All panels, arranged by `DashboardLayout`."""

    DEFAULT_CSS = "Stage { width: 100%; height: 100%; }"

    def __init__(self, panes: PaneTable, scene: Scene, *panels: Widget) -> None:
        super().__init__(*panels)
        self._arranger = DashboardLayout(panes, scene)

    @property
    def layout(self) -> Layout:
        """The dashboard's own layout, in place of those that CSS can name."""
        return self._arranger
