"""Keys as held in real time: a terminal reports only that they are pressed, so each is held for a moment."""

from __future__ import annotations

from dqn_tui.key_map import Chord, KeyMap

HOLD_SECONDS = 0.25
"""Longer than the pauses in which a terminal repeats a key, and short enough for a tap."""


class HeldKeys:
    """The keys pressed lately, and those that no step has seen yet.

    Args:
        keys: the keys of each action.
    """

    def __init__(self, keys: KeyMap) -> None:
        self._keys = keys
        self._pressed: dict[str, float] = {}
        self._unseen: set[str] = set()

    @property
    def has_any(self) -> bool:
        """Whether a key was pressed that no step has seen."""
        return bool(self._unseen)

    def press(self, chord: Chord, now: float) -> None:
        """Hold the keys of a key press from now on."""
        for key in chord:
            # The newest last.
            self._pressed.pop(key, None)
            self._pressed[key] = now
            self._unseen.add(key)

    def release(self) -> None:
        """Let all keys go."""
        self._pressed.clear()
        self._unseen.clear()

    def choose(self, now: float) -> int | None:
        """Return the action of the keys that are held now; None without one. A step sees every key at least once."""
        for key, time in list(self._pressed.items()):
            if now - time > HOLD_SECONDS and key not in self._unseen:
                del self._pressed[key]
        self._unseen.clear()
        return self._keys.choose(list(reversed(self._pressed)))
