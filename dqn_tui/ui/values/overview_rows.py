"""The overview of a value function: its grid or plane, what it is coloured by, and the scale of the colours."""

from __future__ import annotations

from dqn_tui.ui.values.grid_rows import GridDrawing
from dqn_tui.ui.values.plane_rows import PlaneDrawing, action_letters
from dqn_tui.ui.values.state_rows import action_labels
from dqn_tui.ui.values.value_styles import scale_row
from dqn_tui.ui.widgets.rows import Row, centre, row_width, shorten
from dqn_tui.ui.widgets.scene import Scene
from dqn_tui.value_pictures import GridValues, PlaneValues, ValuePicture
from dqn_tui.view.grids import ERROR, OPTIMUM, VALUE, VISITS, cell_values, grid_modes
from dqn_tui.view.planes import ACTION, plane_modes, point_values
from dqn_tui.view.value_scale import GrowingRange

# A press of an arrow key moves the cursor by this many points of a plane.
_POINTS = 2
_NOTES = {
    "value": "max Q",
    "error": "max Q - optimum",
    "visits": "% of the buffer",
    "optimum": "optimal value",
    "action": "greedy action",
    "gap": "best Q - second",
}


class Overview:
    """What the colours mean, kept while pictures change.

    Attributes:
        mode: what the user chose to colour by.
    """

    def __init__(self) -> None:
        self.mode = VALUE
        self._scales: dict[str, GrowingRange] = {}

    def mode_of(self, picture: ValuePicture) -> str:
        """Return what this picture is coloured by: the chosen mode if it has that."""
        modes = _modes(picture)
        return self.mode if self.mode in modes else modes[0] if modes else picture.query.detail

    def choose_next_mode(self, picture: ValuePicture) -> None:
        """Colour by the next thing that the picture has."""
        modes = _modes(picture)
        if modes:
            self.mode = modes[(modes.index(self.mode_of(picture)) + 1) % len(modes)]

    def include(self, picture: ValuePicture) -> None:
        """Extend the scales to the values of a picture; they never shrink, so that checkpoints can be compared."""
        for mode in _modes(picture):
            scale = self._scale(mode)
            if isinstance(picture.overview, GridValues):
                scale.include(cell_values(picture.overview, mode))
            elif isinstance(picture.overview, PlaneValues):
                scale.include(point_values(picture.overview, mode))

    def forget_scales(self) -> None:
        """Begin new scales, for a plane over other axes."""
        self._scales.clear()

    def neighbour(
        self, overview: GridValues | PlaneValues, start: tuple[int, int], rows: int, columns: int
    ) -> tuple[int, int]:
        """Return the next cell with a state in a direction, or the next points of a plane; `start` at the edge."""
        if isinstance(overview, PlaneValues):
            height, width = overview.q_values.shape[:2]
            row, column = start[0] + _POINTS * rows, start[1] + _POINTS * columns
            return min(max(row, 0), height - 1), min(max(column, 0), width - 1)
        height, width = overview.is_state.shape
        row, column = start[0] + rows, start[1] + columns
        while 0 <= row < height and 0 <= column < width:
            if overview.is_state[row, column]:
                return row, column
            row, column = row + rows, column + columns
        return start

    def rows(self, picture: ValuePicture, width: int, height: int, scene: Scene) -> list[Row]:
        """Return the drawing with its legend."""
        overview = picture.overview
        mode = self.mode_of(picture)
        if isinstance(overview, GridValues):
            return self._grid_rows(picture, overview, mode, width, height, scene)
        if isinstance(overview, PlaneValues):
            return self._plane_rows(picture, overview, mode, width, height, scene)
        return []

    def _grid_rows(
        self, picture: ValuePicture, grid: GridValues, mode: str, width: int, height: int, scene: Scene
    ) -> list[Row]:
        scale = self._scale(mode)
        cursor = picture.state.cell if picture.state else None
        drawing = GridDrawing(grid, mode, scale, cursor, scene.colors, is_ascii=scene.is_ascii)
        head: list[Row] = [_options_row(grid)] if grid.options else []
        ends = GrowingRange(100 * scale.low, 100 * scale.high) if mode == VISITS else scale
        foot = scale_row(ends, mode, width, scene.colors, is_ascii=scene.is_ascii, note=_NOTES[mode])
        room = height - len(head) - 1
        rows = drawing.rows(width, room)
        indent = " " * max(0, (width - max(map(row_width, rows), default=0)) // 2)
        gap: list[Row] = [[]] * (room - len(rows) > 3)
        return [*head, *gap, *([(indent, "text"), *row] for row in rows), foot, *gap][:height]

    def _plane_rows(
        self, picture: ValuePicture, plane: PlaneValues, mode: str, width: int, height: int, scene: Scene
    ) -> list[Row]:
        scale = self._scale(mode)
        cursor = picture.state.cell if picture.state else None
        labels = action_labels(picture.action_names, plane.q_values.shape[-1])
        letters = action_letters(picture.action_names, plane.q_values.shape[-1])
        drawing = PlaneDrawing(plane, mode, scale, cursor, letters, scene.colors, is_ascii=scene.is_ascii)
        if mode == ACTION:
            foot = centre(shorten(drawing.legend(labels), width), width)
        else:
            note = f"{_NOTES[mode]}; others {plane.held}" if plane.entries > 2 else _NOTES[mode]
            # Their colours show the root of the share.
            ends = GrowingRange(100 * scale.low**2, 100 * scale.high**2) if mode == VISITS else scale
            foot = scale_row(ends, mode, width, scene.colors, is_ascii=scene.is_ascii, note=note)
        return [*drawing.rows(width, height - 1), foot]

    def _scale(self, mode: str) -> GrowingRange:
        # The optimum has the colours of the values, so that both compare.
        key = VALUE if mode == OPTIMUM else mode
        return self._scales.setdefault(key, GrowingRange(is_symmetric=mode == ERROR))


def _modes(picture: ValuePicture) -> tuple[str, ...]:
    overview = picture.overview
    if isinstance(overview, GridValues):
        return grid_modes(overview)
    return () if overview is None else plane_modes(overview)


def _options_row(grid: GridValues) -> Row:
    row: Row = []
    for key, (name, values, chosen) in zip("aA", grid.options, strict=False):
        row += [(f" {key} ", "key"), (f"{name} ", "muted"), (f"{values[chosen]}  ", "strong")]
    return row
