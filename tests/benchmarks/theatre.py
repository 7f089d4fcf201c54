"""Frames of a rollout at 120x40 and what they cost, and training speed beside a rollout, and once it is closed."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

from dqn_tui.events import RunEnded
from dqn_tui.runs.folder import find_run_folders
from tests.benchmarks.dashboard_cost import read_end
from tests.benchmarks.measure import describe_machine, drawing_process, train_headless
from tests.terminal import Terminal, dqn_tui

# A terminal that knows synchronized output, and one that also shows pictures of its own.
_SYNC = b"\x1b[?2026;1$y"
_ANSWERS = {
    "half blocks": _SYNC + b"\x1b[?62;22c",
    "kitty": _SYNC + b"\x1b_Gi=31;OK\x1b\\\x1b[6;20;10t\x1b[?62;22c",
    "sixel": _SYNC + b"\x1b[6;20;10t\x1b[?62;4;22c",
}
# What a new frame begins with.
_FRAME = {"half blocks": b"\x1b[?2026h", "kitty": b"\x1b_Ga=T", "sixel": b"\x1bP0;1q"}
_START_SECONDS = 5.0


def measure_frames(run: Path, graphics: str, seconds: float, faster: int) -> None:
    """Print frames a second of `watch`, the processor time and the bytes of one."""
    command = dqn_tui("watch", str(run))
    with Terminal(command, 120, 40, is_blind=True, is_fresh=True) as terminal:
        terminal.wait_for(lambda: b"\x1b[c" in terminal.drawn)
        terminal.send(_ANSWERS[graphics])
        terminal.read_for(_START_SECONDS)
        terminal.press("+" * faster)
        terminal.read_for(1.0)
        pid = drawing_process(terminal.pid)
        terminal.drawn, before = b"", processor_seconds(pid)
        terminal.read_for(seconds)
        used = processor_seconds(pid) - before
        frames, drawn = terminal.drawn.count(_FRAME[graphics]), len(terminal.drawn)
        terminal.press("q")
        terminal.wait_for_exit()
    each = 1000 * used / max(1, frames)
    print(
        f"{graphics:<12} {frames / seconds:5.1f} frames/s, {each:5.1f} ms of the processor each "
        f"(environment and network included; up to {1000 / max(each, 0.1):.0f}/s on a core), "
        f"{drawn / max(1, frames) / 1000:5.1f} kB each",
        flush=True,
    )


def processor_seconds(pid: int) -> float:
    """Processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def train_with(runs_dir: Path, steps: str, act: Callable[[Terminal], None]) -> RunEnded:
    """A whole run in the dashboard, in which the user acts at the start; returns its last event."""
    command = dqn_tui("--runs-dir", str(runs_dir), "--steps", steps, "--seed", "1", "--set", "eval_every=0")
    with Terminal(command, 120, 40, is_blind=True) as terminal:
        terminal.wait_for(lambda: bool(find_run_folders(runs_dir)))
        terminal.read_for(3.0)
        act(terminal)
        while (ended := read_end(runs_dir)) is None:
            terminal.read_for(0.5)
        terminal.press("q")
        terminal.wait_for_exit()
    return ended


def leave_open(terminal: Terminal) -> None:
    """Open the rollout."""
    terminal.press("w")


def open_and_close(terminal: Terminal) -> None:
    """Open the rollout for a second."""
    terminal.press("w")
    terminal.read_for(1.0)
    terminal.press("w")


def do_nothing(terminal: Terminal) -> None:
    """Look on."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", default="40000")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--faster", type=int, default=0, help="how often + is pressed while frames are counted")
    options = parser.parse_args()
    print(describe_machine())
    with tempfile.TemporaryDirectory() as folder:
        runs = Path(folder) / "watched"
        train_headless(runs, "--steps", "3000", "--seed", "1", "--set", "eval_every=0")
        for graphics in _ANSWERS:
            measure_frames(find_run_folders(runs)[0].path, graphics, options.seconds, options.faster)
    ways = {"rollout open": leave_open, "closed again": open_and_close}
    ratios: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(1, options.rounds + 1):
        with tempfile.TemporaryDirectory() as folder:
            alone = train_with(Path(folder) / "alone", options.steps, do_nothing)
            line = f"round {number}: alone {alone.steps_per_second:7.1f} steps/s"
            for name, act in ways.items():
                ended = train_with(Path(folder) / name.replace(" ", "-"), options.steps, act)
                assert ended.weights_sha256 == alone.weights_sha256, "the rollout changed the result"
                ratios[name].append(ended.steps_per_second / alone.steps_per_second)
                line += f", {name} {ended.steps_per_second:7.1f} ({ratios[name][-1]:.3f})"
        print(line, flush=True)
    for name, values in ratios.items():
        print(f"{name}: median {median(values):.3f} of the speed alone ({min(values):.3f} to {max(values):.3f})")


if __name__ == "__main__":
    main()
