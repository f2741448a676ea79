"""ZIP archives inside instrument formats (.rasx, .brml, .xlsx, .ndax), opened with limits."""

import io
import sys
import zipfile
import zlib
from dataclasses import dataclass

from jointlab.errors import BadInput

MAX_MEMBERS = 20_000
MAX_MEMBER = 1 << 30  # bytes unpacked, one member
MAX_TOTAL = 2 << 30  # bytes unpacked, all members
MAX_RATIO = 500  # unpacked over packed, for what unpacks to more than a megabyte
_SMALL = 1 << 20


@dataclass(frozen=True, eq=False)
class Archive:
    """A checked archive: names in file order, members read on demand and never longer than they declare."""

    _zip: zipfile.ZipFile
    names: tuple[str, ...]

    def read(self, name: str) -> bytes:
        """One member. Raises BadInput ``archive.member-missing``, ``archive.broken`` or ``archive.bomb``."""
        declared = self.size(name)
        data = self.top(name, declared + 1)
        if len(data) > declared:
            raise BadInput(
                "archive.bomb",
                "Part “{part}” of the archive unpacks to more than the archive declares; it was not opened. Copy the file again.",
                part=name,
            )
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
            raise BadInput(
                "archive.broken",
                "Part “{part}” of the archive is damaged or locked ({reason}). Copy the file again, or save it without a password.",
                part=name,
                reason=str(fault).rstrip("."),
            ) from fault


def _damage() -> tuple[type[Exception], ...]:
    """What a damaged part makes zipfile raise; fastnda swaps its decompressor for ISA-L's, which has an own error."""
    swapped = getattr(sys.modules.get("isal.igzip_lib"), "IsalError", zlib.error)
    return (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError, swapped)


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
    return Archive(archive, tuple(member.filename for member in members))
