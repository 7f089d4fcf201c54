"""Zoom, crosshair and the unit of x, worked by hand on an axis of 1,000 steps, and twins on random input."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.view.cells import Cells
from dqn_tui.view.step_map import StepMap
from dqn_tui.view.viewport import Viewport
from dqn_tui.view.x_scale import STEPS
from dqn_tui.view.x_unit import XUnit

END = 1_000.0


def cells_of(viewport: Viewport, columns: int = 10) -> Cells:
    return Cells(*viewport.x_range(END), columns)


def move(viewport: Viewport, columns: int) -> float | None:
    viewport.move(columns, cells_of(viewport), END)
    return viewport.crosshair


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e9), st.integers(1, 400), st.data())
def test_the_middle_of_a_column_is_in_that_column(start: float, span: float, columns: int, data: st.DataObject) -> None:
    end = start + max(span, abs(start) * 1e-6)
    cells = Cells(start, end, columns)
    column = data.draw(st.integers(0, columns - 1))
    assert cells.at(cells.middle(column)) == column
    assert (cells.at(start), cells.at(end)) == (0, columns - 1)
    assert cells.at(start - span) is cells.at(end + span) is None


def test_the_crosshair_enters_from_the_edge_that_it_moves_away_from() -> None:
    assert move(Viewport(), -1) == 950
    assert move(Viewport(), 1) == 50
    assert move(Viewport(), -10) == 50


def test_the_crosshair_moves_by_columns_and_stops_at_the_ends() -> None:
    viewport = Viewport()
    assert [move(viewport, columns) for columns in (-1, -1, -3, 1, 10, 10, -10, -10)] == [
        950, 850, 550, 650, 950, 950, 50, 50,
    ]  # fmt: skip
    viewport.move_to_edge(cells_of(viewport), is_last=True)
    assert viewport.crosshair == 950
    viewport.move_to_edge(cells_of(viewport), is_last=False)
    assert viewport.crosshair == 50


def test_the_crosshair_stays_on_its_x_while_the_axis_grows() -> None:
    viewport = Viewport()
    move(viewport, -1)
    assert viewport.x_range(2 * END) == (0, 2_000)
    assert viewport.crosshair == 950


def test_the_mouse_reads_in_place_of_the_crosshair_and_gives_it_back() -> None:
    viewport = Viewport()
    viewport.pin(300.0)
    viewport.point_at(700.0)
    assert viewport.crosshair == 700
    assert move(viewport, 1) == 850
    viewport.point_at(100.0)
    viewport.point_at(None)
    assert viewport.crosshair == 850
    viewport.pin(None)
    assert viewport.crosshair is None


def test_zoom_keeps_what_it_is_about_in_its_place() -> None:
    viewport = Viewport()
    viewport.pin(400.0)
    viewport.zoom_x(0.5, None, END)
    assert viewport.x_range(END) == (200, 700)
    viewport.zoom_x(0.5, 200.0, END)
    assert viewport.x_range(END) == (200, 450)
    viewport.zoom_x(2, 200.0, END)
    assert viewport.x_range(END) == (200, 700)
    viewport.zoom_x(2, None, END)
    assert not viewport.is_zoomed_in_x
    assert viewport.x_range(END) == (0, END)


def test_a_window_at_the_end_follows_the_newest_x_and_another_one_stays() -> None:
    viewport = Viewport()
    viewport.zoom_x(0.5, None, END)
    assert viewport.x_range(END) == (500, 1_000)
    assert viewport.x_range(1_200.0) == (700, 1_200)
    viewport.pan_x(-0.5, 1_200.0)
    assert viewport.x_range(1_200.0) == viewport.x_range(5_000.0) == (450, 950)
    viewport.pan_x(9, 5_000.0)
    assert viewport.x_range(6_000.0) == (5_500, 6_000)


def test_nothing_is_shown_beyond_the_data_nor_below_the_shortest_stretch() -> None:
    viewport = Viewport()
    viewport.pan_x(-1, END)
    assert viewport.x_range(END) == (0, END)
    viewport.zoom_x(0.5, 0.0, END)
    viewport.pan_x(-5, END)
    assert viewport.x_range(END) == (0, 500)
    for _ in range(30):
        viewport.zoom_x(0.5, 0.0, END)
    assert viewport.x_range(END) == (0, 10)


def test_the_window_goes_with_the_crosshair() -> None:
    viewport = Viewport()
    viewport.zoom_x(0.1, None, END)
    assert viewport.x_range(END) == (900, 1_000)
    assert move(viewport, -1) == 995
    assert move(viewport, -10) == 895
    assert viewport.x_range(END) == (890, 990)
    assert move(viewport, 3) == 925
    assert viewport.x_range(END) == (890, 990)


@given(
    st.lists(st.sampled_from(["in", "out", "left", "right", "-1", "5", "-30", "home"]), max_size=40), st.floats(1, 1e9)
)
def test_whatever_is_pressed_the_stretch_is_inside_the_data_and_holds_a_moved_crosshair(
    keys: list[str], end: float
) -> None:
    viewport = Viewport()
    for key in keys:
        if key in ("in", "out"):
            viewport.zoom_x(0.5 if key == "in" else 2, None, end)
        elif key in ("left", "right"):
            viewport.pan_x(-0.25 if key == "left" else 0.25, end)
        else:
            cells = Cells(*viewport.x_range(end), 73)
            if key == "home":
                viewport.move_to_edge(cells, is_last=False)
            else:
                viewport.move(int(key), cells, end)
            assert viewport.crosshair is not None
            assert Cells(*viewport.x_range(end), 73).at(viewport.crosshair) is not None
        low, high = viewport.x_range(end)
        assert 0 <= low < high <= end * (1 + 1e-9)


def test_y_zoom_is_for_each_chart_and_as_many_steps_out_lead_back() -> None:
    viewport = Viewport()
    viewport.zoom_y("loss", 0.5, 10.0, (0.0, 40.0), is_log=False)
    assert viewport.y_window("loss", is_log=False) == (5, 25)
    assert viewport.y_window("q", is_log=False) is None
    viewport.pan_y("loss", 0.5, is_log=False)
    assert viewport.y_window("loss", is_log=False) == (15, 35)
    viewport.zoom_y("loss", 0.5, None, (0.0, 40.0), is_log=False)
    assert viewport.y_window("loss", is_log=False) == (20, 30)
    assert viewport.is_zoomed("loss", has_x=True, is_log=False)
    viewport.zoom_y("loss", 2, None, (0.0, 40.0), is_log=False)
    viewport.zoom_y("loss", 2, None, (0.0, 40.0), is_log=False)
    assert viewport.y_window("loss", is_log=False) is None
    viewport.zoom_y("loss", 2, None, (0.0, 40.0), is_log=False)
    viewport.pan_y("loss", 0.5, is_log=False)
    assert not viewport.is_zoomed("loss", has_x=True, is_log=False)


def test_on_a_logarithmic_axis_y_zoom_halves_the_decades() -> None:
    viewport = Viewport()
    viewport.zoom_y("loss", 0.5, -3.0, (1e-4, 1.0), is_log=True)
    assert viewport.y_window("loss", is_log=True) == pytest.approx((1e-3, 1e-1))
    assert viewport.y_window("loss", is_log=False) is None


def test_a_chart_that_was_zoomed_on_the_other_kind_of_axis_is_not_zoomed() -> None:
    viewport = Viewport()
    viewport.zoom_y("loss", 0.5, None, (1.0, 40.0), is_log=False)
    assert viewport.is_zoomed("loss", has_x=True, is_log=False)
    assert not viewport.is_zoomed("loss", has_x=True, is_log=True)


def test_one_key_shows_everything_again() -> None:
    viewport = Viewport()
    viewport.zoom_x(0.5, None, END)
    viewport.zoom_y("q", 0.5, None, (0.0, 1.0), is_log=False)
    viewport.show_all()
    assert viewport.x_range(END) == (0, END)
    assert viewport.y_window("q", is_log=False) is None


def test_window_and_crosshair_stay_at_their_steps_when_the_unit_changes() -> None:
    seconds = StepMap()
    seconds.append(500, 5.0)
    seconds.append(1_000, 25.0)
    scale = seconds.scale(XUnit.SECOND)
    viewport = Viewport()
    viewport.pin(500.0)
    viewport.zoom_x(0.5, None, END)
    viewport.switch(STEPS, scale)
    assert viewport.unit is XUnit.SECOND
    assert viewport.crosshair == 5
    assert viewport.x_range(25.0) == (2.5, 15)
    viewport.switch(scale, STEPS)
    assert viewport.crosshair == 500
    assert viewport.x_range(END) == (250, 750)


def test_units_follow_each_other_in_a_circle() -> None:
    assert [unit.following for unit in XUnit] == [XUnit.SECOND, XUnit.EPISODE, XUnit.UPDATE, XUnit.STEP]
    assert [unit.label(12_345.4) for unit in XUnit] == ["12.3k", "3:25:45", "ep 12.3k", "upd 12.3k"]


def test_every_change_is_a_new_version() -> None:
    viewport = Viewport()
    seen = [viewport.version]
    changes: list[Callable[[], None]] = [
        lambda: viewport.pin(1.0),
        lambda: viewport.point_at(2.0),
        lambda: viewport.zoom_x(0.5, None, END),
        lambda: viewport.pan_x(0.1, END),
        lambda: viewport.zoom_y("q", 0.5, None, (0.0, 1.0), is_log=False),
        lambda: viewport.pan_y("q", 0.1, is_log=False),
        lambda: viewport.show_all(),
        lambda: viewport.switch(STEPS, STEPS),
    ]
    for change in changes:
        change()
        seen.append(viewport.version)
    assert sorted(set(seen)) == seen
    viewport.point_at(None)
    assert viewport.version == seen[-1]
