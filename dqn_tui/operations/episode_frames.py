"""The moments of an episode in pixels, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dqn_tui.errors import UsageError

if TYPE_CHECKING:
    from dqn_tui.config import Config
    from dqn_tui.envs.environment import Environment
    from dqn_tui.exports.video import VideoFrame
    from dqn_tui.training.take import Script


def open_for_video(config: Config, *, is_recorded: bool) -> Environment:
    """Return an environment that renders pixels, even where its family is watched as text.

    Args:
        config: the run's settings.
        is_recorded: whether it is to play a training episode again.

    Raises:
        UsageError: it cannot be made, or renders no pixels.
    """
    from dqn_tui.envs.make import PIXELS, make_environment
    from dqn_tui.envs.replaying import make_replaying_environment

    make = make_replaying_environment if is_recorded else make_environment
    environment = make(config, should_render=True, modes=(PIXELS,))
    if not environment.is_rendering:
        environment.close()
        raise UsageError(f"{config.env} renders no pixels (it has no render mode {PIXELS!r}): nothing to export")
    return environment


def play_episode(environment: Environment, script: Script) -> Iterator[VideoFrame]:
    """Yield the moments of an episode, from its reset to its last state: of a recorded one, or a greedy one.

    Raises:
        UsageError: the environment renders something else than pixels.
        Exception: the environment's own.
    """
    from dqn_tui.exports.video import VideoFrame
    from dqn_tui.training.evaluation import value_actions

    observation, episode_return, is_over = environment.reset(script.seed), 0.0, False
    recorded = None if script.record is None else iter(script.record.actions.tolist())
    while True:
        values: tuple[float, ...] = ()
        action = 0
        if script.policy is not None:
            q_values, action = value_actions(script.policy.network, environment, observation)
            values = tuple(q_values.tolist())
        if recorded is not None:
            following = next(recorded, None)
            # A replay that comes out longer than its record ends with it.
            action, is_over = (action, True) if following is None else (following, is_over)
        picture = environment.render()
        if picture is None or isinstance(picture, str) or picture.ndim != 3 or 0 in picture.shape:
            raise UsageError("the environment renders no pixels: nothing to export")
        # A copy: some environments draw the next moment into the same array.
        next_action = None if is_over else action
        yield VideoFrame(picture.copy(), values, next_action, environment.spec.action_names, episode_return)
        if is_over:
            return
        step = environment.step(action)
        observation, is_over = step.observation, step.terminated or step.truncated
        episode_return += step.reward
