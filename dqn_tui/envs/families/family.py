"""The hooks of a family of environments.

A family is a module beside this one that ends in `FAMILY = Family(...)`; heavy packages are imported inside its hooks,
so that its ids can be asked about without loading Gymnasium. To add one, write that module, list it in `envs.catalog`,
and add a preset (`presets/`) and an extra (`pyproject.toml`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import gymnasium as gym
    from gymnasium.vector import VectorEnv
    from numpy.typing import NDArray

    from dqn_tui.config import Config
    from dqn_tui.envs.geometry import GridWorld, PlaneAxis

    Env = gym.Env[Any, Any]

Names = tuple[str, ...]


class NativeGames(Protocol):
    """A vector environment, and how some of its environments are reset."""

    vector: VectorEnv[Any, Any, Any]

    def reset(self, seeds: Mapping[int, int]) -> NDArray[Any]:
        """Reset the environments that are named with their seeds; return the observations of all, [E, *shape]."""


class JoinedGames(Protocol):
    """Single environments that compute together what their own `reset` and `step` return."""

    def foresee(self, seed_of: Callable[[int, int], int]) -> None:
        """See `envs.batch.Environments`."""

    def prepare(self, seeds: Mapping[int, int]) -> None:
        """Prepare the reset of environments, each with its seed."""

    def step(self, actions: Mapping[int, int]) -> None:
        """Compute a step of environments whose episodes have not ended; for others, do nothing.

        Their own `step` returns the results later, the earliest first.
        """

    def close(self) -> None:
        """Free what they share."""


@dataclass(frozen=True)
class NativeVector:
    """A vector environment of the family's own that can reset single environments.

    Attributes:
        title: the environments that have it.
        entry_point: `vector_entry_point` of their Gymnasium spec.
        make_games: makes it.
        fixed: settings that it supports with one value only.
        has_own_episodes: whether a seed means another episode here than in the single environment.
    """

    title: str
    entry_point: str
    make_games: Callable[[Config], NativeGames]
    fixed: Mapping[str, Any] = field(default_factory=dict)
    has_own_episodes: bool = False


@dataclass(frozen=True)
class JoinedVector:
    """A way for single environments of the family to step together, whatever prepares their observations.

    Attributes:
        title: the environments that have it.
        entry_point: of their Gymnasium spec.
        join_games: joins environments that are given without their wrappers.
        fixed: settings that it supports with one value only.
    """

    title: str
    entry_point: str
    join_games: Callable[[Sequence[Any]], JoinedGames]
    fixed: Mapping[str, Any] = field(default_factory=dict)


def _do_nothing() -> None:
    return


def _leave_unwrapped(env: Env, config: Config) -> Env:  # noqa: ARG001
    return env


def _name_nothing(env: Env) -> Names:  # noqa: ARG001
    return ()


def _has_no_grid(env: Env) -> GridWorld | None:  # noqa: ARG001
    return None


def _measure_nothing(env: Env) -> tuple[PlaneAxis, ...]:  # noqa: ARG001
    return ()


@dataclass(frozen=True)
class Family:
    """Environments that come from one package.

    Attributes:
        title: what people call them.
        environments: their ids, or the best known of them.
        extra: the extra of dqn-tui that installs them; None where they come with it.
        command: the shell command that installs them where an extra cannot: their package demands others that would
            replace those of dqn-tui.
        packages: the modules that they need, and what people call each.
        namespace: the part of their ids before the "/", where they share one.
        prefixes: beginnings of ids without a namespace that are theirs, such as "MiniGrid-".
        register: makes the ids known to Gymnasium; called whenever one of them is made.
        arguments: of `gymnasium.make`.
        wrap: prepares an environment that was just made.
        name_actions: names the actions of a made environment, in order; empty where they have none.
        name_observations: names the entries of its observation vector; empty where they have none.
        find_grid: returns the grid that a made environment's states lie on; None where they lie on none.
        measure_axes: returns an axis for each entry of its observation vector, to draw maps over; empty where unknown.
        best_axes: the two entries that such a map spans at first, by the environment's id without its version.
        name_keys: names the key of each action for a person who plays, such as "up", "space", "x" or "left+space", as
            `key_map` does; an empty string leaves it to the action's name, and no names leave all of them.
        is_turn_based: whether a person plays it step by step rather than in real time.
        render_modes: the modes to watch it in, the preferred one first.
        native: its own vector environment, where there is one.
    """

    title: str
    environments: tuple[str, ...]
    extra: str | None = None
    command: str | None = None
    packages: Mapping[str, str] = field(default_factory=dict)
    namespace: str | None = None
    prefixes: tuple[str, ...] = ()
    register: Callable[[], None] = _do_nothing
    arguments: Mapping[str, Any] = field(default_factory=dict)
    wrap: Callable[[Env, Config], Env] = _leave_unwrapped
    name_actions: Callable[[Env], Names] = _name_nothing
    name_observations: Callable[[Env], Names] = _name_nothing
    find_grid: Callable[[Env], GridWorld | None] = _has_no_grid
    measure_axes: Callable[[Env], tuple[PlaneAxis, ...]] = _measure_nothing
    best_axes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    name_keys: Callable[[Env], Names] = _name_nothing
    is_turn_based: bool = False
    # Text is sharper than a picture in a terminal.
    render_modes: tuple[str, ...] = ("ansi", "rgb_array")
    native: NativeVector | JoinedVector | None = None

    def owns(self, env_id: str) -> bool:
        """Whether an id is the family's, with or without its version."""
        namespace, separator, _ = env_id.partition("/")
        if separator:
            return namespace == self.namespace
        return env_id.startswith(self.prefixes) or any(
            env_id.partition("-v")[0] == known.partition("-v")[0] for known in self.environments
        )

    @property
    def patterns(self) -> tuple[str, ...]:
        """What ids look like where it has more than those listed, such as `"MiniGrid-*"`."""
        if len(self.environments) == 1:
            return ()
        starts = (f"{self.namespace}/", *self.prefixes) if self.namespace else self.prefixes
        return tuple(f"{start}*" for start in starts if any(known.startswith(start) for known in self.environments))

    @property
    def is_installed(self) -> bool:
        """Whether its packages can be imported."""
        return not self.missing_packages

    @property
    def missing_packages(self) -> list[str]:
        """The packages that cannot be imported, by the names that people call them."""
        return [name for package, name in self.packages.items() if find_spec(package) is None]

    @property
    def install_command(self) -> str:
        """The shell command that installs it."""
        if self.command:
            return self.command
        return f"pip install 'dqn-tui[{self.extra}]'" if self.extra else "pip install dqn-tui"


def names_by_environment(table: Mapping[str, Names]) -> Callable[[Env], Names]:
    """Return a hook that looks names up by the environment's id without its version, such as `"CartPole"`."""

    def look_up(env: Env) -> Names:
        return table.get(env.spec.name, ()) if env.spec else ()

    return look_up


def axes_by_environment(table: Mapping[str, tuple[PlaneAxis, ...]]) -> Callable[[Env], tuple[PlaneAxis, ...]]:
    """Return a hook that looks axes up by the environment's id without its version."""

    def look_up(env: Env) -> tuple[PlaneAxis, ...]:
        return table.get(env.spec.name, ()) if env.spec else ()

    return look_up
