"""All panels of a comparison, and the container that arranges them."""

from __future__ import annotations

from textual.layout import Layout
from textual.widget import Widget

from dqn_tui.ui.compare.compare_chart import CompareChart
from dqn_tui.ui.compare.compare_header import CompareHeader
from dqn_tui.ui.compare.compare_layout import CompareLayout
from dqn_tui.ui.compare.compare_panes import CHART_PANES, CHARTS, GROUPS, RESULTS, RUNS
from dqn_tui.ui.compare.compare_scene import CompareScene
from dqn_tui.ui.compare.compare_table import CompareTable
from dqn_tui.ui.widgets.key_bar import KeyBar, KeySource
from dqn_tui.ui.widgets.panel import Panel
from dqn_tui.view.comparison_report import Table, groups_table, scores_table, settings_table

# On the screen; what is printed draws more often.
_REPLICATIONS = 5_000


def _groups(scene: CompareScene) -> Table:
    if scene.by is None:
        return Table(GROUPS.title, [], [])
    return groups_table(scene.comparison, scene.by, seed=scene.bootstrap_seed, replications=_REPLICATIONS)


class CompareStage(Widget):
    """All panels of the screen; `CompareLayout` decides which are visible, and where."""

    DEFAULT_CSS = "CompareStage { width: 100%; height: 100%; }"

    def __init__(self, scene: CompareScene, bar_keys: KeySource) -> None:
        self._tables = {
            pane.id: CompareTable(scene, pane, make)
            for pane, make in (
                (RUNS, lambda scene: settings_table(scene.comparison)),
                (RESULTS, lambda scene: scores_table(scene.comparison)),
                (GROUPS, _groups),
            )
        }
        self.panels: list[Panel] = [
            CompareHeader(scene, id="header"),
            *(CompareChart(scene, pane, CHARTS[pane.id]) for pane in CHART_PANES),
            *self._tables.values(),
            KeyBar(scene, bar_keys, id="keys"),
        ]
        super().__init__(*self.panels)
        self._arranger = CompareLayout(scene)

    @property
    def layout(self) -> Layout:
        """The screen's own layout, in place of those that CSS can name."""
        return self._arranger

    def table(self, id: str) -> CompareTable:
        """Return the table of that id."""
        return self._tables[id]

    def rearrange(self) -> None:
        """Lay out all panels again."""
        # A container forgets its arrangement when one of its children asks for a layout.
        self.panels[0].refresh(layout=True)
