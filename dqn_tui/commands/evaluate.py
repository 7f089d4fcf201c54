"""`dqn-tui eval`: measures a saved policy over greedy episodes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from dqn_tui.commands.failure import report_failure
from dqn_tui.commands.foreign_output import ForeignOutput, show_on_errors
from dqn_tui.commands.streams import print_json, print_text, say
from dqn_tui.errors import UsageError
from dqn_tui.operations.target import check_environment, find_checkpoint
from dqn_tui.view.text import mean_and_spread, number, plain

if TYPE_CHECKING:
    from dqn_tui.config import Config
    from dqn_tui.runs.checkpoint import Checkpoint
    from dqn_tui.training.evaluation import Evaluation


def evaluate_policy(
    target: str | None,
    *,
    runs_dir: Path,
    episodes: int,
    seed: int,
    imports: tuple[str, ...],
    should_take_last: bool,
    as_json: bool,
) -> int:
    """Play greedy episodes of a saved policy and print their mean; return the exit code.

    Output of the environment goes to standard error.

    Raises:
        UsageError: TARGET or its environment is not usable.
    """
    with ForeignOutput() as output:
        output.pass_on_to(show_on_errors)
        checkpoint = find_checkpoint(target, runs_dir, should_take_last=should_take_last)
        from dqn_tui.operations.measuring import measure_policy
        from dqn_tui.runs.checkpoint import check_fit, read_settings
        from dqn_tui.training.policy import load_policy

        config = read_settings(checkpoint)
        network = load_policy(checkpoint, config).network
        check_fit(checkpoint, check_environment(config, imports, say, checkpoint.path).spaces)
        try:
            evaluation = measure_policy(network, config, episodes=episodes, seed=seed)
        except UsageError:
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the environment's own code
            return report_failure("evaluation", error)
        report = _report(checkpoint, config, evaluation, seed)
        output.pass_on()
        if as_json:
            print_json(report)
        else:
            print_text(_describe(report))
    return 0


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
