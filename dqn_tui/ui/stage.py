"""The container of all panels, which hands the arranging to `layout`."""

from __future__ import annotations

from textual.layout import Layout
from textual.widget import Widget

from dqn_tui.ui.layout import DashboardLayout
from dqn_tui.ui.scene import Scene


class Stage(Widget):
    """Everything on the screen, placed by size and state."""

    def __init__(self, scene: Scene, *panels: Widget) -> None:
        super().__init__(*panels)
        self._arranger = DashboardLayout(scene)

    @property
    def layout(self) -> Layout:
        """A layout of the dashboard's own, in place of those that CSS can name."""
        return self._arranger
