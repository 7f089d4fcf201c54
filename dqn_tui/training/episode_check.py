"""Plays a recorded training episode again and says whether it comes out as it was."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from dqn_tui.config import Config
from dqn_tui.envs.environment import Environment
from dqn_tui.envs.replaying import make_replaying_environment
from dqn_tui.rollout import RecordedEpisode
from dqn_tui.training.episodes import hash_observation


def check_episode(config: Config, episode: RecordedEpisode) -> str | None:
    """Play an episode again in an environment of its own; return how it differs, in one line, or None.

    Args:
        config: the run's settings; however many environments it trains in, and in whichever way, one is enough here.
        episode: of that run.

    Raises:
        UsageError: the environment cannot be made, such as one that another Python program made.
    """
    environment = make_replaying_environment(config)
    try:
        return check_episode_in(environment, episode)
    finally:
        environment.close()


def check_episode_in(environment: Environment, episode: RecordedEpisode) -> str | None:
    """Do the same in an environment that is there already."""
    observation, episode_return = environment.reset(episode.seed), 0.0
    last = len(episode.actions)
    for step, action in enumerate(episode.actions.tolist(), 1):
        result = environment.step(action)
        observation = result.observation
        episode_return += result.reward
        is_over = result.terminated or result.truncated
        if is_over != (step == last):
            return describe_length(episode, step, is_over=is_over)
    return find_mismatch(episode, episode_return, observation, is_truncated=not result.terminated)


def find_mismatch(
    episode: RecordedEpisode, episode_return: float, observation: NDArray[Any], *, is_truncated: bool
) -> str | None:
    """Return how an episode that was played to its end differs from its record, in one line; None where it does not.

    Args:
        episode: the record.
        episode_return: undiscounted sum of the rewards.
        observation: the last observation, as the network sees it.
        is_truncated: whether it was cut short rather than terminated.
    """
    if is_truncated != episode.is_truncated:
        now, before = (_ENDINGS[value] for value in (is_truncated, episode.is_truncated))
        return _describe(episode, f"it is {now}, recorded is {before}")
    if episode.episode_return is not None and episode_return != episode.episode_return:
        return _describe(episode, f"its return is {episode_return:g}, recorded is {episode.episode_return:g}")
    if hash_observation(observation) != episode.last_observation:
        return _describe(episode, "its last observation is another one")
    return None


def describe_length(episode: RecordedEpisode, step: int, *, is_over: bool) -> str:
    """Return in one line that an episode ends, or continues, after a step where its record does not."""
    when = f"it {'ends' if is_over else 'continues'} after {step:,} steps"
    return _describe(episode, f"{when}, recorded are {len(episode.actions):,}")


def _describe(episode: RecordedEpisode, difference: str) -> str:
    return f"episode {episode.number:,} does not come out as recorded: {difference}"


_ENDINGS = {True: "truncated", False: "terminated"}
