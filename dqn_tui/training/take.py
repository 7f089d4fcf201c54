"""One watched episode, of which any moment can be shown: what was played is logged, and played again where needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dqn_tui.config import Config
from dqn_tui.dqn.rewards import RewardTransform
from dqn_tui.envs.environment import Environment, Step
from dqn_tui.rollout import RecordedEpisode, RolloutFrame
from dqn_tui.training.episode_check import describe_length, find_mismatch
from dqn_tui.training.episode_log import EpisodeLog
from dqn_tui.training.episodes import hash_observation
from dqn_tui.training.evaluation import value_actions
from dqn_tui.training.picture_cache import Picture, PictureCache
from dqn_tui.training.policy import Policy
from dqn_tui.training.readable import readable_vector

LONGEST = 200_000
"""An episode that nothing ends is cut after so many steps."""
# Going back a frame plays the episode again from its start, so the frames before it are kept on the way.
_FRAMES_BEFORE = 12


class Interrupted(Exception):  # noqa: N818 - no error: the viewer wants something else meanwhile
    """The way to a moment was left before its end."""


class Script(NamedTuple):
    """What is played.

    Attributes:
        policy: whose Q-values are shown, and whose greedy actions are taken unless there is a record; None where the
            run has none, which a record does not need.
        label: the policy in a few words.
        number: number of the episode, from 1.
        seed: seed of its reset.
        record: the training episode whose actions are taken.
    """

    policy: Policy | None
    label: str
    number: int
    seed: int
    record: RecordedEpisode | None = None


class PlayedScript(NamedTuple):
    """A script, and the settings of the run whose environment plays it."""

    config: Config
    script: Script


class Take:
    """An episode that is played as far as it is watched.

    Args:
        config: the run's settings.
        environment: it renders, and is stepped by nothing else while the take is used.
        script: what is played.
        pictures: keeps the pictures.
        is_interrupted: asked before each step on the way to a moment that was played before.

    Attributes:
        script: what is played.
        ending: `"terminated"`, `"truncated"` or `"cut"` once the end is known, else empty.
        note: a remark in one line.
        is_note_warning: whether that is about something wrong.
    """

    def __init__(
        self,
        config: Config,
        environment: Environment,
        script: Script,
        pictures: PictureCache,
        is_interrupted: Callable[[], bool] = lambda: False,
    ) -> None:
        self.script = script
        self.ending = self.note = ""
        self.is_note_warning = False
        self._gamma = config.gamma
        self._rewards = RewardTransform(config)
        self._environment = environment
        self._pictures = pictures
        self._is_interrupted = is_interrupted
        self._actions = [] if script.record is None else script.record.actions.tolist()
        observation = environment.reset(script.seed)
        self._head = 0
        self._newest: NDArray[Any] = observation
        self._log = EpisodeLog(
            environment.spec.spaces.action_count, readable_vector(environment.spec.spaces, observation).size
        )
        self._observe(observation)
        self._can_render = self._render() is not None

    @property
    def known(self) -> int:
        """Number of the steps that were played so far."""
        return self._log.steps

    @property
    def is_over(self) -> bool:
        """Whether the end of the episode is known."""
        return bool(self.ending)

    @property
    def length(self) -> int | None:
        """Steps of the whole episode; None while it is unknown."""
        if self.is_over:
            return self.known
        return None if self.script.record is None else max(len(self._actions), self.known)

    @property
    def taken(self) -> NDArray[np.int64]:
        """The actions of the known steps, int64 [known]."""
        return self._log.taken

    def extend(self) -> None:
        """Play one step more.

        Raises:
            Interrupted: the environment was elsewhere, and something else is wanted meanwhile.
        """
        self._go_to(self.known)
        action = self._choose_action(self.known)
        self._add(action, self._environment.step(action))

    def frame(self, step: int) -> RolloutFrame:
        """Return the moment after `step` steps, which must be known.

        Raises:
            Interrupted: its picture has to be made again, and something else is wanted meanwhile.
        """
        picture = self._find_picture(step) if self._can_render else None
        # Another replay may have come out shorter.
        step = min(step, self.known)
        log, spec = self._log, self._environment.spec
        is_at_end = self.is_over and step == self.known
        is_recorded = self.script.record is not None
        return RolloutFrame(
            policy=self.script.label,
            episode=self.script.number,
            step=step,
            episode_return=log.return_at(step),
            q_values=log.q_values(step),
            action=log.greedy(step),
            observation=log.vector(step),
            picture=picture,
            ending=self.ending if is_at_end else "",
            mask=log.mask(step),
            action_names=spec.action_names,
            observation_names=spec.observation_names,
            taken=None if is_at_end or not is_recorded else self._choose_action(step),
            is_recorded=is_recorded,
            note=self.note,
            is_note_warning=self.is_note_warning,
            trace=log.trace,
        )

    # --- playing ---

    def _choose_action(self, step: int) -> int:
        """Return the action that follows the observation of a known step."""
        return int(self._actions[step]) if step < len(self._actions) else self._log.greedy(step)

    def _add(self, action: int, result: Step) -> None:
        """Log a step from the newest observation."""
        self._head += 1
        self._log.add_step(action, result.reward)
        self._observe(result.observation)
        learned = float(self._rewards.learned(np.array([result.reward]))[0])
        self._log.add_td_error(learned, 0.0 if result.terminated else self._gamma)
        self._newest = result.observation
        self.ending = _find_ending(result) or ("cut" if self.known == LONGEST else "")
        if self.script.record is not None:
            self._compare_with(self.script.record)

    def _observe(self, observation: NDArray[Any]) -> None:
        spaces, mask = self._environment.spec.spaces, self._environment.action_mask
        if self.script.policy is None:
            q_values, greedy = np.full(spaces.action_count, np.nan, np.float32), 0
        else:
            q_values, greedy = value_actions(self.script.policy.network, self._environment, observation)
        vector = readable_vector(spaces, observation)
        self._log.add_observation(q_values, greedy, mask, vector, hash_observation(observation))

    def _compare_with(self, record: RecordedEpisode) -> None:
        """At the end, say whether the episode came out as it was recorded."""
        recorded = len(self._actions)
        if not self.is_over and self.known < recorded:
            return
        if self.is_over and self.known == recorded:
            is_truncated = self.ending != "terminated"
            problem = find_mismatch(record, self._log.return_at(recorded), self._newest, is_truncated=is_truncated)
        else:
            problem = describe_length(record, self.known, is_over=self.is_over)
            self.ending = self.ending or "cut"
        self.note = problem or "as recorded"
        self.is_note_warning = problem is not None

    # --- playing again ---

    def _go_to(self, step: int) -> None:
        """Bring the environment to a known step."""
        if step < self._head:
            self._check(0, self._environment.reset(self.script.seed))
        while self._head < min(step, self.known):
            if self._is_interrupted():
                raise Interrupted
            self._play_again()

    def _play_again(self) -> None:
        """Take a step that is known; go on from what comes out where that differs."""
        step = self._head + 1
        action = int(self._log.taken[self._head])
        result = self._environment.step(action)
        is_end = self.is_over and step == self.known and self.ending != "cut"
        is_same = self._log.is_same(step, hash_observation(result.observation), result.reward)
        if is_same and (_find_ending(result) != "") == is_end:
            self._head = step
            return
        self._cut(step - 1)
        self._add(action, result)

    def _check(self, step: int, observation: NDArray[Any]) -> None:
        """Take in the observation of a reset."""
        self._head = step
        if not self._log.is_same(0, hash_observation(observation)):
            self._log.cut(-1)
            self._pictures.cut(0)
            self._observe(observation)
            self._remark(0)

    def _cut(self, steps: int) -> None:
        self._log.cut(steps)
        self._pictures.cut(steps + 1)
        self.ending = ""
        self._remark(steps + 1)

    def _remark(self, step: int) -> None:
        self.note = f"played again, the episode came out differently from step {step:,} on"
        self.is_note_warning = True

    # --- pictures ---

    def _find_picture(self, step: int) -> Picture | None:
        if (kept := self._pictures.get(step)) is not None:
            return kept
        self._go_to(max(0, step - _FRAMES_BEFORE) if step < self._head else step)
        picture = self._pictures.get(self._head)
        picture = self._render() if picture is None else picture
        while self._head < min(step, self.known):
            self._go_to(self._head + 1)
            picture = self._render()
        return picture

    def _render(self) -> Picture | None:
        picture = self._environment.render()
        if picture is None:
            return None
        self._pictures.put(self._head, picture)
        # A copy: some environments draw the next moment into the same array.
        return picture if isinstance(picture, str) else picture.copy()


def _find_ending(result: Step) -> str:
    return "terminated" if result.terminated else "truncated" if result.truncated else ""
