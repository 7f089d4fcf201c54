"""`dqn-tui runs` on a terminal: what it reads from the disk, and what it does and comes back from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dqn_tui import events
from dqn_tui.commands.browse_runs import ListOptions, browse_runs
from dqn_tui.commands.run_library import DiskLibrary
from dqn_tui.errors import UsageError
from dqn_tui.runs.folder import RunFolder
from dqn_tui.runs.lock import RunLock
from dqn_tui.runs.removal import find_old_checkpoints
from tests import fakes
from tests.commands.test_list_runs import STARTED, make_run
from tests.helpers import call_program, one_line, program, program_environment, train
from tests.terminal import Terminal
from tests.test_hostile_text import HOSTILE, check_harmless, hostile_events


def test_a_run_is_named_at_once_and_described_when_it_is_read(tmp_path: Path) -> None:
    folder = make_run(tmp_path, 3, STARTED, fakes.evaluated(50, 3.0, 120.5, is_best=True), fakes.ended(9_000, 2.0))
    library = DiskLibrary(tmp_path, "runs")
    (found,) = library.find(())
    assert (found.run.path, found.run.env, found.run.label) == (str(folder.path), "CartPole-v1", "s7")
    assert found.run.started_at == 1_772_323_200
    assert not found.run.is_read
    run = library.read(found.run.path)
    assert (run.state, run.step, run.best, run.preset) == ("completed", 9_000, 437.2, "cartpole")
    assert run.changes == {"net_arch": [32, 32], "gamma": 0.9}
    assert run.settings["gamma"] == 0.9


def test_the_stamp_changes_with_journal_notes_and_the_end_of_a_running_run(tmp_path: Path) -> None:
    folder = make_run(tmp_path, 3, STARTED)
    library, path = DiskLibrary(tmp_path, "runs"), str(folder.path)
    lock = RunLock(folder.path)
    stamps = [library.find((path,))[0].stamp]
    assert library.find((path,))[0].stamp == stamps[0]
    lock.release()
    stamps.append(library.find((path,))[0].stamp)
    library.write_notes(path, ["x"], "")
    stamps.append(library.find((path,))[0].stamp)
    with folder.events.open("ab") as file:
        file.write(b"{}\n")
    stamps.append(library.find((path,))[0].stamp)
    assert len(set(stamps)) == 4


def test_notes_of_a_user_are_cleaned_and_damaged_ones_are_kept(tmp_path: Path) -> None:
    folder = make_run(tmp_path, 3, STARTED)
    library, path = DiskLibrary(tmp_path, "runs"), str(folder.path)
    library.write_notes(path, ["a"], "note \x1b[2J\n")
    assert (library.read(path).tags, library.read(path).note) == (("a",), "note  ")
    folder.notes.write_text("damaged")
    assert "notes.toml is damaged" in (library.read(path).problem or "")
    with pytest.raises(UsageError, match="is damaged"):
        library.write_notes(path, ["b"], "")
    assert folder.notes.read_text() == "damaged"


def test_a_hostile_run_is_listed_harmlessly(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / f"{HOSTILE.replace('/', '')}__s1__20261122-120000")
    folder.path.mkdir()
    folder.config.write_text(f"gamma = {HOSTILE!r}\n")
    make = [event for event in hostile_events() if isinstance(event, events.RunStarted)]
    from dqn_tui.event_json import to_json

    folder.events.write_bytes(b"".join(to_json(event) + b"\n" for event in make))
    library = DiskLibrary(tmp_path, "runs")
    (found,) = library.find(())
    run = library.read(found.run.path)
    for text in (found.run.name, run.env, run.preset or ""):
        check_harmless(text, "[bold]b")
    assert "\x1b" not in run.changes_text + run.words


def test_a_folder_of_nothing_and_of_odd_things_has_no_runs(tmp_path: Path) -> None:
    assert DiskLibrary(tmp_path / "gone", "runs").find(()) == []
    (tmp_path / "file").write_text("x")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").mkdir()
    (tmp_path / "dangling").symlink_to("nowhere")
    assert DiskLibrary(tmp_path, "runs").find(()) == []


def test_a_runs_folder_that_is_none_is_refused_before_there_is_a_screen(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError) as caught:
        browse_runs(ListOptions(tmp_path / "file", (), "braille"))
    assert "cannot be read: Not a directory" in one_line(str(caught.value))


def test_piped_or_plain_the_list_is_printed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    make_run(tmp_path, 1, STARTED, fakes.ended(9_000, 2.0))
    for options in ((), ("--plain",)):
        assert call_program("runs", "--runs-dir", str(tmp_path), *options) == 0
        assert "completed" in capfd.readouterr().out


def test_on_a_terminal_a_run_is_watched_pruned_and_deleted_in_one_program(tmp_path: Path) -> None:
    folder = train(tmp_path / "runs", save_every=50, keep_last=3, eval_every=100).folder
    old = len(find_old_checkpoints(folder))
    with Terminal(program("runs"), 120, 30, program_environment(), cwd=tmp_path, is_fresh=True) as terminal:
        terminal.wait_for("✓ completed")
        terminal.press_until("w", "ROLLOUT")
        # Once: the list, should it be slow to come back, would take a second one as its own.
        terminal.press("q")
        terminal.wait_for("✓ completed")
        terminal.press_until("P", f"{old} old checkpoints")
        terminal.press("y")
        terminal.wait_for("Old checkpoints removed")
        assert len(folder.step_folders()) == 1
        terminal.press("D")
        terminal.wait_for("Delete this run?")
        terminal.press("y")
        terminal.wait_for("there are no runs in runs")
        assert not folder.path.exists()
        terminal.press("q")
        assert terminal.wait_for_exit() == 0
        assert terminal.modes_left_on == []


def test_what_cannot_be_done_is_said_by_the_list_that_comes_back(tmp_path: Path) -> None:
    folder = make_run(tmp_path / "runs", 1, STARTED)
    with Terminal(program("runs"), 120, 30, program_environment(), cwd=tmp_path, is_fresh=True) as terminal:
        terminal.wait_for("interrupted")
        terminal.press_until("r", "to resume from")
        # The line was first said while there was no screen; the list is there again once it takes keys.
        terminal.press_until("?", "the first run")
        terminal.press("q")
        terminal.wait_until_gone("the first run")
        assert "to resume from" in terminal.text
        terminal.press("ctrl+c")
        assert terminal.wait_for_exit() == 0
    assert folder.events.exists()
