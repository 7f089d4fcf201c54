"""A rollout that is shown while its player is still loading."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from dqn_tui.errors import DqnTuiError

if TYPE_CHECKING:
    from dqn_tui.rollout import RolloutFrame
    from dqn_tui.training.player import EpisodePlayer


class LoadingRollout:
    """A `Rollout` whose player is loaded on a thread, which starts when a screen first looks for a frame.

    Until the player is there, there is no frame, and buttons do nothing.

    Args:
        load: makes the player; it may take seconds.
        on_failure: called on the thread if `load` raises.

    Attributes:
        failure: what `load` raised.
    """

    def __init__(self, load: Callable[[], EpisodePlayer], on_failure: Callable[[], None]) -> None:
        self._load = load
        self._on_failure = on_failure
        self._lock = threading.Lock()
        self._player: EpisodePlayer | None = None
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="loader", daemon=True)
        self.failure: BaseException | None = None

    @property
    def frame(self) -> RolloutFrame | None:
        """The newest frame; None while loading."""
        if self._thread.ident is None:
            self._thread.start()
        return self._player.frame if self._player else None

    @property
    def error(self) -> str | None:
        """Why the player ended by itself or could not be loaded, in one line."""
        if self.failure is not None:
            return _explain(self.failure)
        return self._player.error if self._player else None

    @property
    def is_paused(self) -> bool:
        """Whether the player is paused."""
        return self._player is not None and self._player.is_paused

    @property
    def speed(self) -> float:
        """Playback speed; 1.0 is the environment's own frame rate."""
        return self._player.speed if self._player else 1.0

    @property
    def script(self) -> object | None:
        """What is played; None while loading."""
        return self._player.script if self._player else None

    def toggle_pause(self) -> None:
        """Pause or play."""
        if self._player:
            self._player.toggle_pause()

    def advance(self, frames: int = 1) -> None:
        """While paused: so many frames on."""
        if self._player:
            self._player.advance(frames)

    def seek(self, step: int) -> None:
        """Show that step."""
        if self._player:
            self._player.seek(step)

    def change_speed(self, direction: int) -> None:
        """Play faster (+1) or slower (-1)."""
        if self._player:
            self._player.change_speed(direction)

    def start_new_episode(self) -> None:
        """Drop this episode and begin the next."""
        if self._player:
            self._player.start_new_episode()

    def choose_policy(self, direction: int) -> None:
        """Play with the next (+1) or the previous (-1) policy."""
        if self._player:
            self._player.choose_policy(direction)

    def toggle_compare(self) -> None:
        """Open or close the second episode."""
        if self._player:
            self._player.toggle_compare()

    def choose_compared_policy(self, direction: int) -> None:
        """Compare with the next (+1) or the previous (-1) policy."""
        if self._player:
            self._player.choose_compared_policy(direction)

    def close(self) -> None:
        """End the player and its environment; return at once."""
        with self._lock:
            self._is_closed = True
            if self._player:
                self._player.close()

    def join(self, seconds: float) -> bool:
        """Wait for a closed player to end, but not for loading; return whether it ended in time."""
        return self._player.join(seconds) if self._player else True

    def _run(self) -> None:
        try:
            player = self._load()
        except BaseException as error:  # noqa: BLE001 - an environment may even raise SystemExit
            self.failure = error
            self._on_failure()
            return
        with self._lock:
            self._player = player
            if self._is_closed:
                player.close()


def _explain(failure: BaseException) -> str:
    from dqn_tui.runs.error_log import describe_error

    return str(failure) if isinstance(failure, DqnTuiError) else describe_error(failure)
