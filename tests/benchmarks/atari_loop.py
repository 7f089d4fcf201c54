"""Pong for some minutes: that the whole loop runs, how fast, and in how much memory."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.measure import describe_machine

PREFIX = "VmHWM:"


def read_peak_megabytes(process: int) -> float:
    """The most memory that a process ever held."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(PREFIX)) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--env", default="ALE/Pong-v5")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    options = parser.parse_args()
    settings = [word for setting in options.set for word in ("--set", setting)]
    print(f"{options.env}, {options.minutes:g} minutes: {describe_machine()}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "dqn_tui", "--json", "--env", options.env, "--runs-dir", folder, *settings]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        deadline, peak = time.monotonic() + 60 * options.minutes, 0.0
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "run_started":
                print(f"replay buffer up to {event['replay_bytes'] / 1e9:.2f} GB", flush=True)
            elif event["event"] == "run_ended":
                print(f"{event['step']:,} steps, {event['updates']:,} updates, {event['episodes']} episodes")
                print(f"{event['steps_per_second']:,.0f} steps/s in all, mean return {event['mean_return_100']}")
            elif event["event"] == "progress":
                peak = read_peak_megabytes(process.pid)
            if deadline and time.monotonic() > deadline:
                deadline = 0.0
                process.terminate()
        print(f"peak memory {peak:,.0f} MB; exit code {process.wait()}")


if __name__ == "__main__":
    main()
