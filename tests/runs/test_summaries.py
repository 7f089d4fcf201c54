"""What a list of runs shows of each."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec
import pytest

from dqn_tui import events
from dqn_tui.config import to_toml
from dqn_tui.event_json import to_json
from dqn_tui.events import EndReason, Event
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.lock import RunLock
from dqn_tui.runs.summaries import BestEvaluation, RunStatus, RunSummary, read_run_summary
from tests import fakes
from tests.helpers import one_line, quick_config, train
from tests.runs.test_checkpoint import MANIFEST, save


def make_run(path: Path, *written: Event) -> RunFolder:
    folder = RunFolder(path)
    folder.path.mkdir(exist_ok=True)
    folder.events.write_bytes(b"".join(to_json(event) + b"\n" for event in written))
    return folder


def ended(reason: EndReason, **changes: Any) -> events.RunEnded:
    return msgspec.structs.replace(fakes.ended(9, 2_000.0), reason=reason, **changes)


FAILED = events.RunFailed(step=9, time=2_000.0, error="ValueError: no", error_log=None, checkpoint=None)
RESUMED = events.RunResumed(step=5, time=3_000.0, checkpoint="c")
WARNING = events.WarningRaised(step=9, time=2_001.0, message="late")


@pytest.mark.parametrize(
    ("rest", "state", "reason"),
    [
        ([], RunStatus.INTERRUPTED, None),
        ([ended(EndReason.COMPLETED)], RunStatus.COMPLETED, EndReason.COMPLETED),
        ([ended(EndReason.SOLVED)], RunStatus.SOLVED, EndReason.SOLVED),
        ([ended(EndReason.STOPPED)], RunStatus.STOPPED, EndReason.STOPPED),
        ([ended(EndReason.DIVERGED)], RunStatus.DIVERGED, EndReason.DIVERGED),
        ([FAILED], RunStatus.FAILED, EndReason.FAILED),
        ([ended(EndReason.STOPPED), WARNING], RunStatus.STOPPED, EndReason.STOPPED),
        ([ended(EndReason.STOPPED), RESUMED], RunStatus.INTERRUPTED, None),
        ([FAILED, RESUMED, ended(EndReason.COMPLETED)], RunStatus.COMPLETED, EndReason.COMPLETED),
    ],
    ids=str,
)
def test_state_is_that_of_the_last_end_unless_the_run_was_resumed(
    tmp_path: Path, rest: list[Event], state: RunStatus, reason: EndReason | None
) -> None:
    summary = read_run_summary(make_run(tmp_path, fakes.started(), *rest))
    assert (summary.state, summary.end_reason) == (state, reason)
    assert summary.last == [fakes.started(), *rest][-1]


def test_run_whose_lock_is_held_is_running_whatever_its_journal_says(tmp_path: Path) -> None:
    folder = make_run(tmp_path, fakes.started(), ended(EndReason.STOPPED))
    lock = RunLock(tmp_path)
    summary = read_run_summary(folder)
    assert (summary.state, summary.end, summary.end_reason) == (RunStatus.RUNNING, None, None)
    lock.release()
    assert read_run_summary(folder).state is RunStatus.STOPPED


def test_started_event_and_preset_are_those_of_the_head(tmp_path: Path) -> None:
    started = fakes.started(preset="cartpole")
    summary = read_run_summary(make_run(tmp_path, started, fakes.progress(700, 2.0)))
    assert (summary.started, summary.preset, summary.step) == (started, "cartpole", 700)


def test_empty_journal_is_an_interrupted_run(tmp_path: Path) -> None:
    summary = read_run_summary(make_run(tmp_path))
    assert summary == RunSummary(RunFolder(tmp_path), RunStatus.INTERRUPTED)
    assert (summary.step, summary.preset, summary.differing_settings({})) == (0, None, {})


def test_best_evaluation_is_that_of_the_best_checkpoint(tmp_path: Path) -> None:
    folder = make_run(tmp_path, fakes.started(), fakes.evaluated(50, 2.0, 9.0, is_best=False))
    save(folder.best, step=40, reason="best", eval_mean=12.5)
    assert read_run_summary(folder).best == BestEvaluation(12.5, 40)


def test_best_evaluation_whose_checkpoint_was_not_written_is_that_of_the_tail(tmp_path: Path) -> None:
    folder = make_run(tmp_path, fakes.started(), fakes.evaluated(50, 2.0, 9.0, is_best=True))
    assert read_run_summary(folder).best == BestEvaluation(9.0, 50)
    (folder.best).mkdir()
    (folder.best / MANIFEST).write_text("{")
    assert read_run_summary(folder).best == BestEvaluation(9.0, 50)


@pytest.mark.parametrize("mean", [math.nan, math.inf, -math.inf])
def test_means_are_finite_or_unknown(tmp_path: Path, mean: float) -> None:
    stream = (
        fakes.started(),
        fakes.evaluated(50, 2.0, mean, is_best=True),
        ended(EndReason.COMPLETED, best_eval_mean=mean),
    )
    assert read_run_summary(make_run(tmp_path, *stream)).best is None


def test_best_evaluation_of_a_journal_that_ends_with_its_mean_only(tmp_path: Path) -> None:
    summary = read_run_summary(make_run(tmp_path, fakes.started(), ended(EndReason.COMPLETED, best_eval_mean=7.0)))
    assert summary.best == BestEvaluation(7.0, None)


def test_settings_are_those_of_the_newest_resume(tmp_path: Path) -> None:
    folder = make_run(tmp_path, fakes.started(config={"gamma": 0.5, "batch_size": 7}))
    assert read_run_summary(folder).settings == {"gamma": 0.5, "batch_size": 7}
    folder.config.write_text(to_toml(quick_config(gamma=0.25)))
    assert read_run_summary(folder).settings["gamma"] == 0.25


def test_settings_without_a_config_file_follow_the_changes_in_the_tail(tmp_path: Path) -> None:
    change = events.SettingChanged(step=5, time=3_000.0, key="batch_size", old=7, new=9)
    folder = make_run(tmp_path, fakes.started(config={"gamma": 0.5, "batch_size": 7}), RESUMED, change)
    for content in (None, "not toml =", "\0", "[" * 5_000):
        if content is not None:
            folder.config.write_text(content)
        assert read_run_summary(folder).settings == {"gamma": 0.5, "batch_size": 9}


def test_differing_settings_are_those_that_neither_preset_nor_defaults_give(tmp_path: Path) -> None:
    folder = make_run(tmp_path, fakes.started())
    expected = quick_config().model_dump(mode="json")
    folder.config.write_text(to_toml(quick_config(gamma=0.25, seed=9, num_envs=2, net_arch=[4, 4])))
    summary = read_run_summary(folder)
    assert summary.differing_settings(expected) == {"gamma": 0.25, "num_envs": 2, "net_arch": [4, 4]}


def test_real_run_is_summarized(tmp_path: Path) -> None:
    session = train(tmp_path, eval_every=100, save_every=100)
    summary = read_run_summary(session.folder)
    assert (summary.state, summary.step) == (RunStatus.COMPLETED, 200)
    best = session.trainer._evaluator.best_mean
    assert summary.best is not None
    assert summary.best.mean == best
    assert summary.differing_settings(quick_config(eval_every=100, save_every=100).model_dump(mode="json")) == {}


def test_tail_is_the_newest_event_and_all_before_it_but_metrics(tmp_path: Path) -> None:
    evaluated = fakes.evaluated(50, 2.0, 9.0, is_best=True)
    folder = make_run(tmp_path, fakes.started(), evaluated, *(fakes.progress(step, 3.0) for step in range(60, 70)))
    with folder.events.open("ab") as file:
        file.write(b'{"event":"progress","time":4.0,"st')
    summary = read_run_summary(folder)
    assert (summary.step, summary.best) == (69, BestEvaluation(9.0, 50))


def test_long_journal_is_read_at_both_ends_only(tmp_path: Path) -> None:
    folder = make_run(tmp_path, fakes.started())
    line = to_json(fakes.progress(5_000, 2.0)) + b"\n"
    with folder.events.open("ab") as file:
        file.write(line * (20_000_000 // len(line)))
        file.write(to_json(ended(EndReason.COMPLETED)) + b"\n")
    read = 0
    original = os.fdopen

    def count(*arguments: Any, **more: Any) -> Any:
        file = original(*arguments, **more)

        class Counted:
            def __enter__(self) -> Any:
                return self

            def __exit__(self, *_: object) -> None:
                file.close()

            def __getattr__(self, name: str) -> Any:
                return getattr(file, name)

            def read(self, size: int = -1) -> Any:
                nonlocal read
                content = file.read(size)
                read += len(content)
                return content

        return Counted()

    with patch("os.fdopen", count):
        summary = read_run_summary(folder)
    assert (summary.state, summary.started) == (RunStatus.COMPLETED, fakes.started())
    assert read < 300_000


def put_folder(folder: RunFolder) -> None:
    folder.events.unlink()
    folder.events.mkdir()


def put_pipe(folder: RunFolder) -> None:
    folder.events.unlink()
    os.mkfifo(folder.events)


def put_link(folder: RunFolder) -> None:
    folder.events.unlink()
    folder.events.symlink_to("/etc/passwd")


UNREADABLE: dict[str, Callable[[RunFolder], None]] = {
    "a folder for a journal": put_folder,
    "a pipe for a journal": put_pipe,
    "a link for a journal": put_link,
    "a pipe for a lock": lambda folder: os.mkfifo(folder.path / "run.lock"),
    "no journal": lambda folder: folder.events.unlink(),
    "no folder": lambda folder: shutil.rmtree(folder.path),
}


@pytest.mark.parametrize("spoil", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_unreadable_run_says_why_in_one_line(tmp_path: Path, spoil: Callable[[RunFolder], None]) -> None:
    folder = make_run(tmp_path / "run", fakes.started())
    spoil(folder)
    summary = read_run_summary(folder)
    assert summary.state is RunStatus.UNREADABLE
    assert str(folder.path) in one_line(summary.problem or "")


def test_name_that_is_too_long_is_unreadable_too(tmp_path: Path) -> None:
    summary = read_run_summary(RunFolder(tmp_path / ("x" * 300)))
    assert summary.state is RunStatus.UNREADABLE
    assert "too long" in (summary.problem or "")


@pytest.mark.parametrize(
    "content", [b"\0" * 200_000, b"[" * 200_000, b"{}\n" * 9, b"\xff\n", b'{"event":"run_ended","step":1}\n']
)
def test_journal_of_anything_is_an_interrupted_run(tmp_path: Path, content: bytes) -> None:
    folder = make_run(tmp_path)
    folder.events.write_bytes(content)
    summary = read_run_summary(folder)
    assert (summary.state, summary.started, summary.last) == (RunStatus.INTERRUPTED, None, None)
