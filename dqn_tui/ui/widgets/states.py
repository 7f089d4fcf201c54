"""The state words of a run, each with a sign and a colour; the sign carries the meaning where there is no colour."""

from __future__ import annotations

WIDEST = len("EVALUATING")

_SIGNS: dict[str, tuple[str, str]] = {
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
    "INTERRUPTED": ("✗", "warning"),
}
_LOADING = "loading…"


def state_run(state: str) -> tuple[str, str]:
    """Return sign and word of a state, padded to the width of the widest that is not an end."""
    sign, role = _SIGNS.get(state, ("?", "muted"))
    word = _LOADING if state == "WAITING" else state
    return f"{sign:>2} {word:<{WIDEST}}", role
