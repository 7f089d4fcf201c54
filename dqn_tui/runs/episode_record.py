"""The format of `episodes/episodes.bin`: reset seed and actions of each finished training episode, one after the other.

    file       magic and version (8 bytes), number of actions A (4), number of environments (4), records
    record     head, [number], [environment], seed (4), last observation (4), actions, check (1)
    head       varint: steps * 4 + 2 if the number is there + 1 if the episode was truncated
    number     varint: the episode's number less that of the record before; left out where it is 1
    environment  varint: its number; left out where there is only one
    actions    bits(A) bits each, the first action in the lowest bits of the first byte
    check      lowest byte of the CRC-32 of the file's head, the episode's number, and the record up to here

Numbers are little-endian; varints are LEB128. Return and length are in the journal, under the episode's number.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dqn_tui.rollout import RecordedEpisode

MAGIC = b"dqn-tui\x01"
MOST_STEPS = 4_000_000
"""Steps of a longer episode are not recorded, so that no file can fill the memory."""
LARGEST_NUMBER = 2**62
_FILE_HEAD = struct.Struct("<8sII")
_FIXED = struct.Struct("<II")
FILE_HEAD_BYTES = _FILE_HEAD.size
_MOST_VARINT_BYTES = 9
_HAS_NUMBER, _IS_TRUNCATED = 2, 1
_WORD_BITS = 32


class Record(NamedTuple):
    """A record of a file, whose actions are still packed.

    Attributes:
        number: of the episode.
        step_count: number of its actions.
        is_truncated, environment, seed, last_observation: as in `RecordedEpisode`.
        packed: the actions.
        end: where the next record begins.
    """

    number: int
    step_count: int
    is_truncated: bool
    environment: int
    seed: int
    last_observation: int
    packed: bytes
    end: int


@dataclass(frozen=True)
class RecordFormat:
    """The format of one file's records: what the head of the file says.

    Attributes:
        action_count: A.
        environment_count: number of environments that the run trains in.
    """

    action_count: int
    environment_count: int

    @classmethod
    def from_head(cls, head: bytes) -> RecordFormat | None:
        """Return what the head of a file says; None where it is not one of this version."""
        if len(head) < FILE_HEAD_BYTES:
            return None
        magic, action_count, environment_count = _FILE_HEAD.unpack_from(head)
        is_known = magic == MAGIC and action_count and environment_count
        return cls(action_count, environment_count) if is_known else None

    @property
    def head(self) -> bytes:
        """The head of the file."""
        return _FILE_HEAD.pack(MAGIC, self.action_count, self.environment_count)

    @cached_property
    def action_bits(self) -> int:
        """Bits of an action, at least 1."""
        return max(1, (self.action_count - 1).bit_length())

    @cached_property
    def most_record_bytes(self) -> int:
        """The size that no record exceeds."""
        return 3 * _MOST_VARINT_BYTES + _FIXED.size + self._packed_bytes(MOST_STEPS) + 1

    def encode(self, episode: RecordedEpisode, previous: int) -> bytes:
        """Return the record of an episode that follows the episode numbered `previous`."""
        distance = episode.number - previous
        head = len(episode.actions) * 4 + _HAS_NUMBER * (distance != 1) + _IS_TRUNCATED * episode.is_truncated
        parts = [
            _encode_varint(head),
            _encode_varint(distance) if distance != 1 else b"",
            _encode_varint(episode.environment) if self.environment_count > 1 else b"",
            _FIXED.pack(episode.seed, episode.last_observation),
            self._pack(episode.actions),
        ]
        content = b"".join(parts)
        return content + bytes([self._check(episode.number, content)])

    def decode(self, data: bytes, start: int, previous: int) -> Record | None:
        """Return the record at `start` after the episode numbered `previous`; None where there is no whole one."""
        try:
            head, at = _decode_varint(data, start)
            distance, at = _decode_varint(data, at) if head & _HAS_NUMBER else (1, at)
            environment, at = _decode_varint(data, at) if self.environment_count > 1 else (0, at)
            seed, last_observation = _FIXED.unpack_from(data, at)
        except (IndexError, struct.error):
            return None
        begin, step_count, number = at + _FIXED.size, head >> 2, previous + distance
        end = begin + self._packed_bytes(step_count)
        is_possible = (
            0 < step_count <= MOST_STEPS
            and distance > 0
            and number <= LARGEST_NUMBER
            and environment < self.environment_count
            and end < len(data)
        )
        if not is_possible or data[end] != self._check(number, data[start:end]):
            return None
        is_truncated = bool(head & _IS_TRUNCATED)
        return Record(number, step_count, is_truncated, environment, seed, last_observation, data[begin:end], end + 1)

    def unpack(self, record: Record) -> NDArray[np.int64] | None:
        """Return the actions of a record, int64 [length]; None where one of them is none of the environment's."""
        bits = np.unpackbits(
            np.frombuffer(record.packed, np.uint8), count=record.step_count * self.action_bits, bitorder="little"
        )
        words = np.zeros((record.step_count, _WORD_BITS), np.uint8)
        words[:, : self.action_bits] = bits.reshape(record.step_count, self.action_bits)
        actions = np.packbits(words, axis=1, bitorder="little").view("<u4").reshape(-1).astype(np.int64)
        return actions if int(actions.max()) < self.action_count else None

    def _pack(self, actions: NDArray[np.int64]) -> bytes:
        if self.action_bits == 1:
            return np.packbits(actions.astype(np.uint8), bitorder="little").tobytes()
        words = actions.astype("<u4").view(np.uint8).reshape(-1, _WORD_BITS // 8)
        bits = np.unpackbits(words, axis=1, count=self.action_bits, bitorder="little")
        return np.packbits(bits, bitorder="little").tobytes()

    def _packed_bytes(self, step_count: int) -> int:
        return (step_count * self.action_bits + 7) // 8

    def _check(self, number: int, content: bytes) -> int:
        return zlib.crc32(content, zlib.crc32(number.to_bytes(8, "little"), self._head_check)) & 0xFF

    @cached_property
    def _head_check(self) -> int:
        return zlib.crc32(self.head)


def _encode_varint(value: int) -> bytes:
    if value < 128:
        return bytes((value,))
    encoded = bytearray()
    while value >= 128:
        encoded.append(value & 127 | 128)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def _decode_varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number and where it ends.

    Raises:
        IndexError: there is none, or one that is too long.
    """
    value = 0
    for place in range(_MOST_VARINT_BYTES):
        byte = data[at + place]
        value |= (byte & 127) << (7 * place)
        if byte < 128:
            return value, at + place + 1
    raise IndexError(at)
