"""What the run uses of its machine: processor, memory, disk, GPU."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from dqn_tui import events
from dqn_tui.events import Event
from dqn_tui.training.gpu import Gpu, find_gpu
from dqn_tui.training.side_reports import SideReports

if TYPE_CHECKING:
    import psutil

SHORTEST_SECONDS = 2.0
SHARE = 0.0002
"""Share of one core for each of two kinds of work: measuring processes, and finding them."""
_FIRST_SECONDS = 0.5
SAVES_AHEAD = 2
"""A checkpoint and the best one may be written one after the other, each beside the one that it replaces."""


class Processes:
    """This process and its descendants, such as the workers of environments.

    Looking for descendants takes as long as the machine has processes, so it is done the less often the longer it
    takes.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        import psutil

        self._own = psutil.Process()
        # A process is equal to another object for it, but not to a later process with the same id.
        self._all: dict[psutil.Process, psutil.Process] = {}
        self._clock = clock
        self._search_at = -float("inf")
        self._own.cpu_percent()

    def search(self) -> None:
        """Look for descendants that are new or gone, if it is time for that."""
        if self._clock() < self._search_at:
            return
        before = time.thread_time()
        found = self._own.children(recursive=True)
        # Those already known remember since when they are measured.
        self._all = {process: self._all.get(process, process) for process in found}
        self._search_at = self._clock() + max(SHORTEST_SECONDS, (time.thread_time() - before) / SHARE)

    def measure(self) -> dict[str, float]:
        """Return `system/cpu_percent` since the last call, 100 for each busy core, and `system/memory_bytes`."""
        import psutil

        percent, memory = self._own.cpu_percent(), self._own.memory_info().rss
        for process in list(self._all.values()):
            try:
                percent += process.cpu_percent()
                memory += process.memory_info().rss
            except psutil.Error:
                del self._all[process]
        return {"system/cpu_percent": round(percent, 1), "system/memory_bytes": memory}


class DiskWatch:
    """Knows how much the next checkpoints need, and warns once where the disk has less."""

    def __init__(self) -> None:
        self.needed_bytes = 0
        self._has_warned = False

    def take(self, event: Event) -> None:
        """Note the size of checkpoints: that of the newest, and before it that of the replay buffer at the end."""
        match event:
            case events.RunStarted() if event.buffer_size:
                filled = min(1.0, event.total_timesteps / event.buffer_size)
                self._expect(int(event.replay_bytes * filled))
            case events.RunResumed() | events.CheckpointSaved():
                self._expect(event.size_bytes)

    def find_shortage(self, free_bytes: int) -> str | None:
        """Return a warning in one line where `free_bytes` are too few for the first time."""
        if self._has_warned or free_bytes >= self.needed_bytes:
            return None
        self._has_warned = True
        return (
            f"the disk is nearly full: {_megabytes(free_bytes)} are free, "
            f"and the next checkpoints need up to {_megabytes(self.needed_bytes)}"
        )

    def _expect(self, size_bytes: int) -> None:
        self.needed_bytes = max(self.needed_bytes, SAVES_AHEAD * size_bytes)


class MachineMeter:
    """A thread that measures every few seconds, rarely enough to cost training no more than `SHARE`.

    Args:
        folder: the run folder, whose disk is measured.
        device: name of torch's device.
        reports: takes the measurements and warnings.
    """

    def __init__(self, folder: Path, device: str, reports: SideReports) -> None:
        self._folder = folder
        self._device = device
        self._reports = reports
        self._disk = DiskWatch()
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="machine", daemon=True)

    def start(self) -> None:
        """Start measuring."""
        self._thread.start()

    def stop(self) -> None:
        """Stop measuring, without waiting: a disk that does not respond must not hold up the end of a run."""
        self._is_over.set()

    def take(self, event: Event) -> None:
        """Note what an event says about the size of checkpoints."""
        self._disk.take(event)

    def _work(self) -> None:
        processes, gpu = Processes(), find_gpu(self._device)
        pause = _FIRST_SECONDS
        while not self._is_over.wait(pause):
            # What cannot be measured now may be measurable the next time.
            with suppress(Exception):
                processes.search()
            before = time.thread_time()
            with suppress(Exception):
                self._measure(processes, gpu)
            pause = max(SHORTEST_SECONDS, (time.thread_time() - before) / SHARE)

    def _measure(self, processes: Processes, gpu: Gpu | None) -> None:
        free = free_bytes(self._folder)
        metrics = processes.measure() | {"system/disk_free_bytes": free} | (gpu.measure() if gpu else {})
        self._reports.set_metrics(metrics)
        if message := self._disk.find_shortage(free):
            self._reports.warn(message)


def free_bytes(folder: Path) -> int:
    """Return the bytes that this user may still write to the disk of the folder.

    Raises:
        OSError: the folder is gone.
    """
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


def _megabytes(count: int) -> str:
    return f"{count / 1024**2:,.0f} MB"
