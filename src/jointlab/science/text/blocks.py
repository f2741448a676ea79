"""Tables below a header of words: found by what their columns are called, wherever they stand in a text file.

Rigs that a laboratory built itself write a few lines about the measurement and then columns. A reader says with
`wanted` which header it knows; units may stand in the header, in a row of their own below it, or nowhere.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from jointlab.errors import BadInput
from jointlab.science.source import Source
from jointlab.science.text.decoding import decode
from jointlab.science.text.engine import Text
from jointlab.science.text.headers import Header, may_be_header, split_header, wordy_lines
from jointlab.science.units import parse_unit

Wanted = Callable[[Sequence[Header]], bool]

_SEPARATORS = ("\t", ";", ",", " ")
_NUMBER = re.compile(r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?$|[-+]?(?:nan|inf)$", re.IGNORECASE)
_DATE = re.compile(r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})(?:\b|$)")
_END = re.compile(
    rb'^(?:[ \t;,]*\r?$|[ \t"]*(?![nN][aA][nN]\b|[iI][nN][fF]\b)(?:[A-Za-z#\[{/*]|[\x80-\xff]))', re.MULTILINE
)
_BEGINS_NUMBER = bytes(byte in b"+-.0123456789" for byte in range(256))
_INNER_UNIT = re.compile(r"(?P<name>[^()]+?)\s*\((?P<unit>[^()]+)\)(?P<label>_\w+)$")  # “Voltage (V)_a_Forward”
_BRACKETS = "[](){}<>"
_SEARCHED = 2000  # lines in which a header is looked for, between one table and the next
_MOST_BLOCKS = 500
_LONGEST = 100_000  # characters of a header
_BELOW = 3  # a row of units, a rule and a blank line may stand between header and numbers


@dataclass(frozen=True)
class HeadedBlock:
    """Rows [start, stop) of numbers below the header in line `header`, lines counted from 0."""

    header: int
    cells: tuple[Header, ...]
    separator: str
    start: int
    stop: int


def head_texts(source: Source) -> tuple[str, ...]:
    """The first 4 KiB as text, in each encoding that may be the file's where words do not tell: for recognition only."""
    head = source.head
    if b"<?xml" in head[:16]:
        return ()  # markup is no table below a header
    if head.isascii() or head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in head[:64]:
        return (source.head_text,)
    head = head[: head.rfind(b"\n") + 1] or head
    try:
        return (decode(head, name=source.name).data.decode(),)
    except BadInput:
        pass  # too few words, or several encodings fit
    return tuple(head.decode(encoding, errors="ignore") for encoding in ("utf-8-sig", "windows-1251", "gb18030"))


def has_header(text: str, wanted: Wanted, *, dated: bool = True) -> bool:
    """Whether one of the lines is a header that `wanted` knows, with numbers below it.

    Without `dated` no date may stand in the first row: such tables are records of weeks and years, not of one sweep.
    """
    found = (block for block in _headers(text) if wanted(block.cells))
    if dated:
        return any(True for _ in found)
    lines = text.splitlines()
    return any(not any(map(_DATE.match, split_row(lines[block.start], block.separator))) for block in found)


@lru_cache(maxsize=8)  # several recognisers ask about one head
def _headers(text: str) -> tuple[HeadedBlock, ...]:
    lines = text.splitlines()
    return tuple(block for number, _ in wordy_lines(text) for block in _headers_at(lines, number))


def headed_blocks(text: Text, wanted: Wanted) -> list[HeadedBlock]:
    """Every table of the file whose header `wanted` knows; rows after a blank line belong to the header above them.

    Raises BadInput ``text.many-tables``, and ``text.rows-left`` when rows follow a line of words that is no known header.
    """
    found: list[HeadedBlock] = []
    line = 0
    while line < text.line_count:
        block = _continued(text, line, found[-1]) if found else None
        if block is not None and block.stop - block.start == 1:
            found[-1] = replace(found[-1], stop=block.stop)  # a blank line between single rows
        else:
            block = block or _next_header(text, line, wanted)
            if block is None:
                _nothing_left(text, found)
                break
            found.append(block)
        line = block.stop
        if len(found) > _MOST_BLOCKS:
            raise BadInput(
                "text.many-tables",
                "“{name}” has more than {most} tables below each other; it is damaged or not a measurement. Split it.",
                name=text.name, most=_MOST_BLOCKS,
            )  # fmt: skip
    return found


def _nothing_left(text: Text, found: Sequence[HeadedBlock]) -> None:
    """Rows like those of the last table, below a line of words, may be anything: they are not left out in silence."""
    if not found:
        return
    last = found[-1]
    for number in range(last.stop, min(text.line_count, last.stop + _SEARCHED)):
        row = split_row(text.line(number), last.separator)
        if len(row) == len(last.cells) and _NUMBER.match(row[0]) and _is_numeric(row):
            raise BadInput(
                "text.rows-left",
                "In line {line} of “{name}” rows of numbers go on below words that name no known columns. Split the file there, or name the columns as above.",
                line=number + 1, name=text.name,
            )  # fmt: skip


def _next_header(text: Text, line: int, wanted: Wanted) -> HeadedBlock | None:
    for number in range(line, min(text.line_count, line + _SEARCHED)):
        block = _header_at(list(text.lines(number, number + 1 + _BELOW)), 0, wanted)
        if block is not None:
            start = number + block.start
            return replace(block, header=number, start=start, stop=_end_of_numbers(text, start))
    return None


def _continued(text: Text, line: int, last: HeadedBlock) -> HeadedBlock | None:
    """Rows of numbers next after a table and a few blank lines: the same columns."""
    for number in range(line, min(text.line_count, line + _BELOW)):
        row = split_row(text.line(number), last.separator)
        if len(row) == len(last.cells) and _is_numeric(row):
            return replace(last, start=number, stop=_end_of_numbers(text, number))
        if any(row):
            return None
    return None


def _header_at(lines: Sequence[str], number: int, wanted: Wanted) -> HeadedBlock | None:
    """The header in this line, with positions counted from the first of `lines`."""
    return next((block for block in _headers_at(lines, number) if wanted(block.cells)), None)


def _headers_at(lines: Sequence[str], number: int) -> Iterator[HeadedBlock]:
    """The line as a header, by each separator that has numbers below it."""
    line = lines[number].lstrip("\ufeff").lstrip("#%! ")
    if len(line) > _LONGEST or not may_be_header(line):
        return
    for separator in _SEPARATORS:
        row = split_row(line, separator, header=True)
        if len(row) < 2 or _is_numeric(row):
            continue
        cells = [_with_comma_unit(split_header(cell)) for cell in row]
        below = number + 1
        for below in range(number + 1, min(number + 1 + _BELOW, len(lines))):
            candidate = split_row(lines[below].lstrip("#%! "), separator, header=True)
            if _is_numeric(split_row(lines[below], separator)):
                break
            if (units := _units(candidate)) is not None:
                cells = [c if u is None else replace(c, unit=u) for c, u in _longest(cells, units)]
        else:
            continue
        yield HeadedBlock(number, tuple(cells), separator, below, below)


def _longest(cells: list[Header], units: list[str | None]) -> Iterable[tuple[Header, str | None]]:
    return zip(cells, units + [None] * (len(cells) - len(units)), strict=False)


def split_row(line: str, separator: str, *, header: bool = False) -> list[str]:
    """The cells of one line, stripped; empty cells at its end left out."""
    line = line.rstrip("\r\n")
    if separator == " " and header:
        cells = re.split(r"\s{2,}", line.strip())
        cells = cells if len(cells) > 1 else re.split(r"\s+(?![(\[{])", line.strip())
    else:
        cells = line.split() if separator == " " else line.split(separator)
    cells = [cell.strip().strip('"').strip() for cell in cells]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _is_numeric(row: Sequence[str]) -> bool:
    """Whether a row holds numbers: its first filled cell and most of the others are."""
    filled = [cell for cell in row if cell]
    numbers = [_NUMBER.match(cell) is not None for cell in filled]
    return len(filled) > 1 and (numbers[0] or numbers[1]) and sum(numbers) * 2 >= len(numbers)


def _units(row: Sequence[str]) -> list[str | None] | None:
    """The units of a row that holds nothing else, None for cells without one; None when it is no such row."""
    units = [cell.strip(_BRACKETS).strip() or None for cell in row]
    named = [unit for unit in units if unit is not None and unit != "-"]
    if not named or any(parse_unit(unit) is None for unit in named):
        return None
    return [None if unit == "-" else unit for unit in units]


def _with_comma_unit(cell: Header) -> Header:
    """``Voltage, V``: a unit after the last comma; ``Voltage (V)_a_Forward``: one before a label."""
    name, comma, unit = cell.name.rpartition(",")
    inner = _INNER_UNIT.match(cell.name) if cell.unit is None else None
    if inner is not None and parse_unit(inner["unit"]) is not None:
        return Header(inner["name"] + inner["label"], inner["unit"], cell.text)
    if cell.unit is None and comma and unit.strip() and parse_unit(unit.strip()) is not None:
        return Header(name.strip(), unit.strip(), cell.text)
    return cell


def _end_of_numbers(text: Text, start: int) -> int:
    """The first line from `start` on that is blank or begins with a word."""
    if start < text.line_count:  # most tables: every row begins with a digit or a sign
        import numpy as np

        first = np.frombuffer(text.data, dtype=np.uint8)[text.starts[start:]]
        if np.frombuffer(_BEGINS_NUMBER, dtype=np.bool_)[first].all():
            return text.line_count
    match = _END.search(text.data, text.offset(start))
    return text.line_count if match is None or match.start() >= len(text.data) else text.line_at(match.start())
