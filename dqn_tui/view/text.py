"""Numbers and untrusted strings as short, safe, single-line text."""

from __future__ import annotations

import math
import re
import unicodedata
from pathlib import Path
from typing import Any

ASCII = "ascii"
MARKERS = ("braille", "block", ASCII)
"""The characters that charts are drawn with, the richest first."""

# CSI sequences, strings that end in BEL or ST (OSC, DCS, SOS, PM, APC), other escapes; the 8-bit forms too.
_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"
    r"|\x1b[ -/]*[0-~]?"
)
# Format characters include the bidi controls, which can make one line read as another.
_HIDDEN = {"Cc", "Cf", "Cs"}
# No setting is nested deeper.
_DEEPEST = 20
_UNITS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_SYMBOLS = {
    "info": "·",
    "evaluation": "◆",
    "best": "★",
    "saved": "✓",
    "warning": "⚠",
    "paused": "‖",
    "resumed": "▸",
    "ended": "■",
    "failed": "✗",
}
_ASCII_LOOKALIKES = {
    "+": "╭╮╰╯├┤┬┴┼┌┐└┘✓",
    ":": "░▒▓",
    "-": "─╌┄–—",
    "|": "│▌▐┃",
    "=": "━╸╺‖",
    "*": "●★▁▂▃",
    "#": "■█▇▆▅▄▀",
    "o": "◆○",
    "x": "✗×",
    "!": "⚠",
    "^": "▲↑",
    "v": "▼↓",
    ">": "▶▸→›",
    "<": "◀◂←‹",
    "~": "◌±",
    ".": "·•…",
    " ": "\u00a0",
    "(": "↶",
    ")": "↷",
    "'": "’",
    "u": "µ",
    "@": "θ",
}
ASCII_CELLS = {ord(fancy): plain for plain, fancies in _ASCII_LOOKALIKES.items() for fancy in fancies}
"""For `str.translate`: characters beyond ASCII and the one that takes their place in a cell."""
# In running text the width is free, and these read better.
_ASCII_WORDS = ASCII_CELLS | str.maketrans({"±": "+-", "…": "...", "→": "->"})


def plain(text: object, limit: int = 2000) -> str:
    """Return the text as one line of at most `limit` characters, without escape sequences and hidden controls."""
    bare = _SEQUENCE.sub("", str(text)[: 4 * limit])
    if bare.isascii() and bare.isprintable():
        return bare[:limit]
    kept = (" " if char in "\t\n\r\v\f\x85\u2028\u2029" else char for char in bare)
    return "".join(char for char in kept if unicodedata.category(char) not in _HIDDEN)[:limit]


def clean(value: Any, depth: int = _DEEPEST) -> Any:
    """Return the value with `plain` applied to each string, also inside lists, tuples and dictionaries.

    What is nested deeper than `depth` becomes None.
    """
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict | list | tuple) and depth == 0:
        return None
    if isinstance(value, dict):
        return {clean(key): clean(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(clean(item, depth - 1) for item in value)
    return value


def for_marker(text: str, marker: str) -> str:
    """Return the text in characters that terminals with that marker can show: pure ASCII for `"ascii"`."""
    if marker != ASCII or text.isascii():
        return text
    return text.translate(_ASCII_WORDS).encode("ascii", "replace").decode("ascii")


def symbol(level: str, marker: str = "braille") -> str:
    """Return the one-cell symbol in front of a log line of that level."""
    sign = _SYMBOLS.get(level, _SYMBOLS["info"])
    return sign.translate(ASCII_CELLS) if marker == ASCII else sign


def short_number(value: float | None) -> str:
    """Format a number with at most four digits and a unit: `27400` is `"27.4k"`; `"-"` for None."""
    if value is None:
        return "-"
    if not math.isfinite(value):
        return str(float(value))
    for factor, unit in _UNITS:
        if abs(value) >= 0.99995 * factor:
            scaled = value / factor
            return f"{scaled:.1e}{unit}" if abs(scaled) >= 1e6 else f"{scaled:.1f}".removesuffix(".0") + unit
    return number(value)


def number(value: float | None) -> str:
    """Format a number with three or four significant digits: `"0.0214"`, `"38.2"`, `"287.4"`; `"-"` for None."""
    if value is None:
        return "-"
    size = abs(value)
    if not math.isfinite(value):
        return str(float(value))
    if size >= 9999.5:
        return short_number(value)
    if size >= 100:
        return _without_zeros(f"{value:.{0 if size >= 1000 else 1}f}")
    if size >= 1e-3:
        return _without_zeros(f"{value:.{2 - math.floor(math.log10(size))}f}")
    return "0" if size == 0 else re.sub(r"(\.0)?e([+-])0?", r"e\2", f"{value:.1e}")


def fixed(value: float | None) -> str:
    """Format a return with a fixed number of decimals, so that numbers align in a column and do not jump."""
    if value is None or not math.isfinite(value):
        return "-"
    if abs(value) >= 99_999.95:
        return short_number(value)
    return f"{value:.1f}" if abs(value) >= 10 or value == int(value) else f"{value:.2f}"


def mean_and_spread(mean: float, spread: float) -> str:
    """Format a mean and its spread, `"475 ±3.2"`; a spread within rounding error of 0 is 0."""
    return f"{number(mean)} ±{number(0.0 if spread < 1e-6 * abs(mean) else spread)}"


def duration(seconds: float | None) -> str:
    """Format seconds as `"01:14"`, from an hour as `"1:02:03"`; `"--:--"` if unknown."""
    if seconds is None or not math.isfinite(seconds):
        return "--:--"
    minutes, second = divmod(int(max(0.0, seconds)), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute:02}:{second:02}"


def size(count: float) -> str:
    """Format a number of bytes in units of 1,024: `"1.2 MB"`."""
    units = ("B", "kB", "MB", "GB", "TB")
    scaled = float(count) if math.isfinite(count) else 0.0
    power = 0
    while abs(scaled) >= 999.5 and power < len(units) - 1:
        scaled, power = scaled / 1024, power + 1
    return f"{scaled:.{0 if power == 0 or abs(scaled) >= 99.95 else 1}f} {units[power]}"


def base_name(path: str) -> str:
    """Return the last component of a path, with either kind of separator."""
    return path.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]


def short_path(path: str, start: Path) -> str:
    """Return a path inside the folder `start` relative to it, and any other one as it is."""
    return str(Path(path).relative_to(start)) if Path(path).is_relative_to(start) else path


def bar(fraction: float, width: int, marker: str = "braille") -> str:
    """Return a horizontal bar of exactly `width` cells; a share too small for one cell is a thin line."""
    share = min(1.0, max(0.0, fraction)) if math.isfinite(fraction) else 0.0
    full = round(share * width)
    if marker == ASCII:
        return ("#" * full).ljust(width, "-")
    thin = "▏" if share > 0 and full == 0 and width > 0 else ""
    return ("▇" * full + thin).ljust(width)


def _without_zeros(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
