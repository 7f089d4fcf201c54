"""The size of a folder on the disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

# Far more than any run has; a foreign folder could have millions.
_MOST_ENTRIES = 100_000


def measure_bytes(*folders: Path) -> int:
    """Return the size of all regular files in the folders, without following links; what cannot be read counts 0.

    Counting ends after 100,000 entries.
    """
    sizes = (size for folder in folders for size in _sizes(folder))
    return sum(size for size, _ in zip(sizes, range(_MOST_ENTRIES), strict=False))


def _sizes(folder: Path) -> Iterator[int]:
    waiting = [os.fspath(folder)]
    while waiting:
        with suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                    yield 0
                elif entry.is_file(follow_symlinks=False):
                    yield entry.stat(follow_symlinks=False).st_size
