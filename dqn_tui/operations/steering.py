"""Lets other processes of this user steer the run that this process trains."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dqn_tui.attach.messages import Weights
from dqn_tui.attach.server import SteeringServer

if TYPE_CHECKING:
    from dqn_tui.runs.recorder import Recorder
    from dqn_tui.training.background import BackgroundRun


@contextmanager
def open_to_requests(run: BackgroundRun, recorder: Recorder) -> Iterator[None]:
    """Take requests at a socket while the block runs; a run without one trains all the same."""
    try:
        server = SteeringServer(run, _export)
    except OSError:
        yield
        return
    recorder.publish_socket(server.path)
    try:
        yield
    finally:
        server.close()


def _export(policy: Any) -> Weights:
    from dqn_tui.training.policy import encode_network

    return Weights(encode_network(policy.network), policy.step)
