"""Event files, read back with TensorBoard's own reader."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from tests.exports.helpers import START, episode, evaluated, progress, sources_in, started, write_run, write_small_run

pytest.importorskip("tensorboard")

from dqn_tui.exports import tensorboard_folder
from dqn_tui.exports.event_file import EventFile, has_event_files


def read_scalars(folder: Path) -> dict[str, list[tuple[int, float, float]]]:
    """Step, wall time and value of every scalar, by tag."""
    accumulator = load(folder)
    tags = accumulator.Tags()["scalars"]
    return {tag: [(item.step, item.wall_time, item.value) for item in accumulator.Scalars(tag)] for tag in tags}


def load(folder: Path) -> Any:
    """TensorBoard's reader of a run's folder, without a limit on points."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    return EventAccumulator(str(folder), size_guidance={"scalars": 0}).Reload()


def test_tensorboard_reads_sb3s_tags_with_the_steps_and_times_of_the_events(tmp_path: Path) -> None:
    write_run(
        tmp_path / "one",
        [
            started(),
            episode(14, 14.0),
            progress(100, rollout__ep_rew_mean=14.0, train__loss=0.25, time__fps=50.0, time__total_timesteps=100.0),
            progress(200, 2.5, train__loss=math.nan),
            evaluated(200, 10.5),
        ],
    )
    tensorboard_folder.write(sources_in(tmp_path / "one"), tmp_path / "out")
    scalars = read_scalars(tmp_path / "out" / "one")
    assert str(scalars.pop("train/loss")) == str([(100, START + 2, 0.25), (200, START + 2.5, math.nan)])
    assert scalars == {
        "episode/return": [(14, START + 1, 14.0)],
        "episode/length": [(14, START + 1, 14.0)],
        "rollout/ep_rew_mean": [(100, START + 2, 14.0)],
        "time/fps": [(100, START + 2, 50.0)],
        "eval/mean_reward": [(200, START + 3, 10.5)],
        "eval/std_reward": [(200, START + 3, 0.5)],
        "eval/mean_ep_length": [(200, START + 3, 11.0)],
    }


def test_the_settings_are_hyperparameters(tmp_path: Path) -> None:
    write_small_run(tmp_path / "one", dueling=True, learning_rate="lin_1e-3")
    tensorboard_folder.write(sources_in(tmp_path / "one"), tmp_path / "out")
    content = load(tmp_path / "out" / "one").SummaryMetadata("_hparams_/session_start_info").plugin_data.content
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    found = HParamsPluginData.FromString(content).session_start_info.hparams
    assert (found["dueling"].bool_value, found["seed"].number_value) == (True, 3)
    assert (found["learning_rate"].string_value, found["net_arch"].string_value) == ("lin_1e-3", "[8]")


def test_every_run_is_a_subfolder_and_an_empty_folder_is_filled(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_small_run(tmp_path / name)
    (tmp_path / "out").mkdir()
    tensorboard_folder.write(sources_in(tmp_path / "one", tmp_path / "two"), tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["one", "two"]
    assert has_event_files(tmp_path / "out" / "one")
    assert not has_event_files(tmp_path / "out")


def test_a_later_file_voids_steps_of_earlier_ones(tmp_path: Path) -> None:
    first = EventFile(tmp_path)
    for step in (10, 20, 30):
        first.add(step, START + step, {"train/loss": float(step)})
    first.close()
    second = EventFile(tmp_path)
    second.void_from(21)
    second.add(25, START + 40, {"train/loss": 2.5})
    second.close()
    assert read_scalars(tmp_path)["train/loss"] == [
        (10, START + 10, 10.0),
        (20, START + 20, 20.0),
        (25, START + 40, 2.5),
    ]
