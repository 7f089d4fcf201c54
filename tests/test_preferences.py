"""What is remembered between runs."""

from __future__ import annotations

import os
import tempfile
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.preferences import PreferenceFile, Preferences, user_file


def test_remembered_preferences_are_read_by_the_next_program(tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "preferences.toml"
    PreferenceFile(path).remember(theme="nord", smoothing=50)
    PreferenceFile(path).remember(marker="block")
    assert PreferenceFile(path).preferences == Preferences(theme="nord", marker="block", smoothing=50)
    assert tomllib.loads(path.read_text()) == {"theme": "nord", "marker": "block", "smoothing": 50}
    assert os.listdir(path.parent) == ["preferences.toml"]


def test_two_dashboards_keep_each_others_changes(tmp_path: Path) -> None:
    path = tmp_path / "preferences.toml"
    one, other = PreferenceFile(path), PreferenceFile(path)
    one.remember(theme="nord")
    other.remember(smoothing=5)
    assert PreferenceFile(path).preferences == Preferences(theme="nord", smoothing=5)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"theme",
        b"\xff\xfe",
        b"theme = 3\nmarker = [1]\nsmoothing = true",
        b"[theme]\nx = 1",
        b"[" * 5_000,
        b"#" * 20_000,
    ],
)
def test_damaged_file_means_defaults(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "preferences.toml"
    path.write_bytes(content)
    assert PreferenceFile(path).preferences == Preferences()


def test_damaged_value_leaves_the_others(tmp_path: Path) -> None:
    path = tmp_path / "preferences.toml"
    path.write_text('theme = 3\nsmoothing = 50\nfuture = "x"\n')
    assert PreferenceFile(path).preferences == Preferences(smoothing=50)


def test_folder_or_pipe_in_place_of_the_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "preferences.toml"
    path.mkdir()
    file = PreferenceFile(path)
    file.remember(theme="nord")
    assert file.preferences == Preferences(theme="nord")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert PreferenceFile(pipe).preferences == Preferences()


def test_file_that_cannot_be_written_is_no_error_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    file = PreferenceFile(tmp_path / "file" / "preferences.toml")
    file.remember(theme="nord")
    assert file.preferences.theme == "nord"
    assert os.listdir(tmp_path) == ["file"]


def test_link_keeps_its_place(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles.toml", tmp_path / "preferences.toml"
    real.write_text("smoothing = 5\n")
    link.symlink_to(real)
    PreferenceFile(link).remember(theme="nord")
    assert link.is_symlink()
    assert PreferenceFile(real).preferences == Preferences(theme="nord", smoothing=5)


def test_unchanged_preferences_are_not_written(tmp_path: Path) -> None:
    path = tmp_path / "preferences.toml"
    path.write_text("# mine\nsmoothing = 5\n")
    PreferenceFile(path).remember(smoothing=5)
    assert path.read_text() == "# mine\nsmoothing = 5\n"


def test_without_a_path_they_are_kept_in_memory() -> None:
    file = PreferenceFile()
    file.remember(theme="nord")
    file.remember(smoothing=5)
    assert file.preferences == Preferences(theme="nord", smoothing=5)


def test_user_file_is_in_the_xdg_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert user_file().path == tmp_path / "dqn-tui" / "preferences.toml"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x7f")), st.integers(-(2**62), 2**62))
def test_any_text_survives(theme: str, smoothing: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "preferences.toml"
        PreferenceFile(path).remember(theme=theme, smoothing=smoothing)
        assert PreferenceFile(path).preferences == Preferences(theme=theme, smoothing=smoothing)
