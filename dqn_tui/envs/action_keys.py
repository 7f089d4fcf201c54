"""The keys of a person who plays: those of the family, of the environment itself, those that names suggest, or digits.

Environments give theirs by the method `get_keys_to_action`, by which `gymnasium.utils.play` knows them, too.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from typing import Any

import gymnasium as gym
import numpy as np

from dqn_tui.envs.actions import Actions
from dqn_tui.key_map import LETTERS, RESERVED, Chord, KeyMap

_MOST_KEYS = 200
_NO_OPS = frozenset(("noop", "nothing", "idle", "coast", "stay", "none", "stand", "wait", "fall", "0"))
_NO_OP_KEY = "."
_WORDS = {
    **dict.fromkeys(("left", "west"), "left"),
    **dict.fromkeys(("right", "east"), "right"),
    **dict.fromkeys(("up", "north", "forward", "faster", "accelerate", "main"), "up"),
    **dict.fromkeys(("down", "south", "back", "backward", "slower", "brake"), "down"),
    **dict.fromkeys(("fire", "jump", "flap", "pickup", "do", "shoot", "attack", "use", "interact", "hit"), "space"),
    **dict.fromkeys(("drop", "dropoff"), "x"),
    "toggle": "t",
}
_FILLERS = frozenset(("move", "turn", "go", "engine", "push", "the", "torque", "steer"))
_PHRASES = {"pick up": "pickup", "drop off": "dropoff", "no op": "noop", "no-op": "noop", "do nothing": "nothing"}
_FREE = [key for key in "1234567890" + string.ascii_lowercase + string.ascii_uppercase if key not in RESERVED]
# pygame's codes of the arrows, of version 1 and of version 2.
_ARROWS = {
    **dict(zip((273, 274, 275, 276), ("up", "down", "right", "left"), strict=True)),
    **dict(zip((1073741906, 1073741905, 1073741903, 1073741904), ("up", "down", "right", "left"), strict=True)),
}
_CHARACTERS = {" ": "space", "\r": "enter", "\n": "enter"}


def find_key_map(env: gym.Env[Any, Any], actions: Actions, names: Sequence[str], given: Sequence[str] = ()) -> KeyMap:
    """Return keys for the actions of an environment.

    Args:
        env: with all its wrappers.
        actions: its actions.
        names: a name for each action; may be empty.
        given: the family's key for each action, such as `"left"` or `"left+space"`; an empty string leaves one open.
    """
    own, no_op = _ask(env, actions)
    if len(given) == actions.count:
        own = {action: [tuple(key.split("+"))] for action, key in enumerate(given) if key}
    if no_op is None:
        no_op = _find_no_op(names)
    found: list[list[Chord]] = [own.get(action, []) for action in range(actions.count)]
    if no_op is not None and all(len(chord) > 1 for chord in found[no_op]):
        found[no_op].insert(0, (_NO_OP_KEY,))
    taken = {frozenset(chord) for chords in found for chord in chords}
    for action, name in enumerate(names[: actions.count]):
        chord = _read_name(name)
        if not found[action] and chord and frozenset(chord) not in taken:
            found[action] = [chord]
            taken.add(frozenset(chord))
    _fill(found, taken)
    return KeyMap(tuple(map(tuple, found)), no_op)


def _find_no_op(names: Sequence[str]) -> int | None:
    return next((action for action, name in enumerate(names) if _words(name) and set(_words(name)) <= _NO_OPS), None)


def _words(name: str) -> list[str]:
    """Return the words of a name that say something: `"move left"` is `["left"]`."""
    for phrase, word in _PHRASES.items():
        name = name.lower().replace(phrase, word)
    return [word for word in re.split(r"[\s_+]+", name) if word and word not in _FILLERS]


def _read_name(name: str) -> Chord:
    """Return the keys that an action's words suggest; empty where one of them suggests none."""
    keys = [_WORDS.get(word) for word in _words(name)]
    return tuple(dict.fromkeys(key for key in keys if key)) if keys and all(keys) else ()


def _fill(found: list[list[Chord]], taken: set[frozenset[str]]) -> None:
    """Give a key of its own to each action that has none, or that needs several at once.

    It is the action's number where all numbers are digits, else the next of those that are free.
    """
    used = {key for chord in taken for key in chord}
    used |= {letter for letter, arrow in LETTERS.items() if arrow in used}
    free = [key for key in _FREE if key not in used]
    for action, chords in enumerate(found):
        if chords and any(len(chord) == 1 for chord in chords):
            continue
        own = str(action)
        key = own if own in free and len(found) <= len(string.digits) else next(iter(free), None)
        if key is not None:
            free.remove(key)
            chords.append((key,))


def _ask(env: gym.Env[Any, Any], actions: Actions) -> tuple[dict[int, list[Chord]], int | None]:
    """Return the environment's own keys, and the action that is taken without any; foreign code may raise."""
    try:
        keys: Any = env.get_wrapper_attr("get_keys_to_action")()
        entries = [(_read_chord(chord), value) for chord, value in list(keys.items())[:_MOST_KEYS]]
        numbers = [(chord, _find_action(actions, value)) for chord, value in entries]
    except Exception:  # noqa: BLE001 - foreign code; keys are a convenience
        return {}, None
    found: dict[int, list[Chord]] = {}
    for chord, action in numbers:
        if chord and action is not None and RESERVED.isdisjoint(chord):
            found.setdefault(action, []).append(chord)
    no_op = next((action for chord, action in numbers if not chord), None)
    return found, no_op


def _find_action(actions: Actions, value: Any) -> int | None:
    return next(
        (action for action in range(actions.count) if np.array_equal(actions.decode(action), value)),
        None,
    )


def _read_chord(keys: Any) -> Chord:
    """Return the keys of an entry: a key, a text of one character for each key, or a tuple of keys."""
    parts: Iterator[Any] = iter(keys if isinstance(keys, tuple | list | str) else (keys,))
    return tuple(_read_key(part) for part in parts)


def _read_key(key: Any) -> str:
    if isinstance(key, int):
        key = _ARROWS.get(key) or chr(key)
    return _CHARACTERS.get(str(key), str(key))
