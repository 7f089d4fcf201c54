"""`dqn-tui export`: writes runs in the formats of other tools."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dqn_tui.commands.streams import print_text
from dqn_tui.operations.extras import needs_extra
from dqn_tui.operations.target import find_run
from dqn_tui.view.text import plain


def export_runs(targets: Sequence[str], *, runs_dir: Path, to: str, out: Path) -> int:
    """Write the runs to `out` in the format `to`; return the exit code.

    Raises:
        UsageError: a run cannot be read, `out` exists or cannot be written, or a package is not installed.
    """
    from dqn_tui.exports.source import open_sources
    from dqn_tui.exports.targets import TARGETS

    target = TARGETS[to]
    with needs_extra(f"--to {to}", target.extra):
        write = target.load()
    sources = open_sources([find_run(name, runs_dir) for name in targets])
    write(sources, out)
    runs = "1 run" if len(sources) == 1 else f"{len(sources)} runs"
    print_text(f"{runs} written to {plain(out)}{_HINTS.get(to, '').format(out=plain(out))}")
    return 0


_HINTS = {
    "tensorboard": "; `tensorboard --logdir {out}` shows them",
    "wandb": "; `wandb sync {out}/wandb/offline-run-*` uploads them",
}
