"""The row of keys at the bottom. Every key in it can be clicked."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from rich.cells import cell_len
from textual import events

from dqn_tui.ui.keys import Key
from dqn_tui.ui.panel import Panel
from dqn_tui.ui.rows import Row
from dqn_tui.ui.scene import Scene

BarKey = tuple[Key, str, str]
"""A key, its sign and its label, as they are now."""
KeySource = Callable[[], Sequence[BarKey]]


class KeyBar(Panel):
    """As many keys as have room, the most important ones first; none is ever cut."""

    def __init__(self, scene: Scene, keys: KeySource, press: Callable[[Key], None], *, id: str | None = None) -> None:
        super().__init__(scene, id=id)
        self._keys = keys
        self._press = press
        self._spans: list[tuple[int, int, Key]] = []

    def content_key(self) -> Hashable:
        """Labels change with the state of the run and with the focus."""
        return tuple((key.id, sign, label) for key, sign, label in self._keys())

    def build_rows(self, width: int, height: int) -> Sequence[Row]:  # noqa: ARG002
        """One row."""
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
        """A click on a key is the key."""
        for start, end, key in self._spans:
            if start <= event.x < end:
                self._press(key)

    def _fitting(self, width: int) -> list[BarKey]:
        """The keys of lowest rank that fit, in the order in which they were given."""
        chosen: set[str] = set()
        room = width
        for key, sign, label in sorted(self._keys(), key=lambda item: item[0].rank):
            room -= cell_len(sign) + cell_len(label) + 3
            if room < 0:
                break
            chosen.add(key.id)
        return [item for item in self._keys() if item[0].id in chosen]
