"""A file in chunks of 4 MiB, each with its SHA-256, so that one flipped bit costs one chunk. Pure.

As JSON: {"chunk": 4194304, "chunks": ["<sha256>", ...], "sha256": "<of the file>", "size": <bytes>}
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256 as hash_of
from typing import BinaryIO, Final, Self

import orjson

from jointlab.errors import BadInput

CHUNK: Final = 4 * 1024 * 1024  # bytes
MANIFEST_LIMIT: Final = 8 * 1024 * 1024  # bytes of the JSON: of a file of half a terabyte
HASH: Final = 32  # bytes
_PIECE: Final = 1 << 20
_NAME: Final = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Chunks:
    """The size of a file, and the SHA-256 of each chunk, one after the other; an empty file has one, empty, chunk."""

    size: int  # bytes
    hashes: bytes

    @classmethod
    def of_file(cls, file: BinaryIO) -> tuple[Self, str]:
        """Of a file read from where it stands, with the SHA-256 of the whole."""
        hashes: list[bytes] = []
        whole, size = hash_of(), 0
        while True:
            chunk, length = hash_of(), 0
            while length < CHUNK and (piece := file.read(min(_PIECE, CHUNK - length))):
                chunk.update(piece)
                whole.update(piece)
                length += len(piece)
            if length or not hashes:
                hashes.append(chunk.digest())
            size += length
            if length < CHUNK:
                return cls(size, b"".join(hashes)), whole.hexdigest()

    @classmethod
    def of_one(cls, sha256: str, size: int) -> Self:
        """Of a file of one chunk: its own SHA-256 is the chunk's."""
        return cls(size, bytes.fromhex(sha256))

    @classmethod
    def from_json(cls, data: bytes, *, sha256: str, size: int | None) -> Self:
        """Read a partner's answer about this file. Raises BadInput ``chunks.form``."""
        try:
            said = orjson.loads(data)
            found = cls(int(said["size"]), b"".join(_hash(text) for text in said["chunks"]))
            good = said["chunk"] == CHUNK and said["sha256"] == sha256 and found.size >= 0
            good = good and (found.count != 1 or found.hashes.hex() == sha256)
        except (ValueError, KeyError, TypeError, AttributeError):
            good = False
        if not good or found.count != count_of(found.size) or size not in (None, found.size):
            raise BadInput("chunks.form", "The partner’s list of chunks does not fit the file {sha256}.", sha256=sha256)
        return found

    def to_json(self, sha256: str) -> bytes:
        """As it travels."""
        names = [self.hash(number).hex() for number in range(self.count)]
        return orjson.dumps(
            {"chunk": CHUNK, "chunks": names, "sha256": sha256, "size": self.size}, option=orjson.OPT_SORT_KEYS
        )

    @property
    def count(self) -> int:
        """How many chunks."""
        return len(self.hashes) // HASH

    def hash(self, number: int) -> bytes:
        """The SHA-256 of a chunk."""
        return self.hashes[number * HASH : (number + 1) * HASH]

    def span(self, number: int) -> tuple[int, int]:
        """Where a chunk begins in the file, and where the next one does."""
        return number * CHUNK, min((number + 1) * CHUNK, self.size)


@dataclass(slots=True)
class Have:
    """Which chunks of a file are there: a bit each, the first chunk in the lowest bit of the first byte."""

    bits: bytearray

    @classmethod
    def of(cls, count: int, bits: bytes = b"") -> Self:
        """So many chunks; what was kept of another number of chunks counts for nothing."""
        length = (count + 7) // 8
        return cls(bytearray(bits if len(bits) == length else length))

    def __contains__(self, number: int) -> bool:
        return bool(self.bits[number >> 3] >> (number & 7) & 1)

    def add(self, number: int) -> None:
        """It is there."""
        self.bits[number >> 3] |= 1 << (number & 7)

    def drop(self, number: int) -> None:
        """It is not."""
        self.bits[number >> 3] &= ~(1 << (number & 7))

    def numbers(self) -> Iterator[int]:
        """Of the chunks that are there."""
        return (number for number in range(len(self.bits) * 8) if number in self)


def count_of(size: int) -> int:
    """How many chunks a file of so many bytes has."""
    return max(1, -(-size // CHUNK))


def present_bytes(size: int, bits: bytes) -> int:
    """How much of a file is there, in bytes, by the bits that were kept."""
    count = count_of(size)
    have = Have.of(count, bits)
    whole = sum(CHUNK for number in have.numbers() if number < count)
    return whole - (count * CHUNK - size if count - 1 in have else 0)


def _hash(text: str) -> bytes:
    if _NAME.fullmatch(text) is None:
        raise ValueError(text)
    return bytes.fromhex(text)
