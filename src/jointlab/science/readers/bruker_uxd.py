"""Bruker/Siemens text: DIFFRAC .uxd with its ranges, and the .xy that DIFFRAC.EVA writes with a line of facts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from jointlab.errors import BadInput
from jointlab.science.readers.diffraction_scan import (
    Axis,
    Scan,
    check_scan_count,
    intensity_cautions,
    scan_table,
    steps,
    wavelength_facts,
)
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Caution, Condition, Reading
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import Text, read_text
from jointlab.science.text.engine import TEXT_SETTINGS
from jointlab.science.text.rows import row_form
from jointlab.science.text.times import parse_timestamp

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_OPENING = re.compile(r"\A(?:[ \t]*(?:;[^\n]*)?\r?\n)*[ \t]*_FILEVERSION", re.IGNORECASE)
_KEY = re.compile(r"^\s*_(?P<key>[^=\s]+)\s*=\s*(?P<value>.*?)\s*$")
_MARK = re.compile(r"^\s*_(?P<position>2THETA)?(?P<unit>COUNTS|CPS)(?P<time>TIME)?\s*$", re.IGNORECASE)
_MARK_OR_PEAKS = r"(?i)^[ \t]*_(?:(?:2THETA)?(?:COUNTS|CPS)(?:TIME)?|D-I|2THETA-I)[ \t]*\r?$"
_NEXT = r"^[ \t]*[_;]"
_EVA = re.compile(r"^'.*\b(?:Id|Anode|Scantype|TimePerStep):\s*\"")
_EVA_PAIR = re.compile(r'(\w+):\s*"([^"]*)"')
# Drive that the range names, and the keys that state its start, beside _START.
_DRIVES = {
    "COUPLED": "2Theta", "2THETA": "2Theta", "THETA": "Theta", "OMEGA": "Theta", "CHI": "Chi", "KHI": "Chi", "PHI": "Phi",
    "X": "X", "Y": "Y", "Z": "Z",
}  # fmt: skip
_STANDING = {"_2THETA": "2Theta", "_THETA": "Theta", "_KHI": "Chi", "_CHI": "Chi", "_PHI": "Phi"}


@dataclass(frozen=True)
class Range:
    """One range: its keys with those of the file beneath, and the numbers below its mark."""

    keys: Mapping[str, str]
    columns: int
    unit: Literal["counts", "counts/s"]
    positions: bool
    numbers: "NDArray[np.float64]"


def recognises_uxd(source: Source) -> bool:
    """The first line that is no comment is ``_FILEVERSION``."""
    return _OPENING.match(source.head_text) is not None


def recognises_eva(source: Source) -> bool:
    """The first line is EVA's, from a quotation mark on."""
    return _EVA.match(source.head_text) is not None


def read_uxd(source: Source, settings: Settings) -> Reading:
    """Read every range.

    Raises BadInput ``uxd.no-ranges``, ``uxd.numbers`` for what is no number or an odd number of pairs, ``uxd.decimal``
    for commas that may be decimal marks, ``uxd.start`` for a range without start or step,
    ``diffraction.scans`` for too many ranges.
    """
    text = read_text(source, settings)
    ranges, cautions = _ranges(text)
    if not ranges:
        raise BadInput(
            "uxd.no-ranges", "“{name}” is a .uxd file without a measured range. Export it again.", name=source.name
        )
    scans = [_scan(found, number, source.name) for number, found in enumerate(ranges, start=1)]
    promised = {
        scan.name: int(count)
        for scan, found in zip(scans, ranges, strict=True)
        if (count := found.keys.get("STEPCOUNT", "")).isdigit()
    }
    stamp = ranges[0].keys.get("DATEMEASURED")
    return Reading(
        format="bruker.uxd",
        technique="powder_diffraction",
        tables=tuple(scan_table(scan) for scan in scans),
        started=parse_timestamp(stamp) if stamp else None,
        warnings=(*text.cautions, *cautions, *intensity_cautions(scans)),
        facts=_facts(ranges[0].keys),
        decisions=text.decisions,
        rows_stated=promised,
    )


def _ranges(text: Text) -> tuple[list[Range], list[Caution]]:
    of_file: dict[str, str] = {}
    of_range: dict[str, str] = {}
    ranges: list[Range] = []
    cautions: list[Caution] = []
    line = 0
    while (mark := text.find_line(_MARK_OR_PEAKS, start=line)) is not None:
        check_scan_count(len(ranges) + len(cautions) + 1, name=text.name)
        started = False
        for row in text.lines(line, mark):
            pair = _KEY.match(row)
            if pair is None:
                continue
            key, value = pair["key"].upper(), pair["value"].strip("'\" ")
            if key == "DRIVE" and not started:
                of_range, started = {}, True
            (of_range if started or ranges else of_file)[key] = value
        end = text.find_line(_NEXT, start=mark + 1)
        stop = text.line_count if end is None else end
        form = _MARK.match(text.line(mark))
        if form is None:
            cautions.append(Caution("uxd.peaks", "A list of peaks in the file was not read."))
        else:
            unit: Literal["counts", "counts/s"] = "counts" if form["unit"].upper() == "COUNTS" else "counts/s"
            width = 1 + bool(form["position"]) + bool(form["time"])
            ranges.append(
                Range({**of_file, **of_range}, width, unit, bool(form["position"]), _numbers(text, mark + 1, stop))
            )
        line = stop if stop > mark else mark + 1
    if ranges and not text.data.endswith((b"\n", b"\x1a")):
        cautions.append(
            Caution("uxd.no-line-end", "The last line has no end: if the file was cut, its last number is cut as well.")
        )
    return ranges, cautions


def _numbers(text: Text, start: int, stop: int) -> "NDArray[np.float64]":
    """All numbers of the lines, shape (n,)."""
    import polars as pl

    block = text.data[text.offset(start) : text.offset(stop)]
    if b"," in block:
        if b"." not in block and re.search(rb"\d,\d", block):
            raise BadInput(
                "uxd.decimal", "The commas in the data of “{name}” (line {line}) may be decimal marks or separate numbers. Export the file with decimal points.",
                name=text.name, line=start + 1,
            )  # fmt: skip
        block = block.replace(b",", b" ")
    cells = pl.Series(block.decode().split(), dtype=pl.String).cast(pl.Float64, strict=False)
    if cells.null_count():
        raise BadInput(
            "uxd.numbers",
            "The data of “{name}” below line {line} hold something that is not a number. Export it again.",
            name=text.name,
            line=start,
        )
    return cells.to_numpy()


def _scan(found: Range, number: int, name: str) -> Scan:
    keys, values = found.keys, found.numbers
    if not len(values) or len(values) % found.columns:
        raise BadInput(
            "uxd.numbers", "Range {number} of “{name}” holds {count} numbers, which do not make whole rows of {columns}. The file is cut or damaged; copy it again.",
            number=number, name=name, count=len(values), columns=found.columns,
        )  # fmt: skip
    table = values.reshape(-1, found.columns)
    drive = keys.get("DRIVE", "COUPLED").upper()
    axis = _DRIVES.get(drive, drive)
    positions = table[:, 0] if found.positions else _stepped(keys, len(table), number, name)
    time = _number(keys, "STEPTIME")
    standing = [
        Axis(other, value)
        for key, other in _STANDING.items()
        if (value := _number(keys, key.lstrip("_"))) is not None
        and other != axis
        and drive not in ("COUPLED", "2THETA")
    ]
    return Scan(
        name=f"range {number}",
        scan_axis=drive,
        axes=[Axis(axis, positions, "mm" if axis in ("X", "Y", "Z") else "deg"), *standing],
        intensity=table[:, int(found.positions)],
        unit=found.unit,
        counting_time=table[:, -1] if found.columns == 2 + found.positions else time,
        conditions={"mode": keys["STEPMODE"]} if keys.get("STEPMODE") else {},
    )


def _stepped(keys: Mapping[str, str], points: int, number: int, name: str) -> "NDArray[np.float64]":
    start, step = _number(keys, "START"), _number(keys, "STEPSIZE")
    if start is None or not step:
        raise BadInput(
            "uxd.start", "Range {number} of “{name}” states no start or no step, so its positions are not known. Export it again with its header.",
            number=number, name=name,
        )  # fmt: skip
    return steps(start, step, points)


def _number(keys: Mapping[str, str], key: str) -> float | None:
    try:
        return float(keys[key])
    except (KeyError, ValueError):
        return None


def _facts(keys: Mapping[str, str]) -> dict[str, Condition]:
    texts = {"sample": "SAMPLE", "operator": "USER", "site": "SITE", "anode": "ANODE"}
    facts: dict[str, Condition] = {name: keys[key] for name, key in texts.items() if keys.get(key)}
    facts |= wavelength_facts(
        alpha1=_number(keys, "WL1"),
        alpha2=_number(keys, "WL2"),
        beta=_number(keys, "WL3"),
        ratio=_number(keys, "WLRATIO"),
    )
    for name, key in (
        ("tube_voltage_kV", "KV"),
        ("tube_current_mA", "MA"),
        ("goniometer_radius_mm", "GONIOMETER_RADIUS"),
    ):
        if (value := _number(keys, key)) is not None:
            facts[name] = value
    return facts


def read_eva(source: Source, settings: Settings) -> Reading:
    """Read the two columns below EVA's line of facts.

    Raises BadInput ``eva.rows`` for rows that are not two numbers.
    """
    text = read_text(source, settings)
    facts = dict(_EVA_PAIR.findall(text.line(0)))
    form = row_form(text.line(1)) if text.line_count > 1 else None
    if form is None or form.width != 2:
        raise BadInput(
            "eva.rows",
            "Line 2 of “{name}” does not hold two numbers, 2θ and intensity. Export it again.",
            name=source.name,
        )
    parsed = text.table(1, ("position", "intensity"), separator=form.separator)
    if sum(parsed.frame.null_count().row(0)) or not all(kind.is_numeric() for kind in parsed.frame.dtypes):
        raise BadInput("eva.rows", "“{name}” holds cells that are not numbers. Export it again.", name=source.name)
    axis = facts.get("Scantype") or "Coupled TwoTheta/Theta"
    two_theta = "twotheta" in axis.lower() or "2theta" in axis.lower()
    time = facts.get("TimePerStep", "")
    scan = Scan(
        name="scan 1",
        scan_axis=axis,
        axes=[Axis("2Theta" if two_theta else axis, parsed.frame["position"].to_numpy())],
        intensity=parsed.frame["intensity"].to_numpy(),
        unit="arb",  # EVA exports counts or counts per second and does not say which
        conditions={"time_per_step_s": float(time)} if time.replace(".", "", 1).isdigit() else {},
    )
    stated = {
        "sample": facts.get("Id"),
        "comment": facts.get("Comment"),
        "operator": facts.get("Operator"),
        "anode": facts.get("Anode"),
    }
    return Reading(
        format="bruker.eva_xy",
        technique="powder_diffraction",
        tables=(scan_table(scan),),
        warnings=(*text.cautions, *parsed.cautions),
        facts={key: value for key, value in stated.items() if value},
        decisions={
            **text.decisions,
            "intensity_unit": "arb (the file does not say whether counts or counts per second)",
        },
    )


READERS = (
    Reader("bruker.uxd", "Bruker/Siemens DIFFRAC text (.uxd)", ("powder_diffraction",), recognises_uxd, read_uxd, (".uxd",), TEXT_SETTINGS),
    Reader("bruker.eva_xy", "Bruker DIFFRAC.EVA export (.xy)", ("powder_diffraction",), recognises_eva, read_eva, (".xy",), TEXT_SETTINGS),
)  # fmt: skip
