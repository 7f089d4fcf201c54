"""Take the README's pictures: screens of a CartPole run on a pseudo-terminal.

pip install -e '.[test]' pillow        (and the DejaVu fonts, Debian's fonts-dejavu-core)
python -m screenshots.make             from the repository's root
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from screenshots.painter import paint
from tests.terminal import Terminal, dqn_tui

HERE = Path(__file__).parent
SMALL, MEDIUM, LARGE = (80, 24), (120, 40), (200, 60)


def shoot(terminal: Terminal, name: str) -> None:
    """Let the screen settle, and save a picture of it."""
    terminal.read_for(1.0)
    paint(terminal.screen, HERE / f"{name}.png")
    print(f"screenshots/{name}.png", flush=True)


def record(columns: int, rows: int, scene: Callable[[Terminal], None]) -> None:
    """Run the default preset up to three fifths of its steps, then play the scene."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Terminal(
            dqn_tui("--runs-dir", "runs"), columns, rows, variables={"XDG_CONFIG_HOME": folder}, cwd=folder
        ) as terminal,
    ):
        terminal.wait_for(lambda: has_reached(terminal, 30_000), 300)
        scene(terminal)
        terminal.press("q")
        terminal.wait_for("Stop without saving")
        terminal.press("k")
        terminal.wait_for_exit()


def has_reached(terminal: Terminal, step: int) -> bool:
    """Return whether the counter in the header, such as `30,100/50,000`, has passed a step."""
    counters = [word.split("/")[0] for word in terminal.text.split() if word.endswith("/50,000")]
    return bool(counters) and int(counters[0].replace(",", "")) >= step


def shoot_states(terminal: Terminal) -> None:
    """Take pictures of the dashboard at 120x40 in all its states."""
    shoot(terminal, "dashboard-120x40")
    terminal.press("w")
    terminal.wait_for("ROLLOUT")
    shoot(terminal, "rollout")
    terminal.press("esc")
    terminal.wait_until_gone("ROLLOUT")
    terminal.press("space")
    terminal.wait_for("PAUSED")
    shoot(terminal, "pause")
    terminal.press("?")
    terminal.wait_for("one environment step while paused")
    shoot(terminal, "help")
    terminal.press("esc")
    terminal.wait_until_gone("one environment step while paused")


def main() -> None:
    record(*MEDIUM, shoot_states)
    record(*SMALL, lambda terminal: shoot(terminal, "dashboard-80x24"))
    record(*LARGE, lambda terminal: shoot(terminal, "dashboard-200x60"))


if __name__ == "__main__":
    main()
