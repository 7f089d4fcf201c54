"""Memory of the viewer over journals of different lengths, each read in a process of its own."""

from __future__ import annotations

import argparse
import math
import random
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from dqn_tui import events
from dqn_tui.runs.journal import Journal, read_journal
from dqn_tui.view.run_view import RunView
from tests.benchmarks.measure import describe_machine


def write_journal(path: Path, steps: int) -> int:
    """The events that a run of so many steps of CartPole would write; returns how many."""
    journal = Journal(path)
    generator = random.Random(1)
    every = max(100, steps // 10_000)
    count = step = episode = 0
    next_progress = every
    started = events.RunStarted(
        step=0, time=0.0, run="runs/x", env="CartPole-v1", seed=1, device="cpu", total_timesteps=steps,
        learning_starts=1_000, buffer_size=100_000, actions=2, goal=475.0,
    )  # fmt: skip
    journal.write(started)
    while step < steps:
        length = generator.randint(10, 200)
        step += length
        episode += 1
        count += 1
        journal.write(
            events.EpisodeEnded(
                step=step, time=step / 2000, episode=episode, episode_return=float(length), length=length,
                is_truncated=False, seconds=step / 2000,
            )
        )  # fmt: skip
        while next_progress <= step:
            metrics = {"train/loss": 1 / math.sqrt(next_progress), "train/q_mean": 100.0, "replay/size": 100_000,
                       "rollout/exploration_rate": 0.1, "time/steps_per_second": 2000.0}  # fmt: skip
            journal.write(events.Progress(step=next_progress, time=step / 2000, metrics=metrics))
            next_progress += every
            count += 1
        if episode % 100 == 0:
            count += 2
            journal.write(
                events.Evaluated(step=step, time=step / 2000, episodes=10, mean=100.0, std=1.0, mean_length=100.0,
                                 is_best=False)
            )  # fmt: skip
            journal.write(
                events.CheckpointSaved(step=step, time=step / 2000, path=f"step_{step}", size_bytes=70_000,
                                       seconds=0.003, reason="autosave")
            )  # fmt: skip
    journal.close()
    return count


def read_whole(path: Path) -> None:
    """Read a journal into a view, and print the process's largest size in MB."""
    view = RunView()
    for event in read_journal(path):
        view.apply(event)
    print(view.step, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", default="100000,10000000")
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.read:
        read_whole(options.read)
        return
    print(f"memory of the viewer: {describe_machine()}")
    for steps in map(int, options.steps.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "events.jsonl"
            count = write_journal(path, steps)
            command = [sys.executable, "-m", "tests.benchmarks.viewer_memory", "--read", str(path)]
            _, size = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        print(f"{steps:>10,} steps, {count:>8,} events: {float(size):.1f} MB", flush=True)


if __name__ == "__main__":
    main()
