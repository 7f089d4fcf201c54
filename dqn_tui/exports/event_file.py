"""TensorBoard's event files: Stable-Baselines3's tags, and the wall times of the events."""

from __future__ import annotations

import itertools
import os
import re
import socket
import time as clock
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tensorboardX.proto.event_pb2 import Event, SessionLog
from tensorboardX.record_writer import RecordWriter
from tensorboardX.summary import hparams

# Stable-Baselines3 keeps them from TensorBoard, too: the axes show them already.
_AXES = {"time/total_timesteps", "time/time_elapsed", "time/episodes"}
# What TensorBoard's table of hyperparameters compares.
_COMPARED = ("eval/mean_reward", "rollout/ep_rew_mean")
_PATTERN = "events.out.tfevents.*"


class EventFile:
    """A new event file in a folder that exists.

    Args:
        folder: TensorBoard's folder of one run.

    Raises:
        OSError: The disk refused it.
    """

    def __init__(self, folder: Path) -> None:
        self._writer = RecordWriter(str(_free_path(folder)))
        self._write(Event(wall_time=clock.time(), file_version="brain.Event:2"))

    def void_from(self, step: int) -> None:
        """Make TensorBoard forget what was measured at this step and later, here and in older files of the folder.

        Raises:
            OSError: The disk refused it.
        """
        self._write(Event(wall_time=clock.time(), step=step, session_log=SessionLog(status=SessionLog.START)))

    def add(self, step: int, time: float, metrics: Mapping[str, float]) -> None:
        """Append the metrics of one event.

        Args:
            step: Environment steps.
            time: UTC seconds.
            metrics: Numbers by tag.

        Raises:
            OSError: The disk refused it.
        """
        event = Event(wall_time=time, step=step)
        for tag, value in metrics.items():
            if tag not in _AXES:
                event.summary.value.add(tag=tag, simple_value=value)
        self._write(event)

    def add_settings(self, settings: Mapping[str, Any], time: float) -> None:
        """Append the settings of the run, as TensorBoard's hyperparameters.

        Raises:
            OSError: The disk refused it.
        """
        known = {key: value for key, value in settings.items() if value is not None}
        for summary in hparams(known, dict.fromkeys(_COMPARED, 0.0)):
            self._write(Event(wall_time=time, summary=summary))

    def flush(self) -> None:
        """Write everything to the disk.

        Raises:
            OSError: The disk refused it.
        """
        self._writer.flush()

    def close(self) -> None:
        """Flush and close the file.

        Raises:
            OSError: The disk refused it.
        """
        try:
            self.flush()
        finally:
            self._writer.close()

    def _write(self, event: Event) -> None:
        self._writer.write(event.SerializeToString())


def has_event_files(folder: Path) -> bool:
    """Return whether the folder contains event files."""
    return next(folder.glob(_PATTERN), None) is not None


def _free_path(folder: Path) -> Path:
    """Return the path of a file that does not exist; TensorBoard reads a folder's files in the order of their names."""
    host = re.sub(r"[^A-Za-z0-9-]+", "-", socket.gethostname())
    for number in itertools.count():
        path = folder.absolute() / f"events.out.tfevents.{int(clock.time()):010}.{host}.{os.getpid()}.{number}"
        if not os.path.lexists(path):
            return path
    raise AssertionError("unreachable: the numbers never end")
