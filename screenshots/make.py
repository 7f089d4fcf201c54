"""Take the README's pictures: real runs on a pseudo-terminal.

pip install -e '.[test]' pillow        (and the DejaVu fonts, Debian's fonts-dejavu-core)
python -m screenshots.make             from the repository's root: all pictures, in ten minutes
python -m screenshots.make film shell  some scenes: film, dashboard, small, large, lander, lake, rainbow,
                                       compare, resume, shell
"""

from __future__ import annotations

import sys
from pathlib import Path

from screenshots.film import Film
from screenshots.painter import Painter, copy_cells
from screenshots.stage import LONGEST_SECONDS, dashboard, has_reached, shell
from tests.terminal import Terminal

HERE = Path(__file__).parent
SMALL, MEDIUM, LARGE, SHELL = (80, 24), (120, 40), (200, 60), (120, 36)
_HALFWAY = 30_000
_PREVIOUS_PANE, _LEFT, _DOWN = "\x1b[Z", "\x1b[D", "\x1b[B"


def shoot(terminal: Terminal, name: str) -> None:
    """Let the screen settle, and save a picture of it, without empty rows at the end."""
    terminal.read_for(1.0)
    rows = len(terminal.text.rstrip().splitlines())
    image = Painter(margin=8).paint(copy_cells(terminal.screen)[:rows])
    image.quantize(128).save(HERE / f"{name}.png", optimize=True)
    print(f"screenshots/{name}.png", flush=True)


def film() -> None:
    """CartPole from the shell's prompt to the solved task, with a rollout on the way."""
    with shell(*MEDIUM) as opened:
        terminal = opened.terminal
        reel = Film(terminal)
        reel.roll_for(0.5)
        for letter in "dqn-tui":
            terminal.press(letter)
            reel.roll_for(0.12)
        terminal.press("enter")
        reel.roll(lambda: has_reached(terminal, _HALFWAY), 9)
        terminal.press("w")
        reel.roll(lambda: "ROLLOUT" in terminal.text, 1)
        reel.roll_for(4.5)
        terminal.press("esc")
        reel.roll(lambda: "DONE" in terminal.text, 3)
        reel.roll_for(4)
    reel.save(HERE / "dashboard.gif", Painter(8, 16))
    print("screenshots/dashboard.gif", flush=True)


def shoot_states() -> None:
    """The dashboard at 120x40: training, paused, zoomed in with a crosshair, and with its help."""
    with dashboard(*MEDIUM) as terminal:
        terminal.wait_for(lambda: has_reached(terminal, _HALFWAY), LONGEST_SECONDS)
        shoot(terminal, "dashboard-120x40")
        terminal.press("space")
        terminal.wait_for("PAUSED")
        shoot(terminal, "pause")
        terminal.press(*[_LEFT] * 20, "+")
        terminal.wait_for(" zoom ")
        shoot(terminal, "crosshair")
        terminal.press("0", "esc")
        terminal.wait_until_gone(" zoom ")
        terminal.press("?")
        terminal.wait_for("one environment step while paused")
        shoot(terminal, "help")
        terminal.press("esc")
        terminal.wait_until_gone("one environment step while paused")


def shoot_small() -> None:
    """The dashboard on a small terminal."""
    with dashboard(*SMALL) as terminal:
        terminal.wait_for(lambda: has_reached(terminal, _HALFWAY), LONGEST_SECONDS)
        shoot(terminal, "dashboard-80x24")


def shoot_large() -> None:
    """The dashboard on a large terminal."""
    with dashboard(*LARGE) as terminal:
        terminal.wait_for(lambda: has_reached(terminal, _HALFWAY), LONGEST_SECONDS)
        shoot(terminal, "dashboard-200x60")


def shoot_rollout() -> None:
    """A lunar lander that has learned to land, in the middle of an episode."""
    with dashboard(*MEDIUM, "--env", "LunarLander-v3") as terminal:
        terminal.wait_for(lambda: has_reached(terminal, 80_000), LONGEST_SECONDS)
        terminal.press("w")
        terminal.wait_for("ROLLOUT")
        terminal.read_for(3.0)
        shoot(terminal, "rollout")
        terminal.press("esc")
        terminal.wait_until_gone("ROLLOUT")


def shoot_lake() -> None:
    """The value function of FrozenLake beside the charts, halfway to its goal."""
    with dashboard(*MEDIUM, "--env", "FrozenLake-v1") as terminal:
        terminal.wait_for(lambda: has_reached(terminal, 100_000), LONGEST_SECONDS)
        terminal.press("v")
        terminal.wait_for("max Q")
        terminal.press(_DOWN, _DOWN)
        terminal.read_for(4.0)
        shoot(terminal, "value")


def shoot_rainbow() -> None:
    """Rainbow on CartPole, with its settings in the main place."""
    with dashboard(*MEDIUM, "--preset", "rainbow") as terminal:
        terminal.wait_for(lambda: has_reached(terminal, 15_000), LONGEST_SECONDS)
        terminal.press_until(_PREVIOUS_PANE, "priority_beta")
        shoot(terminal, "family")


def shoot_resume() -> None:
    """A run that is killed and resumed, beside one that was left alone."""
    with shell(*SHELL) as opened:
        opened.enter("dqn-tui --json --name whole > whole.jsonl")
        opened.enter("dqn-tui --json --name killed > killed.jsonl &")
        saved = "runs/*killed*/checkpoints/step_000020000/manifest.json"
        opened.terminal.wait_for(lambda: any(opened.folder.glob(saved)), LONGEST_SECONDS)
        opened.enter("kill -9 %1")
        opened.enter("dqn-tui runs")
        opened.enter("dqn-tui --json --resume latest > resumed.jsonl")
        opened.enter('grep -o \'"weights_sha256":"[0-9a-f]*"\' whole.jsonl resumed.jsonl')
        shoot(opened.terminal, "resume")


def shoot_headless() -> None:
    """A run without the dashboard, and its evaluation."""
    with shell(*SHELL) as opened:
        opened.enter("dqn-tui --no-ui --until-solved")
        opened.enter("dqn-tui eval")
        shoot(opened.terminal, "headless")


def shoot_comparison() -> None:
    """Nine short runs of CartPole over each other, grouped by learning rate; and the list of them beside a live one."""
    with shell(*MEDIUM) as opened:
        for rate in ("1e-4", "5e-4", "2e-3"):
            for seed in (1, 2, 3):
                settings = f"--set learning_rate={rate} --set eval_every=1000"
                opened.enter(f"dqn-tui --no-ui --steps 8000 --seed {seed} {settings}")
        opened.terminal.press("dqn-tui compare runs/* --by learning_rate", "enter")
        opened.terminal.wait_for("9 Groups")
        shoot(opened.terminal, "compare")
        opened.leave("q")
        opened.enter("dqn-tui --detach")
        opened.terminal.press("dqn-tui runs", "enter")
        opened.terminal.wait_for("10 runs")
        opened.terminal.press(_DOWN, "space", "space")
        opened.terminal.read_for(8.0)
        shoot(opened.terminal, "runs")
        opened.leave("q")
        opened.enter("dqn-tui control latest stop")


SCENES = {
    "film": film, "dashboard": shoot_states, "small": shoot_small, "large": shoot_large, "lander": shoot_rollout,
    "lake": shoot_lake, "rainbow": shoot_rainbow, "compare": shoot_comparison, "resume": shoot_resume,
    "shell": shoot_headless,
}  # fmt: skip


def main() -> None:
    for name in sys.argv[1:] or SCENES:
        SCENES[name]()


if __name__ == "__main__":
    main()
