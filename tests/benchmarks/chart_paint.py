"""How long one paint of the largest chart takes: `python tests/benchmarks/chart_paint.py`."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import numpy as np

from dqn_tui.view.chart import draw_chart
from dqn_tui.view.halfblock import scale_picture
from dqn_tui.view.layer import Layer
from dqn_tui.view.series import SmoothedSeries
from dqn_tui.view.sparkline import sparkline
from dqn_tui.view.text import MARKERS

POINTS = 1_000_000


def main() -> None:
    generator = np.random.default_rng(1)
    rise = 500 / (1 + np.exp(-np.linspace(-4, 5, POINTS)))
    values = np.clip(rise * generator.gamma(6, 1 / 6, POINTS), 8, 500).tolist()
    series = SmoothedSeries()
    started = time.perf_counter()
    for x, y in enumerate(values):
        series.append(x, y)
    print(f"append, with four averages: {(time.perf_counter() - started) / POINTS * 1e6:.2f} us a point")
    layers = [
        Layer.level(475),
        Layer.envelope(series),
        Layer.line(series.smooth(SmoothedSeries.WINDOWS[-1])),
        Layer.points([(x, float(rise[x])) for x in range(0, POINTS, 5000)]),
    ]
    for marker in MARKERS:
        report(marker, partial(draw_chart, 198, 57, layers, marker=marker))
    report("sparkline", lambda: sparkline(series, 40))
    picture = generator.integers(0, 256, (400, 600, 3), dtype=np.uint8)
    report("picture", lambda: scale_picture(picture, 60, 40))


def report(name: str, work: Callable[[], object]) -> None:
    times = []
    for _ in range(50):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    median, high = np.percentile(times, (50, 95))
    print(f"{name:<10} median {median:.2f} ms  p95 {high:.2f} ms")


if __name__ == "__main__":
    main()
