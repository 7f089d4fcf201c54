"""Events as log lines."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from dqn_tui import events
from dqn_tui.event_json import from_dict, to_dict
from dqn_tui.events import EndReason
from dqn_tui.view.log_line import describe
from tests import fakes
from tests.view.test_run_view import at, ended, evaluated, failed, save_failed, saved, started


def text(event: events.Event, **changes: Any) -> str:
    line = describe(msgspec.structs.replace(event, **changes))
    assert line is not None
    return f"{line.symbol} {line.text}"


def test_log_reads_like_a_report() -> None:
    assert [
        text(started()),
        text(started(preset="cartpole", replay_bytes=3 * 2**20)),
        text(events.LearningStarted(**at(1_000))),
        text(evaluated(20_000)),
        text(evaluated(20_000, is_best=False), episodes=1),
        text(saved(25_000)),
        text(save_failed(26_000)),
        text(events.WarningRaised(**at(26_000), message="slow disk")),
        text(events.Paused(**at(1_200))),
        text(events.Resumed(**at(1_200), pause_seconds=74.0)),
        text(events.RunResumed(**at(1_200), checkpoint="runs/a/checkpoints/step_000001200")),
        text(events.StopRequested(**at(1_200))),
        text(ended()),
        text(failed()),
    ] == [
        "· run cartpole: CartPole-v1, seed 1, cpu, 50,000 steps",
        "· run cartpole: CartPole-v1, seed 1, cpu, 50,000 steps, preset cartpole, replay buffer up to 3.0 MB",
        "· learning starts at step 1,000",
        "★ eval 437.2 ±48 over 10 episodes, new best",
        "◆ eval 437.2 ±48 over 1 episode",
        "✓ checkpoint step_000025000 saved (1.2 MB, 14 ms)",
        "⚠ checkpoint step_000026000 not saved: No space left on device",
        "⚠ slow disk",
        "‖ paused at step 1,200",
        "▸ resumed after a pause of 01:14",
        "▸ resumed from step_000001200 at step 1,200",
        "■ stop requested at step 1,200",
        "■ run completed at step 50,000, 312 episodes, best eval 437.2, 00:26",
        "✗ run failed at step 10: ValueError: no; traceback in runs/a/error.log",
    ]


def test_diverged_run_names_its_cause() -> None:
    assert text(ended(1_200, EndReason.DIVERGED, cause="loss is nan", best_eval_mean=None)) == (
        "✗ run diverged at step 1,200: loss is nan, 312 episodes, 00:26"
    )


@pytest.mark.parametrize("event", [ended(), failed()], ids=["ended", "failed"])
def test_failed_last_save_is_in_the_last_line(event: events.Event) -> None:
    assert text(event, save_problem="disk full").endswith("; the last save failed")


def test_changed_horizon_names_its_consequence() -> None:
    changed = events.SettingChanged(**at(5_000), key="total_timesteps", old=50_000, new=100_000)
    assert text(changed) == (
        "· total_timesteps changed from 50000 to 100000; epsilon and learning rate follow the new horizon"
    )
    assert text(changed, key="gamma", old=0.9, new=0.99) == "· gamma changed from 0.9 to 0.99"


def test_evaluation_of_small_returns_shows_the_significant_digits() -> None:
    assert text(evaluated(20_000, mean=0.736), std=0.0441) == "★ eval 0.736 ±0.0441 over 10 episodes, new best"


@pytest.mark.parametrize(
    "event",
    [
        fakes.progress(5, 1.0),
        events.SaveStarted(**at(1)),
        events.EvaluationStarted(**at(1), episodes=3),
    ],
    ids=lambda event: event.name,
)
def test_events_that_would_flood_the_log_have_no_line(event: events.Event) -> None:
    assert describe(event) is None


def test_lines_carry_time_step_and_level() -> None:
    line = describe(from_dict(to_dict(saved(25_000))))
    assert line is not None
    assert (line.time, line.step, line.level) == (125.0, 25_000, "saved")
