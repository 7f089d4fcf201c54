"""What recording the training episodes costs, and whether they come out as recorded when they are played again.

python -m tests.benchmarks.recording speed
python -m tests.benchmarks.recording replay [--env ID] [--episodes N]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from dqn_tui.config import parse_config
from dqn_tui.errors import UsageError
from dqn_tui.runs.episode_reader import EpisodeReader
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.summaries import read_run_summary
from dqn_tui.training.episode_check import check_episode
from tests.benchmarks.measure import describe_machine, read_events, train_headless
from tests.helpers import only_run

PAIRS, STEPS = 15, 30_000
TINY = ["--env", "CartPole-v1", "--set", "net_arch=[16]", "--set", "eval_every=0", "--set", "eval_episodes=1"]


class Game(NamedTuple):
    """An environment with its settings, and the steps that a random episode takes on average, rounded up."""

    env: str
    steps: int
    settings: tuple[str, ...] = ()


GAMES = (
    Game("CartPole-v1", 24),
    Game("CartPole-v1", 24, ("num_envs=3",)),
    Game("CartPole-v1", 24, ("num_envs=3", "vectorization=parallel")),
    Game("CartPole-v1", 24, ("num_envs=3", "vectorization=native")),
    Game("Acrobot-v1", 500),
    Game("Acrobot-v1", 500, ("num_envs=4",)),
    Game("MinAtar/Breakout-v1", 40),
    Game("MinAtar/Breakout-v1", 40, ("num_envs=4", "vectorization=parallel")),
    Game("LunarLander-v3", 110),
    Game("LunarLander-v3", 110, ("num_envs=2", "vectorization=parallel")),
    Game("ALE/Pong-v5", 1_000),
    Game("ALE/Pong-v5", 1_000, ("num_envs=4", "vectorization=native")),
)


def measure_speed() -> None:
    """Print the speed with and without recording, in pairs, and the size of the recording."""
    ratios, bytes_per_step = [], 0.0
    for pair in range(PAIRS + 1):
        speeds = {}
        for record in ("true", "false") if pair % 2 else ("false", "true"):
            with tempfile.TemporaryDirectory() as folder:
                arguments = [*TINY, "--steps", str(STEPS), "--seed", str(pair), "--set", f"record={record}"]
                speeds[record] = train_headless(Path(folder), *arguments)["steps_per_second"]
                if record == "true":
                    bytes_per_step = only_run(Path(folder)).recording.stat().st_size / STEPS
        if pair:
            ratios.append(speeds["true"] / speeds["false"])
            print(f"pair {pair}: {speeds['true']:,.0f} with, {speeds['false']:,.0f} without, ratio {ratios[-1]:.4f}")
    low, _, high = statistics.quantiles(ratios, n=4)
    print(f"speed with / without recording: median {statistics.median(ratios):.4f} (quartiles {low:.4f} to {high:.4f})")
    print(f"{bytes_per_step:.2f} bytes a step")


def measure_replays(game: Game, episodes: int) -> None:
    """Train at random for so many episodes, play each again in an environment of its own, and print what came out."""
    with tempfile.TemporaryDirectory() as folder:
        steps = int(episodes * game.steps * 1.15)
        settings = ("learning_starts=1_000_000_000_000", "buffer_size=1_000", "batch_size=8", "eval_every=0",
                    "save_every=0", "eval_episodes=1", "eval_max_steps=1", *game.settings)  # fmt: skip
        flags = [flag for setting in settings for flag in ("--set", setting)]
        started = time.perf_counter()
        ended = [
            event["length"]
            for event in read_events(Path(folder), "--env", game.env, "--steps", str(steps), *flags)
            if event["event"] == "episode_ended"
        ][:episodes]
        trained, started = time.perf_counter() - started, time.perf_counter()
        run = only_run(Path(folder))
        exact, first_problem = _replay(run, len(ended))
        size = run.recording.stat().st_size / steps
        print(
            f"{game.env} {' '.join(game.settings)}: {exact:,} of {len(ended):,} episodes as recorded "
            f"({sum(ended):,} steps, {size:.2f} bytes a step; trained in {trained:.0f} s, played again in "
            f"{time.perf_counter() - started:.0f} s){f': {first_problem}' if first_problem else ''}",
            flush=True,
        )


def _replay(run: RunFolder, count: int) -> tuple[int, str]:
    """Return how many of the first episodes come out as recorded, and what is wrong with the first that does not."""
    config = parse_config(read_run_summary(run).settings)
    reader = EpisodeReader(run)
    problems = []
    for number in range(1, count + 1):
        try:
            episode = reader.read(number)
            problem = check_episode(config, episode) or ("" if episode.episode_return is not None else "no return")
        except UsageError as error:
            problem = str(error)
        problems += [problem] if problem else []
    return count - len(problems), problems[0] if problems else ""


def main() -> None:
    """Run one part."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=("speed", "replay"))
    parser.add_argument("--env", help="only this environment")
    parser.add_argument("--episodes", type=int, default=1_000)
    chosen = parser.parse_args()
    print(describe_machine(), flush=True)
    if chosen.part == "speed":
        measure_speed()
        return
    for game in GAMES:
        if chosen.env in (None, game.env):
            measure_replays(game, chosen.episodes)


if __name__ == "__main__":
    main()
