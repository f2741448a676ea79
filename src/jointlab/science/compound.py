"""Compound files (.xls) before an engine opens them: chains that end, streams that fit, cells that lie near each other.

calamine follows a chain of sectors for ever where it loops, and reserves what a directory or a sheet says it needs. The
layout of the container is [MS-CFB], that of the records [MS-XLS].
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from jointlab.errors import BadInput

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SPECIAL = 0xFFFFFFFA  # sector numbers from here on are marks
_COUNTS = (40, 44, 64, 72)  # where the head states how many sectors a table has; calamine reserves that much
_MINI_BELOW = 4096  # bytes; shorter streams lie in the small sectors of the first entry's stream
_BOUND_SHEET, _DIMENSIONS, _END = 0x85, 0x200, 0x0A
_CELLS = frozenset((0x02, 0x03, 0x04, 0x05, 0x06, 0xBD, 0xFD, 0x202, 0x203, 0x204, 0x205, 0x206, 0x27E, 0x406))
_MULTIPLE = 0xBD  # its last two bytes are its last column
_RECORD = struct.Struct("<HH")
_MOST_ROWS, _MOST_COLUMNS = 1 << 16, 1 << 8  # of a sheet, by the format
_WORKBOOKS = ("workbook", "book")  # names of the stream


@dataclass(frozen=True)
class _Entry:
    name: str
    kind: int  # 0 unused, 1 storage, 2 stream, 5 root
    start: int
    size: int


@dataclass(frozen=True, eq=False)
class Compound:
    """A compound file held in memory. Raises BadInput ``workbook.broken`` where its chains do not end."""

    data: bytes

    @cached_property
    def _sector(self) -> int:
        shift = int(struct.unpack_from("<H", self.data, 30)[0])
        if shift not in (9, 12):
            raise _damaged("its sectors have no known size")
        return 1 << shift

    def _read_sector(self, number: int) -> bytes:
        begin = (number + 1) * self._sector
        if begin >= len(self.data):
            raise _damaged("a sector lies beyond its end")
        return self.data[begin : begin + self._sector].ljust(self._sector, b"\0")

    @cached_property
    def _table(self) -> tuple[int, ...]:
        """The sector that follows each sector."""
        listed = list(struct.unpack_from("<109I", self.data, 76))
        further, seen = int(struct.unpack_from("<I", self.data, 68)[0]), 0
        while further < _SPECIAL:
            seen += 1
            if seen * self._sector > len(self.data):
                raise _damaged("its list of sectors loops")
            *more, further = struct.unpack(f"<{self._sector // 4}I", self._read_sector(further))
            listed += more
        used = [number for number in listed if number < _SPECIAL]
        if len(used) * self._sector > len(self.data):
            raise _damaged("its list of sectors is longer than the file")
        return tuple(n for number in used for n in struct.unpack(f"<{self._sector // 4}I", self._read_sector(number)))

    def _chain(self, start: int, table: tuple[int, ...]) -> list[int]:
        chain: list[int] = []
        while start < _SPECIAL:
            if start >= len(table) or len(chain) > len(table):
                raise _damaged("a chain of its sectors does not end")
            chain.append(start)
            start = table[start]
        return chain

    def _bytes(self, start: int) -> bytes:
        return b"".join(self._read_sector(number) for number in self._chain(start, self._table))

    @cached_property
    def _entries(self) -> tuple[_Entry, ...]:
        directory = self._bytes(struct.unpack_from("<I", self.data, 48)[0])
        rows = (directory[begin : begin + 128] for begin in range(0, len(directory) - 127, 128))
        return tuple(
            _Entry(row[:64].decode("utf-16-le", "replace").partition("\0")[0], row[66], *struct.unpack_from("<II", row, 116))
            for row in rows
        )  # fmt: skip

    @cached_property
    def _small(self) -> tuple[bytes, tuple[int, ...]]:
        """The stream of small sectors, and which follows each."""
        if not self._entries:
            raise _damaged("it has no directory")
        followers = self._bytes(struct.unpack_from("<I", self.data, 60)[0])
        return self._bytes(self._entries[0].start), struct.unpack(f"<{len(followers) // 4}I", followers)

    def _stream(self, entry: _Entry) -> bytes:
        if entry.size > len(self.data):
            raise _damaged("a stream is longer than the file")
        if entry.size >= _MINI_BELOW:
            return self._bytes(entry.start)[: entry.size]
        whole, followers = self._small
        parts = (whole[64 * number : 64 * number + 64] for number in self._chain(entry.start, followers))
        return b"".join(parts)[: entry.size]

    def workbooks(self) -> Iterator[bytes]:
        """The streams that hold a workbook; the chains of all others are followed too."""
        if len(self.data) < 512:
            raise _damaged("its head is cut")
        counts = (struct.unpack_from("<I", self.data, at)[0] for at in _COUNTS)
        if max(counts) * self._sector > len(self.data):
            raise _damaged("it states more sectors than it has")
        if self._entries and self._entries[0].size > len(self.data):
            raise _damaged("a stream is longer than the file")
        for entry in self._entries[1:]:
            if entry.kind == 2:
                stream = self._stream(entry)
                if entry.name.casefold() in _WORKBOOKS:
                    yield stream


def holds_workbook(data: bytes) -> bool:
    """Whether a compound file may be a workbook: other programs keep their data in such files too."""
    try:
        return any(entry.name.casefold() in _WORKBOOKS for entry in Compound(data)._entries)
    except (BadInput, struct.error):
        return True  # a damaged one is refused where it is opened


@dataclass(frozen=True)
class Spread:
    """Of all sheets together: cells of their rectangles, and cells that there are."""

    area: int = 0
    cells: int = 0


def spread_of(workbook: bytes) -> Spread:
    """How far the cells of a workbook's sheets lie apart. Raises BadInput ``workbook.broken`` for an impossible place."""
    starts = [
        struct.unpack_from("<I", workbook, at)[0] for kind, at, size in _records(workbook, 0) if kind == _BOUND_SHEET and size >= 4
    ]  # fmt: skip
    sheets = {start: _sheet(workbook, start) for start in set(starts)}
    return Spread(sum(sheets[start].area for start in starts), sum(sheet.cells for sheet in sheets.values()))


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Kind, offset and size of each record up to the end of a sheet or of the stream."""
    while at + 4 <= len(stream):
        kind, size = _RECORD.unpack_from(stream, at)
        if kind == _END:
            return
        yield kind, at + 4, size
        at += 4 + size


def _sheet(stream: bytes, start: int) -> Spread:
    rows = columns = cells = 0
    for kind, at, size in _records(stream, start):
        if kind in _CELLS and size >= 4 and at + size <= len(stream):
            row, column = _RECORD.unpack_from(stream, at)
            if kind == _MULTIPLE:
                column = max(column, struct.unpack_from("<H", stream, at + size - 2)[0])
            rows, columns, cells = max(rows, row + 1), max(columns, column + 1), cells + 1
        elif kind == _DIMENSIONS and size >= 14 and at + size <= len(stream):
            top, bottom, left, right = struct.unpack_from("<IIHH", stream, at)
            if bottom > _MOST_ROWS or right > _MOST_COLUMNS or top > bottom or left > right:
                raise _damaged("a sheet has an impossible size")
    if columns > _MOST_COLUMNS:
        raise _damaged(f"a cell stands in column {columns}")
    return Spread(rows * columns, cells)


def _damaged(reason: str) -> BadInput:
    return BadInput(
        "workbook.broken",
        "The spreadsheet cannot be opened ({reason}). It is cut or damaged; copy it again, or save it again as .xlsx.",
        reason=reason,
    )
