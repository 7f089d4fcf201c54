"""Options that do not exist."""

from __future__ import annotations

import pytest

from tests.helpers import call_program, one_line


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["--lr", "3"], "--set learning_rate=…"),
        (["--learning-rate=3"], "--set learning_rate=…"),
        (["--buffer_size", "3"], "--set buffer_size=…"),
        (["--total-timesteps", "3"], "--steps"),
        (["--timesteps", "3"], "--steps"),
        (["--env-id", "x"], "--env"),
        (["--gpu"], "--device cuda"),
        (["--Steps", "3"], "--steps"),
        (["--stepz", "3"], "--steps"),
        (["--runs_dir", "x"], "--runs-dir"),
        (["eval", "--episode", "3"], "--episodes"),
        (["watch", "--lst"], "--last"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_unknown_option_suggests_the_one_that_was_meant(
    arguments: list[str], hint: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert call_program(*arguments) == 2
    option = next(word for word in arguments if word.startswith("-")).partition("=")[0]
    assert one_line(capfd.readouterr().err) == f"dqn-tui: no such option {option}; did you mean {hint}?"


def test_unknown_option_without_a_near_one_points_to_the_help(capfd: pytest.CaptureFixture[str]) -> None:
    assert call_program("--qqqqq") == 2
    assert one_line(capfd.readouterr().err) == "dqn-tui: no such option --qqqqq; see --help"


def test_keys_are_not_suggested_where_set_is_not_an_option(capfd: pytest.CaptureFixture[str]) -> None:
    assert call_program("eval", "--lr", "3") == 2
    assert "--set" not in one_line(capfd.readouterr().err)
