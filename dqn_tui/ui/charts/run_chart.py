"""A chart of the dashboard: what its specification says, of the run that is shown."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from dqn_tui.ui.charts.chart_panel import READING, ChartPanel
from dqn_tui.ui.charts.chart_spec import ChartSpec
from dqn_tui.ui.charts.readout import place_facts, shown_as, value_facts
from dqn_tui.ui.widgets.help_table import HelpTable
from dqn_tui.ui.widgets.pane_name import PaneName
from dqn_tui.ui.widgets.rows import Row
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.chart import ChartPicture, draw_chart
from dqn_tui.view.x_scale import STEPS

LEGEND = HelpTable(
    "In the charts",
    (
        ("━━", "smooth-primary", "moving average (m, M: how strong)"),
        ("░░", "raw-primary", "all values, from lowest to highest"),
        ("◆", "evaluation", "greedy evaluation"),
        ("╌╌", "goal", "goal: the return that counts as solved"),
        ("━━", "target", "target: what Q is trained towards"),
        ("raw 9 (2…)", "text", "mean (lowest to highest, number of values)"),
        *READING,
    ),
)


class RunChart(ChartPanel):
    """A chart of one run."""

    def __init__(self, scene: RunScene, pane: PaneName, spec: ChartSpec) -> None:
        super().__init__(scene, pane, has_common_x=spec.x_range is None)
        self._spec = spec

    def content_key(self) -> Hashable:
        """Return versions of the data, and what is in sight, as far as it moves the data by half a dot."""
        view, spec = self.scene.shown, self._spec
        versions = (spec.series(view).version, *view.evaluations[-1:], view.goal)
        waiting = (view.state == "WAITING", view.is_over, view.step if not self._has_data() else 0)
        x_place = self.scene.x_place(max(1, 2 * self.size.width)) if self.has_common_x else 0
        return (*versions, *waiting, x_place, self.sight_key())

    def title_row(self) -> Row:
        """Return digit and name, and what is unusual about the axes."""
        row = super().title_row()
        if title := self._spec.title(self.scene.shown):
            row[1] = (title, row[1][1])
        return row

    def has_values_without_logarithm(self) -> bool:
        """Return whether values of the metric are not above 0."""
        least = self._spec.series(self.scene.shown).minimum
        return least is not None and least <= 0

    def newest_facts(self) -> Sequence[Row]:
        """Return the facts of the specification."""
        return self._spec.facts(self.scene, self._spec)

    def facts_at(self, picture: ChartPicture, x: float) -> Sequence[Row]:
        """Return the values of all layers, and the moment of the run."""
        view = self.scene.shown
        values = value_facts(picture.read(x), shown_as(is_percent=self._spec.is_percent(view)))
        episode = self.scene.episode_at(x) if self._spec.has_episodes else None
        return [*values, *place_facts(view, self.scene.x_scale.step_of(x), episode, can_play=self.is_selected)]

    def empty(self) -> str:
        """Return the sentence of the specification."""
        return self._spec.empty(self.scene.shown)

    def draw(self, width: int, height: int) -> ChartPicture | None:
        """Return the picture, or None before the first value."""
        if not self._has_data():
            return None
        view, spec, scene = self.scene.shown, self._spec, self.scene
        return draw_chart(
            width,
            height,
            spec.layers(spec, view, scene.smoothing),
            marker=scene.marker,
            is_log=self.is_log,
            is_percent=spec.is_percent(view),
            x_range=spec.x_range(view) if spec.x_range else scene.x_range,
            y_range=self.y_window or (None if self.is_log else spec.y_range(view)),
            x_scale=scene.x_scale if self.has_common_x else STEPS,
            crosshair=scene.viewport.crosshair if self.has_common_x else None,
        )

    def _has_data(self) -> bool:
        return self._spec.series(self.scene.shown).last is not None
