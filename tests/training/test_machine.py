"""What the run takes of its machine, and the warning before its disk is full."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import types
from pathlib import Path
from typing import Any

import pytest

from dqn_tui import events
from dqn_tui.control import Stop
from dqn_tui.runs.journal import read_journal
from dqn_tui.training import machine
from dqn_tui.training.background import BackgroundRun
from dqn_tui.training.gpu import find_gpu
from dqn_tui.training.machine import DiskWatch, MachineMeter, Processes, free_bytes
from dqn_tui.training.side_reports import SideReports
from tests import fakes
from tests.helpers import Follower, open_run, quick_config, wait_until

MEGABYTE = 1024**2


def resumed(size_bytes: int) -> events.RunResumed:
    return events.RunResumed(step=0, time=1.0, checkpoint="c", size_bytes=size_bytes)


def test_memory_and_processor_of_children_count() -> None:
    program = (
        "import sys; block = bytearray(60 * 1024**2); print('ready', flush=True)\nwhile not sys.stdin.closed: pass"
    )
    alone = Processes()
    alone.search()
    before = alone.measure()["system/memory_bytes"]
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        try:
            assert child.stdout is not None
            child.stdout.readline()
            together = Processes()
            together.search()
            assert together.measure()["system/memory_bytes"] - before > 50 * MEGABYTE
            wait_until(lambda: together.measure()["system/cpu_percent"] > 0, "the child works")
        finally:
            child.kill()
    assert together.measure()["system/memory_bytes"] - before < 50 * MEGABYTE


def test_children_are_looked_for_the_less_often_the_longer_that_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    now = spent = 0.0
    found: list[float] = []

    def think() -> float:
        nonlocal spent
        spent += 1 / 512
        return spent

    processes = Processes(clock=lambda: now)

    def look(**_: object) -> list[Any]:
        found.append(now)
        return []

    monkeypatch.setattr(machine, "SHARE", 1 / 4096)
    monkeypatch.setattr(time, "thread_time", think)
    monkeypatch.setattr(processes._own, "children", look)
    for tick in range(60):
        now = tick / 2
        processes.search()
    assert found == [0.0, 8.0, 16.0, 24.0]


@pytest.mark.parametrize(
    ("script", "needed"),
    [
        ([], 0),
        # Half of the buffer is filled at the end.
        ([fakes.started(replay_bytes=100 * MEGABYTE, buffer_size=100_000, total_timesteps=50_000)], 100 * MEGABYTE),
        ([fakes.started(replay_bytes=100 * MEGABYTE, buffer_size=10_000, total_timesteps=50_000)], 200 * MEGABYTE),
        ([resumed(7 * MEGABYTE)], 14 * MEGABYTE),
        ([resumed(7 * MEGABYTE), fakes.saved(1, 1.0)], 14 * MEGABYTE),
        ([fakes.saved(1, 1.0)], 2 * 1_258_291),
    ],
)
def test_the_next_two_checkpoints_need_room(script: list[events.Event], needed: int) -> None:
    watch = DiskWatch()
    for event in script:
        watch.take(event)
    assert watch.needed_bytes == needed
    assert watch.find_shortage(needed) is None


def test_a_disk_that_is_nearly_full_is_warned_of_once() -> None:
    watch = DiskWatch()
    watch.take(resumed(50 * MEGABYTE))
    message = watch.find_shortage(99 * MEGABYTE)
    assert message == "the disk is nearly full: 99 MB are free, and the next checkpoints need up to 100 MB"
    assert watch.find_shortage(MEGABYTE) is None


def test_the_free_bytes_are_those_of_the_system(tmp_path: Path) -> None:
    disk = os.statvfs(tmp_path)
    assert 0 <= free_bytes(tmp_path) <= disk.f_blocks * disk.f_frsize
    with pytest.raises(OSError, match="No such file"):
        free_bytes(tmp_path / "gone")


def test_a_meter_reports_until_it_is_stopped_and_survives_a_folder_that_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "_FIRST_SECONDS", 0.0)
    monkeypatch.setattr(machine, "SHORTEST_SECONDS", 0.0)
    monkeypatch.setattr(machine, "SHARE", 1.0)
    folder = tmp_path / "run"
    reports = SideReports()
    meter = MachineMeter(folder, "cpu", reports)
    meter.take(resumed(2**60))
    meter.start()
    folder.mkdir()
    wait_until(lambda: bool(reports._metrics), "it measures")
    metrics = reports.take_metrics()
    assert {"system/cpu_percent", "system/memory_bytes", "system/disk_free_bytes"} <= metrics.keys()
    assert metrics["system/memory_bytes"] > 10 * MEGABYTE
    assert "nearly full" in reports.take_warnings()[0]
    meter.stop()
    meter._thread.join(60)
    assert not meter._thread.is_alive()


def test_side_reports_are_taken_once_and_bounded() -> None:
    reports = SideReports()
    for number in range(100):
        reports.warn(f"warning {number}")
        reports.set_metrics({"system/x": float(number)})
    assert reports.take_metrics() == {"system/x": 99.0}
    assert reports.take_metrics() == {}
    assert reports.take_warnings() == [f"warning {number}" for number in range(80, 100)]
    assert reports.take_warnings() == []


def test_measurements_and_warnings_of_other_threads_are_in_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "_FIRST_SECONDS", 0.0)
    follower = Follower(tmp_path, total_timesteps=100_000_000)
    follower.run.report_warning("from elsewhere")
    warning = follower.wait_for(events.WarningRaised, lambda event: event.message == "from elsewhere")
    progress = follower.wait_for(events.Progress, lambda event: "system/memory_bytes" in event.metrics)
    follower.run.request(Stop(should_save=False))
    follower.finish()
    recorded = list(read_journal(follower.folder.events))
    assert warning in recorded
    assert progress in recorded
    # They come every two seconds, not with each progress.
    reported = [event for event in recorded if isinstance(event, events.Progress)]
    assert sum("system/memory_bytes" in event.metrics for event in reported) < len(reported)


def test_listeners_hear_every_event_and_late_warnings_are_kept(tmp_path: Path) -> None:
    config = quick_config()
    run = BackgroundRun(config, *open_run(tmp_path, config))
    heard: list[events.Event] = []
    run.listeners.append(heard.append)
    run.start(lambda: None)
    assert run.join(60)
    run.report_warning("too late")
    assert run.take_warnings() == ["too late"]
    assert heard == run.drain()
    assert isinstance(heard[-1], events.RunEnded)


# --- the GPU, of which NVIDIA's library tells ---


class FakeLibrary(types.ModuleType):
    """`pynvml` on a machine with two GPUs, one of which is a part of a divided one."""

    class NVMLError(Exception):
        """The library's own error."""

    def __init__(self, *, is_broken: bool = False) -> None:
        super().__init__("pynvml")
        self._is_broken = is_broken

    def nvmlInit(self) -> None:  # noqa: N802
        if self._is_broken:
            raise self.NVMLError("no driver")

    def nvmlDeviceGetHandleByIndex(self, index: int) -> str:  # noqa: N802
        if index > 1:
            raise self.NVMLError("not found")
        return f"gpu {index}"

    def nvmlDeviceGetHandleByUUID(self, uuid: str) -> str:  # noqa: N802
        return f"gpu {uuid}"

    def nvmlDeviceGetMemoryInfo(self, handle: str) -> Any:  # noqa: N802
        return types.SimpleNamespace(used={"gpu 0": 1_000, "gpu 1": 2_000}.get(handle, 3_000))

    def nvmlDeviceGetUtilizationRates(self, handle: str) -> Any:  # noqa: N802
        if handle == "gpu 1":
            raise self.NVMLError("not supported")
        return types.SimpleNamespace(gpu=43)


@pytest.mark.parametrize(
    ("device", "variables", "metrics"),
    [
        ("cuda", {}, {"system/gpu_percent": 43, "system/gpu_memory_bytes": 1_000}),
        ("auto", {}, {"system/gpu_percent": 43, "system/gpu_memory_bytes": 1_000}),
        ("cuda:1", {}, {"system/gpu_memory_bytes": 2_000}),
        ("cuda", {"CUDA_VISIBLE_DEVICES": "1,0"}, {"system/gpu_memory_bytes": 2_000}),
        (
            "cuda:1",
            {"CUDA_VISIBLE_DEVICES": "1,GPU-ab"},
            {"system/gpu_percent": 43, "system/gpu_memory_bytes": 3_000},
        ),
        ("cuda", {"CUDA_VISIBLE_DEVICES": ""}, None),
        ("cuda:2", {"CUDA_VISIBLE_DEVICES": "0"}, None),
        ("cuda:7", {}, None),
    ],
)
def test_the_gpu_is_the_one_that_torch_sees(
    monkeypatch: pytest.MonkeyPatch, device: str, variables: dict[str, str], metrics: dict[str, float] | None
) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", FakeLibrary())
    gpu = find_gpu(device, variables)
    assert (gpu and gpu.measure()) == metrics


def test_without_driver_or_library_there_is_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", FakeLibrary(is_broken=True))
    assert find_gpu("cuda", {}) is None
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert find_gpu("cuda", {}) is None
