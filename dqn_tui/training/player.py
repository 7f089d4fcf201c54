"""Plays episodes for viewers, on a separate thread: `rollout.Rollout`."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from time import monotonic

import torch

from dqn_tui.config import Config
from dqn_tui.dqn.sizes import TORCH_THREADS
from dqn_tui.errors import DqnTuiError, read_message
from dqn_tui.policy_choice import PolicyChoice
from dqn_tui.rollout import RecordedEpisode, RolloutFrame, change_speed
from dqn_tui.spaces import Spaces
from dqn_tui.training.cast import Cast, NoPolicyError, Policies
from dqn_tui.training.take import Interrupted, PlayedScript

PICTURES_PER_SECOND = 15.0
"""Beside training, which pays for each picture."""
FREE_PICTURES_PER_SECOND = 30.0
ENDING_SECONDS = 1.2

Wish = Callable[[], None]


class EpisodePlayer:
    """Plays episodes at the environment's own frame rate, each with the policy at its start.

    Every wish is carried out on the player's thread, in order; nothing is played while it is paused and nothing wished.

    Args:
        config: settings of the environment; the player makes a separate one, which renders.
        seed: seed of the greedy episodes' resets.
        make_policies: called on the player's thread with the environment's spaces.
        choice: the policy at first; None for the live one.
        record: a training episode to play first; it stops at its end.
        is_free: whether no training in this process pays for the pictures now.
    """

    def __init__(
        self,
        config: Config,
        seed: int,
        make_policies: Callable[[Spaces], Policies],
        *,
        choice: PolicyChoice | None = None,
        record: RecordedEpisode | None = None,
        is_free: Callable[[], bool] = lambda: False,
    ) -> None:
        self._make_cast = partial(Cast, config, seed, make_policies, choice or PolicyChoice(), record, self._has_news)
        self._frame_seconds = 1.0
        self._is_free = is_free
        self._condition = threading.Condition()
        self._wishes: deque[Wish] = deque()
        self._frame: RolloutFrame | None = None
        self._error: str | None = None
        self._is_paused = False
        self._is_closed = False
        self._speed = 1.0
        self._playhead = 0
        self._target: int | None = None
        self._due = self._next_picture = monotonic()
        self._is_stale = True
        self._thread = threading.Thread(target=self._run, name="rollout", daemon=True)
        self._thread.start()

    @property
    def frame(self) -> RolloutFrame | None:
        """The newest frame; None before the first."""
        return self._frame

    @property
    def error(self) -> str | None:
        """Why the player ended on its own."""
        return self._error

    @property
    def script(self) -> PlayedScript | None:
        """What the main episode plays; None before the first frame."""
        return self._cast.script if self._frame is not None else None

    @property
    def is_paused(self) -> bool:
        """Whether playback is paused."""
        return self._is_paused

    @property
    def speed(self) -> float:
        """Playing speed as a multiple of the environment's frame rate, one of `SPEEDS`."""
        return self._speed

    # --- wishes, from any thread ---

    def toggle_pause(self) -> None:
        """Play or pause; a recorded episode that was played to its end is played from its start."""
        with self._condition:
            self._is_paused = not self._is_paused
            self._wishes.append(self._show_if_stale if self._is_paused else self._resume)
            self._condition.notify_all()

    def change_speed(self, direction: int) -> None:
        """Change to the next faster or slower of `SPEEDS`."""
        with self._condition:
            self._speed = change_speed(self._speed, direction)
            self._due = min(self._due, monotonic() + self._frame_seconds / self._speed)
            self._condition.notify_all()

    def advance(self, frames: int = 1) -> None:
        """While paused, move the playhead by so many frames; beyond a greedy episode's end the next one begins."""
        if self._is_paused:
            self._wish(lambda: self._advance(frames))

    def seek(self, step: int) -> None:
        """Move the playhead to a step."""
        self._wish(lambda: self._seek(step))

    def start_new_episode(self) -> None:
        """Abandon this episode and start the next greedy one with the newest policy."""
        self._wish(self._begin)

    def choose_policy(self, direction: int) -> None:
        """Play the episode with the next or the previous policy: a greedy one from its start."""
        self._wish(lambda: self._choose(0, direction))

    def toggle_compare(self) -> None:
        """Open or close the second episode."""
        self._wish(self._toggle_second)

    def choose_compared_policy(self, direction: int) -> None:
        """Play the second episode with the next or the previous policy."""
        self._wish(lambda: self._choose(1, direction))

    def close(self) -> None:
        """End the player; return at once."""
        with self._condition:
            self._is_closed = True
            self._condition.notify_all()

    def join(self, seconds: float) -> bool:
        """Wait for a closed player to end; return whether it did within `seconds`.

        It ends when the environment or network call in progress returns.
        """
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _wish(self, wish: Wish) -> None:
        with self._condition:
            self._wishes.append(wish)
            self._condition.notify_all()

    def _has_news(self) -> bool:
        return self._is_closed or bool(self._wishes)

    # --- the player's thread ---

    def _run(self) -> None:
        # For one observation, handing parts to other threads takes longer than the network itself.
        torch.set_num_threads(TORCH_THREADS)
        try:
            self._cast = self._make_cast()
            try:
                self._play()
            finally:
                self._cast.close()
        except NoPolicyError:
            self._error = "there is no policy yet"
        except Exception as error:  # noqa: BLE001 - an environment that fails ends the player, not the run
            kind = "" if isinstance(error, DqnTuiError) else f"{type(error).__name__}: "
            self._error = f"{kind}{read_message(error)}".splitlines()[0]

    def _play(self) -> None:
        self._frame_seconds = self._cast.frame_seconds
        if not self._is_closed:
            self._begin()
        while not self._is_closed:
            with suppress(Interrupted):
                self._wait_for_work()()

    def _wait_for_work(self) -> Wish:
        """Return what to do next: a wish, the rest of a seek, a frame that is still to be shown, or the next step."""
        with self._condition:
            while not self._is_closed:
                if self._wishes:
                    return self._wishes.popleft()
                if self._target is not None:
                    return self._seek_on
                if self._is_stale and self._is_paused:
                    return self._show
                left = self._due - monotonic()
                if not self._is_paused and left <= 0:
                    return self._tick
                self._condition.wait(None if self._is_paused else left)
        return lambda: None

    def _tick(self) -> None:
        """Play one step, or begin the next episode after the end of one."""
        if self._is_at_end:
            self._begin()
            return
        if not self._cast.play_until(self._playhead + 1):
            return
        self._playhead += 1
        self._due = max(self._due, monotonic() - self._frame_seconds) + self._frame_seconds / self._speed
        self._is_stale = True
        if self._is_at_end:
            self._due = monotonic() + ENDING_SECONDS
            if self._cast.is_recorded:
                self._is_paused = True
            self._show()
        else:
            self._show_if_due()

    @property
    def _is_at_end(self) -> bool:
        return self._cast.is_over and self._playhead >= self._cast.known

    def _begin(self) -> None:
        self._cast.begin()
        self._target = None
        self._playhead = 0
        self._show()
        self._due = monotonic() + self._frame_seconds / self._speed

    def _resume(self) -> None:
        self._due = monotonic()
        if self._is_at_end and self._cast.is_recorded:
            self._seek(0)

    def _advance(self, frames: int) -> None:
        start = self._playhead if self._target is None else self._target
        if frames > 0 and self._is_at_end and not self._cast.is_recorded:
            self._begin()
        else:
            self._seek(start + frames)

    def _seek(self, step: int) -> None:
        self._target = max(0, step)
        self._seek_on()

    def _seek_on(self) -> None:
        """Move the playhead to the target, or the episodes a step toward it."""
        if self._target is None:
            return
        if self._cast.play_until(self._target):
            self._playhead, self._target = min(self._target, self._cast.known), None
            self._due = monotonic() + (ENDING_SECONDS if self._is_at_end else self._frame_seconds / self._speed)
            self._show()
        elif self._cast.known > self._playhead:
            self._playhead = min(self._cast.known, self._target)
            self._is_stale = True
            self._show_if_due()

    def _choose(self, place: int, direction: int) -> None:
        if self._cast.choose(place, direction) and place == 0 and not self._cast.is_recorded:
            self._seek(0)
        else:
            self._seek(self._playhead)

    def _toggle_second(self) -> None:
        self._cast.toggle_second()
        self._seek(self._playhead)

    def _show_if_stale(self) -> None:
        if self._is_stale:
            self._show()

    def _show_if_due(self) -> None:
        now = monotonic()
        if now >= self._next_picture:
            pause = 1 / (FREE_PICTURES_PER_SECOND if self._is_free() else PICTURES_PER_SECOND)
            self._next_picture = max(self._next_picture + pause, now - pause)
            self._show()

    def _show(self) -> None:
        """Publish the moment at the playhead; it stays to be shown where something else is wanted meanwhile."""
        self._is_stale = True
        self._frame = self._cast.frame(self._playhead)
        self._playhead = self._frame.timeline.playhead
        self._is_stale = False
