"""Keys of a person who plays, as the screen shows them."""

from __future__ import annotations

from dqn_tui.key_map import Chord, KeyMap

_SIGNS = {"left": "←", "right": "→", "up": "↑", "down": "↓"}


def chord_sign(chord: Chord, *, is_ascii: bool) -> str:
    """Return a chord as text: `"→+space"`, in ASCII `"right+space"`; a dash without keys."""
    return "+".join(_sign(key, is_ascii=is_ascii) for key in chord) or "-"


def action_keys(keys: KeyMap, action: int, *, is_ascii: bool) -> str:
    """Return the keys of an action, those that do the same beside each other: `"← a"`, `"→+space 4"`."""
    signs = [chord_sign(chord, is_ascii=is_ascii) for chord in keys.chords[action]]
    chord = keys.shown_chord(action)
    if len(chord) == 1 and (twin := keys.twin_of(chord[0])):
        signs.insert(1, _sign(twin, is_ascii=is_ascii))
    return " ".join(signs[:2]) or "-"


def _sign(key: str, *, is_ascii: bool) -> str:
    return key if is_ascii else _SIGNS.get(key, key)
