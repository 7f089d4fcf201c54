"""Probes an environment: random steps and whole episodes, before anything is trained. Needs no torch."""

from __future__ import annotations

import math
import time
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dqn_tui.config import Config
from dqn_tui.dqn.architecture import choose_encoders, count_outputs, count_parameters
from dqn_tui.dqn.packed import unpack
from dqn_tui.dqn.rewards import RewardTransform
from dqn_tui.operations.probe_counts import Columns, Totals
from dqn_tui.operations.probe_findings import find_problems
from dqn_tui.operations.target import check_environment
from dqn_tui.probe_report import (
    NetworkInput,
    ProbedEntry,
    ProbedEpisodes,
    ProbedImage,
    ProbedNetwork,
    ProbedRewards,
    ProbeReport,
)
from dqn_tui.seeding import episode_seed, make_generator
from dqn_tui.spaces import Spaces

if TYPE_CHECKING:
    from dqn_tui.envs.environment import Environment, Step

WHOLE_EPISODES = 10
"""After the wanted steps, it continues until so many episodes have ended,"""
MOST_STEPS_FACTOR = 10
"""but not for more than so many times the wanted steps,"""
MOST_EXTRA_SECONDS = 10.0
"""and not for longer than this."""
REPEATED_STEPS = 200
"""Steps of the first episode that are taken again at the end, to see whether they repeat."""
_MOST_VALUES = 1_000
_SHOWN_VALUES = 6
_PURPOSE = "probe"


def open_environment(config: Config, imports: tuple[str, ...], warn: Callable[[str], None]) -> Environment:
    """Make the environment to probe.

    Raises:
        UsageError: it cannot be made, or not be learned from.
    """
    from dqn_tui.envs.make import make_environment

    choose_encoders(config, check_environment(config, imports, warn).spaces)
    return make_environment(config)


def probe(
    environment: Environment,
    config: Config,
    *,
    steps: int,
    seed: int,
    should_continue: Callable[[], bool] = lambda: True,
    on_news: Callable[[Callable[[], ProbeReport]], None] = lambda _: None,
) -> ProbeReport:
    """Take random steps; return what was met.

    Args:
        environment: just made.
        config: the settings that would be trained with.
        steps: to be taken at least.
        seed: of resets and actions.
        should_continue: asked before each step; once it is false, the report is of what is there.
        on_news: called after each step with a function that makes the report so far.

    Raises:
        Exception: the environment's own.
    """
    counts = ProbeCounts(environment, config, steps, seed)
    generator = make_generator(seed, _PURPOSE)
    first_seed = episode_seed(seed, _PURPOSE, 0, 1)
    counts.begin(environment, first_seed)
    while should_continue() and not counts.has_enough:
        counts.take(environment, _choose(generator, environment))
        on_news(counts.report)
        if counts.is_over and not counts.has_enough:
            counts.begin(environment, episode_seed(seed, _PURPOSE, 0, counts.episode_count + 1))
    is_deterministic = counts.repeats(environment, first_seed) if should_continue() else None
    report = replace(counts.report(), is_complete=True, is_deterministic=is_deterministic)
    return replace(report, findings=find_problems(report, config))


def _choose(generator: np.random.Generator, environment: Environment) -> int:
    mask = environment.action_mask
    if mask is None:
        return int(generator.integers(environment.spec.spaces.action_count))
    return int(generator.choice(np.flatnonzero(mask)))


class ProbeCounts:
    """What was met so far.

    Attributes:
        is_over: whether the latest step ended an episode.
        episode_count: whole episodes.
    """

    def __init__(self, environment: Environment, config: Config, wanted_steps: int, seed: int) -> None:
        spec = environment.spec
        self._spec, self._config, self._wanted, self._seed = spec, config, wanted_steps, seed
        self._network = describe_network(config, spec.spaces)
        self._transform = RewardTransform(config)
        self._vector = Columns(spec.spaces.vector_size)
        self._images = {part.name: Totals() for part in spec.spaces.images}
        self._latest: dict[str, NDArray[Any]] = {}
        self._changed: set[str] = set()
        self._rewards = Columns(1)
        self._values: Counter[float] = Counter()
        self._actions = np.zeros(spec.spaces.action_count, np.int64)
        self._returns: list[float] = []
        self._lengths: list[int] = []
        self._ends = {"terminated": 0, "truncated": 0}
        self._nonzero = self._beyond_one = self._observations = 0
        self._largest_learned = self._largest_discounted = 0.0
        self._masked_sum, self._has_masks = 0.0, False
        self._is_one_hot = spec.spaces.vector_size > 1
        self._first: list[tuple[int, tuple[Any, ...]]] = []
        self._start: tuple[Any, ...] = ()
        self._steps = self._length = 0
        self._return = self._discounted = self._seconds = 0.0
        self._enough_since: float | None = None
        self.is_over = False

    @property
    def episode_count(self) -> int:
        """Whole episodes."""
        return len(self._returns)

    @property
    def has_enough(self) -> bool:
        """Whether there are enough steps, and enough whole episodes or no more patience."""
        if self._steps < self._wanted:
            return False
        if self.episode_count >= WHOLE_EPISODES or self._steps >= MOST_STEPS_FACTOR * self._wanted:
            return True
        if self._enough_since is None:
            self._enough_since = time.monotonic()
        return time.monotonic() - self._enough_since > MOST_EXTRA_SECONDS

    def begin(self, environment: Environment, seed: int) -> None:
        """Start an episode."""
        start = time.perf_counter()
        observation = environment.reset(seed)
        self._seconds += time.perf_counter() - start
        self._length, self._return, self._discounted, self.is_over = 0, 0.0, 0.0, False
        self._count_observation(observation)
        self._count_mask(environment)
        if not self._steps:
            self._start = _fingerprint(observation, environment)

    def take(self, environment: Environment, action: int) -> None:
        """Take a step and count what it gives."""
        start = time.perf_counter()
        step = environment.step(action)
        self._seconds += time.perf_counter() - start
        self._steps += 1
        self._actions[action] += 1
        if self._length == len(self._first) < REPEATED_STEPS and not self.episode_count:
            self._first.append((action, (*_fingerprint(step.observation, environment), *map(repr, step[1:]))))
        self._count_reward(step.reward)
        self._count_observation(step.observation)
        self._count_mask(environment)
        self._length += 1
        self.is_over = step.terminated or step.truncated
        if self.is_over:
            self._count_end(step)

    def repeats(self, environment: Environment, seed: int) -> bool:
        """Take the first steps again; return whether they give the same."""
        if _fingerprint(environment.reset(seed), environment) != self._start:
            return False
        for action, met in self._first:
            step = environment.step(action)
            if (*_fingerprint(step.observation, environment), *map(repr, step[1:])) != met:
                return False
        return True

    def report(self) -> ProbeReport:
        """Return the measurements so far."""
        spec = self._spec
        spreads = self._vector.spreads()
        names = spec.observation_names if len(spec.observation_names) == len(spreads) else ("",) * len(spreads)
        return ProbeReport(
            env=self._config.env,
            seed=self._seed,
            steps=self._steps,
            wanted_steps=self._wanted,
            episodes=ProbedEpisodes(
                tuple(self._returns),
                tuple(self._lengths),
                self._ends["terminated"],
                self._ends["truncated"],
                0 if self.is_over else self._length,
                self._largest_discounted,
            ),
            rewards=self._report_rewards(),
            network=self._network,
            steps_per_second=self._steps / self._seconds if self._steps and self._seconds > 0 else None,
            time_limit=spec.time_limit,
            action_names=spec.action_names,
            action_counts=tuple(self._actions.tolist()),
            masked_fraction=self._masked_sum / self._observations if self._has_masks else None,
            is_one_hot=self._is_one_hot,
            entries=tuple(ProbedEntry(name, spread) for name, spread in zip(names, spreads, strict=True)),
            images=tuple(self._report_images()),
            remarks=spec.remarks,
        )

    def _report_rewards(self) -> ProbedRewards:
        return ProbedRewards(
            self._rewards.spreads()[0],
            tuple(self._values.most_common(_SHOWN_VALUES)),
            len(self._values),
            self._nonzero,
            self._beyond_one,
            self._largest_learned,
        )

    def _report_images(self) -> list[ProbedImage]:
        frames = self._spec.spaces.frames
        return [
            ProbedImage(
                part.name,
                self._images[part.name].spread(),
                self._images[part.name].zero_fraction,
                part.name not in self._changed,
                self._latest[part.name],
                frames,
                part.largest_value,
            )
            for part in self._spec.spaces.images
            if part.name in self._latest
        ]

    def _count_reward(self, reward: float) -> None:
        self._rewards.add(np.array([reward]))
        self._nonzero += reward != 0
        if reward in self._values or len(self._values) < _MOST_VALUES:
            self._values[reward] += 1
        self._return += reward
        learned = float(self._transform.learned(np.array([reward]))[0])
        if not math.isfinite(learned):
            return
        self._beyond_one += abs(learned) > 1
        self._largest_learned = max(self._largest_learned, abs(learned))
        self._discounted += self._config.gamma**self._length * learned
        self._largest_discounted = max(self._largest_discounted, abs(self._discounted))

    def _count_observation(self, observation: NDArray[Any]) -> None:
        self._observations += 1
        for part, array in unpack(self._spec.spaces, observation[None]):
            if part.is_image:
                self._images[part.name].add(array)
                before = self._latest.get(part.name)
                if before is not None and not np.array_equal(before, array[0]):
                    self._changed.add(part.name)
                self._latest[part.name] = array[0].copy()
            else:
                self._vector.add(array[0])
                self._is_one_hot = self._is_one_hot and _is_one_hot(array[0])

    def _count_mask(self, environment: Environment) -> None:
        mask = environment.action_mask
        if mask is not None:
            self._masked_sum += 1 - float(mask.mean())
            self._has_masks |= not mask.all()

    def _count_end(self, step: Step) -> None:
        self._returns.append(self._return)
        self._lengths.append(self._length)
        self._ends["terminated" if step.terminated else "truncated"] += 1


def describe_network(config: Config, spaces: Spaces) -> ProbedNetwork:
    """Return what the network takes and gives.

    Raises:
        UsageError: an image is too small for the encoder.
    """
    encoders = iter(choose_encoders(config, spaces))
    inputs = tuple(
        NetworkInput(part.name, part.shape, part.dtype, next(encoders) if part.is_image else "")
        for part in spaces.inputs
    )
    return ProbedNetwork(inputs, config.net_arch, count_outputs(config, spaces)[1], count_parameters(config, spaces))


def _is_one_hot(vector: NDArray[np.float32]) -> bool:
    return bool(np.count_nonzero(vector) == 1 and vector.max() == 1)


def _fingerprint(observation: NDArray[Any], environment: Environment) -> tuple[Any, ...]:
    mask = environment.action_mask
    return zlib.crc32(observation.tobytes()), None if mask is None else mask.tobytes()
