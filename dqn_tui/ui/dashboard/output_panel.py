"""What the environment printed."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import islice

from dqn_tui.ui.widgets.panel import FramedPanel
from dqn_tui.ui.widgets.rows import Row, centre_block, fit
from dqn_tui.ui.widgets.run_scene import RunScene
from dqn_tui.view.text import plain


class OutputPanel(FramedPanel):
    """The newest lines that the environment printed, warned or logged, the newest at the bottom."""

    scene: RunScene

    def content_key(self) -> Hashable:
        """Return the number of lines printed so far."""
        return self.scene.shown.output_count

    def facts(self) -> Sequence[Row]:
        """Return the file that has all of it."""
        return [[("all in ", "muted"), ("output.log", "text")]] if self.scene.shown.output else []

    def inside_rows(self, width: int, height: int) -> Sequence[Row]:
        """Return one row per line."""
        output = self.scene.shown.output
        if not output:
            nothing: list[Row] = [
                [("nothing was printed", "muted")],
                [("output goes here and to ", "muted"), ("output.log", "text")],
            ]
            return centre_block(nothing, width, height)
        newest = islice(output, max(0, len(output) - height), None)
        return [fit([(f" {plain(line)}", "text")], width) for line in newest]
