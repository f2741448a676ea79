"""ZIP archives inside instrument formats (.rasx, .brml, .xlsx, .ndax), opened with limits."""

import io
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import ModuleType

from jointlab.errors import BadInput

MAX_MEMBERS = 20_000
MAX_MEMBER = 1 << 30  # bytes unpacked, one member
MAX_TOTAL = 2 << 30  # bytes unpacked, all members
MAX_RATIO = 500  # unpacked over packed, for what unpacks to more than a megabyte
_SMALL = 1 << 20
_PIECE = 1 << 16  # packed bytes unpacked at once: a thousand times as many at most
_LENGTHS = struct.Struct(
    "<26xHH"
)  # of the name and the extra field that stand between a part's own header and its data
_LOCKED = 1  # flag


@dataclass(frozen=True, eq=False)
class Archive:
    """A checked archive: names in file order, members read on demand and never longer than they declare."""

    _zip: zipfile.ZipFile
    names: tuple[str, ...]
    _data: bytes

    def read(self, name: str) -> bytes:
        """One member. Raises BadInput ``archive.member-missing``, ``archive.broken`` or ``archive.bomb``."""
        declared = self.size(name)
        data = self.top(name, declared + 1)
        if len(data) > declared:
            raise _longer(name)
        return data

    def size(self, name: str) -> int:
        """Bytes that a member declares to unpack to; 0 where there is none of that name."""
        return self._zip.getinfo(name).file_size if name in self.names else 0

    def top(self, name: str, size: int) -> bytes:
        """The first `size` bytes of a member; the rest is not unpacked. Raises as `read`."""
        try:
            with self._zip.open(name) as member:
                return member.read(size)
        except KeyError:
            raise BadInput(
                "archive.member-missing",
                "The archive has no part “{part}”, so it is incomplete; copy the file again.",
                part=name,
            ) from None
        except _damage() as fault:
            raise _broken(name, fault) from fault

    def pieces(self, name: str) -> Iterator[bytes]:
        """All of a member, piece by piece, in half the time of `read`. Raises as `read`."""
        member = self._zip.getinfo(name)
        if member.compress_type != zipfile.ZIP_DEFLATED or member.flag_bits & _LOCKED:
            yield self.read(name)
            return
        unpacking, total, checksum = engine(), 0, 0
        try:
            lengths = _LENGTHS.unpack_from(self._data, member.header_offset)
            begin = member.header_offset + _LENGTHS.size + sum(lengths)
            for piece in _inflated(memoryview(self._data)[begin : begin + member.compress_size]):
                total, checksum = total + len(piece), unpacking.crc32(piece, checksum)
                if total > member.file_size:
                    raise _longer(name)
                yield piece
        except _damage() as fault:
            raise _broken(name, fault) from fault
        if checksum != member.CRC:
            raise _broken(name, zipfile.BadZipFile("wrong checksum"))


def _inflated(packed: memoryview) -> Iterator[bytes]:
    """Unpack piece by piece."""
    unpacked = engine().decompressobj(-zlib.MAX_WBITS)
    for begin in range(0, len(packed), _PIECE):
        yield unpacked.decompress(packed[begin : begin + _PIECE])
    if not unpacked.eof:
        raise EOFError("its end is missing")


def engine() -> ModuleType:
    """ISA-L's where it exists for the processor: it takes half the time of zlib."""
    try:
        from isal import isal_zlib
    except ImportError:
        return zlib
    return isal_zlib


def _longer(name: str) -> BadInput:
    return BadInput(
        "archive.bomb",
        "Part “{part}” of the archive unpacks to more than the archive declares; it was not opened. Copy the file again.",
        part=name,
    )


def _broken(name: str, fault: Exception) -> BadInput:
    return BadInput(
        "archive.broken",
        "Part “{part}” of the archive is damaged or locked ({reason}). Copy the file again, or save it without a password.",
        part=name,
        reason=str(fault).rstrip("."),
    )


def inflating_faults() -> tuple[type[Exception], ...]:
    """What zlib raises for damaged bytes: once loaded, fastnda swaps zlib's functions for ISA-L's with an own error."""
    return (zlib.error, getattr(sys.modules.get("isal.igzip_lib"), "IsalError", zlib.error))


def _damage() -> tuple[type[Exception], ...]:
    """What a damaged part makes zipfile raise."""
    return (
        *inflating_faults(),
        zipfile.BadZipFile,
        EOFError,
        NotImplementedError,
        RuntimeError,
        OSError,
        ValueError,
        struct.error,
    )


def listed(names: Iterable[str]) -> Archive:
    """An archive of which only the names are known, for recognition; there is nothing to read in it."""
    return Archive(zipfile.ZipFile(io.BytesIO(), "w"), tuple(names), b"")


def open_archive(data: bytes) -> Archive:
    """Open a ZIP archive held in memory.

    Raises BadInput ``archive.broken`` for a cut or damaged one and ``archive.bomb`` for one beyond the limits.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError) as fault:
        raise BadInput(
            "archive.broken",
            "The file is an archive that is cut or damaged ({reason}). Copy it again.",
            reason=str(fault).rstrip("."),
        ) from fault
    total = sum(member.file_size for member in members)
    inflated = any(m.file_size > _SMALL and m.file_size > MAX_RATIO * max(m.compress_size, 1) for m in members)
    if len(members) > MAX_MEMBERS or total > MAX_TOTAL or inflated or any(m.file_size > MAX_MEMBER for m in members):
        raise BadInput(
            "archive.bomb",
            "The archive holds {count} parts that unpack to {size} MB, which is beyond what an instrument writes; it was not opened. Unpack it yourself and give the parts.",
            count=len(members), size=total >> 20,
        )  # fmt: skip
    return Archive(archive, tuple(member.filename for member in members), data)
