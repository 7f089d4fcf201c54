"""The training loop: the order of things, and the events that report them."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dqn_tui import events
from dqn_tui.dqn.agent import Agent, weights_sha256
from dqn_tui.event_json import to_dict
from dqn_tui.runs.checkpoint import find_checkpoints, read_checkpoint
from dqn_tui.runs.journal import read_journal
from dqn_tui.training.learner import Learner
from tests import toy
from tests.helpers import train


def test_a_run_begins_and_ends_with_the_events_that_say_so(tmp_path: Path) -> None:
    session = train(tmp_path, eval_every=100, save_every=100)
    assert session.names[0] == "run_started"
    assert session.names[-1] == "run_ended"
    assert session.names.count("run_started") == session.names.count("run_ended") == 1
    steps = [event.step for event in session.events]
    assert steps == sorted(steps)
    times = [event.time for event in session.events]
    assert times == sorted(times)


def test_each_event_comes_at_its_step(tmp_path: Path) -> None:
    session = train(tmp_path, env="Toy/Truncated-v0", total_timesteps=60, eval_every=30, save_every=20, log_every=25)
    told = [(event.step, event.name) for event in session.events if event.name != "episode_ended"]
    assert told == [
        (0, "run_started"),
        (20, "save_started"),
        (20, "checkpoint_saved"),
        (25, "progress"),
        (30, "evaluation_started"),
        (30, "evaluated"),
        (30, "save_started"),
        (30, "checkpoint_saved"),
        (40, "learning_started"),
        (40, "save_started"),
        (40, "checkpoint_saved"),
        (50, "progress"),
        (60, "evaluation_started"),
        (60, "evaluated"),
        (60, "save_started"),
        (60, "checkpoint_saved"),
        (60, "run_ended"),
    ]
    episodes = session.of(events.EpisodeEnded)
    assert [event.step for event in episodes] == [10, 20, 30, 40, 50, 60]
    assert [event.episode for event in episodes] == [1, 2, 3, 4, 5, 6]


def test_the_first_event_has_all_that_a_viewer_needs(tmp_path: Path) -> None:
    started = train(tmp_path, gamma=0.5).only(events.RunStarted)
    assert (started.env, started.seed, started.device, started.actions) == ("CartPole-v1", 3, "cpu", 2)
    assert (started.total_timesteps, started.learning_starts, started.buffer_size) == (200, 40, 1_000)
    assert (started.goal, started.config["gamma"]) == (475.0, 0.5)


def test_the_last_event_has_the_contracts_fields(tmp_path: Path) -> None:
    session = train(tmp_path, env="Toy/Truncated-v0")
    ended = session.only(events.RunEnded)
    assert (ended.reason, ended.step, ended.episodes) == ("completed", 200, 20)
    assert ended.mean_return_100 == pytest.approx(1.0)
    assert ended.best_eval_mean == pytest.approx(1.0)
    assert ended.updates == 81
    assert ended.wall_seconds > 0
    assert ended.steps_per_second > 0
    assert ended.checkpoint == str(session.folder.checkpoints / "step_000000200")
    assert ended.weights_sha256 == weights_sha256(session.agent.online)
    assert read_checkpoint(Path(ended.checkpoint)).weights_sha256 == ended.weights_sha256
    assert {"event", "time", "step", "reason", "episodes", "mean_return_100", "best_eval_mean", "updates"} | {
        "wall_seconds", "steps_per_second", "checkpoint", "weights_sha256"
    } <= to_dict(ended).keys()  # fmt: skip


def test_the_journal_holds_what_was_published(tmp_path: Path) -> None:
    session = train(tmp_path, eval_every=60, save_every=60)
    journal = list(read_journal(session.folder.events))
    assert [to_dict(event) for event in journal] == [to_dict(event) for event in session.events]


@pytest.mark.parametrize(
    ("train_freq", "gradient_steps"), [(1, 1), (4, 1), (4, -1), (3, 2), (16, 8), (7, -1), (300, 5)]
)
def test_updates_are_as_many_as_the_settings_say(tmp_path: Path, train_freq: int, gradient_steps: int) -> None:
    session = train(tmp_path, train_freq=train_freq, gradient_steps=gradient_steps)
    bursts = sum(step % train_freq == 0 for step in range(40, 201))
    expected = bursts * (train_freq if gradient_steps == -1 else gradient_steps)
    assert session.only(events.RunEnded).updates == expected


@pytest.mark.parametrize("learning_starts", [17, 40])
def test_learning_starts_exactly_when_it_should(tmp_path: Path, learning_starts: int) -> None:
    session = train(tmp_path, learning_starts=learning_starts, train_freq=1)
    assert session.only(events.LearningStarted).step == learning_starts
    assert session.only(events.RunEnded).updates == 200 - learning_starts + 1


def test_learning_waits_for_a_whole_batch(tmp_path: Path) -> None:
    session = train(tmp_path, learning_starts=0, batch_size=32, train_freq=1)
    assert session.only(events.LearningStarted).step == 32


def test_epsilon_is_one_before_learning_and_then_falls_to_its_end(tmp_path: Path) -> None:
    session = train(
        tmp_path, log_every=1, exploration_initial_eps=0.8, exploration_final_eps=0.2, exploration_fraction=0.5
    )
    epsilon = {event.step: event.metrics["rollout/exploration_rate"] for event in session.of(events.Progress)}
    assert {epsilon[step] for step in range(1, 40)} == {1.0}
    assert epsilon[40] == pytest.approx(0.8 - 0.6 * 40 / 100)
    assert epsilon[70] == pytest.approx(0.8 - 0.6 * 70 / 100)
    assert {epsilon[step] for step in range(100, 201)} == {0.2}


def test_progress_bears_sb3s_names(tmp_path: Path) -> None:
    metrics = train(tmp_path, learning_rate="lin_0.01").of(events.Progress)[-1].metrics
    assert metrics.keys() >= {
        "time/total_timesteps", "time/time_elapsed", "time/fps", "time/episodes", "rollout/ep_rew_mean",
        "rollout/ep_len_mean", "rollout/exploration_rate", "train/loss", "train/learning_rate", "train/n_updates",
    }  # fmt: skip
    assert metrics["time/total_timesteps"] == 200
    assert metrics["train/learning_rate"] == 0
    assert all(math.isfinite(value) for value in metrics.values())


@pytest.mark.parametrize("interval", [1, 30, 70])
def test_the_target_network_follows_every_so_many_environment_steps(
    tmp_path: Path, interval: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = 0
    update_target = Agent.update_target

    def counting(agent: Agent) -> None:
        nonlocal count
        count += 1
        update_target(agent)

    monkeypatch.setattr(Agent, "update_target", counting)
    train(tmp_path, target_update_interval=interval, train_freq=4, gradient_steps=9)
    assert count == 200 // interval


def test_only_an_evaluation_that_is_the_best_so_far_writes_best(tmp_path: Path) -> None:
    session = train(tmp_path, eval_every=20, eval_episodes=2, learning_rate=0.01)
    evaluations = session.of(events.Evaluated)
    best = -math.inf
    for event in evaluations:
        assert event.is_best == (event.mean > best)
        best = max(best, event.mean)
    saved = [event.step for event in session.of(events.CheckpointSaved) if event.reason == "best"]
    assert saved == [event.step for event in evaluations if event.is_best]
    assert read_checkpoint(session.folder.best).eval_mean == best
    assert session.only(events.RunEnded).best_eval_mean == best


def test_without_evaluations_the_run_is_evaluated_at_its_end(tmp_path: Path) -> None:
    assert [event.step for event in train(tmp_path, eval_every=0).of(events.Evaluated)] == [200]


def test_evaluation_episodes_are_cut_at_their_limit(tmp_path: Path) -> None:
    session = train(tmp_path, env="Toy/Endless-v0", eval_max_steps=7)
    assert session.only(events.Evaluated).mean_length == 7


def test_old_automatic_checkpoints_are_pruned(tmp_path: Path) -> None:
    session = train(tmp_path, save_every=20, keep_last=2)
    kept = [(item.step, item.reason) for item in find_checkpoints(session.folder)]
    assert kept == [(160, "autosave"), (180, "autosave"), (200, "end")]
    assert [event.step for event in session.of(events.CheckpointSaved) if event.reason == "autosave"] == [
        20, 40, 60, 80, 100, 120, 140, 160, 180
    ]  # fmt: skip


def test_a_checkpoint_names_the_evaluation_of_its_very_weights_only(tmp_path: Path) -> None:
    session = train(tmp_path, env="Toy/Truncated-v0", eval_every=40, save_every=20, keep_last=99)
    means = {item.step: item.eval_mean for item in find_checkpoints(session.folder)}
    assert [step for step, mean in means.items() if mean is not None] == [40, 80, 120, 160, 200]


# --- until solved ---


def test_a_run_until_solved_ends_after_a_confirmation_of_a_hundred_episodes(tmp_path: Path) -> None:
    session = train(tmp_path, env="Toy/Goal-v0", until_solved=True, eval_every=50, total_timesteps=500)
    ended = session.only(events.RunEnded)
    assert (ended.reason, ended.step) == ("solved", 50)
    assert [event.episodes for event in session.of(events.Evaluated)] == [1, 100]
    assert ended.checkpoint is not None


def test_a_lucky_evaluation_that_is_not_confirmed_does_not_end_the_run(tmp_path: Path) -> None:
    session = train(tmp_path, env="Toy/Coin-v0", until_solved=True, eval_every=10, total_timesteps=100)
    episodes = [event.episodes for event in session.of(events.Evaluated)]
    assert 100 in episodes
    assert session.only(events.RunEnded).reason == "completed"


def test_without_until_solved_a_goal_that_is_reached_ends_nothing(tmp_path: Path) -> None:
    session = train(tmp_path, env="Toy/Goal-v0", eval_every=50)
    assert session.only(events.RunEnded).reason == "completed"
    assert {event.episodes for event in session.of(events.Evaluated)} == {1}


def test_a_configured_goal_overrides_the_environments(tmp_path: Path) -> None:
    session = train(tmp_path, env="Toy/Goal-v0", goal=5.0, until_solved=True, eval_every=50)
    assert session.only(events.RunStarted).goal == 5.0
    assert session.only(events.RunEnded).reason == "completed"


def test_a_goal_that_is_reached_at_the_last_evaluation_counts_as_solved(tmp_path: Path) -> None:
    session = train(tmp_path, env="Toy/Goal-v0", until_solved=True, eval_every=0)
    assert session.only(events.RunEnded).reason == "solved"


# --- numbers that are not finite ---


@pytest.mark.parametrize("name", ["NanReward", "HugeReward", "NanObservation"])
def test_numbers_that_are_not_finite_end_the_run_as_diverged(tmp_path: Path, name: str) -> None:
    session = train(tmp_path, env=f"Toy/{name}-v0", train_freq=1)
    ended = session.only(events.RunEnded)
    assert ended.reason == "diverged"
    assert ended.step >= toy.FAULT_STEP - 1
    assert ended.cause
    assert not session.of(events.WarningRaised)
    assert ended.weights_sha256 == weights_sha256(session.agent.online)
    assert all(math.isfinite(value) for value in session.agent.online.flat.tolist())


def test_the_end_of_a_diverged_run_names_the_number_and_its_step(tmp_path: Path) -> None:
    ended = train(tmp_path, env="Toy/NanReward-v0").only(events.RunEnded)
    assert ended.cause == f"the environment returned the reward nan at step {toy.FAULT_STEP}"


def test_a_run_that_did_not_diverge_has_no_cause(tmp_path: Path) -> None:
    assert train(tmp_path).only(events.RunEnded).cause is None


# --- numbers for viewers ---


def test_the_first_event_names_the_preset_and_the_imports(tmp_path: Path) -> None:
    session = train(tmp_path, preset="rainbow", imports=["tests.toy"])
    started = session.only(events.RunStarted)
    assert (started.preset, started.imports) == ("rainbow", ["tests.toy"])


def test_action_shares_are_those_of_the_actions_between_two_progress_events(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[int] = []
    act = Agent.act

    def taped(agent: Agent, *arguments: Any) -> Any:
        actions = act(agent, *arguments)
        taken.extend(actions.tolist())
        return actions

    monkeypatch.setattr(Agent, "act", taped)
    session = train(tmp_path, log_every=30, num_envs=3)
    for event, first in zip(session.of(events.Progress), range(0, 200, 30), strict=False):
        counts = Counter(taken[first : first + 30])
        shares = [event.metrics[f"rollout/action_share/{action}"] for action in range(2)]
        assert shares == pytest.approx([counts[action] / 30 for action in range(2)], abs=1e-6)


def test_the_quantiles_of_the_td_error_are_there_once_updates_are_made(tmp_path: Path) -> None:
    names = ["train/td_error_p10", "train/td_error_p50", "train/td_error_p90"]
    progress = train(tmp_path, log_every=20).of(events.Progress)
    assert not progress[0].metrics.keys() & set(names)
    for event in progress[2:]:
        low, middle, high = (event.metrics[name] for name in names)
        assert 0 <= low <= middle <= high


def test_an_ended_episode_has_its_discounted_return(tmp_path: Path) -> None:
    session = train(tmp_path, gamma=0.9)
    for event in session.of(events.EpisodeEnded):
        assert event.discounted_return == pytest.approx((1 - 0.9**event.length) / 0.1, rel=1e-6)


@pytest.mark.parametrize("settings", [{}, {"noisy": True}, {"distribution": "c51"}, {"num_envs": 3}, {"tau": 0.5}])
def test_an_ended_episode_has_the_value_it_began_with_once_learning_has_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any]
) -> None:
    """By the network at that moment, without noise; at most once in 25 steps."""
    valued: list[tuple[int, float]] = []
    note = Learner._note_start_values

    def taped(learner: Learner, indices: list[int]) -> None:
        note(learner, indices)
        for index in indices:
            q_values = learner.agent.online.q_values(learner._open.observations[index][None])
            valued.append((learner.step, float(q_values.max())))

    monkeypatch.setattr(Learner, "_note_start_values", taped)
    session = train(tmp_path, total_timesteps=400, **settings)
    ended = session.of(events.EpisodeEnded)
    assert ended[0].start_q is None
    numbers = [event.start_q for event in ended if event.start_q is not None]
    assert len(numbers) >= 5
    assert all(any(number == pytest.approx(value, rel=1e-5) for _, value in valued) for number in numbers)
    steps = sorted({step for step, _ in valued})
    assert steps[0] > 40
    assert all(later - step >= 25 for step, later in pairwise(steps))


def test_a_masked_action_gives_no_value_to_the_start(tmp_path: Path) -> None:
    session = train(tmp_path, env="Toy/MaskedFork-v0", train_freq=1, learning_rate=0.05)
    ended = session.of(events.EpisodeEnded)[-1]
    q_values = session.agent.online.q_values(np.eye(2, dtype=np.float32)[:1])[0]
    assert ended.start_q == pytest.approx(float(q_values[1]), abs=0.2)
