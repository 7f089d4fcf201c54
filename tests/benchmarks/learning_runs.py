"""The runs of the learning table: trained by the real program, found again, gone on with, and scored."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from dqn_tui import events
from dqn_tui.config import Config, parse_config
from dqn_tui.errors import UsageError
from dqn_tui.runs.checkpoint import Checkpoint, find_checkpoints, resolve_target
from dqn_tui.runs.folder import RunFolder, find_run_folders
from dqn_tui.runs.journal import read_journal, read_last_event
from dqn_tui.settings import load_config
from tests.benchmarks.tabular import ExactScore, score_exactly

EPISODES = 100
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
# Exit code of a run that diverged: it has an end, and a score.
DIVERGED = 3


@dataclass(frozen=True)
class Task:
    """One run to be had: an environment's preset and budget, with a seed; `settings` are named on top."""

    env: str
    seed: int
    preset: str | None
    settings: Mapping[str, Any]

    @property
    def config(self) -> Config:
        """What the program resolves it to."""
        return load_config(preset=self.preset, flags={**self.settings, "env": self.env, "seed": self.seed})

    @property
    def arguments(self) -> list[str]:
        """The same on the command line."""
        preset = ["--preset", self.preset] if self.preset else []
        settings = [word for key, value in self.settings.items() for word in ("--set", f"{key}={json.dumps(value)}")]
        return ["--env", self.env, "--seed", str(self.seed), *preset, *settings]


@dataclass(frozen=True)
class Score:
    """What a finished run learned.

    Attributes:
        mean: return of the last checkpoint: exact where the environment tells its model, else of 100 greedy episodes.
        std: standard deviation of those episodes.
        best_mean: the same of the checkpoint with the best evaluation.
        first_step_at_goal: of the first evaluation during training that reached the goal.
    """

    run: str
    env: str
    seed: int
    reason: str
    steps: int
    seconds: float
    goal: float | None
    mean: float
    std: float | None
    best_mean: float
    first_step_at_goal: int | None
    exact: ExactScore | None
    weights_sha256: str

    @property
    def is_at_goal(self) -> bool:
        """Whether the last checkpoint reaches the goal."""
        return self.goal is not None and self.mean >= self.goal


def find_run(runs_dir: Path, config: Config) -> RunFolder | None:
    """The newest run that began with exactly these settings."""
    return next((folder for folder in find_run_folders(runs_dir) if _read_config(folder) == config), None)


def is_finished(folder: RunFolder, config: Config) -> bool:
    """Whether a run reached its end; one that was stopped or killed did not."""
    last = read_last_event(folder.events)
    return isinstance(last, events.RunEnded) and (last.reason != "stopped" or last.step >= config.total_timesteps)


def have_run(runs_dir: Path, task: Task) -> RunFolder:
    """The finished run of a task: the one that is there, or trained to its end.

    Raises:
        RuntimeError: the program failed.
    """
    config = task.config
    folder = find_run(runs_dir, config)
    if folder is None or not is_finished(folder, config):
        can_go_on = folder is not None and find_checkpoints(folder)
        arguments = ["--resume", str(folder.path)] if folder and can_go_on else task.arguments
        call("--no-ui", "--runs-dir", str(runs_dir), *arguments, accepted=(0, DIVERGED))
        folder = find_run(runs_dir, config)
    if folder is None or not is_finished(folder, config):
        raise RuntimeError(f"{task.env} seed {task.seed} did not reach its end in {runs_dir}")
    return folder


def score_run(runs_dir: Path, folder: RunFolder) -> Score:
    """The score of a finished run, kept in `runs_dir/scores` until the run has other weights.

    Raises:
        RuntimeError: the program failed.
    """
    file = runs_dir / "scores" / f"{folder.path.name}.json"
    ended = read_last_event(folder.events)
    assert isinstance(ended, events.RunEnded)
    if file.is_file():
        kept = json.loads(file.read_text())
        if kept["weights_sha256"] == ended.weights_sha256:
            return Score(**kept | {"exact": kept["exact"] and ExactScore(**kept["exact"])})
    score = _measure(folder, ended)
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(asdict(score), indent=2) + "\n")
    return score


def call(*arguments: str, accepted: tuple[int, ...] = (0,)) -> str:
    """The real program on one thread; returns what it printed.

    Raises:
        RuntimeError: it ended with another exit code; the last line of its errors.
    """
    result = subprocess.run(
        [sys.executable, "-m", "dqn_tui", *arguments],
        env=os.environ | ONE_THREAD, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if result.returncode not in accepted:
        reason = result.stderr.strip().splitlines() or ["no word of why"]
        raise RuntimeError(f"exit code {result.returncode}: {reason[-1]}")
    return result.stdout


def _measure(folder: RunFolder, ended: events.RunEnded) -> Score:
    journal = list(read_journal(folder.events))
    started = next(event for event in journal if isinstance(event, events.RunStarted))
    goal = started.goal
    reached = (
        event.step
        for event in journal
        if isinstance(event, events.Evaluated) and goal is not None and event.mean >= goal
    )
    last, best = (resolve_target(folder.path, should_take_last=is_last) for is_last in (True, False))
    exact = score_exactly(last)
    mean, std = _evaluate(last) if exact is None else (exact.expected_return, None)
    best_exact = score_exactly(best)
    if best_exact is not None:
        best_mean = best_exact.expected_return
    else:
        best_mean = mean if best.weights_sha256 == last.weights_sha256 else _evaluate(best)[0]
    return Score(
        run=str(folder.path),
        env=started.env,
        seed=started.seed,
        reason=ended.reason,
        steps=ended.step,
        seconds=ended.wall_seconds,
        goal=goal,
        mean=mean,
        std=std,
        best_mean=best_mean,
        first_step_at_goal=next(reached, None),
        exact=exact,
        weights_sha256=ended.weights_sha256,
    )


def _evaluate(checkpoint: Checkpoint) -> tuple[float, float]:
    """Mean and standard deviation of greedy episodes."""
    report = json.loads(call("eval", str(checkpoint.path), "--json", "--episodes", str(EPISODES)))
    return report["mean"], report["std"]


def _read_config(folder: RunFolder) -> Config | None:
    try:
        return parse_config(tomllib.loads(folder.config.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError, UsageError):
        return None
