"""The sum tree against running sums."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.dqn.priorities import SumTree

LEAF = st.one_of(st.just(0.0), st.floats(0, 1e300), st.sampled_from([5e-324, 1e-300, 1e-16, 1.0, 1e16]))


def make_tree(leaves: list[float]) -> SumTree:
    tree = SumTree(len(leaves))
    tree.fill(0, len(leaves), np.array(leaves))
    return tree


def find_naively(leaves: list[int], mass: float) -> int:
    total = 0
    for index, leaf in enumerate(leaves):
        total += leaf
        if mass < total:
            return index
    raise AssertionError("the mass lies beyond the total")


def test_a_mass_is_found_by_the_sums_before_it() -> None:
    tree = make_tree([1, 2, 3, 4])
    assert tree.total == 10
    masses = np.array([0, 0.5, 1, 2.9, 3, 5.9, 6, 9.9])
    assert tree.find(masses).tolist() == [0, 0, 1, 1, 2, 2, 3, 3]


@given(leaves=st.lists(st.integers(0, 5), min_size=1, max_size=300).filter(any))
def test_every_mass_lies_where_a_running_sum_finds_it(leaves: list[int]) -> None:
    total = sum(leaves)
    masses = np.arange(0, total, 0.5)
    tree = make_tree([float(leaf) for leaf in leaves])
    assert tree.total == total
    assert tree.find(masses).tolist() == [find_naively(leaves, mass) for mass in masses.tolist()]


@given(
    leaves=st.lists(LEAF, min_size=1, max_size=200).filter(any),
    fractions=st.lists(st.floats(0, 1), max_size=20),
)
def test_a_leaf_of_zero_is_never_found_whatever_the_rounding(leaves: list[float], fractions: list[float]) -> None:
    tree = make_tree(leaves)
    masses = np.array([*fractions, 0.0, 1.0, np.nextafter(1.0, 0.0)]) * tree.total
    assert (tree.get(tree.find(masses)) > 0).all()


def test_a_mass_that_rounding_puts_past_the_end_of_its_block_finds_the_last_leaf_that_counts() -> None:
    # Added one by one, the small leaves are lost beside the 1; summed among themselves first, they are not.
    tree = make_tree([0.0, 1.0, *[2.0**-53] * 62])
    assert tree.total > 1
    assert tree.find(np.array([1.0, tree.total])).tolist() == [1, 1]


@given(
    capacity=st.integers(1, 200),
    seed=st.integers(0, 999),
    rounds=st.integers(0, 12),
)
def test_the_tree_depends_on_its_leaves_and_not_on_how_they_came(capacity: int, seed: int, rounds: int) -> None:
    generator = np.random.default_rng(seed)
    tree = SumTree(capacity)
    for _ in range(rounds):
        count = int(generator.integers(1, 9))
        tree.set(generator.integers(0, capacity, count), generator.random(count))
        start, stop = sorted(generator.integers(0, capacity + 1, 2).tolist())
        tree.fill(start, stop, float(generator.random()))
    tree.set(np.array([0]), np.array([0.5]))
    again = make_tree(tree.leaves[:capacity].tolist())
    masses = generator.random(500) * tree.total
    assert again.total == tree.total
    np.testing.assert_array_equal(again.find(masses), tree.find(masses))


def test_of_equal_indices_the_last_counts() -> None:
    tree = SumTree(70)
    tree.set(np.array([66, 3, 66]), np.array([1.0, 2.0, 4.0]))
    assert (tree.get(np.array([3, 66])).tolist(), tree.total) == ([2, 4], 6)


@pytest.mark.parametrize(("start", "stop"), [(0, 0), (5, 5), (0, 1), (63, 65), (64, 128), (10, 130)])
def test_a_range_is_filled_and_nothing_beside_it(start: int, stop: int) -> None:
    tree = SumTree(130)
    tree.fill(start, stop, 2.0)
    assert np.flatnonzero(tree.leaves).tolist() == list(range(start, stop))
    assert tree.total == 2 * (stop - start)
