"""Probing an environment: as text, as JSON, and on a terminal."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.helpers import call_program, one_line, program_environment
from tests.terminal import Terminal, dqn_tui


def test_in_a_pipe_the_report_is_text(capfd: pytest.CaptureFixture[str]) -> None:
    assert call_program("probe", "--env", "CartPole-v1", "--steps", "50") == 0
    output = capfd.readouterr()
    for words in ("Findings", "CartPole-v1  seed 0", "θ'", "4 float32", "terminated"):
        assert words in output.out
    assert output.err == ""


def test_json_is_one_object_and_settings_apply(capfd: pytest.CaptureFixture[str]) -> None:
    arguments = ("--steps", "40", "--seed", "5", "--set", "frame_stack=2", "--env-arg", "is_slippery=false", "--json")
    assert call_program("probe", "--env", "FrozenLake-v1", *arguments) == 0
    values = json.loads(one_line(capfd.readouterr().out))
    assert (values["env"], values["seed"]) == ("FrozenLake-v1", 5)
    assert values["network"]["inputs"][0]["shape"] == [32]
    assert values["is_deterministic"] is True


def test_nan_rewards_are_null_in_json(capfd: pytest.CaptureFixture[str]) -> None:
    arguments = ("--env", "Toy/AlwaysNan-v0", "--import", "tests.toy", "--steps", "10", "--json")
    assert call_program("probe", *arguments) == 0
    values = json.loads(one_line(capfd.readouterr().out))
    assert values["rewards"]["mean"] is None
    assert values["findings"][0]["id"] == "non_finite_rewards"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--env", "CartPool-v1"), 2, "did you mean CartPole-v1"),
        (("--steps", "0"), 2, "must be a whole number >= 1"),
        (("--set", "gama=1"), 2, "gamma"),
        (("--env", "Pendulum-v1", "--set", "action_bins=0"), 2, "action_bins"),
        (("--env", "Toy/RaisesAtOnce-v0", "--import", "tests.toy"), 1, "the probe failed: RuntimeError: the motor"),
    ],
)
def test_what_cannot_be_probed_is_one_line(
    arguments: tuple[str, ...], code: int, words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert call_program("probe", *arguments) == code
    output = capfd.readouterr()
    assert words in one_line(output.err)
    assert output.out == ""


def test_it_loads_no_torch() -> None:
    script = (
        "import sys\n"
        "sys.argv = ['dqn-tui', 'probe', '--env', 'CartPole-v1', '--steps', '10', '--json']\n"
        "from dqn_tui.cli import run\n"
        "assert run() == 0\n"
        "assert 'torch' not in sys.modules and 'textual' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], env=program_environment(), timeout=60, check=True)


def test_on_a_terminal_it_is_a_screen() -> None:
    with Terminal(
        dqn_tui("probe", "--env", "CartPole-v1", "--steps", "50"), variables=program_environment()
    ) as terminal:
        terminal.wait_for("repeatable    yes")
        assert "✓" in terminal.text
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.modes_left_on == []
