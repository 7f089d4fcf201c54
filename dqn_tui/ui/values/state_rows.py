"""One state as rows: Q-values as bars beside the optimum, distributions of returns, saliency, units."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rich.style import Style

from dqn_tui.ui.theatre.picture import PixelDrawing
from dqn_tui.ui.values.value_styles import on_shade
from dqn_tui.ui.widgets.rows import Row, fit
from dqn_tui.ui.widgets.scene import Scene
from dqn_tui.value_pictures import RETURNS, SALIENCY, UNITS, LayerUnits, StateValues
from dqn_tui.view.text import number, plain
from dqn_tui.view.value_scale import SHADES, sequential

_LONGEST_NAME = 12
_RAMP = " ▁▂▃▄▅▆▇█"
_ASCII_RAMP = "  .:-=+*#"
_LEAST_BAR = 6
_HEAT = np.array((255, 60, 40), np.float64)


def state_rows(
    state: StateValues, names: Sequence[str], detail: str, width: int, height: int, scene: Scene
) -> list[Row]:
    """Return at most `height` rows about a state, of at most `width` cells."""
    head: list[Row] = [_place_row(state)]
    labels = action_labels(names, len(state.q_values))
    if detail == RETURNS and state.returns is not None:
        return [*head, *_return_rows(state, labels, width, height - 1, is_ascii=scene.is_ascii)]
    if detail == SALIENCY and state.saliency is not None:
        return [*head, *_saliency_rows(state, width, height - 1, is_ascii=scene.is_ascii)]
    if detail == UNITS and state.layers:
        return [*head, *_unit_rows(state.layers, width, height - 1, is_ascii=scene.is_ascii)]
    return [*head, *_q_rows(state, labels, width, height - 1, is_ascii=scene.is_ascii)]


def action_labels(names: Sequence[str], count: int) -> list[str]:
    """Return the name of each action, or its number."""
    return [plain(name) for name in names] if len(names) == count else [f"action {action}" for action in range(count)]


def _place_row(state: StateValues) -> Row:
    row: Row = [(f" {state.place}", "text")]
    if state.visits is not None:
        row.append((f"  {100 * state.visits:.2g}% of the buffer", "muted"))
    return row


# --- Q-values ---


def _q_rows(state: StateValues, labels: Sequence[str], width: int, height: int, *, is_ascii: bool) -> list[Row]:
    """Return a row for each action: name, Q-value, bar and, where it is known, the optimum and the error."""
    optimum = state.optimum
    name_width = min(_LONGEST_NAME, max(map(len, labels)))
    values = state.q_values if optimum is None else np.concatenate((state.q_values, optimum))
    low, high = min(0.0, float(np.nanmin(values))), max(0.0, float(np.nanmax(values)))
    bar_width = width - name_width - 13 - (0 if optimum is None else 19)
    best = int(np.where(state.allowed, state.q_values, -np.inf).argmax())
    rows: list[Row] = []
    if optimum is not None and height > len(labels):
        rows.append([(f" {'':{name_width}} {'Q':>8}  {'':{max(0, bar_width)}} {'optimum':>8} {'error':>8}", "muted")])
    for action, label in enumerate(labels[: max(1, height - len(rows))]):
        is_best, is_allowed = action == best, bool(state.allowed[action])
        role = "success" if is_best else "text" if is_allowed else "dim"
        value = float(state.q_values[action])
        row: Row = [(" ", "text"), *fit([(label, role)], name_width), (f" {number(value):>8} ", role)]
        row.append(("◀" if is_best else " ", "success"))
        if bar_width >= _LEAST_BAR:
            mark = None if optimum is None else float(optimum[action])
            row += _bar(value, mark, low, high, bar_width, "chosen" if is_best else "bar", is_ascii=is_ascii)
        if optimum is not None:
            error = value - float(optimum[action])
            row += [(f" {number(float(optimum[action])):>8}", "target"), (f" {_signed(error):>8}", "muted")]
        rows.append(row)
    return rows


def _bar(value: float, mark: float | None, low: float, high: float, width: int, role: str, *, is_ascii: bool) -> Row:
    """Return a bar from zero to a value; a line marks the optimum."""
    span = high - low
    if not span > 0:
        return [(" " * width, "text")]

    def place(number: float) -> int:
        return min(width - 1, max(0, int((number - low) / span * width)))

    zero, end = place(0.0), place(value)
    first, last = min(zero, end), max(zero, end)
    full = "#" if is_ascii else "▇"
    roles: list[tuple[str, str]] = [
        (full, role) if first <= column <= last and value else (" ", "text") for column in range(width)
    ]
    if mark is not None:
        roles[place(mark)] = ("│", "target")
    return list(roles)


def _signed(value: float) -> str:
    return f"{'+' if value > 0 else ''}{number(value)}"


# --- distributions of returns ---


def _return_rows(state: StateValues, labels: Sequence[str], width: int, height: int, *, is_ascii: bool) -> list[Row]:
    """Return a histogram of the return for each action, all on one scale, with its mean."""
    assert state.returns is not None
    returns, weights = state.returns.returns, state.returns.probabilities
    name_width = min(_LONGEST_NAME, max(map(len, labels)))
    columns = max(8, width - name_width - 12)
    low, high = _likely_range(returns, weights)
    tall = max(1, min(4, (height - 1) // max(1, len(labels))))
    shown = labels[: max(1, (height - 1) // tall)]
    masses = [bin_masses(returns[action], weights[action], low, high, columns) for action in range(len(shown))]
    most = max(float(mass.max()) for mass in masses)
    best = int(np.where(state.allowed, state.q_values, -np.inf).argmax())
    rows: list[Row] = []
    for action, (label, mass) in enumerate(zip(shown, masses, strict=True)):
        role = "chosen" if action == best else "bar"
        lines = column_bars(mass / most if most else mass, tall, is_ascii=is_ascii)
        for number_of_line, line in enumerate(lines):
            is_last = number_of_line == tall - 1
            name = fit([(label if is_last else "", "success" if action == best else "text")], name_width)
            mean = f" {number(float(state.q_values[action])):>8}" if is_last else ""
            rows.append([(" ", "text"), *name, (" ", "text"), (line, role), (mean, "number")])
    ends = f"{number(low)}{number(high):>{max(1, columns - len(number(low)))}}"
    return [*rows, [(" " * (name_width + 2), "text"), (ends, "muted"), ("     mean", "muted")]]


def _likely_range(returns: NDArray[np.float32], weights: NDArray[np.float32]) -> tuple[float, float]:
    """Return the range of the returns whose probability can be seen."""
    likely = returns[weights > 0.002] if bool((weights > 0.002).any()) else returns
    low, high = float(likely.min()), float(likely.max())
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def bin_masses(
    returns: NDArray[np.float32], weights: NDArray[np.float32], low: float, high: float, count: int
) -> NDArray[np.float64]:
    """Return the probability in each of `count` equal parts of a range, float64 [count]."""
    masses, _ = np.histogram(returns, bins=count, range=(low, high), weights=weights)
    return masses.astype(np.float64)


def column_bars(shares: NDArray[np.float64], rows: int, *, is_ascii: bool) -> list[str]:
    """Return columns of heights in [0, 1] as `rows` lines of text, the upper one first."""
    ramp = _ASCII_RAMP if is_ascii else _RAMP
    levels = np.rint(np.clip(shares, 0, 1) * rows * 8).astype(int)
    levels = np.where((shares > 0.005) & (levels == 0), 1, levels)
    return ["".join(ramp[min(8, max(0, level - 8 * below))] for level in levels) for below in range(rows - 1, -1, -1)]


# --- saliency ---


def _saliency_rows(state: StateValues, width: int, height: int, *, is_ascii: bool) -> list[Row]:
    """Return the observation in grey with the places that matter in red; in ASCII, their saliency alone."""
    picture, found = state.picture, state.saliency
    assert picture is not None
    assert found is not None
    strongest = float(found.max())
    heat = np.sqrt(found / strongest) if strongest > 0 else np.zeros_like(found)
    drawn = f" {1000 * state.saliency_seconds:,.0f} ms; red: Q changes where it is hidden, most {number(strongest)}"
    caption: Row = [(drawn, "muted")]
    if is_ascii:
        return [caption, *_ascii_heat(heat, width, height - 1)]
    grey = (40 + 150 * picture)[..., None].repeat(3, axis=2)
    mixed = grey * (1 - 0.85 * heat[..., None]) + _HEAT * 0.85 * heat[..., None]
    drawing = PixelDrawing(np.clip(np.rint(mixed), 0, 255).astype(np.uint8), is_ascii=False)
    columns, _ = drawing.size(width, height - 1)
    indent = " " * max(0, (width - columns) // 2)
    return [caption, *([(indent, "text"), *row] for row in drawing.rows(width, height - 1))]


def _ascii_heat(heat: NDArray[np.floating], width: int, height: int) -> list[Row]:
    rows, columns = heat.shape
    down, across = max(1, -(-rows // max(1, height))), max(1, -(-columns // max(1, width // 2)))
    lines = []
    for row in range(0, rows, down):
        parts = [heat[row : row + down, column : column + across].max() for column in range(0, columns, across)]
        lines.append("".join(SHADES[int(part * (len(SHADES) - 1))] * 2 for part in parts))
    return [[(line, "strong")] for line in lines]


# --- units ---


def _unit_rows(layers: Sequence[LayerUnits], width: int, height: int, *, is_ascii: bool) -> list[Row]:
    """Return for each layer a line about it, and its units: bright where they are more active than on average."""
    rows: list[Row] = []
    per_layer = max(1, (height - len(layers) - 1) // len(layers))
    for layer in layers:
        silent = int(layer.is_silent.sum())
        role = "warning" if silent else "muted"
        head: Row = [(f" {layer.name}", "strong"), (f"  {len(layer.now)} units", "muted")]
        rows.append([*head, (f", {silent} never fire" if silent else "", role)])
        rows += _strip(layer, width - 2, per_layer, is_ascii=is_ascii)
    legend = " dark: off, green: as on average, yellow: twice; "
    return [*rows[: height - 1], [(legend, "muted"), ("x" if is_ascii else "×", "warning"), (" never fires", "muted")]]


def _strip(layer: LayerUnits, width: int, most_rows: int, *, is_ascii: bool) -> list[Row]:
    """Return the units in rows; where they are too many, each cell shows the most active of several."""
    count = len(layer.now)
    group = -(-count // (width * most_rows))
    rows: list[Row] = []
    cells: Row = []
    for start in range(0, count, group):
        part = slice(start, start + group)
        now, mean = float(layer.now[part].max()), float(layer.mean[part].max())
        level = min(1.0, now / (2 * mean)) if mean > 0 else float(now > 0)
        cells.append(_unit(level, is_silent=bool(layer.is_silent[part].all()), is_ascii=is_ascii))
    for start in range(0, len(cells), width):
        rows.append([(" ", "text"), *cells[start : start + width]])
    return rows


def _unit(level: float, *, is_silent: bool, is_ascii: bool) -> tuple[str, str | Style]:
    if is_silent:
        return "×", "warning"
    if is_ascii:
        return SHADES[int(level * (len(SHADES) - 1))], "text"
    return " ", on_shade(sequential(np.array(level)) & np.uint8(0xF8))
