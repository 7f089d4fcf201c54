"""What is read, in what order, and how often."""

from __future__ import annotations

from unittest.mock import patch

import pytest

from dqn_tui.ui.run_list.run_reader import RunReader
from dqn_tui.ui.run_list.screenful import LEAST_HEIGHT_FOR_DETAILS, count_runs
from tests.helpers import wait_until
from tests.ui.run_list.helpers import MemoryLibrary, listed, run_list

SCREENFUL = 64
MANY = [listed(f"n{number:03}") for number in range(200)]


def read_all(reader: RunReader) -> None:
    while reader.read_piece():
        pass


def test_names_are_known_before_anything_is_read() -> None:
    reader = RunReader(MemoryLibrary(*MANY), SCREENFUL)
    told = 0

    def count() -> None:
        nonlocal told
        told += 1

    reader.on_news = count
    reader.look()
    news = reader.collect()
    assert told == 1
    assert news.found is not None
    assert [run.path for run in news.found] == [run.path for run in MANY]
    assert not any(run.is_read for run in news.found)
    assert not reader.collect()


def test_until_there_is_a_screen_only_the_newest_are_read() -> None:
    library = MemoryLibrary(*MANY)
    reader = RunReader(library, SCREENFUL)
    reader.look()
    read_all(reader)
    assert library.reads == [run.path for run in MANY[:SCREENFUL]]


def test_what_is_on_the_screen_is_read_whole_before_the_rest() -> None:
    library = MemoryLibrary(*MANY)
    reader = RunReader(library, SCREENFUL)
    reader.look()
    wanted = [run.path for run in MANY[150:160]]
    reader.want(wanted)
    due = [(found.run.path) for _, found in reader._due(0.0)]
    assert due[:30] == wanted * 3
    read_all(reader)
    assert library.reads == [*wanted, *(run.path for run in MANY if run.path not in wanted)]
    news = reader.collect()
    assert len(news.runs) == len(news.curves) == len(news.sizes) == 200


def test_curves_and_sizes_of_a_changing_run_are_read_less_often() -> None:
    library = MemoryLibrary(listed("a", state="running"))
    reader = RunReader(library, SCREENFUL)
    now = 0.0
    with patch("time.monotonic", lambda: now):
        for now, curves, sizes in ((0.0, 1, 1), (1.0, 0, 0), (3.5, 1, 0), (11.0, 1, 1)):
            reader.look()
            reader.want(["/runs/a"])
            for kept, found in reader._due(now):
                kept.note(found, now)
                reader._read(kept, found)
            news = reader.collect()
            assert (len(news.runs), len(news.curves), len(news.sizes)) == (1, curves, sizes)
            library.change("/runs/a", step=1)


def test_a_run_that_is_gone_does_not_stop_the_others() -> None:
    library = MemoryLibrary(*MANY[:3])
    reader = RunReader(library, SCREENFUL)
    reader.look()
    del library.runs[MANY[0].path]
    reader.want([])
    read_all(reader)
    assert [run.path for run in reader.collect().runs] == [run.path for run in MANY[1:3]]


def test_the_thread_reads_until_it_is_stopped() -> None:
    library = MemoryLibrary(*MANY[:3])
    reader = RunReader(library, SCREENFUL)
    reader.start()
    reader.want([])
    wait_until(lambda: len(library.reads) == 3, "three runs are read")
    library.change(MANY[1].path, best=1.0)
    reader.look_again(MANY[1].path)
    wait_until(lambda: len(library.reads) == 4, "the changed one is read again")
    reader.stop()
    reader._thread.join(5)
    assert not reader._thread.is_alive()


@pytest.mark.parametrize("rows", [8, LEAST_HEIGHT_FOR_DETAILS - 1, LEAST_HEIGHT_FOR_DETAILS, 40])
async def test_what_is_read_before_there_is_a_screen_is_what_fits_on_it(rows: int) -> None:
    async with run_list(*MANY, size=(80, rows)) as shown:
        assert len(shown.screen._list.on_screen) == count_runs(rows)
