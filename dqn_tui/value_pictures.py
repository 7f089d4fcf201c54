"""Pictures of a value function for viewers: over a grid, over a plane of observations, and of one state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from dqn_tui.policy_choice import PolicyChoice

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Flags = NDArray[np.bool_]

Q_VALUES, RETURNS, SALIENCY, UNITS = "Q-values", "returns", "looks at", "units"
DETAILS = (Q_VALUES, RETURNS, SALIENCY, UNITS)
"""What can be shown of one state."""


@dataclass(frozen=True)
class ValueQuery:
    """What a picture should show.

    Attributes:
        policy: whose values.
        options: number of the value of each option of a grid; missing ones are up to the grid.
        axes: entries of the observation vector that span a plane, x and y; None for the family's choice.
        columns, rows: points of a plane.
        cursor: the state to show closely: row and column in a grid, point (row, column) of a plane; None for the
            state at `moment`.
        moment: steps from the beginning of a greedy episode.
        is_held_at_moment: whether the entries that span no axis are those of the state at `moment`, and not the mean
            of many states.
        detail: one of `DETAILS`.
    """

    policy: PolicyChoice = field(default_factory=PolicyChoice)
    options: tuple[int, ...] = ()
    axes: tuple[int, int] | None = None
    columns: int = 48
    rows: int = 32
    cursor: tuple[int, int] | None = None
    moment: int = 0
    is_held_at_moment: bool = False
    detail: str = Q_VALUES


@dataclass(frozen=True)
class GridValues:
    """Values of the states on a grid of H x W cells.

    Attributes:
        kinds: a letter for each cell, row by row: `#` for a wall, `.` where there is nothing special.
        is_state: whether the agent acts in the cell, bool [H, W].
        q_values: float32 [H, W, A], NaN where there is no state.
        allowed: the actions that are allowed, bool [H, W, A].
        signs: a sign for each action: an arrow where it moves, else a letter.
        options: name and values of what a cell does not tell, and the number of the value that is shown.
        walls: whether there is a wall on the right of each cell, bool [H, W]; None without such walls.
        optimum: the optimal Q-values, float32 [H, W, A]; None where there is no table of transitions.
        visits: share of the replay buffer's states, float32 [H, W]; None where unknown.
    """

    kinds: tuple[str, ...]
    is_state: Flags
    q_values: Floats
    allowed: Flags
    signs: tuple[str, ...]
    options: tuple[tuple[str, tuple[str, ...], int], ...] = ()
    walls: Flags | None = None
    optimum: Floats | None = None
    visits: Floats | None = None


@dataclass(frozen=True)
class Axis:
    """An axis of a plane: which entry of the observation vector, its name, unit and range."""

    index: int
    name: str
    unit: str
    low: float
    high: float


@dataclass(frozen=True)
class PlaneValues:
    """Values over a plane of R x C observations; the first row has the highest y.

    Attributes:
        x, y: the axes.
        q_values: float32 [R, C, A].
        entries: entries of the observation vector that can be an axis.
        held: where the other entries are from, in a few words.
        visits: share of the replay buffer's states, float32 [R, C]; None where unknown.
        path: x and y at each step of a greedy episode, in units of the axes, float32 [T, 2].
    """

    x: Axis
    y: Axis
    q_values: Floats
    entries: int
    held: str
    visits: Floats | None
    path: Floats


@dataclass(frozen=True)
class ReturnDistribution:
    """The distribution of the return for each action.

    Attributes:
        returns: N returns of each action, float32 [A, N], ascending.
        probabilities: of these returns, float32 [A, N].
    """

    returns: Floats
    probabilities: Floats


@dataclass(frozen=True)
class LayerUnits:
    """The units of a layer.

    Attributes:
        name: such as `"linear 1"`.
        now: mean absolute activation of each unit at the state, float32 [U].
        mean: the same over recent states, float32 [U].
        is_silent: whether it was 0 at all of them, bool [U].
    """

    name: str
    now: Floats
    mean: Floats
    is_silent: Flags


@dataclass(frozen=True)
class StateValues:
    """One state, seen closely.

    Attributes:
        place: which state, in a few words.
        cell: row and column where it lies in the overview; None where it lies nowhere.
        q_values: float32 [A].
        allowed: bool [A].
        optimum: the optimal Q-values, float32 [A]; None where unknown.
        visits: share of the replay buffer's states; None where unknown.
        returns: None unless asked for, and for networks that know only means.
        picture: the observation that the network sees, float32 [H, W] in [0, 1]; None unless saliency was asked for.
        saliency: how much the Q-values hang on each place of it, float32 [H, W].
        saliency_seconds: what that cost.
        layers: empty unless asked for.
    """

    place: str
    cell: tuple[int, int] | None
    q_values: Floats
    allowed: Flags
    optimum: Floats | None = None
    visits: float | None = None
    returns: ReturnDistribution | None = None
    picture: Floats | None = None
    saliency: Floats | None = None
    saliency_seconds: float = 0.0
    layers: tuple[LayerUnits, ...] = ()


@dataclass(frozen=True)
class ValuePicture:
    """A picture of a value function.

    Attributes:
        query: what was asked for.
        policy: origin of the weights, such as `"live @ step 12,400"`.
        step: environment step of the weights.
        gamma: discount factor of the values.
        action_names: name of each action; empty where unknown.
        overview: all states of a grid or a plane; None where observations lie on neither.
        state: the state at the cursor; None where there is none.
        choices: the policies that can be chosen.
        details: the `DETAILS` that this network can show.
        seconds: time that painting took.
        remarks: what the picture cannot show and why, a line each.
    """

    query: ValueQuery
    policy: str
    step: int
    gamma: float
    action_names: tuple[str, ...]
    overview: GridValues | PlaneValues | None
    state: StateValues | None
    choices: tuple[PolicyChoice, ...]
    details: tuple[str, ...] = (Q_VALUES,)
    seconds: float = 0.0
    remarks: tuple[str, ...] = field(default_factory=tuple)


class ValuePictures(Protocol):
    """Paints pictures of one run's value function, on its own thread. No call blocks."""

    @property
    def picture(self) -> ValuePicture | None:
        """The newest picture, a new object for each; None before the first."""

    @property
    def error(self) -> str | None:
        """The reason in one line why there is no picture of the last query, or no picture at all; None otherwise."""

    def ask(self, query: ValueQuery) -> None:
        """Paint this next and, if it shows the live policy, again and again."""

    def show(self, *, is_shown: bool) -> None:
        """Say whether the pictures are shown: none are painted while they are not."""

    def close(self) -> None:
        """End the thread; returns at once."""
