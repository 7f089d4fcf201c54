"""Keys are held for a moment, since a terminal does not tell when they are let go."""

from __future__ import annotations

from dqn_tui.key_map import KeyMap
from dqn_tui.training.held_keys import HOLD_SECONDS, HeldKeys

KEYS = KeyMap(((("left",),), (("right",),), (("space",),), (("left", "space"),)))
LEFT, RIGHT, FIRE, LEFT_FIRE = range(4)


def test_a_key_is_held_for_a_moment_and_longer_while_it_repeats() -> None:
    held = HeldKeys(KEYS)
    held.press(("left",), 10.0)
    assert held.choose(10.0) == LEFT
    assert held.choose(10.0 + HOLD_SECONDS) == LEFT
    held.press(("left",), 10.0 + HOLD_SECONDS)
    assert held.choose(10.1 + HOLD_SECONDS) == LEFT
    assert held.choose(10.1 + 2 * HOLD_SECONDS) is None


def test_a_tap_between_two_slow_steps_is_not_lost() -> None:
    held = HeldKeys(KEYS)
    held.press(("left",), 10.0)
    assert held.has_any
    assert held.choose(20.0) == LEFT
    assert not held.has_any
    assert held.choose(20.0) is None


def test_keys_pressed_shortly_after_each_other_are_held_together() -> None:
    held = HeldKeys(KEYS)
    held.press(("left",), 10.0)
    held.press(("space",), 10.1)
    assert held.choose(10.1) == LEFT_FIRE
    held.press(("space",), 10.0 + HOLD_SECONDS)
    assert held.choose(10.05 + HOLD_SECONDS) == FIRE


def test_the_newest_of_two_opposites_counts() -> None:
    held = HeldKeys(KEYS)
    held.press(("left",), 10.0)
    held.press(("right",), 10.1)
    assert held.choose(10.1) == RIGHT
    held.press(("left",), 10.15)
    assert held.choose(10.2) == LEFT


def test_released_keys_are_gone() -> None:
    held = HeldKeys(KEYS)
    held.press(("left",), 10.0)
    held.release()
    assert held.choose(10.0) is None
