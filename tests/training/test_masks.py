"""Action masks that some episodes have and others do not."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dqn_tui import events
from dqn_tui.config import parse_config
from dqn_tui.control import Request, Stop
from dqn_tui.envs.batch import Environments
from dqn_tui.envs.vector import make_environments
from dqn_tui.events import Event
from dqn_tui.training.episodes import TrainingEpisodes
from tests.helpers import resume_run, train
from tests.training.toys import ACTIONS, FREE, MASKED, FickleMasks

IMPORTS = ("tests.training.toys",)
FICKLE: dict[str, Any] = {
    "env": "Toy/FickleMasks-v0",
    "total_timesteps": 240,
    "buffer_size": 64,
    "train_freq": 4,
    "gradient_steps": 4,
}


def make(vectorization: str, count: int) -> Environments:
    config = parse_config({"env": "Toy/FickleMasks-v0", "num_envs": count, "vectorization": vectorization})
    return make_environments(config, IMPORTS)


def kinds(observations: Any) -> list[int]:
    """Return the kind of episode that each observation shows."""
    return [int(kind) for kind in np.argmax(observations[:, :ACTIONS], axis=1)]


@pytest.mark.parametrize("vectorization", ["serial", "parallel"])
def test_a_mask_is_that_of_its_own_environment_and_step(vectorization: str) -> None:
    """Independently of the other environments: without a mask every action is allowed, with a mask one is."""
    environments = make(vectorization, 3)
    try:
        open_episodes = TrainingEpisodes(environments, lambda env, number: 10 * number + env, gamma=0.9)
        open_episodes.begin(range(3))
        generator = np.random.default_rng(0)
        is_first = np.ones(3, bool)
        seen = set()
        for _ in range(150):
            masks = np.ones((3, ACTIONS), bool) if open_episodes.masks is None else open_episodes.masks.copy()
            for env, kind in enumerate(kinds(open_episodes.observations)):
                is_masked = kind == MASKED or (kind != FREE and not is_first[env])
                assert masks[env].sum() == (1 if is_masked else ACTIONS)
                seen.add((kind, bool(is_first[env])))
            actions = np.array([generator.choice(np.flatnonzero(mask)) for mask in masks])
            steps = open_episodes.advance(actions)
            is_first[:] = steps.terminated
            if steps.terminated.any():
                over = np.flatnonzero(steps.terminated).tolist()
                for env in over:
                    open_episodes.close(env, is_truncated=False)
                open_episodes.begin(over)
        assert len(seen) == 6
    finally:
        environments.close()


@pytest.mark.parametrize("num_envs", [1, 3])
def test_without_a_mask_all_actions_are_explored_alike(tmp_path: Path, num_envs: int) -> None:
    FickleMasks.taken[:] = [0] * ACTIONS
    train(tmp_path, **FICKLE | {"total_timesteps": 3_000, "learning_starts": 3_000, "num_envs": num_envs})
    total = sum(FickleMasks.taken)
    assert total > 600
    deviation = (total * 2 / 9) ** 0.5
    assert all(abs(count - total / ACTIONS) < 4 * deviation for count in FickleMasks.taken), FickleMasks.taken


def stop_at(number: int) -> Any:
    """Return a callback that stops the run once so many episodes have ended."""

    def stop(event: Event) -> Iterable[Request]:
        return [Stop()] if isinstance(event, events.EpisodeEnded) and event.episode == number else []

    return stop


@pytest.mark.parametrize("num_envs", [1, 3])
@pytest.mark.parametrize("seed", range(5))
def test_a_resumed_run_with_fickle_masks_ends_like_a_straight_one(tmp_path: Path, seed: int, num_envs: int) -> None:
    settings = FICKLE | {"seed": seed, "num_envs": num_envs}
    straight = train(tmp_path / "straight", **settings).only(events.RunEnded)
    stopped = train(tmp_path / "stopped", on_event=stop_at(11 + seed), **settings)
    assert stopped.only(events.RunEnded).reason == "stopped"
    resumed = resume_run(stopped.folder)
    assert resumed.only(events.RunResumed).is_exact
    assert resumed.only(events.RunEnded).weights_sha256 == straight.weights_sha256


def test_a_resumed_parallel_run_with_fickle_masks_ends_like_a_serial_one(tmp_path: Path) -> None:
    settings = FICKLE | {"num_envs": 3}
    straight = train(tmp_path / "straight", **settings).only(events.RunEnded)
    parallel = settings | {"vectorization": "parallel"}
    stopped = train(tmp_path / "stopped", imports=IMPORTS, on_event=stop_at(12), **parallel)
    resumed = resume_run(stopped.folder, imports=IMPORTS)
    assert resumed.only(events.RunEnded).weights_sha256 == straight.weights_sha256
