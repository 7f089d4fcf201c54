"""What a run ran on."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

# With others than these the same arithmetic may give other last digits, and the same seed another episode.
_DECISIVE = ("python", "torch", "numpy", "gymnasium", "device", "torch_threads")


def describe_host(device: str, torch_threads: int) -> dict[str, Any]:
    """Versions, device and threads, for `host.json`."""
    return {
        "dqn_tui": _version("dqn-tui"),
        "python": platform.python_version(),
        "torch": _version("torch"),
        "numpy": _version("numpy"),
        "gymnasium": _version("gymnasium"),
        "platform": platform.platform(),
        "cpu_count": os.cpu_count(),
        "device": device,
        "torch_threads": torch_threads,
    }


def read_host(file: Path) -> dict[str, Any]:
    """What `describe_host` gave when the run was begun or last taken up; empty where that is not known."""
    try:
        host = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return host if isinstance(host, dict) else {}


def compare_hosts(old: Mapping[str, Any], new: Mapping[str, Any]) -> str | None:
    """Why a run cannot go on bit for bit, in one line; None where nothing speaks against it."""
    changes = [f"{key} was {old[key]!s:.40}, is {new[key]}" for key in _DECISIVE if key in old and old[key] != new[key]]
    return f"resume is approximate: {'; '.join(changes)}" if changes else None


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
