"""The list of episodes, and the crosshair that selects one."""

from __future__ import annotations

import re

import pytest

from dqn_tui import events
from dqn_tui.errors import UsageError
from dqn_tui.view.x_unit import XUnit
from tests import fakes
from tests.ui.helpers import SIZES, Dashboard, dashboard


def ended(number: int, value: float, length: int, step: int) -> events.EpisodeEnded:
    return events.EpisodeEnded(
        step=step, time=1_000.0 + number, episode=number, episode_return=value, length=length, is_truncated=False,
        seconds=float(number),
    )  # fmt: skip


def shown(text: str) -> list[list[str]]:
    """The rows of the list, as words; the selected one begins with its mark."""
    lines = text.splitlines()
    head = next(number for number, line in enumerate(lines) if re.search(r"episode +return", line))
    rows = []
    for line in lines[head + 1 :]:
        if line.startswith(("╰", "+")) or not re.search(r"\d", line):
            break
        words = line.split("│")[1].split() if "│" in line else line.strip("|").split()
        rows.append([word for word in words if "▇" not in word])
    return rows


async def play_few(board: Dashboard) -> None:
    board.run.emit(fakes.started(), fakes.progress(100, 1_000.0))
    for number, (value, length) in enumerate(((5.0, 5), (9.0, 90), (-2.0, 40), (7.0, 7)), 1):
        board.run.emit(ended(number, value, length, 100 * number))
    await board.look()


async def test_the_newest_comes_first_and_o_lists_in_other_orders() -> None:
    async with dashboard(steps=None) as board:
        await play_few(board)
        text = await board.press("E")
        assert "newest first" in text
        rows = shown(text)
        assert rows[0][:5] == ["▸", "4", "7.0", "7", "400"]
        assert [row[-5] if row[0] == "▸" else row[0] for row in rows] == ["4", "3", "2", "1"]
        for words, numbers in (
            ("longest first", ["2", "3", "4", "1"]),
            ("best first", ["2", "4", "1", "3"]),
            ("worst first", ["3", "1", "4", "2"]),
            ("first to last", ["1", "2", "3", "4"]),
            ("newest first", ["4", "3", "2", "1"]),
        ):
            text = await board.press("o")
            assert words in text
            assert [row[1] if row[0] == "▸" else row[0] for row in shown(text)] == numbers


async def test_epsilon_is_the_one_last_reported() -> None:
    async with dashboard(steps=None) as board:
        await play_few(board)
        epsilon = board.view.metrics["rollout/exploration_rate"]
        assert shown(await board.press("E"))[0][-1] == f"{epsilon:.3f}"


async def test_the_selected_episode_stays_selected_while_others_are_added_and_enter_plays_it() -> None:
    async with dashboard(steps=None) as board:
        await play_few(board)
        await board.press("E", "down")
        for number in range(5, 40):
            board.run.emit(ended(number, 1.0, 1, 100 * number))
        text = await board.look()
        assert [row[1] for row in shown(text) if row[0] == "▸"] == ["3"]
        text = await board.press("enter")
        assert board.run.played == [3]
        assert "ROLLOUT" in text
        text = await board.press("escape")
        assert [row[1] for row in shown(text) if row[0] == "▸"] == ["3"]


async def test_the_first_row_follows_the_newest_episode() -> None:
    async with dashboard(steps=None) as board:
        await play_few(board)
        await board.press("E")
        board.run.emit(ended(5, 1.0, 1, 500))
        assert shown(await board.look())[0][:2] == ["▸", "5"]
        await board.press("enter")
        assert board.run.played == [5]


async def test_page_keys_and_edges_move_through_a_long_list() -> None:
    async with dashboard(steps=None) as board:
        board.run.emit(fakes.started(), *(ended(number, 1.0, 1, number) for number in range(1, 1_001)))
        text = await board.press("E", "pagedown", "pagedown", "up")
        page = len(shown(text))
        marked = [row[1] for row in shown(text) if row[0] == "▸"]
        assert marked == [f"{1_000 - 2 * page + 1}"]
        assert [row[1] for row in shown(await board.press("end")) if row[0] == "▸"] == ["1"]
        assert shown(await board.look())[-1][:2] == ["▸", "1"]
        assert shown(await board.press("home"))[0][:2] == ["▸", "1,000"]


async def test_a_click_selects_and_a_second_one_plays() -> None:
    async with dashboard(steps=None) as board:
        await play_few(board)
        text = await board.press("E")
        y = next(number for number, line in enumerate(text.splitlines()) if re.search(r" 2 +9\.0 +90 ", line))
        await board.pilot.click(offset=(10, y))
        assert [row[1] for row in shown(await board.look()) if row[0] == "▸"] == ["2"]
        await board.pilot.click(offset=(10, y), times=2)
        await board.look()
        assert board.run.played == [2]
        assert not board.scene.is_zoomed


async def test_an_episode_that_cannot_be_played_is_one_line() -> None:
    async with dashboard(steps=None) as board:
        await play_few(board)

        def refuse(episode: int | None = None) -> fakes.FakeRollout:
            raise UsageError(f"there is no record of episode {episode}")

        board.run.start_rollout = refuse  # type: ignore[method-assign]
        text = await board.press("E", "enter")
        assert "there is no record of episode 4" in text
        assert not board.scene.is_rollout_open


@pytest.mark.parametrize("size", SIZES)
async def test_the_list_fits_every_size(size: tuple[int, int]) -> None:
    async with dashboard(size) as board:
        text = await board.press("E", "z")
        rows = shown(text)
        assert rows[0][:2] == ["▸", f"{board.view.episodes:,}"]
        assert len({len(row) for row in rows[1:]}) == 1


async def test_the_list_is_ascii_where_the_marker_is() -> None:
    async with dashboard(marker="ascii") as board:
        assert (await board.press("E", "z")).isascii()


async def test_before_the_first_episode_the_list_says_so_and_no_key_does_anything() -> None:
    async with dashboard(steps=None) as board:
        assert "no episode has ended yet" in await board.press("E")
        await board.press("down", "pageup", "end", "o", "enter")
        assert board.run.played == []


async def test_a_hidden_list_builds_no_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    async with dashboard() as board:
        panel = board.screen.query_one("#episodes")
        monkeypatch.setattr(type(panel), "inside_rows", lambda *_: pytest.fail("drawn"))
        board.run.play(21_000)
        await board.look()


# --- the crosshair ---


@pytest.mark.parametrize("unit", XUnit)
async def test_enter_plays_the_episode_that_the_crosshair_names(unit: XUnit) -> None:
    async with dashboard((200, 60)) as board:
        board.screen.choose_unit(unit)
        text = await board.press(*["left"] * 30)
        edge = next(line for line in text.splitlines() if "1 Return" in line)
        found = re.search(r"episode ([\d,]+)", edge)
        assert found is not None
        assert "enter plays it" in edge
        assert f"Play episode {found[1]}" in text
        number, x = int(found[1].replace(",", "")), board.scene.viewport.crosshair
        assert x is not None
        step = board.scene.x_scale.step_of(x)
        row = board.view.episode_table.nearest_to_step(step)
        assert row is not None
        assert abs(row.number - number) <= 1
        await board.press("enter")
        assert board.run.played == [number]
        assert not board.scene.is_zoomed


async def test_enter_enlarges_where_no_crosshair_is_shown_and_on_other_charts() -> None:
    async with dashboard() as board:
        await board.press("enter")
        assert board.scene.is_zoomed
        await board.press("enter", "2", "left", "enter")
        assert board.scene.is_zoomed
        assert board.run.played == []
