"""The socket of a run: who may use it, and what it takes."""

from __future__ import annotations

import errno
import os
import socket
import stat
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import pytest

from dqn_tui import control
from dqn_tui.attach import server
from dqn_tui.attach.client import NoAnswerError, ask, fetch_policy
from dqn_tui.attach.messages import Answer, Message, parse_answer
from dqn_tui.attach.place import check_socket, new_socket_path
from tests.attach.helpers import RecordingRun, runtime, serving
from tests.helpers import LIMIT_SECONDS, wait_until

__all__ = ["runtime"]
pytestmark = pytest.mark.usefixtures("runtime")


@pytest.fixture(autouse=True)
def _quick_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "ROUND_SECONDS", 0.001)


def connect(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(LIMIT_SECONDS)
    connection.connect(str(path))
    return connection


def exchange(path: Path, data: bytes) -> bytes:
    """Send bytes; return all that comes until the line is closed."""
    with connect(path) as connection:
        with suppress(BrokenPipeError):
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
        received = b""
        with suppress(ConnectionResetError):
            while more := connection.recv(4_096):
                received += more
        return received


def test_request_reaches_the_run_and_is_answered_with_its_state() -> None:
    run = RecordingRun()
    with serving(run) as path:
        answer = ask(path, Message(request="stop", should_save=False))
    assert run.requests == [control.Stop(should_save=False)]
    assert answer == Answer(pid=os.getpid(), step=1_234, is_paused=True)


def test_socket_is_its_users_alone_and_vanishes_with_the_server() -> None:
    with serving(RecordingRun()) as path:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not path.exists()


def test_process_of_another_user_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    run = RecordingRun()
    with serving(run) as path:
        monkeypatch.setattr(server, "is_own_user", lambda _: False)
        assert exchange(path, b'{"request": "pause"}\n') == b""
    assert run.requests == []


def test_client_sends_nothing_to_a_socket_of_another_user(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(RecordingRun()) as path:
        monkeypatch.setattr("dqn_tui.attach.client.is_own_user", lambda _: False)
        with pytest.raises(NoAnswerError, match="belongs to another user"):
            ask(path, Message(request="pause"))


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense\n",
        b'{"request": "detach"}\n',
        b"x" * 5_000,
        b'{"request": "pause"}\n{"request": "save"}\n',
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\0\n",
    ],
)
def test_nonsense_gets_an_error_and_a_closed_line(data: bytes) -> None:
    run = RecordingRun()
    with serving(run) as path:
        received = exchange(path, data)
        assert parse_answer(received).error
        assert run.requests == []
        assert ask(path, Message(request="pause")).pid == os.getpid()


def test_line_cut_short_is_dropped() -> None:
    run = RecordingRun()
    with serving(run) as path:
        assert exchange(path, b'{"request": "pause"}') == b""
    assert run.requests == []


def test_several_requests_one_after_the_other_over_one_line() -> None:
    run = RecordingRun()
    with serving(run) as path, connect(path) as connection:
        for _ in range(3):
            connection.sendall(b'{"request": "pause"}\n')
            assert parse_answer(connection.recv(4_096)).step == 1_234
    assert run.requests == [control.Pause()] * 3


def test_connections_beyond_the_most_wait_their_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST_CONNECTIONS", 2)
    run = RecordingRun()
    with serving(run) as path:
        idle = [connect(path) for _ in range(2)]
        for connection in idle:
            connection.sendall(b'{"request": "status"}\n')
            assert connection.recv(4_096)
        with connect(path) as waiting:
            waiting.sendall(b'{"request": "pause"}\n')
            idle[0].close()
            assert parse_answer(waiting.recv(4_096)).step == 1_234
        idle[1].close()


def test_connection_that_sends_nothing_makes_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST_CONNECTIONS", 1)
    monkeypatch.setattr(server, "IDLE_SECONDS", 0.01)
    with serving(RecordingRun()) as path, connect(path) as idle:
        assert idle.recv(1) == b""
        assert ask(path, Message(request="status")).step == 1_234


def test_policy_comes_as_an_open_file_without_a_name() -> None:
    run = RecordingRun()
    run.policy = os.urandom(300_000)
    with serving(run) as path:
        assert fetch_policy(path) == (run.policy, 42)


def test_policy_copied_a_moment_ago_is_given_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "POLICY_SECONDS", LIMIT_SECONDS)
    run = RecordingRun()
    with serving(run) as path:
        assert [fetch_policy(path) for _ in range(3)] == [(b"weights", 42)] * 3
    assert run.copies == 1


def test_run_that_does_not_hand_over_its_policy_still_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dqn_tui.attach.client.POLICY_SECONDS", 0.05)
    run = RecordingRun()
    run.does_reply = False
    with serving(run) as path:
        with pytest.raises(NoAnswerError, match="does not answer"):
            fetch_policy(path)
        assert ask(path, Message(request="pause")).step == 1_234
    assert run.requests == [control.Pause()]


def test_full_disk_costs_the_policy_but_not_the_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def fill() -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    run = RecordingRun()
    with serving(run) as path:
        monkeypatch.setattr("tempfile.TemporaryFile", fill)
        for _ in range(2):
            with pytest.raises(NoAnswerError, match="the policy cannot be handed over: No space left on device"):
                fetch_policy(path)
        assert ask(path, Message(request="pause")).step == 1_234
    assert run.requests == [control.Pause()]


def test_dead_socket_and_missing_socket_are_gone() -> None:
    with serving(RecordingRun()) as path:
        pass
    with pytest.raises(NoAnswerError, match="socket is gone"):
        ask(path, Message(request="pause"))
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.close()
    with pytest.raises(NoAnswerError, match="socket is gone"):
        ask(path, Message(request="pause"))


def test_sockets_of_dead_processes_are_swept_away() -> None:
    folder = new_socket_path().parent
    dead, alive = folder / "999999999-a.sock", folder / f"{os.getpid()}-b.sock"
    dead.touch()
    alive.touch()
    new_socket_path()
    assert (dead.exists(), alive.exists()) == (False, True)


def test_folder_that_others_can_enter_is_refused() -> None:
    folder = new_socket_path().parent
    folder.chmod(0o755)
    with pytest.raises(OSError, match="not a folder of this user alone"):
        new_socket_path()


@pytest.mark.parametrize("kind", ["file", "link", "open folder"])
def test_path_in_a_lock_must_lead_to_a_socket_in_a_private_folder(kind: str) -> None:
    with serving(RecordingRun()) as path:
        if kind == "file":
            other = path.with_name("1-x.sock")
            other.touch()
        elif kind == "link":
            other = path.with_name("1-y.sock")
            other.symlink_to(path)
        else:
            other = path
            path.parent.chmod(0o755)
        with pytest.raises(OSError, match=r"no socket of a run|not a folder of this user alone"):
            check_socket(other)


def test_runtime_folder_of_another_kind_is_not_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    open_folder = tmp_path / "open"
    open_folder.mkdir(mode=0o755)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(open_folder))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    assert new_socket_path().parent.parent == tmp_path


def test_flood_of_requests_is_spaced(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds: list[float] = []
    run = RecordingRun()
    with serving(run) as path:
        monkeypatch.setattr(server, "ROUND_SECONDS", 0.02)
        with connect(path) as connection:
            for _ in range(5):
                connection.sendall(b'{"request": "pause"}\n')
                connection.recv(4_096)
                rounds.append(len(run.requests))
    wait_until(lambda: len(run.requests) == 5, "all requests")
    assert rounds == [1, 2, 3, 4, 5]
