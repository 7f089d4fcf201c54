"""The file that `--config` names, before it is known what is in it."""

from __future__ import annotations

from pathlib import Path

from dqn_tui.errors import UsageError

MAX_FILE_BYTES = 1_000_000


def read_config_file(path: Path) -> bytes:
    """Return the bytes of a `--config` file.

    Raises:
        UsageError: it cannot be read, or is too large.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise UsageError(f"cannot read --config {path}: {error.strerror}") from None
    if len(data) > MAX_FILE_BYTES:
        raise UsageError(f"--config {path} must have <= {MAX_FILE_BYTES:,} bytes")
    return data
