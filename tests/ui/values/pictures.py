"""Pictures of value functions for the tests of the pane."""

from __future__ import annotations

import numpy as np

from dqn_tui.policy_choice import PolicyChoice
from dqn_tui.value_pictures import (
    DETAILS,
    Axis,
    GridValues,
    LayerUnits,
    PlaneValues,
    ReturnDistribution,
    StateValues,
    ValuePicture,
    ValueQuery,
)

CHECKPOINTS = (PolicyChoice("step_000005000", 5_000, 12.5), PolicyChoice("step_000010000", 10_000))
CHOICES = (PolicyChoice(), PolicyChoice("best", 10_000, 40.0), *CHECKPOINTS)
KINDS = ("S...", ".H.H", "...H", "H..G")
ACTIONS = ("left", "down", "right", "up")


def paint_lake(query: ValueQuery) -> ValuePicture:
    """A lake whose values grow towards the goal, scaled with the step of the policy."""
    strength = (query.policy.step or 20_000) / 20_000
    is_state = np.array([[kind not in "HG" for kind in row] for row in KINDS])
    rows, columns = np.indices((4, 4))
    values = ((rows + columns) / 8)[..., None] + np.array([0.0, 0.05, 0.04, -0.1])
    q_values = np.where(is_state[..., None], strength * values, np.nan).astype(np.float32)
    optimum = np.where(is_state[..., None], values, np.nan).astype(np.float32)
    allowed = np.broadcast_to(is_state[..., None], q_values.shape)
    visits = np.where(is_state, 0.01 * (1 + rows), np.nan).astype(np.float32)
    grid = GridValues(KINDS, is_state, q_values, allowed, ("←", "↓", "→", "↑"), (), None, optimum, visits)
    cell = query.cursor or (0, 0)
    state = make_state(f"row {cell[0]}, column {cell[1]}", cell, q_values[cell], optimum[cell], visits[cell])
    return _picture(query, grid, state)


def paint_town(query: ValueQuery) -> ValuePicture:
    """A town with a wall, and two options."""
    picture = paint_lake(query)
    assert isinstance(picture.overview, GridValues)
    chosen = (*query.options, 0, 1)[:2] if not query.options else query.options
    options = tuple(
        (name, ("R", "G", "Y"), number % 3) for name, number in zip(("passenger", "destination"), chosen, strict=True)
    )
    walls = np.zeros((4, 4), bool)
    walls[0, 1] = True
    grid = GridValues(
        KINDS,
        picture.overview.is_state,
        picture.overview.q_values,
        picture.overview.allowed,
        picture.overview.signs,
        options,
        walls,
    )
    return _picture(query, grid, picture.state)


def paint_plane(query: ValueQuery) -> ValuePicture:
    """A plane whose value is high in the middle; the greedy action changes there."""
    first, second = query.axes or (2, 3)
    names, units = ("x", "x'", "θ", "θ'"), ("m", "m/s", "rad", "rad/s")
    x, y = (Axis(index, names[index], units[index], -0.5, 0.5) for index in (first, second))
    rows, columns = np.mgrid[1 : -1 : query.rows * 1j, -1 : 1 : query.columns * 1j]
    values = np.exp(-4 * (rows + columns) ** 2)
    q_values = np.stack((values + 0.1 * columns, values - 0.1 * columns), axis=2).astype(np.float32)
    path = np.stack((np.linspace(-0.4, 0.4, 30), np.sin(np.linspace(0, 6, 30)) / 3), axis=1).astype(np.float32)
    cell = query.cursor or (query.rows // 2, query.columns // 2)
    plane = PlaneValues(x, y, q_values, 4, "at their mean", values.astype(np.float32), path)
    cell = min(cell[0], query.rows - 1), min(cell[1], query.columns - 1)
    return _picture(query, plane, make_state(f"point {cell}", cell, q_values[cell], None, None), ("left", "right"))


def paint_pixels(query: ValueQuery) -> ValuePicture:
    """A state of an environment of images, without an overview."""
    state = make_state(f"episode step {query.moment}/99", None, np.array([0.1, -0.4, 0.3, 0.2], np.float32), None, None)
    return _picture(query, None, state)


def make_state(place, cell, q_values, optimum, visits) -> StateValues:  # type: ignore[no-untyped-def]
    count = len(q_values)
    returns = np.tile(np.linspace(-1, 2, 31, dtype=np.float32), (count, 1))
    weights = np.exp(-((returns - q_values[:, None]) ** 2) * 8)
    units = np.linspace(0, 2, 40, dtype=np.float32)
    return StateValues(
        place,
        cell,
        q_values,
        np.ones(count, bool),
        optimum,
        None if visits is None else float(visits),
        ReturnDistribution(returns, weights / weights.sum(axis=1, keepdims=True)),
        np.linspace(0, 1, 100, dtype=np.float32).reshape(10, 10),
        np.eye(10, dtype=np.float32),
        0.012,
        (LayerUnits("linear 1", units, np.ones_like(units), units == 0),),
    )


def _picture(query, overview, state, actions=ACTIONS) -> ValuePicture:  # type: ignore[no-untyped-def]
    step = query.policy.step or 20_000
    origin = "live" if query.policy.step is None else "saved"
    return ValuePicture(query, f"{origin} @ step {step:,}", step, 0.99, actions, overview, state, CHOICES, DETAILS)
