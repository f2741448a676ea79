"""BioLogic EC-Lab and BT-Lab text export (.mpt, .txt).

The second line promises the number of header lines; the last of them names the columns, ``name/unit`` separated by tabs.
The program can export without a header too: then the columns' names come first. Decimal mark, date order and encoding
are those of the computer that exported.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers.biologic_columns import (
    TECHNIQUES,
    decide_technique,
    header_of,
    is_column_line,
    raw_columns,
    with_default,
)
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Caution, Condition, RawColumn, Reading, make_table
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import Header, Text, read_text
from jointlab.science.text.engine import TEXT_SETTINGS
from jointlab.science.text.times import DateOrder, clock_times, date_order, parse_timestamp
from jointlab.science.units import convert, parse_unit

if TYPE_CHECKING:
    import polars as pl

_MAGIC = ("EC-Lab ASCII FILE", "BT-Lab ASCII FILE")
_MOST_HEADER_LINES = 5000
_SMALL = 4 << 20  # bytes
_PARAMETER_WIDTH = 20  # characters of one cell of the parameter table
_DEFAULTED = ("Characteristic mass", "Electrode surface area", "Mass of active material", "Volume (V)")
_WRITTEN_BY = re.compile(r"^(EC|BT)-Lab for windows v", re.IGNORECASE | re.MULTILINE)
_DATE_IN_NAME = re.compile(r"(?<!\d)(20\d\d)[-_. ]?([01]\d)[-_. ]?([0-3]\d)(?!\d)")


@dataclass(frozen=True)
class _Head:
    """What stands above the table: title of the technique, keys and values, parameters, and the line of the columns."""

    column_line: int
    title: str | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    loops: tuple[int, int] | None = None  # number of loops, last point
    cautions: tuple[Caution, ...] = ()


def recognises(source: Source) -> bool:
    """The program's first line, its column names in the first line, or its version among the header lines."""
    text = source.head_text
    if text.startswith(_MAGIC):
        return True
    if text.upper().startswith(("EC-LAB SETTING", "BT-LAB SETTING", "EC-LAB LOG", "BT-LAB LOG")):
        return False
    return is_column_line(text.partition("\n")[0]) or _WRITTEN_BY.search(text) is not None


def read(source: Source, settings: Settings) -> Reading:
    """Read one file.

    Raises BadInput ``biologic.header`` when no line names columns, ``biologic.columns`` when the rows have another
    number of cells, ``biologic.several`` for exports that were joined, and what the text engine raises.
    """
    text = read_text(source, settings)
    head = _head(text)
    headers = [header_of(cell) for cell in text.line(head.column_line).rstrip().split("\t")]
    _check_rows(text, head, len(headers))
    parsed = text.table(
        head.column_line + 1, [header.text for header in headers], separator="\t", hint=_decimal_of(head.keys)
    )
    _check_one(text, parsed.frame)
    headers += [Header(label, None, label) for label in parsed.frame.columns[len(headers) :]]
    columns = raw_columns(headers, parsed.frame.get_columns())
    order, evidence = _date_order(head, columns)
    columns = _with_clock(columns, head, order, text.name)
    table = make_table("data", columns)
    decided = decide_technique(head.title, table)
    started, said = _started(head.keys, order)
    return Reading(
        format="biologic.mpt",
        technique=decided.technique,
        tables=(table,),
        instrument=head.keys.get("Device"),
        started=started,
        warnings=(*text.cautions, *head.cautions, *parsed.cautions, *said),
        facts=_facts(head),
        decisions={**text.decisions, "technique": decided.evidence, "date_order": evidence},
        rows_stated={} if head.loops is None else {"data": head.loops[1] + 1},
    )


def _head(text: Text) -> _Head:
    """The header. Raises BadInput ``biologic.header`` where no line names columns."""
    if is_column_line(text.line(0)):
        return _Head(
            0, cautions=(Caution("biologic.no-header", "The export has no header: no date, instrument or settings."),)
        )
    promised = _promised(text)
    cautions: tuple[Caution, ...] = ()
    if promised is None or not _names_columns(text, promised - 1):
        found = next((n for n in range(_MOST_HEADER_LINES) if text.has_line(n) and is_column_line(text.line(n))), None)
        if found is None:
            raise BadInput(
                "biologic.header",
                "“{name}” is an EC-Lab text file in which no line names columns; its header is cut. Export it again.",
                name=text.name,
            )
        said = "none" if promised is None else str(promised)
        cautions = (
            Caution(
                "biologic.header-lines", f"The columns are named in line {found + 1}; the header promises line {said}."
            ),
        )
        promised = found + 1
    lines = list(text.lines(0, promised - 1))
    keys = _keys(lines)
    return _Head(promised - 1, _title(lines), keys, _parameters(lines), _loops(lines), cautions)


def _promised(text: Text) -> int | None:
    """The line that names the columns, counted from 1, as the second line promises."""
    match = re.search(r"Nb header lines\s*:\s*(\d{1,6})", text.line(1)) if text.has_line(1) else None
    return int(match[1]) if match is not None else None


def _names_columns(text: Text, number: int) -> bool:
    return 1 < number < 200_000 and text.has_line(number) and is_column_line(text.line(number), fewest=1)


def _title(lines: Sequence[str]) -> str | None:
    """The technique: the first line with words after the two of the file itself that is no key."""
    for line in lines[2:6]:
        if line.strip():
            return line.strip() if " : " not in line and "\t" not in line else None
    return None


def _keys(lines: Iterable[str]) -> dict[str, str]:
    """``key : value``; of equal keys the first stands, and all lines of a comment are kept."""
    found: dict[str, str] = {}
    for line in lines:
        key, mark, value = line.partition(" : ")
        key, value = key.strip(), value.strip()
        if not mark or not key:
            continue
        if key in found and key == "Comments" and value:
            found[key] = f"{found[key]}\n{value}".strip()
        found.setdefault(key, value)
    return found


def _parameters(lines: Iterable[str]) -> dict[str, str]:
    """The parameters of the technique: cells of 20 characters, the name and one value a sequence."""
    found: dict[str, str] = {}
    before = ""
    for line in lines:
        if len(line) <= _PARAMETER_WIDTH or " : " in line or line.startswith(("\t", " ")):
            continue
        cells = [line[at : at + _PARAMETER_WIDTH].strip() for at in range(0, len(line), _PARAMETER_WIDTH)]
        name = f"{before} vs." if cells[0] == "vs." else cells[0]
        before = cells[0]
        values = [cell for cell in cells[1:] if cell]
        if name and values and len(cells[0]) < _PARAMETER_WIDTH:
            found.setdefault(name, "; ".join(values))
    return found


def _loops(lines: Sequence[str]) -> tuple[int, int] | None:
    """Number of loops and the last point, from ``Loop 2 from point number 40 to 59``."""
    ends = [
        int(match[1]) for line in lines if (match := re.match(r"\s*Loop \d+ from point number \d+ to (\d+)\s*$", line))
    ]
    return (len(ends), max(ends)) if ends else None


def _check_rows(text: Text, head: _Head, width: int) -> None:
    """The first row has one cell a column."""
    first = head.column_line + 1
    cells = len(text.line(first).rstrip("\t").split("\t")) if text.has_line(first) else width
    if cells not in (width, 1) or (cells == 1 and width > 1 and text.line(first).strip()):
        raise BadInput(
            "biologic.columns",
            "“{name}” names {width} columns and has {cells} cells in line {line}, so no column can be told from its neighbour: a column name is missing or there is one too many. Give the .mpr file, or export it again.",
            name=text.name,
            width=width,
            cells=cells,
            line=first + 1,
        )


def _check_one(text: Text, frame: "pl.DataFrame") -> None:
    """No second export follows: its header would be words among the numbers."""
    import polars as pl

    has_words = any(kind == pl.String or frame[label].null_count() for label, kind in frame.schema.items())
    if (has_words or text.size < _SMALL) and text.data.find(b"-Lab ASCII FILE", 64) >= 0:
        raise BadInput(
            "biologic.several",
            "“{name}” holds several EC-Lab exports one after the other. Split it into one file for each export.",
            name=text.name,
        )


def _decimal_of(keys: Mapping[str, str]) -> str | None:
    """The decimal mark of the header's own numbers, such as ``min = -10,00 V``."""
    marks = {
        match[1]
        for key, value in keys.items()
        if key.startswith(("Ewe ctrl range", *_DEFAULTED, "Equivalent Weight", "Density"))
        for match in re.finditer(r"\d([.,])\d", value)
    }
    return marks.pop() if len(marks) == 1 else None


_DATE_WORDS: tuple[tuple[str, DateOrder], ...] = ((r"dd\Wmm", "dmy"), (r"mm\Wdd", "mdy"))


def _date_order(head: _Head, columns: Sequence[RawColumn]) -> tuple[DateOrder | None, str]:
    """Which number of a date is the day, from the program's own words, any date above 12, or a date in a file's name."""
    time_format = head.keys.get("Time format", "")
    for pattern, order in _DATE_WORDS:
        if re.search(pattern, time_format.lower()):
            return order, f"the header says “{time_format}”"
    stamps = [value for key, value in head.keys.items() if key.endswith(("started on", "Modify on"))]
    for column in columns:
        if column.quantity == "time" and _is_text(column):
            cells = column.values.drop_nulls()  # type: ignore[union-attr]
            stamps += [*cells.head(1), *cells.tail(1)]
    found = date_order(stamps)
    if found is not None:
        return found, "a number of a date is above 12"
    return _order_by_names(head, stamps)


def _order_by_names(head: _Head, stamps: Sequence[str]) -> tuple[DateOrder | None, str]:
    """The order that makes a date of the file the one that stands, year first, in the name of a file or folder."""
    for name in (head.keys.get(key, "") for key in ("File", "Directory", "Loaded Setting File")):
        for year, month, day in _DATE_IN_NAME.findall(name):
            evidence = f"“{name}” has the day {year}-{month}-{day}"
            if month == day:
                continue
            if any(re.match(rf"0?{int(month)}\D0?{int(day)}\D{year}", stamp) for stamp in stamps):
                return "mdy", evidence
            if any(re.match(rf"0?{int(day)}\D0?{int(month)}\D{year}", stamp) for stamp in stamps):
                return "dmy", evidence
    return None, "nothing tells day from month" if stamps else "no date"


def _started(keys: Mapping[str, str], order: DateOrder | None) -> tuple[datetime | None, tuple[Caution, ...]]:
    """Start of the acquisition, or why it is not known."""
    stamp = keys.get("Acquisition started on", "")
    started = parse_timestamp(stamp, order=order) if stamp else None
    if started is not None or not stamp:
        return started, ()
    said = f"“{stamp}” may have the day or the month first, and nothing in the file tells; the start is not stated."
    return None, (Caution("biologic.date-order", said),)


def _is_text(column: RawColumn) -> bool:
    import polars as pl

    return isinstance(column.values, pl.Series) and column.values.dtype == pl.String


def _with_clock(columns: Sequence[RawColumn], head: _Head, order: DateOrder | None, name: str) -> list[RawColumn]:
    """Absolute times as clock time, and as seconds since the acquisition started (since the first point if unknown).

    Raises BadInput ``biologic.date-order`` where day and month cannot be told.
    """
    found: list[RawColumn] = []
    for column in columns:
        if column.quantity != "time" or not _is_text(column):
            found.append(column)
            continue
        cells: pl.Series = column.values  # type: ignore[assignment]
        clock = clock_times(cells, order=order)
        if clock is None:
            raise BadInput(
                "biologic.date-order",
                "In “{name}” the times are written as “{stamp}”, and nothing tells day from month. Export it with elapsed time.",
                name=name,
                stamp=cells.drop_nulls().first(),
            )
        started, _ = _started(head.keys, order)
        zero = clock.drop_nulls().first() if started is None else (started - datetime(1970, 1, 1)).total_seconds()  # noqa: DTZ001
        found.append(RawColumn(clock - zero, "time", "s", column.header, column.name))
        found.append(RawColumn(clock, "unix_time", "s", column.header, "unix_time"))
    return found


def _facts(head: _Head) -> dict[str, Condition]:
    """What the header states, under its own keys, and the scan rate where the technique has one."""
    facts: dict[str, Condition] = {} if head.title is None else {"technique": head.title}
    for key, value in head.keys.items():
        if value and key != "Nb header lines":
            facts[key] = with_default(value) if key in _DEFAULTED else value
    for key, value in head.parameters.items():
        facts.setdefault(key, value)
    rate, unit = head.parameters.get("dE/dt", "").replace(",", "."), head.parameters.get("dE/dt unit", "")
    if re.fullmatch(r"\d+(\.\d+)?", rate) and parse_unit(unit) is not None:
        facts["scan_rate"] = convert(float(rate), source=unit, target="V/s")
    if head.loops is not None:
        facts["loops"] = head.loops[0]
    return facts


READERS = (
    Reader(
        "biologic.mpt",
        "BioLogic EC-Lab text export (.mpt)",
        TECHNIQUES,
        recognises,
        read,
        (".mpt", ".txt"),
        TEXT_SETTINGS,
    ),
)
