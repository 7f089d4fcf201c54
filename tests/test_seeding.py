"""Seeds depend on their names and arguments, and on nothing else."""

from __future__ import annotations

import itertools

import numpy as np

from dqn_tui.seeding import derive_seed, episode_seed, make_generator


def test_a_purpose_has_the_same_numbers_each_time() -> None:
    first, second = (make_generator(1, "replay").integers(0, 2**31, 8) for _ in range(2))
    np.testing.assert_array_equal(first, second)


def test_seeds_and_purposes_give_streams_of_their_own() -> None:
    draws = {
        tuple(make_generator(seed, purpose).integers(0, 2**31, 4))
        for seed, purpose in itertools.product((0, 1, 2**31 - 1), ("replay", "exploration"))
    }
    assert len(draws) == 6
    assert len({derive_seed(seed, purpose) for seed in (0, 1) for purpose in ("weights", "other")}) == 4


def test_drawing_for_one_purpose_does_not_shift_another() -> None:
    alone = make_generator(1, "replay").random(4)
    make_generator(1, "exploration").random(100)
    np.testing.assert_array_equal(make_generator(1, "replay").random(4), alone)


def test_an_episodes_seed_depends_on_each_of_its_arguments_and_on_nothing_else() -> None:
    paths = list(itertools.product((1, 2), ("training", "evaluation"), (0, 1, 2), range(50)))
    seeds = [episode_seed(*path) for path in paths]
    assert len(set(seeds)) == len(paths)
    assert [episode_seed(*path) for path in reversed(paths)] == seeds[::-1]


def test_an_episodes_seed_is_one_that_any_environment_takes() -> None:
    assert all(0 <= episode_seed(seed, "training", 0, 0) < 2**31 for seed in range(500))
