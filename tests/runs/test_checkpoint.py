"""Checkpoints: whole, or refused in one line that names the file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dqn_tui.config import parse_config
from dqn_tui.dqn.agent import Agent, weights_sha256
from dqn_tui.errors import CheckpointError, UsageError
from dqn_tui.runs.checkpoint import (
    Checkpoint,
    find_checkpoints,
    prune_checkpoints,
    read_checkpoint,
    resolve_target,
    save_checkpoint,
)
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.resume import find_resumable
from dqn_tui.spaces import Spaces
from dqn_tui.training.policy import load_policy
from tests.helpers import one_line, quick_config, reseal

CONFIG = quick_config()
SPACES = Spaces((4,), 2)
AGENT = Agent(CONFIG, SPACES)
FACTS: dict[str, Any] = {
    "step": 25_000,
    "reason": "autosave",
    "config": CONFIG.model_dump(mode="json"),
    "spaces": SPACES.to_dict(),
    "eval_mean": 12.5,
    "weights_sha256": weights_sha256(AGENT.online),
}
MANIFEST, WEIGHTS = "manifest.json", "online.safetensors"


def save(path: Path, **facts: Any) -> Checkpoint:
    arrays = {name: tensor.numpy() for name, tensor in AGENT.online.state_dict().items()}
    return save_checkpoint(path, {"online": arrays}, FACTS | facts)


def load(path: Path) -> None:
    """All that `eval` and `watch` read."""
    checkpoint = read_checkpoint(path)
    load_policy(checkpoint, parse_config(checkpoint.config))


def refuse(path: Path) -> str:
    """The one line with which a checkpoint is refused."""
    with pytest.raises(CheckpointError) as caught:
        load(path)
    return one_line(str(caught.value))


def test_a_checkpoint_reads_back_as_it_was_saved(tmp_path: Path) -> None:
    saved = save(tmp_path / "c")
    found = read_checkpoint(tmp_path / "c")
    assert found == saved
    assert {name: getattr(found, name) for name in FACTS} == FACTS | {"spaces": SPACES}
    assert parse_config(found.config) == CONFIG
    assert found.size_bytes == (tmp_path / "c" / WEIGHTS).stat().st_size


def test_a_policy_reads_back_bit_by_bit(tmp_path: Path) -> None:
    network = load_policy(save(tmp_path / "c"), CONFIG).network
    assert weights_sha256(network) == FACTS["weights_sha256"]
    observation = np.ones((1, 4), np.float32)
    np.testing.assert_array_equal(network.q_values(observation), AGENT.online.q_values(observation))


def test_saving_again_takes_the_old_ones_place(tmp_path: Path) -> None:
    save(tmp_path / "c")
    save(tmp_path / "c", step=7, reason="end")
    assert read_checkpoint(tmp_path / "c").step == 7
    assert len(list(tmp_path.iterdir())) == 1


def test_nothing_in_a_checkpoint_is_a_pickle(tmp_path: Path) -> None:
    save(tmp_path / "c")
    assert {file.name for file in (tmp_path / "c").iterdir()} == {MANIFEST, WEIGHTS}


# --- damage ---


@pytest.mark.parametrize("place", [0.0, 0.3, 0.999])
def test_a_flipped_byte_in_the_weights_is_found(tmp_path: Path, place: float) -> None:
    save(tmp_path / "c")
    file = tmp_path / "c" / WEIGHTS
    content = bytearray(file.read_bytes())
    content[int(place * len(content))] ^= 1
    file.write_bytes(content)
    assert str(file) in refuse(tmp_path / "c")


@pytest.mark.parametrize("name", [MANIFEST, WEIGHTS])
@pytest.mark.parametrize("keep", [0.0, 0.5, 0.99])
def test_a_cut_file_is_found(tmp_path: Path, name: str, keep: float) -> None:
    save(tmp_path / "c")
    file = tmp_path / "c" / name
    content = file.read_bytes()
    file.write_bytes(content[: int(keep * len(content))])
    assert str(file) in refuse(tmp_path / "c")


@pytest.mark.parametrize("name", [MANIFEST, WEIGHTS])
def test_a_missing_file_is_found(tmp_path: Path, name: str) -> None:
    save(tmp_path / "c")
    (tmp_path / "c" / name).unlink()
    message = refuse(tmp_path / "c")
    assert str(tmp_path / "c") in message
    assert name in message


@pytest.mark.parametrize("version", [0, 2, "1", None, [1]])
def test_a_foreign_format_is_refused_with_both_numbers(tmp_path: Path, version: Any) -> None:
    save(tmp_path / "c")
    reseal(tmp_path / "c", format=version)
    message = refuse(tmp_path / "c")
    assert str(tmp_path / "c" / MANIFEST) in message
    assert repr(version) in message


@pytest.mark.parametrize(
    "content",
    [
        "",
        "null",
        "[]",
        "7",
        '"text"',
        "{}",
        '{"format": 1}',
        "\ufeff{}",
        "not json",
        "[" * 100_000,
        '{"format": 1' + " " * 1_100_000 + "}",
    ],
    ids=lambda content: repr(content[:12]),
)
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, content: str) -> None:
    save(tmp_path / "c")
    (tmp_path / "c" / MANIFEST).write_text(content)
    assert str(tmp_path / "c" / MANIFEST) in refuse(tmp_path / "c")


@pytest.mark.parametrize(
    "changes",
    [
        {"step": None},
        {"step": "many"},
        {"config": 5},
        {"config": None},
        {"files": []},
        {"files": None},
        {"files": {WEIGHTS: 5}},
        {"files": {WEIGHTS: {}}},
        {"files": {WEIGHTS: {"bytes": "x", "sha256": "y"}}},
        {"files": {}},
        {"eval_mean": "good"},
        {"spaces": SPACES.to_dict() | {"observation_shape": [5]}},
        {"spaces": SPACES.to_dict() | {"observation_shape": [-1]}},
        {"spaces": SPACES.to_dict() | {"observation_shape": [10**15]}},
        {"spaces": SPACES.to_dict() | {"observation_shape": [2, 2]}},
        {"spaces": SPACES.to_dict() | {"observation_shape": 4}},
        {"spaces": SPACES.to_dict() | {"observation_dtype": "object"}},
        {"spaces": SPACES.to_dict() | {"largest_value": 0}},
        {"spaces": SPACES.to_dict() | {"action_count": 3}},
        {"spaces": SPACES.to_dict() | {"action_count": -1}},
        {"spaces": None},
        {"weights_sha256": "0" * 64},
        {"config": FACTS["config"] | {"net_arch": [9]}},
    ],
    ids=repr,
)
def test_a_manifest_that_does_not_fit_is_refused_with_the_checkpoints_name(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    save(tmp_path / "c")
    reseal(tmp_path / "c", **changes)
    assert str(tmp_path / "c") in refuse(tmp_path / "c")


def test_whichever_byte_of_the_manifest_is_flipped_it_loads_or_is_refused_in_one_line(tmp_path: Path) -> None:
    save(tmp_path / "c")
    file = tmp_path / "c" / MANIFEST
    content = file.read_bytes()
    for place in range(0, len(content), 3):
        damaged = bytearray(content)
        damaged[place] ^= 1 << (place % 7)
        file.write_bytes(damaged)
        try:
            load(tmp_path / "c")
        except UsageError as error:
            one_line(str(error))


@pytest.mark.parametrize("name", ["../../secret", "/etc/passwd"])
def test_a_manifest_cannot_point_out_of_its_folder(tmp_path: Path, name: str) -> None:
    save(tmp_path / "c")
    manifest = json.loads((tmp_path / "c" / MANIFEST).read_text())
    reseal(tmp_path / "c", files=manifest["files"] | {name: {"bytes": 1, "sha256": "0" * 64}})
    assert repr(name) in refuse(tmp_path / "c")


def test_a_file_that_is_a_link_is_refused(tmp_path: Path) -> None:
    save(tmp_path / "c")
    file = tmp_path / "c" / WEIGHTS
    file.rename(tmp_path / "elsewhere")
    file.symlink_to(tmp_path / "elsewhere")
    assert str(file) in refuse(tmp_path / "c")


# --- targets and pruning ---


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir()
    folder.events.touch()
    return folder


def save_step(run: RunFolder, step: int, reason: str = "autosave") -> Path:
    path = run.checkpoints / f"step_{step:09d}"
    save(path, step=step, reason=reason)
    return path


def test_a_run_means_its_best_checkpoint_and_with_last_its_newest(run: RunFolder) -> None:
    save_step(run, 100)
    newest = save_step(run, 200)
    save(run.best, step=100, reason="best")
    assert resolve_target(run.path).path == run.best
    assert resolve_target(run.path, should_take_last=True).path == newest


@pytest.mark.parametrize("best_step", [150, 200, 250])
def test_the_newest_checkpoint_is_the_best_one_where_that_is_later(run: RunFolder, best_step: int) -> None:
    save_step(run, 100)
    regular = save_step(run, 200)
    save(run.best, step=best_step, reason="best")
    newest = run.best if best_step > 200 else regular
    assert resolve_target(run.path, should_take_last=True).path == newest
    assert find_resumable(run.path)[1] == newest


def test_the_best_checkpoint_is_the_newest_where_there_is_no_other(run: RunFolder) -> None:
    save(run.best, step=50, reason="best")
    assert resolve_target(run.path, should_take_last=True).path == run.best
    assert find_resumable(run.path)[1] == run.best


def test_a_damaged_best_checkpoint_is_never_the_newest_beside_another(run: RunFolder) -> None:
    regular = save_step(run, 100)
    save(run.best, step=200, reason="best")
    (run.best / MANIFEST).write_text("{")
    assert resolve_target(run.path, should_take_last=True).path == regular
    assert find_resumable(run.path)[1] == regular


def test_a_damaged_newest_checkpoint_is_resumed_from_so_that_its_damage_is_reported(run: RunFolder) -> None:
    older, newest = save_step(run, 100), save_step(run, 200)
    (newest / MANIFEST).write_text("{")
    assert find_resumable(run.path)[1] == newest
    assert resolve_target(run.path, should_take_last=True).path == older


def test_a_run_that_was_never_evaluated_means_its_newest_checkpoint(run: RunFolder) -> None:
    save_step(run, 100)
    newest = save_step(run, 999_999_999)
    assert resolve_target(run.path).path == newest


def test_a_checkpoint_folder_means_itself(run: RunFolder) -> None:
    oldest = save_step(run, 100)
    save_step(run, 200)
    assert resolve_target(oldest).path == oldest
    assert resolve_target(oldest, should_take_last=True).path == oldest


def test_a_target_that_is_neither_is_wrong_use(tmp_path: Path, run: RunFolder) -> None:
    (tmp_path / "file").touch()
    for target in (tmp_path / "nowhere", tmp_path, tmp_path / "file", run.path):
        with pytest.raises(UsageError) as caught:
            resolve_target(target)
        assert str(target) in one_line(str(caught.value))


def test_a_damaged_checkpoint_is_passed_over_where_another_is_whole(run: RunFolder) -> None:
    whole, damaged = save_step(run, 100), save_step(run, 200)
    (damaged / MANIFEST).write_text("{")
    assert [item.path for item in find_checkpoints(run)] == [whole]
    assert resolve_target(run.path).path == whole


def test_pruning_keeps_the_last_automatic_ones_and_all_others(run: RunFolder) -> None:
    reasons = {100: "request", 200: "autosave", 300: "autosave", 400: "end", 500: "autosave", 600: "autosave"}
    for step, reason in reasons.items():
        save_step(run, step, reason)
    save(run.best, step=100, reason="best")
    prune_checkpoints(run, 2)
    assert [item.step for item in find_checkpoints(run)] == [100, 400, 500, 600]
    assert run.best.is_dir()
    assert sorted(item.name for item in run.checkpoints.iterdir()) == [
        f"step_{step:09d}" for step in (100, 400, 500, 600)
    ]


def test_pruning_leaves_few_alone(run: RunFolder) -> None:
    prune_checkpoints(run, 3)
    save_step(run, 100)
    prune_checkpoints(run, 3)
    assert len(find_checkpoints(run)) == 1


def test_a_run_folder_can_be_moved(tmp_path: Path, run: RunFolder) -> None:
    save_step(run, 100)
    shutil.move(run.path, tmp_path / "elsewhere")
    checkpoint = resolve_target(tmp_path / "elsewhere")
    load_policy(checkpoint, CONFIG)
