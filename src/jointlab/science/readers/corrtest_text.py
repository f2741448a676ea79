"""Corrtest CS Studio text (.txt): ``CSStudioFile,ID_CV,<header>``, a line of names, rows separated by tabs.

The header is gzip in base64 and holds the settings. ``n CYCLE`` at the end of a row, or alone, closes a cycle. Values are
per area; an impedance in Ω cm² is divided by the area of the header, or of the setting `area`.
"""

import base64
import binascii
import re
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

from jointlab.errors import BadInput, Option, Question
from jointlab.science.readers.electrochemical_columns import TECHNIQUE_SETTING, ask_technique, raw_columns, swept
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Caution, RawColumn, Reading, Stated, Table, make_table, state
from jointlab.science.settings import Setting, Settings
from jointlab.science.source import Source
from jointlab.science.text import TEXT_SETTINGS, Header, Text, read_text, split_header
from jointlab.science.text.times import parse_timestamp

if TYPE_CHECKING:
    from datetime import datetime

    import polars as pl

_AREA = Setting("area", "Area of the electrode, where values are per area and the file has none.", unit="cm^2")
_TECHNIQUES = (
    (r"EIS|IMP", "impedance"),
    (r"^ID_F?CV", "cyclic_voltammetry"),
    (r"^ID_(LSV|TAFEL|LPR|DPV|SWV|NPV|POTDYN|DYNPOT|POTENTIODYNAMIC)", "linear_sweep_voltammetry"),
    (r"^ID_(CA|POTSTEP|POTENTIALSTEP|POTSQUAREWAVE|CHRONOAMPEROMETRY|POTSTAT|POTENTIOSTATIC|IT)", "chronoamperometry"),
    (r"^ID_(OCP|CP|GALSTEP|GALSQUAREWAVE|CHRONOPOTENTIOMETRY|GALSTAT|GALVANOSTATIC)", "chronopotentiometry"),
    (r"^ID_(GCD|CHARGE|BATTERY)", "galvanostatic_cycling"),
)
_MOST_HEADER = 1 << 20  # bytes of settings that are unpacked
_CYCLE = re.compile(rb"(?m)[ \t]*\b(\d+)[ \t]*CYCLE[ \t]*\r?$")


def recognises(source: Source) -> bool:
    """The first line is the program's own."""
    return bool(re.match(r"CSStudioFile,ID_\w+", source.head_text))


def read(source: Source, settings: Settings) -> Reading:
    """Read one file.

    Raises BadInput ``corrtest.header`` where no names follow the first line, ``corrtest.area`` with a question where
    Ω cm² cannot become Ω, and a question for a technique that is none that is known here.
    """
    text = read_text(source, settings)
    opening = text.line(0).split(",", 2)
    settings_text, cautions = _unpacked(opening[2] if len(opening) > 2 else "")
    named = text.find_line(r"^\s*(E|Potential|Freq\w*|T|Time)\s*\(", start=1, stop=min(text.line_count, 40))
    if named is None:
        raise BadInput(
            "corrtest.header",
            "“{name}” is a CS Studio file without a line of column names. It is cut; copy it again.",
            name=text.name,
        )
    headers = [_header(cell) for cell in text.line(named).split("\t") if cell.strip()]
    rows, cycles = _without_marks(text, named + 1)
    parsed = rows.table(named + 1, [header.text for header in headers], separator="\t")
    area = _area(settings_text, settings)
    table = _table(headers, parsed.frame, cycles, area, text)
    technique = _technique(opening[1], text, table, settings)
    return Reading(
        format="corrtest.txt",
        technique=technique,
        tables=(table,),
        instrument="Corrtest",
        started=_started(settings_text),
        stated=_stated(settings_text, area),
        warnings=(*text.cautions, *cautions, *parsed.cautions),
        facts={"Experiment": opening[1], **_facts(settings_text)},
        decisions={**text.decisions, **rows.decisions, "signs": "as in the file; Z'' is Im(Z)"},
    )


def _header(cell: str) -> Header:
    """``Z'(Ohm.cm²)`` besides the usual names."""
    areal = re.match(r"\s*(.+?)\s*\((?:Ohm|ohm|Ω)[.·* ]?cm(?:2|²|\^2)\)\s*$", cell)
    return Header(areal[1], "ohm*cm^2", cell.strip()) if areal else split_header(cell)


def _unpacked(packed: str) -> tuple[str, list[Caution]]:
    """The settings, "" with a caution where they cannot be unpacked: the rows do not need them."""
    try:
        reader = zlib.decompressobj(wbits=31)
        return reader.decompress(base64.b64decode(packed.strip(), validate=True), _MOST_HEADER).decode(
            "utf-8", "replace"
        ), []
    except (binascii.Error, ValueError, zlib.error):
        return "", [
            Caution(
                "corrtest.settings",
                "The settings in the first line of the file cannot be unpacked; its rows are read without them.",
            )
        ]


def _without_marks(text: Text, start: int) -> tuple[Text, list[int]]:
    """The text without its cycle marks, and how many rows precede each mark."""
    begin = text.offset(start)
    body = text.data[begin:]
    if b"CYCLE" not in body:
        return text, []
    ends: list[int] = []
    rows = 0
    for line in body.split(b"\n"):
        mark = _CYCLE.search(line)
        rows += bool(line[: mark.start()].strip() if mark else line.strip())
        if mark is not None:
            ends.append(rows)
    clean = text.data[:begin] + _CYCLE.sub(b"", body)
    return Text(text.name, clean, text.decisions, text.cautions, text.decimal_given), ends


def _area(settings_text: str, settings: Settings) -> float | None:
    given = settings.number("area", unit="cm^2")
    if given is not None:
        return given
    match = re.search(r"(?:\bArea\s*=|Surface\s+Area\s*:)\s*([\d.]+(?:[eE][-+]?\d+)?)", settings_text)
    return float(match[1]) if match and float(match[1]) > 0 else None


def _table(headers: list[Header], frame: "pl.DataFrame", cycles: list[int], area: float | None, text: Text) -> Table:
    import numpy as np

    areal = [h for h in headers if h.unit == "ohm*cm^2"]
    if areal and area is None:
        raise BadInput(
            "corrtest.area",
            "“{name}” gives the impedance in {unit}, and no area to divide it by. Give the area with --set area=…, such as area=\"1 cm^2\".",
            Question("area", (Option("1 cm^2", "Ω cm² read as Ω of 1 cm²"),)),
            name=text.name, unit=areal[0].unit,
        )  # fmt: skip
    over = {h.text: Header(h.name, "ohm", h.text) for h in areal}
    columns = raw_columns([over.get(h.text, h) for h in headers], frame)
    columns = [replace(c, values=np.asarray(c.values) / area) if c.header in over and area else c for c in columns]
    if cycles:
        closed = np.searchsorted(np.array(cycles), np.arange(frame.height), side="right")
        columns.append(RawColumn(closed + 1, "cycle", None, "CYCLE"))
    return make_table("data", columns)


def _technique(experiment: str, text: Text, table: Table, settings: Settings) -> str:
    if table.has("frequency", "impedance_real", "impedance_imaginary"):
        return "impedance"
    if settings.text("technique") is None:
        for pattern, technique in _TECHNIQUES:
            if technique != "impedance" and re.search(pattern, experiment.upper()):
                return technique
        if table.has("potential") and (found := swept(table.frame["potential"])):
            return found
    return ask_technique(settings, name=text.name, options=TECHNIQUE_SETTING.options[:5])


def _facts(settings_text: str) -> dict[str, str]:
    pairs = re.findall(r"([A-Za-z][\w ]{0,40})=([^&\r\n]{0,200})", settings_text)
    return {key.strip(): value.strip() for key, value in pairs[:200] if value.strip()}


def _stated(settings_text: str, area: float | None) -> tuple[Stated, ...]:
    rate = re.search(r"(?:\bScanRate\s*=|Scan Rate\s*\(mV/s\)\s*:)\s*([\d.]+)", settings_text)
    found = [state("scan_rate", float(rate[1]), "mV/s")] if rate else []
    return (*found, *([state("area", area, "cm^2")] if area else []))


def _started(settings_text: str) -> "datetime | None":
    match = re.search(r"Dat[ae]\s*:\s*(\d{4}-\d{2}-\d{2})\s+Time\s*:\s*([\d:]+)", settings_text)
    return parse_timestamp(f"{match[1]} {match[2]}") if match else None


READERS = (
    Reader(
        "corrtest.txt",
        "Corrtest CS Studio text (.txt)",
        TECHNIQUE_SETTING.options,
        recognises,
        read,
        (".txt",),
        (*TEXT_SETTINGS, TECHNIQUE_SETTING, _AREA),
    ),
)
