"""The tiles of a map: a ground whose colour shows its kind, and the agent as a block in the middle."""

from __future__ import annotations

from rich.color import Color as RichColor
from rich.style import Style
from textual.color import Color

from dqn_tui.ui.theatre.letters import BLUE, CYAN, GREEN, MAGENTA, OTHER, RED, YELLOW, Letter
from dqn_tui.ui.widgets.colors import Colors
from dqn_tui.ui.widgets.rows import Row

# In the order of SGR; black first.
_HUES = ("#000000", "#e0525f", "#6fbf5f", "#e8c15a", "#4a86f0", "#c264dd", "#46b8cc", "#9aa0a6")
# Gymnasium's letters: start, frozen lake, hole, goal; free, cliff, target. Each with hue and strength of its tile.
_GROUNDS = {
    "S": (YELLOW, 0.30),
    "F": (CYAN, 0.20),
    "H": (BLUE, 0.70),
    "G": (GREEN, 0.60),
    "o": (OTHER, 0.14),
    "C": (RED, 0.55),
    "T": (GREEN, 0.60),
}
_PLAIN = (OTHER, 0.14)
_COLOURED = 0.60
# Without blending, weaker grounds have no colour.
_COLOURED_FROM = 0.25
_DARK = (RED, BLUE, MAGENTA)
# Neighbours of one kind differ a little, so that tiles can be counted.
_CHECKER = 0.06
# CliffWalking marks its agent by a letter instead of a colour.
_AGENT = "x"
_AGENT_HUE = YELLOW
_INK = "#101418"


def ground_style(colors: Colors, letter: Letter, *, is_odd: bool, is_walled: bool) -> Style:
    """Return the style of a tile's ground; the letters of a map with walls are names of places, not kinds of ground."""
    hue, share = _PLAIN if is_walled else _GROUNDS.get(letter.char, _PLAIN)
    if letter.hue:
        hue, share = letter.hue, _COLOURED
    if colors.background.ansi is not None:
        return colors.style("text") if share < _COLOURED_FROM else _on_terminal_colour(hue)
    ground = colors.background.blend(Color.parse(_HUES[hue]), share + _CHECKER * is_odd)
    return Style(color=ground.get_contrast_text(1.0).rich_color, bgcolor=ground.rich_color, bold=True)


def tile_line(
    letter: Letter, line: int, tile: tuple[int, int], ground: Style, colors: Colors, *, is_ascii: bool
) -> Row:
    """Return one line of a tile of `tile` = (width, height) cells; the letter is in its middle line.

    The agent's letter is in brackets, so that colour alone never marks it.
    """
    width, height = tile
    is_middle = line == (height - 1) // 2
    if letter.marking is None and letter.char != _AGENT:
        return [((letter.char if is_middle else "").center(width), ground)]
    edge = 2 if width >= 7 and height >= 3 else 0
    if edge and line in (0, height - 1):
        return [(" " * width, ground)]
    name = f"[{letter.char}]" if width >= 3 else letter.char
    block = (name if is_middle else "").center(width - 2 * edge, "#" if is_ascii else " ")
    border = [(" " * edge, ground)] if edge else []
    return [*border, (block, _agent_style(letter, colors)), *border]


def _agent_style(letter: Letter, colors: Colors) -> Style:
    hue = letter.marking if letter.marking not in (None, OTHER) else _AGENT_HUE
    if colors.background.ansi is not None:
        return _on_terminal_colour(hue)
    return Style(color=_INK, bgcolor=_HUES[hue], bold=True)


def _on_terminal_colour(hue: int) -> Style:
    """Return black or white on one of the terminal's own colours."""
    ink = 15 if hue in _DARK else 0
    return Style(color=RichColor.from_ansi(ink), bgcolor=RichColor.from_ansi(hue), bold=True)
