"""Thousands of saves one after the other: open files, threads, memory and disk must stay as they are."""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
from pathlib import Path

from dqn_tui import events
from dqn_tui.config import parse_config
from dqn_tui.control import Control
from dqn_tui.dqn.sizes import TORCH_THREADS
from dqn_tui.events import Event
from dqn_tui.runs.folder import RunFolder, create_run_folder
from dqn_tui.runs.host import describe_host
from dqn_tui.runs.recorder import Recorder
from dqn_tui.training.build import build_trainer
from tests.benchmarks.measure import describe_machine

SETTINGS = {
    "learning_starts": 50,
    "buffer_size": 1_000,
    "batch_size": 8,
    "net_arch": [16],
    "eval_every": 50,
    "eval_episodes": 1,
    "eval_max_steps": 50,
    "save_every": 1,
}
REPORTS = 10


class Meter:
    """Counts the saves of a run, and prints what it holds of the machine now and then."""

    def __init__(self, folder: RunFolder, every: int) -> None:
        self._folder = folder
        self._every = every
        self.saves = self.warnings = 0
        print(f"{'saves':>7} {'open files':>10} {'threads':>7} {'memory MB':>9} {'folders':>7} {'saved kB':>8}")

    def publish(self, event: Event) -> None:
        """Take in an event of the run."""
        self.warnings += isinstance(event, events.WarningRaised)
        if isinstance(event, events.CheckpointSaved):
            self.saves += 1
            if self.saves % self._every == 0:
                self._report()

    def _report(self) -> None:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        files = [path for path in self._folder.path.glob("*/**/*") if path.is_file()]
        folders = {path.parent for path in files}
        print(
            f"{self.saves:>7,} {len(os.listdir('/proc/self/fd')):>10} {threading.active_count():>7} "
            f"{pages * os.sysconf('SC_PAGE_SIZE') / 2**20:>9.1f} {len(folders):>7} "
            f"{sum(path.stat().st_size for path in files) / 1024:>8.0f}",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--saves", type=int, default=2_500)
    options = parser.parse_args()
    print(f"{options.saves:,} saves: {describe_machine()}")
    config = parse_config(SETTINGS | {"total_timesteps": options.saves})
    with tempfile.TemporaryDirectory() as runs_dir:
        folder = create_run_folder(Path(runs_dir), config.env, "soak")
        recorder = Recorder(folder, config, describe_host("cpu", TORCH_THREADS))
        meter = Meter(folder, max(1, options.saves // REPORTS))
        trainer = build_trainer(config, folder, recorder, Control(), meter.publish, None)
        trainer.run()
        trainer.close()
        recorder.close()
        left = sorted(path.name for path in folder.checkpoints.iterdir())
    print(f"{meter.saves:,} saves, {meter.warnings} warnings; what stayed: {', '.join(left)}")


if __name__ == "__main__":
    main()
