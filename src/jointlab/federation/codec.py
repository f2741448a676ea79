"""Pages of a log as they travel: lines `entry TAB body LF`, compressed with zstd. Pure: bytes in, lines out.

Canonical JSON holds no raw TAB and no raw LF, so the exact bytes of entry and body survive. Every limit is looked at before
the bytes are made: a page from a stranger costs no more memory than the limits say.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import zstandard

from jointlab.errors import BadInput
from jointlab.ledger.canonical import BODY_LIMIT, ENTRY_LIMIT
from jointlab.ledger.mirror import Line

MEDIA_TYPE: Final = "application/vnd.jointlab.log"
PAGE_BYTES: Final = 8 * 1024 * 1024  # of one page before compression; also the largest window of its compression
PAGE_RECORDS: Final = 10_000  # of one page
_TAB, _END = b"\t", b"\n"
_LEVEL: Final = 1  # level 3 costs three times the time and saves nothing on such text
_ROUGH: Final = 64 * 1024  # bytes that compression may add to what cannot be compressed


def fill_page(lines: Iterable[Line], *, records: int = PAGE_RECORDS, size: int = PAGE_BYTES) -> tuple[bytes, int]:
    """The raw page of as many lines as fit, and how many these are; the first one always fits."""
    parts: list[bytes] = []
    left = size
    for line in lines:
        part = line.entry + _TAB + (line.body or b"") + _END
        left -= len(part)
        if len(parts) == records or (parts and left < 0):
            break
        parts.append(part)
    return b"".join(parts), len(parts)


def compress(raw: bytes) -> bytes:
    """One zstd frame that says how long its content is."""
    return zstandard.ZstdCompressor(level=_LEVEL).compress(raw)


def read_page(data: bytes, *, records: int = PAGE_RECORDS, size: int = PAGE_BYTES) -> list[Line]:
    """The lines of a page.

    Raises BadInput ``page.size`` (more than the limits), ``page.compression`` (no single zstd frame that tells its
    length, a cut one, a window beyond the limit), ``page.line``.
    """
    return list(_lines(expand(data, size=size), records))


def expand(data: bytes, *, size: int = PAGE_BYTES) -> bytes:
    """The content of a zstd frame of at most `size` bytes, never making more than one byte beyond it."""
    if len(data) > size + _ROUGH:
        raise _too_large(size)
    try:
        said = zstandard.get_frame_parameters(data).content_size if data else zstandard.CONTENTSIZE_UNKNOWN
    except zstandard.ZstdError:
        raise _not_compressed() from None
    if said == zstandard.CONTENTSIZE_UNKNOWN:
        raise _not_compressed()
    if said > size:
        raise _too_large(size)
    # The stream reader, not decompress(): that one believes the length that the frame declares.
    reader = zstandard.ZstdDecompressor(max_window_size=PAGE_BYTES).stream_reader(data, read_across_frames=True)
    try:
        with reader:
            raw = reader.read(said + 1)
    except zstandard.ZstdError:
        raise _not_compressed() from None
    if len(raw) != said:
        raise _not_compressed()
    return raw


def _lines(raw: bytes, records: int) -> Iterator[Line]:
    if raw and not raw.endswith(_END):
        raise BadInput("page.line", "The last line of the page is not complete.")
    if raw.count(_END) > records:
        raise BadInput("page.size", "The page has more than {limit} lines.", limit=records)
    for number, part in enumerate(raw.split(_END)[:-1]):
        entry, tab, body = part.partition(_TAB)
        if not tab or not entry or len(entry) > ENTRY_LIMIT or len(body) > BODY_LIMIT:
            raise BadInput("page.line", "Line {number} of the page is no entry with its body.", number=number)
        yield Line(entry, body or None)


def _too_large(size: int) -> BadInput:
    return BadInput("page.size", "The page is larger than {limit} bytes.", limit=size)


def _not_compressed() -> BadInput:
    return BadInput("page.compression", "The page is not one whole zstd frame that says how long its content is.")
