"""Tells what happened: to the disk first, then to whoever looks."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from dqn_tui.events import Event, WarningRaised
from dqn_tui.runs.recorder import Recorder


class Emitter:
    """Records events and publishes them; a disk that will not take one is said once, and training goes on."""

    def __init__(self, recorder: Recorder, publish: Callable[[Event], None], step_of: Callable[[], int]) -> None:
        self._recorder = recorder
        self._publish = publish
        self._step_of = step_of

    def __call__(self, kind: type[Event], **fields: Any) -> None:
        """Something happened now, at the run's present step."""
        event = kind(step=self._step_of(), time=time.time(), **fields)
        problem = self._recorder.write(event)
        self._publish(event)
        if problem:
            self(WarningRaised, message=problem)
