"""Training speed in the dashboard at 120x40 with the value pane open over without it: same seed, alternating runs.

Other work on the machine changes the speed of a single run by more than the pane does. The processor time of the whole
process, which such work changes less, is printed beside it.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.benchmarks.dashboard_cost import read_end
from tests.benchmarks.measure import describe_machine
from tests.terminal import Terminal, dqn_tui

OPENING_SECONDS = 3.0


class Measured(NamedTuple):
    """Steps per second of a run, processor seconds of its process, and the run's fingerprint."""

    steps_per_second: float
    processor_seconds: float
    weights: str


def train(runs_dir: Path, env: str, steps: str, seed: str, *, has_pane: bool) -> Measured:
    """A whole run in the dashboard, with the value pane open from the third second on, or without it."""
    command = dqn_tui("--runs-dir", str(runs_dir), "--env", env, "--steps", steps, "--seed", seed)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with Terminal(command, 120, 40, is_blind=True) as terminal:
        terminal.read_for(OPENING_SECONDS)
        if has_pane:
            terminal.press("v")
        while (ended := read_end(runs_dir)) is None:
            terminal.read_for(0.5)
        if has_pane:
            terminal.press("v")
        terminal.press("q")
        terminal.wait_for_exit()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(ended.steps_per_second, seconds, ended.weights_sha256)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--env", default="CartPole-v1")
    parser.add_argument("--steps", default="20000")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--pairs", type=int, default=5)
    options = parser.parse_args()
    print(f"{options.steps} steps of {options.env}, seed {options.seed}: {describe_machine()}")
    speeds, loads = [], []
    for pair in range(1, options.pairs + 1):
        with tempfile.TemporaryDirectory() as folder:
            # Every other pair begins with the pane, so that a slow drift of the machine evens out.
            order = (False, True) if pair % 2 else (True, False)
            runs = {
                has_pane: train(
                    Path(folder) / str(has_pane), options.env, options.steps, options.seed, has_pane=has_pane
                )
                for has_pane in order
            }
        without, shown = runs[False], runs[True]
        assert shown.weights == without.weights, "the pane changed the result"
        speeds.append(shown.steps_per_second / without.steps_per_second)
        loads.append(shown.processor_seconds / without.processor_seconds)
        print(
            f"pair {pair}: without {without.steps_per_second:7.1f} steps/s, {without.processor_seconds:5.1f} s of the "
            f"processor; with the pane {shown.steps_per_second:7.1f} steps/s, {shown.processor_seconds:5.1f} s; "
            f"ratios {speeds[-1]:.3f}, {loads[-1]:.3f}",
            flush=True,
        )
    print(
        f"median ratio of speeds {median(speeds):.3f}, of processor time {median(loads):.3f}; equal weights each time"
    )


if __name__ == "__main__":
    main()
