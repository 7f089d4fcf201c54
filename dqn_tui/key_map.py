"""The keys with which a person takes an environment's actions.

A key is named by the character that it types, or by one of `NAMED`. A terminal reports only that a key is pressed, not
that it is let go; keys that are pressed shortly after each other are taken as held together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

Chord = tuple[str, ...]
"""Keys that are held together."""

NAMED = ("left", "right", "up", "down", "space")
RESERVED = frozenset("qnrmpTP?h+=-_")
"""Characters that the program itself needs while a person plays."""
LETTERS = {"w": "up", "a": "left", "s": "down", "d": "right"}
"""Letters that stand for arrows where only one of both has a meaning, and the other way round."""
_SHIFT = "shift+"


@dataclass(frozen=True)
class KeyMap:
    """The keys of each action.

    Attributes:
        chords: for each action the chords that take it, the one to show first; empty for an action without a key.
        no_op: the action that does nothing; None where there is none.
    """

    chords: tuple[tuple[Chord, ...], ...]
    no_op: int | None = None
    _twins: dict[str, str] = field(default_factory=dict, init=False, compare=False)
    _actions: dict[frozenset[str], int] = field(default_factory=dict, init=False, compare=False)

    def __post_init__(self) -> None:
        used = {key for chords in self.chords for chord in chords for key in chord}
        for letter, arrow in LETTERS.items():
            if (letter in used) != (arrow in used):
                old, new = (letter, arrow) if letter in used else (arrow, letter)
                self._twins[new] = old
        for action, chords in enumerate(self.chords):
            for chord in chords:
                self._actions.setdefault(frozenset(chord), action)

    def read_key(self, key: str) -> Chord:
        """Return the keys that a key press stands for; empty where it means nothing here.

        The arrows stand for `w`, `a`, `s` and `d`, and the other way round, where only one of both has a meaning. With
        shift, an arrow is held together with `space`.
        """
        if key.startswith(_SHIFT) and len(self.read_key(plain := key.removeprefix(_SHIFT))) == 1:
            chord = (*self.read_key(plain), "space")
            return chord if frozenset(chord) in self._actions else ()
        key = self._twins.get(key, key)
        return (key,) if any(key in chord for chord in self._actions) else ()

    def choose(self, held: Sequence[str]) -> int | None:
        """Return the action of the keys that are held, the newest one first; None where they have none.

        It is the action of the newest key and of as many of the others as have one together.
        """
        for place in range(len(held)):
            newest, others = held[place], set(held[place:])
            fitting = [chord for chord in self._actions if newest in chord and chord <= others]
            if fitting:
                return self._actions[max(fitting, key=len)]
        return None

    def shown_chord(self, action: int) -> Chord:
        """Return the chord to show for an action; empty where it has no key."""
        return self.chords[action][0] if self.chords[action] else ()

    def twin_of(self, key: str) -> str:
        """Return the other key that does the same, or an empty string."""
        return next((new for new, old in self._twins.items() if old == key), "")
