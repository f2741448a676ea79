"""Maccor text exports (.txt, .csv, .001, .002 ...) of MIMS and of older programs, and Landt's, which look the same.

A few lines about the test, then a header that names records, steps and states, then rows. Units stand in the header, in a row
below it, or nowhere: then the file's own counters and time stamps decide them, and where they cannot, a person is asked.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers.cycler_columns import Mapped, Meaning, fold, map_columns, part, with_time
from jointlab.science.readers.cycler_evidence import (
    UNIT_SETTINGS,
    Evidence,
    Units,
    decided_order,
    require,
    settled_stamps,
    signed_by_state,
)
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Caution, Reading, make_table
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import TEXT_SETTINGS, Text, read_text
from jointlab.science.text.headers import wordy_lines
from jointlab.science.text.tables import ParsedTable
from jointlab.science.text.times import clock_times, durations, parse_timestamp
from jointlab.science.units import convert, parse_unit

if TYPE_CHECKING:
    import polars as pl

_M = Meaning
_VOCABULARY: dict[str, Meaning] = {
    "rec": _M("index"), "recno": _M("index"), "record": _M("index"),
    "cyc": _M("cycle"), "cycle": _M("cycle"), "cyclec": _M("cycle"), "cycleid": _M("cycle"),
    "cyclep": _M("cycle", "procedure_cycle"),
    "step": _M("step"), "stepid": _M("step"),
    "testtime": _M("time"), "progtime": _M("time"), "steptime": _M("step_time"),
    "amphr": _M("capacity", unit="Ah"), "mamphr": _M("capacity", unit="mAh"), "uamphr": _M("capacity", unit="uAh"),
    "cap": _M("capacity"), "capacity": _M("capacity"),
    "watthr": _M("energy", unit="Wh"), "mwatthr": _M("energy", unit="mWh"), "uwatthr": _M("energy", unit="uWh"),
    "ener": _M("energy"), "energy": _M("energy"),
    "chgcapacity": _M("charge_capacity"), "dchgcapacity": _M("discharge_capacity"),
    "chgenergy": _M("charge_energy"), "dchgenergy": _M("discharge_energy"),
    "amps": _M("current", unit="A"), "mamps": _M("current", unit="mA"), "uamps": _M("current", unit="uA"), "current": _M("current"),
    "volts": _M("potential", unit="V"), "mvolts": _M("potential", unit="mV"), "voltage": _M("potential"),
    "state": _M(None, "state"), "md": _M(None, "state"), "status": _M(None, "state"),
    "dpttime": _M("unix_time"), "dpt": _M("unix_time"),
    "temp": _M("temperature"), "evtemp": _M("temperature"), "logtemp001": _M("temperature"), "temperature": _M("temperature"),
    "celltemp": _M("temperature"), "temperaturecell": _M("temperature"),
    "temperaturechamber": _M("temperature", "chamber_temperature"),
    "dcir": _M("internal_resistance"), "acimp": _M("impedance_modulus"), "acr": _M("impedance_modulus"),
}  # fmt: skip
_ELAPSED_UNIT = re.compile(r"^(Test|Step)\s*\(\s*(Sec|Min|Hr|Hrs|s|h)\s*\)$", re.IGNORECASE)
_CELSIUS = re.compile(r"\s*[\[(](?:deg\s?)?C[\])]$")
_FILLER = re.compile(rb"\xff{2,}")
_LABELS = re.compile(
    r"(Today'{1,2}s Date|Date of Test|File\s?[Nn]ame|Procedure|Comment/Barcode|TestName|TestDesc|ActiveMaterial|Description|Started|Name|Channel|Tester)\s*:?\s*"
)
_HEADER_LINES = 60  # the header row stands within so many lines


@dataclass(frozen=True)
class _Head:
    """Where the header row is, how its cells are parted, its cells with units, and the first line of rows."""

    line: int
    separator: str
    cells: tuple[str, ...]
    rows: int


def recognises(source: Source) -> bool:
    """A header row that names records, steps and states as Maccor does, within the first 4 KiB."""
    if b"\0" in source.head[:64] or b"<?xml" in source.head[:16]:
        return False
    lines = wordy_lines(source.head_text)
    return any(number < _HEADER_LINES and _is_header(line) is not None for number, line in lines)


def _is_header(line: str) -> str | None:
    """The separator of a Maccor header row, or None for any other line."""
    for separator in ("\t", ",", ";"):
        cells = [cell.strip().strip('"') for cell in line.split(separator)]
        found = {fold(_spelled(cell)[0]) for cell in cells}
        record = found & {"rec", "recno", "record"} and "step" in found
        if record and found & {"state", "md", "status"} and found & {"es", "dpttime", "dpt", "cyclep", "cyc"}:
            return separator
    return None


def read(source: Source, settings: Settings) -> Reading:
    """Read one file; raises BadInput ``maccor.header``, ``maccor.unit`` and ``maccor.columns``."""
    text = read_text(_without_filler(source), settings)
    head = _find_head(text)
    parsed = text.table(head.rows, head.cells, separator=head.separator)
    decisions = dict(text.decisions)
    cautions = [*text.cautions, *parsed.cautions]
    facts = _facts(list(text.lines(0, head.line)), head.separator)
    mapped = _columns(parsed, head, settings, decisions, text.name)
    cautions += mapped.cautions
    mapped = signed_by_state(mapped, _direction, decisions, cautions, vendor="maccor")
    mapped = with_time(mapped, decisions)
    require(mapped, vendor="maccor", name=text.name)
    started, said = _started(facts, parsed.frame, head, decisions)
    index = mapped.values("index")
    if index is not None and index.len() and isinstance(index[0], (int, float)) and index[0] > 1:
        said.append(
            Caution("maccor.part", f"The file begins with record {index[0]:.0f}: it is a part of a longer test.")
        )
    return Reading(
        format="maccor.text",
        technique="galvanostatic_cycling",
        tables=(make_table("data", mapped.columns),),
        instrument=facts.get("Tester"),
        started=started,
        warnings=(*cautions, *said),
        facts=facts,
        decisions=decisions,
    )


def _without_filler(source: Source) -> Source:
    """The source without runs of 0xFF, with which some programs fill the fields of the header."""
    if source.data.startswith((b"\xff\xfe", b"\xfe\xff")) or not _FILLER.search(source.data):
        return source
    return Source(source.name, _FILLER.sub(b"", source.data))


def _find_head(text: Text) -> _Head:
    """The header row, with the units of a row below it."""
    for number, line in enumerate(text.lines(0, _HEADER_LINES)):
        separator = _is_header(line)
        if separator is None:
            continue
        cells = [cell.strip().strip('"').strip() for cell in line.split(separator)]
        below = (
            [cell.strip().strip('"').strip() for cell in text.line(number + 1).split(separator)]
            if number + 1 < text.line_count
            else []
        )
        units = [_bare_unit(cell) for cell in below]
        if sum(unit is not None for unit in units) >= 2 and not any(re.match(r"[-+]?\d", cell) for cell in below):
            cells = [
                f"{cell} [{unit}]" if unit else cell
                for cell, unit in zip(cells, units + [None] * len(cells), strict=False)
            ]
            return _Head(number, separator, tuple(cells), _first_row(text, number + 2))
        return _Head(number, separator, tuple(cells), _first_row(text, number + 1))
    raise BadInput(
        "maccor.header", "“{name}” has no complete header row of a Maccor export. Export it again.", name=text.name
    )


def _first_row(text: Text, line: int) -> int:
    """The first line from `line` on that is not blank."""
    while line < text.line_count and not text.line(line).strip():
        line += 1
    return line


def _bare_unit(cell: str) -> str | None:
    """The unit in a cell of the units row, brackets off; None for anything else."""
    text = cell.strip("[]() ")
    return text if text and text not in ("1", "%") and parse_unit(text) is not None else None


def _spelled(cell: str) -> tuple[str, str | None]:
    """Name and unit of a header cell, with Maccor's own spellings put right: ``Test (Sec)``, ``EVTemp (C)``."""
    text = cell.strip().strip('"').strip()
    elapsed = _ELAPSED_UNIT.match(text)
    if elapsed is not None:
        return f"{elapsed[1]}Time", {"hr": "h", "hrs": "h"}.get(elapsed[2].lower(), elapsed[2].lower())
    if "temp" in text.casefold() and _CELSIUS.search(text):
        return _CELSIUS.sub("", text), "degC"
    header = part(text)
    return header.name, header.unit


def _columns(parsed: ParsedTable, head: _Head, settings: Settings, decisions: dict[str, str], name: str) -> Mapped:
    """Every column, with units from header, settings or evidence."""
    frame = parsed.frame
    labels = list(frame.columns)
    cells = [*head.cells, *labels[len(head.cells) :]]
    kept = [
        i for i, label in enumerate(labels) if frame[label].null_count() < frame.height or fold(cells[i]) in _VOCABULARY
    ]
    frame, cells = frame.select([labels[i] for i in kept]), [cells[i] for i in kept]
    frame = frame.with_columns(
        [_elapsed_form(frame[label]) for label in frame.columns if frame[label].dtype.is_(_string())]
    )
    spelled = [_spelled(cell) for cell in cells]
    vocabulary = _vocabulary({fold(each) for each, _ in spelled})
    meanings = [vocabulary.get(fold(each)) for each, _ in spelled]
    quantities = tuple(None if meaning is None else meaning.quantity for meaning in meanings)
    known = tuple(unit or (m.unit if m else None) for (_, unit), m in zip(spelled, meanings, strict=True))
    units = Units(Evidence(frame, quantities, known), settings, decisions, "maccor", name)
    headers = []
    for label, (each, _), quantity, unit in zip(frame.columns, spelled, quantities, known, strict=True):
        decided = units.of(quantity, unit, numeric=frame[label].dtype.is_numeric())
        headers.append(f"{each} [{decided}]" if decided else each)
    frame = _with_settled_stamps(frame, headers, quantities, decisions)
    mapped = map_columns(frame, headers, vocabulary, vendor="maccor", origin=name)
    columns = [replace(column, header=cell or None) for column, cell in zip(mapped.columns, cells, strict=True)]
    return Mapped(tuple(columns), mapped.cautions)


def _string() -> "type[pl.String]":
    import polars as pl

    return pl.String


def _elapsed_form(values: "pl.Series") -> "pl.Series":
    """``:0:01:02:03`` (days first, from a spreadsheet) as ``0d 01:02:03``."""
    return values.str.replace(r"^:?(\d+):(\d+:\d+:\d+(?:\.\d+)?)$", "${1}d ${2}")


def _vocabulary(found: set[str]) -> Mapping[str, Meaning]:
    """The cycle of the procedure is the cycle where the file has no other."""
    if found & {"cyc", "cycle", "cyclec", "cycleid"}:
        return _VOCABULARY
    return {**_VOCABULARY, "cyclep": Meaning("cycle")}


def _with_settled_stamps(
    frame: "pl.DataFrame", headers: Sequence[str], quantities: Sequence[str | None], decisions: dict[str, str]
) -> "pl.DataFrame":
    """The frame with time stamps whose day and month the test time tells, year first."""
    import numpy as np
    import polars as pl

    if "time" not in quantities or "unix_time" not in quantities:
        return frame
    place = quantities.index("time")
    time, stamps = frame[frame.columns[place]], frame[frame.columns[quantities.index("unix_time")]]
    if stamps.dtype != pl.String:
        return frame
    seconds = time.cast(pl.Float64) if time.dtype.is_numeric() else durations(time.cast(pl.String))
    unit = part(headers[place]).unit or "s"
    passed = np.asarray(seconds.to_numpy(), dtype=np.float64) * (
        convert(1.0, source=unit, target="s") if time.dtype.is_numeric() else 1.0
    )
    return frame.with_columns(settled_stamps(stamps, passed, decisions))


def _direction(state: str) -> float:
    """C, CHG ... charge; D, DCH ... discharge; others tell nothing."""
    return {"C": 1.0, "D": -1.0}.get(state[:1].upper(), 0.0)


def _facts(lines: Sequence[str], separator: str) -> dict[str, str]:
    """What stands above the header row: one field a line, or labelled fields run together in one."""
    found: dict[str, str] = {}
    for line in lines:
        marks = list(_LABELS.finditer(line))
        if len(marks) > 1 or (marks and marks[0].start() == 0):
            for mark, following in zip(marks, [*marks[1:], None], strict=True):
                value = line[mark.end() : following.start() if following else None].strip(f" \t{separator}")
                if value:
                    found.setdefault(mark[1].replace("''", "'"), value)
            continue
        key, _, value = line.partition(separator)
        if key.strip() and value.strip(f" \t{separator}"):
            found.setdefault(key.strip().rstrip(":"), value.strip(f" \t{separator}"))
    return found


def _started(
    facts: Mapping[str, str], frame: "pl.DataFrame", head: _Head, decisions: dict[str, str]
) -> tuple[datetime | None, list[Caution]]:
    """Start of the test by the clock of its computer; None, said, where day and month may be swapped."""
    stated = facts.get("Started") or facts.get("Date of Test")
    stamps = next(
        (
            frame[label]
            for label, cell in zip(frame.columns, head.cells, strict=False)
            if fold(part(cell).name) in ("dpttime", "dpt")
        ),
        None,
    )
    first = None if stamps is None or not stamps.dtype.is_(_string()) or not stamps.len() else stamps[0]
    order = decided_order(decisions)
    for stamp in (stated, first):
        when = parse_timestamp(stamp, order=order) if isinstance(stamp, str) and ":" in stamp else None
        if when is not None:
            return when, []
    decided = clock_times(stamps) if stamps is not None and stamps.dtype.is_(_string()) else None
    if decided is not None and decided.len() and decided[0] is not None:
        from datetime import UTC

        return datetime.fromtimestamp(decided[0], tz=UTC).replace(tzinfo=None), []
    if stated is None and first is None:
        return None, []
    return None, [
        Caution(
            "maccor.started",
            f"The start of the test is left open: “{stated or first}” can be read in two ways or lacks a part.",
        )
    ]


READERS = (
    Reader(
        "maccor.text",
        "Maccor or Landt text export",
        ("galvanostatic_cycling",),
        recognises,
        read,
        (".txt", ".csv", ".001", ".002"),
        (*TEXT_SETTINGS, *UNIT_SETTINGS),
    ),
)
