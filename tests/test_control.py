"""The mailbox of requests, from several threads."""

from __future__ import annotations

import threading

from dqn_tui.control import Control, Evaluate, Pause, Request, Resume, Save, Stop


def test_requests_come_out_once_and_in_order() -> None:
    control = Control()
    assert not control.is_pending
    sent = [Pause(), Save(), Evaluate(), Resume()]
    for request in sent:
        control.submit(request)
    assert control.is_pending
    assert control.take() == sent
    assert not control.is_pending
    assert control.take() == []


def test_waiting_ends_when_a_request_comes() -> None:
    control, received = Control(), []
    waiter = threading.Thread(target=lambda: received.extend(control.wait()))
    waiter.start()
    control.submit(Stop(should_save=False))
    waiter.join(10)
    assert not waiter.is_alive()
    assert received == [Stop(should_save=False)]


def test_waiting_returns_at_once_what_came_before() -> None:
    control = Control()
    control.submit(Pause())
    assert control.wait() == [Pause()]


def test_no_request_of_many_threads_is_lost() -> None:
    control = Control()
    received: list[Request] = []

    def submit() -> None:
        for _ in range(500):
            control.submit(Save())

    threads = [threading.Thread(target=submit) for _ in range(4)]
    for thread in threads:
        thread.start()
    while len(received) < 2_000 and (any(thread.is_alive() for thread in threads) or control.is_pending):
        received += control.take()
    for thread in threads:
        thread.join(10)
    received += control.take()
    assert len(received) == 2_000
