"""Every member of the family learns a known optimum, survives save and resume, and runs in several environments."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dqn_tui import events
from dqn_tui.control import Request, Stop
from dqn_tui.events import Event
from dqn_tui.runs.checkpoint import read_checkpoint
from tests.helpers import Session, resume_run, train

RAINBOW: dict[str, Any] = {
    "double": True,
    "dueling": True,
    "prioritized": True,
    "noisy": True,
    "distribution": "c51",
    "n_steps": 3,
}
MEMBERS: dict[str, dict[str, Any]] = {
    "dqn": {"double": False},
    "double": {},
    "dueling": {"dueling": True},
    "n-step": {"n_steps": 3},
    "prioritized": {"prioritized": True},
    "noisy": {"noisy": True},
    "c51": {"distribution": "c51"},
    "qr": {"distribution": "qr"},
    "munchausen": {"munchausen": True},
    "soft target": {"target_update_interval": 1, "tau": 0.05},
    "rainbow": RAINBOW,
    "all but rainbow's": {"munchausen": True, "distribution": "qr", "dueling": True, "prioritized": True},
}
GAMMA = 0.9
every_member = pytest.mark.parametrize("member", MEMBERS.values(), ids=MEMBERS.keys())


def learn(runs_dir: Path, env: str = "Toy/Fork-v0", **settings: Any) -> Session:
    return train(
        runs_dir,
        **{
            "env": env,
            "gamma": GAMMA,
            "net_arch": [16],
            "total_timesteps": 900,
            "learning_starts": 100,
            "train_freq": 1,
            "batch_size": 32,
            "learning_rate": "lin_0.01",
            "target_update_interval": 10,
            "atoms": 11,
            "v_min": 0.0,
            "v_max": 1.0,
            "exploration_final_eps": 0.3,
            "munchausen_tau": 0.01,
            "log_every": 1_000,
            **settings,
        },
    )


def values(session: Session) -> list[list[float]]:
    q_values: list[list[float]] = session.agent.online.q_values(np.eye(2, dtype=np.float32)).tolist()
    return q_values


@every_member
def test_a_member_finds_the_optimum_and_what_it_is_worth(tmp_path: Path, member: dict[str, Any]) -> None:
    """The short way is worth 0.3, the long way 0.9."""
    fork, end = values(learn(tmp_path, **member))
    assert fork[1] > fork[0]
    if not member.get("munchausen"):
        assert fork == pytest.approx([0.3, 0.9], abs=0.08)
        assert end == pytest.approx([1.0, 1.0], abs=0.08)


@every_member
def test_a_member_respects_action_masks(tmp_path: Path, member: dict[str, Any]) -> None:
    """The environment rejects forbidden actions; targets show in the values."""
    session = learn(tmp_path, "Toy/MaskedFork-v0", total_timesteps=400, eval_every=100, **member)
    assert session.only(events.RunEnded).reason == "completed"
    assert session.of(events.Evaluated)[-1].mean == 1.0


# --- save and resume ---

SHORT: dict[str, Any] = {"total_timesteps": 240, "buffer_size": 64, "train_freq": 8, "gradient_steps": 8, "tau": 0.1}


def stop_in_mid_burst(event: Event) -> Iterable[Request]:
    return [Stop()] if isinstance(event, events.EpisodeEnded) and event.episode == 5 else []


def contents(session: Session) -> dict[str, Any]:
    """Return the hash of every file of the last checkpoint except the state, which has times in it."""
    ended = session.only(events.RunEnded)
    files = read_checkpoint(Path(str(ended.checkpoint))).files
    return {name: entry.sha256 for name, entry in files.items() if name != "state.json"}


@pytest.mark.parametrize("num_envs", [1, 4])
@every_member
def test_a_resumed_member_ends_like_a_straight_run(tmp_path: Path, member: dict[str, Any], num_envs: int) -> None:
    settings = SHORT | {"num_envs": num_envs, "atoms": 5} | member
    straight = train(tmp_path / "straight", **settings)
    stopped = train(tmp_path / "stopped", on_event=stop_in_mid_burst, **settings)
    assert stopped.only(events.RunEnded).reason == "stopped"
    resumed = resume_run(stopped.folder)
    assert contents(resumed) == contents(straight)
    assert resumed.only(events.RunResumed).is_exact


def test_saving_changes_nothing_that_follows(tmp_path: Path) -> None:
    settings = {**SHORT, **RAINBOW, "num_envs": 2, "atoms": 5}
    often = train(tmp_path / "often", save_every=20, **settings)
    assert contents(often) == contents(train(tmp_path / "never", **settings))


# --- several environments ---


def test_every_cadence_counts_the_steps_of_all_environments(tmp_path: Path) -> None:
    """Steps come in fours: chores due at 30, 60, 90 are done at 32, 60, 92."""
    session = train(
        tmp_path,
        num_envs=4,
        total_timesteps=120,
        learning_starts=40,
        train_freq=3,
        gradient_steps=2,
        eval_every=30,
        save_every=50,
        log_every=30,
    )
    ended = session.only(events.RunEnded)
    assert ended.step == 120
    # 2 updates for each of 39, 42, ..., 120: the step from 36 to 40 is the first after learning_starts
    assert ended.updates == 2 * 28
    assert [event.step for event in session.of(events.Evaluated)] == [32, 60, 92, 120]
    assert [event.step for event in session.of(events.Progress)] == [32, 60, 92, 120]
    saves = [event.step for event in session.of(events.CheckpointSaved) if event.reason == "autosave"]
    assert saves == [52, 100]


def test_several_environments_play_different_episodes_and_all_are_reported(tmp_path: Path) -> None:
    session = train(tmp_path, num_envs=3, total_timesteps=300)
    ended = session.of(events.EpisodeEnded)
    assert [event.episode for event in ended] == list(range(1, len(ended) + 1))
    assert all(before.step <= after.step for before, after in pairwise(ended))
    assert len({event.length for event in ended}) > 3
    assert 300 - sum(event.length for event in ended) in range(3 * 100)


def test_several_environments_learn_what_one_learns(tmp_path: Path) -> None:
    fork, _ = values(learn(tmp_path, num_envs=4))
    assert fork == pytest.approx([0.3, 0.9], abs=0.08)


@pytest.mark.parametrize("distribution", ["none", "c51", "qr"])
def test_scaled_rewards_are_learned_and_all_numbers_are_reported_unscaled(tmp_path: Path, distribution: str) -> None:
    session = learn(tmp_path, reward_scale=0.1, distribution=distribution, v_max=0.1, log_every=100)
    assert session.trainer.learner.replay.sample(50, np.random.default_rng(0)).rewards.max() == np.float32(0.1)
    fork, end = values(session)
    assert fork == pytest.approx([0.3, 0.9], abs=0.08)
    assert end == pytest.approx([1.0, 1.0], abs=0.08)
    metrics = session.of(events.Progress)[-1].metrics
    assert metrics["train/q_mean"] == pytest.approx(metrics["train/target_mean"], abs=0.05)
    assert 0.5 < metrics["train/q_mean"] < 1.0
    assert {event.episode_return for event in session.of(events.EpisodeEnded)} == {0.3, 1.0}


def test_clipped_rewards_are_learned_and_returns_are_reported_unclipped(tmp_path: Path) -> None:
    session = learn(tmp_path, clip_rewards=True)
    fork, _ = values(session)
    assert fork == pytest.approx([1.0, 0.9], abs=0.08)
    assert {event.episode_return for event in session.of(events.EpisodeEnded)} == {0.3, 1.0}
