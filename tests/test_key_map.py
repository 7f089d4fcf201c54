"""From pressed keys to actions."""

from __future__ import annotations

from dqn_tui.key_map import NAMED, RESERVED, KeyMap
from dqn_tui.ui.keys.play_keys import PLAY_KEYS

PONG = KeyMap(((("e",),), (("space",),), (("d",),), (("a",),), (("d", "space"), ("4",)), (("a", "space"),)), no_op=0)


def test_a_key_takes_its_action_and_others_none() -> None:
    assert PONG.choose(["space"]) == 1
    assert PONG.choose(["a"]) == 3
    assert PONG.choose(["4"]) == 4
    assert PONG.choose(["w"]) is None
    assert PONG.choose([]) is None


def test_keys_held_together_take_the_action_of_both() -> None:
    assert PONG.choose(["space", "d"]) == 4
    assert PONG.choose(["d", "space"]) == 4


def test_of_opposite_keys_the_newest_wins() -> None:
    assert PONG.choose(["a", "d"]) == 3
    assert PONG.choose(["d", "a"]) == 2
    assert PONG.choose(["d", "a", "space"]) == 4


def test_arrows_stand_for_letters_and_letters_for_arrows() -> None:
    assert PONG.read_key("left") == ("a",)
    assert PONG.twin_of("a") == "left"
    arrows = KeyMap(((("left",),), (("right",),)))
    assert arrows.read_key("d") == ("right",)
    assert arrows.read_key("w") == ()
    both = KeyMap(((("left",),), (("a",),)))
    assert (both.read_key("left"), both.read_key("a")) == (("left",), ("a",))


def test_shift_and_an_arrow_are_an_arrow_with_space_where_that_is_an_action() -> None:
    assert PONG.read_key("shift+right") == ("d", "space")
    assert PONG.read_key("shift+up") == ()
    assert KeyMap(((("left",),),)).read_key("shift+left") == ()


def test_a_chord_of_two_actions_is_the_first_ones() -> None:
    assert KeyMap(((("x",),), (("x",),))).choose(["x"]) == 0


def test_the_programs_own_keys_are_never_those_of_an_action() -> None:
    names = {"question_mark": "?", "plus": "+", "minus": "-", "equals_sign": "="}
    own = {names.get(name, name) for key in PLAY_KEYS for name in key.keys.split(",")}
    assert {name for name in own if len(name) == 1} <= RESERVED
    assert own.isdisjoint(NAMED)
