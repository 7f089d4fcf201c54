"""All that is known of the selected run."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from dqn_tui.ui.widgets.panel import FramedPanel
from dqn_tui.ui.widgets.rows import Row
from dqn_tui.ui.widgets.scene import Scene
from dqn_tui.view.listed_run import STATE_SIGNS, ListedRun
from dqn_tui.view.run_columns import age_text, curve_text, steps_text
from dqn_tui.view.run_table import RunTable
from dqn_tui.view.text import number, plain, size

_LABEL_WIDTH = 11


class SelectedPanel(FramedPanel):
    """Names and settings of the selected run in whole, which a row of the list may cut."""

    def __init__(self, scene: Scene, table: RunTable, *, id: str | None = None) -> None:
        super().__init__(scene, id=id)
        self._table = table

    def content_key(self) -> Hashable:
        """Return the version of the table."""
        return self._table.version

    def title_row(self) -> Row:
        """Return the name of the run folder."""
        run = self._table.selected
        return [(run.name if run else "no run is selected", "title")]

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return as many facts as fit, each in a row."""
        run = self._table.selected
        if run is None:
            return []
        rows = [self._state_row(run), self._curve_row(run, width), *self._settings_rows(run, width)]
        rows += [_labelled("tags", " ".join(run.tags), "accent"), _labelled("note", run.note, "text")]
        if run.problem:
            rows[0] = _labelled("problem", run.problem, "warning")
        if height > len(rows):
            rows.append(_labelled("path", plain(run.path), "muted"))
        return rows[:height]

    def _state_row(self, run: ListedRun) -> Row:
        sign, role = STATE_SIGNS.get(run.state, ("…", "muted"))
        age = age_text(None if run.started_at is None else self._table.now - run.started_at)
        facts = [f"{steps_text(run)} steps", f"began {age} ago" if age not in ("now", "-") else "began just now"]
        if run.size_bytes is not None:
            facts.append(size(run.size_bytes))
        if run.preset:
            facts.append(f"preset {run.preset}")
        return [
            (f" {'state':<{_LABEL_WIDTH}}", "muted"),
            (f"{sign} {run.state or 'reading'}", role),
            (" · ", "dim"),
            (" · ".join(facts), "text"),
        ]

    def _curve_row(self, run: ListedRun, width: int) -> Row:
        row: Row = [(f" {'return':<{_LABEL_WIDTH}}", "muted")]
        low = high = ""
        if run.curve is not None and run.curve.last is not None:
            low, high = f"{number(run.curve.minimum)} ", f" {number(run.curve.maximum)}"
        at = f" @ step {run.best_step:,}" if run.best_step is not None else ""
        best = f"   best {number(run.best)}{at}" if run.best is not None else ""
        room = min(80, width - _LABEL_WIDTH - 2 - len(low) - len(high) - len(best))
        if low and room >= 8:
            curve = curve_text(run, room, self.scene.marker)
            row += [(low, "muted"), (curve, "spark-success"), (high, "muted")]
        elif not low:
            row.append(("…" if run.curve is None else "-", "muted"))
        return [*row, (best, "number")]

    def _settings_rows(self, run: ListedRun, width: int) -> list[Row]:
        """Return what differs, in up to two rows."""
        words, lines = run.changes_text.split(), [""]
        for word in words:
            if lines[-1] and len(lines[-1]) + 1 + len(word) > width - _LABEL_WIDTH - 2 and len(lines) < 2:
                lines.append("")
            lines[-1] += f"{' ' if lines[-1] else ''}{word}"
        return [_labelled("differs in" if number == 0 else "", line, "text") for number, line in enumerate(lines)]


def _labelled(label: str, text: str, role: str) -> Row:
    return [(f" {label:<{_LABEL_WIDTH}}", "muted"), (text, role) if text else ("-", "muted")]
