"""BELSORP (MicrotracBEL, BEL Japan): raw .DAT, .csv export and .xls reports, in English and Japanese.

All three hold keys with values, then rows of ``pe``, ``p0``, ``Va``...: .DAT in blocks that a row of zeros closes, the
others between the lines ADS and DES. Full-width letters of Japanese files are read as their plain forms (NFKC).
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers.isotherms import (
    ADSORPTION,
    DESORPTION,
    isotherm,
    loading_columns,
    number_with_unit,
    sheet_numbers,
)
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Caution, Condition, RawColumn, Reading
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import Text, read_text
from jointlab.science.text.decimal import with_point
from jointlab.science.text.engine import TEXT_SETTINGS
from jointlab.science.text.times import parse_timestamp

if TYPE_CHECKING:
    import polars as pl

    from jointlab.science.workbooks import Grid

_DAT_HEADER = r'(?m)^"?No\.?"?\t"?\s*[Pp]e\s*/'
_CSV_HEADER = r'(?m)^"?No\.?"?([,;\t])(?:"?\s*p[^,;\t\n]*\1)*"?\s*pe\s*/'
_COLUMNS = {  # name in front of the unit: (name here, quantity)
    "no": ("index", "index"),
    "no.": ("index", "index"),
    "pi": ("initial_pressure", "pressure"),
    "pe": ("pressure", "pressure"),
    "pe2": ("pressure_2", "pressure"),
    "p0": ("saturation_pressure", "saturation_pressure"),
    "p/p0": ("relative_pressure", "relative_pressure"),
}
_LOADINGS = ("v", "va", "n", "na")
_KEYS = {  # fact: the starts of its key, plain and in lower case
    "sample": ("comment1", "コメント1"),
    "adsorptive": ("adsorptive:", "adsorptive name", "吸着質名"),
    "temperature": ("meas. temp", "adsorption temperature", "吸着温度", "測定温度"),
    "sample_mass": ("sample weight", "サンプル質量", "サンプル重量", "試料質量"),
    "operator": ("comment2", "コメント2"),
    "serial_number": ("instrument s/n", "serial number", "シリアルナンバー", "装置s/n"),
    "date": ("date of measurement", "測定日"),
    "duration": ("time of measurement", "測定時間"),
    "adsorption_points": ("number of adsorption data", "吸着データ数"),
    "desorption_points": ("number of desorption data", "脱着データ数"),
}
_UNITS = {"temperature": "K", "sample_mass": "g"}


@dataclass(frozen=True)
class _Entry:
    """One key of the header with its value, and its unit where the file gives one."""

    key: str
    value: str
    unit: str | None


def _plain(text: str) -> str:
    """Full-width letters, digits and marks as their plain forms, without quotes."""
    return unicodedata.normalize("NFKC", text).strip().strip('"').strip()


def recognises_dat(source: Source) -> bool:
    """The header row of a block of a .DAT file."""
    return re.search(_DAT_HEADER, source.head_text) is not None


def recognises_csv(source: Source) -> bool:
    """The header row of the export, and no .DAT file."""
    return re.search(_CSV_HEADER, source.head_text) is not None and not recognises_dat(source)


def recognises_workbook(source: Source) -> bool:
    """A sheet with a row of the columns pe, p/p0 and Va (or na)."""
    return any(_header_row(rows) is not None for rows in source.tops.values())


def read_dat(source: Source, settings: Settings) -> Reading:
    """Read a .DAT file. Raises BadInput ``belsorp.no-data``, ``belsorp.block`` and what the table engine raises."""
    text = read_text(source, settings)
    entries = [
        entry for line in text.lines(0, _first_header(text, _DAT_HEADER)) if (entry := _dat_entry(line)) is not None
    ]
    cautions: list[Caution] = list(text.cautions)
    parts: list[tuple[str, Sequence[str], pl.DataFrame]] = []
    line = text.find_line(_DAT_HEADER)
    while line is not None:
        headers = [cell.strip().strip('"') for cell in text.line(line).split("\t")]
        stop = text.find_line(r'(?m)^"?0"?(\t|\s*$)|^=|^"?No', start=line + 1) or text.line_count
        if stop == text.line_count or not text.line(stop).startswith(("0", '"0')):
            cautions.append(_not_closed(line))
            stop = max(_whole_lines(text, stop), line + 1)
        if any(row.strip() for row in text.lines(line + 1, stop)):
            parsed = text.table(line + 1, headers, separator="\t", stop=stop)
            cautions += parsed.cautions
            parts.append((_branch_above(text, line), headers, parsed.frame))
        line = text.find_line(_DAT_HEADER, start=stop)
    return _reading("belsorp.dat", source.name, entries, parts, cautions, text.decisions)


def read_csv(source: Source, settings: Settings) -> Reading:
    """Read a .csv export. Raises BadInput ``belsorp.no-data`` and what the table engine raises."""
    text = read_text(source, settings)
    start = _first_header(text, _CSV_HEADER)
    match = re.match(_CSV_HEADER, text.line(start))
    separator = match[1] if match else ","
    headers = [cell.strip().strip('"') for cell in text.line(start).rstrip(separator).split(separator)]
    marks = [
        (line, branch)
        for branch, word in ((ADSORPTION, "ADS"), (DESORPTION, "DES"))
        if (line := text.find_line(rf'(?m)^"?{word}"?[\s,;]*$', start=start)) is not None
    ]
    cautions: list[Caution] = list(text.cautions)
    parts: list[tuple[str, Sequence[str], pl.DataFrame]] = []
    for (line, branch), stop in zip(marks, [*(line for line, _ in marks[1:]), text.line_count], strict=True):
        if any(row.strip(f" {separator}") for row in text.lines(line + 1, stop)):
            parsed = text.table(line + 1, headers, separator=separator, stop=stop)
            cautions += parsed.cautions
            parts.append((branch, headers, parsed.frame))
    entries = [entry for row in text.lines(0, start) if (entry := _csv_entry(row, separator)) is not None]
    reading = _reading("belsorp.csv", source.name, entries, parts, cautions, text.decisions)
    gone = any(caution.code == "table.last-line-cut" for caution in cautions)
    return reading if gone or text.data.endswith(b"\n") else _without_open_end(reading)


def _without_open_end(reading: Reading) -> Reading:
    """A last line without a line end may be cut inside its last number, however many points the header promises."""
    table = reading.tables[0]
    caution = Caution(
        "belsorp.open-end", "The last line has no line end and may be cut inside its last number; it was left out."
    )
    kept = replace(table, frame=table.frame[:-1])
    return replace(reading, tables=(kept,), warnings=(*reading.warnings, caution))


def read_workbook(source: Source, settings: Settings) -> Reading:
    """Read an .xls or .xlsx report. Raises BadInput ``belsorp.no-data`` and ``belsorp.block``."""
    import polars as pl

    assert source.workbook is not None
    sheet = next(name for name, rows in source.tops.items() if _header_row(rows) is not None)
    grid = source.workbook.grid(sheet)
    start = _header_row(grid.rows)
    assert start is not None
    headers = [grid.text(start, i) or "" for i in range(len(grid.rows[start]))]
    parts: list[tuple[str, Sequence[str], pl.DataFrame]] = []
    for branch, first, stop in _sheet_blocks(grid, start):
        frame = pl.DataFrame(
            [
                sheet_numbers(grid, i, first, stop, settings=settings, name=source.name).alias(str(i))
                for i in range(len(headers))
            ]
        )
        parts.append((branch, headers, frame))
    entries = [
        entry for name in source.tops for entry in _sheet_entries(source.tops[name], start if name == sheet else None)
    ]
    decisions = {"numbers": "typed cells of the workbook"}
    return _reading("belsorp.xls", source.name, entries, parts, [], decisions)


def _first_header(text: Text, pattern: str) -> int:
    line = text.find_line(pattern)
    if line is None:
        raise BadInput(
            "belsorp.no-data",
            "“{name}” has no row that names pe, p0 and Va. The file is cut; copy it again.",
            name=text.name,
        )
    return line


def _dat_entry(line: str) -> _Entry | None:
    """``"Meas. Temp./K:"<tab>87.00``: the unit stands behind the last slash of the key."""
    cells = [_plain(cell) for cell in line.split("\t")]
    if len(cells) != 2 or not cells[0]:
        return None
    key = cells[0].rstrip(": ")
    name, mark, unit = key.rpartition("/")
    return _Entry(key, cells[1], unit if mark and name else None)


def _csv_entry(line: str, separator: str) -> _Entry | None:
    """``Sample weight,0.7021,[g]``."""
    cells = [_plain(cell) for cell in line.split(separator)]
    if len(cells) < 2 or not cells[0]:
        return None
    unit = next((cell.strip("[]") for cell in cells[2:] if cell.startswith("[")), None)
    return _Entry(cells[0].rstrip(": "), cells[1], unit)


def _sheet_entries(rows: Sequence[tuple[str | None, ...]], stop: int | None) -> Iterable[_Entry]:
    """Label cells with the value within three cells to the right, and its unit in brackets."""
    for row in rows[:stop]:
        for i, cell in enumerate(row):
            key = _plain(cell or "")
            if not _fact_of(key):
                continue
            after = [_plain(other or "") for other in row[i + 1 : i + 4]]
            value = next((text for text in after if text), "")
            unit = next((text.strip("[]") for text in after if text.startswith("[")), None)
            yield _Entry(key.rstrip(": "), "" if value.startswith("[") else value, unit)


def _fact_of(key: str) -> str | None:
    lower = key.lower().rstrip(": ") + ":"  # so that “Adsorptive” is not “Adsorptive cross section area”
    return next((fact for fact, starts in _KEYS.items() if lower.startswith(starts)), None)


def _not_closed(line: int) -> Caution:
    return Caution(
        "belsorp.not-closed",
        f"The block under line {line + 1} is not closed by a row of zeros: the file was cut, or copied while it was measured. Its whole rows are read.",
    )


def _whole_lines(text: Text, stop: int) -> int:
    """The end of a block that runs into the end of the file: a last line without a line end may be cut inside a number."""
    return stop - 1 if stop == text.line_count and not text.data.endswith(b"\n") else stop


def _branch_above(text: Text, line: int) -> str:
    """The branch that the title above a header names. Raises BadInput ``belsorp.block`` where it names none."""
    for above in range(line - 1, max(line - 5, -1), -1):
        title = _plain(text.line(above)).lower()
        if "desorption" in title or "脱着" in title:
            return DESORPTION
        if "adsorption" in title or "吸着" in title:
            return ADSORPTION
    raise BadInput(
        "belsorp.block", "“{name}”: the block under line {line} has no title that says adsorption or desorption. Export it again.",
        name=text.name, line=line + 1,
    )  # fmt: skip


def _header_row(rows: Sequence[tuple[str | None, ...]]) -> int | None:
    """The row that names pe, p/p0 and the amount adsorbed."""
    for number, row in enumerate(rows):
        names = {_column_name(cell) for cell in row if cell}
        if {"pe", "p/p0"} <= names and names & set(_LOADINGS):
            return number
    return None


def _column_name(header: str) -> str:
    plain = _plain(header).replace(" ", "").lower()
    return "p/p0" if plain.startswith("p/p0") else plain.partition("/")[0]


def _column_unit(header: str) -> str:
    return _plain(header).partition("/")[2].strip()


def _sheet_blocks(grid: "Grid", header: int) -> list[tuple[str, int, int]]:
    """(branch, first row, row after the last) of the rows below the words ADS and DES."""
    words = {"ADS": ADSORPTION, "ADSORPTION": ADSORPTION, "DES": DESORPTION, "DESORPTION": DESORPTION}
    blocks: list[tuple[str, int, int]] = []
    branch, first = None, header + 1
    for row in range(header + 1, len(grid.rows) + 1):
        word = (grid.text(row, 0) or "").upper()
        filled = any(cell and cell.strip() for cell in grid.rows[row]) if row < len(grid.rows) else False
        if word not in words and filled:
            continue
        if branch is not None and row > first:
            blocks.append((branch, first, row))
        branch, first = words.get(word), row + 1
    return blocks


def _reading(
    format_name: str, name: str, entries: Iterable[_Entry], parts: Sequence[tuple[str, Sequence[str], "pl.DataFrame"]],
    cautions: Sequence[Caution], decisions: Mapping[str, str],
) -> Reading:  # fmt: skip
    """Facts and the table from the parts, each a branch with its headers and rows."""
    import polars as pl

    if not parts:
        raise BadInput(
            "belsorp.no-data",
            "“{name}” has a header but no measured point. Export it again when the measurement has ended.",
            name=name,
        )
    if len({tuple(headers) for _, headers, _ in parts}) > 1:
        raise BadInput(
            "belsorp.block",
            "“{name}”: its blocks name different columns, so they are not one isotherm. Export each by itself.",
            name=name,
        )
    facts = _facts(entries, decisions)
    frame = pl.concat([part.select(pl.all().cast(pl.Float64, strict=False)) for _, _, part in parts])
    branch = [label for label, _, part in parts for _ in range(part.height)]
    mass = facts.get("sample_mass")
    result = isotherm(_columns(frame, parts[0][1], mass if isinstance(mass, float) else None), branch=branch)
    started = _day(facts.get("date"))
    points = [facts.get(key) for key in ("adsorption_points", "desorption_points")]
    serial = facts.get("serial_number")
    return Reading(
        format=format_name,
        technique="gas_adsorption",
        tables=(result.table,),
        instrument=f"BELSORP {serial}" if serial else "BELSORP",
        started=started,
        warnings=(*cautions, *result.cautions),
        facts=facts,
        decisions={
            **decisions,
            **result.decisions,
            **({"started": "the file gives the day, as year/month/day"} if started else {}),
        },
        rows_stated={"isotherm": sum(int(p) for p in points if isinstance(p, str))}
        if all(isinstance(p, str) and p.isdigit() for p in points)
        else {},
    )


def _columns(frame: "pl.DataFrame", headers: Sequence[str], mass: float | None) -> list[RawColumn]:
    columns: list[RawColumn] = []
    for i, header in enumerate(headers):
        if i >= frame.width or not _plain(header):
            continue
        values, name, unit = frame[:, i], _column_name(header), _column_unit(header)
        if name in _LOADINGS:
            columns += loading_columns(values, unit=unit, header=_plain(header), mass=mass)
        elif name in _COLUMNS:
            label, quantity = _COLUMNS[name]
            columns.append(RawColumn(values, quantity, "1" if name == "p/p0" else unit or None, _plain(header), label))
        elif not values.is_null().all():
            columns.append(RawColumn(values, None, unit or None, _plain(header), _plain(header)))
    return columns


def _facts(entries: Iterable[_Entry], decisions: Mapping[str, str]) -> dict[str, Condition]:
    """Facts under our names, the rest under the key of the file; temperature and mass as numbers in K and g."""
    facts: dict[str, Condition] = {}
    for entry in entries:
        fact = _fact_of(entry.key)
        if not entry.value or (fact or entry.key) in facts:
            continue
        if fact in _UNITS:
            number = number_with_unit(with_point(entry.value, decisions), to=_UNITS[fact], unit=entry.unit)
            if number is not None:
                facts[fact] = number
        else:
            facts[fact or entry.key] = (
                entry.value if fact or not entry.unit or "/" in entry.key else f"{entry.value} {entry.unit}"
            )
    return facts


def _day(text: Condition | None) -> datetime | None:
    """The day of measurement: BEL programs write year/month/day, the year with two digits or four."""
    if not isinstance(text, str):
        return None
    return parse_timestamp(f"20{text}" if re.match(r"\d{2}/\d{1,2}/\d{1,2}$", text) else text)


READERS = (
    Reader(
        "belsorp.dat",
        "BELSORP raw data (.DAT)",
        ("gas_adsorption",),
        recognises_dat,
        read_dat,
        (".dat",),
        TEXT_SETTINGS,
    ),
    Reader(
        "belsorp.csv", "BELSORP export (.csv)", ("gas_adsorption",), recognises_csv, read_csv, (".csv",), TEXT_SETTINGS
    ),
    Reader(
        "belsorp.xls",
        "BELSORP report (.xls, .xlsx)",
        ("gas_adsorption",),
        recognises_workbook,
        read_workbook,
        (".xls", ".xlsx"),
    ),
)
