"""Playing oneself: what is refused, and the real program on a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers import call_program, one_line, program_environment, train
from tests.terminal import Terminal, dqn_tui


def test_playing_without_a_terminal_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    assert call_program("play", "--env", "CartPole-v1") == 2
    assert "play needs a terminal" in one_line(capfd.readouterr().err)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("runs/a", "--env", "CartPole-v1"), "--env cannot be combined with a run"),
        (("runs/a", "--set", "frame_skip=2"), "--set cannot be combined with a run"),
        (("--last",), "name the run"),
        (("--set", "wrappers=['a:B']"), "--wrap"),
        (("--set", "frame_skip=0"), "frame_skip must be"),
        (("--preset", "nope"), "unknown preset"),
        (("--seed", "-1"), "must be a whole number >= 0"),
    ],
)
def test_wrong_use_is_one_line(
    arguments: tuple[str, ...], words: str, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert call_program("play", *arguments, "--runs-dir", str(tmp_path)) == 2
    assert words in one_line(capfd.readouterr().err)


def test_an_unknown_environment_closes_the_screen_and_is_one_line() -> None:
    command = dqn_tui("play", "--env", "CartPool-v1")
    with Terminal(command, columns=200, variables=program_environment()) as terminal:
        assert terminal.wait_for_exit() == 2
        assert terminal.modes_left_on == []
        assert "unknown environment 'CartPool-v1'; did you mean CartPole-v1" in terminal.text


def test_frozen_lake_is_played_to_its_end_with_real_keys() -> None:
    command = dqn_tui("play", "--env", "FrozenLake-v1", "--env-arg", "is_slippery=false", "--seed", "7")
    with Terminal(command, variables=program_environment()) as terminal:
        terminal.wait_for("each key is one step")
        assert "seed 7" in terminal.text
        terminal.press("right", "s")
        terminal.wait_for("terminated at step 2")
        terminal.press("n")
        terminal.wait_for("seed 8")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.modes_left_on == []


def test_beside_a_run_its_policy_looks_on(tmp_path: Path) -> None:
    path = str(train(tmp_path).folder.path)
    with Terminal(dqn_tui("play", path), variables=program_environment()) as terminal:
        terminal.wait_for("saved @ step 200")
        terminal.press("m")
        terminal.wait_for("step by step")
        terminal.press("right")
        terminal.wait_for("of 1)")
        terminal.press("q")
        assert terminal.wait_for_exit() == 0


def test_an_environment_that_raises_is_a_failure() -> None:
    command = dqn_tui("play", "--env", "Toy/RaisesAtOnce-v0", "--import", "tests.toy")
    with Terminal(command, columns=200, variables=program_environment()) as terminal:
        terminal.wait_for("each key is one step")
        terminal.press("0")
        terminal.wait_for("the motor burnt out")
        terminal.press("q")
        assert terminal.wait_for_exit() == 1
        assert "dqn-tui: the environment failed: RuntimeError: the motor burnt out" in terminal.text
