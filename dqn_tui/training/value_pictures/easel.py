"""Paints the pictures of one run's value function."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, perf_counter, thread_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dqn_tui.config import Config
from dqn_tui.envs.environment import Environment
from dqn_tui.errors import CheckpointError
from dqn_tui.policy_choice import LIVE
from dqn_tui.seeding import episode_seed
from dqn_tui.spaces import Spaces
from dqn_tui.training.policy import Policy
from dqn_tui.training.policy_shelf import PolicyShelf
from dqn_tui.training.value_pictures.close_look import find_details, find_returns, find_saliency, find_units
from dqn_tui.training.value_pictures.greedy_episode import GreedyEpisode, play_greedily
from dqn_tui.training.value_pictures.grid_painter import find_grid_painter
from dqn_tui.training.value_pictures.plane_painter import find_plane_painter
from dqn_tui.value_pictures import (
    RETURNS,
    SALIENCY,
    UNITS,
    GridValues,
    PlaneValues,
    StateValues,
    ValuePicture,
    ValueQuery,
)

Observations = NDArray[Any]

# A greedy episode of the live policy is played again when this many times its own time has passed.
_EPISODE_REST = 150
_LEAST_EPISODE_SECONDS = 5.0
_CHOICES_SECONDS = 2.0
_SEEN_SECONDS = 4.0


class Easel:
    """Everything that pictures of a run need; used by one thread.

    Args:
        config: the run's settings.
        environment: an environment of its own, which plays greedy episodes and encodes observations.
        make_shelf: makes the shelf of policies, given the environment's spaces.
        fetch_seen: returns observations of the replay buffer [N, *shape]; None where there are none.
    """

    def __init__(
        self,
        config: Config,
        environment: Environment,
        make_shelf: Callable[[Spaces], PolicyShelf],
        fetch_seen: Callable[[], Observations | None],
    ) -> None:
        self._config = config
        self._environment = environment
        self._spaces = environment.spec.spaces
        self._shelf = make_shelf(self._spaces)
        self._fetch_seen = fetch_seen
        self._grid = find_grid_painter(environment, config)
        self._plane = None if self._grid else find_plane_painter(environment, config)
        self._seen: Observations | None = None
        self._episode: GreedyEpisode | None = None
        self._episode_of = ("", -1)
        self._seen_at = self._choices_at = self._episode_due = -1e9
        self._choices: tuple[Any, ...] = ()

    def paint(self, query: ValueQuery) -> ValuePicture:
        """Return the picture that is asked for.

        Raises:
            CheckpointError: there is no such policy, or it cannot be read.
        """
        started = perf_counter()
        policy = self._shelf.load(query.policy)
        if policy is None:
            raise CheckpointError("there is no policy yet")
        self._look_at_run(query, policy)
        overview = self._paint_overview(query, policy)
        return ValuePicture(
            query=query,
            policy=policy.label,
            step=policy.step,
            gamma=self._config.gamma,
            action_names=self._environment.spec.action_names,
            overview=overview,
            state=self._look_closely(query, policy, overview),
            choices=self._choices,
            details=find_details(policy.network, self._config, self._spaces),
            seconds=perf_counter() - started,
            remarks=() if self._seen is not None else ("no replay buffer to count visits in",),
        )

    def close(self) -> None:
        """Close the environment."""
        self._environment.close()

    # --- what the run has to show ---

    def _look_at_run(self, query: ValueQuery, policy: Policy) -> None:
        now = monotonic()
        if now >= self._choices_at + _CHOICES_SECONDS:
            self._choices, self._choices_at = self._shelf.list_choices(), now
        if now >= self._seen_at + _SEEN_SECONDS:
            seen = self._fetch_seen()
            self._seen = seen if seen is not None and len(seen) else None
            self._seen_at = monotonic()
        self._play_if_due(query, policy)

    def _play_if_due(self, query: ValueQuery, policy: Policy) -> None:
        """Play a greedy episode with another policy at once, with newer weights of the live one only now and then."""
        identity = (query.policy.name, policy.step)
        if identity == self._episode_of or (
            query.policy.name == self._episode_of[0] == LIVE and monotonic() < self._episode_due
        ):
            return
        started = thread_time()
        seed = episode_seed(self._config.seed, "rollout", 0, 1)
        self._episode, self._episode_of = play_greedily(self._environment, policy.network, seed), identity
        rest = max(_LEAST_EPISODE_SECONDS, _EPISODE_REST * (thread_time() - started))
        self._episode_due = monotonic() + rest

    @property
    def _played(self) -> GreedyEpisode:
        assert self._episode is not None
        return self._episode

    @property
    def _recent(self) -> Observations:
        """Observations that the run has met: of its replay buffer, else of the greedy episode."""
        return self._played.observations if self._seen is None else self._seen

    def _moment(self, query: ValueQuery) -> int:
        return min(max(0, query.moment), len(self._played.observations) - 1)

    def _held(self, query: ValueQuery) -> Observations:
        if query.is_held_at_moment:
            return np.asarray(self._played.observations[self._moment(query)])
        return np.asarray(self._recent.mean(axis=0), np.float32)

    # --- painting ---

    def _paint_overview(self, query: ValueQuery, policy: Policy) -> GridValues | PlaneValues | None:
        if self._grid is not None:
            return self._grid.paint(policy.network, query, self._seen)
        if self._plane is not None:
            path = self._played.observations
            return self._plane.paint(policy.network, query, self._held(query), self._seen, path)
        return None

    def _look_closely(
        self, query: ValueQuery, policy: Policy, overview: GridValues | PlaneValues | None
    ) -> StateValues | None:
        moment = self._moment(query)
        place = f"episode step {moment:,}/{len(self._played.observations) - 1:,}"
        observation, cell = self._played.observations[moment], query.cursor
        allowed = self._played.masks[moment]
        if isinstance(overview, GridValues) and self._grid is not None:
            cell = cell or self._grid.locate(query, observation) or self._grid.first_cell(query)
            found = None if cell is None else self._grid.find(query, cell)
            if cell is None or found is None:
                return None
            observation, place, allowed = found, f"row {cell[0]}, column {cell[1]}", overview.allowed[cell]
        elif self._plane is not None:
            if cell is not None:
                observation = self._plane.find(query, cell, self._held(query), self._recent)
                place, allowed = "point", np.ones_like(allowed)
            cell = self._plane.locate(query, observation, self._recent)
            place = f"{place}: {self._plane.describe(query, observation, self._recent)}"
        return self._describe(query, policy, place, cell, observation, allowed, overview)

    def _describe(
        self,
        query: ValueQuery,
        policy: Policy,
        place: str,
        cell: tuple[int, int] | None,
        observation: Observations,
        allowed: NDArray[np.bool_],
        overview: GridValues | PlaneValues | None,
    ) -> StateValues:
        optimum = overview.optimum if isinstance(overview, GridValues) else None
        visits = None if overview is None else overview.visits
        picture = found = None
        seconds = 0.0
        if query.detail == SALIENCY and self._spaces.images:
            picture, found, seconds = find_saliency(policy.network, self._spaces, observation)
        return StateValues(
            place=place,
            cell=cell,
            q_values=policy.network.q_values(observation[None])[0],
            allowed=allowed,
            optimum=None if optimum is None or cell is None else optimum[cell],
            visits=None if visits is None or cell is None else float(visits[cell]),
            returns=find_returns(policy.network, observation) if query.detail == RETURNS else None,
            picture=picture,
            saliency=found,
            saliency_seconds=seconds,
            layers=find_units(policy.network, observation, self._recent) if query.detail == UNITS else (),
        )
