"""TensorBoard's event files: Stable-Baselines3's tags, and the wall times of the events."""

from __future__ import annotations

import itertools
import json
import os
import re
import socket
import time as clock
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.plugins.hparams.summary_v2 import hparams_pb
from tensorboard.summary.writer.record_writer import RecordWriter

from dqn_tui.runs.safe_open import open_file

# Stable-Baselines3 keeps them from TensorBoard, too: the axes show them already.
_AXES = {"time/total_timesteps", "time/time_elapsed", "time/episodes"}
_PATTERN = "events.out.tfevents.*"


class EventFile:
    """A new event file in a folder that exists.

    Args:
        folder: TensorBoard's folder of one run.

    Raises:
        OSError: The disk refused it.
    """

    def __init__(self, folder: Path) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        self._file = os.fdopen(open_file(_free_path(folder), flags), "wb")
        self._writer = RecordWriter(self._file)
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
        known = {key: _plain(value) for key, value in settings.items() if value is not None}
        self._write(Event(wall_time=time, summary=hparams_pb(known, start_time_secs=time)))

    def flush(self) -> None:
        """Write everything to the file, for TensorBoard to see.

        Raises:
            OSError: The disk refused it.
        """
        self._file.flush()

    def close(self) -> None:
        """Write everything to the disk, and close the file.

        Raises:
            OSError: The disk refused it.
        """
        with self._file:
            self.flush()
            os.fsync(self._file.fileno())

    def _write(self, event: Event) -> None:
        self._writer.write(event.SerializeToString())


def has_event_files(folder: Path) -> bool:
    """Return whether the folder contains event files."""
    return next(folder.glob(_PATTERN), None) is not None


def _plain(value: Any) -> bool | int | float | str:
    return value if isinstance(value, bool | int | float | str) else json.dumps(value)


def _free_path(folder: Path) -> Path:
    """Return the path of a file that does not exist; TensorBoard reads a folder's files in the order of their names."""
    host = re.sub(r"[^A-Za-z0-9-]+", "-", socket.gethostname())
    for number in itertools.count():
        path = folder.absolute() / f"events.out.tfevents.{int(clock.time()):010}.{host}.{os.getpid()}.{number}"
        if not os.path.lexists(path):
            return path
    raise AssertionError("unreachable: the numbers never end")
