"""The curve in a row of the list of runs, which is drawn as any other series in one row."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.view.return_curve import ReturnCurve
from dqn_tui.view.series import Series
from dqn_tui.view.sparkline import sparkline
from dqn_tui.view.text import MARKERS

MEANS = st.floats(-1e300, 1e300) | st.sampled_from([0.0, 1.0, 5e-324])


@st.composite
def points(draw: st.DrawFn) -> list[tuple[int, float]]:
    steps = sorted(draw(st.sets(st.integers(0, 10_000), max_size=80)))
    means = draw(st.sampled_from([MEANS, st.sampled_from([0.0, 1.0])]))
    return [(step, draw(means)) for step in steps]


@given(points(), st.integers(0, 40), st.sampled_from(MARKERS))
def test_curve_is_drawn_as_its_points_would_be_as_a_series(
    points: list[tuple[int, float]], width: int, marker: str
) -> None:
    series = Series(128 * 128)
    for step, mean in points:
        series.append(step, mean)
    curve = ReturnCurve(points)
    assert curve.draw(width, marker) == sparkline(series, width, marker)
    assert (curve.last, curve.minimum, curve.maximum) == (series.last, series.minimum, series.maximum)


def test_cells_show_the_highest_return_and_repeat_it_over_a_gap() -> None:
    assert ReturnCurve([(0, 0.0), (1, 7.0), (2, 0.0), (10, 0.0)]).draw(5, "braille") == "█▁▁▁▁"
    assert ReturnCurve([(0, 0.0), (1, 1.0), (2, 0.0), (3, 0.0)]).draw(2, "braille") == "▅▁"
    assert ReturnCurve([]).draw(3, "ascii") == "   "
