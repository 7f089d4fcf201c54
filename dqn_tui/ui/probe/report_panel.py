"""The panel of a probe's report: boxes in as many columns as fit, which scroll together."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from dqn_tui.probe_report import ProbeReport
from dqn_tui.ui.theatre.picture import drawing_of
from dqn_tui.ui.widgets.panel import Panel
from dqn_tui.ui.widgets.rows import Row, block, centre_block, frame
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.network_picture import network_picture
from dqn_tui.view.probe_sections import Section, probe_sections

_LEAST_WIDTH = 56
_MOST_COLUMNS = 3
_EDGES = 2
_FEWEST_PICTURE_ROWS, _MOST_PICTURE_ROWS = 8, 44
_PICTURE = "What the network sees"
# Those that grow to any height come last.
_TAIL = ("Observations",)


class ReportPanel(Panel):
    """Draws the newest report.

    Args:
        scene: of the screen.
        find_report: returns the newest report; None before the first.
        find_error: returns why nothing more follows, in one line; None otherwise.
    """

    scene: RunScene

    def __init__(
        self,
        scene: RunScene,
        find_report: Callable[[], ProbeReport | None],
        find_error: Callable[[], str | None],
        *,
        id: str | None = None,
    ) -> None:
        super().__init__(scene, id=id)
        self._find_report, self._find_error = find_report, find_error
        self._report: ProbeReport | None = None
        self._top = self._height = 0

    def content_key(self) -> Hashable:
        """Return the identity of the newest report, and what is in sight."""
        self._report = self._find_report()
        return (id(self._report), self._top, self._find_error())

    def build_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return the boxes in sight."""
        if self._report is None:
            error = self._find_error()
            row: Row = [(error, "warning")] if error else [("loading…", "muted")]
            return centre_block([row], width, height)
        rows = self._page(self._report, width, height)
        self._height = len(rows)
        self._top = max(0, min(self._top, len(rows) - height))
        return rows[self._top : self._top + height]

    def scroll_lines(self, count: int) -> None:
        """Move what is in sight down."""
        self._top = max(0, min(self._top + count, self._height - self.size.height))
        self.repaint_if_changed()

    def scroll_to_edge(self, *, is_end: bool) -> None:
        """Show the beginning, or the end."""
        self.scroll_lines(self._height if is_end else -self._height)

    def _page(self, report: ProbeReport, width: int, height: int) -> list[Row]:
        """Return the findings over the whole width, and below them the other boxes in columns."""
        count = max(1, min(_MOST_COLUMNS, width // _LEAST_WIDTH))
        column_width = width // count
        findings, *others = probe_sections(report, width - 2 * _EDGES, self.scene.marker)
        top = _box(findings, width)
        columns: list[list[Row]] = [[] for _ in range(count)]
        main = [section for section in others if section.title not in _TAIL]
        tail = [section for section in others if section.title in _TAIL]
        for section in main:
            min(columns, key=len).extend(_box(section, column_width))
        for picture in self._picture_boxes(report, column_width, height):
            min(columns, key=len).extend(picture)
        for section in tail:
            min(columns, key=len).extend(_box(section, column_width))
        tallest = max(map(len, columns))
        blocks = [block(column, column_width, tallest) for column in columns]
        return [*top, *([run for row in rows for run in row] for rows in zip(*blocks, strict=True))]

    def _picture_boxes(self, report: ProbeReport, width: int, height: int) -> list[list[Row]]:
        room = max(_FEWEST_PICTURE_ROWS, min(_MOST_PICTURE_ROWS, height - 10))
        boxes = []
        for image in report.images:
            pixels = network_picture(image.latest, image.frames, image.largest_value)
            drawing = drawing_of(pixels, self.scene)
            columns, rows = drawing.size(width - 2, room)
            indent = " " * ((width - 2 - columns) // 2)
            lines: list[Row] = [[(indent, "text"), *row] for row in drawing.rows(columns, rows)]
            title = f"{_PICTURE}: {image.name}" if image.name else _PICTURE
            boxes.append(frame([(title, "title")], [], lines, width, len(lines) + 2))
        return boxes


def _box(section: Section, width: int) -> list[Row]:
    lines: list[Row] = [[(" ", "text"), *line] for line in section.lines]
    return frame([(section.title, "title")], [], lines, width, len(lines) + 2)
