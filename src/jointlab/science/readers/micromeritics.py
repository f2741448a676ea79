"""Micromeritics reports (TriStar, ASAP, Gemini, 3Flex, MicroActive): .xls and .xlsx workbooks, and .txt.

A workbook holds one report beside the other in one sheet, separated by columns of “|”, or each in a sheet of its own; a text
holds them one below the other, in columns separated by tabs or set on a page by blanks.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers.adsorption_results import Section, pairs_of, stated_results
from jointlab.science.readers.isotherms import (
    ADSORPTION,
    DESORPTION,
    amount_unit,
    isotherm,
    loading_columns,
    number_with_unit,
    printed_cells,
    printed_mark,
    sheet_numbers,
    with_decimal_point,
)
from jointlab.science.readers.micromeritics_text import TITLE, TextReport, text_report
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Caution, Condition, RawColumn, Reading, Table, make_table
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import read_text
from jointlab.science.text.engine import TEXT_SETTINGS
from jointlab.science.text.times import DateOrder, durations, parse_timestamp
from jointlab.science.units import parse_unit

if TYPE_CHECKING:
    import polars as pl

    from jointlab.science.workbooks import Grid

_RELATIVE = re.compile(r"\(\s*p\s*/\s*p\s*[o0°º]\s*\)", re.IGNORECASE)
_SATURATION = re.compile(r"saturat|sättigung|насыщ|饱和", re.IGNORECASE)
_UNIT = re.compile(r"\(([^()]*(?:\([^()]*\)[^()]*)?)\)\s*$")
_FACTS = {  # label in lower case: fact
    "sample": "sample", "echantillon": "sample", "échantillon": "sample", "analysis adsorptive": "adsorptive", "operator": "operator",
    "analyste": "operator", "submitter": "submitter", "file": "file", "completed": "completed", "automatic degas": "automatic_degas",
    "equilibration interval": "equilibration_interval", "equilibration time": "equilibration_interval", "sample density": "sample_density",
    "thermal correction": "thermal_correction", "warm free space": "warm_free_space", "cold free space": "cold_free_space", "comments": "comment",
}  # fmt: skip
_UNSET = datetime(1970, 1, 1)  # noqa: DTZ001 - the program writes it where no start was recorded
_SPAN = timedelta(days=14)  # no isotherm takes longer


@dataclass(frozen=True, eq=False)
class _Columns:
    """The columns of the isotherm as they were found: header, numbers and text of each, and branches where named."""

    headers: Sequence[str]
    numbers: "Sequence[pl.Series]"
    words: "Sequence[pl.Series]"
    branch: Sequence[str] | None = None


def recognises_workbook(source: Source) -> bool:
    """A report's title, or its columns, in the first rows of a sheet."""
    return any(
        re.match(r"Isotherm Tabular Report|Micromeritics Instrument|BET (Surface Area )?Report", cell.strip())
        for rows in source.tops.values()
        for row in rows
        for cell in row
        if cell
    ) or any(
        {"relative_pressure", "loading"} <= {_kind(cell) for cell in row if cell}
        for rows in source.tops.values()
        for row in rows
    )


def recognises_text(source: Source) -> bool:
    """The keys of the page head, or the name of the maker with a report's title."""
    if source.head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return False
    head = source.head_text
    named = "rpt" in head.lower()  # of “adsorptive”: letters that have but one small form
    keys = named and re.search(r"(?i)analysis adsorptive\s*:", head) and re.search(r"(?i)sample mass\s*:", head)
    return bool(keys) or ("Micromeritics" in head and re.search(TITLE, head) is not None)


def read_workbook(source: Source, settings: Settings) -> Reading:
    """Read a workbook. Raises BadInput ``micromeritics.no-isotherm`` and what `make_table` raises."""
    assert source.workbook is not None
    sections: list[Section] = []
    tables: list[tuple[int, _Columns]] = []
    head: list[Sequence[str]] = []
    printed: list[str] = []
    for sheet, rows in source.tops.items():
        if not rows:
            continue
        grid = source.workbook.grid(sheet)
        for first, last in _blocks(grid):
            block = [[(cell or "") for cell in row[first:last]] for row in grid.rows]
            title = next((cell for row in block for cell in row if re.match(TITLE, cell.strip())), sheet)
            sections.append(Section(title, pairs_of(block)))
            head += block[:6]
            printed += printed_cells(grid, first, last)
            tables += _sheet_tables(grid, title, first, last, settings, source.name)
    return _reading(
        "micromeritics.xls",
        source.name,
        sections,
        tables,
        _instrument(head),
        {"numbers": "typed cells of the workbook", **printed_mark(printed, settings)},
    )


def read_report_text(source: Source, settings: Settings) -> Reading:
    """Read a text report. Raises BadInput ``micromeritics.no-isotherm`` and what the text engine raises."""
    text = read_text(source, settings)
    report: TextReport = text_report(text)
    tables = [
        (_rank(table.title), _Columns(table.headers, table.numbers, table.words, table.branch))
        for table in report.tables
        if _is_table(table.headers)
    ]
    head = [line.split("  ") for line in text.lines(0, 6)]
    reading = _reading("micromeritics.txt", source.name, report.sections, tables, _instrument(head), text.decisions)
    return Reading(**{**reading.__dict__, "warnings": (*text.cautions, *report.cautions, *reading.warnings)})


def _blocks(grid: "Grid") -> list[tuple[int, int]]:
    """Column ranges between the columns of “|”."""
    width = max((len(row) for row in grid.rows), default=0)
    bars = sorted({i for row in grid.rows[:40] for i, cell in enumerate(row) if cell == "|"})
    return [
        (first, last)
        for first, last in zip([0, *(bar + 1 for bar in bars)], [*bars, width], strict=True)
        if last > first
    ]


def _is_table(cells: Sequence[str]) -> bool:
    """Whether header cells name a relative or absolute pressure and an amount adsorbed."""
    kinds = {_kind(cell) for cell in cells if cell}
    return "loading" in kinds and bool(kinds & {"relative_pressure", "pressure"})


def _kind(header: str) -> str | None:
    """What a column is, by the unit in its brackets."""
    if _RELATIVE.search(header) and "[" not in header:
        return "relative_pressure"
    unit = _unit(header)
    if unit is None:
        return None
    if unit in ("h:min", "h:m", "hh:mm", "h:mm"):
        return "time"
    pressure, amount = parse_unit(unit), amount_unit(unit)
    if pressure is not None and pressure.dimension == parse_unit("Pa").dimension:  # type: ignore[union-attr]
        return "saturation_pressure" if _SATURATION.search(header) else "pressure"
    parsed = parse_unit(amount) if amount else None
    mole = (parse_unit("mol/g"), parse_unit("mol"))
    return "loading" if parsed is not None and parsed.dimension in {m.dimension for m in mole if m} else None


def _unit(header: str) -> str | None:
    match = _UNIT.search(header.strip())
    return match[1].strip() if match else None


def _rank(title: str) -> int:
    """Which table is the isotherm itself: the tabular report, else the plots, else the points of the BET fit."""
    return 0 if "tabular" in title.lower() else 1 if "plot" in title.lower() and "isotherm" in title.lower() else 2


def _sheet_tables(
    grid: "Grid", title: str, first: int, last: int, settings: Settings, name: str
) -> list[tuple[int, _Columns]]:
    """Tables of one block: a header row, then rows until an empty one; two pairs of columns are the two branches."""
    import polars as pl

    if re.match(r"(?i)goodness of fit", title.strip()) or any(
        "Goodness of Fit" in (cell or "") for row in grid.rows[:40] for cell in row[first:last]
    ):
        return []  # beside the points stands a model there
    found: list[tuple[int, _Columns]] = []
    for row in range(len(grid.rows)):
        headers = [grid.text(row, i) or "" for i in range(first, last)]
        if not _is_table(headers):
            continue
        stop = _end(grid, row + 1, first, last)
        numbers = [sheet_numbers(grid, i, row + 1, stop, settings=settings, name=name) for i in range(first, last)]
        words = [
            pl.Series([grid.text(r, i) for r in range(row + 1, stop)], dtype=pl.String) for i in range(first, last)
        ]
        above = [grid.text(row - 1, i) or "" for i in range(first, last)] if row else []
        found.append((_rank(title), _side_by_side(_Columns(headers, numbers, words), above)))
    return found


def _end(grid: "Grid", row: int, first: int, last: int) -> int:
    """The row after a table: below it the block is empty, or goes on with words; one empty row between numbers is a gap."""

    def filled(at: int) -> bool:
        return any(grid.text(at, i) for i in range(first, last))

    def numeric(at: int) -> bool:
        return at < len(grid.rows) and sum(grid.numbers[at, i] is not None for i in range(first, last)) >= 2

    while row < len(grid.rows) and (filled(row) or numeric(row + 1)):
        row += 1
    return row


def _side_by_side(table: _Columns, above: Sequence[str]) -> _Columns:
    """Adsorption and desorption in two pairs of columns become one below the other."""
    import polars as pl

    starts = [i for i, header in enumerate(table.headers) if _kind(header) == "relative_pressure"]
    if len(starts) < 2 or starts[1] >= len(above):
        return table
    names = [next((b for b in (DESORPTION, ADSORPTION) if b in above[i].lower()), None) for i in starts]
    width = starts[1] - starts[0]
    parts = [[table.numbers[i + k] for k in range(width) if i + k < len(table.numbers)] for i in starts]
    if None in names or any(len(part) < width for part in parts):
        first = slice(starts[0], starts[1])
        return _Columns(table.headers[first], table.numbers[first], table.words[first])
    kept = [[column.filter(part[0].is_not_null()) for column in part] for part in parts]
    branch = [name for name, part in zip(names, kept, strict=True) for _ in range(len(part[0])) if name]
    columns = [pl.concat([part[k].rename("") for part in kept]) for k in range(width)]
    return _Columns(
        table.headers[starts[0] : starts[1]],
        columns,
        [pl.Series([None] * len(branch), dtype=pl.String)] * width,
        branch,
    )


def _reading(
    format_name: str, name: str, sections: Sequence[Section], tables: Sequence[tuple[int, _Columns]], instrument: str, decisions: Mapping[str, str]
) -> Reading:  # fmt: skip
    if not tables:
        raise BadInput(
            "micromeritics.no-isotherm", "“{name}” is a Micromeritics report without a table of pressure and quantity adsorbed. Add the “Isotherm Tabular Report” to the report and save it again.",
            name=name,
        )  # fmt: skip
    rank, table = min(tables, key=lambda entry: entry[0])
    head = {label.lower(): value for section in reversed(sections) for label, value in section.pairs if value}
    mass = number_with_unit(with_decimal_point(head.get("sample mass", ""), decisions), to="g")
    raw, loose = _raw_columns(table, mass)
    result = isotherm(raw, branch=table.branch)
    start = _started(head, result.table)
    cautions = list(result.cautions)
    if rank == 2:
        cautions.append(
            Caution(
                "micromeritics.bet-points",
                "The report has no isotherm; its table holds the points of the BET fit only.",
            )
        )
    if sum(entry[0] == 0 for entry in tables) > 1:
        cautions.append(Caution("micromeritics.several", "The report holds several isotherms; the first is read."))
    if start is None and "started" in head:
        swapped = f"Day and month of “{head['started']}” may be swapped; no start is given."
        unset = f"“{head['started']}” is a clock that was not set; no start is given."
        cautions.append(Caution("started.ambiguous", unset if parse_timestamp(head["started"]) == _UNSET else swapped))
    return Reading(
        format=format_name,
        technique="gas_adsorption",
        tables=(result.table, *loose),
        instrument=instrument,
        started=start,
        stated=stated_results(sections),
        warnings=tuple(cautions),
        facts=_facts(head, mass, decisions),
        decisions={**decisions, **result.decisions},
    )


def _raw_columns(table: _Columns, mass: float | None) -> tuple[list[RawColumn], tuple[Table, ...]]:
    """The measured points, and apart from them the rows in which only the saturation pressure was measured."""
    kinds = [_kind(header) for header in table.headers]
    of = dict(zip(reversed(kinds), reversed(range(len(kinds))), strict=True))
    axis = table.numbers[of["relative_pressure" if "relative_pressure" in of else "pressure"]]
    point = axis.is_not_null() & table.numbers[of["loading"]].is_not_null()
    columns: list[RawColumn] = []
    between: list[RawColumn] = []
    for i, header in enumerate(table.headers):
        kind, unit = kinds[i], _unit(header) or ""
        if not header or (kind is not None and of[kind] != i):
            continue
        if kind == "loading":
            columns += loading_columns(table.numbers[i].filter(point), unit=unit, header=header, mass=mass)
        elif kind == "time":
            time = _elapsed(table.words[i])
            columns.append(RawColumn(time.filter(point), "time", "s", header))
            between.append(RawColumn(time.filter(~point), "time", "s", header))
        elif kind is not None:
            unit = "1" if kind == "relative_pressure" else unit
            columns.append(RawColumn(table.numbers[i].filter(point), kind, unit, header))
            if kind == "saturation_pressure":
                between.append(RawColumn(table.numbers[i].filter(~point), kind, unit, header))
        elif not table.numbers[i].filter(point).is_null().all():
            columns.append(RawColumn(table.numbers[i].filter(point), None, unit or None, header, header))
    rows = (~point).sum()
    loose = (
        (make_table("saturation_pressure", between),)
        if rows and any(c.quantity == "saturation_pressure" for c in between)
        else ()
    )
    return columns, loose


def _elapsed(words: "pl.Series") -> "pl.Series":
    """``01:50`` hours and minutes, ``01:50:20``, or a time of the day that a workbook counts from 1899-12-31, as seconds."""
    import polars as pl

    plain = words.str.strip_chars().str.replace(r"^(\d+):(\d+)$", "$1:$2:00")
    days = (plain.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False) - date(1899, 12, 31)).dt.total_days()
    clock = durations(plain.str.replace(r"^\d{4}-\d\d-\d\d ", ""))
    return clock + days.cast(pl.Float64).fill_null(0.0) * 86400


def _facts(head: Mapping[str, str], mass: float | None, decisions: Mapping[str, str]) -> dict[str, Condition]:
    facts: dict[str, Condition] = {fact: head[label] for label, fact in _FACTS.items() if label in head}
    bath = next((value for label, value in head.items() if label.startswith("analysis bath temp")), None)
    kelvin = number_with_unit(with_decimal_point(bath or "", decisions), to="K")
    if kelvin is not None:
        facts["temperature"] = kelvin
    if mass is not None:
        facts["sample_mass"] = mass
    return facts


def _started(head: Mapping[str, str], table: Table) -> datetime | None:
    """The start; a numeric date whose day and month may be swapped is decided by the time until the end."""
    text, end = head.get("started", ""), head.get("completed", "")
    whole = parse_timestamp(text)
    if whole is not None:
        return None if whole == _UNSET else whole
    orders: tuple[DateOrder, ...] = ("dmy", "mdy")
    fitting = [
        start
        for order in orders
        if (start := parse_timestamp(text, order=order))
        and (stop := parse_timestamp(end, order=order))
        and timedelta() <= stop - start <= _SPAN
    ]
    return fitting[0] if len(fitting) == 1 else None


def _instrument(head: Sequence[Sequence[str]]) -> str:
    """The instrument's line under the name of the maker: ``TriStar II 3020 3.02``."""
    for row in head:
        for cell in row:
            if re.match(r"(TriStar|ASAP|Gemini|3Flex|MicroActive|Accu|Auto)\b.*\d", cell.strip()):
                return f"Micromeritics {cell.strip()}"
    return "Micromeritics"


READERS = (
    Reader(
        "micromeritics.xls",
        "Micromeritics report (.xls, .xlsx)",
        ("gas_adsorption",),
        recognises_workbook,
        read_workbook,
        (".xls", ".xlsx"),
        TEXT_SETTINGS,
    ),
    Reader(
        "micromeritics.txt",
        "Micromeritics report (.txt)",
        ("gas_adsorption",),
        recognises_text,
        read_report_text,
        (".txt",),
        TEXT_SETTINGS,
    ),
)
