"""What the theatre costs: training beside a playing rollout over training beside none, and frames a second alone.

Both at 120x40: the dashboard on a pseudo-terminal, same seed, alternating runs; CartPole's picture in `watch`.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import monotonic

import torch

from dqn_tui.dqn.network import QNetwork
from dqn_tui.events import RunEnded
from dqn_tui.policy_choice import PolicyChoice
from dqn_tui.spaces import Spaces
from dqn_tui.training.player import ENDING_SECONDS, EpisodePlayer
from dqn_tui.training.policy import Policy
from dqn_tui.training.policy_shelf import LonePolicy
from dqn_tui.ui.app.application import DqnTuiApp
from dqn_tui.ui.theatre.watch_screen import WatchScreen
from tests.benchmarks.dashboard_cost import read_end
from tests.benchmarks.measure import describe_machine
from tests.helpers import quick_config
from tests.terminal import Terminal, dqn_tui


def train(runs_dir: Path, steps: str, *keys: str) -> RunEnded:
    """A whole run in the dashboard, after keys; returns its last event."""
    command = dqn_tui("--runs-dir", str(runs_dir), "--steps", steps, "--seed", "1")
    with Terminal(command, 120, 40, is_blind=True) as terminal:
        terminal.read_for(3.0)
        for key in keys:
            terminal.press(key)
        ended = None
        while ended is None:
            terminal.read_for(0.5)
            ended = read_end(runs_dir)
        terminal.press("q")
        terminal.wait_for_exit()
    return ended


async def count_frames(seconds: float) -> float:
    """Frames a second that `watch` draws of CartPole's episodes, without the stills at their ends."""
    config = quick_config(env="CartPole-v1")
    network = QNetwork(config, Spaces((4,), 2), generator=torch.Generator().manual_seed(0))
    policy = LonePolicy(PolicyChoice(), Policy(network, 0))
    player = EpisodePlayer(config, 1, lambda _: policy, is_free=lambda: True)
    app = DqnTuiApp(WatchScreen(player, title="CartPole-v1", marker="braille"))
    async with app.run_test(size=(120, 40)) as pilot:
        panel = app.screen.query_one("#rollout")
        drawn: list[float] = []
        build = panel._build  # type: ignore[attr-defined]

        def note_time() -> object:
            drawn.append(monotonic())
            return build()

        panel._build = note_time  # type: ignore[attr-defined]
        await pilot.pause(1.0)
        drawn.clear()
        await pilot.pause(seconds)
        pauses = [after - before for before, after in pairwise(drawn) if after - before < ENDING_SECONDS / 2]
    player.close()
    return len(pauses) / sum(pauses)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", default="20000")
    parser.add_argument("--pairs", type=int, default=3)
    options = parser.parse_args()
    print(describe_machine())
    print(f"watch: {asyncio.run(count_frames(5.0)):.1f} frames/s", flush=True)
    ratios = []
    for pair in range(1, options.pairs + 1):
        with tempfile.TemporaryDirectory() as folder:
            closed = train(Path(folder) / "closed", options.steps)
            playing = train(Path(folder) / "playing", options.steps, "w")
        assert closed.weights_sha256 == playing.weights_sha256, "the rollout changed the result"
        ratios.append(playing.steps_per_second / closed.steps_per_second)
        print(
            f"pair {pair}: closed {closed.steps_per_second:.0f} steps/s, playing "
            f"{playing.steps_per_second:.0f} steps/s, ratio {ratios[-1]:.3f}",
            flush=True,
        )
    print(f"median ratio {median(ratios):.3f}; weights_sha256 equal in every pair")


if __name__ == "__main__":
    main()
