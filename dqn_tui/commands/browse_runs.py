"""`dqn-tui runs` on a terminal: the list of runs, and what the user chooses to do with them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from dqn_tui.approval import approved_wrappers
from dqn_tui.commands.show_screen import show_screen
from dqn_tui.commands.streams import STDOUT, flush, own_descriptor, say
from dqn_tui.commands.terminal import has_terminal, terminal_rows
from dqn_tui.errors import UsageError

if TYPE_CHECKING:
    from dqn_tui.ui.run_list.library import Wish
    from dqn_tui.view.run_table import RunTable

_FIRST_SIGNAL_CODE = 128


@dataclass(frozen=True)
class ListOptions:
    """The options of the list, which also hold for what is done from it.

    Attributes:
        runs_dir: the runs folder.
        imports: modules that register environments.
        marker: characters that charts are drawn with.
    """

    runs_dir: Path
    imports: tuple[str, ...]
    marker: str


def can_browse() -> bool:
    """Return whether there is a terminal for the list, and its output is not wanted elsewhere."""
    return has_terminal() and os.isatty(own_descriptor(STDOUT)) and os.environ.get("TERM") != "dumb"


def browse_runs(options: ListOptions) -> int:
    """Show the list of runs until the user leaves it; return the exit code.

    What the user chooses to do with a run is done in this process, after which the list is shown again, but for a run
    that is resumed: there the list ends.

    Raises:
        UsageError: the runs folder cannot be read.
    """
    from dqn_tui.view.run_table import RunTable

    runs_dir = options.runs_dir.absolute()
    check_readable(runs_dir)
    table, notice = RunTable(), ""
    while True:
        wish, code = _show_list(table, options, runs_dir, notice)
        if wish is None:
            return code
        try:
            code = _fulfil(wish, options, runs_dir)
            notice = f"{wish.verb.value}: exit code {code}" if code else ""
        except UsageError as error:
            say(str(error))
            notice = str(error)
        if code >= _FIRST_SIGNAL_CODE:
            return code


def check_readable(runs_dir: Path) -> None:
    """Check that the folder can be listed, or is missing.

    Raises:
        UsageError: it cannot.
    """
    try:
        os.scandir(runs_dir).close()
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError(f"runs folder {runs_dir} cannot be read: {error.strerror or error}") from None


def _show_list(table: RunTable, options: ListOptions, runs_dir: Path, notice: str) -> tuple[Wish | None, int]:
    """Show the list; return what the user wants next, or the exit code."""
    from dqn_tui.commands.run_library import DiskLibrary
    from dqn_tui.ui.run_list.run_reader import RunReader
    from dqn_tui.ui.run_list.screenful import count_runs

    library = DiskLibrary(runs_dir, str(options.runs_dir))
    reader = RunReader(library, count_runs(terminal_rows()))
    # It reads while the screen is imported.
    reader.start()

    from dqn_tui.ui.run_list.runs_screen import RunsScreen

    screen = RunsScreen(library, reader, table, marker=options.marker, notice=notice)
    code = show_screen(screen)
    reader.stop()
    return (None if code else screen.wish), code


def _fulfil(wish: Wish, options: ListOptions, runs_dir: Path) -> int:
    """Do what the user wants; return the exit code.

    Raises:
        UsageError: it cannot be done.
    """
    from dqn_tui.ui.run_list.library import Verb

    paths = [Path(path) for path in wish.paths]
    match wish.verb:
        case Verb.RESUME:
            return _resume(paths[0], wish.total_steps, options, runs_dir)
        case Verb.WATCH:
            return _watch(paths[0], options, runs_dir)
        case Verb.OPEN:
            return _view(paths[0], options, runs_dir)
        case Verb.COMPARE:
            return _compare(paths, options, runs_dir)


def _resume(run: Path, total_steps: int | None, options: ListOptions, runs_dir: Path) -> NoReturn:
    """Become the program that trains the run: only a new process can put another one in front of it, and detach.

    Raises:
        UsageError: the run has no checkpoint to resume from.
    """
    from dqn_tui.runs.resume import find_resumable
    from dqn_tui.view.marker import named_marker

    find_resumable(run)
    words = ["--resume", str(run), "--runs-dir", str(runs_dir)]
    words += ["--marker", options.marker] if named_marker() else []
    words += [word for module in options.imports for word in ("--import", module)]
    words += [word for wrapper in approved_wrappers() for word in ("--wrap", wrapper)]
    if total_steps:
        words += ["--steps", str(total_steps)]
    flush(sys.stdout, sys.stderr)
    os.execv(sys.executable, [sys.executable, "-m", "dqn_tui", *words])


def _watch(run: Path, options: ListOptions, runs_dir: Path) -> int:
    from dqn_tui.commands.watch import watch_policy

    return watch_policy(
        str(run),
        runs_dir=runs_dir,
        seed=0,
        imports=options.imports,
        should_take_last=False,
        marker=options.marker,
    )


def _view(run: Path, options: ListOptions, runs_dir: Path) -> int:
    from dqn_tui.commands.view_run import view_run

    return view_run(str(run), runs_dir=runs_dir, imports=options.imports, is_read_only=False, marker=options.marker)


def _compare(runs: Sequence[Path], options: ListOptions, runs_dir: Path) -> int:
    from dqn_tui.commands.compare_runs import CompareOptions, compare_runs

    return compare_runs([str(run) for run in runs], runs_dir, CompareOptions(marker=options.marker))
