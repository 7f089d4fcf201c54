"""A probe's report as text and as JSON."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from dqn_tui.probe_report import (
    Finding,
    NetworkInput,
    ProbedEntry,
    ProbedEpisodes,
    ProbedImage,
    ProbedNetwork,
    ProbedRewards,
    ProbeReport,
    Spread,
)
from dqn_tui.view.probe_json import probe_values
from dqn_tui.view.probe_sections import MOST_ENTRIES, probe_sections, probe_text, spread_of

SPREAD = Spread(101, -1.5, 2.5, 0.25, 0.5, 0, (0, 4, 8))


def make_report() -> ProbeReport:
    """Return the report of an environment with everything in it."""
    return ProbeReport(
        env="My/Game-v0",
        seed=7,
        steps=100,
        wanted_steps=100,
        is_complete=True,
        episodes=ProbedEpisodes((1.0, 3.0), (40, 50), 1, 1, 10, 2.5),
        rewards=ProbedRewards(Spread(100, 0, 1, 0.04, 0.2, 0, (96, 4)), ((0.0, 96), (1.0, 4)), 2, 4, 0, 1.0),
        network=ProbedNetwork((NetworkInput("camera", (2, 4, 4), "uint8", "flat"),), (64, 64), 2, 1_234),
        steps_per_second=12_345.0,
        time_limit=50,
        is_deterministic=False,
        action_names=("left", "ri\x1b[31mght"),
        action_counts=(25, 75),
        masked_fraction=0.25,
        entries=(ProbedEntry("θ", SPREAD), ProbedEntry("", Spread(101, 4, 4, 4, 0))),
        images=(ProbedImage("camera", Spread(32, 0, 255, 8, 3), 0.5, False, np.zeros((2, 4, 4), np.uint8), 2, 255.0),),
        findings=(Finding("sparse_reward", "few rewards " * 12), Finding("slow", "takes hours", is_warning=False)),
    )


def test_the_text_holds_every_measurement() -> None:
    text = probe_text(make_report(), 80, "braille")
    for words in (
        "! few rewards", "· takes hours", "My/Game-v0  seed 7", "steps/s alone 12.3k", "time limit    50 steps",
        "repeatable    no", "2 whole ones", "2 ±1", "1 to 3", "45 ±5", "40 to 50", "1 terminated  1 truncated",
        "after 10 steps", "other than 0      4.0%", "reward 0         96.0%", "left             25.0%", "right",
        "2×4×4 uint8  flat", "0 to 255, mean 8, 50% zeros", "64, 64", "1,234", "-1.5     2.5    0.25     0.5  ▁▅█",
        "entry 1", "constant",
    ):  # fmt: skip
        assert words in text, words
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 80


def test_in_ascii_there_is_nothing_else() -> None:
    sections = probe_sections(make_report(), 80, "ascii")
    rows = ["".join(text for text, _ in line) for section in sections for line in section.lines]
    assert any("theta" in row for row in rows)


def test_before_the_end_it_says_that_it_looks() -> None:
    assert "looking…" in probe_text(replace(make_report(), is_complete=False, findings=()), 80, "braille")
    assert "nothing to warn about" in probe_text(replace(make_report(), findings=()), 80, "braille")


def test_many_entries_are_cut_with_the_range_of_the_rest() -> None:
    entries = tuple(ProbedEntry("", Spread(9, -place, place, 0, 1)) for place in range(MOST_ENTRIES + 3))
    text = probe_text(replace(make_report(), entries=entries), 80, "braille")
    assert f"entry {MOST_ENTRIES - 1}" in text
    assert f"entry {MOST_ENTRIES} " not in text
    assert "+3 more, from -42 to 42" in text


def test_states_are_listed_by_how_often_they_were_met() -> None:
    shares = (0.1, 0.0, 0.6, 0.3)
    entries = tuple(ProbedEntry("", Spread(10, 0, 1, share, 0)) for share in shares)
    text = probe_text(replace(make_report(), entries=entries, is_one_hot=True), 80, "braille")
    assert "3 of 4 states were met" in text
    assert text.index("state 2") < text.index("state 3") < text.index("state 0")
    assert "state 1 " not in text


def test_statistics_of_a_list_by_hand() -> None:
    spread = spread_of((1.0, 2.0, 6.0, math.nan, math.inf), bins=5)
    assert (spread.count, spread.non_finite, spread.low, spread.high, spread.mean) == (3, 2, 1, 6, 3)
    # Squares of -2, -1 and 3 are 14 together.
    assert spread.std == pytest.approx(math.sqrt(14 / 3))
    assert spread.histogram == (1, 1, 0, 0, 1)
    assert spread_of((-1.5e308, 1.5e308, 1.5e308), bins=2).histogram == (1, 2)
    assert spread_of(()).mean is None
    assert spread_of((2.0, 2.0), bins=3).histogram == (2, 0, 0)


def test_json_holds_every_measurement_but_pictures() -> None:
    values = json.loads(json.dumps(probe_values(make_report())))
    assert values["episodes"]["returns"] | {"histogram": 0} == {
        "min": 1, "max": 3, "mean": 2, "std": 1, "non_finite": 0, "histogram": 0,
    }  # fmt: skip
    assert values["rewards"]["nonzero_fraction"] == 0.04
    assert values["rewards"]["values"][1] == {"value": 1.0, "count": 4}
    assert values["observations"][0]["name"] == "θ"
    assert values["observations"][0]["max"] == 2.5
    assert values["images"][0]["shape"] == [2, 4, 4]
    assert values["network"]["inputs"] == [{"name": "camera", "shape": [2, 4, 4], "dtype": "uint8", "encoder": "flat"}]
    assert [finding["severity"] for finding in values["findings"]] == ["warning", "note"]
    assert values["is_deterministic"] is False
