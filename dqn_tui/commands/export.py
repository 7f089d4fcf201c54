"""`dqn-tui export`: writes runs, or the policy of one, in the formats of other tools."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dqn_tui.commands.streams import print_text
from dqn_tui.errors import UsageError
from dqn_tui.operations.extras import needs_extra
from dqn_tui.operations.target import find_checkpoint, find_run
from dqn_tui.view.text import plain


def export_runs(targets: Sequence[str], *, runs_dir: Path, to: str, out: Path, should_take_last: bool = False) -> int:
    """Write the runs, or the policy of one, to `out` in the format `to`; return the exit code.

    Raises:
        UsageError: a run cannot be read, `out` exists or cannot be written, or a package is not installed.
    """
    from dqn_tui.exports.targets import POLICY_TARGETS

    if to in POLICY_TARGETS:
        return _export_policy(targets, runs_dir, to, out, should_take_last=should_take_last)
    if should_take_last:
        raise UsageError(f"--last chooses the checkpoint for --to {' or '.join(POLICY_TARGETS)}, got --to {to}")
    return _export_runs(targets, runs_dir, to, out)


def _export_runs(targets: Sequence[str], runs_dir: Path, to: str, out: Path) -> int:
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


def _export_policy(targets: Sequence[str], runs_dir: Path, to: str, out: Path, *, should_take_last: bool) -> int:
    from dqn_tui.operations.exporting import export_policy
    from dqn_tui.runs.checkpoint import read_settings
    from dqn_tui.training.policy import load_policy

    if len(targets) != 1:
        raise UsageError(f"--to {to} takes one run or checkpoint folder, got {len(targets)}")
    checkpoint = find_checkpoint(targets[0], runs_dir, should_take_last=should_take_last)
    config = read_settings(checkpoint)
    export_policy(to, load_policy(checkpoint, config).network, config, checkpoint, out)
    print_text(f"policy of step {checkpoint.step:,} written to {plain(out)}\n{plain(checkpoint.path)}")
    return 0


_HINTS = {
    "tensorboard": "; `tensorboard --logdir {out}` shows them",
    "wandb": "; `wandb sync {out}/wandb/offline-run-*` uploads them",
}
