"""Runs as Weights & Biases' offline runs, which `wandb sync` uploads later; nothing here connects to a network."""

from __future__ import annotations

import errno
import os
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import wandb

from dqn_tui.errors import UsageError
from dqn_tui.exports.destination import new_folder
from dqn_tui.exports.measurements import read_measurements
from dqn_tui.exports.source import Source

_PROJECT = "dqn-tui"
_FOLDERS = ("WANDB_CACHE_DIR", "WANDB_CONFIG_DIR", "WANDB_DATA_DIR", "WANDB_ARTIFACT_DIR")


def write(sources: Sequence[Source], out: Path) -> None:
    """Write an offline run for each run, all below `out/wandb`.

    Metrics of one step share a row of Weights & Biases' history, where the last value of a name counts.

    Raises:
        UsageError: A run cannot be read, or `out` exists or cannot be written.
    """
    with new_folder(out) as folder:
        try:
            with _service():
                for source in sources:
                    _write_run(source, folder, secrets.token_hex(4))
        except wandb.Error as error:
            raise UsageError(f"Weights & Biases cannot write {out}: {error}") from None
        _remove_dangling_links(folder)


def _write_run(source: Source, folder: Path, run_id: str) -> None:
    settings = wandb.Settings(
        mode="offline",
        console="off",
        silent=True,
        disable_git=True,
        disable_code=True,
        x_disable_stats=True,
        x_disable_meta=True,
        x_disable_machine_info=True,
        x_save_requirements=False,
    )
    run = wandb.init(
        dir=folder,
        project=_PROJECT,
        id=run_id,
        name=source.name,
        group=source.env,
        config=dict(source.settings),
        settings=settings,
        reinit="finish_previous",
    )
    try:
        for step, time, metrics in read_measurements(source.folder.events):
            run.log({**metrics, "_timestamp": time}, step=step)
    finally:
        run.finish()
    # Its process reports a full disk only in its log.
    if not any(file.stat().st_size for file in folder.glob(f"wandb/*-{run_id}/run-{run_id}.wandb")):
        raise OSError(errno.EIO, f"Weights & Biases wrote no file for {source.name}")


@contextmanager
def _service() -> Iterator[None]:
    """Give Weights & Biases' process a temporary folder for its own files; the process ends with the block."""
    with tempfile.TemporaryDirectory() as own:
        changes = dict.fromkeys(_FOLDERS, own) | {"WANDB_ERROR_REPORTING": "false"}
        before = {name: os.environ.get(name) for name in changes}
        os.environ.update(changes)
        try:
            yield
        finally:
            wandb.teardown()
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


def _remove_dangling_links(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_symlink() and not path.exists():
            path.unlink()
