"""A clock that stops with the process: `kill -STOP`, ctrl+z, a frozen container.

No handler can run before SIGSTOP, so a heartbeat thread wakes a few times a second. After a missed beat, only the
processor time used since counts as work, or the time that a reader was already given. A native call that computes for
long without releasing the interpreter lock misses beats, too, but it uses the processor, and so loses nothing.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

BEAT_SECONDS = 0.25
STOP_GAP_SECONDS = 1.0
"""A process that misses its beat for longer was not just busy: it was stopped, as by ctrl+z."""


class WorkClock:
    """Seconds, from an arbitrary start, during which the process was not stopped."""

    def __init__(
        self,
        clock: Callable[[], float] = time.perf_counter,
        processor_clock: Callable[[], float] = time.process_time,
    ) -> None:
        self._clock = clock
        self._processor_clock = processor_clock
        self._lock = threading.Lock()
        self._is_beating = False
        self._last_beat = self._last_read = clock()
        self._last_processor = processor_clock()
        self._stopped_seconds = 0.0

    def __call__(self) -> float:
        """Return the time. The first reader after a stop detects it, so no reader ever sees it counted."""
        while True:
            stopped_seconds = self._stopped_seconds
            now = self._clock()
            if self._is_beating and now - self._last_beat > STOP_GAP_SECONDS:
                self._beat()
            # A stop between these lines would make the two inconsistent.
            if stopped_seconds == self._stopped_seconds:
                self._last_read = now
                return now - stopped_seconds

    def start(self) -> None:
        """Start the heartbeat, which lasts as long as the process."""
        with self._lock:
            if self._is_beating:
                return
            self._last_beat, self._last_processor = self._clock(), self._processor_clock()
            self._is_beating = True
        threading.Thread(target=self._beat_forever, name="heartbeat", daemon=True).start()

    def _beat_forever(self) -> None:
        while True:
            time.sleep(BEAT_SECONDS)
            self._beat()

    def _beat(self) -> None:
        with self._lock:
            now, processor = self._clock(), self._processor_clock()
            gap = now - self._last_beat
            if gap > STOP_GAP_SECONDS:
                worked = max(processor - self._last_processor, self._last_read - self._last_beat)
                self._stopped_seconds += max(0.0, gap - worked)
            self._last_beat, self._last_processor = now, processor


working_seconds = WorkClock()
"""The clock of this process."""
