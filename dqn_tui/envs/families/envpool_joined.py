"""Games of EnvPool that take their steps in common pools.

A pool takes its seeds only where it is made. So one is made with a slot for each of the next episodes of every game,
and a game leaves its slot at the episode's end. A step is one batch: one hand-over to the pool's thread and back,
whatever the number of games.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from dqn_tui.envs.families.envpool_game import EnvPoolGame, Result, pick, seed_in_pool

MOST_EPISODES_AHEAD = 16
_FEWEST_EPISODES_AHEAD = 2
_MOST_SLOTS = 2048
_Key = tuple[int, int]
"""The number of a game and an episode's seed."""


class JoinedPools:
    """E games that step together: `JoinedGames`.

    The games move to a new pool one by one, as their episodes end; the old one is freed once the last has left it.
    """

    def __init__(self, games: Sequence[EnvPoolGame]) -> None:
        self._game = games[0]
        self._seats = [_Seat(self, index) for index in range(len(games))]
        for game, seat in zip(games, self._seats, strict=True):
            game.player = seat
        self._ahead = max(_FEWEST_EPISODES_AHEAD, min(MOST_EPISODES_AHEAD, _MOST_SLOTS // len(games)))
        self._seed_of: Callable[[int, int], int] | None = None
        self._ready: dict[_Key, _Slot] = {}

    def foresee(self, seed_of: Callable[[int, int], int]) -> None:
        """See `JoinedGames`."""
        self._seed_of = seed_of

    def prepare(self, seeds: Mapping[int, int]) -> None:
        """See `JoinedGames`."""
        if not self._ready.keys() >= seeds.items():
            keys = list(dict.fromkeys([*seeds.items(), *self._expected()]))
            slots = _make_slots(self._game, len(self._seats), [seed for _, seed in keys])
            self._ready = dict(zip(keys, slots, strict=True))

    def take(self, index: int, seed: int) -> _Slot:
        """Return a slot where the episode has just begun."""
        self.prepare({index: seed})
        return self._ready.pop((index, seed))

    def step(self, actions: Mapping[int, int]) -> None:
        """See `JoinedGames`."""
        moves: dict[_Pool, dict[int, int]] = {}
        seats: dict[tuple[_Pool, int], _Seat] = {}
        for index, action in actions.items():
            seat = self._seats[index]
            if seat.slot is not None:
                pool, place, _ = seat.slot
                moves.setdefault(pool, {})[place] = action
                seats[pool, place] = seat
        for pool, taken in moves.items():
            pool.send(taken)
        for pool in moves:
            for place, result in pool.receive():
                if (pool, place) in seats:
                    seats[pool, place].receive(result)

    def close(self) -> None:
        """See `JoinedGames`."""
        self._ready.clear()
        for seat in self._seats:
            seat.slot = None

    def _expected(self) -> Iterator[_Key]:
        if self._seed_of is not None:
            for seat in self._seats:
                for ahead in range(self._ahead):
                    yield seat.index, self._seed_of(seat.index, ahead)


class _Seat:
    """A game's place among the others: its `Player`."""

    def __init__(self, pools: JoinedPools, index: int) -> None:
        self.index = index
        self.slot: _Slot | None = None
        self._pools = pools
        self._results: deque[Result] = deque()

    def reset(self, seed: int) -> Any:
        self.slot = self._pools.take(self.index, seed)
        self._results.clear()
        return self.slot.start

    def step(self, action: int) -> Result:
        if not self._results:
            self._pools.step({self.index: action})
        if not self._results:
            raise RuntimeError(f"environment {self.index} must be reset before it steps")
        return self._results.popleft()

    def receive(self, result: Result) -> None:
        self._results.append(result)
        _, _, terminated, truncated, _ = result
        if terminated or truncated:
            self.slot = None


class _Slot(NamedTuple):
    """A place in a pool whose episode has begun with the observation `start`."""

    pool: _Pool
    place: int
    start: Any


class _Pool:
    """A pool where some slots step, the others wait, and spare ones fill up batches.

    EnvPool waits for a whole batch of as many slots as there are games.
    """

    def __init__(self, pool: Any, batch_size: int, spare: Sequence[int]) -> None:
        self._pool = pool
        self._batch_size = batch_size
        self._spare = spare

    def send(self, actions: Mapping[int, int]) -> None:
        """Begin a step of the slots that are named."""
        places = [*actions, *self._spare[: self._batch_size - len(actions)]]
        taken = [*actions.values(), *[0] * (len(places) - len(actions))]
        self._pool.send(np.array(taken, np.int32), np.array(places, np.int32))

    def receive(self) -> Iterator[tuple[int, Result]]:
        """Yield the results of the step that was begun, each with its slot."""
        observations, *columns, info = self._pool.recv()
        rows = zip(*(column.tolist() for column in (info["env_id"], *columns)), strict=True)
        for row, (place, reward, terminated, truncated) in enumerate(rows):
            yield place, (pick(observations, row), reward, terminated, truncated, {})


def _make_slots(game: EnvPoolGame, batch_size: int, seeds: Sequence[int]) -> list[_Slot]:
    """Return slots of a new pool, one for each seed, reset with it."""
    batches = -(-(len(seeds) + batch_size - 1) // batch_size)
    spare = range(len(seeds), batches * batch_size)
    in_pool = [*(seed_in_pool(seed) for seed in seeds), *[0] * len(spare)]
    made = game.make_pool(num_envs=len(in_pool), batch_size=batch_size, seed=in_pool)
    made.async_reset()
    starts: dict[int, Any] = {}
    for _ in range(batches):
        observations, info = made.recv(reset=True)
        starts.update((place, pick(observations, row)) for row, place in enumerate(info["env_id"].tolist()))
    pool = _Pool(made, batch_size, spare)
    return [_Slot(pool, place, starts[place]) for place in range(len(seeds))]
