"""Load and memory of the run's GPU, by NVIDIA's management library (extra `gpu`)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any


class Gpu:
    """One GPU of this machine.

    Args:
        library: the module `pynvml`, initialized.
        handle: its handle of the GPU.
    """

    def __init__(self, library: Any, handle: Any) -> None:
        self._library = library
        self._handle = handle

    def measure(self) -> dict[str, float]:
        """Return `system/gpu_percent` and `system/gpu_memory_bytes`, that of all processes, as far as it is known."""
        measured: dict[str, float] = {}
        try:
            measured["system/gpu_memory_bytes"] = self._library.nvmlDeviceGetMemoryInfo(self._handle).used
            measured["system/gpu_percent"] = self._library.nvmlDeviceGetUtilizationRates(self._handle).gpu
        except self._library.NVMLError:
            # A part of a divided GPU has no load of its own.
            pass
        return measured


def find_gpu(device: str, variables: Mapping[str, str] = os.environ) -> Gpu | None:
    """Return the GPU that the run trains on, or could train on; None where there is none, or no library to ask.

    Args:
        device: name of torch's device; without a number, it is the first one that is visible.
        variables: the environment, of which CUDA_VISIBLE_DEVICES is read.
    """
    try:
        import pynvml
    except ImportError:
        return None
    try:
        pynvml.nvmlInit()
        return Gpu(pynvml, _find_handle(pynvml, _name_device(device, variables)))
    except (pynvml.NVMLError, ValueError):
        return None


def _name_device(device: str, variables: Mapping[str, str]) -> str:
    """Return number or UUID of the device; empty where no device is visible."""
    number = int(device.partition(":")[2] or 0)
    visible = variables.get("CUDA_VISIBLE_DEVICES")
    if visible is None:
        return str(number)
    names = [name.strip() for name in visible.split(",")]
    return names[number] if number < len(names) else ""


def _find_handle(library: Any, name: str) -> Any:
    """Return the handle of the device with that number or UUID.

    Raises:
        ValueError: it is neither.
    """
    if name.startswith(("GPU-", "MIG-")):
        return library.nvmlDeviceGetHandleByUUID(name)
    return library.nvmlDeviceGetHandleByIndex(int(name))
