"""Runs in environments of every kind: trained, stopped, resumed to the same weights."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dqn_tui import events
from dqn_tui.control import Request, Stop
from dqn_tui.events import Event
from dqn_tui.runs.checkpoint import find_checkpoints, read_settings
from dqn_tui.training.policy import load_policy
from tests.helpers import resume_run, train

RUNS: dict[str, dict[str, Any]] = {
    "mixed": {"env": "Toy/RoamsMixed-v0"},
    "mixed, stacked and several": {"env": "Toy/RoamsMixed-v0", "frame_stack": 3, "num_envs": 2, "prioritized": True},
    "mixed, normalized": {"env": "Toy/RoamsMixed-v0", "normalize_observations": True, "dueling": True},
    "vectors, normalized": {"env": "Toy/RoamsFar-v0", "normalize_observations": True, "n_steps": 3},
    "planes": {"env": "Toy/RoamsMixed-v0", "observation_keys": ["map"], "one_hot_planes": True, "encoder": "grid"},
    "continuous": {"env": "Toy/RoamsContinuously-v0", "action_bins": 3},
    "switches": {"env": "Toy/RoamsBySwitches-v0", "frame_skip": 2},
}


@pytest.mark.parametrize("name", RUNS)
def test_a_stopped_and_resumed_run_ends_with_the_same_weights(tmp_path: Path, name: str) -> None:
    settings: dict[str, Any] = {"total_timesteps": 240, "buffer_size": 100, "net_arch": [8]} | RUNS[name]

    def stop(event: Event) -> Iterable[Request]:
        return [Stop()] if isinstance(event, events.Progress) and event.step >= 120 else []

    whole = train(tmp_path / "whole", **settings).only(events.RunEnded)
    assert whole.updates
    stopped = train(tmp_path / "stopped", on_event=stop, **settings)
    assert stopped.only(events.RunEnded).reason == "stopped"
    ended = resume_run(stopped.folder).only(events.RunEnded)
    assert (ended.step, ended.updates, ended.weights_sha256) == (240, whole.updates, whole.weights_sha256)


def test_a_saved_policy_normalizes_with_the_statistics_of_training(tmp_path: Path) -> None:
    session = train(tmp_path, total_timesteps=200, **RUNS["vectors, normalized"])
    checkpoint = find_checkpoints(session.folder)[-1]
    policy = load_policy(checkpoint, read_settings(checkpoint))
    vectors = np.random.default_rng(0).uniform(-2_000, 2_000, (5, 3)).astype(np.float32)
    np.testing.assert_array_equal(policy.network.q_values(vectors), session.agent.online.q_values(vectors))
    assert np.abs(policy.network.q_values(vectors)).max() < 100


def messages(session: Any) -> str:
    return " | ".join(event.message for event in session.of(events.WarningRaised))


def test_what_is_left_out_and_a_grid_of_actions_are_said_in_a_line(tmp_path: Path) -> None:
    assert "said (Text): left out" in messages(train(tmp_path / "mixed", total_timesteps=20, **RUNS["mixed"]))
    told = messages(train(tmp_path / "grid", total_timesteps=20, **RUNS["continuous"]))
    assert "a grid of 3 values per dimension (action_bins): 9 actions" in told


def test_entries_beyond_a_hundred_are_warned_of_once_unless_they_are_normalized(tmp_path: Path) -> None:
    far = messages(train(tmp_path / "far", total_timesteps=300, env="Toy/RoamsFar-v0"))
    assert far.count("normalize_observations=true") == 1
    assert "scale_observations" in far
    assert "entries as large" not in messages(train(tmp_path / "near", total_timesteps=300, env="Toy/Roams-v0"))
    normalized = messages(train(tmp_path / "normalized", total_timesteps=300, **RUNS["vectors, normalized"]))
    assert "entries as large" not in normalized
