"""The command line: declares the options, and hands over to `dqn_tui.commands`."""

from __future__ import annotations

import enum
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.exceptions import TyperException

from dqn_tui import __version__
from dqn_tui.collector import look_less_often
from dqn_tui.errors import UsageError
from dqn_tui.view.x_unit import XUnit

if TYPE_CHECKING:
    from dqn_tui.config import Config


class Marker(enum.StrEnum):
    """Characters that charts are drawn with."""

    auto = "auto"
    braille = "braille"
    block = "block"
    ascii = "ascii"


class OnHangup(enum.StrEnum):
    """Effect of a lost terminal on the run."""

    proceed = "continue"
    stop = "stop"


class NotifyOption(enum.StrEnum):
    """How the user of a run is called who looks elsewhere."""

    auto = "auto"
    bell = "bell"
    none = "none"


class ExportTarget(enum.StrEnum):
    """Formats that runs can be exported to."""

    tensorboard = "tensorboard"
    csv = "csv"
    parquet = "parquet"
    jsonl = "jsonl"
    wandb = "wandb"
    onnx = "onnx"
    torchscript = "torchscript"


# A day.
_LONGEST_VIDEO_SECONDS = 86_400
_ABOUT = "Train DQN in a live terminal dashboard: see it learn, pause it, save it, watch it play."

app = typer.Typer(
    help=_ABOUT,
    epilog="Training starts at once: `dqn-tui` alone learns CartPole-v1. Press ? in the dashboard for its keys.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _parse_count(text: str) -> int:
    return _parse_integer(text, minimum=1)


def _parse_seed(text: str) -> int:
    return _parse_integer(text, minimum=0)


def _parse_port(text: str | int) -> int:
    return _parse_integer(str(text), minimum=0, maximum=65_535)


def _parse_seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= _LONGEST_VIDEO_SECONDS:
        raise typer.BadParameter(f"must be a number of seconds up to {_LONGEST_VIDEO_SECONDS:,}, got {text!r}")
    return seconds


def _parse_integer(text: str, minimum: int, maximum: float = math.inf) -> int:
    try:
        number = int(text)
    except ValueError:
        number = minimum - 1
    if number > maximum:
        raise typer.BadParameter(f"must be a whole number from {minimum} to {maximum}, got {text!r}")
    if number < minimum:
        raise typer.BadParameter(f"must be a whole number >= {minimum}, got {text!r}")
    return number


Target = Annotated[
    str | None,
    typer.Argument(
        metavar="[TARGET]",
        help="A run folder, a checkpoint folder, or `latest`.  [default: the newest run that has a checkpoint]",
        show_default=False,
    ),
]
Run = Annotated[str, typer.Argument(metavar="[RUN]", help="A run folder, or `latest`.")]
EnvOption = Annotated[
    str | None, typer.Option("--env", metavar="ID", help="Gymnasium environment; see `envs`.  [default: CartPole-v1]")
]
Preset = Annotated[
    str | None, typer.Option(metavar="NAME", help="Named settings; see `envs`.  [default: the environment's own]")
]
ConfigFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Settings from a file: TOML, or the RL Zoo's YAML.")
]
Assignments = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Any setting; repeatable. `settings` lists them."),
]
EnvArguments = Annotated[
    list[str] | None,
    typer.Option(
        "--env-arg",
        metavar="KEY=VALUE",
        help="Argument of the environment, such as is_slippery=false or config.lanes_count=3; repeatable.",
    ),
]
Imports = Annotated[
    list[str] | None,
    typer.Option(
        "--import",
        metavar="MODULE",
        help="Import a module that registers environments, installed or in this folder; repeatable.",
    ),
]
Wraps = Annotated[
    list[str] | None,
    typer.Option(
        "--wrap",
        metavar="MODULE:NAME",
        help="Put a wrapper around the environment, such as 'minigrid.wrappers:FullyObsWrapper' or "
        "'module:Wrapper(key=1)'; repeatable, the first one innermost.",
    ),
]
RunsDir = Annotated[Path, typer.Option(metavar="DIR", help="Folder that holds the run folders.")]
Last = Annotated[bool, typer.Option("--last", help="Take the run's newest checkpoint instead of its best.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
EpisodeSeed = Annotated[int, typer.Option(help="Seed of the episodes.", metavar="N", parser=_parse_seed)]
MarkerOption = Annotated[
    Marker,
    typer.Option(
        help="Characters that everything is drawn with, for this run; auto also uses the terminal's "
        "own graphics for pictures.",
    ),
]


def _print_version(is_requested: bool) -> None:
    if is_requested:
        typer.echo(f"dqn-tui {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True, help=_ABOUT)
def train(
    context: typer.Context,
    env: EnvOption = None,
    steps: Annotated[
        str | None, typer.Option(metavar="N", help="Environment steps of the whole run.  [default: the preset's]")
    ] = None,
    seed: Annotated[str | None, typer.Option(metavar="N", help="Seed of all random draws.  [default: 1]")] = None,
    preset: Preset = None,
    config: ConfigFile = None,
    assignments: Assignments = None,
    env_arguments: EnvArguments = None,
    runs_dir: RunsDir = Path("runs"),
    name: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Part of the run folder's name.  [default: s<seed>]")
    ] = None,
    resume: Annotated[
        str | None,
        typer.Option(
            metavar="TARGET",
            help="Resume a run from its newest checkpoint, or from a checkpoint folder in it; `latest` is the newest "
            "run. A larger --steps extends it.",
        ),
    ] = None,
    device: Annotated[
        str | None, typer.Option(metavar="auto|cpu|cuda", help="Device of the networks.  [default: auto]")
    ] = None,
    no_ui: Annotated[bool, typer.Option("--no-ui", help="Train without the dashboard.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Train without the dashboard and print every event as a JSON line.")
    ] = False,
    detach: Annotated[
        bool, typer.Option("--detach", help="Train in the background; `view` shows the run, `control` stops it.")
    ] = False,
    imports: Imports = None,
    wraps: Wraps = None,
    marker: MarkerOption = Marker.auto,
    until_solved: Annotated[
        bool, typer.Option("--until-solved", help="End the run once its goal is reached and confirmed.")
    ] = False,
    on_hangup: Annotated[
        OnHangup, typer.Option(help="When the terminal is lost, continue without it, or save and stop.")
    ] = OnHangup.proceed,
    notify: Annotated[
        NotifyOption | None,
        typer.Option(
            help="At the end, at the goal and at a new best: bell and desktop notification while you work elsewhere, "
            "the bell alone in any case, or nothing.  [default: the remembered one, else auto]",
            show_default=False,
        ),
    ] = None,
    on_event: Annotated[
        str | None,
        typer.Option(
            metavar="COMMAND",
            help="Shell command that gets each notable event as JSON on standard input, within 10 s each.",
        ),
    ] = None,
    tensorboard: Annotated[
        bool, typer.Option("--tensorboard", help="Write TensorBoard's files, too: `tensorboard --logdir runs`.")
    ] = False,
    version: Annotated[  # noqa: ARG001
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> int:
    """Train, unless a command is given."""
    if context.invoked_subcommand is not None:
        return 0
    from dqn_tui.commands.train import ViewOptions
    from dqn_tui.commands.train import train as run_training
    from dqn_tui.config import parse_value
    from dqn_tui.operations.preparation import RunOptions

    flags = _read_flags(assignments, env_arguments, wraps)
    named = {"env": env, "device": device}
    named |= {"total_timesteps": steps and parse_value(steps), "seed": seed and parse_value(seed)}
    flags |= {key: value for key, value in named.items() if value is not None}
    if until_solved:
        flags["until_solved"] = True
    return run_training(
        RunOptions(flags, preset, config, runs_dir, name, resume, tuple(imports or ())),
        ViewOptions(
            marker=_resolve_marker(marker),
            is_headless=no_ui,
            should_print_json=as_json,
            should_stop_on_hangup=on_hangup is OnHangup.stop,
            is_detached=detach,
            notify=None if notify is None else notify.value,
            on_event=on_event,
            should_write_tensorboard=tensorboard,
        ),
    )


@app.command()
def watch(
    target: Target = None,
    last: Last = False,
    seed: Annotated[
        int | None, typer.Option(help="Seed of the episodes.  [default: 0]", metavar="N", parser=_parse_seed)
    ] = None,
    episode: Annotated[
        int | None,
        typer.Option(metavar="N", help="Play this training episode of the run again.", parser=_parse_count),
    ] = None,
    imports: Imports = None,
    wraps: Wraps = None,
    runs_dir: RunsDir = Path("runs"),
    marker: MarkerOption = Marker.auto,
    gif: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the first episode as an animated GIF instead; a new file."),
    ] = None,
    mp4: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the first episode as a video instead; a new file.")
    ] = None,
    q_bars: Annotated[
        bool, typer.Option("--q-bars", help="Draw the Q-values beside the pictures of the file.")
    ] = False,
    most_seconds: Annotated[
        float | None,
        typer.Option(metavar="N", help="Longest playing time of the file.  [default: 120]", parser=_parse_seconds),
    ] = None,
) -> int:
    """Play greedy episodes of a saved policy in the terminal, or a training episode again, or write one to a file.

    A file has the environment's own pixels, at its own speed. In the terminal, pictures are in its graphics (kitty,
    iTerm2 or sixel) where it has some, else half blocks.
    """
    from dqn_tui.commands.export_video import choose_video, export_watched_episode
    from dqn_tui.commands.watch import watch_policy

    _approve(wraps)
    if seed is not None and episode is not None:
        raise UsageError(f"--seed {seed} cannot be combined with --episode: a training episode has its own seed")
    if video := choose_video(gif, mp4, has_bars=q_bars, most_seconds=most_seconds):
        return export_watched_episode(
            target,
            video,
            runs_dir=runs_dir,
            seed=seed or 0,
            imports=tuple(imports or ()),
            should_take_last=last,
            episode=episode,
        )
    return watch_policy(
        target,
        runs_dir=runs_dir,
        seed=seed or 0,
        imports=tuple(imports or ()),
        should_take_last=last,
        marker=_resolve_marker(marker),
        episode=episode,
    )


@app.command()
def play(
    run: Annotated[
        str | None,
        typer.Argument(
            metavar="[RUN]",
            help="A run folder, a checkpoint folder, or `latest`: play beside its policy.  [default: play alone]",
            show_default=False,
        ),
    ] = None,
    env: EnvOption = None,
    preset: Preset = None,
    config: ConfigFile = None,
    assignments: Assignments = None,
    env_arguments: EnvArguments = None,
    seed: Annotated[
        int, typer.Option(help="Seed of the first episode; the next ones count up.", metavar="N", parser=_parse_seed)
    ] = 0,
    last: Last = False,
    imports: Imports = None,
    wraps: Wraps = None,
    runs_dir: RunsDir = Path("runs"),
    marker: MarkerOption = Marker.auto,
) -> int:
    """Play an environment yourself with the keys, in real time or step by step, alone or beside a run's policy."""
    from dqn_tui.commands.play_environment import play_environment, play_run

    given, characters = tuple(imports or ()), _resolve_marker(marker)
    if run is None:
        if last:
            raise UsageError("--last is for a run's checkpoint; name the run")
        chosen = _resolve_settings(env, preset, config, assignments, env_arguments, wraps)
        return play_environment(chosen, seed=seed, imports=given, marker=characters)
    named = {"--env": env, "--preset": preset, "--config": config, "--set": assignments, "--env-arg": env_arguments}
    for option, value in named.items():
        if value:
            raise UsageError(f"{option} cannot be combined with a run, whose environment and settings are played")
    _approve(wraps)
    return play_run(run, runs_dir=runs_dir, seed=seed, imports=given, should_take_last=last, marker=characters)


@app.command()
def probe(
    env: EnvOption = None,
    steps: Annotated[
        int, typer.Option(help="Random steps at least; whole episodes may take more.", metavar="N", parser=_parse_count)
    ] = 1_000,
    seed: Annotated[int, typer.Option(help="Seed of episodes and actions.", metavar="N", parser=_parse_seed)] = 0,
    preset: Preset = None,
    config: ConfigFile = None,
    assignments: Assignments = None,
    env_arguments: EnvArguments = None,
    imports: Imports = None,
    wraps: Wraps = None,
    as_json: Json = False,
    marker: MarkerOption = Marker.auto,
) -> int:
    """Look at an environment before training: what a random policy meets, what the network will see, and warnings."""
    from dqn_tui.commands.probe_environment import probe_environment

    return probe_environment(
        _resolve_settings(env, preset, config, assignments, env_arguments, wraps),
        steps=steps,
        seed=seed,
        imports=tuple(imports or ()),
        as_json=as_json,
        marker=_resolve_marker(marker),
    )


@app.command()
def view(
    run: Run = "latest",
    read_only: Annotated[bool, typer.Option("--read-only", help="Look only: send the run no requests.")] = False,
    imports: Imports = None,
    wraps: Wraps = None,
    runs_dir: RunsDir = Path("runs"),
    marker: MarkerOption = Marker.auto,
) -> int:
    """Show the dashboard of a run: one that has ended, or one that another process trains."""
    from dqn_tui.commands.view_run import view_run

    _approve(wraps)
    return view_run(
        run, runs_dir=runs_dir, imports=tuple(imports or ()), is_read_only=read_only, marker=_resolve_marker(marker)
    )


@app.command()
def control(
    run: Annotated[str, typer.Argument(metavar="RUN", help="The folder of a run that trains, or `latest`.")],
    verb: Annotated[str, typer.Argument(metavar="VERB", help="pause, resume, step, save, evaluate, stop or status.")],
    without_saving: Annotated[bool, typer.Option("--without-saving", help="With stop: save no checkpoint.")] = False,
    runs_dir: RunsDir = Path("runs"),
    as_json: Json = False,
) -> int:
    """Steer a run that another process trains; wait until it confirms."""
    from dqn_tui.commands.control_run import control_run

    return control_run(run, verb, runs_dir=runs_dir, should_save=not without_saving, as_json=as_json)


@app.command("eval")
def evaluate(
    target: Target = None,
    episodes: Annotated[int, typer.Option(help="Number of greedy episodes.", metavar="N", parser=_parse_count)] = 100,
    last: Last = False,
    seed: EpisodeSeed = 0,
    imports: Imports = None,
    wraps: Wraps = None,
    runs_dir: RunsDir = Path("runs"),
    as_json: Json = False,
) -> int:
    """Measure a saved policy over greedy episodes."""
    from dqn_tui.commands.evaluate import evaluate_policy

    _approve(wraps)
    return evaluate_policy(
        target,
        runs_dir=runs_dir,
        episodes=episodes,
        seed=seed,
        imports=tuple(imports or ()),
        should_take_last=last,
        as_json=as_json,
    )


@app.command()
def runs(
    runs_dir: RunsDir = Path("runs"),
    as_json: Json = False,
    is_plain: Annotated[bool, typer.Option("--plain", help="Print the list instead of showing the screen.")] = False,
    imports: Imports = None,
    wraps: Wraps = None,
    marker: MarkerOption = Marker.auto,
) -> int:
    """List the runs in the runs folder, newest first; on a terminal, a screen to open, resume and tidy them."""
    from dqn_tui.commands.browse_runs import ListOptions, browse_runs, can_browse
    from dqn_tui.commands.list_runs import list_runs

    _approve(wraps)
    if as_json or is_plain or not can_browse():
        return list_runs(runs_dir, as_json=as_json)
    return browse_runs(ListOptions(runs_dir, tuple(imports or ()), _resolve_marker(marker)))


@app.command()
def export(
    targets: Annotated[list[str], typer.Argument(metavar="RUN", help="Run folders, or `latest`.", show_default=False)],
    to: Annotated[ExportTarget, typer.Option(help="Format; see above.", show_default=False)],
    out: Annotated[
        Path,
        typer.Option(metavar="PATH", help="File or folder to write; it must not exist, or be an empty folder."),
    ],
    last: Last = False,
    runs_dir: RunsDir = Path("runs"),
) -> int:
    """Write runs, or the policy of one, in the formats of other tools; the runs themselves stay as they are.

    csv, jsonl and parquet are one file, a tidy table in long form: a row for each number that was measured, in the
    columns run, env, seed, one for each setting in which the runs differ, step (of the environment), time_seconds
    (UTC), metric and value. Metrics have Stable-Baselines3's names; episode/return and episode/length are those of
    each training episode.

    tensorboard is a folder for `tensorboard --logdir`, wandb one of offline runs for `wandb sync`.

    onnx and torchscript are the network of a policy, that of the best checkpoint or with --last of the newest: encoded
    observations in, q_values and the greedy action out.
    """
    from dqn_tui.commands.export import export_runs

    return export_runs(targets, runs_dir=runs_dir, to=to.value, out=out, should_take_last=last)


@app.command()
def serve(
    targets: Annotated[list[str], typer.Argument(metavar="RUN", help="Run folders, or `latest`.", show_default=False)],
    port: Annotated[int, typer.Option(metavar="N", help="Port; 0 takes a free one.", parser=_parse_port)] = 8000,
    read_only: Annotated[bool, typer.Option("--read-only", help="Look only: send the runs no requests.")] = False,
    imports: Imports = None,
    wraps: Wraps = None,
    runs_dir: RunsDir = Path("runs"),
    marker: MarkerOption = Marker.auto,
) -> int:
    """Show the dashboards of runs in a browser on this machine, to anyone with the URL.

    The first line of the output is that URL, with a token that is new at each start. The server listens on 127.0.0.1
    only; from another machine, forward the port with `ssh -L 8000:127.0.0.1:8000 HOST`.
    """
    from dqn_tui.commands.serve import ServedView, serve_runs

    _approve(wraps)
    view = ServedView(_resolve_browser_marker(marker), tuple(imports or ()), read_only)
    return serve_runs(targets, runs_dir=runs_dir, port=port, view=view)


@app.command()
def compare(
    targets: Annotated[
        list[str], typer.Argument(metavar="RUN...", help="Run folders, patterns such as 'runs/CartPole*', or `latest`.")
    ],
    by: Annotated[
        str | None,
        typer.Option(
            metavar="KEY", help="Group the runs by a setting, or by `settings`: runs that differ only in the seed."
        ),
    ] = None,
    x: Annotated[XUnit, typer.Option("--x", help="What the x axis counts.")] = XUnit.STEP,
    as_json: Json = False,
    csv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write all curves to a CSV file, one row a point.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the charts into an .svg, .png or .pdf file.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the bootstrap.", metavar="N", parser=_parse_seed)] = 0,
    runs_dir: RunsDir = Path("runs"),
    marker: MarkerOption = Marker.auto,
) -> int:
    """Compare runs: charts over each other, what differs in their settings, results, and groups."""
    from dqn_tui.commands.compare_runs import CompareOptions, compare_runs

    options = CompareOptions(by, x, seed, _resolve_marker(marker), as_json, csv, plot)
    return compare_runs(targets, runs_dir, options)


@app.command()
def envs(as_json: Json = False) -> int:
    """List presets and environments, and what to install for more."""
    from dqn_tui.commands.list_environments import list_environments

    return list_environments(as_json=as_json)


@app.command()
def settings(as_json: Json = False) -> int:
    """List every setting: default, bounds, meaning."""
    from dqn_tui.commands.list_settings import list_settings

    return list_settings(as_json=as_json)


def _read_flags(
    assignments: list[str] | None, env_arguments: list[str] | None, wraps: list[str] | None
) -> dict[str, Any]:
    """Return the settings of --set, --env-arg and --wrap, whose wrappers are approved."""
    from dqn_tui.config import merge_settings, parse_assignment
    from dqn_tui.plain_values import make_table
    from dqn_tui.settings import refuse_wrappers

    flags: dict[str, Any] = dict(parse_assignment(text) for text in assignments or ())
    _approve(wraps)
    refuse_wrappers(flags, "--set")
    if wraps:
        flags["wrappers"] = list(wraps)
    if env_arguments:
        pairs = [parse_assignment(text, "--env-arg") for text in env_arguments]
        flags = merge_settings(flags, {"env_kwargs": make_table(pairs, "--env-arg")})
    return flags


def _resolve_settings(
    env: str | None,
    preset: str | None,
    config: Path | None,
    assignments: list[str] | None,
    env_arguments: list[str] | None,
    wraps: list[str] | None,
) -> Config:
    """Return the settings of an environment that is not trained."""
    from dqn_tui.settings import load_config

    flags = _read_flags(assignments, env_arguments, wraps)
    return load_config(preset=preset, file=config, flags=flags | ({} if env is None else {"env": env}))


def _approve(wraps: list[str] | None) -> None:
    """Let this process import and call the wrappers that its user named."""
    from dqn_tui.approval import approve_wrappers

    approve_wrappers(wraps or ())


def main() -> None:
    """Run the command line and exit with its code, even if other threads are still running."""
    from dqn_tui.commands.leaving import leave
    from dqn_tui.commands.streams import open_closed_streams

    look_less_often()
    open_closed_streams()
    try:
        code = run()
    except Exception:  # noqa: BLE001 - raising further would let the interpreter wait for other threads
        sys.excepthook(*sys.exc_info())
        code = 1
    leave(code)


def run() -> int:
    """Run the command line and return the exit code; any error is one line on standard error."""
    from dqn_tui.commands.streams import OUTPUT_LOST_CODE, OutputLostError, lose_output, say

    try:
        return int(app(standalone_mode=False) or 0)
    except OutputLostError as error:
        return error.exit_code
    except UsageError as error:
        say(str(error))
        return 2
    except TyperException as error:
        say(_explain(error))
        return 2
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except OSError as error:
        if error.filename is None:
            # Typer could not print help.
            return lose_output(error).exit_code
        say(f"{error.filename}: {error.strerror}")
        return OUTPUT_LOST_CODE
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):
            return lose_output(end.__context__).exit_code
        say(f"an imported module or the environment called sys.exit({end.code!r})")
        return 2


def _explain(error: TyperException) -> str:
    """Return the error in one line; for an unknown option, the one that was probably meant."""
    option, context = getattr(error, "option_name", None), getattr(error, "ctx", None)
    if type(error).__name__ != "NoSuchOption" or option is None or context is None:
        return error.format_message()
    from dqn_tui.commands.option_hints import explain_option

    known = [name for parameter in context.command.get_params(context) for name in parameter.opts]
    return explain_option(option, known)


def _resolve_marker(marker: Marker) -> str:
    from dqn_tui.view.marker import detect_marker, name_marker

    name_marker(None if marker is Marker.auto else marker.value)
    return marker.value if marker is not Marker.auto else _choose_marker(detect_marker())


def _resolve_browser_marker(marker: Marker) -> str:
    """Return the characters for a browser, which can draw them all."""
    return marker.value if marker is not Marker.auto else _choose_marker(Marker.braille.value)


def _choose_marker(richest: str) -> str:
    from dqn_tui.preferences import user_file
    from dqn_tui.view.marker import choose_marker

    return choose_marker(richest, user_file().preferences.marker)
