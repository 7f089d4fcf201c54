"""A run as a pandas frame, wide: a column for each metric."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dqn_tui.errors import UsageError
from dqn_tui.exports.measurements import read_measurements

if TYPE_CHECKING:
    import pandas as pd

STEP, TIME = "step", "time_seconds"


def make_frame(journal: Path) -> pd.DataFrame:
    """Return what a journal's events measure: a row for each step, or several where a metric was measured twice there.

    Raises:
        UsageError: pandas is not installed, or the journal cannot be read.
    """
    try:
        import pandas as pd
    except ImportError:
        raise UsageError("frame needs pandas: pip install pandas") from None
    rows: list[dict[str, float]] = []
    for step, time, metrics in read_measurements(journal):
        if not rows or rows[-1][STEP] != step or metrics.keys() & rows[-1].keys():
            rows.append({STEP: step, TIME: time})
        rows[-1].update(metrics)
    columns = dict.fromkeys([STEP, TIME, *(name for row in rows for name in row)])
    return pd.DataFrame(rows, columns=list(columns)).set_index(STEP)
