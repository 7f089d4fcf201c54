"""The help screen, made from the table of keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from dqn_tui.ui.keys import Key, by_group
from dqn_tui.ui.rows import ascii_only
from dqn_tui.ui.scene import Scene

_KEY_WIDTH = 11
_TWO_COLUMNS_FROM = 118
_LEGEND = (
    ("the mean of the last points: m, M", "smooth-primary", "━━"),
    ("every value, from least to greatest", "raw-primary", "░░"),
    ("a greedy evaluation", "evaluation", "◆ "),
    ("the goal: the return that counts as solved", "goal", "╌╌"),
)


class HelpScreen(ModalScreen[None]):
    """All keys, under their headings, and the signs in the charts where there are any."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,h,f1,ctrl+c,enter", "dismiss", "Back", show=False),
    ]
    DEFAULT_CSS = """
    HelpScreen { align: center middle; background: $background 60%; }
    HelpScreen > VerticalScroll {
        width: 68; max-width: 100%; height: auto; max-height: 100%; padding: 0 1; background: $surface;
        border: round $primary; border-title-color: $text-primary; border-title-style: bold;
        border-subtitle-color: $foreground-muted; scrollbar-size: 1 1;
    }
    HelpScreen.ascii > VerticalScroll { border: ascii $primary; scrollbar-size: 0 0; }
    HelpScreen > VerticalScroll.wide { width: 118; }
    HelpScreen Horizontal { height: auto; }
    HelpScreen Static { height: auto; width: 1fr; }
    """

    def __init__(self, keys: Sequence[Key], scene: Scene, *, has_charts: bool) -> None:
        super().__init__(classes="ascii" if scene.is_ascii else "")
        self._keys = keys
        self._has_charts = has_charts
        self._scene = scene

    def compose(self) -> ComposeResult:
        """One long text that scrolls where the screen is low."""
        groups = by_group(self._keys)
        has_two_columns = self.app.size.width >= _TWO_COLUMNS_FROM and len(groups) > 2
        left = list(groups)[:2] if has_two_columns else list(groups)
        right = list(groups)[2:] if has_two_columns else []
        with VerticalScroll(classes="wide" if has_two_columns else "") as box:
            box.border_title = "Keys"
            box.border_subtitle = "esc: back"
            with Horizontal():
                yield Static(self._text({name: groups[name] for name in left}, has_legend=not right))
                if right:
                    yield Static(self._text({name: groups[name] for name in right}, has_legend=True))

    def _text(self, groups: dict[str, list[Key]], *, has_legend: bool) -> Text:
        text = Text()
        for group, keys in groups.items():
            self._add(text, f"{group}\n", "accent")
            for key in keys:
                self._add(text, f" {key.shown:<{_KEY_WIDTH}}", "strong")
                self._add(text, f"{key.help}\n", "muted")
            self._add(text, "\n", "muted")
        if has_legend and self._has_charts:
            self._add_legend(text)
        text.rstrip()
        return text

    def _add_legend(self, text: Text) -> None:
        self._add(text, "In the charts\n", "accent")
        for meaning, role, sign in _LEGEND:
            self._add(text, f" {sign}{' ' * (_KEY_WIDTH - cell_len(sign))}", role)
            self._add(text, f"{meaning}\n", "muted")

    def _add(self, text: Text, part: str, role: str) -> None:
        style = self._scene.colors.style(role).without_color if self._scene.is_ascii else self._scene.colors.style(role)
        color = style.color
        plain = "".join(ascii_only(line) for line in part.splitlines(keepends=True)) if self._scene.is_ascii else part
        text.append(plain, style=f"{'bold ' if style.bold else ''}{color.name if color else ''}".strip() or "none")
