"""Panels: what changed is redrawn, however the change was found."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from textual.app import App, ComposeResult
from textual.geometry import Region

from dqn_tui.ui.widgets.panel import Panel
from dqn_tui.ui.widgets.rows import Row
from dqn_tui.ui.widgets.run_scene import RunScene


class Lines(Panel):
    """Shows lines of text, and notes which parts of it are asked to be redrawn."""

    def __init__(self) -> None:
        super().__init__(RunScene())
        self.lines = ["same", "old"]
        self.redrawn: list[Region] = []

    def content_key(self) -> Hashable:
        return tuple(self.lines)

    def build_rows(self, width: int, height: int) -> Sequence[Row]:  # noqa: ARG002
        return [[(line, "text")] for line in self.lines]

    def refresh(self, *regions: Region, **options: Any) -> Any:
        self.redrawn += regions
        return super().refresh(*regions, **options)


class Alone(App[None]):
    """A panel alone on the screen."""

    def compose(self) -> ComposeResult:
        self.panel = Lines()
        yield self.panel


async def test_only_lines_that_differ_are_redrawn() -> None:
    app = Alone()
    async with app.run_test(size=(10, 4)) as pilot:
        await pilot.pause()
        app.panel.redrawn.clear()
        app.panel.lines = ["same", "new"]
        app.panel.repaint_if_changed()
        assert app.panel.redrawn == [Region(0, 1, 10, 1)]
        app.panel.repaint_if_changed()
        assert app.panel.redrawn == [Region(0, 1, 10, 1)]


async def test_change_that_is_first_seen_while_another_panel_is_drawn_is_redrawn_too() -> None:
    app = Alone()
    async with app.run_test(size=(10, 4)) as pilot:
        await pilot.pause()
        app.panel.redrawn.clear()
        app.panel.lines = ["same", "new"]
        # Textual asks for the lines beside what it redraws, and drops them.
        lines = app.panel.render_lines(Region(0, 0, 10, 4))
        assert [strip.text.strip() for strip in lines] == ["same", "new", "", ""]
        assert app.panel.redrawn == [Region(0, 1, 10, 1)]
