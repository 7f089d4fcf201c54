"""Numbers in large characters: three by five pixels each, drawn with half blocks, or with `#` in ASCII."""

from __future__ import annotations

_FONT = {
    "0": ("###", "# #", "# #", "# #", "###"),
    "1": ("## ", " # ", " # ", " # ", "###"),
    "2": ("###", "  #", "###", "#  ", "###"),
    "3": ("###", "  #", "###", "  #", "###"),
    "4": ("# #", "# #", "###", "  #", "  #"),
    "5": ("###", "#  ", "###", "  #", "###"),
    "6": ("###", "#  ", "###", "# #", "###"),
    "7": ("###", "  #", "  #", "  #", "  #"),
    "8": ("###", "# #", "###", "# #", "###"),
    "9": ("###", "# #", "###", "  #", "###"),
    ".": (" ", " ", " ", " ", "#"),
    "-": ("   ", "   ", "###", "   ", "   "),
    "%": ("# #", "  #", " # ", "#  ", "# #"),
    "k": ("#  ", "# #", "## ", "## ", "# #"),
    "M": ("# #", "###", "###", "# #", "# #"),
}
PIXEL_ROWS = 5
_HALVES = {(" ", " "): " ", ("#", " "): "▀", (" ", "#"): "▄", ("#", "#"): "█"}


def large_number(text: str, width: int, *, is_ascii: bool = False) -> list[str] | None:
    """Return the number in three rows, five in ASCII, of at most `width` cells.

    None if a character has no large form, or the width does not suffice.
    """
    if any(sign not in _FONT for sign in text):
        return None
    pixels = [" ".join(_FONT[sign][row] for sign in text) for row in range(PIXEL_ROWS)]
    if len(pixels[0]) > width:
        return None
    if is_ascii:
        return pixels
    pairs = zip(pixels[::2], [*pixels[1::2], " " * len(pixels[0])], strict=True)
    return ["".join(_HALVES[pair] for pair in zip(upper, lower, strict=True)) for upper, lower in pairs]
