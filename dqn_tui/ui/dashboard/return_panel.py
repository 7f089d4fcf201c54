"""The mean return in large digits, with the numbers that belong to it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from dqn_tui.ui.widgets.large_digits import PIXEL_ROWS, large_number
from dqn_tui.ui.widgets.panel import FramedPanel
from dqn_tui.ui.widgets.rows import Row
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.returns import is_success_rate, return_text
from dqn_tui.view.run_view import RunView
from dqn_tui.view.text import fixed, number, short_number

_WIDE_FROM = 36
_TREND_WIDTH = 16
# Two halves, whose middles are a thousand steps apart.
_TREND_STEPS = 2000
# A smaller share of the mean would not change a digit that is shown.
_LEAST_CHANGE = 1e-4


class ReturnPanel(FramedPanel):
    """Mean return over the last 100 episodes, its trend, the newest and the best results."""

    scene: RunScene

    def title_row(self) -> Row:
        """Return the meaning of the large number."""
        name = "Success rate" if is_success_rate(self.scene.shown) else "Mean return"
        return [(name, "title"), (" of 100 episodes", "muted")]

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the number, large where there is room for it, and the lines below it."""
        view = self.scene.shown
        lines = _lines(view, width)
        if view.mean_return_100 is None:
            word = "loading…" if view.state == "WAITING" else "no episode has ended yet"
            space: list[Row] = [[]] if height > len(lines) + 1 else []
            return [*space, [(f"  {word}", "muted")], *space, *lines]
        head = self._large(view, width, height - len(lines)) or self._plain(view)
        spare = height - len(head) - len(lines)
        return [*([[]] * (spare >= 1)), *head, *([[]] * (spare >= 2)), *lines]

    def _plain(self, view: RunView) -> list[Row]:
        return [[("  ", "text"), (f"{return_text(view, view.mean_return_100):>8}", "number"), *trend(view)]]

    def _large(self, view: RunView, width: int, height: int) -> list[Row] | None:
        """Return the number in large characters with the trend beside it, without its decimals where it is too wide."""
        is_ascii = self.scene.is_ascii
        if height < (PIXEL_ROWS if is_ascii else (PIXEL_ROWS + 1) // 2):
            return None
        mean = view.mean_return_100 or 0.0
        tries = (return_text(view, mean), f"{mean:.0f}", short_number(mean))
        large = (large_number(text, width - _TREND_WIDTH - 2, is_ascii=is_ascii) for text in tries)
        found = next(filter(None, large), None)
        if found is None:
            return None
        rows: list[Row] = [[("  ", "text"), (line, "number")] for line in found]
        rows[len(rows) // 2] += trend(view)
        return rows


def _lines(view: RunView, width: int) -> list[Row]:
    """Return three rows of two numbers each."""
    show = partial(return_text, view)
    last, best = view.last_evaluation, view.best_evaluation
    is_wide = width >= _WIDE_FROM
    left = (width - 2) // 2
    is_rate = is_success_rate(view)
    numbers = [
        ("last ep", ("failure", "success")[view.last_return == 1] if is_rate else fixed(view.last_return)),
        ("goal", "none" if view.goal is None else show(view.goal)) if is_rate else ("best ep", fixed(view.best_return)),
        ("eval", show(last.mean) if last else "-"),
        ("best eval" if is_wide else "★ eval", show(best.mean) if best else "-"),
        ("episodes" if is_wide else "ep", _count(view.episodes)),
        ("updates" if is_wide else "upd", _count(view.updates)),
    ]
    return [
        [*_field(*first, left), *_field(*second, width - left - 1)]
        for first, second in zip(numbers[::2], numbers[1::2], strict=True)
    ]


def _field(label: str, value: str, width: int) -> Row:
    """Return label and value in `width` cells, the value at the right."""
    return [(f"  {label} ", "muted"), (f"{value:>{max(0, width - len(label) - 3)}}", "text")]


def _count(value: int) -> str:
    return f"{value:,}" if value < 1_000_000 else short_number(value)


def trend(view: RunView) -> Row:
    """Return the change of the smoothed return per thousand steps, over the last two thousand."""
    series = view.returns.smooth(view.returns.WINDOWS[-1])
    if series.x_last is None or view.returns.count < 20:
        return []
    columns = series.columns(max(0.0, series.x_last - _TREND_STEPS), series.x_last, 2)
    earlier, later = columns.mean.tolist()
    return change_row(100 * earlier, 100 * later, "%") if is_success_rate(view) else change_row(earlier, later)


def change_row(earlier: float, later: float, unit: str = "") -> Row:
    """Return an arrow and the change between two means a thousand steps apart."""
    change = later - earlier
    if not abs(change) < 1e6:
        return []
    if abs(change) <= _LEAST_CHANGE * max(abs(earlier), abs(later)):
        return [("     0", "text"), (" /1k", "muted")]
    sign, role = ("▲", "success") if change > 0 else ("▼", "warning")
    plus = "+" if change > 0 else ""
    return [(f"   {sign} ", role), (f"{plus}{number(change)}{unit}", "text"), (" /1k", "muted")]
