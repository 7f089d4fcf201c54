"""Names of run folders."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dqn_tui.errors import UsageError
from dqn_tui.runs.checkpoint import resolve_target
from dqn_tui.runs.folder import create_run_folder, find_run_folders, is_run_folder
from dqn_tui.runs.resume import find_resumable
from tests.helpers import call_program, one_line

NOW = datetime(2026, 11, 22, 14, 5, 9, tzinfo=UTC)


def test_a_run_folder_is_named_after_environment_label_and_utc_second(tmp_path: Path) -> None:
    folder = create_run_folder(tmp_path / "runs", "CartPole-v1", "s7", NOW)
    assert folder.path == tmp_path / "runs" / "CartPole-v1__s7__20261122-140509"
    assert folder.path.is_dir()


def test_without_a_time_it_is_now_in_utc(tmp_path: Path) -> None:
    before = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    stamp = create_run_folder(tmp_path, "CartPole-v1", "s7").path.name.rsplit("__", 1)[1]
    assert before <= stamp <= datetime.now(UTC).strftime("%Y%m%d-%H%M%S")


def test_slashes_and_odd_characters_become_dashes(tmp_path: Path) -> None:
    folder = create_run_folder(tmp_path, "ALE/Pong-v5", "my run; rm -rf ~ \n é", NOW)
    assert folder.path.parent == tmp_path
    assert folder.path.name == "ALE-Pong-v5__my-run-rm--rf__20261122-140509"


@settings(max_examples=25)
@given(env=st.text(), label=st.text())
def test_any_name_gives_one_plain_folder_inside_the_runs_folder(
    tmp_path_factory: pytest.TempPathFactory, env: str, label: str
) -> None:
    runs_dir = tmp_path_factory.mktemp("runs")
    path = create_run_folder(runs_dir, env, label, NOW).path
    assert path.parent == runs_dir
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]*__[A-Za-z0-9_][A-Za-z0-9._-]*__20261122-140509", path.name)


def test_runs_of_the_same_second_do_not_share_a_folder(tmp_path: Path) -> None:
    names = [create_run_folder(tmp_path, "CartPole-v1", "s1", NOW).path.name for _ in range(3)]
    assert names == ["CartPole-v1__s1__20261122-140509" + end for end in ("", "-2", "-3")]


def test_a_runs_folder_that_is_a_file_is_refused_in_one_line(tmp_path: Path) -> None:
    file = tmp_path / "runs"
    file.write_text("")
    with pytest.raises(UsageError) as caught:
        create_run_folder(file, "CartPole-v1", "s1", NOW)
    assert str(file) in one_line(str(caught.value))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_runs_folder_that_cannot_be_written_is_refused_in_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UsageError) as caught:
        create_run_folder(tmp_path / "runs", "CartPole-v1", "s1", NOW)
    assert "runs" in one_line(str(caught.value))


def test_name_that_is_too_long_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        create_run_folder(tmp_path, "CartPole-v1", "x" * 400, NOW)
    assert one_line(str(caught.value)) == (
        "run folder name CartPole-v1__xxxxxxxxxxxxxxxxxxxxxxxxxxx… has 430 characters, too many for the disk"
    )


LONG = "x" * 300


@pytest.mark.parametrize("use", [find_resumable, resolve_target])
@pytest.mark.parametrize("target", [Path(LONG), Path("runs") / LONG / "checkpoints" / LONG, Path("a\0b")])
def test_target_that_is_too_long_to_exist_does_not_exist(use: Callable[[Path], object], target: Path) -> None:
    with pytest.raises(UsageError, match="there is no such folder"):
        use(target)


def test_no_runs_are_in_a_folder_whose_name_is_too_long(tmp_path: Path) -> None:
    assert find_run_folders(tmp_path / LONG) == []


@pytest.mark.parametrize("command", [("eval",), ("watch",), ("--no-ui", "--resume")])
def test_commands_refuse_a_target_that_is_too_long_in_one_line(
    command: tuple[str, ...], capfd: pytest.CaptureFixture[str]
) -> None:
    assert call_program(*command, LONG) == 2
    assert "there is no such folder" in one_line(capfd.readouterr().err)


def test_folder_that_hides_what_it_contains_is_listed(tmp_path: Path) -> None:
    def refuse(path: Path) -> os.stat_result:
        raise PermissionError(13, "Permission denied", str(path))

    (tmp_path / "run").mkdir()
    with patch("os.lstat", refuse):
        assert [folder.path.name for folder in find_run_folders(tmp_path)] == ["run"]


def test_runs_are_found_newest_first_and_other_folders_are_passed_over(tmp_path: Path) -> None:
    stamps = [(2026, 1, 1), (2026, 3, 1), (2026, 2, 1)]
    for number, stamp in enumerate(stamps):
        folder = create_run_folder(tmp_path, "CartPole-v1", f"z{9 - number}", datetime(*stamp, tzinfo=UTC))
        folder.events.touch()
    create_run_folder(tmp_path, "CartPole-v1", "empty", NOW)
    (tmp_path / "notes.txt").touch()
    months = [folder.path.name.rsplit("__", 1)[1][4:6] for folder in find_run_folders(tmp_path)]
    assert months == ["03", "02", "01"]
    assert find_run_folders(tmp_path / "nowhere") == []
    assert not is_run_folder(tmp_path)


def test_runs_of_one_second_are_found_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    made = [create_run_folder(tmp_path, "CartPole-v1", "s1", NOW) for _ in range(3)]
    for folder in made:
        folder.events.touch()
    assert find_run_folders(tmp_path) == made[::-1]
