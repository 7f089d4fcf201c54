"""Time from a key to its effect in what the program draws, while training at 120x40 on a pseudo-terminal.

The bytes are searched for a word that only the effect draws; no emulator takes part, since one in Python would take
longer to show a full screen than the program takes to draw it. Each key comes at a random moment.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from statistics import median

from tests.benchmarks.measure import describe_machine, percentile
from tests.terminal import Terminal, dqn_tui

LIMIT_MS = 50
# Pairs of a key and the word that it draws; the second key undoes the first.
EFFECTS = (
    ("pause training, resume it", (("space", "PAUSED"), ("space", "RUNNING"))),
    ("freeze the view, go on", (("f", "FROZEN"), ("f", "RUNNING"))),
    ("smooth more, smooth less", (("m", "mean500"), ("M", "mean100"))),
    ("enlarge a pane, restore it", (("z", "Restore"), ("z", "Zoom"))),
    ("help, and back", (("?", "one environment step"), ("?", "Evaluations"))),
    ("stop dialog, and back", (("q", "Stop without saving"), ("c", "Evaluations"))),
)


def time_key(terminal: Terminal, key: str, word: str) -> float:
    """Milliseconds from the key to the word."""
    terminal.read_for(random.uniform(0.1, 0.5))
    terminal.drawn = b""
    terminal.press(key)
    return 1000 * terminal.wait_for(lambda: word.encode() in terminal.drawn, 10)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=50)
    options = parser.parse_args()
    print(f"key to effect while training: {describe_machine()}")
    with tempfile.TemporaryDirectory() as folder:
        command = dqn_tui("--runs-dir", folder, "--steps", "10000000", "--set", "eval_every=0", "--set", "save_every=0")
        with Terminal(command, 120, 40, is_blind=True) as terminal:
            terminal.wait_for(lambda: b"RUNNING" in terminal.drawn)
            terminal.read_for(3)
            for what, effects in EFFECTS:
                times = [time_key(terminal, *effect) for _ in range(options.pairs) for effect in effects]
                report(what, times)


def report(what: str, times: list[float]) -> None:
    """Print the median, the 95th percentile, and the share under the limit."""
    share = sum(value < LIMIT_MS for value in times) / len(times)
    print(
        f"{what:<26} median {median(times):5.1f} ms  p95 {percentile(times, 0.95):5.1f} ms  max {max(times):5.1f} ms  "
        f"{share:4.0%} under {LIMIT_MS} ms  ({len(times)} presses)",
        flush=True,
    )


if __name__ == "__main__":
    main()
