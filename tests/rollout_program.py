"""`python -m tests.rollout_program [MARKER]`: a paused rollout of the swaying cart alone on the screen."""

from __future__ import annotations

import sys

from dqn_tui.commands.show_screen import show_screen
from dqn_tui.ui.theatre.watch_screen import WatchScreen
from dqn_tui.view.marker import name_marker
from tests.fakes import FakeRollout


def main() -> int:
    """Show the screen."""
    marker = sys.argv[1] if len(sys.argv) > 1 else None
    name_marker(marker)
    rollout = FakeRollout()
    rollout.is_paused = True
    return show_screen(WatchScreen(rollout, title="a cart", marker=marker or "auto"))


if __name__ == "__main__":
    sys.exit(main())
