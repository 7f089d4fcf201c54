"""Training from Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Unpack

from dqn_tui.api.local_environments import describe_factory
from dqn_tui.api.policy import as_words
from dqn_tui.api.run import Run, named_settings, prepare_environment
from dqn_tui.api.session import Shown, train_run
from dqn_tui.api.settings_types import Settings
from dqn_tui.approval import approve_wrappers
from dqn_tui.config import merge_settings
from dqn_tui.operations.preparation import RunOptions


def train(
    env: str | Callable[..., Any] | None = None,
    *,
    total_timesteps: int | None = None,
    preset: str | None = None,
    config: str | Path | None = None,
    runs_dir: str | Path = "runs",
    name: str | None = None,
    resume: str | Path | Run | None = None,
    imports: str | Sequence[str] = (),
    wrappers: str | Sequence[str] = (),
    on_event: Callable[[dict[str, Any]], object] | None = None,
    progress: Shown = "auto",
    tensorboard: bool = False,
    **settings: Unpack[Settings],
) -> Run:
    """Train, and return the run; it learns the same weights as `dqn-tui` does with the same settings.

    Settings have the names of `dqn-tui settings`: `train("CartPole-v1", total_timesteps=20_000, learning_rate=1e-3)`.
    Weakest first: defaults, the environment's preset, `preset`, `config`, `DQN_TUI_*` variables, and these.

    The run has a thread of its own; this call returns at its end. Ctrl+c, or a notebook's stop button, stops and saves
    the run and returns it with the state "stopped"; a second one raises KeyboardInterrupt. Other signals, and what is
    printed, are left to the caller; so the environment's prints appear where the caller's do. `dqn-tui view latest` and
    `dqn-tui control latest stop` reach the run from a terminal.

    Args:
        env: a Gymnasium id, or a function that makes the environment anew at each call (a `gymnasium.Env` class is
            one); it may make a vector environment, if that can reset single ones, as `SyncVectorEnv` can. By default,
            CartPole-v1.
        total_timesteps: environment steps of the whole run; by default, the preset's.
        preset: named settings.
        config: a file of settings: TOML, or the RL Zoo's YAML.
        runs_dir: the folder of run folders.
        name: part of the run folder's name; by default `s` and the seed.
        resume: a run to resume from its newest checkpoint, a checkpoint folder in one, or "latest".
        imports: modules that register environments.
        wrappers: wrappers around the environment, each as "module:Name" or "module:Name(key=value)".
        on_event: is called in this thread with each event, as a plain record like a line of `events.jsonl`; training
            does not wait for it. If it returns False, the run stops and is saved. What it raises is a warning.
        progress: show a line of progress; "auto" does in a terminal or a notebook only.
        tensorboard: write TensorBoard's event files into the run folder.
        settings: any setting.

    Raises:
        UsageError: a setting, the environment, the runs folder or the run to resume is not usable.
        RunFailedError: the environment or the trainer raised; its error is the cause.
        KeyboardInterrupt: of a second ctrl+c; the run still saves and stops.
    """
    target = None if resume is None else str(resume.path if isinstance(resume, Run) else resume)
    flags = named_settings(total_timesteps, settings)
    options = RunOptions(
        flags, preset, None if config is None else Path(config), Path(runs_dir), name, target, as_words(imports)
    )
    if target is not None and not isinstance(env, str):
        options = prepare_environment(options, env, as_words(wrappers))
    else:
        options = _describe_new(options, env, as_words(wrappers))
    return Run(train_run(options, on_event=on_event, progress=progress, should_write_tensorboard=tensorboard))


def _describe_new(options: RunOptions, env: str | Callable[..., Any] | None, wrappers: tuple[str, ...]) -> RunOptions:
    """Return the options of a new run with its environment and wrappers among the settings."""
    approve_wrappers(wrappers)
    flags: dict[str, Any] = {} if env is None else {"env": env} if isinstance(env, str) else describe_factory(env)
    if wrappers:
        flags["wrappers"] = list(wrappers)
    return replace(options, flags=merge_settings(flags, options.flags))
