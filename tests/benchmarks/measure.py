"""What the scripts share: running the program, reading its last event, describing the machine."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any


def describe_machine() -> str:
    """Cores, Python and versions, in one line."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("torch", "numpy", "gymnasium", "textual"))
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {packages}"


def train_headless(runs_dir: Path, *arguments: str) -> dict[str, Any]:
    """A run with `--no-ui --json`; returns its last event."""
    return read_events(runs_dir, *arguments)[-1]


def read_events(runs_dir: Path, *arguments: str) -> list[dict[str, Any]]:
    """A run with `--no-ui --json`; returns all its events."""
    command = [sys.executable, "-m", "dqn_tui", "--no-ui", "--json", "--runs-dir", str(runs_dir), *arguments]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in output.splitlines()]


def drawing_process(pid: int) -> int:
    """Return the process that trains and draws behind the one that a terminal started; that one itself, if alone."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(children[0]) if children else pid


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
