"""`dqn-tui settings`: lists every configuration key."""

from __future__ import annotations

from dqn_tui.commands.printed_table import print_table
from dqn_tui.commands.streams import print_json
from dqn_tui.settings import describe_settings


def list_settings(*, as_json: bool) -> int:
    """Print each key with its default, its bounds, its meaning, and whether it can change at resume.

    Returns:
        The exit code.
    """
    rows = describe_settings()
    if as_json:
        print_json([row._asdict() for row in rows])
        return 0
    columns = ("key", "default", "allowed", "resume", "meaning")
    cells = [
        [row.key, _show(row.default), row.allowed, "can change" if row.can_change else "fixed", row.meaning]
        for row in rows
    ]
    print_table(columns, cells, styles={"fixed": "dim"})
    return 0


def _show(default: object) -> str:
    """Return the default as `--set` takes it; a dash where the key has none."""
    if default is None:
        return "-"
    if isinstance(default, tuple | list):
        return f"[{', '.join(map(str, default))}]"
    return str(default).lower() if isinstance(default, bool) else str(default)
