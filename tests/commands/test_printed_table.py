"""Tables on a terminal and in a pipe."""

from __future__ import annotations

import io

import pytest

from dqn_tui.commands import printed_table
from dqn_tui.commands.printed_table import print_table
from tests.test_headless import FakeTerminal

ROWS = [["runs/" + "x" * 40, "running", "3,000"], ["runs/y", "failed", "-"]]
COLUMNS = ("run", "state", "step")


def draw(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    """Return the table as it is on a terminal 80 columns wide."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in ({"COLUMNS": "80", "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"} | variables).items():
        monkeypatch.setenv(name, value)
    terminal = FakeTerminal()
    monkeypatch.setattr("sys.stdout", terminal)
    print_table(COLUMNS, ROWS, styles={"failed": "red"})
    return terminal.text


def test_terminal_gets_a_frame_and_colours_and_the_first_column_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    text = draw(monkeypatch)
    assert "━" in text or "─" in text
    assert "\x1b[31mfailed" in text
    assert ROWS[0][0] in text


def test_locale_c_gets_a_frame_in_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    assert draw(monkeypatch, LC_ALL="C").isascii()


def test_dumb_terminal_gets_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in draw(monkeypatch, TERM="dumb")


def test_pipe_gets_columns_that_are_as_wide_as_their_longest_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.StringIO()
    monkeypatch.setattr("sys.stdout", pipe)
    print_table(COLUMNS, ROWS)
    lines = pipe.getvalue().splitlines()
    assert [line.split() for line in lines] == [list(COLUMNS), *ROWS]
    assert len({line.index(cell) for line, cell in zip(lines, ("state", "running", "failed"), strict=True)}) == 1


def test_escape_sequences_in_cells_are_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.StringIO()
    monkeypatch.setattr("sys.stdout", pipe)
    print_table(("run",), [["\x1b[2Jred\x07"]])
    assert pipe.getvalue() == "run\nred\n"
    assert printed_table._is_numeric("1,234.5")
    assert not printed_table._is_numeric("run")
