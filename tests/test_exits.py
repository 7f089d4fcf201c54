"""Every way out of the program with a rollout open. What can go wrong is a race, so each way is tried many times."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers import program_environment, quick_flags, train
from tests.terminal import Terminal, dqn_tui

TRIES = 10
STEPS = 200_000
HANGING = "Toy/HangsInRender-v0"
Way = tuple[Callable[[Terminal], None], int, tuple[str, ...]]


def _choose(key: str) -> Callable[[Terminal], None]:
    def leave(terminal: Terminal) -> None:
        terminal.press("q")
        terminal.wait_for("Stop without saving")
        terminal.press(key)

    return leave


def _signal(number: signal.Signals) -> Callable[[Terminal], None]:
    return lambda terminal: terminal.send_signal(number)


def _wait_for_end(terminal: Terminal) -> None:
    terminal.wait_for("DONE")
    terminal.press("q")


# name: (action, expected exit code, command-line options)
WAYS: dict[str, Way] = {
    "stop and save": (_choose("s"), 0, ()),
    "stop without saving": (_choose("k"), 0, ()),
    "SIGINT": (_signal(signal.SIGINT), 130, ()),
    "SIGTERM": (_signal(signal.SIGTERM), 143, ()),
    "hang-up that stops": (Terminal.hang_up, 129, ("--on-hangup", "stop")),
    "hang-up that does not": (Terminal.hang_up, 0, ("--steps", "10000")),
    "end of the run": (_wait_for_end, 0, ("--steps", "10000")),
}


def processes_of_session(session: int) -> list[str]:
    """Return the name and state of each live process in a terminal's session."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = path.read_text().rpartition(")")
        except OSError:
            continue
        if int(rest.split()[3]) == session:
            found.append(f"{name}) {rest.split()[0]}")
    return found


def leave_with_open_rollout(runs_dir: Path, env: str, way: str) -> None:
    act, code, options = WAYS[way]
    settings = ("--set", "eval_every=500", "--set", "eval_episodes=2", "--set", "buffer_size=20000")
    command = dqn_tui("--runs-dir", str(runs_dir), "--env", env, "--steps", str(STEPS), *settings, *options)
    with Terminal(command, variables=program_environment()) as terminal:
        terminal.wait_for(lambda: "RUNNING" in terminal.text or "DONE" in terminal.text)
        terminal.press("w")
        terminal.wait_for("live @ step")
        act(terminal)
        assert terminal.wait_for_exit() == code, terminal.text
        assert act is Terminal.hang_up or terminal.modes_left_on == []
        assert processes_of_session(terminal.pid) == []


@pytest.mark.parametrize("command", ["train", "watch"])
def test_environment_that_hangs_in_render_does_not_block_the_exit(tmp_path: Path, command: str) -> None:
    hangs = tmp_path / "hangs"
    if command == "watch":
        arguments = ["watch", str(train(tmp_path / "runs", env=HANGING).folder.path), "--last"]
    else:
        arguments = ["--runs-dir", str(tmp_path / "runs"), *quick_flags(env=HANGING, total_timesteps=10_000_000)]
    with Terminal(
        dqn_tui(*arguments, "--import", "tests.toy"), variables=program_environment(HANGS_NOW=str(hangs))
    ) as terminal:
        if command == "train":
            terminal.wait_for("RUNNING")
            terminal.press("w")
        terminal.wait_for(hangs.exists)
        if command == "train":
            WAYS["stop and save"][0](terminal)
        else:
            terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.modes_left_on == []
        assert "does not respond; exiting without closing it" in terminal.text
        assert processes_of_session(terminal.pid) == []


@pytest.mark.parametrize("way", [pytest.param("stop without saving", marks=pytest.mark.slow), "SIGTERM"])
def test_environment_that_computes_during_the_exit_does_not_abort_it(tmp_path: Path, way: str) -> None:
    act, code, _ = WAYS[way]
    flags = quick_flags(env="Toy/NeverCloses-v0", total_timesteps=10_000_000)
    command = dqn_tui("--runs-dir", str(tmp_path), "--import", "tests.toy", *flags)
    with Terminal(command, variables=program_environment()) as terminal:
        terminal.wait_for("RUNNING")
        terminal.press("w")
        terminal.wait_for("Q(")
        act(terminal)
        assert terminal.wait_for_exit() == code
        assert terminal.modes_left_on == []
        assert "terminate called" not in terminal.text


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("env", ["CartPole-v1", "LunarLander-v3", "MinAtar/Breakout-v1"])
@pytest.mark.parametrize("way", WAYS)
def test_every_exit_with_an_open_rollout_is_clean(tmp_path: Path, env: str, way: str) -> None:
    for number in range(TRIES):
        leave_with_open_rollout(tmp_path / str(number), env, way)
