"""Viewing a long run, what viewers and a flood at the socket cost a run that trains, and leaving a run ten times."""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from dqn_tui import events
from dqn_tui.attach.server import MOST_CONNECTIONS
from dqn_tui.config import parse_config, to_toml
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.journal import Journal, read_last_event
from tests.benchmarks.measure import describe_machine
from tests.benchmarks.viewer_memory import write_journal
from tests.terminal import Terminal, dqn_tui

STEPS = 60_000
SEED = 11


def open_long_run(steps: int) -> None:
    """Print the seconds to the first complete picture of a finished run, and the memory of its viewer."""
    with tempfile.TemporaryDirectory() as path:
        folder = RunFolder(Path(path) / "run")
        folder.path.mkdir()
        count = write_journal(folder.events, steps)
        folder.config.write_text(to_toml(parse_config({"total_timesteps": steps})))
        journal = Journal(folder.events)
        journal.write(
            events.RunEnded(
                step=steps, time=steps / 2000, reason=events.EndReason.COMPLETED, episodes=1, mean_return_100=1.0,
                best_eval_mean=None, updates=1, wall_seconds=steps / 2000, steps_per_second=2000.0, checkpoint=None,
                weights_sha256="0",
            )
        )  # fmt: skip
        journal.close()
        size = folder.events.stat().st_size
        for _ in range(3):
            start = time.perf_counter()
            with Terminal(dqn_tui("view", str(folder.path))) as terminal:
                terminal.wait_for("DONE")
                seconds = time.perf_counter() - start
                first = _memory(terminal.pid)
                terminal.read_for(3)
                later = _memory(terminal.pid)
                terminal.press("q")
                terminal.wait_for_exit()
            print(f"view, {count:,} events, {size / 1e6:.0f} MB: {seconds:.2f} s; {first:.0f} MB, later {later:.0f} MB")


def _memory(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


@contextmanager
def training(runs_dir: Path, *arguments: str) -> Iterator[tuple[RunFolder, subprocess.Popen[bytes]]]:
    """A headless run that has started."""
    command = dqn_tui("--no-ui", "--runs-dir", str(runs_dir), "--seed", str(SEED), "--steps", str(STEPS), *arguments)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield _wait_for_folder(runs_dir), process
    finally:
        process.kill()
        process.wait()


def _wait_for_folder(runs_dir: Path) -> RunFolder:
    while True:
        with suppress(OSError, ValueError):
            (path,) = runs_dir.iterdir()
            if json.loads((path / "run.lock").read_text())["socket"]:
                return RunFolder(path)
        time.sleep(0.02)


def _end(folder: RunFolder, process: subprocess.Popen[bytes] | None = None) -> events.RunEnded:
    while not isinstance(last := read_last_event(folder.events), events.RunEnded):
        time.sleep(0.1)
    if process is not None:
        process.wait()
    return last


def measure_cost(pairs: int) -> None:
    """Print the speed beside a viewer, and beside a stopped one, over that alone, and whether weights agree."""
    ratios: dict[str, list[float]] = {"viewed": [], "with a stopped viewer": []}
    hashes = set()
    for _ in range(pairs):
        speeds = {}
        for kind in ("alone", *ratios):
            with tempfile.TemporaryDirectory() as path, training(Path(path)) as (folder, process):
                viewer = None
                if kind != "alone":
                    viewer = Terminal(dqn_tui("view", str(folder.path)), is_blind=True)
                    viewer.read_for(2)
                    if kind != "viewed":
                        viewer.send_signal(signal.SIGSTOP)
                while process.poll() is None:
                    viewer.read_for(0.1) if viewer else time.sleep(0.1)
                ended = _end(folder)
                if viewer:
                    os.kill(viewer.pid, signal.SIGKILL)
                    viewer.__exit__(None, None, None)
            speeds[kind] = ended.steps_per_second
            hashes.add(ended.weights_sha256)
        for kind, found in ratios.items():
            found.append(speeds[kind] / speeds["alone"])
        print(", ".join(f"{kind} {speed:,.0f} steps/s" for kind, speed in speeds.items()), flush=True)
    for kind, found in ratios.items():
        print(f"{kind}: {statistics.median(found):.3f} of the speed alone ({min(found):.3f} to {max(found):.3f})")
    print(f"weights: {'all equal' if len(hashes) == 1 else 'DIFFERENT'}")


def flood(lines: int) -> None:
    """Send random and malformed lines at the socket of a run; print whether weights and speed are as without."""
    found = {}
    for is_flooded in (False, True):
        with tempfile.TemporaryDirectory() as path, training(Path(path), "--steps", "150000") as (folder, process):
            sent = _send_junk(folder, lines) if is_flooded else 0
            ended = _end(folder, process)
            found[is_flooded] = ended
            print(f"{sent:,} lines: {ended.steps_per_second:,.0f} steps/s, exit {process.returncode}", flush=True)
    print(f"weights: {'equal' if found[True].weights_sha256 == found[False].weights_sha256 else 'DIFFERENT'}")


def _send_junk(folder: RunFolder, lines: int) -> int:
    """Send from as many connections at a time as the run takes; return how many lines went out before it ended."""
    path = json.loads((folder.path / "run.lock").read_text())["socket"]

    def send(seed: int) -> bool:
        with socket.socket(socket.AF_UNIX) as connection, suppress(OSError):
            connection.settimeout(5)
            connection.connect(path)
            connection.sendall(_junk(random.Random(seed)))
            connection.recv(4_096)
            return True
        return False

    with ThreadPoolExecutor(MOST_CONNECTIONS) as senders:
        return sum(senders.map(send, range(lines)))


def _junk(generator: random.Random) -> bytes:
    kind = generator.randrange(5)
    if kind == 0:
        return generator.randbytes(generator.randrange(1, 5_000)) + b"\n"
    if kind == 1:
        return b'{"request": "stop"' + generator.randbytes(20) + b"}\n"
    if kind == 2:
        return json.dumps({"request": generator.choice(["detach", "set", "STOP", "", None, 7])}).encode() + b"\n"
    if kind == 3:
        return b"[" * generator.randrange(2_000) + b"\n"
    return b'{"request": "status"}\n'


def leave_and_return(runs: int, times: int) -> None:
    """Detach from a run, join and leave it at random moments; print whether weights are those of a straight run."""
    with tempfile.TemporaryDirectory() as path, training(Path(path)) as (folder, process):
        straight = _end(folder, process).weights_sha256
    equal = 0
    for number in range(runs):
        generator = random.Random(number)
        with tempfile.TemporaryDirectory() as path:
            command = dqn_tui("--runs-dir", path, "--seed", str(SEED), "--steps", str(STEPS))
            with Terminal(command) as terminal:
                terminal.wait_for("RUNNING")
                terminal.read_for(generator.uniform(0, 2))
                terminal.press("d")
                assert terminal.wait_for_exit() == 0
            folder = _wait_for_folder(Path(path))
            joined = sum(_join(folder, generator) for _ in range(times))
            equal += _end(folder).weights_sha256 == straight
            print(f"run {number + 1}: joined {joined} times while it trained", flush=True)
    print(f"weights equal to the straight run: {equal} of {runs}")


def _join(folder: RunFolder, generator: random.Random) -> bool:
    was_training = not isinstance(read_last_event(folder.events), events.RunEnded)
    with Terminal(dqn_tui("view", str(folder.path))) as terminal:
        terminal.wait_for(lambda: "steps/s" in terminal.text and "loading" not in terminal.text)
        keys: list[Any] = [["space", "space"], ["s"], ["e"], ["w"], []]
        if was_training:
            terminal.press(*generator.choice(keys))
        terminal.read_for(generator.uniform(0, 1))
        # Whatever is open, the signal leaves.
        terminal.send_signal(signal.SIGTERM)
        terminal.wait_for_exit()
    if was_training:
        subprocess.run(dqn_tui("control", str(folder.path), "resume"), check=False, capture_output=True)
    return was_training


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="*", default=["open", "cost", "flood", "leave"])
    parser.add_argument("--steps", type=int, default=10_000_000, help="of the long run")
    parser.add_argument("--pairs", type=int, default=5)
    options = parser.parse_args()
    print(f"attach: {describe_machine()}", flush=True)
    if "open" in options.what:
        open_long_run(options.steps)
    if "cost" in options.what:
        measure_cost(options.pairs)
    if "flood" in options.what:
        flood(1_000)
    if "leave" in options.what:
        leave_and_return(runs=2, times=10)


if __name__ == "__main__":
    main()
