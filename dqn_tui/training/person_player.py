"""Lets a person play an environment on a separate thread: `playing.PlaySession`. Loads no torch by itself."""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dqn_tui.errors import UsageError, read_message
from dqn_tui.key_map import KeyMap
from dqn_tui.playing import Agreement, PlayMoment
from dqn_tui.rollout import RolloutFrame, change_speed
from dqn_tui.training.held_keys import HeldKeys
from dqn_tui.training.readable import readable_vector, restrictive_mask

if TYPE_CHECKING:
    from dqn_tui.envs.environment import Environment

PICTURES_PER_SECOND = 30.0
MOST_STEPS_AHEAD = 2
"""Keys that wait for a slow environment; more would be played long after they were pressed."""
SLOWEST_REAL_TIME = 5.0
"""Frame rate of environments that count turns, such as Gymnasium's grids."""
_LARGEST_SEED = 2**31

Judge = Callable[["Environment", NDArray[Any]], tuple[NDArray[np.float32], int]]
"""Returns the Q-values [A] of an observation, and the greedy action."""


class Loaded(NamedTuple):
    """What is played.

    Attributes:
        environment: it renders.
        is_turn_based: whether to start step by step.
        judge: the policy that looks on; None where there is none.
        policy: the policy in a few words; may be empty.
    """

    environment: Environment
    is_turn_based: bool
    judge: Judge | None = None
    policy: str = ""


@dataclass
class _Episode:
    """The state of the present episode."""

    number: int
    seed: int
    observation: NDArray[Any]
    step: int = 0
    total: float = 0.0
    ending: str = ""
    taken: int | None = None
    agreement: Agreement = field(default_factory=Agreement)


class PersonPlayer:
    """Plays episodes with the actions of pressed keys, in real time or step by step.

    In real time an episode waits for its first key. A key is held for a moment; without a key, the environment's no-op
    is taken, and where it has none, the latest action again.

    Args:
        load: makes the environment; called on the thread, and may take seconds.
        seed: seed of the first episode's reset; the next ones count up from it.
        on_failure: called on the thread if `load` raises.

    Attributes:
        failure: what `load` raised.
    """

    def __init__(self, load: Callable[[], Loaded], seed: int, on_failure: Callable[[], None] = lambda: None) -> None:
        self._load = load
        self._first_seed = seed
        self._on_failure = on_failure
        self._condition = threading.Condition()
        self._moment: PlayMoment | None = None
        self._error: str | None = None
        self._busy_since: float | None = None
        self._is_paused = self._is_stepwise = self._is_closed = False
        self._is_waiting = True
        self._restart: bool | None = None
        self._speed = 1.0
        self._keys = KeyMap(())
        self._held = HeldKeys(self._keys)
        self._steps: deque[int] = deque()
        self._best: float | None = None
        self._next_step = self._next_picture = 0.0
        self._thread = threading.Thread(target=self._run, name="player", daemon=True)
        self.failure: BaseException | None = None

    @property
    def moment(self) -> PlayMoment | None:
        """The newest moment; None before the first."""
        return self._moment

    @property
    def error(self) -> str | None:
        """Why the session ended by itself."""
        return self._error

    @property
    def is_paused(self) -> bool:
        """Whether real time is paused."""
        return self._is_paused

    @property
    def is_stepwise(self) -> bool:
        """Whether each key is one step."""
        return self._is_stepwise

    @property
    def speed(self) -> float:
        """Speed of real time, one of `SPEEDS`."""
        return self._speed

    @property
    def busy_seconds(self) -> float:
        """Seconds since which a call of the environment is open."""
        since = self._busy_since
        return 0.0 if since is None else monotonic() - since

    def start(self) -> None:
        """Make the environment and begin the first episode."""
        self._thread.start()

    def press(self, key: str) -> None:
        """Take the action of a key."""
        with self._condition:
            chord = self._keys.read_key(key)
            action = self._keys.choose(chord)
            if self._is_stepwise and action is not None and len(self._steps) < MOST_STEPS_AHEAD:
                self._steps.append(action)
            elif not self._is_stepwise and not self._is_paused:
                self._held.press(chord, monotonic())
            self._condition.notify_all()

    def toggle_pause(self) -> None:
        """Pause or continue real time."""
        with self._condition:
            self._is_paused = not self._is_paused
            self._held.release()
            self._condition.notify_all()

    def toggle_stepwise(self) -> None:
        """Switch between real time and steps."""
        with self._condition:
            self._is_stepwise, self._is_paused = not self._is_stepwise, False
            self._is_waiting = True
            self._held.release()
            self._steps.clear()
            self._condition.notify_all()

    def change_speed(self, direction: int) -> None:
        """Change to the next faster or slower of `SPEEDS`."""
        with self._condition:
            self._speed = change_speed(self._speed, direction)
            self._condition.notify_all()

    def start_new_episode(self, *, is_same: bool) -> None:
        """Abandon this episode and start another."""
        with self._condition:
            self._restart = is_same
            self._condition.notify_all()

    def close(self) -> None:
        """End the session; return at once."""
        with self._condition:
            self._is_closed = True
            self._condition.notify_all()

    def join(self, seconds: float) -> bool:
        """Wait for a closed session to end, but not for loading; return whether it did within `seconds`."""
        if self._thread.ident is None or (self._moment is None and self._busy_since is None):
            return True
        self._thread.join(seconds)
        return not self._thread.is_alive()

    # --- on the thread ---

    def _run(self) -> None:
        try:
            loaded = self._load()
        except BaseException as error:  # noqa: BLE001 - an environment may even raise SystemExit
            self.failure = error
            self._error = str(error) if isinstance(error, UsageError) else _describe(error)
            self._on_failure()
            return
        try:
            self._keys = loaded.environment.find_key_map()
            self._held = HeldKeys(self._keys)
            try:
                self._play_episodes(loaded)
            finally:
                with self._busy():
                    loaded.environment.close()
        except BaseException as error:  # noqa: BLE001 - foreign code ends the session, not the screen
            self._error = _describe(error)

    def _play_episodes(self, loaded: Loaded) -> None:
        number, offset = 1, 0
        while not self._is_closed:
            seed = (self._first_seed + offset) % _LARGEST_SEED
            with self._condition:
                self._restart = None
                self._is_waiting = True
                self._held.release()
                self._steps.clear()
            with self._busy():
                observation = loaded.environment.reset(seed)
            self._play(loaded, _Episode(number, seed, observation))
            number += 1
            offset += not self._restart

    def _play(self, loaded: Loaded, episode: _Episode) -> None:
        while True:
            judged = self._judge(loaded, episode)
            has_shown = episode.ending != "" or monotonic() >= self._next_picture or self._stands_still
            if has_shown:
                self._show(loaded, episode, judged)
            action = self._wait_for_action(loaded, episode, judged, has_shown=has_shown)
            if action is None:
                return
            with self._busy():
                step = loaded.environment.step(action)
            episode.observation = step.observation
            episode.step += 1
            episode.total += step.reward
            episode.taken = action
            episode.agreement = episode.agreement.after(action, judged[1] if judged else None)
            episode.ending = "terminated" if step.terminated else "truncated" if step.truncated else ""
            if episode.ending and math.isfinite(episode.total):
                self._best = episode.total if self._best is None else max(self._best, episode.total)

    def _judge(self, loaded: Loaded, episode: _Episode) -> tuple[NDArray[np.float32], int] | None:
        return loaded.judge(loaded.environment, episode.observation) if loaded.judge else None

    @property
    def _stands_still(self) -> bool:
        return self._is_stepwise or self._is_paused or self._is_waiting

    def _show(self, loaded: Loaded, episode: _Episode, judged: tuple[NDArray[np.float32], int] | None) -> None:
        environment = loaded.environment
        with self._busy():
            picture = environment.render()
        if self._moment is None:
            is_slow = environment.spec.frames_per_second <= SLOWEST_REAL_TIME
            self._is_stepwise = loaded.is_turn_based or is_slow or not isinstance(picture, np.ndarray)
        self._next_picture = monotonic() + 1 / PICTURES_PER_SECOND
        frame = RolloutFrame(
            policy=loaded.policy,
            episode=episode.number,
            step=episode.step,
            episode_return=episode.total,
            q_values=tuple(map(float, judged[0])) if judged else (),
            action=judged[1] if judged else 0,
            observation=tuple(readable_vector(environment.spec.spaces, episode.observation).tolist()),
            picture=picture,
            ending=episode.ending,
            mask=restrictive_mask(environment.action_mask),
            action_names=environment.spec.action_names,
            observation_names=environment.spec.observation_names,
        )
        is_waiting = self._is_waiting and not self._is_stepwise
        self._moment = PlayMoment(
            frame, self._keys, episode.seed, episode.taken, episode.agreement, self._best, is_waiting
        )

    def _wait_for_action(
        self,
        loaded: Loaded,
        episode: _Episode,
        judged: tuple[NDArray[np.float32], int] | None,
        *,
        has_shown: bool,
    ) -> int | None:
        """Return the next action; None where the episode is to be left."""
        environment = loaded.environment
        mode = self._is_stepwise
        with self._condition:
            while not (self._is_closed or self._restart is not None):
                if not episode.ending and (action := self._due_action(environment, episode)) is not None:
                    return action
                is_timed = not (episode.ending or self._stands_still)
                if not is_timed and (not has_shown or mode != self._is_stepwise):
                    has_shown, mode = True, self._is_stepwise
                    self._condition.release()
                    try:
                        self._show(loaded, episode, judged)
                    finally:
                        self._condition.acquire()
                    continue
                self._condition.wait(max(0.0, self._next_step - monotonic()) or None if is_timed else None)
        return None

    def _due_action(self, environment: Environment, episode: _Episode) -> int | None:
        """Return the action to take now; None while none is due. Actions that are not allowed are left out."""
        mask = environment.action_mask
        if self._is_stepwise:
            while self._steps:
                action = self._steps.popleft()
                if mask is None or mask[action]:
                    return action
            return None
        now = monotonic()
        if self._is_paused or (self._is_waiting and not self._held.has_any) or now < self._next_step:
            return None
        due = self._held.choose(now)
        if due is None:
            due = self._keys.no_op if self._keys.no_op is not None else episode.taken
        period = 1 / (environment.spec.frames_per_second * self._speed)
        # A step that is late by more than a period is not made up for.
        self._next_step = (self._next_step if now - self._next_step < period else now) + period
        if due is None or (mask is not None and not mask[due]):
            return None
        self._is_waiting = False
        return due

    @contextmanager
    def _busy(self) -> Iterator[None]:
        """Note since when a call of the environment is open."""
        self._busy_since = monotonic()
        try:
            yield
        finally:
            self._busy_since = None


def _describe(error: BaseException) -> str:
    return f"{type(error).__name__}: {read_message(error)}".splitlines()[0]
