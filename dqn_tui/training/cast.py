"""The episodes that are watched, one or two from the same seed, and the policies that play them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Protocol

import numpy as np

from dqn_tui.config import Config
from dqn_tui.envs.environment import Environment
from dqn_tui.envs.make import make_environment
from dqn_tui.envs.replaying import make_replaying_environment
from dqn_tui.errors import CheckpointError, read_message
from dqn_tui.policy_choice import BEST, LIVE, PolicyChoice
from dqn_tui.rollout import RecordedEpisode, RolloutFrame, Timeline
from dqn_tui.seeding import episode_seed
from dqn_tui.spaces import Spaces
from dqn_tui.training.picture_cache import LARGEST_BYTES, PictureCache
from dqn_tui.training.policy import Policy
from dqn_tui.training.take import PlayedScript, Script, Take


class Policies(Protocol):
    """The policies of a run; every call may read the disk and block."""

    def list_choices(self) -> Sequence[PolicyChoice]:
        """Return those to choose from."""

    def load(self, choice: PolicyChoice) -> Policy | None:
        """Return a policy; None where there is none."""


class NoPolicyError(Exception):
    """There is no policy to play with."""


class _Role:
    """A place on the stage: its environment, the choice of its policy, and its take."""

    def __init__(self, environment: Environment, choice: PolicyChoice, record: RecordedEpisode | None = None) -> None:
        self.environment = environment
        self.choice = choice
        self.record = record
        self.take: Take | None = None


class Cast:
    """One or two takes that share a seed and a playhead.

    Args:
        config: the run's settings.
        seed: seed of the greedy episodes' resets.
        make_policies: called once, with the environment's spaces.
        choice: the policy at first.
        record: a training episode to play first.
        is_interrupted: whether something else is wanted than what is being played.
    """

    def __init__(
        self,
        config: Config,
        seed: int,
        make_policies: Callable[[Spaces], Policies],
        choice: PolicyChoice,
        record: RecordedEpisode | None,
        is_interrupted: Callable[[], bool],
    ) -> None:
        self._config = config
        self._seed = seed
        self._is_interrupted = is_interrupted
        self._number = 0
        self._make = make_environment if record is None else make_replaying_environment
        self._roles = [_Role(self._make(config, should_render=True), choice, record)]
        self._remark = ""
        try:
            self._policies = make_policies(self._roles[0].environment.spec.spaces)
        except BaseException:
            self.close()
            raise

    @property
    def takes(self) -> list[Take]:
        """The episodes, the main one first."""
        return [role.take for role in self._roles if role.take is not None]

    @property
    def script(self) -> PlayedScript:
        """What the main episode plays."""
        return PlayedScript(self._config, self.takes[0].script)

    @property
    def is_recorded(self) -> bool:
        """Whether the main episode is a training episode."""
        return self._roles[0].record is not None

    @property
    def is_over(self) -> bool:
        """Whether the ends of all episodes are known."""
        return all(take.is_over for take in self.takes)

    @property
    def frame_seconds(self) -> float:
        """How long each step is to be seen at normal speed."""
        return 1 / self._roles[0].environment.spec.frames_per_second

    @property
    def known(self) -> int:
        """The last step that a playhead may be at: that of the longest episode."""
        return max(take.known for take in self.takes)

    def begin(self) -> None:
        """Begin the first episode, or the next greedy one.

        Raises:
            NoPolicyError: there is no policy yet.
            CheckpointError: the policy cannot be read.
        """
        if self.takes:
            self._roles[0].record = None
        if not self.is_recorded:
            self._number += 1
        self._remark = ""
        for role in self._roles:
            self._start(role)

    def choose(self, place: int, direction: int) -> bool:
        """Play the main (0) or the second episode (1) with another policy; return whether there is one."""
        choices = list(self._policies.list_choices())
        if place >= len(self._roles) or len(choices) < 2:
            self._remark = "there is no other policy" if place < len(self._roles) else ""
            return False
        role = self._roles[place]
        names = [choice.name for choice in choices]
        here = names.index(role.choice.name) if role.choice.name in names else 0
        return self._recast(role, choices[(here + direction) % len(choices)])

    def toggle_second(self) -> None:
        """Open the second episode, or close it."""
        self._remark = ""
        if len(self._roles) > 1:
            self._roles.pop().environment.close()
            return
        choice = self._choose_second()
        if choice is None:
            self._remark = "there is no other policy to compare with"
            return
        role = _Role(self._make(self._config, should_render=True), choice)
        self._roles.append(role)
        if not self._recast(role, choice):
            self._roles.pop().environment.close()

    def play_until(self, step: int) -> bool:
        """Play each episode that has not come so far one step on; return whether all are there, or over.

        Raises:
            Interrupted: an environment was elsewhere, and something else is wanted meanwhile.
        """
        behind = [take for take in self.takes if take.known < step and not take.is_over]
        for take in behind:
            take.extend()
        return all(take.known >= step or take.is_over for take in self.takes)

    def frame(self, playhead: int) -> RolloutFrame:
        """Return the moment at a step that is known, of an episode that ended before that its last one.

        Raises:
            Interrupted: a picture has to be made again, and something else is wanted meanwhile.
        """
        frames = [take.frame(min(playhead, take.known)) for take in self.takes]
        lengths = [take.length for take in self.takes]
        length = None if None in lengths else max(length for length in lengths if length is not None)
        timeline = Timeline(min(playhead, self.known), self.known, length, self._find_parting())
        main, beside = frames[0], frames[1] if len(frames) > 1 else None
        note, is_warning = (self._remark, True) if self._remark else (main.note, main.is_note_warning)
        return replace(main, timeline=timeline, beside=beside, note=note, is_note_warning=is_warning)

    def close(self) -> None:
        """Close the environments."""
        for role in self._roles:
            role.environment.close()

    def _recast(self, role: _Role, choice: PolicyChoice) -> bool:
        """Start a role's episode again with another policy; return whether that is there."""
        before, role.choice, self._remark = role.choice, choice, ""
        with suppress(NoPolicyError):
            try:
                self._start(role)
                return True
            except CheckpointError as error:
                self._remark = read_message(error).splitlines()[0]
        self._remark = self._remark or f"there is no {choice.name} policy"
        role.choice = before
        return False

    def _start(self, role: _Role) -> None:
        policy = self._policies.load(role.choice)
        if policy is None and role.record is None:
            raise NoPolicyError
        label = "no policy yet" if policy is None else _describe(role.choice, policy)
        main = self._roles[0].record
        if main is not None:
            number, seed = main.number, main.seed
        else:
            number, seed = self._number, episode_seed(self._seed, "rollout", 0, self._number)
        script = Script(policy, label, number, seed, role.record)
        pictures = PictureCache(LARGEST_BYTES // 2)
        role.take = Take(self._config, role.environment, script, pictures, self._is_interrupted)

    def _choose_second(self) -> PolicyChoice | None:
        """Return the main episode's own policy beside a record, else the best of the others, else any."""
        main = self._roles[0].choice
        if self.is_recorded:
            return main
        policy = self.takes[0].script.policy
        step = main.step if policy is None else policy.step
        others = [choice for choice in self._policies.list_choices() if choice.name != main.name]
        # The best policy may be the newest one, too: the same twice teaches nothing.
        ranks = {BEST: 0, LIVE: 1}
        others.sort(key=lambda choice: (choice.step == step, ranks.get(choice.name, 2)))
        return others[0] if others else None

    def _find_parting(self) -> int | None:
        """Return the first step at which the two episodes take different actions."""
        if len(self.takes) < 2:
            return None
        one, other = (take.taken for take in self.takes)
        shared = min(len(one), len(other))
        places = np.flatnonzero(one[:shared] != other[:shared])
        return int(places[0]) if len(places) else None


def _describe(choice: PolicyChoice, policy: Policy) -> str:
    """Return the policy in a few words, with its evaluation."""
    name = f"best @ step {policy.step:,}" if choice.name == BEST else policy.label
    # The live policy of a run that has ended is that of its newest checkpoint.
    return name if choice.eval_mean is None else f"{name} · eval {choice.eval_mean:,.1f}"
