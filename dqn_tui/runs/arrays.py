"""Named arrays as a safetensors file: the header's length as eight bytes, the header as JSON, then the raw numbers.

https://github.com/huggingface/safetensors#format
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray
from safetensors import SafetensorError

from dqn_tui.dqn.saved import Arrays
from dqn_tui.errors import CheckpointError
from dqn_tui.runs.durable import Content

LARGEST_HEADER_BYTES = 100_000
_LENGTH_BYTES = 8
_TYPES = {
    "bool": "BOOL", "uint8": "U8", "int8": "I8", "uint16": "U16", "int16": "I16", "uint32": "U32", "int32": "I32",
    "uint64": "U64", "int64": "I64", "float16": "F16", "float32": "F32", "float64": "F64",
}  # fmt: skip


def encode_arrays(arrays: Arrays) -> Content:
    """Return the file's parts, which share the arrays' memory: there may be no room for a copy of a replay buffer."""
    header: dict[str, Any] = {}
    parts: list[bytes | memoryview] = []
    end = 0
    for name, value in arrays.items():
        array = np.asarray(value, value.dtype.newbyteorder("<"), order="C")
        start, end = end, end + array.nbytes
        header[name] = {"dtype": _TYPES[array.dtype.name], "shape": array.shape, "data_offsets": (start, end)}
        parts.append(array.reshape(-1).view(np.uint8).data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _LENGTH_BYTES)
    return [len(text).to_bytes(_LENGTH_BYTES, "little"), text, *parts]


def decode_arrays(path: Path, content: bytes) -> dict[str, NDArray[Any]]:
    """Return the arrays in the content of a file; `path` names it in errors.

    Raises:
        CheckpointError: It is not such a file, or its header is larger than any that this program writes.
    """
    header_bytes = int.from_bytes(content[:_LENGTH_BYTES], "little")
    if header_bytes > LARGEST_HEADER_BYTES:
        raise CheckpointError(
            f"{path} is damaged: its header has {header_bytes:,} bytes, expected at most {LARGEST_HEADER_BYTES:,}"
        )
    try:
        return safetensors.numpy.load(content)
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path} is damaged: {error}") from None
