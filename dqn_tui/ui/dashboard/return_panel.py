"""The mean return in large digits, with the numbers that belong to it."""

from __future__ import annotations

from collections.abc import Sequence

from dqn_tui.ui.widgets.panel import FramedPanel
from dqn_tui.ui.widgets.rows import Row
from dqn_tui.view.run_view import RunView
from dqn_tui.view.text import fixed, number, short_number

_GLYPHS = {
    "0": ("╭─╮", "│ │", "╰─╯"),
    "1": (" ╷ ", " │ ", " ╵ "),
    "2": ("╶─╮", "╭─╯", "╰─╴"),
    "3": ("╶─╮", " ─┤", "╶─╯"),
    "4": ("╷ ╷", "╰─┤", "  ╵"),
    "5": ("╭─╴", "╰─╮", "╶─╯"),
    "6": ("╭─╴", "├─╮", "╰─╯"),
    "7": ("╶─╮", "  │", "  ╵"),
    "8": ("╭─╮", "├─┤", "╰─╯"),
    "9": ("╭─╮", "╰─┤", "╶─╯"),
    ".": ("   ", "   ", " • "),
    "-": ("   ", "╶─╴", "   "),
}
_LARGE_FROM = 6
# Two halves, whose middles are a thousand steps apart.
_TREND_STEPS = 2000
# A smaller share of the mean would not change a digit that is shown.
_LEAST_CHANGE = 1e-4


class ReturnPanel(FramedPanel):
    """Mean return over the last 100 episodes, its trend, the last and the best return, and the goal."""

    def title_row(self) -> Row:
        """Return the meaning of the large number."""
        return [("Mean return", "title"), (" of 100 episodes", "muted")]

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the number, large where there are at least six rows, and the lines below it."""
        view = self.scene.shown
        lines = self._lines(view, width)
        if height < _LARGE_FROM or self.scene.is_ascii:
            head: list[Row] = [[("  ", "text"), (f"{fixed(view.mean_return_100):>8}", "number"), *trend(view)]]
            return [*head, *lines[: height - 1]]
        if view.mean_return_100 is None:
            word = "loading…" if view.state == "WAITING" else "no episode has ended yet"
            return [*([[]] * (height - len(lines) - 2)), [(f"  {word}", "muted")], [], *lines]
        large = large_number(fixed(view.mean_return_100), width - 16)
        rows: list[Row] = [[("  ", "text"), *row] for row in large]
        rows[1] = [*rows[1], *trend(view)]
        space: list[Row] = [[]] if height >= 7 else []
        return [*space, *rows, *(space if height >= 8 else []), *lines]

    def _lines(self, view: RunView, width: int) -> list[Row]:
        best = view.best_evaluation
        goal = "none" if view.goal is None else fixed(view.goal)
        is_narrow = width < 33
        label = 5 if is_narrow else 8
        return [
            [*_field("last", fixed(view.last_return)), *_field("best", fixed(view.best_return), label)],
            [*_field("eval", fixed(best.mean) if best else "-"), *_field("goal", goal, label)],
            [
                *_field("ep", _count(view.episodes)),
                *_field("upd" if is_narrow else "updates", _count(view.updates), label),
            ],
        ]


def _field(label: str, value: str, label_width: int = 5) -> Row:
    return [(f"  {label:<{label_width}}", "muted"), (f"{value:>8}", "text")]


def _count(value: int) -> str:
    return f"{value:,}" if value < 1_000_000 else short_number(value)


def trend(view: RunView) -> Row:
    """Return the change of the mean return per thousand steps, over the last two thousand."""
    series = view.returns.smooth(100)
    if series.x_last is None or view.returns.count < 20:
        return []
    columns = series.columns(max(0.0, series.x_last - _TREND_STEPS), series.x_last, 2)
    earlier, later = columns.mean.tolist()
    return change_row(earlier, later)


def change_row(earlier: float, later: float) -> Row:
    """Return an arrow and the change between two means a thousand steps apart."""
    change = later - earlier
    if not abs(change) < 1e6:
        return []
    if abs(change) <= _LEAST_CHANGE * max(abs(earlier), abs(later)):
        return [("     0", "text"), (" /1k", "muted")]
    sign, role = ("▲", "success") if change > 0 else ("▼", "warning")
    plus = "+" if change > 0 else ""
    return [(f"   {sign} ", role), (f"{plus}{number(change)}", "text"), (" /1k", "muted")]


def large_number(text: str, width: int) -> list[Row]:
    """Return the number in three rows, or in one if a character has no large form or the width does not suffice."""
    if any(sign not in _GLYPHS for sign in text) or len(text) * 3 > width:
        return [[], [(text, "number")], []]
    return [[("".join(_GLYPHS[sign][row] for sign in text), "number")] for row in range(3)]
