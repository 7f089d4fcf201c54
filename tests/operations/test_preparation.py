"""Checks between the command line and a run: memory, and another host."""

from __future__ import annotations

import json
from pathlib import Path

import gymnasium as gym
import pytest

from dqn_tui import events
from dqn_tui.control import Stop
from dqn_tui.operations.preparation import _round_down
from dqn_tui.runs.journal import read_journal
from dqn_tui.runs.lock import RunLock
from tests.helpers import Session, call_program, one_line, quick_flags, train


@pytest.fixture
def stopped(tmp_path: Path) -> Session:
    """A run that was stopped at its first step, ready to be resumed."""
    return train(tmp_path, first=[Stop(should_save=True)])


def set_free(monkeypatch: pytest.MonkeyPatch, free: int | None) -> None:
    monkeypatch.setattr("dqn_tui.runs.memory.measure_available_bytes", lambda: free)


def test_replay_buffer_beyond_memory_is_refused_before_anything_is_created(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    set_free(monkeypatch, 2 * 1024**3)
    flags = quick_flags(buffer_size=100_000_000)
    assert call_program("--no-ui", "--runs-dir", str(tmp_path / "runs"), *flags) == 2
    assert one_line(capfd.readouterr().err) == (
        "dqn-tui: buffer_size 100000000 needs 6.7 GB of memory for the replay buffer, and 2.0 GB are free; "
        "use --set buffer_size=20000000 or smaller"
    )
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("free", [None, 72_256])
def test_run_begins_if_memory_suffices_or_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int | None
) -> None:
    set_free(monkeypatch, free)
    assert call_program("--no-ui", "--runs-dir", str(tmp_path), *quick_flags(total_timesteps=5)) == 0
    set_free(monkeypatch, 72_255)
    assert call_program("--no-ui", "--runs-dir", str(tmp_path), *quick_flags(total_timesteps=5)) == 2


def test_too_many_worker_processes_are_refused_before_anything_is_created(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    many = ("--set", "num_envs=33", "--set", "vectorization=parallel")
    assert call_program("--no-ui", "--runs-dir", str(tmp_path), *many) == 2
    message = one_line(capfd.readouterr().err)
    assert "num_envs must be <= 32" in message
    assert "33" in message
    assert not list(tmp_path.iterdir())


def test_run_is_not_resumed_without_memory_for_it(
    stopped: Session, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    set_free(monkeypatch, 10_000)
    before = stopped.folder.events.read_bytes()
    assert call_program("--no-ui", "--resume", str(stopped.folder.path)) == 2
    message = one_line(capfd.readouterr().err)
    assert "buffer_size 1000 needs 70.4 kB" in message
    assert "--set" not in message
    assert stopped.folder.events.read_bytes() == before


@pytest.mark.parametrize(
    ("count", "expected"), [(43_750_000.9, 40_000_000), (9.99, 9), (10, 10), (0.2, 1), (1e6, 10**6)]
)
def test_suggested_size_is_a_round_number_that_is_not_larger(count: float, expected: int) -> None:
    assert _round_down(count) == expected


def test_run_whose_environment_has_changed_is_refused_and_left_unchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = train(tmp_path, env="Toy/Fork-v0", first=[Stop(should_save=True)]).folder
    with folder.events.open("ab") as journal:
        journal.write(b"after the checkpoint")
    before = folder.events.read_bytes()
    monkeypatch.setitem(gym.registry, "Toy/Fork-v0", gym.registry["CartPole-v1"])
    assert call_program("--no-ui", "--resume", str(folder.path)) == 2
    assert "does not fit its environment" in one_line(capfd.readouterr().err)
    assert folder.events.read_bytes() == before


def test_run_resumed_under_another_torch_warns_that_it_is_approximate(stopped: Session) -> None:
    host = json.loads(stopped.folder.host.read_text())
    stopped.folder.host.write_text(json.dumps(host | {"torch": "1.0.0"}))
    assert call_program("--no-ui", "--resume", str(stopped.folder.path)) == 0
    resumed, warning, *_ = [
        event
        for event in read_journal(stopped.folder.events)
        if isinstance(event, events.RunResumed | events.WarningRaised)
    ]
    assert isinstance(resumed, events.RunResumed)
    assert isinstance(warning, events.WarningRaised)
    assert warning.message == f"resume is approximate: torch was 1.0.0, is {host['torch']}"


def test_run_resumed_on_the_same_host_warns_of_nothing(stopped: Session) -> None:
    assert call_program("--no-ui", "--resume", str(stopped.folder.path)) == 0
    assert not any(isinstance(event, events.WarningRaised) for event in read_journal(stopped.folder.events))


def test_checkpoint_that_another_process_is_saving_is_left_alone(
    stopped: Session, capfd: pytest.CaptureFixture[str]
) -> None:
    unfinished = stopped.folder.checkpoints / ".step_000000009.tmp"
    unfinished.mkdir()
    lock = RunLock(stopped.folder.path)
    assert call_program("--no-ui", "--resume", str(stopped.folder.path)) == 2
    assert "is being trained by" in one_line(capfd.readouterr().err)
    assert unfinished.exists()
    lock.release()
