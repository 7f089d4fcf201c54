"""Training from Python: the same weights as from the command line, told of events, stopped by ctrl+c."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dqn_tui import Run, RunFailedError, UsageError, train
from dqn_tui.api.following import MOST_WAITING, Listener
from dqn_tui.events import EpisodeEnded, Paused, Progress
from tests.api.helpers import quick_train
from tests.helpers import call_program, one_line, only_run, quick_flags


@pytest.fixture
def python_handler() -> Iterator[None]:
    """Python's own handler of ctrl+c, as in a script or a notebook's cell."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, before)


def test_a_run_learns_the_weights_of_the_command_line(tmp_path: Path) -> None:
    run = quick_train(tmp_path / "python", prioritized=True, net_arch=(8, 8), seed=np.int64(3))
    assert call_program("--no-ui", "--runs-dir", str(tmp_path / "shell"), *_flags()) == 0
    assert run.weights_sha256 == Run(only_run(tmp_path / "shell").path).weights_sha256
    assert (run.state, run.step, run.config.seed) == ("completed", 200, 3)


def _flags() -> list[str]:
    return quick_flags(prioritized="true", net_arch="[8,8]")


def test_presets_variables_and_settings_have_the_order_of_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DQN_TUI_BATCH_SIZE", "16")
    monkeypatch.setenv("DQN_TUI_GAMMA", "0.5")
    run = train(
        "CartPole", preset="rainbow", gamma=0.9, total_timesteps=4, eval_episodes=1, eval_max_steps=5, runs_dir=tmp_path
    )
    config = run.config
    assert (config.env, config.distribution, config.batch_size, config.gamma) == ("CartPole-v1", "c51", 16, 0.9)


def test_a_wrong_setting_is_the_line_of_the_command_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError) as caught:
        train(runs_dir=tmp_path / "runs", learnig_rate=1e-3)  # type: ignore[call-arg]
    assert call_program("--no-ui", "--runs-dir", str(tmp_path), "--set", "learnig_rate=1e-3") == 2
    assert one_line(capfd.readouterr().err) == f"dqn-tui: {caught.value}"
    assert "did you mean learning_rate," in str(caught.value)
    assert not (tmp_path / "runs").exists()


def test_a_run_that_is_stopped_and_resumed_ends_with_the_same_weights(tmp_path: Path) -> None:
    whole = quick_train(tmp_path)
    run = quick_train(tmp_path, on_event=lambda event: event["event"] != "learning_started")
    assert (run.state, run.step < 200) == ("stopped", True)
    told: list[dict[str, Any]] = []
    assert run.resume(on_event=told.append) is run
    assert (run.state, run.weights_sha256) == ("completed", whole.weights_sha256)
    assert told[0]["event"] == "run_resumed"


def test_resuming_names_a_run_a_path_or_the_latest(tmp_path: Path) -> None:
    run = quick_train(tmp_path)
    assert train(resume=run, total_timesteps=210).step == 210
    assert train(resume=run.path, total_timesteps=220, progress=False).step == 220
    assert train(resume="latest", runs_dir=tmp_path, total_timesteps=230).path == run.path
    with pytest.raises(UsageError, match="complete with 230 of 230 steps"):
        run.resume()
    with pytest.raises(UsageError, match="seed cannot change"):
        run.resume(seed=9)


def test_the_function_is_told_of_every_event_as_the_journal_has_it(tmp_path: Path) -> None:
    told: list[dict[str, Any]] = []
    threads = set()

    def take(event: dict[str, Any]) -> None:
        told.append(event)
        threads.add(threading.current_thread())

    run = quick_train(tmp_path, on_event=take)
    assert told == run.events()
    assert [told[0]["event"], told[-1]["event"]] == ["run_started", "run_ended"]
    assert threads == {threading.current_thread()}
    assert all(type(event) is dict for event in told)


def test_a_function_that_raises_is_a_warning_and_the_run_goes_on(tmp_path: Path) -> None:
    def fail(event: dict[str, Any]) -> None:
        raise KeyError(event["step"])

    with pytest.warns(RuntimeWarning, match="on_event raised KeyError") as warned:
        run = quick_train(tmp_path, on_event=fail)
    assert len(warned) == 1
    assert run.weights_sha256 == quick_train(tmp_path).weights_sha256


def test_events_that_a_slow_function_cannot_take_are_left_out_the_frequent_ones_first() -> None:
    warnings: list[str] = []
    told: list[str] = []
    listener = Listener(lambda event: told.append(event["event"]), warnings.append)
    episode = EpisodeEnded(time=0.0, step=0, episode=1, episode_return=0.0, length=1, is_truncated=False, seconds=0.0)
    listener.take([Paused(time=0.0, step=0), episode, Progress(time=0.0, step=0, metrics={})])
    listener.take([Paused(time=0.0, step=1)] * (MOST_WAITING - 1))
    assert len(warnings) == 1
    while listener.is_behind:
        assert listener.tell_next()
    assert told == ["paused"] * MOST_WAITING


@pytest.mark.usefixtures("python_handler")
def test_ctrl_c_stops_and_saves_the_run_and_returns_it(tmp_path: Path) -> None:
    def interrupt(event: dict[str, Any]) -> None:
        if event["event"] == "learning_started":
            signal.raise_signal(signal.SIGINT)

    run = quick_train(tmp_path, on_event=interrupt, total_timesteps=1_000_000)
    assert run.state == "stopped"
    assert run.policy().step == run.step > 0


@pytest.mark.usefixtures("python_handler")
def test_a_second_ctrl_c_is_an_interrupt_and_the_run_saves_alone(tmp_path: Path) -> None:
    def interrupt(event: dict[str, Any]) -> None:
        if event["event"] == "learning_started":
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        quick_train(tmp_path, on_event=interrupt, total_timesteps=1_000_000)
    for thread in threading.enumerate():
        if thread.name == "trainer":
            thread.join(20)
    assert Run("latest", runs_dir=tmp_path).state == "stopped"


def test_a_handler_of_the_host_is_left_alone(tmp_path: Path) -> None:
    taken: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: taken.append(number))
    try:
        run = quick_train(tmp_path, on_event=lambda event: signal.raise_signal(2) if event["step"] == 200 else None)
    finally:
        signal.signal(signal.SIGINT, before)
    assert set(taken) == {signal.SIGINT}
    assert run.state == "completed"


def test_an_interrupt_that_a_handler_of_the_host_raises_stops_and_saves_too(tmp_path: Path) -> None:
    def raise_interrupt(number: int, frame: object) -> None:  # noqa: ARG001
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, raise_interrupt)

    def interrupt(event: dict[str, Any]) -> None:
        if event["event"] == "learning_started":
            signal.raise_signal(signal.SIGINT)

    try:
        run = quick_train(tmp_path, on_event=interrupt, total_timesteps=1_000_000)
    finally:
        signal.signal(signal.SIGINT, before)
    assert run.state == "stopped"


def test_a_run_can_be_trained_in_another_thread(tmp_path: Path) -> None:
    runs: list[Run] = []
    thread = threading.Thread(target=lambda: runs.append(quick_train(tmp_path)))
    thread.start()
    thread.join(30)
    assert runs[0].state == "completed"


def test_an_environment_that_raises_is_the_cause_of_the_error_and_the_run_is_kept(tmp_path: Path) -> None:
    with pytest.raises(RunFailedError, match=r"run failed at step \d+: .*error\.log") as caught:
        quick_train(tmp_path, "Toy/Raises-v0")
    assert caught.value.__cause__ is not None
    assert "\n" not in str(caught.value)
    assert Run("latest", runs_dir=tmp_path).state == "failed"


def test_a_run_that_diverges_is_returned_with_a_warning(tmp_path: Path) -> None:
    with pytest.warns(RuntimeWarning, match="run diverged at step"):
        run = quick_train(tmp_path, "Toy/AlwaysNan-v0")
    assert run.state == "diverged"


def test_what_the_environment_prints_goes_where_the_host_prints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quick_train(tmp_path, "Toy/Talkative-v0", progress=False)
    output = capsys.readouterr()
    assert output.out
    assert not only_run(tmp_path).output_log.exists()


def test_event_files_are_written_where_they_are_wanted(tmp_path: Path) -> None:
    run = quick_train(tmp_path, tensorboard=True)
    assert list((run.path / "tensorboard").iterdir())
