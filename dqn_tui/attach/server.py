"""The training process's end of the socket: takes requests from this user's other processes."""

from __future__ import annotations

import os
import selectors
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import msgspec

from dqn_tui.attach.messages import LONGEST_REQUEST_BYTES, Answer, Message, Weights, parse_message, to_line, to_request
from dqn_tui.attach.place import is_own_user, new_socket_path
from dqn_tui.control import Request
from dqn_tui.events import Event

MOST_CONNECTIONS = 8
"""Others wait in the socket's queue."""
ROUND_SECONDS = 0.05
"""Pause between two rounds, in each of which every connection may send one request: a flood must not slow training."""
IDLE_SECONDS = 10.0
"""Time after which a connection that sends nothing is closed, to make room for others."""
_DROPPED_BYTES = 1_000_000
POLICY_SECONDS = 0.25
"""Age up to which a copy of the policy is given out again."""


class SteeredRun(Protocol):
    """What the server needs of a run; no call may block.

    Attributes:
        newest_event: its newest event.
        is_paused: whether it is paused, at that event.
        is_over: whether it has ended.
    """

    newest_event: Event | None
    is_paused: bool
    is_over: bool

    def request(self, request: Request) -> None:
        """Submit a request."""

    def copy_policy(self, reply: Callable[[Any], None]) -> None:
        """Pass a copy of the policy to `reply`, soon and on any thread."""


class SteeringServer:
    """A thread that answers requests at a Unix socket, which only this user can reach.

    Nothing that comes through the socket costs the run much: lines are bounded, rounds are spaced, and connections that
    send nonsense, send nothing, or do not read their answers are closed.

    Args:
        run: is asked and described.
        export: turns a copy of its policy into weights.

    Attributes:
        path: the socket.

    Raises:
        OSError: there can be no socket.
    """

    def __init__(self, run: SteeredRun, export: Callable[[Any], Weights]) -> None:
        self._run = run
        self._export = export
        self.path = new_socket_path()
        self._listener = _listen(self.path)
        self._connections: dict[socket.socket, _Connection] = {}
        self._weights: tuple[float, Weights] | None = None
        self._copies: list[Any] = []
        self._is_copying = False
        self._is_closing = threading.Event()
        self._waker, self._wake_end = os.pipe()
        os.set_blocking(self._wake_end, False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._selector.register(self._waker, selectors.EVENT_READ)
        self._thread = threading.Thread(target=self._serve, name="steering", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Close the socket; connections are closed with it."""
        self._is_closing.set()
        self._wake()
        self._thread.join(2 * IDLE_SECONDS)

    def _serve(self) -> None:
        try:
            while not self._is_closing.is_set():
                self._serve_round()
                self._is_closing.wait(ROUND_SECONDS)
        finally:
            with suppress(OSError):
                self.path.unlink()
            for connection in list(self._connections):
                self._drop(connection)
            self._selector.close()
            self._listener.close()

    def _serve_round(self) -> None:
        has_open = bool(self._connections)
        ready = {key.fileobj for key, _ in self._selector.select(IDLE_SECONDS if has_open else None)}
        if self._waker in ready:
            os.read(self._waker, 1_024)
        if self._copies:
            self._hand_out(self._copies.pop())
        for connection, state in list(self._connections.items()):
            if connection in ready:
                self._receive(connection, state)
            elif not state.wants_policy and time.monotonic() - state.heard_at > IDLE_SECONDS:
                self._drop(connection)
        if self._listener in ready:
            self._accept()

    def _accept(self) -> None:
        if len(self._connections) >= MOST_CONNECTIONS:
            return
        with suppress(OSError):
            connection, _ = self._listener.accept()
            if not is_own_user(connection):
                connection.close()
                return
            connection.setblocking(False)
            self._connections[connection] = _Connection()
            self._selector.register(connection, selectors.EVENT_READ)

    def _receive(self, connection: socket.socket, state: _Connection) -> None:
        """Take in what has come, and answer the first line of it; the next one has its turn in the next round."""
        try:
            data = connection.recv(LONGEST_REQUEST_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._drop(connection)
            return
        state.heard_at = time.monotonic()
        state.received += data
        line, end, rest = state.received.partition(b"\n")
        if end and not rest:
            state.received = b""
            self._answer(connection, state, line)
        elif rest or len(line) > LONGEST_REQUEST_BYTES:
            self._refuse(connection, "one request a line of at most 1,024 bytes, and the next after its answer")

    def _answer(self, connection: socket.socket, state: _Connection, line: bytes) -> None:
        try:
            message = parse_message(line)
        except ValueError as error:
            self._refuse(connection, str(error))
            return
        if message.request == "policy":
            state.wants_policy = True
            self._copy_policy()
            return
        self._submit(message)
        self._send(connection, self._describe())

    def _submit(self, message: Message) -> None:
        request = to_request(message)
        if request is not None:
            self._run.request(request)

    def _refuse(self, connection: socket.socket, error: str) -> None:
        self._send(connection, Answer(error=error[:200]))
        with suppress(OSError):
            # Closing a line with unread bytes on it would take the answer away from its reader.
            connection.recv(_DROPPED_BYTES)
        self._drop(connection)

    def _send(self, connection: socket.socket, answer: Answer, *descriptors: int) -> None:
        """Send an answer whole; a connection that has no room for it is closed."""
        line = to_line(answer)
        try:
            sent = socket.send_fds(connection, [line], descriptors) if descriptors else connection.send(line)
        except OSError:
            sent = 0
        if sent < len(line):
            self._drop(connection)

    def _drop(self, connection: socket.socket) -> None:
        if self._connections.pop(connection, None) is not None:
            self._selector.unregister(connection)
            connection.close()

    def _describe(self) -> Answer:
        event = self._run.newest_event
        step = event.step if event is not None else 0
        return Answer(pid=os.getpid(), step=step, is_paused=self._run.is_paused, is_over=self._run.is_over)

    # --- the policy ---

    def _copy_policy(self) -> None:
        if self._weights is not None and time.monotonic() - self._weights[0] < POLICY_SECONDS:
            self._send_weights(self._weights[1])
        elif not self._is_copying:
            self._is_copying = True
            self._run.copy_policy(self._take_copy)

    def _take_copy(self, policy: Any) -> None:
        """Take a copy on the trainer's thread, and leave the work with it to the server's."""
        self._copies.append(policy)
        self._wake()

    def _hand_out(self, policy: Any) -> None:
        self._is_copying = False
        self._weights = time.monotonic(), self._export(policy)
        self._send_weights(self._weights[1])

    def _send_weights(self, weights: Weights) -> None:
        """Send the weights as an open file, which has no name and vanishes with its last reader."""
        answer = msgspec.structs.replace(self._describe(), policy_step=weights.step, policy_bytes=len(weights.content))
        waiting = self._take_waiting()
        try:
            with tempfile.TemporaryFile() as file:
                file.write(weights.content)
                file.flush()
                for connection in waiting:
                    self._send(connection, answer, file.fileno())
        except OSError as error:
            for connection in waiting:
                self._refuse(connection, f"the policy cannot be handed over: {error.strerror or error}")

    def _take_waiting(self) -> list[socket.socket]:
        """Return the connections that wait for the policy, and count them as answered."""
        waiting = [connection for connection, state in self._connections.items() if state.wants_policy]
        for connection in waiting:
            state = self._connections[connection]
            state.wants_policy, state.heard_at = False, time.monotonic()
        return waiting

    def _wake(self) -> None:
        # A full pipe wakes, too.
        with suppress(OSError):
            os.write(self._wake_end, b"!")


class _Connection:
    """What is known of a connection."""

    def __init__(self) -> None:
        self.received = b""
        self.heard_at = time.monotonic()
        self.wants_policy = False


def _listen(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(path))
        path.chmod(0o600)
        listener.listen(MOST_CONNECTIONS)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener
