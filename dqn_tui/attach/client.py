"""The viewer's end of a run's socket."""

from __future__ import annotations

import os
import socket
from pathlib import Path

from dqn_tui.attach.messages import LONGEST_ANSWER_BYTES, Answer, Message, Weights, parse_answer, to_line
from dqn_tui.attach.place import check_socket, is_own_user
from dqn_tui.errors import DqnTuiError

ANSWER_SECONDS = 3.0
POLICY_SECONDS = 10.0
"""The trainer copies its policy between two steps."""
LARGEST_POLICY_BYTES = 4 * 1024**3


class NoAnswerError(DqnTuiError):
    """The run cannot be steered, or does not answer; one line says why."""


def ask(path: Path, message: Message) -> Answer:
    """Send one request to the run that listens at `path`; return its answer.

    Raises:
        NoAnswerError: there is no such run, it belongs to another user, does not answer, or refuses.
    """
    try:
        with _connect(path, ANSWER_SECONDS) as connection:
            connection.sendall(to_line(message))
            answer, _ = _read_answer(connection)
            return answer
    except OSError as error:
        raise _explain(error) from None


def fetch_policy(path: Path) -> Weights:
    """Return the weights that the run at `path` has now.

    Raises:
        NoAnswerError: as `ask`.
    """
    try:
        with _connect(path, POLICY_SECONDS) as connection:
            connection.sendall(to_line(Message(request="policy")))
            answer, descriptors = _read_answer(connection)
            try:
                return _read_weights(answer, descriptors)
            finally:
                _close(descriptors)
    except OSError as error:
        raise _explain(error) from None


def _connect(path: Path, seconds: float) -> socket.socket:
    check_socket(path)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect(str(path))
        if not is_own_user(connection):
            raise OSError(0, "it belongs to another user")
    except OSError:
        connection.close()
        raise
    return connection


def _read_answer(connection: socket.socket) -> tuple[Answer, list[int]]:
    """Return the answer, and the descriptors that came with it, which are the caller's to close."""
    data, descriptors, _, _ = socket.recv_fds(connection, LONGEST_ANSWER_BYTES, 1)
    try:
        return _parse_whole(connection, data), descriptors
    except (NoAnswerError, OSError):
        _close(descriptors)
        raise


def _parse_whole(connection: socket.socket, data: bytes) -> Answer:
    """Read the rest of the line that `data` begins; return the answer in it."""
    while data and not data.endswith(b"\n") and len(data) < LONGEST_ANSWER_BYTES:
        more = connection.recv(LONGEST_ANSWER_BYTES)
        if not more:
            break
        data += more
    try:
        answer = parse_answer(data)
    except ValueError:
        raise NoAnswerError("its answer is of another version" if data else "it closed the line") from None
    if answer.error is not None:
        raise NoAnswerError(answer.error)
    return answer


def _close(descriptors: list[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _read_weights(answer: Answer, descriptors: list[int]) -> Weights:
    size = answer.policy_bytes
    if len(descriptors) != 1 or answer.policy_step is None or not 0 < size <= LARGEST_POLICY_BYTES:
        raise NoAnswerError("its answer holds no policy")
    content = os.pread(descriptors[0], size, 0)
    if len(content) != size:
        raise NoAnswerError("its policy is cut short")
    return Weights(content, answer.policy_step)


def _explain(error: OSError) -> NoAnswerError:
    if isinstance(error, TimeoutError):
        return NoAnswerError("it does not answer")
    if isinstance(error, FileNotFoundError | ConnectionRefusedError):
        return NoAnswerError("its socket is gone")
    return NoAnswerError(error.strerror or str(error))
