"""Spawned processes that do not import the program's main module.

Python's "spawn" imports the script that started the program into each new process, so that it can find functions of
it. Workers here need none of them, and a script without `if __name__ == "__main__"` would start over in each.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import spawn
from typing import Any

_MAIN_KEYS = ("init_main_from_name", "init_main_from_path")
_lock = threading.Lock()


@contextmanager
def without_main_module() -> Iterator[None]:
    """Spawn processes without the main module, from this thread and inside the block."""
    thread = threading.get_ident()

    def prepare(name: str) -> dict[str, Any]:
        data = original(name)
        kept = data if threading.get_ident() != thread else {key: data[key] for key in data if key not in _MAIN_KEYS}
        return dict(kept)

    with _lock:
        original = spawn.get_preparation_data
        spawn.get_preparation_data = prepare
        try:
            yield
        finally:
            spawn.get_preparation_data = original
