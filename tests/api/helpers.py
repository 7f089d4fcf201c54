"""Runs from Python of a fraction of a second."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dqn_tui import Run, train
from tests.helpers import QUICK


def quick_train(runs_dir: Path, env: Any = None, **options: Any) -> Run:
    """A quick run; an environment that is not named is CartPole."""
    settings = {key: value for key, value in QUICK.items() if key != "env"}
    return train(env or QUICK["env"], runs_dir=runs_dir, **settings | options)
