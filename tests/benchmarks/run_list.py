"""Time until `dqn-tui runs` fills its screen with a thousand runs, on a pseudo-terminal."""

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

COLUMNS, ROWS = 200, 60
# Header, filter, column names, keys and the edges of the boxes.
LEAST_ROWS_OF_RUNS = 40
QUIET_SECONDS = 2.0


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
    begun = fakes.started(seed=number, preset="cartpole", config=config.model_dump(mode="json"))
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


def record(runs_dir: Path) -> list[tuple[float, str]]:
    """Show the list until nothing changes; return what was drawn, and when, in seconds from the start.

    The screen is put together afterwards: that takes more of the processor than drawing it.
    """
    command, drawn = dqn_tui("runs", "--runs-dir", str(runs_dir)), 0
    chunks: list[tuple[float, str]] = []
    start = newest = time.perf_counter()
    decode = codecs.getincrementaldecoder("utf-8")("replace").decode
    with Terminal(command, COLUMNS, ROWS, is_blind=True) as terminal:
        while time.perf_counter() - newest < QUIET_SECONDS or not chunks:
            terminal.read_for(0.005)
            if len(terminal.drawn) > drawn:
                newest = time.perf_counter()
                chunks.append((newest - start, decode(terminal.drawn[drawn:])))
                drawn = len(terminal.drawn)
    return chunks


def time_list(runs_dir: Path) -> tuple[float, float, float]:
    """Seconds until names fill the screen, until every row of the screen is read, and until every run is."""
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.Stream(screen)
    times: list[float] = []
    for seconds, text in record(runs_dir):
        stream.feed(UNKNOWN.sub("", text))
        rows = [line for line in screen.display if "CartPole-v1" in line][:LEAST_ROWS_OF_RUNS]
        is_full = len(rows) == LEAST_ROWS_OF_RUNS
        reached = (
            is_full,
            is_full and not any("…" in row for row in rows),
            is_full and "reading" not in screen.display[0],
        )
        times += [seconds] * (next((n for n, is_so in enumerate(reached) if not is_so), len(reached)) - len(times))
    named, full, read = times
    return named, full, read


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    print(f"list of {options.runs:,} runs at {COLUMNS}x{ROWS}: {describe_machine()}")
    with tempfile.TemporaryDirectory() as folder:
        make_runs(Path(folder), options.runs)
        times = [time_list(Path(folder)) for _ in range(options.repeats)]
    for what, seconds in zip(
        ("names fill the screen", "the screen is full", "all runs are read"), zip(*times, strict=True), strict=True
    ):
        print(f"{what}: median {median(seconds):.2f} s, {min(seconds):.2f} to {max(seconds):.2f} s")


if __name__ == "__main__":
    main()
