"""Near names, shown values, hints."""

from __future__ import annotations

import pytest

from dqn_tui.errors import (
    CheckpointError,
    DivergedError,
    DqnTuiError,
    UnknownEnvironmentError,
    UsageError,
    did_you_mean,
    show_value,
)


def test_near_names_are_suggested_whatever_their_case() -> None:
    assert did_you_mean("cartpole-v1", ["CartPole-v1", "Acrobot-v1"]).startswith("; did you mean CartPole-v1")


def test_a_word_that_differs_only_in_case_or_hyphens_is_the_only_suggestion() -> None:
    assert did_you_mean("Batch-Size", ["batch_size", "batch_sizes"]) == "; did you mean batch_size?"


def test_nothing_is_suggested_where_nothing_is_near() -> None:
    assert did_you_mean("zzz", ["CartPole-v1"]) == ""


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (1.5, "1.5"),
        ("two\nlines", "'two\\nlines'"),
        (10**5_000, "a value too large to show"),
        (list(range(100)), f"{str(list(range(100)))[:79]}…"),
    ],
    ids=["number", "string", "digits", "list"],
)
def test_a_value_is_shown_on_one_short_line(value: object, shown: str) -> None:
    assert show_value(value) == shown


def test_hints_end_the_line_of_an_unknown_environment() -> None:
    error = UnknownEnvironmentError("unknown environment 'A-v0'", "A-v0")
    assert str(error.with_hints(())) == "unknown environment 'A-v0'"
    assert str(error.with_hints(["one", "two"])) == "unknown environment 'A-v0' (one; two)"
    assert error.with_hints(["one"]).env_id == "A-v0"


def test_a_bad_checkpoint_is_wrong_use_and_divergence_is_not() -> None:
    assert issubclass(CheckpointError, UsageError)
    assert issubclass(DivergedError, DqnTuiError)
    assert not issubclass(DivergedError, UsageError)
