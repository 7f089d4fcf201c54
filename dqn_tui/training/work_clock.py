"""A clock that stands while the process does: `kill -STOP`, ctrl+z, a frozen container.

No handler can run before SIGSTOP, so a heart beats: a thread that wakes a few times a second. Where it missed its beat
by far, the process stood, and of that time only what it used of the processor counts, or what was already told. A
native call that computes for long without giving up the interpreter lock misses beats too, but loses nothing by that.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

BEAT_SECONDS = 0.25
GAP_SECONDS = 1.0
"""Without a beat for longer than this, the process was not just busy."""


class WorkClock:
    """Seconds, from an arbitrary start, in which the process could work."""

    def __init__(
        self,
        clock: Callable[[], float] = time.perf_counter,
        processor_clock: Callable[[], float] = time.process_time,
    ) -> None:
        self._clock = clock
        self._processor_clock = processor_clock
        self._lock = threading.Lock()
        self._is_beating = False
        self._last_beat = self._last_told = clock()
        self._last_processor = processor_clock()
        self._stood_seconds = 0.0

    def __call__(self) -> float:
        """The time. Whoever asks first after a stop finds it, so that nobody ever sees it counted."""
        while True:
            stood = self._stood_seconds
            now = self._clock()
            if self._is_beating and now - self._last_beat > GAP_SECONDS:
                self._beat()
            # A stop in the middle of these lines would tear the two apart.
            if stood == self._stood_seconds:
                self._last_told = now
                return now - stood

    def start(self) -> None:
        """Let the heart beat; it does so for as long as the process lives."""
        with self._lock:
            if self._is_beating:
                return
            self._last_beat, self._last_processor = self._clock(), self._processor_clock()
            self._is_beating = True
        threading.Thread(target=self._beat_for_ever, name="heartbeat", daemon=True).start()

    def _beat_for_ever(self) -> None:
        while True:
            time.sleep(BEAT_SECONDS)
            self._beat()

    def _beat(self) -> None:
        with self._lock:
            now, processor = self._clock(), self._processor_clock()
            gap = now - self._last_beat
            if gap > GAP_SECONDS:
                worked = max(processor - self._last_processor, self._last_told - self._last_beat)
                self._stood_seconds += max(0.0, gap - worked)
            self._last_beat, self._last_processor = now, processor


working_seconds = WorkClock()
"""The one of this process: it is the process that stands."""
