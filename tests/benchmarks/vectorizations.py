"""Measure the steps per second of an environment in turn and as its own vector version, in alternating rounds.

python -m tests.benchmarks.vectorizations EnvPool/CartPole-v1 --steps 200
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np
from numpy.typing import NDArray

from dqn_tui.config import parse_config
from dqn_tui.envs.batch import Environments
from dqn_tui.envs.vector import make_environments

ROUNDS = 20
WAYS = ("serial", "native")


class Loop:
    """Random play in E environments; their seeds are foreseen, as in training."""

    def __init__(self, environments: Environments) -> None:
        self._environments = environments
        self._ended = np.zeros(environments.count, int)
        environments.foresee(self._seed)
        environments.reset({index: self._seed(index, 0) for index in range(environments.count)})

    def measure(self, actions: NDArray[np.int64]) -> float:
        """Return the steps per second of playing these, [T, E]."""
        start = time.perf_counter()
        for taken in actions:
            steps = self._environments.step(taken)
            over = np.flatnonzero(steps.terminated | steps.truncated).tolist()
            if over:
                self._ended[over] += 1
                self._environments.reset({index: self._seed(index, 0) for index in over})
        return actions.size / (time.perf_counter() - start)

    def _seed(self, index: int, ahead: int) -> int:
        return 10_000 * index + int(self._ended[index]) + ahead


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("env")
    parser.add_argument("--steps", type=int, default=100, help="of each environment in a round")
    parser.add_argument("--count", type=int, default=8, help="of environments")
    parser.add_argument("--planes", action="store_true", help="learn from the image as planes")
    given = parser.parse_args()
    settings = {"env": given.env, "num_envs": given.count}
    if given.planes:
        settings |= {"observation_keys": ["image"], "one_hot_planes": True}
    made = {way: make_environments(parse_config({**settings, "vectorization": way})) for way in WAYS}
    loops = {way: Loop(environments) for way, environments in made.items()}
    speeds: dict[str, list[float]] = {way: [] for way in WAYS}
    for number in range(ROUNDS):
        size = (given.steps, given.count)
        actions = np.random.default_rng(number).integers(0, made["serial"].spec.spaces.action_count, size)
        for way in WAYS:
            speeds[way].append(loops[way].measure(actions))
    for way in WAYS:
        print(f"{way}: {statistics.median(speeds[way]):,.0f} steps/s")
    print(f"median ratio of pairs: {statistics.median(b / a for a, b in zip(*speeds.values(), strict=True)):.2f}")


if __name__ == "__main__":
    main()
