"""The state of the list of runs: order, filter, cursor, marks, and the columns that fit."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.view.listed_run import ListedRun
from dqn_tui.view.return_curve import ReturnCurve
from dqn_tui.view.run_columns import COLUMNS, age_text, curve_text, fit_columns, steps_text
from dqn_tui.view.run_table import RunTable


def run(name: str, **facts: object) -> ListedRun:
    return ListedRun(f"/runs/{name}", name, label=name, **{"state": "completed"} | facts)  # type: ignore[arg-type]


def table_of(*runs: ListedRun) -> RunTable:
    table = RunTable()
    table.set_found(runs)
    return table


def names(table: RunTable) -> list[str]:
    return [item.name for item in table.shown]


ABC = (run("a", best=1.0, started_at=3.0), run("b", best=None, started_at=2.0), run("c", best=7.0, started_at=1.0))


def test_runs_are_newest_first_until_another_column_is_chosen() -> None:
    table = table_of(*ABC)
    assert names(table) == ["a", "b", "c"]
    table.sort_by("age")
    assert names(table) == ["c", "b", "a"]


def test_what_is_unknown_is_last_in_both_directions() -> None:
    table = table_of(*ABC)
    table.sort_by("best")
    assert names(table) == ["c", "a", "b"]
    table.sort_by("best")
    assert names(table) == ["a", "c", "b"]
    table.sort_by("label")
    assert names(table) == ["a", "b", "c"]


@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False)), max_size=12), st.sampled_from(COLUMNS))
def test_every_column_sorts_any_runs(bests: list[float | None], column: object) -> None:
    runs = [run(str(number), best=best, step=number, tags=("x",) * (number % 2)) for number, best in enumerate(bests)]
    table = table_of(*runs)
    table.sort_by(column.id)  # type: ignore[attr-defined]
    assert sorted(names(table)) == sorted(str(number) for number in range(len(bests)))


def test_the_selected_run_stays_selected_when_the_order_changes() -> None:
    table = table_of(*ABC)
    table.move_to(1)
    table.sort_by("best")
    assert (table.selected and table.selected.name, table.cursor) == ("b", 2)
    table.update([run("b", best=9.0)])
    assert (table.selected and table.selected.name, table.cursor) == ("b", 0)
    table.set_found([run("new"), *ABC])
    assert table.selected
    assert table.selected.name == "b"


def test_when_the_selected_run_goes_the_one_in_its_place_is_selected() -> None:
    table = table_of(*ABC)
    table.move_to(1)
    table.set_found([ABC[0], ABC[2]])
    assert table.selected
    assert table.selected.name == "c"
    table.set_found([])
    assert table.selected is None
    assert table.cursor == 0
    table.mark()
    table.move_to(5)


def test_marks_are_of_runs_that_are_there() -> None:
    table = table_of(*ABC)
    table.mark()
    table.mark()
    assert table.marked == {"/runs/a", "/runs/b"}
    assert table.cursor == 2
    table.move_to(0)
    table.mark()
    assert table.marked == {"/runs/b"}
    table.set_found([ABC[0]])
    assert table.marked == set()


def test_a_bad_filter_leaves_the_one_before() -> None:
    table = table_of(*ABC)
    table.filter_by("best>0")
    assert names(table) == ["a", "c"]
    table.filter_by("best>")
    assert names(table) == ["a", "c"]
    assert table.filter_problem
    table.filter_by("")
    assert names(table) == ["a", "b", "c"]
    assert not table.filter_problem


def test_curve_and_size_stay_when_a_run_is_read_again() -> None:
    table = table_of(*ABC)
    table.enrich("/runs/a", size_bytes=5)
    table.enrich("/runs/gone", size_bytes=5)
    table.update([run("a", step=9), run("gone")])
    known = table.get("/runs/a")
    assert known
    assert (known.size_bytes, known.step, len(table)) == (5, 9, 3)


LONG = [run("a-long-name", env="MinAtar/SpaceInvaders-v1", changes={"gamma": 0.9, "net_arch": [256, 256]}, tags=("x",))]


@given(st.integers(0, 300), st.sampled_from([ABC, LONG, []]))
def test_columns_never_take_more_than_there_is(width: int, runs: Sequence[ListedRun]) -> None:
    fitted = fit_columns(width, runs)
    assert sum(cells + 1 for _, cells in fitted) <= width + 1
    assert all(cells >= column.least for column, cells in fitted)


def test_at_80_columns_the_state_differences_steps_curve_and_best_have_a_place() -> None:
    shown = [column.id for column, _ in fit_columns(75, LONG)]
    assert shown == ["state", "env", "settings", "steps", "curve", "best", "age"]
    assert [column.id for column, _ in fit_columns(195, LONG)] == [column.id for column in COLUMNS]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "-"), (0, "now"), (59.9, "now"), (60, "1m"), (7_199, "1h"), (86_400, "1d"), (6e5, "6d"), (9e7, "2y")],
)
def test_age_is_its_largest_unit(seconds: float | None, text: str) -> None:
    assert age_text(seconds) == text


def test_a_column_in_which_no_run_has_anything_makes_room_for_names() -> None:
    alike = [run(f"seed {seed}", env="MiniGrid-DoorKey-5x5-v0") for seed in range(3)]
    shown = {column.id: width for column, width in fit_columns(75, alike)}
    assert "label" in shown
    assert not {"settings", "tags"} & set(shown)
    assert shown["env"] == 21
    unread = [*alike, run("new", state="")]
    assert "settings" in [column.id for column, _ in fit_columns(75, unread)]
    assert "settings" in [column.id for column, _ in fit_columns(195, alike)]


def test_steps_say_of_how_many() -> None:
    assert steps_text(run("a", step=27_400, total_steps=50_000)) == "27.4k/50k"
    assert steps_text(run("a", step=7)) == "7"


def test_a_curve_is_as_wide_as_its_place_and_blank_while_unknown() -> None:
    assert curve_text(run("a"), 5, "braille") == "     "
    drawn = run("a", curve=ReturnCurve([(0, 1.0), (50, 4.0), (100, 9.0)]))
    assert curve_text(drawn, 3, "braille") == "▁▄█"
    assert curve_text(drawn, 3, "ascii").isascii()
    assert curve_text(run("a", curve=ReturnCurve([])), 4, "braille") == "    "
