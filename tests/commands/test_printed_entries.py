"""Entries as text: wrapped, coloured, and safe to copy."""

from __future__ import annotations

import shlex

import pytest

from dqn_tui.commands.printed_entries import Entry, Line, format_entries

GAMES = Entry(
    "Games", [Line("has", "one, two-three, four"), Line("train", "go --env one --set a=1 --quick", True)], True
)


def test_lines_are_whole_where_no_width_is_given() -> None:
    assert list(format_entries([GAMES, Entry("Plain", [Line("note", "so")])], None, has_colour=False)) == [
        "Games  installed",
        "  has    one, two-three, four",
        "  train  go --env one --set a=1 --quick",
        "",
        "Plain",
        "  note   so",
    ]


def test_words_are_wrapped_under_the_first_and_never_inside() -> None:
    assert list(format_entries([GAMES], 20, has_colour=False))[1:3] == ["  has    one,", "         two-three,"]


def test_a_wrapped_command_can_be_copied_and_keeps_options_with_their_values() -> None:
    lines = list(format_entries([GAMES], 26, has_colour=False))[3:]
    assert lines[0] == "  train  go --env one \\"
    assert all(len(line) <= 26 for line in lines)
    copied = "\n".join(lines).removeprefix("  train").replace("\\\n", " ")
    assert shlex.split(copied) == shlex.split(GAMES.lines[1].text)


@pytest.mark.parametrize(("is_there", "words"), [(True, "installed"), (False, "not installed"), (None, "")])
def test_the_title_says_whether_it_is_there(is_there: bool | None, words: str) -> None:
    title = next(format_entries([GAMES._replace(is_there=is_there)], None, has_colour=False))
    assert title == f"Games  {words}".strip()


def test_labels_are_not_repeated_and_empty_lines_are_left_out() -> None:
    entry = Entry("Code", [Line("module", "a"), Line("note", ""), Line("module", "b")])
    assert list(format_entries([entry], None, has_colour=False)) == ["Code", "  module  a", "          b"]


def test_colour_is_switched_off_again_and_nothing_steers_the_terminal() -> None:
    entry = Entry("Ga\x1b[2Jmes", [Line("has", "a\x07b")], False)
    title, line = format_entries([entry], 40, has_colour=True)
    assert title == "\x1b[1mGames\x1b[0m  \x1b[2mnot installed\x1b[0m"
    assert line == "  \x1b[2mhas\x1b[0m  ab"
