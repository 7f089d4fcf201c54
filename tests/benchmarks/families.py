"""Every family of environments with its real package: trained, killed, resumed, evaluated, and drawn.

The first environment of each family that is installed here, or those named with `--env`; networks and buffers are
small. A run is killed with SIGKILL between its first checkpoint and its end, and resumed: it must end as the one that
was left alone.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from dqn_tui import events
from dqn_tui.config import Config, parse_assignment
from dqn_tui.envs.catalog import FAMILIES
from dqn_tui.envs.make import make_environment
from dqn_tui.event_json import from_json
from dqn_tui.runs.folder import RunFolder, find_run_folders
from dqn_tui.settings import load_config
from tests.benchmarks.kill_and_resume import command, facts, run_straight
from tests.benchmarks.learning_runs import call
from tests.benchmarks.measure import describe_machine

SAVE_EVERY, KILL_AT = 500, 700
SMALL: dict[str, Any] = {
    "total_timesteps": 1_000,
    "save_every": SAVE_EVERY,
    "log_every": 20,
    "learning_starts": 200,
    "net_arch": [16],
    "batch_size": 8,
    "buffer_size": 600,
    "eval_every": 900,
    "eval_episodes": 1,
    "eval_max_steps": 60,
}
EPISODES = 2
STEPS_BEFORE_PICTURE = 5
RIGHT = "equal"


class Row(NamedTuple):
    """What became of one environment, in words; `resumed` is `RIGHT` where all is well."""

    env: str
    resumed: str
    greedy: str
    picture: str
    actions: str
    seconds: str


def check(env: str, settings: dict[str, Any]) -> Row:
    """Train, kill, resume and evaluate, then draw."""
    start = time.monotonic()
    named = (word for key, value in settings.items() for word in ("--set", f"{key}={json.dumps(value)}"))
    arguments = ["--env", env, *named]
    with tempfile.TemporaryDirectory() as folder:
        whole, _ = run_straight(Path(folder) / "straight", arguments)
        killed = run_killed(Path(folder) / "killed", arguments)
        call("--no-ui", "--resume", str(killed.path))
        expected, found = facts(whole), facts(killed)
        report = json.loads(call("eval", str(killed.path), "--json", "--episodes", str(EPISODES)))
    wrong = [name for name in expected if found[name] != expected[name]]
    picture, actions = draw(load_config(flags={"env": env, **settings}))
    return Row(
        env,
        f"differs in {', '.join(wrong)}" if wrong else RIGHT,
        f"{report['mean']:.4g}",
        picture,
        actions,
        f"{time.monotonic() - start:.0f}",
    )


def run_killed(runs_dir: Path, arguments: Sequence[str]) -> RunFolder:
    """Return a run that was killed at about step `KILL_AT`.

    Raises:
        RuntimeError: it ended before.
    """
    process = subprocess.Popen(
        command("--runs-dir", str(runs_dir), *arguments), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    last = next((event for event in map(from_json, process.stdout) if event.step >= KILL_AT), None)
    process.kill()
    process.wait()
    if last is None or isinstance(last, events.RunEnded | events.RunFailed):
        raise RuntimeError("the run to be killed ended before")
    return find_run_folders(runs_dir)[0]


def draw(config: Config) -> tuple[str, str]:
    """Return what a picture is, and the names of the actions or their number."""
    environment = make_environment(config, should_render=True)
    environment.reset(config.seed)
    for _ in range(STEPS_BEFORE_PICTURE):
        if any(environment.step(0)[2:]):
            break
    picture, spec = environment.render(), environment.spec
    environment.close()
    return describe(picture), ", ".join(spec.action_names) or f"{spec.spaces.action_count} without names"


def describe(picture: Any) -> str:
    """Return the kind and size of a picture."""
    if picture is None:
        return "none"
    if isinstance(picture, str):
        lines = picture.splitlines()
        return f"text {max(map(len, lines), default=0)}x{len(lines)}"
    kind = "one colour" if picture.max() == picture.min() else "pixels"
    return f"{kind} {picture.shape[1]}x{picture.shape[0]}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--env", action="append", metavar="ID", help="repeatable; default: the first of each family")
    parser.add_argument("--all", action="store_true", help="every environment that `dqn-tui envs` lists")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="another setting; repeatable")
    options = parser.parse_args()
    installed = [family for family in FAMILIES if family.is_installed]
    listed = [env for family in installed for env in family.environments[: None if options.all else 1]]
    settings = SMALL | dict(parse_assignment(text) for text in options.set)
    print(describe_machine())
    print(
        "| environment | killed and resumed | greedy return | picture | actions | seconds |\n|---|---|---|---|---|---|"
    )
    are_right = True
    for env in options.env or listed:
        try:
            row = check(env, settings)
        except subprocess.CalledProcessError as error:
            row = Row(env, f"failed: {error.stderr.decode().strip().splitlines()[-1]}", "", "", "", "")
        except RuntimeError as error:
            row = Row(env, f"failed: {error}", "", "", "", "")
        are_right &= row.resumed == RIGHT
        print(f"| {' | '.join(row)} |", flush=True)
    return 0 if are_right else 1


if __name__ == "__main__":
    sys.exit(main())
