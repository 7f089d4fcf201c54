"""The curve of a run in the list: samples of its table."""

from __future__ import annotations

import os
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from dqn_tui.runs.curve import MOST_POINTS, read_return_curve
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.tables import PROGRESS_COLUMNS
from tests.helpers import train

HEADER = "time/total_timesteps,train/loss,rollout/ep_rew_mean\n"


def make_run(path: Path, *rows: str, header: str = HEADER) -> RunFolder:
    folder = RunFolder(path)
    folder.progress.write_text(header + "".join(f"{row}\n" for row in rows))
    return folder


def test_short_table_is_read_whole_without_rows_that_have_no_return(tmp_path: Path) -> None:
    folder = make_run(tmp_path, "100,0.5,9", "200,,", "300,,-1.5e1", "x,y,z", "400", "500,,nan", "600,,inf", "700,1,2")
    assert read_return_curve(folder) == [(100, 9.0), (300, -15.0), (700, 2.0)]


def test_columns_are_found_by_name_and_torn_rows_left_out(tmp_path: Path) -> None:
    folder = make_run(tmp_path, "9,100", "8,50", "7,200", header="rollout/ep_rew_mean,time/total_timesteps\n")
    with folder.progress.open("a") as file:
        file.write("6,30")
    assert read_return_curve(folder) == [(100, 9.0), (200, 7.0)]


def test_long_table_is_sampled_from_its_first_to_its_last_row(tmp_path: Path) -> None:
    rows = [f"{100 * number},0.123456,{number}" for number in range(1, 50_001)]
    points = read_return_curve(make_run(tmp_path, *rows))
    assert 0 < len(points) <= MOST_POINTS
    assert all(step == 100 * mean for step, mean in points)
    assert points[-1] == (5_000_000, 50_000.0)
    assert points[0][0] < 1_000
    steps = [step for step, _ in points]
    assert max(later - earlier for earlier, later in pairwise(steps)) < 150_000


def test_real_run_has_the_curve_of_its_progress(tmp_path: Path) -> None:
    assert {"time/total_timesteps", "rollout/ep_rew_mean"} <= set(PROGRESS_COLUMNS)
    points = read_return_curve(train(tmp_path).folder)
    assert points[-1][0] == 200
    assert points[-1][1] > 5


SPOILED: dict[str, Callable[[Path], object]] = {
    "missing": lambda _: None,
    "empty": Path.touch,
    "binary": lambda path: path.write_bytes(os.urandom(100_000)),
    "no such columns": lambda path: path.write_text("a,b\n1,2\n"),
    "only a header": lambda path: path.write_text(HEADER),
    "a link": lambda path: path.symlink_to("/etc/passwd"),
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED.keys())
def test_table_that_is_none_has_no_curve(tmp_path: Path, spoil: Callable[[Path], object]) -> None:
    folder = RunFolder(tmp_path)
    spoil(folder.progress)
    assert read_return_curve(folder) == []
