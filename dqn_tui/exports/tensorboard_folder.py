"""Runs as a folder for `tensorboard --logdir`: a subfolder for each run."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from dqn_tui.exports.destination import new_folder
from dqn_tui.exports.event_file import EventFile
from dqn_tui.exports.measurements import read_measurements
from dqn_tui.exports.source import Source


def write(sources: Sequence[Source], out: Path) -> None:
    """Write an event file for each run.

    Raises:
        UsageError: A run cannot be read, or `out` exists or cannot be written.
    """
    with new_folder(out) as folder:
        for source in sources:
            (folder / source.name).mkdir()
            with closing(EventFile(folder / source.name)) as file:
                _fill(file, source)


def _fill(file: EventFile, source: Source) -> None:
    is_first = True
    for step, time, metrics in read_measurements(source.folder.events):
        if is_first:
            file.add_settings(source.settings, time)
            is_first = False
        file.add(step, time, metrics)
