"""The style of each role, derived from the colours of the current Textual theme."""

from __future__ import annotations

from collections.abc import Mapping

from rich.style import Style
from textual.color import Color, ColorParseError

# Each role: (theme colour, its opacity over the background, text attributes).
_ROLES: dict[str, tuple[str, float, str]] = {
    "text": ("foreground", 0.92, ""),
    "strong": ("foreground", 1.0, "bold"),
    "muted": ("foreground", 0.58, ""),
    "dim": ("foreground", 0.36, ""),
    "marked": ("text-accent", 1.0, "bold reverse"),
    "cool": ("text-primary", 1.0, "bold"),
    "warm": ("text-error", 1.0, "bold underline"),
    "fresh": ("text-success", 1.0, "bold"),
    "cursor": ("foreground", 0.55, ""),
    "crosshair": ("accent", 1.0, "bold"),
    "border": ("foreground", 0.28, ""),
    "focus": ("accent", 1.0, "bold"),
    "title": ("foreground", 0.85, "bold"),
    "number": ("text-primary", 1.0, "bold"),
    "success": ("text-success", 1.0, "bold"),
    "warning": ("text-warning", 1.0, "bold"),
    "error": ("text-error", 1.0, "bold"),
    "accent": ("text-accent", 1.0, "bold"),
    "info": ("text-primary", 1.0, "bold"),
    "bar": ("primary", 1.0, ""),
    "bar-rest": ("foreground", 0.16, ""),
    "chosen": ("success", 1.0, "bold"),
    "key": ("text-accent", 1.0, "bold"),
    "key-label": ("foreground", 0.75, ""),
    # Layers of a chart.
    "raw-primary": ("primary", 0.5, ""),
    "raw-accent": ("accent", 0.4, ""),
    "raw-success": ("success", 0.4, ""),
    "spark-primary": ("primary", 0.9, ""),
    "spark-accent": ("accent", 0.75, ""),
    "spark-success": ("success", 0.75, ""),
    "smooth-primary": ("text-primary", 1.0, "bold"),
    "smooth-accent": ("text-accent", 1.0, "bold"),
    "smooth-success": ("text-success", 1.0, "bold"),
    "evaluation": ("accent", 1.0, "bold"),
    "goal": ("text-success", 0.75, ""),
    "target": ("foreground", 0.9, ""),
    "axis": ("foreground", 0.45, ""),
    "grid": ("foreground", 0.2, ""),
    # Shares of a whole; neighbours differ in hue and in brightness.
    "share-1": ("primary", 0.9, ""),
    "share-2": ("warning", 0.8, ""),
    "share-3": ("success", 0.7, ""),
    "share-4": ("error", 0.8, ""),
    "share-5": ("secondary", 0.7, ""),
    "share-6": ("foreground", 0.55, ""),
}
# Lines of runs over each other: hues that people with any colour vision can tell apart (Okabe & Ito 2008), and more of
# them for more runs. Marks on the lines tell them apart without colour.
_LINES = (
    "#56b4e9", "#e69f00", "#009e73", "#cc79a7", "#f0e442", "#d55e00", "#0072b2", "#b7a6ff", "#8fd14f", "#ff9aa2",
    "#9a9a9a",
)  # fmt: skip
_LINE_CONTRAST = 3.5
_LINE_SHARES = {"-dim": 0.6, "-band": 0.35}


class Colors:
    """The style of each role under one theme; `variables` are the theme's colours by name."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.background = _color(variables, "background")
        self.foreground = _color(variables, "foreground")
        self._styles = {role: self._style(_color(variables, spec[0]), *spec[1:]) for role, spec in _ROLES.items()}
        for number, name in enumerate(_LINES):
            color = self._legible(Color.parse(name))
            self._styles[f"line-{number}"] = self._style(color, 1.0, "bold")
            for suffix, share in _LINE_SHARES.items():
                self._styles[f"line-{number}{suffix}"] = self._style(color, share, "")

    def style(self, role: str) -> Style:
        """Return the style of a role, or of `"a on b"`: a in its colour on that of b. Unknown roles are plain text."""
        style = self._styles.get(role)
        if style is None:
            upper, _, lower = role.partition(" on ")
            style = self._styles.get(upper, self._styles["text"])
            if lower:
                style += Style(bgcolor=self.style(lower).color)
            self._styles[role] = style
        return style

    def _legible(self, color: Color) -> Color:
        """Return the colour, nearer to that of the text as far as the background demands."""
        if self.background.ansi is not None:
            return color
        for share in range(10):
            mixed = color.blend(self.foreground, share / 10, alpha=1)
            if _contrast(mixed, self.background) >= _LINE_CONTRAST:
                return mixed
        return self.foreground

    def _style(self, color: Color, share: float, attributes: str) -> Style:
        is_plain = color.ansi is not None or self.background.ansi is not None
        if not is_plain:
            color = self.background.blend(color, share)
        return Style(
            color=color.rich_color,
            bgcolor=self.background.rich_color,
            bold="bold" in attributes or None,
            reverse="reverse" in attributes or None,
            underline="underline" in attributes or None,
            dim=(is_plain and share < 0.6) or None,
        )


def _contrast(one: Color, other: Color) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2)."""
    low, high = sorted(map(_luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(color: Color) -> float:
    parts = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.normalized)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True))


def _color(variables: Mapping[str, str], name: str) -> Color:
    try:
        return Color.parse(variables[name])
    except (KeyError, ColorParseError):
        return Color.parse("#121212" if name == "background" else "#e0e0e0")
