"""A picture for each format's page: the first of a made file, and the columns that our reader finds in it.

The files are those of the demonstration laboratory where it writes the format, else the small made ones beside the
pages (docs/reference/formats/samples). Two formats that only their makers' programs write are drawn as a scheme.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from jointlab.science.demonstration.laboratory import FILES
from jointlab.science.printed_units import display_unit
from jointlab.science.readers import MODULES, all_readers, reader_for
from jointlab.science.reading import Table
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text.decoding import decode

SAMPLES = Path(__file__).parents[1] / "docs" / "reference" / "formats" / "samples"

_WIDTH, _LINE, _LEFT, _TOP = 720, 16, 92, 28
_LETTERS = 84  # of one drawn line
_MOST_COLUMNS = 7
_ROW = re.compile(r"\s*[-+]?\d[\d.,eE+-]*[\s;,]+[-+]?\d[-+\d.,eE;\s]*$")
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SEARCHED = 400  # lines in which the names of the columns are looked for
_STYLE = (
    "text{font:11px ui-monospace,'DejaVu Sans Mono',monospace;fill:#1c2426;white-space:pre}"
    ".w{font-family:system-ui,'Noto Sans',sans-serif;font-size:12px;fill:#566164}"
    ".t{font-weight:600;fill:#1c2426}.n{fill:#0a7884}.d{fill:#566164}"
    "line{stroke:#e3e1da}.b{stroke:#858d8d;stroke-width:3}.nb{stroke:#0a7884}"
)


@dataclass(frozen=True)
class Picture:
    """A drawn format: `words` say what is drawn, in the drawing and as the alternative text of the page."""

    svg: str
    words: str


@dataclass(frozen=True)
class _Part:
    """Some lines of a file under one word: header, names, rows, parts, bytes."""

    word: str
    lines: tuple[str, ...]


_SCHEMES: dict[str, tuple[str, tuple[_Part, ...]]] = {
    "arbin_res": (
        "The scheme of an Arbin result database: the first bytes, and the tables that are read",
        (
            _Part("bytes", ("00 01 00 00  53 74 61 6e 64 61 72 64 20 4a 65 74 20 44 42 00   ....Standard Jet DB.",)),
            _Part("tests", ("Global_Table: Test_ID, Channel_Index, Start_DateTime, MASS, Schedule_File_Name, ...",)),
            _Part("records", ("Channel_Normal_Table: Test_ID, Data_Point, Test_Time, Step_Time, DateTime, Step_Index,", "  Cycle_Index, Current, Voltage, Charge_Capacity, Discharge_Capacity, Charge_Energy, ...")),
            _Part("sensors", ("Auxiliary_Table: Test_ID, Data_Point, Auxiliary_Index, Data_Type, X",)),
            _Part("not read", ("Channel_Statistic_Table, Resume_Table, ...",)),
        ),
    ),
    "neware_nda": (
        "The scheme of a Neware .nda file and of a .ndax archive: where the header ends and which parts hold the records",
        (
            _Part(".nda", ("4e 45 57 41 52 45   NEWARE; byte 14: version of the layout",)),
            _Part("older", ("byte 64: where the records begin and how many bytes they take (2 x 4 bytes)",)),
            _Part("BTS 9", ("byte 82: the same (2 x 8 bytes)",)),
            _Part("records", ("fixed length, one a data point: index, cycle, step, state, time, voltage, current,", "  capacity, energy, clock")),
            _Part(".ndax (ZIP)", ("VersionInfo.xml   TestInfo.xml   Step.xml      the test, its mass and its programme", "data.ndc   data_runInfo.ndc   data_step.ndc    the records, in three parts", "data_AUX_*.ndc                                 sensors")),
        ),
    ),
}  # fmt: skip


def made_file(module: str) -> tuple[Source, dict[str, str]] | None:
    """A made file that a reader's module reads, with the settings it needs; None where only a scheme is drawn."""
    formats = {reader.name for reader in all_readers() if reader.read.__module__.endswith(f".{module}")}
    for path in SAMPLES.glob(f"{module.replace('_', '-')}.*"):
        return Source(path.name, path.read_bytes()), {}
    for entry in FILES:
        source = Source(entry.path.rpartition("/")[2], entry.make())
        if not entry.path.endswith(".SMP") and reader_for(source).name in formats:
            return source, dict(entry.settings)
    return None


def picture(module: str) -> Picture:
    """The picture of one reader's format."""
    if module in _SCHEMES:
        words, parts = _SCHEMES[module]
        return _drawn(words, parts, None)
    made = made_file(module)
    assert made is not None, f"{module} needs a made file in {SAMPLES} or in the demonstration laboratory"
    source, settings = made
    reader = reader_for(source)
    table = reader.read(source, Settings(settings)).tables[0]
    if source.workbook is not None:
        shown, parts = "the first cells", _cells(source)
    elif source.archive is not None:
        shown, parts = "the parts", (_archive(source),)
    elif b"\0" in source.data[:64] and not source.data.startswith((b"\xff\xfe", b"\xfe\xff")):
        shown, parts = "the first bytes", _bytes(source.data)
    else:
        shown, parts = "the first lines", _text(source, table)
    words = f"{reader.title}: {shown} of a made file, {source.name}, and its {_counted(table)} as they are read"
    return _drawn(words, parts, table)


def _counted(table: Table) -> str:
    return f"{len(table.columns)} columns of {table.rows} rows"


def _text(source: Source, table: Table) -> tuple[_Part, ...]:
    """Header, names and rows of a text file; what is long is cut."""
    lines = decode(source.data, name=source.name).data.decode("utf-8").splitlines()
    if len(lines) < 3:  # one long line
        return (_Part("one line", tuple(re.findall(f".{{1,{_LETTERS}}}", lines[-1])[:8])),)
    headers = [column.header for column in table.columns if column.header]
    found = [sum(header in line for header in headers) for line in lines[:_SEARCHED]]
    best = max(found, default=0)
    names = found.index(best) if best else None
    if names is None or (best == 1 and sum(found[names : names + 3]) < 2) or lines[0].startswith(("<", "{")):
        return _head_and_numbers(lines)
    end = names + 1
    while end < len(found) and (found[end] if best == 1 else not re.search(r"\d", lines[end])):
        end += 1  # names one below the other, or units below the names
    rows = lines[end:]
    while rows and not rows[0].strip():
        rows = rows[1:]
    if not re.search(r"\d", rows[0]):
        return _head_and_numbers(lines)
    parts = [_Part("header", _cut(lines[:names], 9))] if names else []
    return (*parts, _Part("names", tuple(lines[names:end])), _Part("rows", _cut(rows, 5)))


def _head_and_numbers(lines: Sequence[str]) -> tuple[_Part, ...]:
    """The head, and the place where rows of numbers begin."""
    numbers = next((n for n, line in enumerate(lines) if _ROW.match(line)), 0)
    if numbers < 10:
        return (_Part("lines", _cut(lines, 14)),)
    return (_Part("lines", _cut(lines[:numbers], 9)), _Part("rows", _cut(lines[numbers:], 5)))


def _cut(lines: Sequence[str], most: int) -> tuple[str, ...]:
    if len(lines) <= most:
        return tuple(lines)
    return (*lines[: most - 1], f"... {len(lines) - most + 1} more lines")


def _cells(source: Source) -> tuple[_Part, ...]:
    return tuple(
        _Part(sheet[:12], _cut([" | ".join(cell or "" for cell in row[:8]) for row in rows], 14))
        for sheet, rows in list(source.tops.items())[:2]
    )


def _archive(source: Source) -> _Part:
    archive = source.archive
    assert archive is not None
    return _Part("parts", _cut([f"{archive.size(name):>6} bytes  {name}" for name in archive.names], 14))


def _bytes(data: bytes) -> tuple[_Part, ...]:
    """A dump of the head: offset, 16 bytes, and the letters that they are; rows of zeros are left out."""
    rows = []
    for at in range(0, min(len(data), 4096), 16):
        row = data[at : at + 16]
        if any(row):
            letters = "".join(chr(b) if 32 <= b < 127 else "." for b in row)
            rows.append(f"{at:04x}  {row.hex(' '):<47}  {letters}")
    return (_Part("bytes", _cut(rows, 14)),)


def _drawn(words: str, parts: Sequence[_Part], table: Table | None) -> Picture:
    y, out = _TOP, []
    for part in parts:
        names = ' class="n"' if part.word == "names" else ""
        height = _LINE * len(part.lines)
        out.append(f'<line class="b{" nb" if names else ""}" x1="{_LEFT - 9}" x2="{_LEFT - 9}" y1="{y - 11}" y2="{y + height - 14}"/>')  # fmt: skip
        out.append(f'<text class="w" x="{_LEFT - 16}" y="{y}" text-anchor="end">{escape(part.word)}</text>')
        for n, line in enumerate(part.lines):
            out.append(f'<text{names} x="{_LEFT}" y="{y + n * _LINE}">{_shown(line)}</text>')
        y += height + 5
    if table is not None:
        y += 10
        out.append(f'<line x1="8" x2="{_WIDTH - 8}" y1="{y - 12}" y2="{y - 12}"/>')
        y = _columns(table, y + 8, out)
    label = escape(words, quote=True)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}" viewBox="0 0 {_WIDTH} {y}" width="{_WIDTH}" height="{y}">'
        f'<style>{_STYLE}</style><rect width="{_WIDTH}" height="{y}" fill="#fff"/>{"".join(out)}</svg>\n'
    )
    return Picture(svg, words)


def _columns(table: Table, y: int, out: list[str]) -> int:
    """The columns as they are read, below the file; returns where the drawing ends."""
    places = (_LEFT, _LEFT + 190, _LEFT + 290, _LEFT + 450)
    out.append(f'<text class="w" x="{_LEFT - 16}" y="{y}" text-anchor="end">is read as</text>')
    for x, word in zip(places, ("column", "unit", "called in the file", "first ... last"), strict=True):
        out.append(f'<text class="w t" x="{x}" y="{y}">{word}</text>')
    for column in table.columns[:_MOST_COLUMNS]:
        y += _LINE
        values = table.frame[column.name]
        ends = f"{_value(values[0])} ... {_value(values[-1])}"
        cells = (column.name, display_unit(column.unit) if column.unit else "", column.header or "", ends)
        for x, cell, letters in zip(places, cells, (27, 14, 22, 26), strict=True):
            out.append(f'<text x="{x}" y="{y}">{_shown(cell, letters)}</text>')
    if len(table.columns) > _MOST_COLUMNS:
        y += _LINE
        out.append(f'<text class="d" x="{_LEFT}" y="{y}">... {len(table.columns) - _MOST_COLUMNS} more columns</text>')
    return y + 14


def _value(value: object) -> str:
    if isinstance(value, float):
        digits, power, exponent = f"{value + 0.0:.6g}".partition("e")
        return f"{digits}×10{str(int(exponent)).translate(_RAISED)}" if power else digits
    return "absent" if value is None else str(value)


def _shown(line: str, letters: int = _LETTERS) -> str:
    """A line as it is drawn: tabs as arrows, cut at the edge, nothing that XML has no letter for."""
    plain = "".join(c if c.isprintable() else "\u00b7" for c in line.strip("\ufeff").rstrip().replace("\t", " \u2192 "))
    wide = sum(2 if ord(c) > 0x2E80 else 1 for c in plain)
    if wide > letters:
        plain = plain[: max(1, int(letters * len(plain) / wide) - 2)] + " \u2026"
    return escape(plain)


def pictures() -> dict[str, Picture]:
    """File name and picture for each reader's page."""
    return {f"{module.replace('_', '-')}.svg": picture(module) for module in MODULES}
