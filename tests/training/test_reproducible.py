"""The same configuration and seed give the same weights, however often a run is watched, saved or paused."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dqn_tui import events
from dqn_tui.config import Config
from dqn_tui.control import CopyPolicy, Evaluate, Pause, Request, Resume, Save, TakeStep
from dqn_tui.envs.environment import Environment
from dqn_tui.envs.make import make_environment
from dqn_tui.events import Event
from dqn_tui.seeding import episode_seed
from tests.helpers import Follower, Session, train

MORE: dict[str, Any] = {"total_timesteps": 300, "n_steps": 3, "tau": 0.1, "gradient_steps": 2}


def outcome(session: Session) -> tuple[str, list[tuple[int, float, int]]]:
    """Return the hash of the last weights, and every training episode."""
    episodes = [(event.step, event.episode_return, event.length) for event in session.of(events.EpisodeEnded)]
    return session.only(events.RunEnded).weights_sha256, episodes


def pause_evaluate_and_go_on(event: Event) -> Iterable[Request]:
    if isinstance(event, events.EpisodeEnded) and event.episode % 3 == 0:
        return [Pause(), Save(), TakeStep(), TakeStep(), Evaluate(), CopyPolicy(lambda _: None), Resume()]
    return []


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return outcome(train(tmp_path_factory.mktemp("plain"), **MORE))


VARIANTS: dict[str, dict[str, Any]] = {
    "the same again": {},
    "evaluated often": {"eval_every": 20, "eval_episodes": 3},
    "saved often": {"save_every": 10, "keep_last": 1},
    "logged often": {"log_every": 1},
    "step by step": {"first": [Pause()], "script": [*[TakeStep()] * 120, Evaluate(), Save(), Resume()]},
    "paused, saved and evaluated on request": {"on_event": pause_evaluate_and_go_on},
    "all at once": {"eval_every": 7, "save_every": 9, "log_every": 5, "on_event": pause_evaluate_and_go_on},
}


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS.keys())
def test_watching_saving_and_pausing_change_nothing(tmp_path: Path, plain: Any, variant: dict[str, Any]) -> None:
    assert outcome(train(tmp_path, **MORE, **variant)) == plain


def test_a_run_on_a_background_thread_gives_the_same_weights(tmp_path: Path, plain: Any) -> None:
    follower = Follower(tmp_path, **MORE)
    assert follower.wait_for(events.RunEnded).weights_sha256 == plain[0]
    follower.finish()


def test_global_random_state_changes_nothing(tmp_path: Path, plain: Any) -> None:
    import torch

    np.random.seed(7)
    with torch.random.fork_rng():
        torch.manual_seed(7)
        assert outcome(train(tmp_path, **MORE)) == plain


def test_another_seed_gives_another_run(tmp_path: Path, plain: Any) -> None:
    other = outcome(train(tmp_path, **MORE | {"seed": 4}))
    assert other[0] != plain[0]
    assert other[1] != plain[1]


class Tape:
    """A record of the training environment, the first that is reset: its seeds and actions."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.episodes: list[tuple[int, list[int]]] = []
        first: list[Environment] = []
        reset, step = Environment.reset, Environment.step

        def taped_reset(environment: Environment, seed: int) -> Any:
            if not first:
                first.append(environment)
            if environment is first[0]:
                self.episodes.append((seed, []))
            return reset(environment, seed)

        def taped_step(environment: Environment, action: int) -> Any:
            if environment is first[0]:
                self.episodes[-1][1].append(action)
            return step(environment, action)

        monkeypatch.setattr(Environment, "reset", taped_reset)
        monkeypatch.setattr(Environment, "step", taped_step)


@pytest.mark.parametrize("eval_every", [0, 30])
def test_any_training_episode_can_be_played_again_from_its_seed_and_actions(
    tmp_path: Path, eval_every: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        tape = Tape(patch)
        session = train(tmp_path, eval_every=eval_every)
    ended = session.of(events.EpisodeEnded)
    assert len(ended) > 3
    assert [seed for seed, _ in tape.episodes] == [
        episode_seed(3, "training", 0, number) for number in range(len(tape.episodes))
    ]
    environment = make_environment(Config(env="CartPole-v1"))
    for (seed, actions), event in reversed(list(zip(tape.episodes, ended, strict=False))):
        environment.reset(seed)
        steps = [environment.step(action) for action in actions]
        assert len(steps) == event.length
        assert sum(step.reward for step in steps) == event.episode_return
        assert [step.terminated or step.truncated for step in steps] == [False] * (len(steps) - 1) + [True]
    environment.close()


def test_an_evaluation_at_a_step_is_the_same_whether_asked_for_or_due(tmp_path: Path) -> None:
    def ask(event: Event) -> Iterable[Request]:
        return [Evaluate()] if isinstance(event, events.Progress) and event.step == 100 else []

    due = train(tmp_path, eval_every=100, eval_episodes=5).of(events.Evaluated)[0]
    asked = train(tmp_path, eval_every=0, eval_episodes=5, log_every=100, on_event=ask).of(events.Evaluated)[0]
    assert (asked.step, asked.mean, asked.std) == (due.step, due.mean, due.std)
