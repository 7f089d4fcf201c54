"""The list of runs: what it shows, what its keys do, and what it refuses."""

from __future__ import annotations

import os

import pytest

from dqn_tui.ui.keys.key import by_group
from dqn_tui.ui.keys.run_list_keys import QUESTION_KEYS, RUN_LIST_KEYS
from dqn_tui.ui.run_list.library import Prunable, Verb, Wish
from dqn_tui.view.run_table import RunTable
from tests.ui.helpers import FEW_SIZES
from tests.ui.run_list.helpers import RUNS, listed, run_list


def row_of(text: str, name: str) -> str:
    return next(line for line in text.splitlines() if f" {name} " in line)


async def test_a_row_has_all_that_is_known_of_a_run() -> None:
    async with run_list(*RUNS, size=(200, 60)) as shown:
        row = row_of(await shown.look(), "solved")
        for part in ("★ solved", "CartPole-v1", "gamma=0.9", "50k/50k", "▁", "█", "437.2", "2h", "5.0 MB", "good"):
            assert part in row
        assert "27.4k/50k" in row_of(await shown.look(), "live")
        assert "symbolic link" in row_of(await shown.look(), "bad")
        assert "4 runs" in await shown.look()
        assert "● 1 running" in await shown.look()


@pytest.mark.parametrize("size", FEW_SIZES)
async def test_rows_and_keys_fit_every_terminal(size: tuple[int, int]) -> None:
    async with run_list(*RUNS, size=size) as shown:
        lines = (await shown.look()).splitlines()
        assert len(lines) == size[1]
        assert all("running" in line or "27.4k" not in line for line in lines)
        assert "completed" not in "".join(lines)
        assert "q Quit" in lines[-1]
        assert "cannot be drawn" not in "".join(lines)


async def test_in_ascii_nothing_else_is_drawn() -> None:
    runs = (*RUNS, listed("umlaut", note="schön", tags=("ünï",)))
    async with run_list(*runs, size=(200, 60), marker="ascii") as shown:
        assert (await shown.look()).isascii()
        assert (await shown.press("space", "slash", "b", "e", "s", "t", "greater_than_sign")).isascii()
        await shown.press("escape", "end")
        for key in ("n", "escape", "D", "escape", "P", "escape", "question_mark"):
            assert (await shown.press(key)).isascii()


async def test_a_running_run_moves_and_only_what_changed_is_read() -> None:
    async with run_list(*RUNS) as shown:
        shown.library.reads.clear()
        await shown.look()
        assert shown.library.reads == []
        shown.library.change("/runs/live", step=31_000)
        assert "31k/50k" in await shown.look()
        assert shown.library.reads == ["/runs/live"]


async def test_new_runs_come_and_deleted_ones_go() -> None:
    async with run_list(*RUNS) as shown:
        await shown.press("down")
        new = listed("new", started_at=999_990.0)
        shown.library.runs = {new.path: new} | shown.library.runs
        assert "now" in row_of(await shown.look(), "new")
        assert shown.table.selected
        assert shown.table.selected.label == "solved"
        del shown.library.runs["/runs/cut"]
        assert " cut " not in await shown.look()


async def test_without_runs_the_list_says_how_to_train_one() -> None:
    async with run_list() as shown:
        text = await shown.look()
        assert "there are no runs in runs" in text
        assert "dqn-tui --env ID" in text
        for key in ("enter", "r", "w", "D", "P"):
            assert "no run is selected" in await shown.press(key)
        await shown.press("t", "n", "y", "space", "up", "end")
        assert shown.screen.wish is None


async def test_filter_is_applied_as_it_is_typed_and_escape_clears_it() -> None:
    async with run_list(*RUNS) as shown:
        text = await shown.press("slash", *"acro")
        assert " cut " in text
        assert " solved " not in text
        assert "1 of 4" in text
        text = await shown.press("escape")
        assert " solved " in text
        assert await shown.press("slash", *"best", "greater_than_sign", "enter")
        assert "best> needs a value" in await shown.look()
        assert shown.screen.focused is not shown.screen._field
        text = await shown.press("slash", *"zzz")
        assert "bestzzz" not in text
        await shown.press("escape")
        assert shown.table.filter_text == ""


async def test_keys_typed_ahead_belong_to_the_filter() -> None:
    async with run_list(*RUNS) as shown:
        await shown.pilot.press("slash", *"tag/D")
        await shown.look()
        assert shown.table.filter_text == "tag/D"
        assert shown.app.screen is shown.screen


async def test_no_run_that_passes_is_said() -> None:
    async with run_list(*RUNS) as shown:
        assert "no run passes the filter" in await shown.press("slash", *"zzz", "enter")
        assert " solved " in await shown.press("escape")


async def test_a_click_on_a_column_sorts_and_a_double_click_opens() -> None:
    async with run_list(*RUNS) as shown:
        lines = (await shown.look()).splitlines()
        heading = next(y for y, line in enumerate(lines) if "environment" in line)
        await shown.pilot.click(offset=(lines[heading].index("best") + 1, heading))
        assert "best▼" in await shown.look()
        await shown.pilot.click(offset=(lines[heading].index("best") + 1, heading))
        assert "best▲" in await shown.look()
        lines = (await shown.look()).splitlines()
        await shown.pilot.click(offset=(20, next(y for y, line in enumerate(lines) if " cut " in line)), times=2)
    assert shown.screen.wish == Wish(Verb.OPEN, ("/runs/cut",))


async def test_the_order_is_chosen_with_keys_too() -> None:
    async with run_list(*RUNS) as shown:
        assert "size▼" in await shown.press("o")
        assert "size▲" in await shown.press("O")


async def test_keys_and_wheel_move_through_a_long_list() -> None:
    async with run_list(*(listed(f"n{number:03}") for number in range(100)), size=(80, 24)) as shown:
        page = shown.screen._list.page_size
        for keys, cursor in (
            (["down"], 1), (["j"], 2), (["k", "up", "up"], 0), (["pagedown"], page), (["end"], 99),
            (["G", "pageup"], 99 - page), (["home"], 0),
        ):  # fmt: skip
            await shown.press(*keys)
            assert shown.table.cursor == cursor
            assert shown.table.selected in shown.screen._list.on_screen
        shown.screen._list.on_mouse_scroll_down()
        assert shown.table.cursor == 3
        shown.screen._list.on_mouse_scroll_up()
        assert shown.table.cursor == 0


@pytest.mark.parametrize(
    ("key", "name", "verb"),
    [
        ("enter", "solved", Verb.OPEN),
        ("enter", "live", Verb.OPEN),
        ("w", "live", Verb.WATCH),
        ("r", "cut", Verb.RESUME),
    ],
)
async def test_what_needs_the_terminal_is_left_to_the_caller(key: str, name: str, verb: Verb) -> None:
    async with run_list(*RUNS) as shown:
        await shown.press(*["down"] * [run.label for run in RUNS].index(name))
        await shown.pilot.press(key)
    assert shown.screen.wish == Wish(verb, (f"/runs/{name}",))
    assert shown.app.return_code == 0


async def test_what_cannot_be_done_is_said() -> None:
    async with run_list(*RUNS) as shown:
        assert "CartPole-v1__live is running: it cannot be resumed" in await shown.press("r")
        assert "it cannot be deleted" in await shown.press("D")
        assert "it cannot be pruned" in await shown.press("P")
        assert "mark two or more runs" in await shown.press("c")
        await shown.press("end")
        for key in ("enter", "r", "w"):
            assert "events.jsonl is a symbolic link" in await shown.press(key)
        assert shown.app.is_running
        assert shown.screen.wish is None


async def test_a_complete_run_is_extended_to_more_steps() -> None:
    async with run_list(listed("done")) as shown:
        assert "is complete with 50,000 steps" in await shown.press("r")
        assert "steps must be a whole number > 50,000, got '100000x'" in await shown.press("x", "enter")
        await shown.press("r", "escape")
        assert shown.screen.wish is None
        await shown.press("r")
        await shown.pilot.press("enter")
    assert shown.screen.wish == Wish(Verb.RESUME, ("/runs/done",), 100_000)


async def test_marked_runs_are_compared() -> None:
    async with run_list(*RUNS) as shown:
        text = await shown.press("space", "space")
        assert "2 marked" in text
        assert "marked" not in await shown.press("escape")
        await shown.press("home", "space", "space")
        await shown.pilot.press("c")
    assert shown.screen.wish == Wish(Verb.COMPARE, ("/runs/live", "/runs/solved"))


async def test_tags_and_note_are_written() -> None:
    async with run_list(*RUNS, size=(200, 60)) as shown:
        await shown.press("t", *"x y", "enter")
        assert shown.library.runs["/runs/live"].tags == ("x", "y")
        assert "x y" in row_of(await shown.look(), "live")
        text = await shown.press("n", *"try 2", "enter")
        assert shown.library.runs["/runs/live"].note == "try 2"
        assert "try 2" in text
        await shown.press("n", *" more", "escape")
        assert shown.library.runs["/runs/live"].note == "try 2"
        shown.library.refusal = "notes.toml cannot be written: No space left on device"
        assert "No space left" in await shown.press("t", "z", "enter")


async def test_a_run_is_deleted_only_after_yes() -> None:
    async with run_list(*RUNS) as shown:
        text = await shown.press("down", "D")
        assert "Delete this run?" in text
        assert "CartPole-v1__solved" in text
        assert "5.0 MB" in text
        for key in ("n", "escape", "enter"):
            await shown.press(key)
            assert "/runs/solved" in shown.library.runs
            await shown.press("D")
        text = await shown.press("y")
        assert "/runs/solved" not in shown.library.runs
        assert "Deleted: solved" in text
        assert len(shown.table) == 3


async def test_a_failed_deletion_is_one_line() -> None:
    async with run_list(*RUNS) as shown:
        await shown.press("down", "D")
        shown.library.refusal = "run /runs/solved cannot be deleted: Permission denied"
        assert "cannot be deleted: Permission denied" in await shown.press("y")
        assert "/runs/solved" in shown.library.runs


async def test_old_checkpoints_are_removed_only_after_yes() -> None:
    async with run_list(*RUNS) as shown:
        text = await shown.press("down", "P")
        assert "3 old checkpoints of CartPole-v1__solved: 4.0 MB" in text
        assert "The newest and the best are kept." in text
        await shown.press("n")
        assert shown.library.pruned == []
        await shown.press("P", "y")
        assert shown.library.pruned == ["/runs/solved"]
        shown.library.prunable = Prunable(0, 0)
        assert "has no old checkpoints" in await shown.press("P")


async def test_the_path_is_copied() -> None:
    async with run_list(*RUNS) as shown:
        assert "Path copied: live" in await shown.press("y")
        assert shown.app.clipboard == os.path.abspath("/runs/live")


async def test_the_list_comes_back_as_it_was_left() -> None:
    table = RunTable()
    async with run_list(*RUNS, table=table) as shown:
        await shown.press("down", "down", "o", "slash", *"c", "enter")
        selected = shown.table.selected
    async with run_list(*RUNS, table=table, notice="run /runs/cut has no checkpoint to resume from") as shown:
        text = await shown.look()
        assert "has no checkpoint to resume from" in text
        assert "size▼" in text
        assert shown.screen._field.value == "c"
        assert shown.table.selected
        assert selected
        assert shown.table.selected.path == selected.path


async def test_runs_that_cannot_be_found_are_said() -> None:
    async with run_list(*RUNS) as shown:
        shown.library.refusal = "runs folder runs cannot be read: Permission denied"
        assert "cannot be read: Permission denied" in await shown.look()


@pytest.mark.parametrize("size", [(40, 12), (120, 40), (200, 60)])
async def test_help_lists_every_key_and_the_filter(size: tuple[int, int]) -> None:
    async with run_list(*RUNS, size=size) as shown:
        await shown.press("question_mark")
        told = " ".join(" ".join(str(part.render()) for part in shown.app.screen.query("Static").results()).split())
        for key in (*RUN_LIST_KEYS, *QUESTION_KEYS):
            assert key.help in told
        assert "best>400" in told


async def test_the_palette_offers_the_keys() -> None:
    async with run_list(*RUNS) as shown:
        titles = {command.title for command in shown.screen.commands()}
        assert {"Open", "Resume", "Watch", "Compare", "Filter", "Prune", "Delete", "Tags", "Note"} <= titles


def test_keys_of_the_list_are_unique() -> None:
    names = [name for key in RUN_LIST_KEYS for name in key.keys.split(",")]
    assert len(set(names)) == len(names)
    assert len({key.id for key in (*RUN_LIST_KEYS, *QUESTION_KEYS)}) == len(RUN_LIST_KEYS) + len(QUESTION_KEYS)
    assert set(by_group(RUN_LIST_KEYS)) == {"The selected run", "Several runs", "List", "Program"}
    assert [key.help for key in RUN_LIST_KEYS if len(key.help) > 44] == []
