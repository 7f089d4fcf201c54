"""Time from a key to its effect on the screen, while training at 120x40 on a pseudo-terminal.

`space` must reach the trainer, stop it between two steps and come back as the word PAUSED; `z` only redraws.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Callable
from statistics import median

from tests.benchmarks.measure import describe_machine, percentile
from tests.terminal import Terminal, dqn_tui

HELP_LINE = "one environment step while paused"


def time_key(terminal: Terminal, key: str, is_done: Callable[[], bool]) -> float:
    """Milliseconds from the key to its effect."""
    terminal.press(key)
    return 1000 * terminal.wait_for(is_done, 10)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--presses", type=int, default=100)
    options = parser.parse_args()
    print(f"key to effect while training: {describe_machine()}")
    with tempfile.TemporaryDirectory() as folder:
        command = dqn_tui("--runs-dir", folder, "--steps", "10000000", "--set", "eval_every=0")
        with Terminal(command, 120, 40) as terminal:
            terminal.wait_for("RUNNING")
            report("space: RUNNING to PAUSED, and back", pause_times(terminal, options.presses))
            report("?: the help screen, and esc", help_times(terminal, options.presses))
            terminal.press("q")
            terminal.wait_for("stop", 10)
            terminal.press("k")
            terminal.wait_for_exit()


def pause_times(terminal: Terminal, presses: int) -> list[float]:
    """Milliseconds until the state word changes, for each press."""
    times = []
    for number in range(presses):
        terminal.read_for(random.uniform(0.05, 0.35))
        word = "PAUSED" if number % 2 == 0 else "RUNNING"
        times.append(time_key(terminal, "space", lambda word=word: word in terminal.text))
    return times


def help_times(terminal: Terminal, presses: int) -> list[float]:
    """Milliseconds until the help stands, or is gone, for each press."""
    times = []
    for number in range(presses):
        terminal.read_for(random.uniform(0.05, 0.35))
        is_opening = number % 2 == 0
        key = "?" if is_opening else "esc"
        times.append(time_key(terminal, key, lambda is_opening=is_opening: (HELP_LINE in terminal.text) == is_opening))
    return times


def report(what: str, times: list[float]) -> None:
    """Print the median and the 95th percentile."""
    share = sum(value < 50 for value in times) / len(times)
    print(
        f"{what}: median {median(times):.1f} ms, p95 {percentile(times, 0.95):.1f} ms, worst {max(times):.1f} ms; "
        f"{share:.0%} under 50 ms ({len(times)} presses)"
    )


if __name__ == "__main__":
    main()
