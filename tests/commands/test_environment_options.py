"""Options about the environment: its arguments, and wrappers that only the command line may name."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from dqn_tui import approval
from dqn_tui.events import RunStarted
from dqn_tui.runs.checkpoint import find_checkpoints
from dqn_tui.runs.journal import read_journal
from tests.helpers import call_program, one_line, only_run, quick_flags

LAKE = ("--no-ui", "--env", "FrozenLake-v1")
WRAPPER = "gymnasium.wrappers:TransformReward"
SIGN = "gymnasium.wrappers:TimeAwareObservation"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Start in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def call(*arguments: str) -> int:
    """Call the program as a new process, which has approved nothing."""
    approval._approved.clear()
    return call_program(*arguments)


def refuse(capfd: pytest.CaptureFixture[str], *arguments: str) -> str:
    capfd.readouterr()
    assert call(*arguments) == 2
    return one_line(capfd.readouterr().err)


def settings_of_run() -> dict[str, Any]:
    return tomllib.loads(only_run(Path("runs")).config.read_text())


def test_arguments_reach_the_environment_and_are_part_of_the_run() -> None:
    flags = quick_flags(env_kwargs='{is_slippery = true, map_name = "8x8"}')
    assert call(*LAKE, *flags, "--env-arg", "is_slippery=false", "--env-arg", 'desc=["SFG"]') == 0
    assert settings_of_run()["env_kwargs"] == {"is_slippery": False, "map_name": "8x8", "desc": ["SFG"]}
    run = only_run(Path("runs"))
    started = next(iter(read_journal(run.events)))
    assert isinstance(started, RunStarted)
    assert started.config["env_kwargs"]["desc"] == ["SFG"]
    assert find_checkpoints(run)[-1].spaces.observation_shape == (3,)
    assert call("eval", "latest", "--episodes", "2") == 0


def test_a_resumed_run_keeps_its_arguments_and_takes_no_others(capfd: pytest.CaptureFixture[str]) -> None:
    assert call(*LAKE, *quick_flags(), "--env-arg", 'desc=["SFG"]') == 0
    assert call("--resume", "latest", "--no-ui", "--steps", "250") == 0
    assert settings_of_run()["env_kwargs"] == {"desc": ["SFG"]}
    message = refuse(capfd, "--resume", "latest", "--no-ui", "--steps", "300", "--env-arg", 'desc=["SFFG"]')
    assert "env_kwargs cannot change" in message
    assert "SFFG" in message


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("map_nam=8x8", ["FrozenLake-v1", "map_nam"]),
        ('map_name="9x9"', ["FrozenLake-v1", "9x9"]),
        ("render_mode=human", ["render_mode", "watched"]),
        ("max_episode_steps=3", ["max_episode_steps", "time_limit"]),
        ("desc", ["--env-arg", "KEY=VALUE"]),
        ("a.b.=3", ["--env-arg", "a.b."]),
        ("day=2026-01-01", ["env_kwargs", "plain values"]),
    ],
)
def test_an_argument_that_the_environment_refuses_is_one_line(
    capfd: pytest.CaptureFixture[str], argument: str, words: list[str]
) -> None:
    message = refuse(capfd, *LAKE, "--env-arg", argument)
    assert all(word in message for word in words), message
    assert not Path("runs").exists()


def test_a_time_limit_truncates_episodes() -> None:
    assert call("--no-ui", "--env", "CliffWalking-v1", *quick_flags(time_limit=7, eval_every=0)) == 0
    rows = (only_run(Path("runs")).monitor).read_text().splitlines()[2:]
    lengths = {int(row.split(",")[1]) for row in rows}
    assert lengths == {7}


def test_a_wrapper_must_be_named_again_wherever_the_environment_is_made(capfd: pytest.CaptureFixture[str]) -> None:
    assert call("--no-ui", *quick_flags(), "--wrap", SIGN) == 0
    assert settings_of_run()["wrappers"] == [SIGN]
    assert find_checkpoints(only_run(Path("runs")))[-1].spaces.observation_shape == (5,)
    for words in (["--resume", "latest", "--no-ui", "--steps", "250"], ["eval", "latest", "--episodes", "1"]):
        message = refuse(capfd, *words)
        assert f"add --wrap {SIGN}" in message
        assert call(*words, "--wrap", SIGN) == 0


def test_a_wrapper_of_another_kind_at_resume_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    assert call("--no-ui", *quick_flags(), "--wrap", SIGN) == 0
    message = refuse(capfd, "--resume", "latest", "--no-ui", "--steps", "250", "--wrap", WRAPPER)
    assert "wrappers cannot change" in message


def test_no_file_and_no_variable_may_name_a_wrapper(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("mine.toml").write_text(f'wrappers = ["{SIGN}"]\n')
    message = refuse(capfd, "--no-ui", "--config", "mine.toml")
    assert "--config mine.toml: wrappers can only be set with --wrap" in message
    assert "--set: wrappers can only" in refuse(capfd, "--no-ui", "--set", f'wrappers=["{SIGN}"]')
    monkeypatch.setenv("DQN_TUI_WRAPPERS", f'["{SIGN}"]')
    assert "DQN_TUI_WRAPPERS: wrappers can only" in refuse(capfd, "--no-ui")


def test_the_settings_of_a_run_with_wrappers_start_another_one_with_them(capfd: pytest.CaptureFixture[str]) -> None:
    assert call("--no-ui", *quick_flags(), "--wrap", SIGN) == 0
    config = str(only_run(Path("runs")).config)
    assert "--wrap" in refuse(capfd, "--no-ui", "--config", config)
    assert call("--no-ui", "--config", config, "--wrap", SIGN, "--runs-dir", "others") == 0


def test_the_settings_of_a_run_without_wrappers_start_another_one() -> None:
    assert call("--no-ui", *quick_flags()) == 0
    config = str(only_run(Path("runs")).config)
    assert call("--no-ui", "--config", config, "--runs-dir", "others") == 0
