"""Rewritings that must not change a number: line ends, encodings, decimal marks, padding, names; and files that are cut.

The answer to a rewritten file is the same columns or a refusal with advice, never other numbers. What a cut file still
gives is what the whole one gives in those rows; a last number that lost digits is left out or warned of.
"""

import random
import re
import zlib
from collections.abc import Iterator

import polars as pl
import pytest

from jointlab.errors import BadInput
from jointlab.science.demonstration.laboratory import FILES
from jointlab.science.door import _read_guarded
from jointlab.science.reading import Reading, Table
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text.decoding import decode
from tests.instrument_files import ROOT

LARGEST = 120_000  # bytes of a file in the short run
FOLDERS = ("adsorption", "awkward", "cycling", "eis", "photovoltaic", "voltammetry", "xrd")
ENCODINGS = ("utf-8", "windows-1251", "gbk", "latin-1")
OTHER_NAMES = ("x.txt", "no-extension", "cell.mpr")
CUTS = 6

POINT = re.compile(r"(?<![\w.,:/])([-+]?\d+)\.(\d+(?:[eE][-+]?\d+)?)(?![\w.,:/]|\s?[AaPp][Mm])")
COMMA = re.compile(r"(?<![\w.,:/])([-+]?\d+),(\d+(?:[eE][-+]?\d+)?)(?![\w.,:/])")

RELATIVE = 1e-12


def made_files() -> list[tuple[str, bytes]]:
    return [(entry.path, entry.make()) for entry in FILES]


def real_files(*, largest: int) -> list[str]:
    paths = [path for folder in FOLDERS for path in (ROOT / folder).glob("*")] if ROOT.is_dir() else []
    return sorted(str(p.relative_to(ROOT)) for p in paths if 0 < p.stat().st_size <= largest)


def reading_of(name: str, data: bytes) -> Reading | None:
    """The reading, or None for a refusal that says something."""
    try:
        return _read_guarded(Source(name, data), Settings())
    except BadInput as fault:
        assert len(fault.message) > 20, fault.code
        return None


def rewritings(name: str, data: bytes, reading: Reading) -> Iterator[tuple[str, bytes]]:
    try:
        decoded = decode(data.strip(b"\0"), name=name)
    except BadInput:
        return
    text = decoded.data.decode()
    if "encoding" not in reading.decisions or "\0" in text:
        return  # no text
    unix = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
    own = "utf-8" if decoded.encoding == "ascii" else decoded.encoding
    yield "LF", unix.encode(own)
    yield "CRLF", unix.replace("\n", "\r\n").encode(own)
    yield "CR", unix.replace("\n", "\r").encode(own)
    yield "UTF-8 with mark", b"\xef\xbb\xbf" + text.encode()
    yield "UTF-16 with mark", b"\xff\xfe" + unix.replace("\n", "\r\n").encode("utf-16-le")
    yield "blank lines at the end", data + b"\r\n\r\n"
    yield "zeros at the end", data + b"\0" * 5000
    for encoding in ENCODINGS:
        try:
            yield encoding, text.encode(encoding)
        except UnicodeEncodeError:
            continue
    mark = reading.decisions.get("decimal_mark", " ")[0]
    if mark in ".,":
        form, other = (POINT, r"\1,\2") if mark == "." else (COMMA, r"\1.\2")
        yield "the other decimal mark", form.sub(other, text).encode(own)


def assert_same(name: str, whole: Reading, part: Reading) -> None:
    assert (part.format, part.technique) == (whole.format, whole.technique), name
    assert [t.name for t in part.tables] == [t.name for t in whole.tables], name
    for one, other in zip(whole.tables, part.tables, strict=True):
        assert other.rows == one.rows, f"{name}: {one.name}"
        assert [(c.name, c.unit) for c in other.columns if c.quantity] == [
            (c.name, c.unit) for c in one.columns if c.quantity
        ], name
        assert_rows(name, one, other)
    stated = [(s.quantity, s.value, s.unit) for s in whole.stated]
    assert [(s.quantity, s.value, s.unit) for s in part.stated] == stated, name


def assert_rows(name: str, whole: Table, part: Table) -> None:
    """The known numbers of `part` are those of the first rows of `whole`."""
    for column in part.columns:
        if column.quantity is None or not part.frame[column.name].dtype.is_numeric():
            continue
        if column.name not in whole.frame.columns:  # a cut file may not tell the form of its times
            continue
        ours = part.frame[column.name].cast(pl.Float64).fill_null(float("nan"))
        theirs = whole.frame[column.name][: part.rows].cast(pl.Float64).fill_null(float("nan"))
        same = (ours - theirs).abs() <= RELATIVE * theirs.abs()
        same |= (ours == theirs) | (ours.is_nan() & theirs.is_nan())
        assert same.all(), f"{name}: {whole.name}, {column.name}, row {same.arg_min()}"


def rewrite(name: str, data: bytes) -> None:
    whole = reading_of(name, data)
    if whole is None:
        return
    for other in OTHER_NAMES:
        if (again := reading_of(other, data)) is not None:
            assert_same(f"{name} as {other}", whole, again)
    for how, changed in rewritings(name, data, whole):
        if (part := reading_of(name, changed)) is not None:
            assert_same(f"{name}: {how}", whole, part)


def _codes(reading: Reading) -> set[str]:
    return {caution.code for caution in reading.warnings}


def cut(name: str, data: bytes, *, times: int) -> None:
    whole = reading_of(name, data)
    if whole is None:
        return
    tables = {table.name: table for table in whole.tables}
    numbers = random.Random(zlib.crc32(name.encode()))
    ends = [len(data) - 2, len(data) - 4, *(numbers.randrange(len(data) // 3, len(data)) for _ in range(times))]
    for end in ends:
        part = reading_of(name, data[: max(end, 1)])
        if part is None:
            continue
        said = _codes(part)
        for table in part.tables:
            if table.name not in tables:
                continue
            assert table.rows <= tables[table.name].rows
            doubtful = any(code.endswith(("open-end", "no-line-end")) for code in said)
            kept = Table(table.name, table.columns, table.frame[: table.rows - doubtful])
            assert_rows(f"{name} cut at {end}", tables[table.name], kept)
            promised = part.rows_stated.get(table.name, table.rows)
            assert promised == table.rows or said, f"{name} cut at {end}: rows are missing and nothing is said"


@pytest.mark.parametrize(("name", "data"), made_files(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_rewritten_or_cut_made_file_gives_no_other_numbers(name: str, data: bytes) -> None:
    rewrite(name, data)
    cut(name, data, times=CUTS)


@pytest.mark.real_files
@pytest.mark.parametrize("path", real_files(largest=LARGEST))
def test_a_rewritten_or_cut_real_file_gives_no_other_numbers(path: str) -> None:
    data = (ROOT / path).read_bytes()
    rewrite(path, data)
    cut(path, data, times=CUTS)


@pytest.mark.long
@pytest.mark.real_files
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("path", real_files(largest=10**9))
def test_any_rewritten_or_much_cut_real_file_gives_no_other_numbers(path: str) -> None:
    data = (ROOT / path).read_bytes()
    rewrite(path, data)
    cut(path, data, times=60)
