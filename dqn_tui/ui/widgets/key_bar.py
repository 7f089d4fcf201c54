"""The row of keys at the bottom of a screen; each of them can be clicked."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from rich.cells import cell_len
from textual import events
from textual.message import Message

from dqn_tui.ui.keys.key import Key
from dqn_tui.ui.widgets.panel import Panel
from dqn_tui.ui.widgets.rows import Row
from dqn_tui.ui.widgets.scene import Scene

BarKey = tuple[Key, str, str]
"""A key, its sign and its label in the current state."""
KeySource = Callable[[], Sequence[BarKey]]


class KeyBar(Panel):
    """As many keys as fit, the most important first; none is cut."""

    class Pressed(Message):
        """A key of the bar was clicked."""

        def __init__(self, key: Key) -> None:
            super().__init__()
            self.key = key

    def __init__(self, scene: Scene, keys: KeySource, *, id: str | None = None) -> None:
        super().__init__(scene, id=id)
        self._keys = keys
        self._spans: list[tuple[int, int, Key]] = []

    def content_key(self) -> Hashable:
        """Return signs and labels, which change with the run's state and the focus."""
        return tuple((key.id, sign, label) for key, sign, label in self._keys())

    def build_rows(self, width: int, height: int) -> Sequence[Row]:  # noqa: ARG002
        """Return one row, and remember where each key is for the mouse."""
        row: Row = []
        self._spans = []
        x = 0
        for key, sign, label in self._fitting(width):
            text = f" {sign} ", f"{label} "
            row += [(text[0], "key"), (text[1], "key-label")]
            end = x + cell_len(text[0] + text[1])
            self._spans.append((x, end, key))
            x = end
        return [row]

    def on_click(self, event: events.Click) -> None:
        """Treat a click on a key as a press of it."""
        for start, end, key in self._spans:
            if start <= event.x < end:
                self.post_message(self.Pressed(key))

    def _fitting(self, width: int) -> list[BarKey]:
        """Return the keys of lowest rank that fit, in the order given."""
        keys = self._keys()
        chosen: set[str] = set()
        room = width
        for key, sign, label in sorted(keys, key=lambda item: item[0].rank):
            room -= cell_len(sign) + cell_len(label) + 3
            if room < 0:
                break
            chosen.add(key.id)
        return [item for item in keys if item[0].id in chosen]
