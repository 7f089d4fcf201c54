"""The pause that an automatic save makes in training, with a replay buffer of so many transitions of CartPole."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any
from unittest.mock import patch

from dqn_tui import events
from dqn_tui.config import parse_config
from dqn_tui.control import Control
from dqn_tui.dqn.sizes import TORCH_THREADS
from dqn_tui.events import Event
from dqn_tui.runs.folder import create_run_folder
from dqn_tui.runs.host import describe_host
from dqn_tui.runs.recorder import Recorder
from dqn_tui.training.build import build_trainer
from dqn_tui.training.saver import Saver
from tests.benchmarks.measure import describe_machine

STEPS_BETWEEN = 1_000


def measure_pauses(runs_dir: Path, transitions: int, saves: int) -> tuple[list[float], int]:
    """Seconds of each save once the buffer is full, from its first question to its last deletion; and its size."""
    config = parse_config(
        {
            "total_timesteps": transitions + (saves + 1) * STEPS_BETWEEN,
            "learning_starts": transitions,
            "buffer_size": transitions,
            "save_every": STEPS_BETWEEN,
            "eval_every": 0,
            "eval_episodes": 1,
        }
    )
    pauses: list[float] = []
    sizes: list[int] = []
    save = Saver.save

    def timed_save(saver: Saver, reason: str, step: int, *arguments: Any) -> str | None:
        if reason == "autosave" and step <= transitions:
            return None
        start = time.perf_counter()
        path = save(saver, reason, step, *arguments)
        if reason == "autosave":
            pauses.append(time.perf_counter() - start)
        return path

    def publish(event: Event) -> None:
        if isinstance(event, events.CheckpointSaved):
            sizes.append(event.size_bytes)

    folder = create_run_folder(runs_dir, config.env, "pause")
    recorder = Recorder(folder, config, describe_host("cpu", TORCH_THREADS))
    trainer = build_trainer(config, folder, recorder, Control(), publish, None)
    with patch.object(Saver, "save", timed_save):
        trainer.run()
    trainer.close()
    recorder.close()
    return pauses, sizes[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--transitions", type=int, default=100_000)
    parser.add_argument("--saves", type=int, default=20)
    parser.add_argument("--runs-dir", type=Path, help="a folder on the disk to measure  [default: the temporary one]")
    options = parser.parse_args()
    print(f"{options.saves} saves of {options.transitions:,} transitions: {describe_machine()}")
    with tempfile.TemporaryDirectory(dir=options.runs_dir) as folder:
        pauses, size_bytes = measure_pauses(Path(folder), options.transitions, options.saves)
    print(
        f"{size_bytes / 1e6:.1f} MB each: median {statistics.median(pauses) * 1e3:.0f} ms, "
        f"largest {max(pauses) * 1e3:.0f} ms"
    )


if __name__ == "__main__":
    main()
