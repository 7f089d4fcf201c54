"""What a run ran on."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import Any

# For networks of this size a second thread costs more than it brings.
TORCH_THREADS = 1


def describe_host(device: str) -> dict[str, Any]:
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
        "torch_threads": TORCH_THREADS,
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
