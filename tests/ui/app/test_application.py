"""The application's services to its screens: toasts and remembered preferences."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dqn_tui import events
from dqn_tui.preferences import PreferenceFile, Preferences
from tests.ui.helpers import SIZES, dashboard, screen_text


@pytest.fixture
def memory(tmp_path: Path) -> PreferenceFile:
    return PreferenceFile(tmp_path / "preferences.toml")


def changed_rows(before: str, after: str) -> Iterator[int]:
    """The rows that differ between two screens."""
    return (y for y, (old, new) in enumerate(zip(before.splitlines(), after.splitlines(), strict=True)) if old != new)


@pytest.mark.parametrize("size", SIZES)
async def test_toast_is_one_row_above_the_key_bar(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        before = await board.look()
        board.app.notify("saved", title="Checkpoint")
        board.app.notify("again", title="Checkpoint")
        after = await board.look()
        assert list(changed_rows(before, after)) == [size[1] - 2]
        assert after.splitlines()[-2].rstrip().endswith("Checkpoint: again")


@pytest.mark.parametrize("size", SIZES[1:])
async def test_toast_covers_no_axis(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        for key in ("1", "z"):
            await board.press(key)
            covered = (await board.look()).splitlines()[-2]
            assert not any(sign in covered for sign in "└┤├┴")


async def test_long_toast_wraps_inside_the_screen() -> None:
    async with dashboard((80, 24)) as board:
        board.app.notify("word " * 30)
        rows = (await board.look()).splitlines()
        assert sum(row.count("word") for row in rows) == 30


async def test_preferences_are_taken_over_and_changes_are_remembered(memory: PreferenceFile) -> None:
    async with dashboard(memory=memory) as board:
        await board.press("m", "T")
        theme = board.app.theme
    assert PreferenceFile(memory.path).preferences == Preferences(theme=theme, smoothing=50)
    async with dashboard(memory=PreferenceFile(memory.path)) as board:
        assert (board.app.theme, board.scene.smoothing) == (theme, 50)
        assert "ema50" in await board.look()


async def test_marker_chosen_in_the_palette_is_drawn_and_remembered(memory: PreferenceFile) -> None:
    async with dashboard(memory=memory) as board:
        assert not (await board.look()).isascii()
        commands = {command.title: command for command in board.screen.commands()}
        commands["Draw with ascii"].callback()
        assert (await board.look()).isascii()
        assert (await board.press("question_mark")).isascii()
        await board.press("escape")
        assert memory.preferences.marker == "ascii"
        commands["Draw with block"].callback()
        assert "▇" in await board.look()


async def test_nothing_is_written_while_nothing_is_chosen(memory: PreferenceFile) -> None:
    async with dashboard(memory=memory) as board:
        await board.press("2", "z", "l", "f", "question_mark")
        assert "Training" in screen_text(board.app)
    assert memory.path is not None
    assert not memory.path.exists()


@pytest.mark.parametrize(("theme", "smoothing"), [("no such theme", 7), ("", -1), ("\x1b[2J", 10**18)])
async def test_unknown_preferences_are_ignored(theme: str, smoothing: int) -> None:
    memory = PreferenceFile()
    memory.remember(theme=theme, smoothing=smoothing)
    async with dashboard(memory=memory) as board:
        assert board.app.theme == "textual-dark"
        assert board.scene.smoothing == 20


async def test_named_theme_is_stronger_than_the_remembered_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEXTUAL_THEME", "textual-dark")
    memory = PreferenceFile()
    memory.remember(theme="nord")
    async with dashboard(memory=memory) as board:
        assert board.app.theme == "textual-dark"


async def test_without_colours_no_theme_of_the_terminal_is_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    memory = PreferenceFile()
    memory.remember(theme="ansi-dark")
    async with dashboard(memory=memory) as board:
        assert board.app.theme == "textual-dark"


async def test_checkpoint_saved_on_request_is_named_in_a_short_toast() -> None:
    async with dashboard((80, 24)) as board:
        await board.press("s")
        assert "Checkpoint saved: step_000020000 (1.2 MB)" in screen_text(board.app)


async def test_output_of_the_environment_is_announced_once_in_the_events() -> None:
    async with dashboard((200, 60)) as board:
        for step in (20_001, 20_002):
            board.run.emit(events.OutputWritten(step=step, time=1_012.0, text=f"line {step}"))
        assert (await board.look()).count("output begins") == 1
