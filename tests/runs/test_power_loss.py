"""Saves that fail at any step, and power that is lost at any step: a whole checkpoint is always there."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from dqn_tui import events
from dqn_tui.errors import UsageError
from dqn_tui.events import Event
from dqn_tui.runs.checkpoint import find_checkpoints, verify_checkpoint
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.resume import find_resumable
from dqn_tui.spaces import Spaces
from dqn_tui.training.saver import Contents, Saver
from tests.disk import Disk, Files, State, read_state, write_state
from tests.helpers import one_line, quick_config

ERRORS = (errno.ENOSPC, errno.EACCES, errno.EIO)
CONFIG = quick_config().model_dump(mode="json")


class NoFiles:
    """A recorder without files."""

    problem = None

    def sync(self) -> dict[str, int]:
        return {}


class SmallRun:
    """A run folder, and the saves of a trainer at any step."""

    def __init__(self, path: Path, keep_last: int = 1) -> None:
        self.folder = RunFolder(path)
        self.told: list[Event] = []
        self.saver = Saver(self.folder, keep_last, NoFiles(), self._emit)  # type: ignore[arg-type]

    @classmethod
    def make(cls, path: Path, *saves: tuple[int, str]) -> SmallRun:
        run = cls(path)
        path.mkdir()
        run.folder.events.touch()
        for save in saves:
            with Disk(path):
                assert run.save(*save)
        return run

    def save(self, step: int, reason: str = "autosave") -> str | None:
        arrays = {"online": {"w": np.full(9, step, np.float32)}, "replay": {"actions": np.full(step, 1)}}
        facts = {
            "config": CONFIG, "spaces": Spaces((4,), 2).to_dict(), "eval_mean": None,
            "weights_sha256": f"{step:064}",
        }  # fmt: skip
        return self.saver.save(reason, step, Contents(arrays, facts, {"step": step}))

    def _emit(self, kind: type[Event], **fields: Any) -> None:
        self.told.append(kind(step=0, time=0.0, **fields))

    @property
    def warnings(self) -> list[str]:
        """What went wrong, warnings and failed saves, in order."""
        problems = (
            event.problem if isinstance(event, events.SaveFailed) else event.message
            for event in self.told
            if isinstance(event, events.SaveFailed | events.WarningRaised)
        )
        return [one_line(problem) for problem in problems]


def whole_step(path: Path) -> int:
    """The step of a checkpoint all of whose files agree with each other."""
    checkpoint = verify_checkpoint(path)
    assert checkpoint.weights_sha256 == f"{checkpoint.step:064}"
    assert checkpoint.files.keys() == {"online.safetensors", "replay.safetensors", "state.json"}
    return checkpoint.step


def leftovers(run: SmallRun) -> list[str]:
    return [path.name for path in run.folder.path.rglob(".*")]


# --- each step fails ---

SAVES: dict[str, tuple[list[tuple[int, str]], tuple[int, str]]] = {
    "the first save": ([], (7, "autosave")),
    "beside an older one, which goes": ([(5, "autosave")], (7, "autosave")),
    "in place of the best": ([(5, "autosave"), (5, "best")], (7, "best")),
    "again at the same step": ([(5, "request"), (7, "autosave")], (7, "end")),
}


@pytest.mark.parametrize("lasts", [False, True], ids=["one step fails", "all fail from there on"])
@pytest.mark.parametrize("error", ERRORS, ids=errno.errorcode.get)
@pytest.mark.parametrize("case", SAVES.values(), ids=SAVES.keys())
def test_a_save_that_fails_at_any_step_is_told_and_leaves_the_last_good_one(
    memory_path: Path, case: Any, error: int, lasts: bool
) -> None:
    before, (step, reason) = case
    first = SmallRun.make(memory_path / "first", *before)
    number, has_failed = 0, True
    while has_failed:
        number += 1
        run = SmallRun(memory_path / str(number))
        shutil.copytree(first.folder.path, run.folder.path)
        with Disk(run.folder.path, fail_at=number, error=error, lasts=lasts) as disk:
            path = run.save(step, reason)
        has_failed = disk.has_failed
        assert disk.descriptors == {}
        if not lasts:
            assert leftovers(run) == [] or disk.steps[number - 1].startswith(("unlink", "rmdir", "open .", "close ."))
        elif before:
            find_resumable(run.folder.path)
        check_after_fault(run, path, [earlier for earlier, _ in before], step)
        check_next_save(run, step, reason)
    assert number > 40


def check_after_fault(run: SmallRun, path: str | None, before: list[int], step: int) -> None:
    """What was told is so, and something whole is there if there ever was."""
    found = [whole_step(item.path) for item in find_checkpoints(run.folder)]
    if path is None:
        assert run.saver.problem is not None
        assert run.saver.problem.endswith(run.warnings[0])
        assert set(found) >= set(before)
    else:
        assert run.saver.problem is None
        assert whole_step(Path(path)) == step
    if run.folder.best.exists():
        assert whole_step(run.folder.best) in (*before, step)
    if before:
        _, resumable = find_resumable(run.folder.path)
        assert whole_step(resumable) in (before[-1], step)


def check_next_save(run: SmallRun, step: int, reason: str) -> None:
    """The next save tries anew, and tidies up."""
    with Disk(run.folder.path):
        assert run.save(step + 1, reason) is not None
    assert run.saver.problem is None
    assert leftovers(run) == []
    _, path = find_resumable(run.folder.path)
    assert whole_step(run.folder.best if reason == "best" else path) == step + 1


def test_a_checkpoint_that_reads_back_otherwise_than_it_was_written_replaces_nothing(tmp_path: Path) -> None:
    run = SmallRun.make(tmp_path / "run", (5, "autosave"))
    with Disk(run.folder.path) as disk:
        write = disk.wrapped("write")

        def flip(descriptor: int, content: bytes) -> int:
            damaged = bytearray(content)
            damaged[-1] ^= 1
            return int(write(descriptor, bytes(damaged)))

        with pytest.MonkeyPatch.context() as monkeypatch:
            monkeypatch.setattr("os.write", flip)
            assert run.save(7) is None
    assert ".step_000000007.tmp" in run.warnings[0]
    assert [whole_step(item.path) for item in find_checkpoints(run.folder)] == [5]
    assert leftovers(run) == []


def test_a_full_disk_is_told_with_the_bytes_needed_and_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = SmallRun.make(tmp_path / "run", (5, "autosave"))
    before = read_state(run.folder.path)
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=7))
    assert run.save(7) is None
    assert run.saver.problem is not None
    assert "step_000000007" in run.saver.problem
    assert "bytes on the disk, where 7 are free" in run.warnings[0]
    assert read_state(run.folder.path) == before


# --- power is lost at each step ---


def record_save(run: SmallRun, step: int, reason: str) -> tuple[State, list[tuple[Any, ...]]]:
    before = read_state(run.folder.path)
    with Disk(run.folder.path) as disk:
        assert run.save(step, reason)
    return before, disk.record


def newest_step(folder: RunFolder) -> int | None:
    """Return the step that `--resume RUN` would continue from, which must be whole."""
    try:
        _, path = find_resumable(folder.path)
    except UsageError as error:
        assert "has no checkpoint to resume from" in str(error)  # noqa: PT017 - most states have one
        return None
    return whole_step(path)


@pytest.mark.parametrize("case", SAVES.values(), ids=SAVES.keys())
def test_wherever_power_is_lost_the_old_checkpoint_or_the_new_one_is_there_whole(memory_path: Path, case: Any) -> None:
    before, (step, reason) = case
    run = SmallRun.make(memory_path / "run", *before)
    state, record = record_save(run, step, reason)
    old = before[-1][0] if before else None
    has_best = any(earlier == "best" for _, earlier in before)

    def check(folder: RunFolder, is_done: bool) -> None:
        expected = {step} if is_done else {old, step}
        newest = newest_step(folder)
        assert newest in expected
        if reason == "best":
            assert whole_step(folder.best) in expected
        assert has_best == folder.best.exists()
        assert not list(folder.path.rglob(".*"))

    states = check_all_states(memory_path / "after", run.folder.path, state, record, check)
    assert states > 50


def check_all_states(
    place: Path, root: Path, before: State, record: list[tuple[Any, ...]], check: Callable[[RunFolder, bool], None]
) -> int:
    """Check each state, once, in which a loss of power may leave the files; returns how many there were."""
    files = Files(root, before)
    seen: dict[Any, bool] = {}
    for number in range(len(record) + 1):
        for state in files.crash_states():
            key, is_done = frozenset(state.items()), number == len(record)
            if seen.get(key, False) >= is_done and key in seen:
                continue
            seen[key] = is_done
            place.mkdir()
            write_state(place, state)
            check(RunFolder(place), is_done)
            shutil.rmtree(place)
        if number < len(record):
            files.apply(*record[number])
    return len(seen)
