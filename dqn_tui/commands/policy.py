"""`dqn-tui eval` and `dqn-tui watch`: what a saved policy does."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dqn_tui.commands.leaving import ROLLOUT_SECONDS, leave_at_once
from dqn_tui.commands.signals import FAILED_CODE, SignalTraps, signal_code
from dqn_tui.commands.terminal import Terminal, say
from dqn_tui.errors import UsageError
from dqn_tui.view.text import mean_and_spread, number, plain

if TYPE_CHECKING:
    from dqn_tui.config import Config
    from dqn_tui.dqn.network import QNetwork
    from dqn_tui.runs.checkpoint import Checkpoint
    from dqn_tui.training.evaluation import Evaluation
    from dqn_tui.ui.app.application import DqnTuiApp


def evaluate_policy(
    target: Path, *, episodes: int, seed: int, imports: tuple[str, ...], should_take_last: bool, as_json: bool
) -> int:
    """Play greedy episodes of a saved policy and print their mean; returns the exit code.

    Raises:
        UsageError: TARGET or its environment is not usable.
    """
    checkpoint, config, network = _load(target, imports, should_take_last=should_take_last)
    from dqn_tui.envs.make import make_environment
    from dqn_tui.runs.checkpoint import check_fit
    from dqn_tui.seeding import episode_seed
    from dqn_tui.training.evaluation import evaluate

    environment = make_environment(config)
    check_fit(checkpoint, environment.spec.spaces)
    try:
        evaluation = evaluate(
            network,
            environment,
            episodes,
            lambda episode: episode_seed(seed, "eval", 0, episode),
            max_steps=config.eval_max_steps,
        )
        environment.close()
    except Exception as error:  # noqa: BLE001 - whatever the environment raises is told in one line
        return _tell_failure("evaluation", error)
    assert evaluation is not None
    report = _report(checkpoint, config, evaluation, seed)
    sys.stdout.write((json.dumps(report) if as_json else _describe(report)) + "\n")
    return 0


def watch_policy(target: Path, *, seed: int, imports: tuple[str, ...], should_take_last: bool, marker: str) -> int:
    """Play greedy episodes of a saved policy in the terminal; returns the exit code.

    Raises:
        UsageError: TARGET or its environment is not usable.
    """
    checkpoint, config, network = _load(target, imports, should_take_last=should_take_last)
    from dqn_tui.envs.make import inspect_environment
    from dqn_tui.runs.checkpoint import check_fit
    from dqn_tui.training.player import EpisodePlayer
    from dqn_tui.ui.app.application import DqnTuiApp
    from dqn_tui.ui.theatre.watch_screen import WatchScreen

    check_fit(checkpoint, inspect_environment(config).spaces)
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError("watch needs a terminal; `dqn-tui eval` measures a policy without one")
    player = EpisodePlayer(config, seed, lambda: (network, checkpoint.step), "saved @ step {step:,}")
    app = DqnTuiApp(WatchScreen(player, marker=marker, title=f"{config.env} · {checkpoint.path}"))
    terminal = Terminal()
    with SignalTraps(app.take_signal, terminal), terminal.lent_to_screen():
        app.run()
    if app.was_lost and app.error is None:
        terminal.detach()
    code = _watch_code(app)
    player.close()
    if not player.join(ROLLOUT_SECONDS):
        say("the environment does not respond; leaving without closing it")
        leave_at_once(code)
    return code


def _watch_code(app: DqnTuiApp) -> int:
    if app.error is not None:
        return _tell_failure("screen", app.error)
    return signal_code(signal.SIGHUP) if app.was_lost else app.return_code or 0


def _load(target: Path, imports: tuple[str, ...], *, should_take_last: bool) -> tuple[Checkpoint, Config, QNetwork]:
    from dqn_tui.envs.make import import_environments
    from dqn_tui.runs.checkpoint import read_settings, resolve_target
    from dqn_tui.training.saved_policy import load_policy

    for module in imports:
        import_environments(module)
    checkpoint = resolve_target(target, should_take_last=should_take_last)
    config = read_settings(checkpoint)
    return checkpoint, config, load_policy(checkpoint, config)


def _tell_failure(what: str, error: Exception) -> int:
    """One line for an error that no run's `error.log` will keep; returns the exit code."""
    from dqn_tui.runs.error_log import describe_error, locate_error

    say(f"the {what} failed: {describe_error(error)}, raised at {locate_error(error)}")
    return FAILED_CODE


def _report(checkpoint: Checkpoint, config: Config, evaluation: Evaluation, seed: int) -> dict[str, Any]:
    return {
        "env": config.env,
        "checkpoint": str(checkpoint.path),
        "episodes": len(evaluation.returns),
        "seed": seed,
        "mean": evaluation.mean,
        "std": evaluation.std,
        "ci95": list(evaluation.confidence_interval()),
        "returns": list(evaluation.returns),
        "lengths": list(evaluation.lengths),
        "weights_sha256": checkpoint.weights_sha256,
    }


def _describe(report: dict[str, Any]) -> str:
    low, high = report["ci95"]
    return (
        f"{plain(report['env'])}  mean return {mean_and_spread(report['mean'], report['std'])}  "
        f"(95 % interval of the mean {number(low)} to {number(high)}; {report['episodes']} greedy episodes, "
        f"seed {report['seed']})\n{plain(report['checkpoint'])}"
    )
