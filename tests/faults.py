"""Faults inside the real program: `--import tests.faults` puts in place the one that the variable FAULT names.

Every frame that raises has a variable whose value must reach neither screen nor file.
"""

from __future__ import annotations

import os
from typing import Any

SECRET = b"hunter2"


def _raise(*_: Any, **__: Any) -> Any:
    password = SECRET.decode()
    raise RuntimeError(f"a fault of {len(password)} letters\nand a second line")


def _break(owner: type, method: str) -> None:
    """Let a method raise."""
    setattr(owner, method, _raise)


def widget() -> None:
    """The header raises once training is seen to have begun."""
    from dqn_tui.ui.dashboard.header import Header

    build_rows = Header.build_rows

    def build(self: Header, width: int, height: int) -> Any:
        return _raise() if self.scene.live.state == "RUNNING" else build_rows(self, width, height)

    Header.build_rows = build  # type: ignore[method-assign]


def player() -> None:
    """The rollout's panel raises when it has a frame to show."""
    from dqn_tui.ui.theatre.episode_view import EpisodeView

    _break(EpisodeView, "rows")


def printer() -> None:
    """The bar raises at the first event that has a line."""
    from dqn_tui.headless import BarPrinter

    _break(BarPrinter, "show")


def trainer() -> None:
    """The first update raises."""
    from dqn_tui.training.learner import Learner

    _break(Learner, "update")


def environment() -> None:
    """CartPole's steps raise after a while."""
    from gymnasium.envs.classic_control import CartPoleEnv

    step: Any = CartPoleEnv.step
    left = [100]

    def take_step(self: CartPoleEnv, action: int) -> Any:
        left[0] -= 1
        return step(self, action) if left[0] > 0 else _raise()

    CartPoleEnv.step = take_step  # type: ignore[method-assign]


def impatient() -> None:
    """A viewer that is stuck after a signal is not waited for."""
    from dqn_tui.commands import supervisor

    supervisor.VIEWER_SECONDS = 0.3


def hurried() -> None:
    """An environment that hangs is not waited for."""
    from dqn_tui.commands import supervisor, train

    supervisor.STEP_SECONDS, supervisor.NOTICE_SECONDS, train.CLOSING_SECONDS = 1.0, 0.2, 0.5


FAULTS = {fault.__name__: fault for fault in (widget, player, printer, trainer, environment, impatient, hurried)}
if os.environ.get("FAULT"):
    FAULTS[os.environ["FAULT"]]()
