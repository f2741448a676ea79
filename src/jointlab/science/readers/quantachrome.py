"""Quantachrome (Anton Paar) text: raw analysis data and isotherms of ASiQwin, NovaWin, AS1Win, Quadrawin (.txt).

Keys and values stand in columns of a page, sometimes without a blank between a value and the next key; the table has a
row of names, then a row of units below the names that have one.
"""

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers.isotherms import Isotherm, isotherm, loading_columns, number_with_unit
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Caution, Condition, RawColumn, Reading
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import Text, read_text
from jointlab.science.text.decimal import with_point
from jointlab.science.text.engine import TEXT_SETTINGS
from jointlab.science.text.times import date_order, parse_timestamp

if TYPE_CHECKING:
    import polars as pl

_LABELS = (
    "Operator", "Date", "Sample ID", "Filename", "Sample Desc", "Sample Description", "Comment", "Sample Weight", "Sample Volume",
    "Outgas Time", "Outgas Temp.", "Outgas Temp", "OutgasTemp", "Outgas Rate", "Analysis gas", "Molec. Wt.", "Molec. Wt", "Molec.Wt",
    "Non-ideality", "Bath temp.", "Bath Temp", "Analysis Time", "Analysis Mode", "Instrument version", "Instrument", "Station #",
    "Station", "Press. Tolerance", "Equil timeout", "Equil time", "End of run", "Cell ID", "CellType", "Cell Type", "Cell",
    "Void Vol.", "VoidVol. Mode", "VoidVol Remeasure", "Cold Zone V", "Warm Zone V", "Run mode", "Extended info", "Po mode",
    "Po override", "Adsorbate", "Cross Section", "Liquid Density", "X Sect. Area", "Report id", "Report ID",
)  # fmt: skip
_KEY = re.compile(
    "(" + "|".join(re.escape(label) for label in sorted(_LABELS, key=len, reverse=True)) + r")\s*:", re.IGNORECASE
)
_FACTS = {  # label in lower case without marks: fact
    "sample id": "sample", "analysis gas": "adsorptive", "operator": "operator", "instrument": "instrument", "comment": "comment",
    "outgas time": "degas_time", "sample desc": "description",
}  # fmt: skip
_QUANTITIES = {
    "press": "pressure", "pressure": "pressure", "p": "pressure", "absolute pressure": "pressure", "p/po": "relative_pressure",
    "p/p0": "relative_pressure", "relative pressure": "relative_pressure", "relative pressure, p/po": "relative_pressure",
    "po": "saturation_pressure", "p0": "saturation_pressure",
}  # fmt: skip
_AMOUNT = re.compile(r"(volume|vol\.?)\s*(@|at)\s*STP", re.IGNORECASE)
_ROW = r"(?m)^[ \t]*[-+]?[\d.,][-+\d.,eE]*(?:[ \t]+[-+]?[\d.,][-+\d.,eE]*)+[ \t]*\r?$"


@dataclass(frozen=True)
class _Head:
    """One column of the table: its name, and its unit where one stands below."""

    name: str
    unit: str | None


def recognises(source: Source) -> bool:
    """The program's title, and the words of the table."""
    return "Quantachrome" in source.head_text and _AMOUNT.search(source.head_text) is not None


def read(source: Source, settings: Settings) -> Reading:
    """Read one file. Raises BadInput ``quantachrome.no-isotherm`` where its table is none, and what the engine raises."""
    text = read_text(source, settings)
    names_line = text.find_line(r"(?mi)(volume|vol\.?)\s*(@|at)\s*STP")
    rows = None if names_line is None else text.find_line(_ROW, start=names_line)
    if names_line is None or rows is None:
        raise BadInput(
            "quantachrome.no-isotherm", "“{name}” has no table of pressure and volume. Export “Raw Analysis Data” or “Isotherm” as text.",
            name=text.name,
        )  # fmt: skip
    heads = _heads(text, names_line, rows)
    stop = text.find_line(r"(?m)^[ \t]*[^\s\d.,+-]", start=rows) or text.line_count
    parsed = text.table(rows, [head.name for head in heads], separator=" ", stop=stop)
    keys = _keys(text, names_line)
    numbers = {key: with_point(value, text.decisions) for key, value in keys.items()}
    result = isotherm(_columns(parsed.frame, heads, numbers))
    result = result if text.data.endswith(b"\n") or stop < text.line_count else _without_last(result)
    stamps = [keys[key] for key in ("date", "end of run", "date (report)") if key in keys]
    started = parse_timestamp(keys.get("date", ""), order=date_order(stamp.split()[0] for stamp in stamps if stamp))
    ambiguous = Caution(
        "started.ambiguous", f"Day and month of “{keys.get('date')}” may be swapped; no start is given."
    )
    return Reading(
        format="quantachrome.txt",
        technique="gas_adsorption",
        tables=(result.table,),
        instrument=keys.get("instrument") or "Quantachrome",
        started=started,
        warnings=(
            *text.cautions,
            *parsed.cautions,
            *result.cautions,
            *((ambiguous,) if keys.get("date") and started is None else ()),
        ),
        facts=_facts(keys, numbers),
        decisions={**text.decisions, **result.decisions},
    )


def _heads(text: Text, names_line: int, rows: int) -> list[_Head]:
    """Names with the unit that stands below each: separated by two blanks, matched by their place on the page."""
    line = text.line(names_line).expandtabs()
    spans = [(match.group().strip(), match.start(), match.end()) for match in re.finditer(r"\S+(?: \S+)*", line)]
    units: dict[int, str] = {}
    for below in text.lines(names_line + 1, rows):
        for match in re.finditer(r"\S+(?: \S+)*", below.expandtabs()):
            centre = (match.start() + match.end()) / 2
            nearest = min(range(len(spans)), key=lambda i: abs((spans[i][1] + spans[i][2]) / 2 - centre))
            units[nearest] = f"{units[nearest]} {match.group()}" if nearest in units else match.group()
    return [_Head(name, units.get(i)) for i, (name, _, _) in enumerate(spans)]


def _columns(frame: "pl.DataFrame", heads: list[_Head], numbers: dict[str, str]) -> list[RawColumn]:
    """Columns by name. A volume in cc is of the whole sample, in cc/g of one gram: the unit below the name tells."""
    columns: list[RawColumn] = []
    mass = number_with_unit(numbers.get("sample weight"), to="g")
    for head, label in zip(heads, frame.columns, strict=False):
        values, name = frame[label], head.name.lower()
        if _AMOUNT.match(head.name):
            columns += loading_columns(values, unit=head.unit or "", header=head.name, mass=mass, stp=True)
        elif (quantity := _QUANTITIES.get(name)) is not None:
            relative = quantity == "relative_pressure"
            if head.unit is None and not relative:
                raise BadInput(
                    "quantachrome.unit",
                    "The column “{name}” has no unit below its name. Export the table again with its units.",
                    name=head.name,
                )
            columns.append(RawColumn(values, quantity, "1" if relative else head.unit, head.name))
        elif name == "time" and head.unit and _runs(values, head.unit, numbers.get("analysis time")):
            columns.append(RawColumn(values, "time", head.unit, head.name))
        else:
            columns.append(RawColumn(values, None, head.unit, head.name, label))
    return columns


def _runs(values: "pl.Series", unit: str, whole: str | None) -> bool:
    """Whether a column is the time since the start: it rises, and ends about when the analysis did."""
    last, total = values.max(), number_with_unit(whole, to="min")
    end = number_with_unit(f"{last!s} {unit}", to="min") if isinstance(last, float) else None
    return bool(values.is_sorted()) and end is not None and total is not None and 0.5 * total < end <= 1.05 * total


def _without_last(result: Isotherm) -> Isotherm:
    said = Caution(
        "quantachrome.open-end", "The last line has no line end and may be cut inside its last number; it was left out."
    )
    return replace(
        result, table=replace(result.table, frame=result.table.frame[:-1]), cautions=(*result.cautions, said)
    )


def _keys(text: Text, stop: int) -> dict[str, str]:
    """Keys of the page head; the second operator and date are those of the report."""
    found: dict[str, str] = {}
    for line in text.lines(0, stop):
        matches = list(_KEY.finditer(line))
        for i, match in enumerate(matches):
            end = matches[i + 1].start() if i + 1 < len(matches) else len(line)
            key, value = match[1].lower().rstrip("."), line[match.end() : end].strip()
            found.setdefault(f"{key} (report)" if key in found else key, value)
    return found


def _facts(keys: dict[str, str], numbers: dict[str, str]) -> dict[str, Condition]:
    """Facts under our names; temperature and mass as numbers in K and g, from `numbers`, the values with decimal points."""
    facts: dict[str, Condition] = {}
    for key, value in keys.items():
        number = numbers[key]
        plain = key.replace("outgastemp", "outgas temp")
        if plain == "bath temp" and (kelvin := number_with_unit(number, to="K")) is not None:
            facts["temperature"] = kelvin
        elif plain == "outgas temp" and (kelvin := number_with_unit(number, to="K")) is not None:
            facts["degas_temperature"] = kelvin
        elif plain == "sample weight" and (mass := number_with_unit(number, to="g")) is not None:
            facts["sample_mass"] = mass
        elif value:
            facts[_FACTS.get(plain, plain)] = value
    return facts


READERS = (
    Reader(
        "quantachrome.txt",
        "Quantachrome raw analysis data or isotherm (.txt)",
        ("gas_adsorption",),
        recognises,
        read,
        (".txt",),
        TEXT_SETTINGS,
    ),
)
