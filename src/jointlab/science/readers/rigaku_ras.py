"""Rigaku .ras: text, per scan a header of ``*KEY "value"`` lines and rows of position, intensity, attenuator factor."""

import re
from dataclasses import replace

from jointlab.errors import BadInput
from jointlab.science.readers.bruker_ranges import MOST_RANGES
from jointlab.science.readers.diffraction_scan import Scan, check_scan_count, intensity_cautions, scan_table
from jointlab.science.readers.reader import Reader
from jointlab.science.readers.rigaku_scan import COLUMNS, Header, facts, make_scan, points_stated, started
from jointlab.science.reading import Caution, Reading
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import Text, read_text
from jointlab.science.text.engine import TEXT_SETTINGS
from jointlab.science.text.rows import row_form

_PAIR = re.compile(r'^\*(?P<key>\S+)\s+"(?P<value>.*)"?\s*$')


def recognises(source: Source) -> bool:
    """The first section mark of the format."""
    return source.head_text.lstrip("\ufeff \r\n").startswith(("*RAS_DATA_START", "*RAS_HEADER_START"))


def read(source: Source, settings: Settings) -> Reading:
    """Read every scan.

    Raises BadInput ``ras.no-data``, ``ras.rows`` where rows are fewer than the header promises and the file ends
    inside them, ``diffraction.scans`` for too many scans, and those of `make_scan`.
    """
    text = read_text(source, settings)
    check_scan_count(text.data.count(b"*RAS_INT_START"), name=source.name, most=MOST_RANGES)
    scans: list[Scan] = []
    headers: list[Header] = []
    cautions: list[Caution] = list(text.cautions)
    line = text.find_line(r"^\*RAS_INT_START")
    header_start = 0
    while line is not None:
        end = text.find_line(r"^\*RAS_INT_END", start=line + 1)
        header = _header(text, header_start, line)
        stop = text.line_count if end is None else end
        scan, said = _scan(text, header, line + 1, stop, len(scans) + 1)
        promised = points_stated(header)
        if end is None and promised != len(scan.intensity):
            raise BadInput(
                "ras.rows", "“{name}” ends inside the data of scan {number}: {rows} of {promised} rows are there. It is cut; copy it again.",
                name=source.name, number=len(scans) + 1, rows=len(scan.intensity), promised=promised or "an unknown number",
            )  # fmt: skip
        scans.append(scan)
        headers.append(header)
        cautions += said
        header_start = stop
        line = text.find_line(r"^\*RAS_INT_START", start=stop) if end is not None else None
    if not scans:
        raise BadInput(
            "ras.no-data",
            "“{name}” is a Rigaku file without data (no *RAS_INT_START). Save it again in SmartLab Studio.",
            name=source.name,
        )
    if text.find_line(r"^\*RAS_DATA_END") is None:
        cautions.append(
            Caution("ras.no-end", "The file has no end mark (*RAS_DATA_END): further scans may have been cut off.")
        )
    promised_rows = {s.name: points_stated(h) for s, h in zip(scans, headers, strict=True)}
    return Reading(
        format="rigaku.ras",
        technique="powder_diffraction",
        tables=tuple(scan_table(scan) for scan in scans),
        instrument=headers[0].text("FILE_SYSTEM_NAME", "HW_GONIOMETER_NAME"),
        started=started(headers[0]),
        warnings=(*cautions, *intensity_cautions(scans)),
        facts=facts(headers[0]),
        decisions=text.decisions,
        rows_stated={name: count for name, count in promised_rows.items() if count is not None},
    )


def _header(text: Text, start: int, stop: int) -> Header:
    pairs: dict[str, str] = {}
    for line in text.lines(start, stop):
        match = _PAIR.match(line)
        if match is not None:
            pairs[match["key"]] = match["value"].rstrip('"')
    axes = {
        pairs[key]: pairs.get(key.replace("NAME_INTERNAL", "POSITION"), "")
        for key in pairs
        if key.startswith("MEAS_COND_AXIS_NAME_INTERNAL-")
    }
    return Header(pairs, axes, text.decisions)


def _scan(text: Text, header: Header, start: int, stop: int, position: int) -> tuple[Scan, list[Caution]]:
    """The rows of one scan; a row behind # was struck out by hand."""
    rows = text.data[text.offset(start) : text.offset(stop)]
    said: list[Caution] = []
    if struck := rows.count(b"#"):
        rows = re.sub(rb"(?m)^\s*#.*\n?", b"", rows)
        said.append(
            Caution("ras.rows-struck", f"{struck} rows of scan {position} are struck out (#) and were not read.")
        )
    block = replace(text, content=rows, decisions=text.decisions)
    form = row_form(block.line(0)) if rows.strip() else None
    if form is None or form.width not in (2, 3):
        raise BadInput(
            "ras.no-data",
            "Scan {number} of “{name}” has no rows of two or three numbers. Save it again in SmartLab Studio.",
            number=position,
            name=text.name,
        )
    parsed = block.table(0, COLUMNS[: form.width], separator=form.separator)
    if sum(parsed.frame.null_count().row(0)) or not all(kind.is_numeric() for kind in parsed.frame.dtypes):
        raise BadInput("ras.rows", "The data of scan {number} of “{name}” hold cells that are not numbers. Save it again in SmartLab Studio.", number=position, name=text.name)  # fmt: skip
    scan, more = make_scan(header, parsed.frame, position=position)
    return scan, [*said, *parsed.cautions, *more]


READERS = (
    Reader("rigaku.ras", "Rigaku SmartLab text (.ras)", ("powder_diffraction",), recognises, read, (".ras",), TEXT_SETTINGS),
)  # fmt: skip
