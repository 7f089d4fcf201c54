"""The table of episodes against plain lists, sorted anew each time."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.view import episode_table
from dqn_tui.view.episode_table import EpisodeOrder, EpisodeRow, EpisodeTable

returns = st.one_of(st.integers(-3, 3).map(float), st.just(math.inf), st.just(-math.inf))


def table_of(rows: list[EpisodeRow]) -> EpisodeTable:
    table = EpisodeTable()
    for row in rows:
        table.append(row)
    return table


def listed(table: EpisodeTable, order: EpisodeOrder) -> list[int]:
    return [table.row(place, order).number for place in range(len(table))]


@given(st.lists(st.tuples(returns, st.integers(1, 4)), max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_each_order_is_that_of_a_sorted_list_also_after_more_episodes_and_a_cut(
    episodes: list[tuple[float, int]], asked_at: int, cut_at: int
) -> None:
    rows = [EpisodeRow(n, value, length, 10 * n, None) for n, (value, length) in enumerate(episodes, 1)]
    table = table_of(rows[:asked_at])
    for order in EpisodeOrder:
        listed(table, order)
    for row in rows[asked_at:]:
        table.append(row)
    for _ in range(2):
        naive = {
            EpisodeOrder.FIRST: rows,
            EpisodeOrder.NEWEST: rows[::-1],
            EpisodeOrder.LONGEST: sorted(rows, key=lambda row: -row.length),
            EpisodeOrder.BEST: sorted(rows, key=lambda row: -row.episode_return),
            EpisodeOrder.WORST: sorted(rows, key=lambda row: row.episode_return),
        }
        for order, expected in naive.items():
            assert listed(table, order) == [row.number for row in expected]
            places = [table.place_of(row.number, order) for row in expected]
            assert places == list(range(len(rows)))
            assert table.place_of(len(episodes) + 1, order) is None
        table.forget_after(10 * cut_at + 3)
        rows = rows[:cut_at]


def test_returns_that_are_no_number_come_last_in_every_order_by_return() -> None:
    table = table_of([EpisodeRow(n, value, 1, n, None) for n, value in enumerate((math.nan, 1.0, math.nan, 2.0), 1)])
    assert listed(table, EpisodeOrder.BEST) == [4, 2, 1, 3]
    assert listed(table, EpisodeOrder.WORST) == [2, 4, 1, 3]


def test_a_row_is_what_was_added_and_huge_numbers_do_no_harm() -> None:
    table = table_of([EpisodeRow(1, 12.5, 30, 30, 0.5), EpisodeRow(2**63 - 1, 1e300, 2**63 - 1, 2**63 - 1, None)])
    assert table.row(0) == EpisodeRow(1, 12.5, 30, 30, 0.5)
    assert table.row(1) == EpisodeRow(2**32 - 1, math.inf, 2**32 - 1, 2**63 - 1, None)


def test_the_nearest_episode_is_found_by_step_and_by_number() -> None:
    table = table_of([EpisodeRow(n, 0.0, 1, step, None) for n, step in ((3, 10), (4, 20), (9, 50))])
    found = [table.nearest_to_step(step) for step in (0, 14, 16, 30, 40, 99)]
    assert [row and row.number for row in found] == [3, 3, 4, 4, 9, 9]
    assert [row and row.number for row in map(table.nearest_to_number, (0, 3.4, 6, 7, 1e9))] == [3, 3, 4, 9, 9]
    assert EpisodeTable().nearest_to_step(3) is None


def test_the_oldest_are_dropped_where_there_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(episode_table, "MOST_EPISODES", 8)
    table = table_of([EpisodeRow(n, float(n), 1, n, None) for n in range(1, 12)])
    assert listed(table, EpisodeOrder.FIRST) == [5, 6, 7, 8, 9, 10, 11]
    assert listed(table, EpisodeOrder.BEST)[0] == 11
