"""How well the presets learn: many seeds of each environment, the last checkpoint over 100 greedy episodes.

Runs are kept in `--out`: one that is finished is not trained again, one that was interrupted goes on. The summary over
seeds is the interquartile mean with its 95 % stratified bootstrap interval (Agarwal et al. 2021). Toy-text environments
tell their model, so their scores are exact, and held against the optimum.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from dqn_tui.config import parse_assignment
from dqn_tui.envs.make import make_environment
from dqn_tui.errors import UsageError
from dqn_tui.settings import load_config, preset_names, read_preset
from tests.benchmarks.learning_runs import Score, Task, find_run, have_run, is_finished, score_run
from tests.benchmarks.learning_table import print_seeds, print_summary, summarize
from tests.benchmarks.measure import describe_machine

SEEDS = range(1, 11)
# Of environments whose runs take an hour and more.
FEW_SEEDS = range(1, 4)
LONG = ("MinAtar/", "ALE/")


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The options; `--help` says what they do."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--env", action="append", metavar="ID", help="repeatable; default: all presets' that are here")
    parser.add_argument("--seeds", type=parse_seeds, metavar="1-10|1,2,5", help="default: 1-10, of long runs 1-3")
    parser.add_argument(
        "--out", type=Path, default=Path("runs/learning"), metavar="DIR", help="where the runs are kept"
    )
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="runs at a time, each on one thread")
    parser.add_argument(
        "--table", action="store_true", help="train nothing: score and print the runs that are finished"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--steps", type=int, metavar="N", help="another budget than the preset's")
    parser.add_argument("--preset", metavar="NAME", help="another preset, or one for any environment")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="another setting; repeatable")
    return parser.parse_args(arguments)


def parse_seeds(text: str) -> list[int]:
    """`"1-3,7"` as 1, 2, 3, 7."""
    seeds: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        seeds += range(int(first), int(last or first) + 1)
    return seeds


def make_tasks(options: argparse.Namespace) -> list[Task]:
    """Every run that the table needs."""
    settings = dict(parse_assignment(text) for text in options.set)
    if options.steps:
        settings["total_timesteps"] = options.steps
    return [
        Task(env, seed, options.preset, settings)
        for env in options.env or find_environments()
        for seed in options.seeds or (FEW_SEEDS if env.startswith(LONG) else SEEDS)
    ]


def find_environments() -> list[str]:
    """The environments that have a preset of their own and can be made here."""
    found = []
    for env in (read_preset(name).get("env", "*") for name in preset_names()):
        try:
            if "*" not in env:
                make_environment(load_config(flags={"env": env})).close()
                found.append(env)
        except UsageError as error:
            tell(f"{env} is left out: {error}")
    return found


def do_tasks(tasks: Iterable[Task], runs_dir: Path, jobs: int, *, may_train: bool) -> tuple[list[Score], bool]:
    """The scores, and whether all could be had. An interrupt lets the runs under way save and end."""
    with ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(do_task, task, runs_dir, may_train=may_train) for task in tasks]
        try:
            scores = [_result(future) for future in futures]
        except KeyboardInterrupt:
            pool.shutdown(cancel_futures=True)
            raise
    return [score for score in scores if score is not None], None not in scores


def do_task(task: Task, runs_dir: Path, *, may_train: bool) -> Score | None:
    """Train, where that is allowed and needed, and score; None where there is no finished run."""
    if may_train:
        folder = have_run(runs_dir, task)
    else:
        found = find_run(runs_dir, task.config)
        if found is None or not is_finished(found, task.config):
            tell(f"{task.env} seed {task.seed}: no finished run in {runs_dir}")
            return None
        folder = found
    score = score_run(runs_dir, folder)
    tell(f"{task.env} seed {task.seed}: {score.mean:.4g} after {score.steps:,} steps in {score.seconds:.0f} s")
    return score


def _result(future: Future[Score | None]) -> Score | None:
    try:
        return future.result()
    except (RuntimeError, UsageError) as error:
        tell(str(error))
        return None


def tell(line: str) -> None:
    """Progress, apart from what is printed."""
    sys.stderr.write(f"{line}\n")


def main() -> int:
    options = parse_arguments()
    scores, is_whole = do_tasks(make_tasks(options), options.out, options.jobs, may_train=not options.table)
    by_env = {env: [score for score in scores if score.env == env] for env in dict.fromkeys(s.env for s in scores)}
    summaries = [summarize(group) for group in by_env.values()]
    if options.json:
        runs = [asdict(score) for score in scores]
        print(json.dumps({"machine": describe_machine(), "summaries": summaries, "runs": runs}))
    else:
        print(describe_machine())
        for group in by_env.values():
            print_seeds(group)
        print_summary(summaries)
    return 0 if is_whole else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
