"""Reads Weights & Biases' offline files: records of LevelDB's log format behind a header of seven bytes."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

_BLOCK_BYTES, _HEADER = 32_768, struct.Struct("<IHB")
_FULL, _LAST = 1, 4


def read_history(file: Path) -> list[dict[str, Any]]:
    """Return the rows of a run's history, oldest first."""
    # The module passes on what was made for the protobuf that is installed.
    kind: Any = import_module("wandb.proto.wandb_internal_pb2").Record
    rows = []
    for content in _records(file.read_bytes()):
        record = kind.FromString(content)
        if record.WhichOneof("record_type") == "history":
            items = record.history.item
            rows.append({item.key or "/".join(item.nested_key): json.loads(item.value_json) for item in items})
    return rows


def _records(data: bytes) -> Iterator[bytes]:
    offset, begun = 7, b""
    while offset + _HEADER.size <= len(data):
        left = _BLOCK_BYTES - offset % _BLOCK_BYTES
        if left < _HEADER.size:
            offset += left
            continue
        _, length, kind = _HEADER.unpack_from(data, offset)
        offset += _HEADER.size
        begun += data[offset : offset + length]
        offset += length
        if kind in (_FULL, _LAST):
            yield begun
            begun = b""
