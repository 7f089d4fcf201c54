"""Whether a run takes requests from this process."""

from __future__ import annotations

from pathlib import Path

from dqn_tui.attach.place import check_socket
from dqn_tui.runs.lock import Holder


def find_refusal(holder: Holder | None, *, is_alive: bool) -> str | None:
    """Return why a run takes no requests from here, in a few words; None where it does, at `holder.socket`.

    Args:
        holder: what the run's lock says of its process.
        is_alive: whether a process holds the lock. Over a network file system, that of another host may not be seen.
    """
    if holder is not None and not holder.is_local:
        return (
            f"it trains on {holder.host}" if is_alive else f"it is not training here, but was started on {holder.host}"
        )
    if not is_alive:
        return "it is not training"
    if holder is None or holder.socket is None:
        return "its process takes no requests"
    try:
        check_socket(Path(holder.socket))
    except FileNotFoundError:
        return "its socket is gone"
    except OSError as error:
        return error.strerror or str(error)
    return None
