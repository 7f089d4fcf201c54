"""The help screen, generated from the table of keys and the tables that a screen adds."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from dqn_tui.ui.keys.key import Key, by_group
from dqn_tui.ui.widgets.help_table import HelpTable
from dqn_tui.ui.widgets.rows import ascii_only
from dqn_tui.ui.widgets.scene import Scene

_SIGN_WIDTH = 12
# Columns of the terminal that one, two and three columns of tables take.
_WIDTHS = (68, 118, 174)
# Edges, padding and scroll bar.
_AROUND = 5
_LEAST_MEANING = 12
_BACK = "esc: back"


class HelpScreen(ModalScreen[None]):
    """All keys and tables, each under its heading; in two or three columns where the terminal is wide."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,h,f1,ctrl+c,enter", "dismiss", "Back", show=False),
    ]
    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: $background 60%; }
    HelpScreen > VerticalScroll {
        max-width: 100%; height: auto; max-height: 100%; padding: 0 1; background: $surface;
        border: round $primary; border-title-color: $text-primary; border-title-style: bold;
        border-subtitle-color: $foreground-muted; scrollbar-size: 1 1;
    }
    HelpScreen.ascii > VerticalScroll { border: ascii $primary; scrollbar-size: 0 0; }
    HelpScreen Horizontal { height: auto; }
    HelpScreen Static { height: auto; width: 1fr; }
    """

    def __init__(self, keys: Sequence[Key], tables: Sequence[HelpTable], scene: Scene) -> None:
        super().__init__(classes="ascii" if scene.is_ascii else "")
        self._tables = [*(_key_table(group, keys) for group, keys in by_group(keys).items()), *tables]
        self._scene = scene

    def compose(self) -> ComposeResult:
        """Yield the tables, which scroll where the terminal is low."""
        self._composed_width = width = self.app.size.width
        fitting = sum(width >= least for least in _WIDTHS)
        columns = _split(self._tables, max(1, min(fitting, len(self._tables) - 1)))
        taken = min(width, _WIDTHS[len(columns) - 1])
        room = (taken - _AROUND) // len(columns)
        with VerticalScroll() as box:
            box.styles.width = taken
            box.border_title = "Help"
            box.border_subtitle = _BACK
            with Horizontal():
                for tables in columns:
                    yield Static(self._text(tables, room))

    def on_resize(self) -> None:
        """Arrange the tables again for another width."""
        if self.app.size.width != self._composed_width:
            self.refresh(recompose=True)
        self.call_after_refresh(self._name_keys)

    def _name_keys(self) -> None:
        """Name the keys that work here: those that scroll, too, where not everything is in sight."""
        box = self.query_one(VerticalScroll)
        box.border_subtitle = f"up, down: scroll  {_BACK}" if box.max_scroll_y else _BACK

    def _text(self, tables: Sequence[HelpTable], width: int) -> Text:
        """Return the tables with their meanings wrapped beside the signs."""
        room = max(_LEAST_MEANING, width - _SIGN_WIDTH - 1)
        text = Text()
        for table in tables:
            self._add(text, f"{table.title}\n", "accent")
            for sign, role, meaning in table.rows:
                self._add(text, f" {sign}{' ' * (_SIGN_WIDTH - cell_len(sign))}", role)
                self._add(text, f"\n{' ' * (_SIGN_WIDTH + 1)}".join(textwrap.wrap(meaning, room)) + "\n", "muted")
            self._add(text, "\n", "muted")
        text.rstrip()
        return text

    def _add(self, text: Text, part: str, role: str) -> None:
        style = self._scene.colors.style(role).without_color if self._scene.is_ascii else self._scene.colors.style(role)
        color = style.color
        plain = "".join(ascii_only(line) for line in part.splitlines(keepends=True)) if self._scene.is_ascii else part
        text.append(plain, style=f"{'bold ' if style.bold else ''}{color.name if color else ''}".strip() or "none")


def _key_table(group: str, keys: Sequence[Key]) -> HelpTable:
    return HelpTable(group, [(key.shown, "strong", key.help) for key in keys])


def _split(tables: Sequence[HelpTable], count: int) -> list[Sequence[HelpTable]]:
    """Return the tables in so many columns, as low as their order allows."""
    heights = [len(table.rows) + 2 for table in tables]

    def places(cuts: Sequence[int]) -> list[tuple[int, int]]:
        return list(pairwise((0, *cuts, len(tables))))

    cuts = min(
        combinations(range(1, len(tables)), count - 1),
        key=lambda cuts: max(sum(heights[start:end]) for start, end in places(cuts)),
    )
    return [tables[start:end] for start, end in places(cuts)]
