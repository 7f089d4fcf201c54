"""Near names."""

from __future__ import annotations

from dqn_tui.errors import CheckpointError, DivergedError, DqnTuiError, UsageError, did_you_mean


def test_near_names_are_suggested_whatever_their_case() -> None:
    assert did_you_mean("cartpole-v1", ["CartPole-v1", "Acrobot-v1"]).startswith("; did you mean CartPole-v1")


def test_nothing_is_suggested_where_nothing_is_near() -> None:
    assert did_you_mean("zzz", ["CartPole-v1"]) == ""


def test_a_bad_checkpoint_is_wrong_use_and_divergence_is_not() -> None:
    assert issubclass(CheckpointError, UsageError)
    assert issubclass(DivergedError, DqnTuiError)
    assert not issubclass(DivergedError, UsageError)
