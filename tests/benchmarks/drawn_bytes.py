"""Bytes that the dashboard writes to the terminal while it trains CartPole, by panel and by kind.

The real program runs on a pseudo-terminal. What moves the cursor, what changes the style and what is text is counted
under the panel in which it is drawn; the processor time is that of the main thread, which draws.
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field

from rich.cells import cell_len
from textual.geometry import Region, Size

from dqn_tui.ui.dashboard.layout import Planner
from dqn_tui.ui.dashboard.pane import PaneTable
from dqn_tui.ui.dashboard.panes import PANES
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.run_view import RunView
from tests.benchmarks.measure import describe_machine, drawing_process
from tests.terminal import Terminal, dqn_tui

SIZES = ("80x24", "120x40", "200x60")
_TOKEN = re.compile(r"\x1b\[(?P<row>\d+);(?P<column>\d+)H|\x1b\[[\d;:]*m|\x1b\[[0-?]*[ -/]*[@-~]|\x1b.|[^\x1b]+", re.S)


@dataclass
class Bytes:
    """What was written, in bytes."""

    panels: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """All bytes."""
        return sum(self.kinds.values())


def sort_bytes(drawn: bytes, size: Size) -> Bytes:
    """Count what was drawn by panel and by kind."""
    plan = Planner(PaneTable(PANES), RunScene(live=RunView(), selected=PaneTable(PANES).main.id)).plan(size)
    found, x, y = Bytes(), 0, 0
    for token in _TOKEN.finditer(drawn.decode("utf-8", "replace")):
        text = token[0]
        if token["row"]:
            kind, x, y = "moves", int(token["column"]) - 1, int(token["row"]) - 1
        elif text.startswith("\x1b"):
            kind = "styles" if text.endswith("m") else "moves" if text[-1] in "ABCDGH" else "others"
        else:
            kind = "text"
        found.kinds[kind] += len(text.encode())
        found.panels[panel_at(plan, x, y)] += len(text.encode())
        if kind == "text":
            lines = text.split("\n")
            y += len(lines) - 1
            x = x * (len(lines) == 1) + cell_len(lines[-1].replace("\r", ""))
        elif text.startswith("\x1b[") and text.endswith("C"):
            x += int(text[2:-1] or 1)
    return found


def panel_at(plan: dict[str, Region], x: int, y: int) -> str:
    """Name the panel that holds a cell."""
    return next((name for name, region in plan.items() if region.contains(x, y)), "elsewhere")


def processor_seconds(pid: int) -> float:
    """Processor time of a process's main thread."""
    with open(f"/proc/{pid}/task/{pid}/stat", encoding="utf-8") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(size: Size, seconds: float, arguments: list[str]) -> None:
    """Train, and print what was drawn in a stretch of time."""
    with tempfile.TemporaryDirectory() as runs:
        command = dqn_tui("--runs-dir", runs, "--seed", "1", "--steps", "200000", *arguments)
        with Terminal(command, size.width, size.height) as terminal:
            terminal.wait_for("RUNNING")
            # The answer that makes Textual mark where each write begins.
            terminal.send(b"\x1b[?2026;2$y")
            terminal._is_blind = True
            terminal.read_for(2)
            terminal.drawn, worked, started = b"", processor_seconds(drawing_process(terminal.pid)), time.monotonic()
            terminal.read_for(seconds)
            passed = time.monotonic() - started
            drawn, worked = terminal.drawn, processor_seconds(drawing_process(terminal.pid)) - worked
            terminal.press("q", "k")
            terminal.wait_for_exit()
    frames = max(1, drawn.count(b"\x1b[?2026h"))
    found = sort_bytes(drawn, size)
    print(
        f"{size.width}x{size.height}: {found.total / passed / 1000:6.1f} kB/s, {frames / passed:.1f} writes/s, "
        f"{found.total / frames / 1000:.1f} kB and {1000 * worked / frames:.1f} ms of the main thread a write"
    )
    for counter in (found.kinds, found.panels):
        print(
            "   ", ", ".join(f"{name} {count / passed / 1000:.2f}" for name, count in counter.most_common()), flush=True
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", action="append", help=f"columns x rows, repeatable; default: {', '.join(SIZES)}")
    parser.add_argument("--seconds", type=float, default=15.0, help="measured, after two seconds of training")
    parser.add_argument("--marker", default="braille")
    options = parser.parse_args()
    print(f"CartPole-v1, {describe_machine()}; kB/s")
    for text in options.size or SIZES:
        width, height = map(int, text.split("x"))
        measure(Size(width, height), options.seconds, ["--marker", options.marker])


if __name__ == "__main__":
    main()
