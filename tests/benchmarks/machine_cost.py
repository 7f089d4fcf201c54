"""What measuring the machine costs: processor time of the meter's thread, as a share of one core.

python -m tests.benchmarks.machine_cost [SECONDS]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from dqn_tui.training.machine import MachineMeter, Processes
from dqn_tui.training.side_reports import SideReports


def measure_parts() -> None:
    """Print the processor time of one measurement, and of one look for descendants."""
    processes = Processes()
    parts: dict[str, Callable[[], object]] = {
        "descendants": lambda: processes._own.children(recursive=True),
        "measurement": processes.measure,
    }
    for name, part in parts.items():
        before = time.thread_time()
        for _ in range(20):
            part()
        print(f"{name}: {(time.thread_time() - before) / 20 * 1e3:.3f} ms")


def measure_thread(seconds: float) -> None:
    """Print the share of a core that the thread takes, its start included."""
    meter = MachineMeter(Path.cwd(), "cpu", SideReports())
    meter.start()
    time.sleep(seconds)
    number = meter._thread.native_id
    spent = next(thread for thread in psutil.Process().threads() if thread.id == number)
    meter.stop()
    print(f"thread: {(spent.user_time + spent.system_time) / seconds:.4%} of a core over {seconds:g} s")


if __name__ == "__main__":
    print(f"{len(psutil.pids())} processes on this machine")
    measure_parts()
    measure_thread(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0)
