"""Time until `dqn-tui compare` shows its first complete picture, over synthetic runs on a pseudo-terminal."""

from __future__ import annotations

import argparse
import math
import os
import random
import tempfile
import time
from pathlib import Path
from statistics import median

from dqn_tui import events
from dqn_tui.config import Config
from dqn_tui.runs.journal import Journal
from tests.benchmarks.measure import describe_machine
from tests.terminal import Terminal, dqn_tui

PROGRESS_EVERY, EVALUATE_EVERY = 100, 5_000
LEARNING_RATES = (1e-4, 3e-4, 1e-3, 3e-3)


def write_run(folder: Path, steps: int, seed: int, learning_rate: float) -> int:
    """Write the journal of a run of CartPole that learns; return how many events it has."""
    folder.mkdir(parents=True)
    journal = Journal(folder / "events.jsonl")
    generator = random.Random(seed)
    config = Config(seed=seed, learning_rate=learning_rate, total_timesteps=steps).model_dump(mode="json")
    journal.write(
        events.RunStarted(
            step=0, time=0.0, run=str(folder), env="CartPole-v1", seed=seed, device="cpu", total_timesteps=steps,
            learning_starts=1_000, buffer_size=100_000, actions=2, goal=475.0, config=config,
        )
    )  # fmt: skip
    step = episode = count = 0
    progress, evaluation = PROGRESS_EVERY, EVALUATE_EVERY
    while step < steps:
        skill = 1 / (1 + math.exp(-(step - 20_000 / math.sqrt(learning_rate * 1_000)) / 8_000))
        length = max(8, min(500, round(20 + 480 * skill * generator.uniform(0.4, 1.1))))
        step, episode = min(steps, step + length), episode + 1
        journal.write(
            events.EpisodeEnded(
                step=step, time=step / 2_000, episode=episode, episode_return=float(length), length=length,
                is_truncated=length == 500, seconds=step / 2_000, start_q=60 * skill, discounted_return=60 * skill,
            )
        )  # fmt: skip
        count += 1
        while progress <= step:
            journal.write(_progress(progress, skill, generator))
            progress, count = progress + PROGRESS_EVERY, count + 1
        while evaluation <= step:
            mean = 500 * skill
            journal.write(
                events.Evaluated(
                    step=evaluation, time=step / 2_000, episodes=10, mean=mean, std=10.0, mean_length=mean, is_best=True
                )
            )
            evaluation, count = evaluation + EVALUATE_EVERY, count + 1
    journal.write(
        events.RunEnded(
            step=steps, time=steps / 2_000, reason=events.EndReason.COMPLETED, episodes=episode, mean_return_100=400.0,
            best_eval_mean=490.0, updates=steps // 4, wall_seconds=steps / 2_000, steps_per_second=2_000.0,
            checkpoint=None, weights_sha256="0" * 64,
        )
    )  # fmt: skip
    journal.close()
    return count + 2


def _progress(step: int, skill: float, generator: random.Random) -> events.Progress:
    """Return all metrics that the trainer reports."""
    noise = generator.lognormvariate(0.0, 0.2)
    names = ("environment", "acting", "sampling", "learning", "evaluation", "saving", "other")
    metrics = {
        "time/total_timesteps": step, "time/time_elapsed": step / 2_000, "time/fps": 2_000.0,
        "time/episodes": step / 99,
        "rollout/exploration_rate": max(0.05, 1 - step / 16_000), "replay/size": min(step, 100_000),
        "train/n_updates": step // 4, "train/learning_rate": 1e-3, "rollout/ep_rew_mean": 500 * skill,
        "rollout/ep_len_mean": 500 * skill, "train/loss": noise / (1 + step / 9_000),
        "train/q_mean": 60 * skill * noise,
        "train/target_mean": 60 * skill, "train/td_error": noise, "train/grad_norm": 2 * noise,
        "train/td_error_p10": noise / 9, "train/td_error_p50": noise / 2, "train/td_error_p90": 3 * noise,
        "rollout/action_share/0": 0.46, "rollout/action_share/1": 0.54, "time/steps_per_second": 2_000 * noise,
        **{f"time/{name}_fraction": 1 / 7 for name in names},
    }  # fmt: skip
    return events.Progress(
        step=step, time=step / 2_000, metrics={name: float(value) for name, value in metrics.items()}
    )


def time_first_picture(paths: list[str], *options: str) -> tuple[float, float]:
    """Return the seconds from the start of the program until all runs and their results are on the screen.

    The second number is the processor time that it has taken by then, which other work on the machine hardly changes.
    """
    started = time.perf_counter()
    with Terminal(dqn_tui("compare", *paths, *options), columns=200, rows=60) as terminal:
        terminal.wait_for(f"compare {len(paths)} runs")
        terminal.wait_for("AUC to")
        return time.perf_counter() - started, _processor_seconds(terminal.pid)


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    print(f"compare: {describe_machine()}")
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"run-{number:03}" for number in range(options.runs)]
        rates = [LEARNING_RATES[number % len(LEARNING_RATES)] for number in range(options.runs)]
        runs = [
            write_run(path, options.steps, seed, rate)
            for seed, (path, rate) in enumerate(zip(paths, rates, strict=True))
        ]
        size = sum((path / "events.jsonl").stat().st_size for path in paths)
        print(f"{options.runs} runs of {options.steps:,} steps: {sum(runs):,} events, {size / 1e6:.1f} MB")
        for title, arguments in (("", ()), (", grouped", ("--by", "learning_rate"))):
            times = [time_first_picture([str(path) for path in paths], *arguments) for _ in range(options.repeat)]
            seconds, processor = zip(*times, strict=True)
            print(
                f"first complete picture at 200x60{title}: median {median(seconds):.2f} s ({min(seconds):.2f} to "
                f"{max(seconds):.2f} s), {median(processor):.2f} s of it on the processor",
                flush=True,
            )


if __name__ == "__main__":
    main()
