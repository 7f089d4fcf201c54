"""Training speed with the dashboard at 120x40 on a pseudo-terminal over `--no-ui`: same seed, alternating runs."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from statistics import median

from dqn_tui.events import RunEnded
from dqn_tui.runs.folder import find_run_folders
from dqn_tui.runs.journal import read_last_event
from tests.benchmarks.measure import describe_machine, train_headless
from tests.terminal import Terminal, dqn_tui


def train_with_dashboard(runs_dir: Path, steps: str, seed: str) -> RunEnded:
    """A whole run in the dashboard; returns its last event.

    The terminal reads and does not look: an emulator in Python would take the processor that is being measured.
    """
    command = dqn_tui("--runs-dir", str(runs_dir), "--steps", steps, "--seed", seed)
    with Terminal(command, 120, 40, is_blind=True) as terminal:
        ended = None
        while ended is None:
            terminal.read_for(0.5)
            ended = read_end(runs_dir)
        terminal.press("q")
        terminal.wait_for_exit()
    return ended


def read_end(runs_dir: Path) -> RunEnded | None:
    """The last event of a run that has ended."""
    folders = find_run_folders(runs_dir)
    last = read_last_event(folders[0].events) if folders else None
    return last if isinstance(last, RunEnded) else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", default="20000")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--pairs", type=int, default=5)
    options = parser.parse_args()
    print(f"{options.steps} steps of CartPole-v1, seed {options.seed}: {describe_machine()}")
    ratios = []
    for pair in range(1, options.pairs + 1):
        with tempfile.TemporaryDirectory() as folder:
            plain = train_headless(Path(folder), "--steps", options.steps, "--seed", options.seed)
            shown = train_with_dashboard(Path(folder) / "shown", options.steps, options.seed)
        assert shown.weights_sha256 == plain["weights_sha256"], "the dashboard changed the result"
        ratios.append(shown.steps_per_second / plain["steps_per_second"])
        print(
            f"pair {pair}: --no-ui {plain['steps_per_second']:7.1f} steps/s, "
            f"dashboard {shown.steps_per_second:7.1f} steps/s, ratio {ratios[-1]:.3f}",
            flush=True,
        )
    print(f"median ratio {median(ratios):.3f}; weights_sha256 equal in every pair")


if __name__ == "__main__":
    main()
