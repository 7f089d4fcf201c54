"""Weights & Biases' offline runs: their files, and that nothing is sent."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.exports.helpers import START, write_small_run
from tests.exports.wandb_records import read_history
from tests.helpers import run_program

pytest.importorskip("wandb")


@contextmanager
def listening() -> Iterator[tuple[str, socket.socket]]:
    """A server that answers nobody, and its URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield f"http://127.0.0.1:{server.getsockname()[1]}", server


def was_connected(server: socket.socket) -> bool:
    """Whether anyone tried to connect: the system accepts connections before the program does."""
    with suppress(BlockingIOError):
        server.accept()
        return True
    return False


def processes_with(word: str) -> list[str]:
    """The command lines of processes whose environment contains a word."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if word.encode() in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_text())
    return found


def test_offline_runs_are_written_without_a_connection_or_a_process_left(tmp_path: Path) -> None:
    for seed in (1, 2):
        write_small_run(tmp_path / f"run{seed}", seed=seed)
    with listening() as (url, server):
        marker = f"{tmp_path}/home"
        network = dict.fromkeys(("WANDB_BASE_URL", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), url)
        online = {"WANDB_MODE": "online", "WANDB_API_KEY": "0" * 40, "HOME": marker}
        arguments = ["export", "run1", "run2", "--to", "wandb", "--out", "out"]
        result = run_program(*arguments, cwd=tmp_path, **network, **online)
        assert not was_connected(server)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "2 runs written to out; `wandb sync out/wandb/offline-run-*` uploads them\n"
    files = sorted((tmp_path / "out" / "wandb").glob("offline-run-*/run-*.wandb"))
    assert len(files) == 2
    for file in files:
        rows = [{key: value for key, value in row.items() if key != "_runtime"} for row in read_history(file)]
        assert rows == [
            {"_step": 14, "_timestamp": START + 1, "episode/return": 14, "episode/length": 14},
            {"_step": 100, "_timestamp": START + 2, "train/loss": 0.25},
            {
                "_step": 200, "_timestamp": START + 3,
                "eval/mean_reward": 10.5, "eval/std_reward": 0.5, "eval/mean_ep_length": 11,
            },
        ]  # fmt: skip
    assert processes_with(marker) == []
    assert sorted(os.listdir(tmp_path)) == ["out", "run1", "run2"]
