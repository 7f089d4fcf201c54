"""The panels beside the charts."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from dqn_tui.events import LearningStarted, RunStarted
from dqn_tui.ui.dashboard.pane import PaneTable
from dqn_tui.ui.dashboard.panes import PANES
from dqn_tui.ui.dashboard.phases_panel import PhasesPanel, fold
from dqn_tui.ui.dashboard.return_panel import change_row
from dqn_tui.ui.dashboard.settings_panel import SettingsPanel
from dqn_tui.ui.widgets.rows import Row
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.run_view import RunView

SHARES = {
    "environment": 0.3,
    "acting": 0.1,
    "sampling": 0.15,
    "learning": 0.4,
    "evaluation": 0.02,
    "saving": 0.01,
    "other": 0.02,
}


def view_of(config: dict[str, Any] | None = None) -> RunView:
    view = RunView()
    view.apply(
        RunStarted(
            step=0,
            time=0.0,
            run="a",
            env="Taxi-v4",
            seed=1,
            device="cpu",
            total_timesteps=50_000,
            learning_starts=100,
            buffer_size=1000,
            actions=6,
            config=config or {},
        )
    )
    return view


def scene_of(view: RunView) -> RunScene:
    return RunScene(live=view)


def text_of(row: Row) -> str:
    return "".join(text for text, _ in row)


@pytest.mark.parametrize(
    ("earlier", "later", "shown"),
    [
        (0.70, 0.74, "▲ +0.04 /1k"),
        (0.74, 0.70, "▼ -0.04 /1k"),
        (0.74, 0.74, "0 /1k"),
        (0.74, 0.73999, "0 /1k"),
        (0.0, 0.0, "0 /1k"),
        (100.0, 350.0, "▲ +250 /1k"),
    ],
)
def test_the_trend_has_the_digits_that_count(earlier: float, later: float, shown: str) -> None:
    assert text_of(change_row(earlier, later)).strip() == shown


def test_a_network_without_hidden_layers_is_shown_as_linear() -> None:
    rows = SettingsPanel(scene_of(view_of({"net_arch": [], "gamma": 0.99}))).inside_rows(60, 10)
    assert [text_of(row).split() for row in rows] == [["net_arch", "linear"], ["gamma", "0.99"]]


def test_settings_without_room_are_counted() -> None:
    panel = SettingsPanel(scene_of(view_of({f"key_{number}": number for number in range(12)})))
    assert text_of(panel.inside_rows(60, 5)[-1]) == " …and 8 more"
    assert len(panel.inside_rows(60, 5)) == 5
    assert "more" not in text_of(panel.inside_rows(60, 12)[-1])


@pytest.mark.parametrize(
    ("initial", "final", "step", "note"),
    [(1.0, 0.05, 0, "→ 0.05 @ 10,000"), (1.0, 0.05, 10_000, "final value"), (0.0, 0.0, 0, "")],
)
def test_epsilon_says_where_it_falls_to_only_while_it_falls(initial: float, final: float, step: int, note: str) -> None:
    config = {"exploration_initial_eps": initial, "exploration_final_eps": final, "exploration_fraction": 0.2}
    view = view_of(config)
    view.apply(LearningStarted(step=step, time=1.0))
    chart = PaneTable(PANES)["epsilon"].chart
    assert chart is not None
    assert chart.note(view) == note


def test_phases_keep_their_rows_and_their_sum() -> None:
    for shares in itertools.islice(itertools.permutations(SHARES.values()), 0, 5040, 97):
        view = view_of()
        view.metrics.update({f"time/{name}_fraction": share for name, share in zip(SHARES, shares, strict=True)})
        rows = PhasesPanel(scene_of(view)).inside_rows(60, 6)
        names = [text_of(row).split()[0] for row in rows]
        assert names == ["environment", "acting", "sampling", "learning", "evaluation", "other"]


@pytest.mark.parametrize("most", range(1, 8))
def test_folded_phases_have_the_same_sum(most: int) -> None:
    folded = fold(SHARES, most)
    assert len(folded) == most
    assert sum(folded.values()) == pytest.approx(1)
