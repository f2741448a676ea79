"""How far the cells of a sheet of an .xlsx lie apart, found without an engine that would lay them all out.

calamine allocates the whole rectangle that holds the cells. A reference may be in small letters and have leading zeros,
rows and cells may state no place and then follow one another: all of that counts here, as it does for calamine.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Octets = NDArray[np.uint8]
    Places = NDArray[np.int64]

_PIECE = 1 << 18  # bytes looked at at once: they stay in the processor's cache
_OVERLAP = 64  # bytes seen again with the next piece: a tag and its reference are whole in one of them
_LETTERS, _DIGITS = 3, 18
_BEGIN, _FOUR_BYTES = int.from_bytes(b' r="', "little"), 0xFFFFFFFF
_TAG = re.compile(rb"""<(?:[^\s<>:/]+:)?(row|c)(?=[\s/>])((?:[^>"']|"[^"]*"|'[^']*')*)>""")
_ATTRIBUTE = re.compile(rb"""([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_REFERENCE = re.compile(rb"([A-Za-z]*)(\d+)$")


@dataclass(frozen=True)
class Extent:
    """The rectangle from the first cell of a sheet to its farthest row and column, and how many cells it has."""

    rows: int
    columns: int
    cells: int

    @property
    def area(self) -> int:
        """Cells of the rectangle."""
        return self.rows * self.columns


def extent_of(pieces: Callable[[], Iterable[bytes]], *, most: int) -> Extent:
    """The rectangle of a part that `pieces` gives piece by piece, as often as it is called.

    Above an area of `most` the cells are those at different places; below it they may be some too many.
    """
    found = _stated_extent(pieces(), apart=False)
    if found is not None and found.area > most:
        found = _stated_extent(pieces(), apart=True)
    return found or _walked_extent(b"".join(pieces()))


def _stated_extent(pieces: Iterable[bytes], *, apart: bool) -> Extent | None:
    """The rectangle of a part whose every cell begins ``<c r="A1"``, in one pass; None for any other.

    `apart` counts the cells at different places, not the tags: a cell may be stated over and over.
    """
    import numpy as np

    rows = columns = cells = farthest = 0
    for piece in _overlapping(pieces):
        octets = np.frombuffer(piece, dtype=np.uint8)
        tags = _cell_tags(octets)
        if not tags.size:
            continue
        words = np.ndarray(octets.size - 7, "<u8", octets, strides=(1,))  # the eight bytes from every place on
        if not ((words[tags + 1] & _FOUR_BYTES) == _BEGIN).all():
            return None
        row, column = _references(octets, tags if apart else tags[_telling(words[tags + 5])])
        if not (row.all() and column.all()):
            return None
        rows, columns = max(rows, int(row.max())), max(columns, int(column.max()))
        cells += tags.size
        if apart:
            front = np.maximum.accumulate(np.concatenate([[farthest], (row << 15) + column]))
            cells += int(np.count_nonzero(np.diff(front))) - tags.size
            farthest = int(front[-1])
    return Extent(rows, columns, cells)


def _telling(reference: "NDArray[np.uint64]") -> "NDArray[np.bool_]":
    """Which references must be read for the highest row and column, by their first eight bytes.

    Not those of one letter that is not the highest, with the digits of the reference before them.
    """
    import numpy as np

    first, rest = reference.astype(np.uint8), reference >> 8
    second, last = rest.astype(np.uint8), (reference >> 56).astype(np.uint8)
    telling: NDArray[np.bool_] = (first == first.max()) | (second - np.uint8(ord("1")) > 8)  # a letter, a leading zero
    telling |= (last - np.uint8(ord("0"))) < 10  # the digits may go on
    telling[0] = True
    telling[1:] |= rest[1:] != rest[:-1]
    return telling


def _overlapping(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces, each with the end of the one before it; blanks before the first and after the last."""
    kept = b" " * _OVERLAP
    for piece in pieces:
        for begin in range(0, len(piece), _PIECE):
            joined = kept + piece[begin : begin + _PIECE]
            yield joined
            kept = joined[-_OVERLAP:]
    yield kept + b" " * _OVERLAP


def _cell_tags(octets: "Octets") -> "Places":
    """Where the ``c`` of each cell's tag is, of those that do not lie in the overlap with the next piece."""
    import numpy as np

    stop = octets.size - _OVERLAP + 1
    before, after = octets[: stop - 1], octets[2 : stop + 1]
    at = np.flatnonzero((octets[1:stop] == ord("c")) & (before - np.uint8(ord(":")) <= 2))  # : ; <
    found: Places = at[(before[at] != ord(";")) & ((after[at] <= ord("/")) | (after[at] == ord(">")))] + 1
    return found


def _references(octets: "Octets", tags: "Places") -> "tuple[Places, Places]":
    """Row and column, counted from 1, of the cells with these tags; 0 where a tag does not begin with a reference."""
    import numpy as np

    at, row, column = tags + 5, np.zeros(tags.size, np.int64), np.zeros(tags.size, np.int64)
    for _ in range(_LETTERS):
        letter = (octets[at] | 32) - np.uint8(ord("a"))
        column = np.where(letter < 26, column * 26 + letter + 1, column)
        at = at + (letter < 26)
    for _ in range(_DIGITS):
        digit = octets[at] - np.uint8(ord("0"))
        more = digit < 10
        if not more.any():
            break
        row, at = np.where(more, row * 10 + digit, row), at + more
    return np.where(octets[at] == ord('"'), row, 0), column


def _walked_extent(part: bytes) -> Extent:
    """The rectangle of a part, tag by tag: rows and cells without a place follow one another."""
    row = column = rows = columns = 0
    places: set[tuple[int, int]] = set()
    for tag in _TAG.finditer(part):
        stated = _place(tag[2])
        if tag[1] == b"row":
            row, column = stated[0] if stated else row + 1, 0
            continue
        row_of_cell, column = stated or (row, column + 1)
        rows, columns = max(rows, row_of_cell), max(columns, column)
        places.add((row_of_cell, column))
    return Extent(rows, columns, len(places))


def _place(attributes: bytes) -> tuple[int, int] | None:
    """Row and column (0 for none) that a tag states, or None."""
    for attribute in _ATTRIBUTE.finditer(attributes):
        reference = _REFERENCE.match(attribute[2] or attribute[3] or b"") if attribute[1] == b"r" else None
        if reference is not None:
            number = 0
            for letter in reference[1].upper():
                number = number * 26 + letter - 64
            return int(reference[2]), number
    return None
