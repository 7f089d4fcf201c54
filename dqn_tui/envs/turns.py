"""One thread at a time in environments that render.

pygame and SDL keep one state for the whole process: two rollouts that draw or close at the same moment free it twice,
and the process aborts.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import gymnasium as gym

LONGEST_WAIT_SECONDS = 10.0

_turn = threading.Lock()


@contextmanager
def take_turn() -> Iterator[None]:
    """Hold all other rendering environments of the process off.

    Raises:
        RuntimeError: another one has not returned for `LONGEST_WAIT_SECONDS`.
    """
    if not _turn.acquire(timeout=LONGEST_WAIT_SECONDS):
        raise RuntimeError(
            f"another rollout's environment has not returned for {LONGEST_WAIT_SECONDS:g} s, "
            "and only one can draw at a time"
        )
    try:
        yield
    finally:
        _turn.release()


class TakingTurns(gym.Wrapper[Any, Any, Any, Any]):
    """A rendering environment that takes a turn for each call."""

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Start an episode."""
        with take_turn():
            return self.env.reset(seed=seed, options=options)

    def step(self, action: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """Take an action."""
        with take_turn():
            return self.env.step(action)

    def render(self) -> Any:
        """Draw the present state."""
        with take_turn():
            return self.env.render()

    def close(self) -> None:
        """Free the environment's resources."""
        with take_turn():
            self.env.close()
