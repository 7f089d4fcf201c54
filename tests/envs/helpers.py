"""Helpers shared by the tests of environments."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from dqn_tui.config import Config, parse_config
from dqn_tui.envs.batch import Environments
from dqn_tui.envs.catalog import find_family
from dqn_tui.envs.make import make_environment

Stream = list[tuple[Any, ...]]
"""("reset", index, observation, mask) or ("step", index, observation, reward, terminated, truncated, mask)."""


def skip_unless_installed(env_id: str) -> None:
    """Skip the test where the environment needs an extra that is not installed."""
    if missing := find_family(env_id).missing_packages:
        pytest.skip(f"{' and '.join(missing)} not installed")


def make_config(env: str, **settings: Any) -> Config:
    """Return a checked configuration."""
    return parse_config({"env": env, **settings})


def seed_of(environment: int, episode: int) -> int:
    """Return the seed of an episode: odd and even ones, none twice."""
    return 1_000 * (environment + 1) + 7 * episode


def random_actions(count: int, steps: int, action_count: int) -> Any:
    """Return int64 [steps, count]."""
    return np.random.default_rng(5).integers(0, action_count, (steps, count))


def naive_stream(config: Config, actions: Any) -> Stream:
    """Play single environments, one after the other, and sort their events by step."""
    streams = []
    for index in range(config.num_envs):
        environment, events, episode = make_environment(config), [], 0
        start = environment.reset(seed_of(index, 0))
        events.append([("reset", index, _plain(start), _listed(environment.action_mask))])
        for action in actions[:, index].tolist():
            step = environment.step(action)
            now: Stream = [("step", index, _plain(step.observation), *step[1:], _listed(environment.action_mask))]
            if step.terminated or step.truncated:
                episode += 1
                start = environment.reset(seed_of(index, episode))
                now.append(("reset", index, _plain(start), _listed(environment.action_mask)))
            events.append(now)
        environment.close()
        streams.append(events)
    return [
        event
        for together in zip(*streams, strict=True)
        for event in sorted((event for events in together for event in events), key=lambda event: event[0] == "reset")
    ]


def stream(environments: Environments, actions: Any) -> Stream:
    """Play several environments together, each reset as soon as its episode ends."""
    episodes = [0] * environments.count
    events = _reset(environments, {index: seed_of(index, 0) for index in range(environments.count)})
    for taken in actions:
        steps = environments.step(taken)
        masks = [None] * environments.count if steps.action_masks is None else steps.action_masks.tolist()
        events += [
            (
                "step",
                index,
                _plain(steps.observations[index]),
                *(column[index].tolist() for column in steps[1:4]),
                masks[index],
            )
            for index in range(environments.count)
        ]
        ended = np.flatnonzero(steps.terminated | steps.truncated).tolist()
        for index in ended:
            episodes[index] += 1
        if ended:
            events += _reset(environments, {index: seed_of(index, episodes[index]) for index in ended})
    return events


def _reset(environments: Environments, seeds: dict[int, int]) -> Stream:
    observations, masks = environments.reset(seeds)
    assert len(observations) == len(seeds)
    return [
        ("reset", index, _plain(observation), None if masks is None else masks[place].tolist())
        for place, (index, observation) in enumerate(zip(seeds, observations, strict=True))
    ]


def _plain(observation: Any) -> Any:
    """Return something that `==` compares; a list of an image's numbers would be slow."""
    return observation.tobytes() if observation.ndim == 3 else observation.tolist()


def _listed(mask: Any) -> Any:
    return None if mask is None else mask.tolist()


def play_open_episodes(environments: Environments, lengths: list[int]) -> tuple[list[int], list[Any], list[Any]]:
    """Return seeds, actions, and (observation, return, mask) of episodes `lengths` steps long that are still open."""
    seeds, taken, states = [], [], []
    for index, length in enumerate(lengths):
        seed, actions, state = _open_episode(environments, index, length)
        seeds.append(seed)
        taken.append(actions)
        states.append(state)
    return seeds, taken, states


def _open_episode(environments: Environments, index: int, length: int) -> tuple[int, Any, Any]:
    """Find a seed from which an episode of environment `index` lasts `length` steps."""
    action_count = environments.spec.spaces.action_count
    for attempt in range(50):
        seed = 100 * (index + 1) + attempt
        actions = np.random.default_rng(attempt).integers(0, action_count, length)
        everyone = dict.fromkeys(range(environments.count), seed)
        observations, masks = environments.reset(everyone)
        state = (_plain(observations[index]), 0.0, None if masks is None else masks[index].tolist())
        for action in actions:
            steps = environments.step(np.full(environments.count, action))
            if (steps.terminated | steps.truncated).any():
                break
            mask = None if steps.action_masks is None else steps.action_masks[index].tolist()
            state = (_plain(steps.observations[index]), state[1] + float(steps.rewards[index]), mask)
        else:
            return seed, actions, state
    raise AssertionError(f"no episode of {environments.spec} lasts {length} steps")


def replay(environments: Environments, seeds: list[int], actions: list[Any]) -> list[Any]:
    """Return the answers of `play_again` in the form of `play_open_episodes`."""
    return [
        answer and (_plain(answer.observation), answer.episode_return, _listed(answer.action_mask))
        for answer in environments.play_again(seeds, actions)
    ]
