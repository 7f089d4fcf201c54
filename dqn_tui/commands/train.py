"""`dqn-tui`: prepare a run, choose its viewer, follow it to the end."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from dqn_tui.commands.leaving import ROLLOUT_SECONDS, leave_at_once
from dqn_tui.commands.terminal import reserved_output, say, silence
from dqn_tui.config import Config, change_config
from dqn_tui.errors import UsageError
from dqn_tui.settings import load_config, named_settings

if TYPE_CHECKING:
    from dqn_tui.runs.folder import RunFolder
    from dqn_tui.runs.resume import SavedRun
    from dqn_tui.spaces import Spaces
    from dqn_tui.view.run_view import RunView

# The rest is for torch, the environment and the program.
USABLE_MEMORY_FRACTION = 0.9


@dataclass(frozen=True)
class TrainOptions:
    """What the command line asked for; `flags` holds the configuration keys among it."""

    flags: Mapping[str, Any]
    preset: str | None
    config: Path | None
    runs_dir: Path
    name: str | None
    resume: Path | None
    imports: tuple[str, ...]
    marker: str
    is_headless: bool
    should_print_json: bool
    should_stop_on_hangup: bool


def train(options: TrainOptions) -> int:
    """Train, and return the exit code.

    Raises:
        UsageError: a setting, the environment, the runs folder or what to resume is not usable.
    """
    if not options.should_print_json:
        return _train(options, None)
    with reserved_output() as stream:
        return _train(options, stream)


def _train(options: TrainOptions, json_stream: TextIO | None) -> int:
    config, folder, saved = _go_on(options) if options.resume else _start_anew(options)
    has_screen = not options.is_headless and not options.should_print_json and _can_show_dashboard()

    from dqn_tui.commands.supervisor import Supervisor
    from dqn_tui.dqn.sizes import TORCH_THREADS
    from dqn_tui.runs.host import describe_host
    from dqn_tui.runs.recorder import Recorder
    from dqn_tui.training.background import BackgroundRun
    from dqn_tui.view.run_view import RunView

    host = describe_host(_resolve_device(config), TORCH_THREADS)
    recorder = Recorder(folder, config, host, saved)
    view = RunView()
    if saved is not None:
        _read_past(view, folder)
    run = BackgroundRun(config, folder, recorder, saved, options.imports)
    # Its arrays would stay in memory beside the trainer's own.
    del saved
    with Supervisor(run, view, folder, should_stop_on_hangup=options.should_stop_on_hangup) as supervisor:
        if has_screen:
            from dqn_tui.ui.app.application import DqnTuiApp
            from dqn_tui.ui.dashboard.dashboard_screen import DashboardScreen

            screen = DashboardScreen(run, env=config.env, seed=config.seed, marker=options.marker, view=view)
            code = supervisor.show_dashboard(DqnTuiApp(screen))
        else:
            code = supervisor.show_headless(json_stream)
        run.join()
        if run.usage_error is not None:
            raise run.usage_error
        if view.failed is not None or not options.should_print_json:
            _print_summary(view, folder, options.imports)
        if view.cause:
            say(f"run diverged at step {view.step:,}: {view.cause}")
        if not run.close_rollouts(ROLLOUT_SECONDS):
            say("the rollout's environment does not respond; leaving without closing it")
            leave_at_once(code)
    return code


def _start_anew(options: TrainOptions) -> tuple[Config, RunFolder, None]:
    from dqn_tui.runs.folder import create_run_folder

    config = load_config(preset=options.preset, file=options.config, flags=options.flags)
    _check_memory(config, _check_environment(config, options.imports), is_resumed=False)
    _resolve_device(config)
    return config, create_run_folder(options.runs_dir, config.env, options.name or f"s{config.seed}"), None


def _go_on(options: TrainOptions) -> tuple[Config, RunFolder, SavedRun]:
    """What a checkpoint holds, with the settings that were named on top."""
    from dqn_tui.runs.checkpoint import check_fit
    from dqn_tui.runs.resume import find_resumable, load_saved_run, read_resumable
    from dqn_tui.training.completion import is_complete

    assert options.resume is not None
    for flag, value in (("--preset", options.preset), ("--name", options.name)):
        if value is not None:
            raise UsageError(f"{flag} {value} does not go with --resume; name single keys with --set KEY=VALUE")
    folder, path = find_resumable(options.resume)
    checkpoint, settings = read_resumable(folder, path)
    config = change_config(settings, named_settings(options.config, os.environ, options.flags, settings.env))
    if is_complete(folder, checkpoint, config):
        raise UsageError(
            f"run {folder.path} is complete with {checkpoint.step:,} of {config.total_timesteps:,} steps; "
            f"say --steps with a larger number to go on"
        )
    spaces = _check_environment(config, options.imports)
    check_fit(checkpoint, spaces)
    _check_memory(config, spaces, is_resumed=True)
    return config, folder, load_saved_run(folder, checkpoint, config)


def _read_past(view: RunView, folder: RunFolder) -> None:
    """What the journal tells up to the checkpoint."""
    from dqn_tui.runs.journal import read_journal

    for event in read_journal(folder.events):
        view.apply(event)
    view.stand_by()


def _resolve_device(config: Config) -> str:
    """The device's name; torch is loaded only where CUDA is asked for."""
    if config.device != "cuda":
        return "cpu"
    from dqn_tui.training.build import resolve_device

    return resolve_device(config.device)


def _check_environment(config: Config, imports: tuple[str, ...]) -> Spaces:
    """Find out what is wrong with the environment before there is a run folder or a screen."""
    from dqn_tui.envs.make import import_environments, inspect_environment
    from dqn_tui.envs.vector import check_vectorization

    warnings = [warning for module in imports if (warning := import_environments(module))]
    spec = inspect_environment(config, hints=warnings)
    for warning in warnings:
        say(warning)
    check_vectorization(config)
    if config.until_solved and config.goal is None and spec.goal is None:
        raise UsageError(f"until_solved needs a goal, and {config.env} names none; say --set goal=NUMBER")
    return spec.spaces


def _check_memory(config: Config, spaces: Spaces, *, is_resumed: bool) -> None:
    """Refuse networks and a replay buffer for which there is no memory, where it is known how much there is."""
    from dqn_tui.dqn.sizes import estimate_network_bytes, estimate_replay_bytes
    from dqn_tui.runs.memory import measure_available_bytes
    from dqn_tui.view.text import size

    available = measure_available_bytes()
    if available is None:
        return
    networks = estimate_network_bytes(config, spaces)
    if networks > available:
        raise UsageError(
            f"net_arch {list(config.net_arch)} needs {size(networks)} of memory for the networks and the optimiser, "
            f"and {size(available)} are free; choose smaller layers"
        )
    needed = estimate_replay_bytes(config, spaces)
    if needed <= available:
        return
    largest = _round_down(config.buffer_size * USABLE_MEMORY_FRACTION * available / needed)
    advice = "free some, or go on on another machine" if is_resumed else f"say --set buffer_size={largest} or smaller"
    raise UsageError(
        f"buffer_size {config.buffer_size} needs {size(needed)} of memory for the replay buffer, "
        f"and {size(available)} are free; {advice}"
    )


def _round_down(count: float) -> int:
    """To one digit and zeros, and not to 0."""
    digits = str(max(1, int(count)))
    return int(digits[0].ljust(len(digits), "0"))


def _can_show_dashboard() -> bool:
    if sys.stdin.isatty() and sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        return True
    say("no terminal for the dashboard, so this run is headless (as with --no-ui)")
    return False


def _print_summary(view: RunView, folder: RunFolder, imports: Sequence[str]) -> None:
    """What a person wants to know when the prompt is back: how it went, where it is, how to watch it."""
    from dqn_tui.view.summary import summarize
    from dqn_tui.view.text import plain

    out = sys.stderr if view.failed else sys.stdout
    try:
        out.write("".join(f"{plain(line)}\n" for line in summarize(view, str(folder.path), imports)))
        out.flush()
    except OSError:
        # Whoever would read it is gone; what is left of it must not become an error at the end.
        silence(out.fileno())
