"""The tables that scripts for Stable-Baselines3 read."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

from dqn_tui import events
from dqn_tui.runs.tables import MonitorTable, ProgressTable

SB3_COLUMNS = {
    "time/total_timesteps", "time/time_elapsed", "time/fps", "time/episodes", "rollout/ep_rew_mean",
    "rollout/ep_len_mean", "rollout/exploration_rate", "train/loss", "train/learning_rate", "train/n_updates",
    "eval/mean_reward", "eval/mean_ep_length",
}  # fmt: skip
STARTED = events.RunStarted(
    step=0, time=12.5, run="r", env="CartPole-v1", seed=1, device="cpu", total_timesteps=9, learning_starts=1,
    buffer_size=9, actions=2,
)  # fmt: skip


def episode(number: int, episode_return: float, length: int, seconds: float) -> events.EpisodeEnded:
    return events.EpisodeEnded(
        step=number, time=1.0, episode=number, episode_return=episode_return, length=length, is_truncated=False,
        seconds=seconds,
    )  # fmt: skip


def test_progress_has_sb3s_columns_and_a_row_for_each_progress_event_and_evaluation(tmp_path: Path) -> None:
    table = ProgressTable(tmp_path / "progress.csv")
    metrics = {"time/total_timesteps": 100, "train/loss": 0.125, "rollout/ep_rew_mean": math.nan, "other/thing": 1.0}
    table.write(events.Progress(step=100, time=1.0, metrics=metrics))
    table.write(episode(1, 1.0, 1, 1.0))
    table.write(events.Evaluated(step=200, time=2.0, episodes=5, mean=10.5, std=0.5, mean_length=11.0, is_best=True))
    table.close()
    with table.path.open(newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    assert set(reader.fieldnames or ()) >= SB3_COLUMNS
    assert len(rows) == 2
    assert float(rows[0]["time/total_timesteps"]) == 100
    assert float(rows[0]["train/loss"]) == 0.125
    assert math.isnan(float(rows[0]["rollout/ep_rew_mean"]))
    assert rows[0]["eval/mean_reward"] == ""
    assert (float(rows[1]["time/total_timesteps"]), float(rows[1]["eval/mean_reward"])) == (200, 10.5)
    assert float(rows[1]["eval/mean_ep_length"]) == 11


def test_large_step_counts_stay_whole_in_progress(tmp_path: Path) -> None:
    table = ProgressTable(tmp_path / "progress.csv")
    table.write(
        events.Progress(step=0, time=1.0, metrics={"time/total_timesteps": 1_234_567, "train/n_updates": 7654321})
    )
    table.close()
    with table.path.open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert float(row["time/total_timesteps"]) == 1_234_567
    assert float(row["train/n_updates"]) == 7_654_321


def test_the_monitor_file_is_sb3s(tmp_path: Path) -> None:
    table = MonitorTable(tmp_path / "monitor.csv")
    table.write(STARTED)
    table.write(episode(1, 21.0, 21, 0.5))
    table.write(episode(2, -1.25, 4, 0.75))
    table.close()
    first, header, *rows = table.path.read_text().splitlines()
    assert first.startswith("#")
    assert json.loads(first[1:]) == {"t_start": 12.5, "env_id": "CartPole-v1"}
    assert header == "r,l,t"
    assert [[float(cell) for cell in row.split(",")] for row in rows] == [[21, 21, 0.5], [-1.25, 4, 0.75]]


def test_going_on_writes_no_second_header(tmp_path: Path) -> None:
    for _ in range(2):
        progress, monitor = ProgressTable(tmp_path / "progress.csv"), MonitorTable(tmp_path / "monitor.csv")
        monitor.write(STARTED)
        monitor.write(episode(1, 1.0, 1, 1.0))
        progress.write(events.Progress(step=1, time=1.0, metrics={"time/total_timesteps": 1}))
        progress.close()
        monitor.close()
    assert progress.path.read_text().count("time/total_timesteps") == 1
    assert len(progress.path.read_text().splitlines()) == 3
    assert monitor.path.read_text().count("r,l,t") == 1
    assert len(monitor.path.read_text().splitlines()) == 4


def test_rows_are_on_disk_as_soon_as_they_are_written(tmp_path: Path) -> None:
    table = MonitorTable(tmp_path / "monitor.csv")
    table.write(STARTED)
    table.write(episode(1, 1.0, 1, 1.0))
    assert len(table.path.read_text().splitlines()) == 3
    table.close()
