"""Actions as numbers, and masks of them."""

from __future__ import annotations

import enum
import math
from itertools import product
from typing import Any

import numpy as np
import pytest
from gymnasium import spaces
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.config import Config
from dqn_tui.envs.actions import MOST_COMBINATIONS, Actions
from dqn_tui.envs.environment import Environment
from dqn_tui.errors import UsageError
from tests.envs.toys import Sampled
from tests.helpers import one_line


@given(st.integers(1, 9), st.integers(-5, 5))
def test_discrete_actions_are_counted_from_zero(count: int, start: int) -> None:
    actions = Actions(spaces.Discrete(count, start=start))
    assert [actions.decode(action) for action in range(actions.count)] == list(range(start, start + count))


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(-3, 3)), min_size=1, max_size=4))
def test_every_combination_of_a_multidiscrete_space_is_one_action(dimensions: list[tuple[int, int]]) -> None:
    sizes, starts = zip(*dimensions, strict=True)
    space = spaces.MultiDiscrete(list(sizes), start=list(starts))
    actions = Actions(space)
    assert actions.count == math.prod(sizes)
    decoded = [actions.decode(action) for action in range(actions.count)]
    assert all(item in space for item in decoded)
    ranges = [range(start, start + size) for size, start in dimensions]
    assert [tuple(item) for item in decoded] == list(product(*ranges))


def test_a_multidiscrete_action_keeps_the_shape_of_its_space() -> None:
    space = spaces.MultiDiscrete(np.array([[2, 3], [1, 2]]))
    actions = Actions(space)
    assert actions.decode(1).tolist() == [[0, 0], [0, 1]]
    assert actions.decode(11).tolist() == [[1, 2], [0, 1]]
    assert actions.decode(3) in space


def test_an_environment_that_changes_its_action_changes_no_other() -> None:
    actions = Actions(spaces.MultiDiscrete([2, 2]))
    actions.decode(3)[:] = 0
    assert actions.decode(3).tolist() == [1, 1]


def test_the_environment_receives_the_decoded_action() -> None:
    env = Sampled(action_space=spaces.MultiDiscrete([2, 3]))
    environment = Environment(env)
    environment.reset(0)
    for action in range(environment.spec.spaces.action_count):
        environment.step(action)
    assert [tuple(item) for item in env.taken] == list(product(range(2), range(3)))


def test_as_many_combinations_as_are_allowed_and_not_one_more() -> None:
    assert Actions(spaces.MultiDiscrete([2] * 10)).count == MOST_COMBINATIONS
    with pytest.raises(UsageError) as caught:
        Actions(spaces.MultiDiscrete([5, 205]))
    message = one_line(str(caught.value))
    assert "1,025" in message
    assert "1,024" in message


@pytest.mark.parametrize("space", [spaces.Box(-1, 1, (2,)), spaces.Graph(spaces.Discrete(2), None), spaces.Text(3)])
def test_actions_of_another_kind_are_refused(space: Any) -> None:
    with pytest.raises(UsageError, match="Discrete, MultiDiscrete or MultiBinary"):
        Actions(space)


@given(st.lists(st.booleans(), min_size=1, max_size=6).filter(any), st.sampled_from([bool, np.int8, np.float64]))
def test_a_mask_of_any_numbers_becomes_boolean(mask: list[bool], dtype: type) -> None:
    actions = Actions(spaces.Discrete(len(mask)))
    read = actions.read_mask(np.array(mask, dtype), is_over=False)
    assert read.dtype == np.bool_
    assert read.tolist() == mask


@given(st.lists(st.lists(st.booleans(), min_size=1, max_size=4).filter(any), min_size=2, max_size=3))
def test_masks_of_dimensions_allow_the_combinations_that_all_of_them_allow(masks: list[list[bool]]) -> None:
    actions = Actions(spaces.MultiDiscrete([len(mask) for mask in masks]))
    expected = [all(choice) for choice in product(*masks)]
    assert actions.read_mask(tuple(np.array(mask, np.int8) for mask in masks), is_over=False).tolist() == expected
    assert actions.read_mask(np.array(expected), is_over=False).tolist() == expected


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (np.ones(5), ["6 or 2 + 3", "got 5"]),
        ((np.ones(3), np.ones(2)), ["6 or 2 + 3", "got 3 + 2"]),
        ((np.ones(2), np.ones(3), np.ones(1)), ["got 2 + 3 + 1"]),
        ((np.ones(2), np.zeros(3)), ["allow an action", "none of 6"]),
        (np.zeros(6), ["allow an action", "none of 6"]),
    ],
)
def test_an_invalid_mask_is_an_error_that_shows_its_size(mask: Any, words: list[str]) -> None:
    with pytest.raises(ValueError, match="action_mask") as caught:
        Actions(spaces.MultiDiscrete([2, 3])).read_mask(mask, is_over=False)
    message = one_line(str(caught.value))
    assert all(word in message for word in words), message


def test_the_mask_belongs_to_the_latest_observation() -> None:
    env = Sampled(info={"action_mask": np.array([1, 0])}, step_info={"action_mask": np.array([0, 1])})
    environment = Environment(env)
    environment.reset(0)
    assert environment.action_mask is not None
    assert environment.action_mask.tolist() == [True, False]
    environment.step(0)
    assert environment.action_mask.tolist() == [False, True]
    environment.reset(0)
    assert environment.action_mask.tolist() == [True, False]


def test_a_mask_is_a_copy_that_the_environment_cannot_change() -> None:
    mask = np.array([True, False])
    environment = Environment(Sampled(info={"action_mask": mask}))
    environment.reset(0)
    mask[:] = True
    assert environment.action_mask is not None
    assert environment.action_mask.tolist() == [True, False]


def test_a_mask_after_the_end_may_allow_nothing() -> None:
    env = Sampled(info={"action_mask": np.ones(2)}, step_info={"action_mask": np.zeros(2)})
    env.is_over = True
    environment = Environment(env)
    environment.reset(0)
    environment.step(0)
    assert environment.action_mask is not None
    assert environment.action_mask.all()
    env.is_over = False
    with pytest.raises(ValueError, match="must allow an action"):
        environment.step(0)


def test_a_step_without_a_mask_allows_everything() -> None:
    environment = Environment(Sampled(info={"action_mask": np.array([1, 0])}, step_info={}))
    environment.reset(0)
    environment.step(0)
    assert environment.action_mask is None


def test_a_mask_that_first_comes_with_a_step_applies() -> None:
    environment = Environment(Sampled(step_info={"action_mask": np.array([0, 1])}))
    environment.reset(0)
    assert environment.action_mask is None
    environment.step(0)
    assert environment.action_mask is not None
    assert environment.action_mask.tolist() == [False, True]
    environment.reset(1)
    assert environment.action_mask is None


@given(st.integers(1, 8))
def test_every_combination_of_switches_is_one_action(count: int) -> None:
    space = spaces.MultiBinary(count)
    actions = Actions(space)
    decoded = [actions.decode(action) for action in range(actions.count)]
    assert all(item in space for item in decoded)
    assert [tuple(item) for item in decoded] == list(product((0, 1), repeat=count))


@given(st.integers(2, 9), st.lists(st.tuples(st.floats(-5, 0), st.floats(0.5, 5)), min_size=1, max_size=3))
def test_continuous_actions_are_a_grid_from_the_lowest_to_the_highest(bins: int, bounds: list[Any]) -> None:
    low, high = (np.array(column, np.float32) for column in zip(*bounds, strict=True))
    space = spaces.Box(low, high)
    actions = Actions(space, bins)
    pairs = zip(low, high, strict=True)
    axes = [[first + (last - first) * step / (bins - 1) for step in range(bins)] for first, last in pairs]
    decoded = np.array([actions.decode(action) for action in range(actions.count)])
    np.testing.assert_allclose(decoded, list(product(*axes)), rtol=1e-5, atol=1e-6)
    assert decoded[0].tolist() == low.tolist()
    assert decoded[-1].tolist() == high.tolist()


def test_the_actions_of_a_grid_are_named_by_their_values() -> None:
    assert Actions(spaces.Box(-2, 2, (1,)), 5).names == ("-2", "-1", "+0", "+1", "+2")
    environment = Environment(Sampled(action_space=spaces.Box(-1, 1, (2,))), Config(action_bins=2))
    assert environment.spec.action_names == ("-1 -1", "-1 +1", "+1 -1", "+1 +1")
    (remark,) = environment.spec.remarks
    assert "grid of 2 values per dimension" in remark


@pytest.mark.parametrize(
    ("space", "bins", "words"),
    [
        (spaces.Box(-1, np.inf, (1,)), 3, ["finite bounds", "inf"]),
        (spaces.Box(-1, 1, (2,)), 0, ["Box", "action_bins=5"]),
        (spaces.Box(-1, 1, (4,)), 6, ["1,296", "1,024", "--wrap"]),
        (spaces.Discrete(3), 3, ["action_bins", "Discrete(3)"]),
    ],
)
def test_a_grid_that_cannot_be_is_one_line(space: Any, bins: int, words: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        Actions(space, bins)
    message = one_line(str(caught.value))
    assert all(word in message for word in words), message


class Meant(Sampled):
    def get_action_meanings(self) -> list[str]:
        return ["NOOP", "Move_LEFT"]


class Listed(Sampled):
    class Moves(enum.IntEnum):
        forward = 1
        turn_left = 0

    actions = Moves


def test_actions_have_the_names_that_the_environment_gives_them() -> None:
    assert Environment(Meant()).spec.action_names == ("noop", "move left")
    assert Environment(Listed()).spec.action_names == ("turn left", "forward")
    assert Environment(Listed(action_space=spaces.Discrete(3))).spec.action_names == ()
    assert Environment(Meant(), action_names=("a", "b")).spec.action_names == ("a", "b")
