"""Greedy return after the default preset, seed by seed: the last checkpoint over 100 episodes."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.measure import describe_machine, train_headless


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--env", default="CartPole-v1")
    parser.add_argument("--seeds", default="1,2,3,4,5")
    options = parser.parse_args()
    print(f"{options.env}: {describe_machine()}")
    print("seed  steps   seconds  steps/s  return of 100 greedy episodes")
    for seed in options.seeds.split(","):
        with tempfile.TemporaryDirectory() as folder:
            ended = train_headless(Path(folder), "--env", options.env, "--seed", seed)
            command = [sys.executable, "-m", "dqn_tui", "eval", "--json", ended["checkpoint"]]
            report = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        print(
            f"{seed:>4}  {ended['step']:>6}  {ended['wall_seconds']:>6.1f}  {ended['steps_per_second']:>7.0f}  "
            f"{report['mean']:.1f} ± {report['std']:.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
