"""The kinds of events, and why a run ended."""

from __future__ import annotations

import pytest

from dqn_tui import events
from dqn_tui.events import KINDS, EndReason, Event

CONTRACT_NAMES = {
    "run_started", "progress", "episode_ended", "evaluated", "checkpoint_saved", "save_failed", "paused", "resumed",
    "run_resumed", "warning", "run_ended", "run_failed",
}  # fmt: skip


def tag(kind: type[Event]) -> str:
    """The name that a kind of event has in JSON."""
    return str(kind.__struct_config__.tag)


def test_contract_names_exist_and_no_two_events_share_one() -> None:
    names = list(map(tag, KINDS))
    assert len(set(names)) == len(names)
    assert set(names) >= CONTRACT_NAMES


def test_name_of_an_event_is_its_tag() -> None:
    assert events.Paused(step=1, time=2.0).name == "paused"
    assert events.WarningRaised(step=1, time=2.0, message="m").name == "warning"


def test_events_cannot_be_changed_and_take_keywords_only() -> None:
    event = events.Paused(step=1, time=2.0)
    with pytest.raises(AttributeError):
        event.step = 2  # type: ignore[misc]
    with pytest.raises(TypeError):
        events.Paused(1.0, 2)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("reason", "code"), [("completed", 0), ("solved", 0), ("stopped", 0), ("diverged", 3), ("failed", 1)]
)
def test_each_end_has_its_exit_code(reason: str, code: int) -> None:
    assert EndReason(reason).exit_code == code


def test_two_runs_do_not_share_their_imports_and_configuration() -> None:
    first, second = (
        events.RunStarted(
            step=0, time=1.0, run="r", env="e", seed=1, device="cpu", total_timesteps=1, learning_starts=1,
            buffer_size=1, actions=2,
        )
        for _ in range(2)
    )  # fmt: skip
    assert first.config is not second.config
    assert first.imports is not second.imports
