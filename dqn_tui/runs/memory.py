"""The memory that is available to this process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

_ROOT = Path("/")
# Files of a control group: its limit and its usage, and the row of `memory.stat` with reclaimable cache.
_VERSION_2 = ("memory.max", "memory.current", "inactive_file")
_VERSION_1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


def measure_available_bytes(root: Path = _ROOT) -> int | None:
    """Return the machine's available memory, or what control groups leave of it; None if the system does not say."""
    known = [*_read_machine(root / "proc/meminfo"), *_read_groups(root)]
    return min(known, default=None)


def _read_machine(meminfo: Path) -> Iterator[int]:
    kilobytes = _read_table(meminfo).get("MemAvailable:")
    if kilobytes is not None:
        yield 1024 * kilobytes


def _read_groups(root: Path) -> Iterator[int]:
    """Yield what is left in each group of this process, up to the root group; a container may see only the root."""
    for line in _read_lines(root / "proc/self/cgroup"):
        controllers, _, path = line.partition(":")[2].partition(":")
        group = Path(path.lstrip("/"))
        for part in (group, *group.parents):
            if not controllers:
                yield from _read_group(root / "sys/fs/cgroup" / part, *_VERSION_2)
            elif "memory" in controllers.split(","):
                yield from _read_group(root / "sys/fs/cgroup/memory" / part, *_VERSION_1)


def _read_group(folder: Path, limit_name: str, usage_name: str, cache_name: str) -> Iterator[int]:
    limit, usage = _read_number(folder / limit_name), _read_number(folder / usage_name)
    if limit is not None and usage is not None:
        cache = _read_table(folder / "memory.stat").get(cache_name, 0)
        yield max(0, limit - usage + cache)


def _read_number(file: Path) -> int | None:
    """Return the number in a file; None for `max`, and if there is no file."""
    text = "".join(_read_lines(file)).strip()
    return int(text) if text.isdecimal() else None


def _read_table(file: Path) -> dict[str, int]:
    """Parse lines of a name, a number, and perhaps a unit."""
    rows = (line.split() for line in _read_lines(file))
    return {row[0]: int(row[1]) for row in rows if len(row) >= 2 and row[1].isdecimal()}


def _read_lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
