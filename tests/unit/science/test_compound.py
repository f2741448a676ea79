"""Compound files (.xls) made by hand: chains that loop, streams that do not fit, cells far apart; nothing is followed for ever."""

import random
import struct

import pytest

from jointlab.errors import BadInput
from jointlab.science.compound import Compound, Spread, holds_workbook, spread_of
from jointlab.science.source import Source
from tests.instrument_files import needs_real_files, real_file

END, FREE, TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def number(row: int, column: int, value: float = 1.0) -> bytes:
    return record(0x203, struct.pack("<HHHd", row, column, 0, value))


def book(*sheets: bytes, repeated: int = 1) -> bytes:
    """A workbook stream: the sheets' places, then the sheets."""
    begin, end = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)), record(0x0A)
    entry = len(record(0x85, bytes(9)))
    at = len(begin) + entry * len(sheets) * repeated + len(end)
    places, body = b"", b""
    for sheet in sheets:
        name = struct.pack("<IBBBBc", at + len(body), 0, 0, 1, 0, b"s")
        places += record(0x85, name) * repeated
        body += record(0x809, struct.pack("<HHHHII", 0x600, 16, 0, 0, 0, 0)) + sheet + end
    return begin + places + end + body


def compound(stream: bytes, *, size: int | None = None) -> bytearray:
    """A compound file with one stream “Workbook”: sector 0 the table, 1 the directory, from 2 the stream."""
    stream = stream.ljust(4096, b"\0")
    count = -(-len(stream) // 512)
    head = bytearray(512)
    struct.pack_into("<8s16xHHHHH6xIIIIIIIIII", head, 0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, END, 0, END, 0, 0)  # fmt: skip
    struct.pack_into("<108I", head, 80, *[FREE] * 108)
    table = [TABLE, END, *range(3, count + 2), END]
    directory = b"".join(
        name.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HBBIII36xIII", 2 * len(name) + 2, kind, 1, FREE, FREE, child, start, length, 0)
        for name, kind, child, start, length in (("Root Entry", 5, 1, END, 0), ("Workbook", 2, FREE, 2, len(stream) if size is None else size))
    ).ljust(512, b"\0")  # fmt: skip
    packed = struct.pack("<128I", *table, *[FREE] * (128 - len(table)))
    return head + packed + directory + stream.ljust(512 * count, b"\0")


def test_the_workbook_is_the_stream_of_that_name() -> None:
    stream = book(number(0, 0) + number(6, 2))
    assert next(Compound(bytes(compound(stream))).workbooks()).rstrip(b"\0") == stream.rstrip(b"\0")
    assert spread_of(stream) == Spread(21, 2)


def test_a_compound_file_of_another_program_is_no_damaged_workbook() -> None:
    other = bytes(compound(b"x")).replace("Workbook".encode("utf-16-le"), "Detector".encode("utf-16-le"))
    assert not holds_workbook(other)
    assert Source("a.dat", other).workbook is None
    assert holds_workbook(bytes(compound(b"x"))) and holds_workbook(other[:300])


@pytest.mark.parametrize(
    ("at", "value"),
    [
        (512 + 4 * 1, 1),  # the directory follows itself
        (512 + 4 * 5, 3),  # the stream goes back
        (512 + 4 * 5, 7_000_000),  # and leaves the table
        (48, 100),  # the directory lies beyond the end
        (68, 0),  # the list of tables goes on in a table
        (1024 + 128 + 120, 1 << 31),  # the stream is longer than the file
        (1024 + 120, 1 << 31),  # as that of small sectors
    ],
)
def test_chains_that_do_not_end_are_refused(at: int, value: int) -> None:
    data = compound(book(number(0, 0)))
    struct.pack_into("<I", data, 512 + 4 * 127, 0)  # no sector's, but where a list of tables would go on
    struct.pack_into("<I", data, at, value)
    with pytest.raises(BadInput) as caught:
        _ = Source("x.xls", bytes(data)).workbook
    assert caught.value.code == "workbook.broken"


@pytest.mark.parametrize(
    ("stream", "code"),
    [
        (book(number(0, 0) + number(5, 300)), "workbook.broken"),
        (book(record(0xBD, struct.pack("<HHH6xH", 0, 0, 0, 40_000))), "workbook.broken"),
        (book(record(0x200, struct.pack("<IIHHH", 0, 1 << 31, 0, 3, 0))), "workbook.broken"),
        (book(record(0x200, struct.pack("<IIHHH", 5, 2, 0, 3, 0))), "workbook.broken"),
        (book(number(0, 0) + number(65_535, 255), repeated=3), "workbook.extent"),
        (book(*[number(0, 0) + number(65_535, 255)] * 3), "workbook.extent"),
    ],
)
def test_impossible_and_far_cells_are_refused(stream: bytes, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        _ = Source("x.xls", bytes(compound(stream))).workbook
    assert caught.value.code == code


@needs_real_files
def test_heads_and_tables_of_a_real_file_changed_at_random_end_no_process() -> None:
    whole = real_file("adsorption/Sample_C.xls").read_bytes()
    numbers = random.Random(5)
    for _ in range(400):
        data = bytearray(whole)
        for _ in range(numbers.choice((1, 2, 8))):
            at = 4 * numbers.randrange(128 + 64)
            struct.pack_into(
                "<I", data, at, numbers.choice((0, 1, 2, 1 << 16, 1 << 31, END, FREE, numbers.randrange(1 << 32)))
            )
        try:
            workbook = Source("x.xls", bytes(data)).workbook
        except BadInput as fault:
            assert fault.code.startswith("workbook.")
        else:
            assert workbook is None or isinstance(workbook.tops, dict)
