"""Planes of values against a naive twin, in the environment's units."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dqn_tui.config import Config
from dqn_tui.value_pictures import PlaneValues, StateValues, ValueQuery
from tests.training.value_pictures.helpers import Desk

CART = Config(env="CartPole-v1", net_arch=(8,))
CAR = Config(env="MountainCar-v0", net_arch=(8,), scale_observations=True)


def paint(desk: Desk, query: ValueQuery) -> tuple[PlaneValues, StateValues]:
    picture = desk.easel.paint(query)
    assert isinstance(picture.overview, PlaneValues)
    assert picture.state is not None
    return picture.overview, picture.state


def test_points_have_the_values_of_their_observations(tmp_path: Path) -> None:
    """Each point is made one by one: the middle of its part of both axes, the other entries at their mean."""
    desk = Desk(CART, tmp_path)
    desk.seen = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
    plane, _ = paint(desk, ValueQuery(columns=5, rows=4))
    assert (plane.x.name, plane.y.name) == ("θ", "θ'")
    for row in range(4):
        for column in range(5):
            observation = desk.seen.mean(axis=0)
            observation[2] = plane.x.low + (column + 0.5) * (plane.x.high - plane.x.low) / 5
            observation[3] = plane.y.high - (row + 0.5) * (plane.y.high - plane.y.low) / 4
            expected = desk.network.q_values(observation[None])[0]
            np.testing.assert_allclose(plane.q_values[row, column], expected, rtol=1e-4, atol=1e-5)


def test_axes_are_in_the_environments_units_although_the_network_sees_scaled_ones(tmp_path: Path) -> None:
    desk = Desk(CAR, tmp_path)
    plane, state = paint(desk, ValueQuery(columns=9, rows=7))
    assert (plane.x.low, plane.x.high) == (-1.2, 0.6)
    # MountainCar's box scales position to (x + 0.3) / 0.9, velocity to v / 0.07.
    centre = desk.network.q_values(np.array([[(-0.3 + 0.3) / 0.9, 0.0]], np.float32))[0]
    np.testing.assert_allclose(plane.q_values[3, 4], centre, atol=1e-5)
    # An episode begins between -0.6 and -0.4 at rest.
    assert -0.6 <= plane.path[0, 0] <= -0.4
    assert plane.path[0, 1] == pytest.approx(0, abs=1e-6)
    assert state.cell == (3, int((plane.path[0, 0] + 1.2) / 1.8 * 9))


def test_visits_are_a_histogram_of_the_replay_buffer(tmp_path: Path) -> None:
    desk = Desk(CAR, tmp_path)
    # Scaled: the lowest position and velocity, twice; the highest ones, once; and one out of sight.
    desk.seen = np.array([[-0.99, -0.99], [-0.99, -0.99], [0.99, 0.99], [3.0, 0.0]], np.float32)
    plane, _ = paint(desk, ValueQuery(columns=2, rows=2))
    assert plane.visits is not None
    assert plane.visits.tolist() == [[0.0, 0.25], [0.5, 0.0]]


def test_the_cursor_shows_the_values_of_its_point(tmp_path: Path) -> None:
    desk = Desk(CART, tmp_path)
    plane, state = paint(desk, ValueQuery(columns=6, rows=6, cursor=(1, 4)))
    assert state.cell == (1, 4)
    np.testing.assert_allclose(state.q_values, plane.q_values[1, 4], atol=1e-6)


@pytest.mark.parametrize("axes", [(0, 1), (3, 1), (2, 2), (7, 5)])
def test_any_two_entries_span_a_plane(axes: tuple[int, int], tmp_path: Path) -> None:
    plane, _ = paint(Desk(CART, tmp_path), ValueQuery(axes=axes, columns=3, rows=3))
    assert plane.x.index == axes[0] % 4
    assert plane.x.index != plane.y.index


def test_other_entries_can_be_held_as_they_are_in_the_episode(tmp_path: Path) -> None:
    desk = Desk(CART, tmp_path)
    desk.seen = np.full((3, 4), 2.0, np.float32)
    at_mean, _ = paint(desk, ValueQuery(columns=3, rows=3))
    at_moment, _ = paint(desk, ValueQuery(columns=3, rows=3, is_held_at_moment=True))
    assert at_mean.held != at_moment.held
    assert not np.allclose(at_mean.q_values, at_moment.q_values)


def test_ranges_stay_while_policies_change(tmp_path: Path) -> None:
    desk = Desk(CART, tmp_path)
    first, _ = paint(desk, ValueQuery(columns=3, rows=3))
    desk.seen = np.full((3, 4), 9.0, np.float32)
    desk.step = 200
    second, _ = paint(desk, ValueQuery(columns=3, rows=3))
    assert (first.x, first.y) == (second.x, second.y)
