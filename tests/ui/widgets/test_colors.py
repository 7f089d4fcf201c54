"""Roles and their styles."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from textual.theme import BUILTIN_THEMES

import dqn_tui.ui
import dqn_tui.view
from dqn_tui.ui.dashboard.panes import PANES
from dqn_tui.ui.widgets import colors
from dqn_tui.ui.widgets.colors import Colors


def words_of_the_code() -> set[str]:
    """Every string that the user interface and the view hold, but for the table of roles itself."""
    paths = [Path(folder) for package in (dqn_tui.ui, dqn_tui.view) for folder in package.__path__]
    trees = [
        ast.parse(path.read_text(encoding="utf-8"))
        for folder in paths
        for path in folder.rglob("*.py")
        if path != Path(str(colors.__file__))
    ]
    return {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_role_is_in_use() -> None:
    hues = {pane.chart.hue for pane in PANES if pane.chart}
    used = words_of_the_code() | {f"{kind}-{hue}" for kind in ("raw", "smooth", "spark") for hue in hues}
    assert set(colors._ROLES) <= used


@pytest.mark.parametrize("theme", BUILTIN_THEMES)
def test_hues_of_a_picture_of_letters_look_different(theme: str) -> None:
    styles = Colors(BUILTIN_THEMES[theme].to_color_system().generate())
    assert len({styles.style(role) for role in ("text", "cool", "warm", "fresh", "marked")}) == 5


def test_one_role_is_drawn_on_the_colour_of_another() -> None:
    styles = Colors(BUILTIN_THEMES["textual-dark"].to_color_system().generate())
    style = styles.style("bar on goal")
    assert (style.color, style.bgcolor) == (styles.style("bar").color, styles.style("goal").color)


def test_an_unknown_role_looks_like_plain_text() -> None:
    styles = Colors({})
    assert styles.style("no such role") == styles.style("text")
