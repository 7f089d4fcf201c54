"""Warnings about settings that keep a run from learning."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from dqn_tui import events
from dqn_tui.control import Request, Stop
from dqn_tui.events import Event
from dqn_tui.training import cautions
from tests.helpers import Session, resume_run, train


def warnings(session: Session) -> list[str]:
    return [event.message for event in session.of(events.WarningRaised)]


STARVED: dict[str, Any] = {
    "env": "Toy/Flashes-v0",
    "encoder": "minatar",
    "buffer_size": 64,
    "batch_size": 64,
    "total_timesteps": 300,
}


def test_a_buffer_whose_frames_never_make_up_a_batch_is_reported_once(tmp_path: Path) -> None:
    session = train(tmp_path, **STARVED)
    assert session.only(events.RunEnded).updates == 0
    (message,) = warnings(session)
    assert message.startswith("no updates are made: episodes are so short that the replay buffer's frames make up only")
    assert "fewer than batch_size=64" in message


def test_the_buffer_that_the_warning_suggests_is_large_enough(tmp_path: Path) -> None:
    (message,) = warnings(train(tmp_path / "starved", **STARVED))
    suggested = re.search(r"buffer_size=(\d+) or larger", message)
    assert suggested
    session = train(tmp_path / "fed", **STARVED | {"buffer_size": int(suggested[1])})
    assert session.only(events.RunEnded).updates > 0
    assert not warnings(session)


def test_a_warning_that_was_raised_before_a_checkpoint_is_not_raised_after_it(tmp_path: Path) -> None:
    def stop(event: Event) -> Iterable[Request]:
        return [Stop()] if isinstance(event, events.WarningRaised) else []

    stopped = train(tmp_path, on_event=stop, **STARVED)
    assert len(warnings(stopped)) == 1
    resumed = resume_run(stopped.folder)
    assert resumed.only(events.RunEnded).step == 300
    assert not warnings(resumed)


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"total_timesteps": 40}, "nothing will be learned: the run has 40 steps, and learning_starts is 40"),
        (
            {"total_timesteps": 20, "batch_size": 32, "learning_starts": 0},
            "nothing will be learned: the run has 20 steps, and batch_size is 32",
        ),
        ({"total_timesteps": 41}, None),
        ({"total_timesteps": 32, "batch_size": 32, "learning_starts": 0}, None),
    ],
)
def test_a_run_too_short_to_learn_anything_raises_a_warning(
    tmp_path: Path, settings: dict[str, Any], line: str | None
) -> None:
    assert warnings(train(tmp_path, **settings)) == ([line] if line else [])


# --- errors beyond the Huber loss's quadratic part ---

LOTTERY: dict[str, Any] = {
    "env": "Toy/Lottery-v0",
    "total_timesteps": 400,
    "learning_starts": 20,
    "train_freq": 1,
    "log_every": 5,
}


@pytest.fixture
def _short_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cautions, "SHARES_KEPT", 20)


@pytest.mark.usefixtures("_short_window")
def test_large_td_errors_are_reported_once_with_a_reward_scale_that_helps(tmp_path: Path) -> None:
    session = train(tmp_path / "large", **LOTTERY)
    (warning,) = session.of(events.WarningRaised)
    assert warning.step == 20 + 19 * 5
    assert re.match(r"\d+% of the TD errors are larger than 1", warning.message)
    suggested = re.search(r"a smaller reward_scale, such as (\S+)", warning.message)
    assert suggested
    assert 0.02 <= float(suggested[1]) <= 0.1
    assert not warnings(train(tmp_path / "scaled", reward_scale=float(suggested[1]), **LOTTERY))


@pytest.mark.usefixtures("_short_window")
@pytest.mark.parametrize("settings", [{"distribution": "c51"}, {"distribution": "qr"}, {"reward_scale": 0.02}])
def test_small_errors_and_losses_without_a_bias_are_not_reported(tmp_path: Path, settings: dict[str, Any]) -> None:
    assert not warnings(train(tmp_path, **LOTTERY, **settings))


@pytest.mark.usefixtures("_short_window")
def test_a_resumed_run_warns_where_a_straight_one_does(tmp_path: Path) -> None:
    def stop(event: Event) -> Iterable[Request]:
        return [Stop()] if isinstance(event, events.Progress) and event.step == 90 else []

    (straight,) = train(tmp_path / "straight", **LOTTERY).of(events.WarningRaised)
    stopped = train(tmp_path / "stopped", on_event=stop, **LOTTERY)
    assert not warnings(stopped)
    (resumed,) = resume_run(stopped.folder).of(events.WarningRaised)
    assert (resumed.step, resumed.message) == (straight.step, straight.message)
