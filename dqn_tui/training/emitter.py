"""Emits the run's events: to the disk first, then to the viewer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from dqn_tui.events import Event, WarningRaised
from dqn_tui.runs.recorder import Recorder


class Emitter:
    """Records events and publishes them. An event that cannot be recorded raises one warning; training continues."""

    def __init__(self, recorder: Recorder, publish: Callable[[Event], None], step_of: Callable[[], int]) -> None:
        self._recorder = recorder
        self._publish = publish
        self._step_of = step_of

    def __call__(self, kind: type[Event], **fields: Any) -> None:
        """Emit an event of this kind, at the present time and the run's present step."""
        event = kind(step=self._step_of(), time=round(time.time(), 6), **fields)
        problem = self._recorder.write(event)
        self._publish(event)
        if problem:
            self(WarningRaised, message=problem)
