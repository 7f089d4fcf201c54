"""A key: its binding, and how it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from textual.binding import Binding, BindingType


@dataclass(frozen=True, kw_only=True)
class Key:
    """One binding.

    Attributes:
        id: unique name of the binding, for keymaps.
        keys: Textual's names of the keys, separated by commas.
        shown: the keys as people write them, separated by blanks; the first one is shown in the key bar.
        action: Textual action that they run.
        label: one to three words, for the key bar and the palette.
        help: what it does, for the help screen, the palette and the README.
        group: heading in the help screen.
        rank: importance in the key bar, 1 first; 0 keeps the key out of the bar.
        is_command: whether the palette offers it.
        arguments: what the action takes for each of its keys, in their order; empty: nothing.
    """

    id: str
    keys: str
    shown: str
    action: str
    label: str
    help: str
    group: str
    rank: int = 0
    is_command: bool = True
    arguments: tuple[str, ...] = ()

    def call(self, number: int = 0) -> str:
        """Return the action of one of its keys, with its argument."""
        return f"{self.action}({self.arguments[number]})" if self.arguments else self.action

    @property
    def sign(self) -> str:
        """The first of its keys, as the key bar shows it."""
        return self.shown.split()[0]

    def on(self, screen: str, **changes: Any) -> Key:
        """Return the same key on another screen, with an id of its own."""
        return replace(self, id=f"{screen}.{self.id}", **changes)


def bindings(keys: Iterable[Key], *first: str) -> list[BindingType]:
    """Return Textual's bindings for the keys; those in `first` are handled before what has the focus."""
    return [
        Binding(
            name,
            key.call(number),
            key.label,
            show=False,
            id=key.id if number == 0 else f"{key.id}.{number}",
            tooltip=key.help,
            # Ahead of Textual's own bindings of these two on every screen.
            priority=name in ("tab", "shift+tab", *first),
        )
        for key in keys
        for number, name in enumerate(key.keys.split(","))
    ]


def by_group(keys: Sequence[Key]) -> dict[str, list[Key]]:
    """Return the keys under their headings, in the order of the table."""
    groups: dict[str, list[Key]] = {}
    for key in keys:
        groups.setdefault(key.group, []).append(key)
    return groups


def key_table_markdown(keys: Sequence[Key]) -> str:
    """Return keys as a table of the README."""
    lines = ["| Key | Action |", "|---|---|"]
    for group, members in by_group(keys).items():
        lines.append(f"| **{group}** | |")
        lines += [f"| {_code(key.shown)} | {key.help} |" for key in members]
    return "\n".join(lines) + "\n"


def _code(shown: str) -> str:
    return " ".join(f"`{part}`" for part in shown.split())
