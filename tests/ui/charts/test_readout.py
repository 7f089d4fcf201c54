"""The values under the crosshair, as shown in the upper edge of a chart."""

from __future__ import annotations

from dqn_tui.ui.charts.readout import shown_as, value_facts
from dqn_tui.view.buckets import Reading
from dqn_tui.view.crosshair import LayerReading

SHOW = shown_as(is_percent=False)


def texts(*readings: LayerReading) -> list[str]:
    return ["".join(text for text, _ in row) for row in value_facts(readings, SHOW)]


def test_range_and_number_of_points_are_a_fact_of_their_own() -> None:
    raw = LayerReading("raw", "raw", 301.0, Reading(301.0, 22.0, 500.0, 14))
    line = LayerReading("ema20", "smooth", 287.4)
    assert texts(line, raw) == ["ema20 287.4", "raw   301", "(22 to 500, 14)"]


def test_a_single_point_has_no_range_and_a_band_has_both_edges() -> None:
    raw = LayerReading("raw", "raw", 7.0, Reading(7.0, 7.0, 7.0, 1))
    assert texts(raw, LayerReading("10-90%", "band", (1.0, 2.5))) == ["raw     7", "10-90% 1 to 2.5"]
