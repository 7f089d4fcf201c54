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


class Colors:
    """The style of each role under one theme; `variables` are the theme's colours by name."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.background = _color(variables, "background")
        self.foreground = _color(variables, "foreground")
        self._styles = {role: self._style(variables, *spec) for role, spec in _ROLES.items()}

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

    def _style(self, variables: Mapping[str, str], variable: str, share: float, attributes: str) -> Style:
        color = _color(variables, variable)
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


def _color(variables: Mapping[str, str], name: str) -> Color:
    try:
        return Color.parse(variables[name])
    except (KeyError, ColorParseError):
        return Color.parse("#121212" if name == "background" else "#e0e0e0")
