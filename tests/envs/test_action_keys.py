"""The keys of a person who plays: by family, by the environment, by names, by number."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import pytest
from gymnasium import spaces

from dqn_tui.config import parse_config
from dqn_tui.envs.action_keys import find_key_map
from dqn_tui.envs.actions import Actions
from dqn_tui.envs.make import make_environment
from dqn_tui.key_map import RESERVED, Chord, KeyMap
from tests.envs.helpers import skip_unless_installed


class _Pad(gym.Env[Any, Any]):
    """An environment that knows keys of its own, right or wrong."""

    def __init__(self, keys: Any, action_space: spaces.Space[Any]) -> None:
        self.action_space = action_space
        self._keys = keys

    def get_keys_to_action(self) -> Any:
        if isinstance(self._keys, Exception):
            raise self._keys
        return self._keys


def _keys_of(count: int = 4, *, own: Any = None, names: tuple[str, ...] = (), given: tuple[str, ...] = ()) -> KeyMap:
    env = _Pad({} if own is None else own, spaces.Discrete(count))
    return find_key_map(env, Actions(env.action_space), names, given)


def _first(keys: KeyMap) -> list[Chord]:
    return [keys.shown_chord(action) for action in range(len(keys.chords))]


def test_names_of_directions_are_arrows_and_what_does_something_is_space() -> None:
    keys = _keys_of(6, names=("south", "north", "east", "west", "pick up", "drop off"))
    assert _first(keys) == [("down",), ("up",), ("right",), ("left",), ("space",), ("x",)]
    assert keys.no_op is None


def test_names_of_several_words_are_chords_with_a_digit_beside_them() -> None:
    keys = _keys_of(4, names=("no-op", "left", "fire", "move left fire"))
    assert keys.no_op == 0
    assert keys.chords[0] == ((".",),)
    assert keys.chords[3] == (("left", "space"), ("3",))


def test_actions_without_known_names_are_their_digits() -> None:
    assert _first(_keys_of(3, names=("spades", "hearts", "left"))) == [("0",), ("1",), ("left",)]
    assert _first(_keys_of(2)) == [("0",), ("1",)]


def test_more_than_ten_actions_count_from_one_and_go_on_with_letters() -> None:
    found = _first(_keys_of(12))
    assert found == [(key,) for key in "1234567890ab"]


def test_no_action_has_a_key_of_the_program_and_none_has_anothers() -> None:
    chords = [chord for chords in _keys_of(300).chords for chord in chords]
    assert len(chords) == len(set(chords))
    assert not RESERVED & {key for chord in chords for key in chord}
    assert _keys_of(300).chords[299] == ()


def test_the_environments_own_keys_come_before_names() -> None:
    own = {(): 1, (276,): 0, (1073741903,): 2, "x ": 3}
    keys = _keys_of(own=own, names=("left", "coast", "right", "boost"))
    assert _first(keys) == [("left",), (".",), ("right",), ("x", "space")]
    assert keys.no_op == 1


def test_the_familys_keys_come_before_the_environments() -> None:
    keys = _keys_of(3, own={("a",): 0}, names=("left", "fire", "right"), given=("up", "", "left+space"))
    assert keys.chords == ((("up",),), (("space",),), (("left", "space"), ("2",)))


@pytest.mark.parametrize("own", [RuntimeError("no keys"), 7, {("a",): "jump"}, {None: 0}, {("q",): 0}, {(-5,): 0}])
def test_wrong_keys_of_an_environment_are_left_out(own: Any) -> None:
    assert _keys_of(2, own=own, names=("left", "right")).choose(["right"]) == 1


def test_keys_of_combined_actions_are_found_by_the_actions_themselves() -> None:
    env = _Pad({("z",): [1, 0]}, spaces.MultiDiscrete([2, 2]))
    assert find_key_map(env, Actions(env.action_space), ()).shown_chord(2) == ("z",)


@pytest.mark.parametrize(
    ("env", "first"),
    [
        ("CartPole-v1", [("left",), ("right",)]),
        ("MountainCar-v0", [("left",), (".",), ("right",)]),
        ("Acrobot-v1", [("left",), (".",), ("right",)]),
        ("FrozenLake-v1", [("left",), ("down",), ("right",), ("up",)]),
        ("LunarLander-v3", [(".",), ("left",), ("up",), ("right",)]),
        ("MinAtar/Breakout-v1", [(".",), ("left",), ("right",)]),
        ("ALE/Pong-v5", [("e",), ("space",), ("d",), ("a",), ("d", "space"), ("a", "space")]),
        ("highway-fast-v0", [("up",), (".",), ("down",), ("right",), ("left",)]),
    ],
)
def test_known_environments_have_sensible_keys(env: str, first: list[Chord]) -> None:
    skip_unless_installed(env)
    environment = make_environment(parse_config({"env": env}))
    assert _first(environment.find_key_map()) == first
    environment.close()
