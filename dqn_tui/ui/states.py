"""The state words of a run, each with a sign and a colour. The sign stands where colour cannot."""

from __future__ import annotations

from dqn_tui.ui.rows import Run

WIDEST = len("EVALUATING")

_SIGNS: dict[str, Run] = {
    "WAITING": ("○", "muted"),
    "WARM-UP": ("◌", "info"),
    "RUNNING": ("●", "success"),
    "PAUSED": ("▌▌", "warning"),
    "SAVING": ("▼", "info"),
    "EVALUATING": ("◆", "accent"),
    "STOPPING": ("■", "warning"),
    "DONE": ("✓", "success"),
    "DIVERGED": ("✗", "error"),
    "FAILED": ("✗", "error"),
}
_LOADING = "loading…"


def state_run(state: str) -> Run:
    """Sign and word of a state, always as wide as the widest."""
    sign, role = _SIGNS.get(state, ("?", "muted"))
    word = _LOADING if state == "WAITING" else state
    return f"{sign:>2} {word:<{WIDEST}}", role


def is_failure(state: str) -> bool:
    """Whether the run came to a bad end."""
    return state in ("DIVERGED", "FAILED")
