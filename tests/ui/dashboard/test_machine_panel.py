"""The pane of the machine."""

from __future__ import annotations

from typing import Any

import pytest

from dqn_tui import events
from dqn_tui.ui.dashboard.machine_panel import MachinePanel
from dqn_tui.ui.dashboard.panes import PANES
from dqn_tui.ui.dashboard.phases_panel import PhasesPanel
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.run_view import RunView
from tests import fakes
from tests.ui.helpers import dashboard

PANE = next(pane for pane in PANES if pane.id == "machine")
MACHINE = {
    "system/cpu_percent": 187.4,
    "system/memory_bytes": 3.1e8,
    "system/disk_free_bytes": 5.0 * 1024**3,
}
GPU = {"system/gpu_percent": 43.0, "system/gpu_memory_bytes": 2.0 * 1024**3}


def rows_of(*samples: dict[str, float], width: int = 40, height: int = 10, marker: str = "braille") -> list[str]:
    view = RunView()
    view.apply(fakes.started())
    for number, metrics in enumerate(samples):
        view.apply(events.Progress(step=100 * number, time=1_001.0, metrics=metrics))
    panel: Any = MachinePanel(RunScene(live=view, marker=marker), PANE)
    return ["".join(text for text, _ in row).rstrip() for row in panel.inside_rows(width, height)]


def test_each_measured_thing_has_its_newest_value_and_a_history() -> None:
    rows = rows_of(MACHINE, MACHINE | {"system/cpu_percent": 50.0})
    assert [row[:21] for row in rows] == [" processor        50%", " memory        296 MB", " disk free     5.0 GB"]
    # 187.4 is ten thirteenths of the height, 50 a fifth.
    assert set(rows[0][21:].strip()) == {"▆", "▂"}


def test_a_machine_with_a_gpu_shows_it_and_the_least_important_rows_go_first() -> None:
    labels = [" processor", " memory", " GPU", " GPU memory", " disk free"]
    assert [row[:13].rstrip() for row in rows_of(MACHINE | GPU)] == labels
    assert [row[:13].rstrip() for row in rows_of(MACHINE | GPU, height=3)] == labels[:3]


@pytest.mark.parametrize("width", [10, 22, 26, 27, 60])
def test_no_row_is_wider_than_the_box_that_shows_a_history(width: int) -> None:
    rows = rows_of(MACHINE, width=width)
    assert len(rows) == 3
    assert all(len(row) <= max(width, 21) for row in rows)


def test_ascii_shows_nothing_else() -> None:
    assert all(row.isascii() for row in rows_of(MACHINE | GPU, marker="ascii"))


@pytest.mark.parametrize("panel", [MachinePanel, PhasesPanel])
def test_a_process_that_was_not_measured_says_what_it_waits_for(panel: Any) -> None:
    view = RunView()
    said = []
    for event in (fakes.started(), fakes.ended(9, 1_001.0)):
        view.apply(event)
        rows = panel(RunScene(live=view), PANE).inside_rows(40, 3)
        said.append("".join(text for text, _ in rows[1]).strip())
    assert said == ["measured once training runs", "not measured"]


async def test_the_pane_is_on_a_large_dashboard_and_a_tab_away_on_a_small_one() -> None:
    async with dashboard((200, 60)) as board:
        assert "disk free" in await board.look()
    async with dashboard((80, 24)) as board:
        assert "disk free" not in await board.look()
        board.screen.select_pane("machine")
        assert "disk free" in await board.look()
