"""Numbers and untrusted strings as text."""

from __future__ import annotations

import math
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.view.text import (
    bar,
    clean,
    duration,
    for_marker,
    mean_and_spread,
    number,
    plain,
    short_number,
    size,
    symbol,
)

LEVELS = (
    "info",
    "evaluation",
    "best",
    "saved",
    "warning",
    "paused",
    "resumed",
    "ended",
    "failed",
    "unheard of",
)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("CartPole-v1", "CartPole-v1"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("a\x1b]0;title\x07b", "ab"),
        ("a\x1b]8;;http://x\x1b\\link", "alink"),
        ("a\x9b31mb\x9d0;title\x9cc", "abc"),
        ("a\x1bPq#0\x1b\\b", "ab"),
        ("a\x1bcb", "ab"),
        ("tail\x1b", "tail"),
        ("one\ntwo\tthree\r", "one two three "),
        ("\u202efdp.exe\u2066x\u2069\u200f", "fdp.exex"),
        ("nul\x00\x08\x7f\x85", "nul "),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("\ud800lone", "lone"),
        ("Müller ±2 ◆", "Müller ±2 ◆"),
    ],
)
def test_plain_strips_what_could_steer_a_terminal(raw: Any, shown: str) -> None:
    assert plain(raw) == shown


@given(st.text(st.characters() | st.sampled_from("\x1b\x9b\x9d\x07[]m;0P\\"), max_size=60))
def test_plain_text_is_printable_and_stays_as_it_is(text: str) -> None:
    shown = plain(text)
    assert plain(shown) == shown
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in shown)


def test_plain_bounds_the_length() -> None:
    assert plain("x" * 10_000_000, limit=50) == "x" * 50


def test_clean_goes_into_dictionaries_and_lists() -> None:
    assert clean({"a\x1b[0m": ["b\n", ("c\x07", 1, None)]}) == {"a": ["b ", ("c", 1, None)]}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (27400, "27.4k"),
        (1000, "1k"),
        (999, "999"),
        (999_950, "1M"),
        (960_000, "960k"),
        (1_500_000, "1.5M"),
        (-27400, "-27.4k"),
        (0, "0"),
        (0.5, "0.5"),
        (None, "-"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
        (1e300, "1.0e+288T"),
    ],
)
def test_short_number(value: Any, shown: str) -> None:
    assert short_number(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0214, "0.0214"),
        (0.472, "0.472"),
        (38.2, "38.2"),
        (287.44, "287.4"),
        (500, "500"),
        (1234.5, "1234"),
        (27400, "27.4k"),
        (0.00021, "2.1e-4"),
        (1e-12, "1e-12"),
        (-3.14159, "-3.14"),
        (0, "0"),
        (None, "-"),
        (math.nan, "nan"),
    ],
)
def test_number(value: Any, shown: str) -> None:
    assert number(value) == shown


@given(st.floats() | st.integers(-(10**30), 10**30))
def test_numbers_are_short_ascii_whatever_they_are(value: Any) -> None:
    for text in (number(value), short_number(value), size(value), duration(value)):
        assert text.isascii()
    assert len(number(value)) <= 11


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (74, "01:14"),
        (0, "00:00"),
        (3723, "1:02:03"),
        (59.99, "00:59"),
        (-5, "00:00"),
        (None, "--:--"),
        (math.nan, "--:--"),
    ],
)
def test_duration(seconds: float | None, shown: str) -> None:
    assert duration(seconds) == shown


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 B"),
        (14, "14 B"),
        (2048, "2.0 kB"),
        (1258291, "1.2 MB"),
        (1023 * 1024, "1.0 MB"),
        (5 * 2**40, "5.0 TB"),
    ],
)
def test_size(count: float, shown: str) -> None:
    assert size(count) == shown


@pytest.mark.parametrize(
    ("fraction", "marker", "shown"),
    [
        (0.0, "braille", "     "),
        (1.0, "braille", "▇▇▇▇▇"),
        (0.7, "braille", "▇▇▇▇ "),
        (0.001, "block", "▏    "),
        (0.6, "ascii", "###--"),
        (7.0, "ascii", "#####"),
        (math.nan, "ascii", "-----"),
    ],
)
def test_bar_of_five_cells(fraction: float, marker: str, shown: str) -> None:
    assert bar(fraction, 5, marker) == shown


@given(st.floats(), st.integers(0, 100), st.sampled_from(["braille", "block", "ascii"]))
def test_bar_is_exactly_as_wide_as_asked(fraction: float, width: int, marker: str) -> None:
    assert len(bar(fraction, width, marker)) == width


@pytest.mark.parametrize("level", LEVELS)
def test_symbols_are_one_sign_and_ascii_where_asked(level: str) -> None:
    assert len(symbol(level)) == 1
    assert len(symbol(level, "ascii")) == 1
    assert symbol(level, "ascii").isascii()


def test_ascii_marker_makes_ascii_text() -> None:
    assert for_marker("437.2 ±48 – ü", "ascii") == "437.2 +-48 - ?"
    assert for_marker("437.2 ±48", "braille") == "437.2 ±48"


@pytest.mark.parametrize(
    ("mean", "spread", "told"),
    [
        (475.0, 48.04, "475 ±48"),
        (0.74, 0.4386, "0.74 ±0.439"),
        (7.93, 2.6, "7.93 ±2.6"),
        (-200.25, 0.0, "-200.2 ±0"),
        (0.3, 5.6e-17, "0.3 ±0"),
        (27_412.0, 812.6, "27.4k ±812.6"),
    ],
)
def test_a_mean_and_its_spread_have_the_digits_that_count(mean: float, spread: float, told: str) -> None:
    assert mean_and_spread(mean, spread) == told
