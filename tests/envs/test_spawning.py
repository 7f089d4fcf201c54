"""Spawned processes without the program's main module."""

from __future__ import annotations

import threading
from multiprocessing import spawn
from typing import Any

import pytest

from dqn_tui.envs.spawning import without_main_module


@pytest.fixture(autouse=True)
def _script(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that was started as a script."""
    import __main__

    monkeypatch.setattr(__main__, "__spec__", None, raising=False)
    monkeypatch.setattr(__main__, "__file__", "/somewhere/script.py", raising=False)


def test_only_this_thread_spawns_without_the_main_module_and_only_inside_the_block() -> None:
    original = spawn.get_preparation_data
    assert original("worker")["init_main_from_path"] == "/somewhere/script.py"
    others: list[dict[str, Any]] = []
    with without_main_module():
        assert "init_main_from_path" not in spawn.get_preparation_data("worker")
        assert spawn.get_preparation_data("worker")["sys_path"]
        thread = threading.Thread(target=lambda: others.append(spawn.get_preparation_data("worker")))
        thread.start()
        thread.join()
    assert others[0]["init_main_from_path"] == "/somewhere/script.py"
    assert spawn.get_preparation_data is original
