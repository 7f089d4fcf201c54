"""Time until `dqn-tui runs` fills its screen with a thousand runs, on a pseudo-terminal.

The program runs as it is installed: its modules are compiled, which the first start, not counted, sees to.
"""

from __future__ import annotations

import argparse
import codecs
import math
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import pyte

from dqn_tui.config import to_toml
from dqn_tui.events import Progress
from dqn_tui.runs.folder import RunFolder, create_run_folder
from dqn_tui.runs.journal import Journal
from dqn_tui.runs.tables import ProgressTable
from dqn_tui.settings import resolve_settings
from tests import fakes
from tests.benchmarks.measure import describe_machine
from tests.runs.test_checkpoint import save
from tests.terminal import UNKNOWN, Terminal, dqn_tui

# Header, filter, edges of the list, column names, details of the selected run, and keys.
OTHER_ROWS = 14
QUIET_SECONDS = 2.0
BARS = set("▁▂▃▄▅▆▇█")
AS_INSTALLED = {"PYTHONDONTWRITEBYTECODE": ""}
WHAT = ("names fill the screen", "the screen is full", "all runs are read")


def make_runs(runs_dir: Path, count: int) -> None:
    """Write as many runs, each with a journal and a table of 500 rows, all settings, and a best checkpoint."""
    for number in range(count):
        start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number)
        make_run(runs_dir, number, start)


def make_run(runs_dir: Path, number: int, start: datetime) -> RunFolder:
    """Write one run."""
    flags = {"seed": number, "gamma": round(0.9 + number % 10 / 100, 2)}
    config = resolve_settings(preset="cartpole", variables={}, flags=flags).config
    folder = create_run_folder(runs_dir, config.env, f"s{number}", start)
    folder.config.write_text(to_toml(config))
    journal, table = Journal(folder.events), ProgressTable(folder.progress)
    begun = fakes.started(start.timestamp(), seed=number, preset="cartpole", config=config.model_dump(mode="json"))
    rows = [progress(100 * row) for row in range(1, 501)]
    for event in (begun, *rows, fakes.ended(50_000, 2_000.0)):
        journal.write(event)
        table.write(event)
    journal.close()
    table.close()
    save(folder.best, step=40_000, reason="best", eval_mean=float(number % 500))
    return folder


def progress(step: int) -> Progress:
    """Metrics with a return that grows and wavers."""
    told = fakes.progress(step, 1_000.0 + step)
    return Progress(
        step=step,
        time=told.time,
        metrics=told.metrics | {"rollout/ep_rew_mean": step / 125 + 50 * math.sin(step / 3_000)},
    )


def record(runs_dir: Path, columns: int, rows: int) -> list[tuple[float, str]]:
    """Show the list until nothing changes; return what was drawn, and when, in seconds from the start.

    The screen is put together afterwards: that takes more of the processor than drawing it.
    """
    command, drawn = dqn_tui("runs", "--runs-dir", str(runs_dir)), 0
    chunks: list[tuple[float, str]] = []
    start = newest = time.perf_counter()
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    with Terminal(command, columns, rows, AS_INSTALLED, is_blind=True) as terminal:
        while time.perf_counter() - newest < QUIET_SECONDS or not chunks:
            terminal.read_for(0.005)
            if len(terminal.drawn) > drawn:
                newest = time.perf_counter()
                chunks.append((newest - start, decode(terminal.drawn[drawn:])))
                drawn = len(terminal.drawn)
    return chunks


def time_list(runs_dir: Path, columns: int, rows: int) -> list[float]:
    """Return the seconds until each of `WHAT`."""
    screen = pyte.Screen(columns, rows)
    stream = pyte.Stream(screen)
    times: list[float] = []
    for seconds, text in record(runs_dir, columns, rows):
        stream.feed(UNKNOWN.sub("", text))
        reached = judge(screen.display, rows - OTHER_ROWS)
        times += [seconds] * (next((n for n, is_so in enumerate(reached) if not is_so), len(reached)) - len(times))
    return times


def judge(display: list[str], most_runs: int) -> tuple[bool, bool, bool]:
    """Return which of `WHAT` a screen shows: a full one has every column of all its rows, the curves among them."""
    listed = [line for line in display if "CartPole-v1 s" in line]
    is_named = len(listed) == most_runs
    is_full = is_named and all("…" not in line and BARS & set(line) for line in listed)
    return is_named, is_full, is_named and "reading" not in display[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--size", action="append", help="columns x rows; repeatable  [120x40 and 200x60]")
    options = parser.parse_args()
    print(f"list of {options.runs:,} runs: {describe_machine()}")
    with tempfile.TemporaryDirectory() as folder:
        make_runs(Path(folder), options.runs)
        for size in options.size or ("120x40", "200x60"):
            columns, rows = map(int, size.split("x"))
            _, *times = [time_list(Path(folder), columns, rows) for _ in range(options.repeats + 1)]
            for what, seconds in zip(WHAT, zip(*times, strict=True), strict=True):
                values = " ".join(f"{value:.2f}" for value in sorted(seconds))
                print(f"{size}, {what}: median {median(seconds):.2f} s of {values}")


if __name__ == "__main__":
    main()
