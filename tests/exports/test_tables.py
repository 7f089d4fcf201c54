"""The tidy table, in its three formats."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

import pytest

from dqn_tui.exports.source import Source
from dqn_tui.exports.table import Table
from dqn_tui.exports.targets import TARGETS
from tests.exports.helpers import START, episode, progress, sources_in, started, write_run, write_small_run

pd = pytest.importorskip("pandas")


def write(kind: str, sources: Sequence[Source], out: Path) -> None:
    """Write a table, where the format is installed."""
    if kind == "parquet":
        pytest.importorskip("pyarrow")
    TARGETS[kind].load()(sources, out)


SMALL = [
    (14, START + 1, "episode/return", 14.0),
    (14, START + 1, "episode/length", 14.0),
    (100, START + 2, "train/loss", 0.25),
    (200, START + 3, "eval/mean_reward", 10.5),
    (200, START + 3, "eval/std_reward", 0.5),
    (200, START + 3, "eval/mean_ep_length", 11.0),
]


def test_each_number_that_was_measured_is_a_row(tmp_path: Path) -> None:
    write_small_run(tmp_path / "one")
    table = Table(sources_in(tmp_path / "one"))
    assert table.columns == ("run", "env", "seed", "step", "time_seconds", "metric", "value")
    assert list(table.rows()) == [("one", "CartPole-v1", 3, *cells) for cells in SMALL]


def test_settings_in_which_the_runs_differ_are_columns(tmp_path: Path) -> None:
    write_small_run(tmp_path / "one", seed=1, net_arch=[8], learning_rate=1e-3)
    write_small_run(tmp_path / "two", seed=2, net_arch=[8, 16], learning_rate="lin_1e-3")
    table = Table(sources_in(tmp_path / "one", tmp_path / "two"))
    assert table.columns[:5] == ("run", "env", "seed", "net_arch", "learning_rate")
    assert [row[:5] for row in itertools.islice(table.rows(), 5, 7)] == [
        ("one", "CartPole-v1", 1, "[8]", 0.001),
        ("two", "CartPole-v1", 2, "[8,16]", "lin_1e-3"),
    ]


def test_two_folders_of_one_name_are_two_runs(tmp_path: Path) -> None:
    for parent in ("a", "b"):
        write_small_run(tmp_path / parent / "same")
    sources = sources_in(tmp_path / "a" / "same", tmp_path / "b" / "same")
    assert [source.name for source in sources] == ["same", "same-2"]


def test_rows_are_read_as_they_are_asked_for(tmp_path: Path) -> None:
    write_small_run(tmp_path / "one")
    endless = (episode(number, 1.0) for number in itertools.count())
    with patch("dqn_tui.exports.measurements.read_journal", return_value=endless):
        rows = Table(sources_in(tmp_path / "one")).rows()
        assert [row[3] for row in itertools.islice(rows, 5)] == [0, 0, 1, 1, 2]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_pandas_reads_the_same_table_from_every_format(tmp_path: Path, kind: str) -> None:
    for number, rate in ((1, 1e-3), (2, 2e-3)):
        write_small_run(tmp_path / f"run{number}", seed=number, learning_rate=rate, dueling=number == 2)
    sources, out = sources_in(tmp_path / "run1", tmp_path / "run2"), tmp_path / "table"
    write(kind, sources, out)
    match kind:
        case "csv":
            frame = pd.read_csv(out)
        case "jsonl":
            frame = pd.read_json(out, lines=True, precise_float=True)
        case _:
            frame = pd.read_parquet(out)
    assert list(frame.columns) == list(Table(sources).columns)
    assert frame.astype(object).to_numpy().tolist() == [list(row) for row in Table(sources).rows()]
    assert list(tmp_path.glob(".*")) == []


def test_parquet_is_written_in_groups_of_rows(tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet")
    write_small_run(tmp_path / "one")
    sources = sources_in(tmp_path / "one")
    with patch("dqn_tui.exports.parquet_table._GROUP_ROWS", 4):
        write("parquet", sources, tmp_path / "out")
    assert pq.ParquetFile(tmp_path / "out").metadata.num_row_groups == 2
    assert pd.read_parquet(tmp_path / "out")["value"].tolist() == [cells[3] for cells in SMALL]


def test_a_setting_that_is_text_in_one_run_is_text_in_parquet(tmp_path: Path) -> None:
    write_small_run(tmp_path / "one", learning_rate=0.5)
    write_small_run(tmp_path / "two", learning_rate="lin_1e-3")
    write("parquet", sources_in(tmp_path / "one", tmp_path / "two"), tmp_path / "out")
    assert pd.read_parquet(tmp_path / "out")["learning_rate"].unique().tolist() == ["0.5", "lin_1e-3"]


def test_a_run_without_measurements_is_a_table_without_rows(tmp_path: Path) -> None:
    write_run(tmp_path / "one", [started()])
    sources = sources_in(tmp_path / "one")
    write("csv", sources, tmp_path / "csv")
    write("jsonl", sources, tmp_path / "jsonl")
    write("parquet", sources, tmp_path / "parquet")
    assert (tmp_path / "csv").read_text() == "run,env,seed,step,time_seconds,metric,value\n"
    assert (tmp_path / "jsonl").read_text() == ""
    assert len(pd.read_parquet(tmp_path / "parquet")) == 0


def test_numbers_that_are_not_finite_survive_where_the_format_has_them(tmp_path: Path) -> None:
    values = {"a": math.nan, "b": math.inf, "c": -math.inf}
    write_run(tmp_path / "one", [started(), progress(1, **values)])
    sources = sources_in(tmp_path / "one")
    write("csv", sources, tmp_path / "csv")
    write("jsonl", sources, tmp_path / "jsonl")
    assert str(pd.read_csv(tmp_path / "csv")["value"].tolist()) == "[nan, inf, -inf]"
    rows = [json.loads(line, parse_constant=str) for line in (tmp_path / "jsonl").read_text().splitlines()]
    assert [row["value"] for row in rows] == [None, None, None]


def test_hostile_names_are_written_and_read_back(tmp_path: Path) -> None:
    name = 'a "quoted",\nname\x1b[31m, and é'
    write_run(tmp_path / "run \udcff", [started(), progress(1, **{name: 1.0})])
    sources = sources_in(tmp_path / "run \udcff")
    write("csv", sources, tmp_path / "csv")
    write("parquet", sources, tmp_path / "parquet")
    expected = [["run \\udcff", name]]
    assert pd.read_csv(tmp_path / "csv")[["run", "metric"]].to_numpy().tolist() == expected
    assert pd.read_parquet(tmp_path / "parquet")[["run", "metric"]].to_numpy().tolist() == expected
