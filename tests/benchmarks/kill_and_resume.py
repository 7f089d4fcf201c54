"""Runs killed with SIGKILL at random moments, resumed, and compared with the run that nobody touched."""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from dqn_tui import events
from dqn_tui.runs.folder import RunFolder, find_run_folders
from dqn_tui.runs.journal import read_journal
from tests.benchmarks.measure import describe_machine

SHORT = ("--steps", "4000", "--set", "save_every=400", "--set", "eval_every=1200", "--set", "eval_episodes=3")

CASES = [
    (f"n_steps={n_steps}", f"num_envs={num_envs}", f"prioritized={prioritized}")
    for n_steps, num_envs, prioritized in itertools.product((1, 3), (1, 4), ("false", "true"))
]
"""Every one of these in turn."""


def command(*arguments: str) -> list[str]:
    """Headless, with this interpreter."""
    return [sys.executable, "-m", "dqn_tui", "--no-ui", "--json", *arguments]


def run_straight(runs_dir: Path, arguments: list[str]) -> tuple[RunFolder, float]:
    """A run to its end; its folder, and the seconds that it took."""
    start = time.monotonic()
    subprocess.run(command("--runs-dir", str(runs_dir), *arguments), check=True, capture_output=True)
    return find_run_folders(runs_dir)[0], time.monotonic() - start


def run_killed(runs_dir: Path, arguments: list[str], seconds: float) -> RunFolder | None:
    """A run that is killed after so long; None where it had no checkpoint by then."""
    process = subprocess.Popen(command("--runs-dir", str(runs_dir), *arguments), stdout=subprocess.DEVNULL)
    time.sleep(seconds)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    folders = find_run_folders(runs_dir)
    return folders[0] if folders and any(folders[0].checkpoints.glob("step_*")) else None


def facts(folder: RunFolder) -> dict[str, Any]:
    """What must be equal: the weights, the episodes, the meters, the evaluations, the replay buffer's hash."""
    told = list(read_journal(folder.events))
    last = told[-1]
    assert isinstance(last, events.RunEnded), f"{folder.path} did not end"
    manifest = json.loads((Path(str(last.checkpoint)) / "manifest.json").read_text())
    timed = ("time/time_elapsed", "time/fps", "time/steps_per_second", "system/")
    return {
        "weights": last.weights_sha256,
        "replay": manifest["files"]["replay.safetensors"],
        "optimizer": manifest["files"]["optimizer.safetensors"],
        "episodes": [(e.step, e.episode, e.episode_return) for e in told if isinstance(e, events.EpisodeEnded)],
        "evaluations": [(e.step, e.mean, e.std) for e in told if isinstance(e, events.Evaluated)],
        "progress": [
            (e.step, {k: v for k, v in e.metrics.items() if not k.startswith(timed) and not k.endswith("_fraction")})
            for e in told
            if isinstance(e, events.Progress)
        ],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=30)
    options = parser.parse_args()
    print(f"{options.kills} runs of {' '.join(SHORT)}: {describe_machine()}")
    generator = random.Random(7)
    equal = done = early = 0
    straight: dict[str, tuple[dict[str, Any], float]] = {}
    for settings in itertools.cycle(CASES):
        if done == options.kills:
            break
        case = " ".join(settings)
        arguments = [*SHORT, *(word for setting in settings for word in ("--set", setting))]
        with tempfile.TemporaryDirectory() as folder:
            if case not in straight:
                whole, seconds = run_straight(Path(folder) / "straight", arguments)
                straight[case] = facts(whole), seconds
            expected, seconds = straight[case]
            killed = run_killed(Path(folder) / "killed", arguments, generator.uniform(0.5, 1.0) * seconds)
            if killed is None:
                early += 1
                continue
            subprocess.run(command("--resume", str(killed.path)), capture_output=True)
            found = facts(killed)
        wrong = [name for name in expected if found[name] != expected[name]]
        done += 1
        equal += not wrong
        print(f"kill {done}, {case}: {'equal' if not wrong else 'differs in ' + ', '.join(wrong)}", flush=True)
    print(f"{equal} of {done} equal; {early} more were killed before their first checkpoint")


if __name__ == "__main__":
    main()
