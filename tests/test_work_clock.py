"""The clock that stops with the process; the test controls time, processor and heartbeat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dqn_tui.work_clock import BEAT_SECONDS, STOP_GAP_SECONDS, WorkClock


@dataclass
class Machine:
    """A clock and a processor, for a process that works or is stopped.

    `stop_in` counts the readings of the clock until it stops in the middle of one: before the time is taken, or
    after it, and then the heart is the first to go on.
    """

    now: float = 500.0
    processor: float = 2.0
    stop_in: int = -1
    stop_seconds: float = 0.0
    is_stop_after: bool = False
    on_going_on: Callable[[], None] = lambda: None

    def read(self) -> float:
        self.stop_in -= 1
        before = self.now
        if self.stop_in == 0:
            self.now += self.stop_seconds
            if self.is_stop_after:
                self.on_going_on()
                return before
        return self.now

    def work(self, seconds: float, share: float = 1.0) -> None:
        self.now += seconds
        self.processor += seconds * share


class HeldHeart(WorkClock):
    """A clock whose heart beats only when the test calls `beat`."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine.read, lambda: machine.processor)
        self.start()

    def _beat_forever(self) -> None:
        """End the thread at once."""

    def beat(self) -> None:
        if not self._lock.locked():
            self._beat()


def test_a_stop_counts_nowhere_whether_the_heart_or_a_reader_finds_it() -> None:
    for is_heart_first in (True, False):
        machine = Machine()
        clock = HeldHeart(machine)
        machine.work(0.2)
        clock.beat()
        start = clock()
        machine.work(0.1)
        machine.now += 3_600
        if is_heart_first:
            clock.beat()
        assert clock() - start == pytest.approx(0.1)
        machine.work(0.2)
        assert clock() - start == pytest.approx(0.3)


def test_two_stops_are_both_left_out() -> None:
    machine = Machine()
    clock = HeldHeart(machine)
    start = clock()
    for _ in range(2):
        machine.now += 50
        clock.beat()
        machine.work(BEAT_SECONDS)
        clock.beat()
    assert clock() - start == pytest.approx(2 * BEAT_SECONDS)


def test_a_long_computation_that_lets_no_other_thread_run_counts() -> None:
    machine = Machine()
    clock = HeldHeart(machine)
    start = clock()
    machine.work(30)
    assert clock() - start == pytest.approx(30)
    clock.beat()
    assert clock() - start == pytest.approx(30)


def test_a_long_wait_in_which_the_heart_beats_counts_although_nothing_computes() -> None:
    machine = Machine()
    clock = HeldHeart(machine)
    start = clock()
    for _ in range(40):
        machine.work(BEAT_SECONDS, share=0.0)
        clock.beat()
    assert clock() - start == pytest.approx(40 * BEAT_SECONDS)


def test_several_threads_at_work_do_not_turn_a_late_beat_into_more_time_than_passed() -> None:
    machine = Machine()
    clock = HeldHeart(machine)
    start = clock()
    machine.work(5, share=8.0)
    assert clock() - start == pytest.approx(5)


SHARES = st.sampled_from([0.0, 0.3, 1.0])
STOPS = st.floats(STOP_GAP_SECONDS * 1.5, 1e6)


@given(st.lists(st.tuples(st.floats(0.0, 0.2), SHARES, st.integers(0, 5), STOPS, st.booleans()), max_size=30))
def test_time_never_runs_backwards_nor_counts_a_stop_wherever_it_falls(
    moments: list[tuple[float, float, int, float, bool]],
) -> None:
    machine = Machine()
    clock = HeldHeart(machine)
    machine.on_going_on = clock.beat
    start = before = clock()
    worked = computed = 0.0
    for seconds, share, stop_in, stop_seconds, is_stop_after in moments:
        for _ in range(2):
            machine.work(seconds / 2, share)
            now = clock()
            assert now >= before - 1e-6
            before = now
            machine.stop_in, machine.stop_seconds, machine.is_stop_after = stop_in, stop_seconds, is_stop_after
        worked, computed = worked + seconds, computed + seconds * share
        clock.beat()
    assert computed - 1e-3 <= before - start <= worked + 1e-3


def test_the_real_clock_starts_once_and_runs() -> None:
    clock = WorkClock()
    clock.start()
    first = clock()
    clock.start()
    assert clock() >= first
