"""`dqn-tui serve`: runs in a browser on this machine."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dqn_tui.approval import approved_wrappers
from dqn_tui.commands.signals import signal_code
from dqn_tui.commands.streams import print_text, say
from dqn_tui.errors import UsageError
from dqn_tui.operations.extras import needs_extra
from dqn_tui.operations.target import find_run
from dqn_tui.view.text import plain, short_path


@dataclass(frozen=True)
class ServedView:
    """The options of every view.

    Attributes:
        marker: characters that charts are drawn with.
        imports: modules that register environments.
        is_read_only: whether the runs take no requests.
    """

    marker: str
    imports: tuple[str, ...]
    is_read_only: bool

    def command(self, run: Path) -> list[str]:
        """Return the command line that shows a run; a process of it is started for each visitor."""
        options = ["--marker", self.marker, *(f"--import={module}" for module in self.imports)]
        options += [f"--wrap={wrapper}" for wrapper in approved_wrappers()]
        if self.is_read_only:
            options.append("--read-only")
        return [sys.executable, "-m", "dqn_tui", "view", *options, "--", str(run)]


def serve_runs(targets: Sequence[str], *, runs_dir: Path, port: int, view: ServedView) -> int:
    """Serve the runs until a signal; return the exit code. The first line of standard output is the URL.

    Raises:
        UsageError: a run or the port cannot be used, or a package is not installed.
    """
    with needs_extra("serve", "web"):
        from dqn_tui.web.server import open_socket, run_server
        from dqn_tui.web.site import Site
    paths = [find_run(name, runs_dir).path for name in targets]
    try:
        listener = open_socket(port)
    except OSError as error:
        raise UsageError(f"--port {port} cannot be used: {error.strerror}; --port 0 takes a free one") from None
    here = Path.cwd()
    site = Site([(plain(short_path(str(path), here)), view.command(path)) for path in paths])
    return signal_code(run_server(site, listener, _announce))


def _announce(url: str) -> None:
    print_text(url)
    say("anyone with this URL can see and steer the runs; Ctrl+C ends the server")
