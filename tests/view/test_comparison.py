"""In which settings runs differ, what they are called, and how they are grouped."""

from __future__ import annotations

from dqn_tui.run_source import RunNews
from dqn_tui.view.comparison import ALL_BUT_SEED, GROUP_MARKS, MARKS, Comparison, mark_of
from dqn_tui.view.comparison_layers import COLORS
from dqn_tui.view.comparison_report import nothing_to_compare, settings_table
from tests.comparisons import compare, run_events


def test_only_settings_that_differ_are_told_the_seed_last() -> None:
    comparison = compare(run_events(seed=1, gamma=0.9), run_events(seed=2, gamma=0.99, net_arch=[64]))
    assert comparison.differing_keys() == ["net_arch", "gamma", "seed"]
    table = settings_table(comparison)
    assert table.columns == ["", "net_arch", "gamma", "seed", "step", "state", "run"]
    assert [row[:4] for row in table.rows] == [["a", "[128,128]", "0.9", "1"], ["b", "[64]", "0.99", "2"]]


def test_equal_numbers_of_two_types_and_the_device_are_no_difference() -> None:
    comparison = compare(run_events(gamma=1, device="cpu"), run_events(gamma=1.0, device="cuda"))
    assert comparison.differing_keys() == []
    assert nothing_to_compare(comparison) == "the runs have the same settings"


def test_setting_that_only_one_run_knows_differs() -> None:
    comparison = compare(run_events(), run_events(novelty=True))
    assert comparison.differing_keys() == ["novelty"]
    assert comparison.labels() == ["novelty=-", "novelty=true"]


def test_runs_are_named_by_what_differs_and_by_their_folder_where_nothing_does() -> None:
    runs = (run_events(learning_rate=1e-4, seed=1), run_events(learning_rate=0.01, seed=1))
    assert compare(*runs).labels() == ["learning_rate=1e-4", "learning_rate=0.01"]
    assert compare(*runs, runs[0]).labels() == [
        "learning_rate=1e-4 run-0",
        "learning_rate=0.01",
        "learning_rate=1e-4 run-2",
    ]
    assert compare(runs[0]).labels() == ["run-0"]


def test_hostile_settings_and_folders_reach_the_screen_clean() -> None:
    comparison = Comparison(["runs/\x1b[31mred"])
    comparison.apply_all([RunNews(0, run_events(name="\x1b]0;title\x07x"))])
    text = "".join(map("".join, settings_table(comparison).rows)) + comparison.labels()[0]
    assert "\x1b" not in text
    assert "red" in text


def test_groups_are_in_the_order_of_their_numbers() -> None:
    rates = (0.01, 1e-4, 0.001, 1e-4)
    comparison = compare(*(run_events(learning_rate=rate, seed=seed) for seed, rate in enumerate(rates)))
    groups = comparison.groups("learning_rate")
    assert [(group.mark, group.name, group.runs) for group in groups] == [
        ("A", "learning_rate=1e-4", (1, 3)),
        ("B", "learning_rate=0.001", (2,)),
        ("C", "learning_rate=0.01", (0,)),
    ]


def test_grouping_by_all_but_the_seed_puts_seeds_together() -> None:
    settings = [(0.9, True, 1), (0.9, False, 1), (0.9, True, 2), (0.99, True, 1)]
    comparison = compare(*(run_events(gamma=gamma, double=double, seed=seed) for gamma, double, seed in settings))
    assert comparison.group_keys() == [ALL_BUT_SEED, "double", "gamma", "seed"]
    assert [group.runs for group in comparison.groups(ALL_BUT_SEED)] == [(1,), (0, 2), (3,)]
    assert comparison.groups(ALL_BUT_SEED)[1].name == "double=true gamma=0.9"


def test_grouping_by_what_does_not_differ_is_one_group() -> None:
    comparison = compare(run_events(seed=1), run_events(seed=2))
    assert [group.name for group in comparison.groups("gamma")] == ["gamma=0.99"]
    assert [group.runs for group in comparison.groups(ALL_BUT_SEED)] == [(0, 1)]


def test_runs_have_pairs_of_colour_and_mark_of_their_own() -> None:
    pairs = {(index % COLORS, mark_of(index)) for index in range(len(MARKS) * COLORS)}
    assert len(pairs) == len(MARKS) * COLORS
    assert (MARKS + GROUP_MARKS).isascii()


def test_run_whose_journal_is_replaced_begins_anew() -> None:
    comparison = compare(run_events((1.0, 2.0, 3.0)))
    comparison.apply_all([RunNews(0, run_events((7.0,)))])
    assert (comparison.runs[0].view.step, comparison.runs[0].view.returns.count) == (100, 1)


def test_metrics_are_those_that_a_run_has_recorded() -> None:
    ids = [metric.id for metric in compare(run_events(), run_events(evaluations={200: 1.0})).metrics()]
    assert ids == ["return", "evaluation", "loss", "epsilon", "speed", "length"]


def test_several_environments_are_said_to_be_not_comparable() -> None:
    assert "2 environments" in nothing_to_compare(compare(run_events(), run_events(env="Acrobot-v1")))
    assert "nothing to compare" in nothing_to_compare(compare(run_events()))
