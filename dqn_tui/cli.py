"""The command line: declares the options, and hands over to `dqn_tui.commands`."""

from __future__ import annotations

import enum
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from dqn_tui import __version__
from dqn_tui.errors import UsageError


class Marker(enum.StrEnum):
    """What charts are drawn with."""

    auto = "auto"
    braille = "braille"
    block = "block"
    ascii = "ascii"


class OnHangup(enum.StrEnum):
    """What a lost terminal does to the run."""

    proceed = "continue"
    stop = "stop"


app = typer.Typer(
    help="Train DQN in a live terminal dashboard: see it learn, pause it, save it, watch it play.",
    epilog="Training starts at once: `dqn-tui` alone learns CartPole-v1. Press ? in the dashboard for its keys.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _parse_count(text: str) -> int:
    return _parse_integer(text, minimum=1)


def _parse_seed(text: str) -> int:
    return _parse_integer(text, minimum=0)


def _parse_integer(text: str, minimum: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = minimum - 1
    if number < minimum:
        raise typer.BadParameter(f"must be a whole number >= {minimum}, got {text!r}")
    return number


Target = Annotated[Path, typer.Argument(help="A run folder, or a checkpoint folder in it.", show_default=False)]
Imports = Annotated[
    list[str] | None,
    typer.Option("--import", metavar="MODULE", help="Import a package that registers environments; repeatable."),
]
RunsDir = Annotated[Path, typer.Option(help="Where run folders are kept.")]
Last = Annotated[bool, typer.Option("--last", help="Of a run, the newest checkpoint instead of the best.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
EpisodeSeed = Annotated[int, typer.Option(help="Seed of the episodes.", metavar="N", parser=_parse_seed)]
MarkerOption = Annotated[Marker, typer.Option(help="What charts are drawn with.")]


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"dqn-tui {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def train(
    context: typer.Context,
    env: Annotated[str | None, typer.Option(help="Gymnasium environment id.  [default: CartPole-v1]")] = None,
    steps: Annotated[str | None, typer.Option(metavar="N", help="Environment steps of the run.")] = None,
    seed: Annotated[str | None, typer.Option(metavar="N", help="Seed of all random draws.  [default: 1]")] = None,
    preset: Annotated[
        str | None, typer.Option(help="Settings by name; those for any env go over its own.  [default: the env's]")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Settings from a file: TOML, or the RL Zoo's YAML.")
    ] = None,
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Any configuration key; repeatable."),
    ] = None,
    runs_dir: RunsDir = Path("runs"),
    name: Annotated[str | None, typer.Option(help="Name in the run folder's name.  [default: s<seed>]")] = None,
    resume: Annotated[
        Path | None, typer.Option(metavar="TARGET", help="Go on with a run, from its newest checkpoint or one of them.")
    ] = None,
    device: Annotated[
        str | None, typer.Option(metavar="auto|cpu|cuda", help="Where the networks live.  [default: auto]")
    ] = None,
    no_ui: Annotated[bool, typer.Option("--no-ui", help="Train without the dashboard.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Headless: every event as a JSON line.")] = False,
    imports: Imports = None,
    marker: MarkerOption = Marker.auto,
    until_solved: Annotated[
        bool, typer.Option("--until-solved", help="End when the goal is reached and confirmed.")
    ] = False,
    on_hangup: Annotated[OnHangup, typer.Option(help="What a lost terminal does.")] = OnHangup.proceed,
    version: Annotated[  # noqa: ARG001
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> int:
    """Train DQN in a live terminal dashboard: see it learn, pause it, save it, watch it play."""
    if context.invoked_subcommand is not None:
        return 0
    from dqn_tui.commands.train import TrainOptions
    from dqn_tui.commands.train import train as run_training
    from dqn_tui.config import parse_assignment, parse_value

    flags: dict[str, Any] = dict(parse_assignment(text) for text in assignments or ())
    named = {"env": env, "device": device}
    named |= {"total_timesteps": steps and parse_value(steps), "seed": seed and parse_value(seed)}
    flags |= {key: value for key, value in named.items() if value is not None}
    if until_solved:
        flags["until_solved"] = True
    return run_training(
        TrainOptions(
            flags=flags,
            preset=preset,
            config=config,
            runs_dir=runs_dir,
            name=name,
            resume=resume,
            imports=tuple(imports or ()),
            marker=_resolve_marker(marker),
            is_headless=no_ui,
            should_print_json=as_json,
            should_stop_on_hangup=on_hangup is OnHangup.stop,
        )
    )


@app.command()
def watch(
    target: Target,
    last: Last = False,
    seed: EpisodeSeed = 0,
    imports: Imports = None,
    marker: MarkerOption = Marker.auto,
) -> int:
    """Play greedy episodes of a saved policy in the terminal."""
    from dqn_tui.commands.policy import watch_policy

    return watch_policy(
        target, seed=seed, imports=tuple(imports or ()), should_take_last=last, marker=_resolve_marker(marker)
    )


@app.command("eval")
def evaluate(
    target: Target,
    episodes: Annotated[int, typer.Option(help="Greedy episodes.", metavar="N", parser=_parse_count)] = 100,
    seed: EpisodeSeed = 0,
    last: Last = False,
    imports: Imports = None,
    as_json: Json = False,
) -> int:
    """Evaluate a saved policy greedily."""
    from dqn_tui.commands.policy import evaluate_policy

    return evaluate_policy(
        target,
        episodes=episodes,
        seed=seed,
        imports=tuple(imports or ()),
        should_take_last=last,
        as_json=as_json,
    )


@app.command()
def runs(runs_dir: RunsDir = Path("runs"), as_json: Json = False) -> int:
    """List the runs in the runs folder, newest first."""
    from dqn_tui.commands.listing import list_runs

    return list_runs(runs_dir, as_json=as_json)


@app.command()
def envs(as_json: Json = False) -> int:
    """List what can be trained here, and what to install for the rest."""
    from dqn_tui.commands.listing import list_environments

    return list_environments(as_json=as_json)


def main() -> None:
    """Run the command line and exit with its code, even if other threads are still running."""
    from dqn_tui.commands.leaving import leave

    try:
        code = run()
    except Exception:  # noqa: BLE001 - raising further would let the interpreter wait for other threads
        sys.excepthook(*sys.exc_info())
        code = 1
    leave(code)


def run() -> int:
    """Run the command line and return the exit code; a usage error is one line on stderr and exit code 2."""
    try:
        return int(app(standalone_mode=False) or 0)
    except (UsageError, TyperException) as error:
        from dqn_tui.commands.terminal import say

        message = error.format_message() if isinstance(error, TyperException) else str(error)
        say(message.replace("Value error, ", ""))
        return 2
    except (KeyboardInterrupt, typer.Abort):
        return 130


def _resolve_marker(marker: Marker) -> str:
    from dqn_tui.view.marker import detect_marker

    return detect_marker() if marker is Marker.auto else marker.value
