"""Numbers in large characters."""

from __future__ import annotations

import pytest

from dqn_tui.ui.widgets.large_digits import large_number


def test_digits_are_drawn_with_half_blocks() -> None:
    assert large_number("-1.0", 20) == ["    ▀█    █▀█", "▀▀▀  █    █ █", "    ▀▀▀ ▀ ▀▀▀"]


def test_digits_in_ascii_have_five_rows() -> None:
    assert large_number("47", 20, is_ascii=True) == ["# # ###", "# #   #", "###   #", "  #   #", "  #   #"]


@pytest.mark.parametrize("text", ["0123456789", "-287.4", "72%", "1.2M", "99.9k"])
def test_all_rows_are_equally_wide(text: str) -> None:
    for is_ascii in (False, True):
        rows = large_number(text, 100, is_ascii=is_ascii)
        assert rows is not None
        assert len({len(row) for row in rows}) == 1
        assert not is_ascii or "".join(rows).isascii()


def test_unknown_characters_and_narrow_places_have_no_large_form() -> None:
    assert large_number("nan", 100) is None
    assert large_number("1e+300", 100) is None
    assert large_number("100.0", 16) is None
    assert large_number("100.0", 17) is not None
