"""The state that a stream of events builds up, and how it survives events of any kind and order."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui import events
from dqn_tui.event_json import from_dict, to_dict
from dqn_tui.events import MOST_ACTION_SHARES, EndReason
from dqn_tui.view.episode_table import EpisodeTable
from dqn_tui.view.metric_series import MetricSeries
from dqn_tui.view.point_buffer import PointBuffer
from dqn_tui.view.points import StartValue
from dqn_tui.view.rolling_mean import RollingMean
from dqn_tui.view.run_clock import RunClock
from dqn_tui.view.run_view import RunView
from dqn_tui.view.series import Series
from dqn_tui.view.step_map import StepMap


def started(**changes: Any) -> events.RunStarted:
    values: dict[str, Any] = {
        "step": 0,
        "time": 100.0,
        "run": "cartpole",
        "env": "CartPole-v1",
        "seed": 1,
        "device": "cpu",
        "total_timesteps": 50_000,
        "learning_starts": 1_000,
        "buffer_size": 100_000,
        "actions": 2,
        "goal": 475.0,
    }
    return events.RunStarted(**(values | changes))


def at(step: int, time: float | None = None) -> dict[str, Any]:
    return {"step": step, "time": 100.0 + step / 1000 if time is None else time}


def evaluated(step: int, mean: float = 437.2, is_best: bool = True) -> events.Evaluated:
    return events.Evaluated(**at(step), episodes=10, mean=mean, std=48.0, mean_length=mean, is_best=is_best)


def save_failed(step: int) -> events.SaveFailed:
    return events.SaveFailed(**at(step), path=f"runs/a/step_{step:09}", problem="No space left on device")


def saved(step: int) -> events.CheckpointSaved:
    return events.CheckpointSaved(
        **at(step), path=f"runs/a/step_{step:09}", size_bytes=1258291, seconds=0.014, reason="autosave"
    )


def ended(step: int = 50_000, reason: EndReason = EndReason.COMPLETED, **changes: Any) -> events.RunEnded:
    values: dict[str, Any] = {
        "reason": reason,
        "episodes": 312,
        "mean_return_100": 287.4,
        "best_eval_mean": 437.2,
        "updates": 12_250,
        "wall_seconds": 26.0,
        "steps_per_second": 1874.0,
        "checkpoint": None,
        "weights_sha256": "0",
    }
    return events.RunEnded(**at(step), **(values | changes))


def failed(step: int = 10) -> events.RunFailed:
    return events.RunFailed(**at(step), error="ValueError: no", error_log="runs/a/error.log", checkpoint=None)


def progress(step: int, **metrics: float) -> events.Progress:
    return events.Progress(**at(step), metrics={name.replace("__", "/"): value for name, value in metrics.items()})


def episode(step: int, number: int, value: float, **changes: Any) -> events.EpisodeEnded:
    length = 0 if math.isnan(value) else int(abs(value))
    values = {"episode": number, "episode_return": value, "length": length, "is_truncated": False, "seconds": 0.1}
    return events.EpisodeEnded(**at(step), **(values | changes))


def changed(key: str, new: Any) -> events.SettingChanged:
    return events.SettingChanged(**at(5_000), key=key, old=50_000, new=new)


def view_of(*stream: events.Event) -> RunView:
    view = RunView()
    for event in stream:
        view.apply(event)
    return view


STORY: list[tuple[events.Event, str]] = [
    (started(), "WARM-UP"),
    (events.Paused(**at(500)), "PAUSED"),
    (events.Resumed(**at(500), pause_seconds=2.0), "WARM-UP"),
    (events.LearningStarted(**at(1000)), "RUNNING"),
    (events.EvaluationStarted(**at(5000), episodes=10), "EVALUATING"),
    (evaluated(5000), "RUNNING"),
    (events.SaveStarted(**at(5000)), "SAVING"),
    (saved(5000), "RUNNING"),
    (events.SaveStarted(**at(6000)), "SAVING"),
    (events.WarningRaised(**at(6000), message="slow disk"), "SAVING"),
    (save_failed(6000), "RUNNING"),
    (events.Paused(**at(7000)), "PAUSED"),
    (events.SaveStarted(**at(7000)), "SAVING"),
    (saved(7000), "PAUSED"),
    (events.EvaluationStarted(**at(7000), episodes=10), "EVALUATING"),
    (evaluated(7000, 300.0, is_best=False), "PAUSED"),
    (events.Resumed(**at(7000), pause_seconds=9.0), "RUNNING"),
    (events.StopRequested(**at(8000)), "STOPPING"),
    (events.SaveStarted(**at(8000)), "STOPPING"),
    (saved(8000), "STOPPING"),
    (ended(8000, EndReason.STOPPED), "DONE"),
]


def test_state_word_follows_a_run_from_beginning_to_end() -> None:
    view = RunView()
    assert view.state == "WAITING"
    for event, state in STORY:
        view.apply(event)
        assert view.state == state, event


def test_pause_holds_while_saving_and_evaluating() -> None:
    view = view_of(started(), events.Paused(**at(10)), events.SaveStarted(**at(10)))
    assert (view.state, view.is_paused) == ("SAVING", True)
    view.apply(events.Resumed(**at(10), pause_seconds=1.0))
    assert not view.is_paused


@pytest.mark.parametrize(
    ("event", "state"),
    [
        (ended(reason=EndReason.DIVERGED), "DIVERGED"),
        (ended(reason=EndReason.SOLVED), "DONE"),
        (failed(), "FAILED"),
    ],
)
def test_last_event_names_the_end(event: events.Event, state: str) -> None:
    view = view_of(started(), event)
    assert (view.state, view.is_over, view.seconds_left) == (state, True, None)


def test_facts_of_the_run_are_those_it_started_with() -> None:
    view = view_of(started(config={"gamma": 0.99}))
    facts = (view.run, view.env, view.seed, view.device, view.total_timesteps, view.learning_starts)
    assert facts == ("cartpole", "CartPole-v1", 1, "cpu", 50_000, 1_000)
    assert (view.buffer_size, view.actions, view.goal, view.config) == (100_000, 2, 475.0, {"gamma": 0.99})


def test_version_grows_with_each_event() -> None:
    view = RunView()
    for count, (event, _) in enumerate(STORY, start=1):
        view.apply(event)
        assert view.version == count


def test_episodes_feed_returns_and_lengths() -> None:
    view = view_of(started(), *(episode(20 * n, n, float(n)) for n in range(1, 102)))
    assert (view.episodes, view.step, view.last_return, view.last_length, view.best_return) == (
        101,
        2020,
        101,
        101,
        101,
    )
    assert view.mean_return_100 == pytest.approx(sum(range(2, 102)) / 100)


def test_progress_feeds_the_series_and_the_newest_metrics() -> None:
    view = view_of(
        started(),
        progress(100, rollout__exploration_rate=0.9, replay__size=100, time__fps=1000.0),
        progress(2000, train__loss=0.5, train__q_mean=3.0, train__n_updates=250, time__acting_fraction=0.25),
    )
    assert (view.epsilon.last, view.buffer.last, view.loss.last, view.q_mean.last) == (0.9, 100, 0.5, 3.0)
    assert view.updates == 250
    assert view.metrics["rollout/exploration_rate"] == 0.9
    assert view.phases == {"acting": 0.25}
    assert view.fraction == pytest.approx(0.04)


def test_non_finite_loss_is_a_gap() -> None:
    view = view_of(started(), progress(100, train__loss=math.nan), progress(200, train__loss=math.inf))
    assert (view.loss.count, view.loss.gaps, view.loss.last) == (2, 2, None)


def test_seconds_left_follow_the_speed() -> None:
    view = view_of(started())
    assert (view.steps_per_second, view.seconds_left) == (None, None)
    view.apply(progress(24_000, time__fps=400.0))
    assert view.steps_per_second == 400.0
    view.apply(progress(25_000, time__fps=400.0, time__steps_per_second=500.0))
    assert (view.steps_per_second, view.seconds_left) == (500.0, 50.0)
    view.apply(progress(26_000, time__steps_per_second=0.0))
    assert view.seconds_left is None


def test_pauses_do_not_count_as_elapsed() -> None:
    view = view_of(started(time=100.0), events.Paused(**at(10, 110.0)))
    assert view.elapsed_seconds(500.0) == 10.0
    view.apply(events.Resumed(**at(10, 160.0), pause_seconds=50.0))
    assert view.elapsed_seconds(165.0) == 15.0
    view.apply(ended())
    assert view.elapsed_seconds(9999.0) == 26.0


def test_time_in_which_the_process_was_stopped_is_left_out() -> None:
    view = view_of(started())
    view.apply(progress(5_000))
    view.leave_out(3_600)
    assert view.elapsed_seconds(105.0) == 5.0
    assert view.elapsed_seconds(3_707.0) == 7.0
    view.apply(events.Paused(**at(5_000, 3_707.0)))
    view.leave_out(50)
    view.apply(events.Resumed(**at(5_000, 3_800.0), pause_seconds=93.0))
    assert view.elapsed_seconds(3_803.0) == 10.0


def test_elapsed_seconds_follow_the_trainer_where_it_knows() -> None:
    view = view_of(started(time=100.0), events.Progress(step=5, time=103.0, metrics={"time/time_elapsed": 2.5}))
    assert view.elapsed_seconds(104.0) == 3.5
    assert view.elapsed_seconds(50.0) == 2.5


def test_evaluations_and_checkpoints_are_kept_with_the_best() -> None:
    view = view_of(started(), evaluated(5000, 400.0), saved(5000), evaluated(6000, 300.0, is_best=False))
    assert [point.mean for point in view.evaluations] == [400.0, 300.0]
    assert view.best_evaluation is view.evaluations[0]
    assert view.last_evaluation is view.evaluations[1]
    assert view.last_saved is not None
    assert (view.last_saved.path, view.last_saved.size_bytes) == ("runs/a/step_000005000", 1258291)


def test_lists_stay_bounded() -> None:
    view = view_of(started(), *(event for step in range(1200) for event in (evaluated(step), saved(step))))
    assert (len(view.evaluations), len(view.log)) == (500, 500)
    assert view.evaluations[-1].step == 1199
    assert len(view.checkpoints) <= 500


def test_run_resumed_from_a_checkpoint_forgets_what_came_after_it() -> None:
    view = view_of(
        started(),
        *(episode(1000 * n, n, float(n)) for n in range(1, 11)),
        evaluated(4000, 100.0),
        evaluated(9000, 200.0),
        ended(10_000, EndReason.STOPPED),
        events.RunResumed(**at(5000, 900.0), checkpoint="runs/a/step_000005000"),
    )
    assert (view.state, view.step, view.is_over) == ("RUNNING", 5000, False)
    assert (view.last_return, view.best_return, view.mean_return_100) == (5.0, 5.0, 3.0)
    assert [point.step for point in view.evaluations] == [4000]
    assert view.best_evaluation is view.evaluations[0]
    assert view.elapsed_seconds(901.0) == 27.0


def snapshot(view: RunView) -> dict[str, Any]:
    names = [
        "state",
        "step",
        "episodes",
        "updates",
        "fraction",
        "metrics",
        "phases",
        "evaluations",
        "checkpoints",
        "log",
        "ended",
        "failed",
    ]
    shown = {name: getattr(view, name) for name in names}
    return shown | {"returns": view.returns.window(0, 1e9).tolist(), "elapsed": view.elapsed_seconds(500.0)}


def test_replay_of_a_journal_shows_what_was_shown_live() -> None:
    stream = [event for event, _ in STORY]
    stream[4:4] = [
        episode(2000, 1, 21.0),
        progress(3000, train__loss=0.5, time__fps=900.0, time__time_elapsed=3.0),
    ]
    replayed = [from_dict(to_dict(event)) for event in stream]
    assert snapshot(view_of(*replayed)) == snapshot(view_of(*stream))


ALL_EVENTS: list[events.Event] = [event for event, _ in STORY] + [
    failed(),
    episode(3, 1, 20.0, start_q=1.0, discounted_return=2.0),
    progress(5, train__loss=1.0, rollout__action_share__1=0.5),
    events.OutputWritten(**at(5), text="a\nb", dropped=3),
    events.RunResumed(**at(4), checkpoint="c"),
    changed("goal", 3),
]


@given(st.lists(st.sampled_from(ALL_EVENTS), max_size=30))
def test_events_in_any_order_never_raise(stream: list[events.Event]) -> None:
    view = view_of(*stream)
    assert isinstance(view.state, str)
    assert 0 <= view.fraction <= 1
    assert view.elapsed_seconds(1000.0) >= 0


JUNK = st.sampled_from(
    [None, True, -1, 3.5, 10**400, -(2**70), math.nan, math.inf, "", "x\x1b[0m", "NaN", [1], {"a": "b\n"}]
)


@given(st.lists(st.tuples(st.sampled_from(ALL_EVENTS), st.integers(1, 12), JUNK), max_size=12))
def test_journal_with_values_of_any_kind_never_raises(stream: list[tuple[events.Event, int, Any]]) -> None:
    view = RunView()
    for event, index, junk in stream:
        data = to_dict(event)
        keys = list(data)
        data[keys[min(index, len(keys) - 1)]] = junk
        with suppress(ValueError):
            view.apply(from_dict(data))
        assert view.state
        assert 0 <= view.fraction <= 1
        assert view.elapsed_seconds(200.0) >= 0
        assert view.seconds_left is None or view.seconds_left >= 0
        assert all(math.isfinite(line.time) for line in view.log)


def test_resumed_run_with_more_steps_has_a_new_horizon() -> None:
    view = RunView()
    view.apply(started())
    view.apply(changed("total_timesteps", 100_000))
    assert view.total_timesteps == 100_000
    assert view.config["total_timesteps"] == 100_000
    assert view.fraction == 0.05


def test_changed_setting_of_another_type_is_logged_without_harm() -> None:
    view = RunView()
    view.apply(started())
    for new in ("\x1b]0;owned\x07many", None, [1], {"a": "\x1b[2J"}, -1, 2**63, 10**400, True):
        line = view.apply(changed("total_timesteps", new))
        assert line is not None
        assert "\x1b" not in line.text
    assert view.total_timesteps == 50_000
    view.apply(changed("goal", 10**400))
    assert view.goal == 475.0


def test_run_that_is_about_to_resume_waits_and_its_clock_stops() -> None:
    view = RunView()
    view.apply(started())
    view.apply(
        events.EpisodeEnded(**at(2_000), episode=1, episode_return=9.0, length=9, is_truncated=False, seconds=2.0)
    )
    before = view.elapsed_seconds(102.0)
    view.stand_by()
    assert view.state == "WAITING"
    assert view.elapsed_seconds(9_999.0) == before
    view.apply(events.RunResumed(**at(2_000, 9_999.0), checkpoint="c"))
    assert view.state == "RUNNING"
    assert view.elapsed_seconds(9_999.0) == before


def test_evaluation_held_by_a_pause_is_shown_as_paused_and_one_requested_during_a_pause_is_not() -> None:
    view = RunView()
    for event, word in (
        (started(), "WARM-UP"),
        (events.EvaluationStarted(**at(1_000), episodes=10), "EVALUATING"),
        (events.Paused(**at(1_000)), "PAUSED"),
        (events.Resumed(**at(1_000), pause_seconds=1.0), "EVALUATING"),
        (evaluated(1_000), "WARM-UP"),
        (events.Paused(**at(1_000)), "PAUSED"),
        (events.EvaluationStarted(**at(1_000), episodes=10), "EVALUATING"),
        (evaluated(1_000), "PAUSED"),
    ):
        view.apply(event)
        assert view.state == word


def test_warning_while_saving_does_not_end_saving() -> None:
    view = view_of(started(), events.SaveStarted(**at(10)), events.WarningRaised(**at(10), message="slow disk"))
    assert view.state == "SAVING"


def test_failed_save_ends_saving() -> None:
    view = view_of(started(), events.SaveStarted(**at(10)), save_failed(10))
    assert (view.state, view.checkpoints) == ("WARM-UP", [])


@pytest.mark.parametrize("reason", [reason for reason in EndReason if reason is not EndReason.FAILED])
def test_end_reason_is_that_of_the_last_event(reason: EndReason) -> None:
    view = view_of(started())
    assert view.end_reason is None
    view.apply(ended(reason=reason))
    assert view.end_reason is reason


def test_end_reason_of_a_run_that_raised_is_failed() -> None:
    assert view_of(started(), failed()).end_reason is EndReason.FAILED


def test_cause_is_that_of_the_diverged_run_and_never_a_warning() -> None:
    warning = events.WarningRaised(**at(10), message="unrelated")
    diverged = ended(10, EndReason.DIVERGED, cause="loss is nan at update 3")
    assert view_of(started(), warning, diverged).cause == "loss is nan at update 3"
    assert view_of(started(), warning, ended(10, EndReason.DIVERGED)).cause is None
    assert view_of(started(), warning).cause is None


def test_preset_and_imports_are_those_the_run_started_with() -> None:
    view = view_of(started(preset="cartpole", imports=["my_games", "more"]))
    assert (view.preset, view.imports) == ("cartpole", ["my_games", "more"])


def test_start_values_pair_the_expectation_with_the_discounted_return_and_stay_bounded() -> None:
    stream = [episode(n, n, 1.0, start_q=float(n), discounted_return=n / 2) for n in range(1, 1_001)]
    view = view_of(started(), episode(1, 1, 1.0, start_q=1.0), *stream)
    assert view.start_values[-1] == StartValue(1_000, 1_000.0, 500.0)
    assert len(view.start_values) == 500
    view.apply(events.RunResumed(**at(990), checkpoint="c"))
    assert view.start_values[-1].step == 990


def test_action_shares_are_series_by_action_and_bounded() -> None:
    shares = {f"rollout/action_share/{action}": 0.01 * action for action in range(100)}
    shares |= {"rollout/action_share/x": 1.0, "rollout/action_share/": 1.0, "rollout/action_share/-1": 1.0}
    view = view_of(started(), events.Progress(**at(100), metrics=shares))
    assert sorted(view.action_shares) == list(range(MOST_ACTION_SHARES))
    assert view.action_shares[3].last == pytest.approx(0.03)


def test_spread_of_td_errors_feeds_three_series() -> None:
    view = view_of(started(), progress(100, train__td_error_p10=1.0, train__td_error_p50=2.0, train__td_error_p90=3.0))
    assert (view.td_error_p10.last, view.td_error_p50.last, view.td_error_p90.last) == (1.0, 2.0, 3.0)


def test_output_is_kept_line_by_line_clean_and_bounded() -> None:
    view = view_of(
        started(),
        events.OutputWritten(**at(1), text="one\x1b[2J\n\ttwo\n"),
        events.OutputWritten(**at(2), text="three", dropped=1_200),
    )
    assert list(view.output) == ["one", " two", "three", "… 1,200 more lines in output.log"]
    view.apply(events.OutputWritten(**at(3), text="x\n" * 10_000))
    assert len(view.output) == 500
    assert view.output_count == 3 + 1_200 + 10_000


def test_only_the_first_output_has_a_line_in_the_log() -> None:
    view = view_of(started())
    lines = [view.apply(events.OutputWritten(**at(step), text="x")) for step in (1, 2, 3)]
    assert [line and line.text for line in lines] == ["output begins; all of it is in output.log", None, None]
    assert len(view.log) == 2


def test_metrics_of_endless_new_names_stay_bounded() -> None:
    view = view_of(started())
    for step in range(30):
        view.apply(events.Progress(**at(step), metrics={f"train/{step}_{number}": 1.0 for number in range(500)}))
    assert len(view.metrics) <= 1_000
    view.apply(progress(31, time__fps=5.0))
    assert view.steps_per_second == 5.0


def test_phases_are_the_known_ones_only() -> None:
    view = view_of(started(), progress(5, time__acting_fraction=0.5, time__evil_fraction=0.5))
    assert view.phases == {"acting": 0.5}


def test_mean_of_100_returns_survives_a_resume_exactly() -> None:
    stream = [episode(n, n, float(n * n % 37)) for n in range(1, 1_001)]
    view = view_of(started(), *stream, events.RunResumed(**at(400), checkpoint="c"))
    kept = [event.episode_return for event in stream[300:400]]
    assert view.mean_return_100 == pytest.approx(sum(kept) / 100)
    view.apply(episode(401, 401, 1e3))
    assert view.mean_return_100 == pytest.approx((sum(kept[1:]) + 1e3) / 100)


def test_resume_before_the_first_episode_leaves_no_mean() -> None:
    view = view_of(started(), episode(20, 1, 5.0), events.RunResumed(**at(10), checkpoint="c"))
    assert view.mean_return_100 is None


def test_checkpoints_after_the_resumed_step_are_no_longer_the_runs() -> None:
    view = view_of(started(), saved(100), saved(200), events.RunResumed(**at(100), checkpoint="c"))
    assert [item.step for item in view.checkpoints] == [100]


def test_best_evaluation_older_than_the_kept_ones_survives_a_resume() -> None:
    stream = [evaluated(step, 1.0, is_best=False) for step in range(2, 1_002)]
    view = view_of(started(), evaluated(1, 500.0), *stream, events.RunResumed(**at(900), checkpoint="c"))
    assert view.best_evaluation is not None
    assert view.best_evaluation.mean == 500.0


def same(view: RunView, twin: RunView) -> bool:
    """Return whether two views show the same, series included, but for rounding."""
    return bool(_plain(view) == _plain(twin))


def _plain(value: Any) -> Any:
    if isinstance(value, Series):
        rows = value.window(-1e18, 1e18)
        return type(value), value.count, value.gaps, value.last, np.round(rows, 6).tolist()
    if isinstance(value, RunView | MetricSeries | RollingMean | RunClock | StepMap | EpisodeTable):
        return {name: _plain(item) for name, item in vars(value).items() if not name.startswith("_found")}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return repr(value) if not isinstance(value, PointBuffer) else None


LONG = [
    item
    for number in range(1, 400)
    for item in (episode(number * 7, number, float(number % 50)), progress(number * 7, train__loss=1 / number))
]


@given(st.lists(st.sampled_from(ALL_EVENTS), max_size=30), st.integers(0, 30))
def test_many_events_at_once_show_the_same_as_one_by_one(batch: list[events.Event], place: int) -> None:
    stream = [*batch[:place], *LONG, *batch[place:], *LONG]
    view = RunView()
    view.apply_all(stream)
    assert same(view, view_of(*stream))


def test_run_whose_process_is_gone_is_interrupted_until_it_is_heard_of_again() -> None:
    view = view_of(started(), progress(2_000), events.RunInterrupted(**at(2_000)))
    assert (view.state, view.end_reason, view.is_over) == ("INTERRUPTED", EndReason.INTERRUPTED, True)
    assert view.elapsed_seconds(10_000.0) == view.elapsed_seconds(20_000.0)
    view.apply(progress(2_100))
    assert (view.state, view.is_over) == ("RUNNING", False)


def test_stream_that_starts_once_more_shows_only_what_follows() -> None:
    past = [started(), *LONG, evaluated(5_000), saved(5_000), ended()]
    view, fresh = view_of(*past, started(), episode(50, 1, 9.0)), view_of(started(), episode(50, 1, 9.0))
    view.version = fresh.version
    assert same(view, fresh)
