"""A rollout whose player is still loading."""

from __future__ import annotations

import threading
from typing import Any

from dqn_tui.commands.loading_rollout import LoadingRollout
from tests.fakes import FakeRollout
from tests.helpers import LIMIT_SECONDS, wait_until


class Player(FakeRollout):
    """A fake that can be joined."""

    def join(self, seconds: float) -> bool:
        self.calls.append(f"join {seconds}")
        return True


def never() -> None:
    raise AssertionError("loading did not fail")


def test_player_is_loaded_when_the_first_frame_is_looked_for() -> None:
    player: Any = Player()
    loaded: list[str] = []

    def load() -> Any:
        loaded.append(threading.current_thread().name)
        return player

    rollout = LoadingRollout(load, never)
    rollout.toggle_pause()
    rollout.change_speed(+1)
    assert (rollout.is_paused, rollout.speed, rollout.error, loaded) == (False, 1.0, None, [])
    wait_until(lambda: rollout.frame is player.frame, "the player is loaded")
    assert loaded == ["loader"]
    rollout.toggle_pause()
    rollout.advance()
    rollout.change_speed(-1)
    rollout.start_new_episode()
    rollout.advance(-10)
    rollout.seek(7)
    rollout.choose_policy(+1)
    rollout.toggle_compare()
    rollout.choose_compared_policy(-1)
    rollout.close()
    assert rollout.join(3.0)
    assert player.calls == [
        *("toggle_pause", "advance", "change_speed -1", "start_new_episode", "advance -10", "seek 7"),
        *("choose_policy +1", "toggle_compare", "choose_compared_policy -1", "close", "join 3.0"),
    ]
    assert (rollout.is_paused, rollout.speed) == (True, player.speed)


def test_failure_to_load_is_kept_and_reported() -> None:
    error, has_failed = OSError("no such file"), threading.Event()

    def load() -> Any:
        raise error

    rollout = LoadingRollout(load, has_failed.set)
    assert rollout.frame is None
    assert has_failed.wait(LIMIT_SECONDS)
    assert rollout.failure is error
    assert rollout.frame is None


def test_player_that_is_loaded_too_late_is_closed() -> None:
    player: Any = Player()
    may_load = threading.Event()

    def load() -> Any:
        assert may_load.wait(LIMIT_SECONDS)
        return player

    rollout = LoadingRollout(load, never)
    assert rollout.frame is None
    rollout.close()
    assert rollout.join(0.0)
    may_load.set()
    wait_until(lambda: player.is_closed, "the late player is closed")
