"""The rectangle of a sheet's cells: however places are written, and wherever a piece of the part ends."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jointlab.errors import BadInput
from jointlab.science.archives import open_archive
from jointlab.science.sheet_extent import Extent, extent_of
from jointlab.science.source import Source
from tests.workbook_files import xlsx

MOST = 1 << 25


def sheet(*rows: str, prefix: str = "") -> bytes:
    return f"<{prefix}worksheet><{prefix}sheetData>{''.join(rows)}</{prefix}sheetData></{prefix}worksheet>".encode()


def letters(column: int) -> str:
    column -= 1
    return (letters(column // 26) if column >= 26 else "") + chr(65 + column % 26)


def extent(part: bytes, *, most: int = MOST, piece: int = 1 << 16) -> Extent:
    return extent_of(lambda: [part[i : i + piece] for i in range(0, len(part), piece)], most=most)


@given(st.lists(st.tuples(st.integers(1, 900), st.integers(1, 900)), min_size=1, unique=True), st.integers(1, 300))
def test_cells_in_order_are_counted_each_once(cells: list[tuple[int, int]], piece: int) -> None:
    tags = [f'<c r="{letters(column)}{row}"/>' * 2 for row, column in sorted(cells)]
    assert extent(sheet(*tags), piece=piece, most=0).cells == len(cells)


CELL = st.tuples(st.integers(1, 1_048_576), st.integers(1, 16_384))


@given(st.lists(CELL, min_size=1, max_size=60), st.integers(1, 300), st.sampled_from(["", "s", "inlineStr"]))
def test_stated_places_give_the_highest_row_and_column(cells: list[tuple[int, int]], piece: int, kind: str) -> None:
    tags = [f'<c r="{letters(column)}{row}" t="{kind}"><v>1.5</v></c>' for row, column in cells]
    found = extent(sheet(*tags), piece=piece, most=1 << 40)
    assert (found.rows, found.columns) == (max(row for row, _ in cells), max(column for _, column in cells))
    assert found.cells == len(cells)


def test_neighbours_in_a_row_are_told_from_a_far_one() -> None:
    rows = [
        f'<row r="{i}">' + "".join(f'<c r="{letters(c)}{i}"><v>1</v></c>' for c in range(1, 31)) + "</row>"
        for i in range(1, 3000)
    ]
    assert extent(sheet(*rows)) == Extent(2999, 30, 30 * 2999)
    for far, rows_, columns in (("ZZ7", 2999, 702), ("A1048576", 1_048_576, 30), ("B10000007", 10_000_007, 30)):
        tag = f'<c r="{far}"><v>1</v></c>'
        assert extent(sheet(*rows[:1500], tag, *rows[1500:]), most=1 << 40) == Extent(rows_, columns, 30 * 2999 + 1), (
            far
        )


@pytest.mark.parametrize(
    ("what", "part"),
    [
        ("small letters", sheet('<c r="a1"/><c r="xfd3000"/>')),
        ("leading zeros", sheet('<c r="A1"/><c r="XFD0000003000"/>')),
        ("many leading zeros", sheet(f'<c r="A1"/><c r="XFD{"0" * 40}3000"/>')),
        ("zeros after zeros", sheet('<c r="XFD1"/><c r="A00000001"/><c r="A00003000"/>')),
        ("single quotes", sheet("<c r='XFD3000'/>")),
        ("blanks", sheet('<c r="A1"/><c  r = "XFD3000" />')),
        ("another attribute first", sheet('<c s="1" r="XFD3000"/>')),
        ("a sign of the tag's end in an attribute", sheet('<c a=">" r="XFD3000"/>')),
        ("a false place in an attribute", sheet('<c a=\' r="A1"\' r="XFD3000"/>')),
        ("a prefix", sheet('<x:c r="XFD3000"></x:c>', prefix="x:")),
        ("rows alone", sheet('<row r="3000">', "<c><v>1</v></c>" * 16_384, "</row>")),
        ("places alone in a row", sheet('<row r="3000"><c r="XFC1"/>', '<c r="XFC3000"/><c/>', "</row>")),
        ("nothing", sheet(*["<row/>"] * 2999, "<row>", "<c/>" * 16_384, "</row>")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_far_cell_is_seen_however_it_is_written(what: str, part: bytes) -> None:
    found = extent(part)
    assert (found.rows, found.columns) == (3000, 16_384), what


def test_a_cell_stated_over_and_over_is_one_cell() -> None:
    part = sheet('<c r="A1"/>' * 500, '<c r="ZZ700"/>' * 500)
    assert extent(part, most=1000) == Extent(700, 702, 2)


def test_a_part_without_cells_has_no_rectangle() -> None:
    assert extent(b"<styleSheet><cols><col/></cols></styleSheet>").area == 0
    assert extent(b"").area == 0


def with_sheet(part: bytes, *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    with zipfile.ZipFile(io.BytesIO(xlsx({"a": [["x", 1.0]]}))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = part
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2])
@pytest.mark.parametrize(
    "part",
    [
        sheet('<c r="a1"><v>1</v></c><c r="xfd1048576"><v>1</v></c>'),
        sheet('<row r="1">', "<c><v>1</v></c>" * 9000, '</row><row r="1048576"><c><v>1</v></c></row>'),
    ],
)
def test_a_workbook_with_far_cells_is_not_opened(part: bytes, method: int) -> None:
    with pytest.raises(BadInput) as caught:
        _ = Source("x", with_sheet(part, method=method)).workbook
    assert caught.value.code == "workbook.extent"


def test_pieces_of_a_member_are_the_member() -> None:
    part = sheet(*(f'<c r="A{i}"><v>{i * 0.37}</v></c>' for i in range(1, 20_000)))
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        archive = open_archive(with_sheet(part, method=method))
        assert b"".join(archive.pieces("xl/worksheets/sheet1.xml")) == part


def test_pieces_of_a_damaged_member_are_refused() -> None:
    part = sheet(*(f'<c r="A{i}"><v>{i * 0.37}</v></c>' for i in range(1, 2000)))
    data = with_sheet(part)
    at = data.index(b"xl/worksheets/sheet1.xml") + len("xl/worksheets/sheet1.xml")
    for damaged in (data[:at] + bytes(40) + data[at + 40 :], data[:at] + b"\xff" * 40 + data[at + 40 :]):
        with pytest.raises(BadInput) as caught:
            list(open_archive(damaged).pieces("xl/worksheets/sheet1.xml"))
        assert caught.value.code in ("archive.broken", "archive.bomb")


def test_pieces_with_a_wrong_checksum_are_refused() -> None:
    part = sheet('<c r="A1"><v>0.74</v></c>')
    data = with_sheet(part)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        checksum = archive.getinfo("xl/worksheets/sheet1.xml").CRC.to_bytes(4, "little")
    with pytest.raises(BadInput) as caught:
        _ = Source("x", data.replace(checksum, b"\1\2\3\4")).workbook
    assert caught.value.code == "archive.broken"
