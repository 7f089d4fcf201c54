"""The machine and the versions that a run ran on."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from dqn_tui.errors import CheckpointError
from dqn_tui.runs.reading import open_regular, parse_json

_LARGEST_BYTES = 100_000
# If one of these differs, the same arithmetic may give other last digits, and the same seed another episode.
_DECISIVE = ("python", "torch", "numpy", "gymnasium", "device", "torch_threads")


def describe_host(device: str, torch_threads: int) -> dict[str, Any]:
    """Return versions, device and threads, for `host.json`."""
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
    """Return what `describe_host` returned when the run was started or last resumed; empty if that is unknown."""
    try:
        with open_regular(file, _LARGEST_BYTES) as content:
            return parse_json(file, content.read(_LARGEST_BYTES))
    except CheckpointError:
        return {}


def compare_hosts(old: Mapping[str, Any], new: Mapping[str, Any]) -> str | None:
    """Return why a resumed run may not be the same bit for bit, in one line; None if it will be."""
    changes = [f"{key} was {old[key]!s:.40}, is {new[key]}" for key in _DECISIVE if key in old and old[key] != new[key]]
    return f"resume is approximate: {'; '.join(changes)}" if changes else None


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
