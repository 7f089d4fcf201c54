"""What recording the training episodes costs, and whether they come out as recorded when they are played again.

python -m tests.benchmarks.recording speed
python -m tests.benchmarks.recording replay [--env ID] [--episodes N]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from dqn_tui.config import parse_config
from dqn_tui.errors import UsageError
from dqn_tui.events import Event, RunEnded, RunStarted
from dqn_tui.runs.episode_reader import EpisodeReader
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.recorder import Recorder
from dqn_tui.runs.summaries import read_run_summary
from dqn_tui.training.episode_check import check_episode
from tests.benchmarks.measure import describe_machine, read_events
from tests.helpers import only_run, train

PAIRS, STEPS = 15, 10_000
TINY: dict[str, Any] = {"total_timesteps": STEPS, "net_arch": [16], "log_every": 200, "train_freq": 4}
WORKLOADS: dict[str, dict[str, Any]] = {
    "CartPole-v1, one layer of 16": {},
    "CartPole-v1, one layer of 16, random episodes of 22 steps without updates": {"learning_starts": 10 * STEPS},
}


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


class Cost(NamedTuple):
    """One run: processor seconds of its training, those of its thread in the recorder, and bytes a step on the disk."""

    seconds: float
    recording_seconds: float
    bytes_per_step: float


def measure_speed() -> None:
    """Print the processor time of training with and without recording, in pairs, and the size of the recording.

    The share inside the recorder is the difference between the two runs, both of which measure it: on a busy machine
    it is far steadier than the ratio.
    """
    for name, settings in WORKLOADS.items():
        ratios, shares, sizes = [], [], []
        for pair in range(PAIRS + 1):
            order = (True, False) if pair % 2 else (False, True)
            found = {record: _train(seed=pair, record=record, **settings) for record in order}
            # The first pair warms up.
            if pair:
                ratios.append(found[True].seconds / found[False].seconds)
                difference = found[True].recording_seconds - found[False].recording_seconds
                shares.append(difference / found[False].seconds)
                sizes.append(found[True].bytes_per_step)
        print(
            f"{name}: processor time with / without recording {_describe(ratios)}, inside the recorder "
            f"{_describe(shares)}; {statistics.median(sizes):.2f} bytes a step",
            flush=True,
        )


def _describe(values: Sequence[float]) -> str:
    low, _, high = statistics.quantiles(values, n=4)
    return f"{statistics.median(values):.4f} (quartiles {low:.4f} to {high:.4f}, {len(values)} pairs)"


def _train(**settings: Any) -> Cost:
    """Train CartPole in this process."""
    spent, stamps = [], []

    def timed(call: Callable[..., str | None]) -> Callable[..., str | None]:
        def run(*arguments: Any) -> str | None:
            started = time.thread_time()
            problem = call(*arguments)
            spent.append(time.thread_time() - started)
            return problem

        return run

    def stamp(event: Event) -> tuple[()]:
        if isinstance(event, RunStarted | RunEnded):
            stamps.append(time.process_time())
        return ()

    with tempfile.TemporaryDirectory() as folder, ExitStack() as patches:
        for name in ("record_episode", "_flush_episodes"):
            patches.enter_context(patch.object(Recorder, name, timed(getattr(Recorder, name))))
        run = train(Path(folder), on_event=stamp, **{**TINY, **settings}).folder
        size = run.recording.stat().st_size if settings["record"] else 0
    return Cost(stamps[1] - stamps[0], sum(spent), size / STEPS)


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
