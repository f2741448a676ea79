"""What stands above and below the columns of a solar-cell rig: facts, the rig's own results, area, light, date."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from jointlab.errors import BadInput
from jointlab.science.readers.solar_words import (
    ResultLine,
    number_with_unit,
    plain,
    result_line,
    result_quantity,
    states,
)
from jointlab.science.reading import Caution, Condition, Stated
from jointlab.science.text.blocks import split_row
from jointlab.science.text.headers import split_header
from jointlab.science.text.times import parse_timestamp
from jointlab.science.units import convert

_AREAS = (r"aperture|mask|апертур", r"active|pixel|pixarea|активн", r"area|площадь|аудан|面积")
_LIGHT = re.compile(
    r"irradian|intensity|illumin|\blight\b|\bsuns?\b|power density|облуч|освещ|сәуле|辐照|光强|radiation"
)
_DATE = re.compile(r"^(date|datum|дата|күн|日期|time ?stamp|date ?time|measurement date|acquired)", re.IGNORECASE)
_CLOCK = re.compile(r"^(time|uhrzeit|время|уақыт|时间)$", re.IGNORECASE)
_INSTRUMENT = re.compile(r"^(instrument|setup|smu|source ?meter|keithley|device type|прибор|仪器)", re.IGNORECASE)
_ONE_SUN = 100.0  # mW/cm^2, by definition
_TABLE_OF_RESULTS = 3  # results named in one line make it the head of a table of results


@dataclass
class RigHeader:
    """Lines that are no columns. `area` in cm^2 and `irradiance` in mW/cm^2 where the file states them with a unit."""

    facts: dict[str, Condition] = field(default_factory=dict)
    results: list[ResultLine] = field(default_factory=list)
    labels: list[str] | None = None  # of the values in result lines, where a line names them
    areas: list[float] = field(default_factory=list)
    irradiance: float | None = None
    started: datetime | None = None
    instrument: str | None = None
    cautions: list[Caution] = field(default_factory=list)


def read_header(lines: Sequence[str], curve_labels: Sequence[str]) -> RigHeader:
    """Read the lines around the columns; `curve_labels` are the names of the curves, which a line may repeat."""
    header = RigHeader()
    skip_to = 0
    for number, line in enumerate(lines):
        if number < skip_to or not line.strip(" \t*-=_#,;"):
            continue
        table_end = _table_of_results(header, lines, number)
        if table_end is not None:
            skip_to = table_end
            continue
        if number == 0 and (stamp := parse_timestamp(" ".join(line.split()))) is not None:
            header.started = stamp
            continue
        key, values = _parted(line)
        if header.labels is None and len(values) > 1 and set(values) <= set(curve_labels):
            header.labels = values
        elif key and values:
            _take(header, key, values)
    _date(header)
    return header


def stated(header: RigHeader, conditions: Mapping[str, Mapping[str, Condition]]) -> list[Stated]:
    """The results of the header, each with the conditions of its curve; `conditions` is in the order of the columns."""
    in_order = [dict(where) for where in conditions.values()]
    found: list[Stated] = []
    for line in header.results:
        if header.labels is not None and len(line.values) <= len(header.labels):
            where = [dict(conditions.get(label, {})) for label in header.labels]
        elif len(line.values) == len(in_order):
            where = in_order
        else:
            where = [{"value": i + 1} if len(line.values) > 1 else {} for i in range(len(line.values))]
        found += states(line, where)
    return found


def _parted(line: str) -> tuple[str, list[str]]:
    """Key and values of ``key:<tab>1<tab>2``, ``key = 1 cm2``, ``key: 1``, ``key,1``."""
    line = line.strip("\ufeff\r\n").lstrip("# ").rstrip()
    for mark in ("\t", "=", ":", ";", ","):
        if mark in line:
            key, *values = split_row(line, mark) if mark in "\t;," else [part.strip() for part in line.split(mark, 1)]
            filled = [value.strip('"') for value in values if value]
            return key.rstrip(":= ").strip(), filled
    return line, []


def _take(header: RigHeader, key: str, values: list[str]) -> None:
    results = result_line(key, values)
    if results is not None:
        header.results.append(results)
        return
    if result_quantity(split_header(key).name) is not None and number_with_unit(values[0]) is not None:
        header.cautions.append(
            Caution(
                "jv.result-unit", f"The file's result “{key}” has no unit that is known; it is kept as a fact only."
            )
        )
    header.facts.setdefault(key, "\t".join(values) if len(values) > 1 else values[0])
    cell = split_header(key)
    _area(header, cell.name, cell.unit, values)
    _light(header, cell.name, cell.unit, values)
    if header.instrument is None and _INSTRUMENT.match(key):
        header.instrument = _instrument(values[0])


def _instrument(text: str) -> str:
    """``KEITHLEY INSTRUMENTS INC.,MODEL 2400,4053247,C32 ...`` by maker and model; others as they are."""
    match = re.match(r"KEITHLEY INSTRUMENTS.*?MODEL\s+(\w+)", text)
    return f"Keithley {match[1]}" if match else text


def _area(header: RigHeader, name: str, unit: str | None, values: list[str]) -> None:
    rank = next((i for i, pattern in enumerate(_AREAS) if re.search(pattern, plain(name))), None)
    if rank is None or "illuminat" in plain(name):
        return
    found = [_converted(value, unit, "cm^2") for value in values]
    numbers = [number for number in found if number]
    best = header.facts.get("area_rank")
    if numbers and (not isinstance(best, int) or rank < best):
        header.areas, header.facts["area_rank"] = numbers, rank


def _light(header: RigHeader, name: str, unit: str | None, values: list[str]) -> None:
    if not _LIGHT.search(plain(name)) or header.irradiance is not None:
        return
    sun = re.match(r"([\d.,]+)\s*(suns?|\[suns?\])$", " ".join(values[:2]).strip(), re.IGNORECASE)
    if sun is not None or (unit is not None and unit.lower() in ("sun", "suns")):
        parsed = number_with_unit(sun[1] if sun else values[0])
        header.irradiance = parsed[0] * _ONE_SUN if parsed else None
        return
    header.irradiance = _converted(values[0], unit, "mW/cm^2")
    if plain(values[0]) in ("dark", "off", "темнота", "暗"):
        header.irradiance = 0.0


def _converted(text: str, unit: str | None, target: str) -> float | None:
    """A number in the unit of its key or its own, as `target`; None where there is no such unit."""
    parsed = number_with_unit(text)
    source = unit or (parsed[1] if parsed else None)
    if parsed is None or source is None:
        return None
    try:
        return convert(parsed[0], source=source, target=target)
    except BadInput:
        return None


def _date(header: RigHeader) -> None:
    header.facts.pop("area_rank", None)
    if header.started is not None:
        return
    clock = next((str(v) for k, v in header.facts.items() if _CLOCK.match(k)), "")
    for key, value in header.facts.items():
        if not _DATE.match(key):
            continue
        text = str(value).replace("\t", " ").strip()
        header.started = parse_timestamp(f"{text} {clock}".strip()) or parse_timestamp(text)
        if header.started is None and re.search(r"\d", text):
            header.cautions.append(
                Caution("jv.date", f"The date “{text}” can be read in two ways or not at all; the start is left open.")
            )
        return


def _table_of_results(header: RigHeader, lines: Sequence[str], number: int) -> int | None:
    """Results as a table, one row a curve below a row of names and one of units; the line after it, or None."""
    names = split_row(lines[number], "\t")
    wanted = [i for i, name in enumerate(names) if i and result_quantity(name) is not None]
    if len(wanted) < _TABLE_OF_RESULTS or number + 2 >= len(lines):
        return None
    units = [cell.strip() for cell in lines[number + 1].rstrip("\r\n").split("\t")]
    rows: list[list[str]] = []
    for line in lines[number + 2 :]:
        row = split_row(line, "\t")
        if len(row) < len(names) or number_with_unit(row[1]) is None:
            break
        rows.append(row)
    if not rows or len(units) < len(names):
        return None
    header.labels = [row[0] for row in rows]
    for i in wanted:
        results = result_line(f"{names[i]} [{units[i]}]", [row[i] for row in rows])
        if results is not None:
            header.results.append(results)
    return number + 2 + len(rows)
