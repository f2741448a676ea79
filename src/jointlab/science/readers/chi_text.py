"""CH Instruments (CHI) text and csv export: every technique that the program writes in its one layout.

Date, technique, keys, ``Segment n:`` blocks of the program's own peak search, one line of column names, rows.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers.electrochemical_columns import (
    TECHNIQUE_SETTING,
    Meaning,
    ask_technique,
    raw_columns,
    without_line_end,
)
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Caution, RawColumn, Reading, Stated, Table, make_table, state
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import TEXT_SETTINGS, Header, Text, read_text, split_header
from jointlab.science.text.engine import key_values
from jointlab.science.text.times import parse_timestamp

if TYPE_CHECKING:
    import polars as pl

# Techniques by the name in the second line. Pulse and a.c. methods sweep the potential once: their current is a
# difference or an amplitude, which the column keeps by name.
_TECHNIQUES = {
    "cyclic voltammetry": "cyclic_voltammetry",
    "linear sweep voltammetry": "linear_sweep_voltammetry",
    "staircase voltammetry": "linear_sweep_voltammetry",
    "tafel plot": "linear_sweep_voltammetry",
    "differential pulse voltammetry": "linear_sweep_voltammetry",
    "normal pulse voltammetry": "linear_sweep_voltammetry",
    "differential normal pulse voltammetry": "linear_sweep_voltammetry",
    "square wave voltammetry": "linear_sweep_voltammetry",
    "a.c. voltammetry": "linear_sweep_voltammetry",
    "2nd harmonic a.c. voltammetry": "linear_sweep_voltammetry",
    "chronoamperometry": "chronoamperometry",
    "chronocoulometry": "chronoamperometry",
    "amperometric i-t curve": "chronoamperometry",
    "i-t curve": "chronoamperometry",
    "bulk electrolysis with coulometry": "chronoamperometry",
    "differential pulse amperometry": "chronoamperometry",
    "double differential pulse amperometry": "chronoamperometry",
    "triple pulse amperometry": "chronoamperometry",
    "multi-potential steps": "chronoamperometry",
    "chronopotentiometry": "chronopotentiometry",
    "chronopotentiometry with current ramp": "chronopotentiometry",
    "multi-current steps": "chronopotentiometry",
    "open circuit potential - time": "chronopotentiometry",
    "open circuit potential-time": "chronopotentiometry",
    "a.c. impedance": "impedance",
    "impedance - time": "impedance",
    "impedance - potential": "impedance",
}
_PULSED = ("pulse", "square wave", "a.c. voltammetry")
_HEADER_LINE = r"^[ \t]*\"?(Potential/V|Time/s(ec)?|Freq/Hz|E/V|t/s(ec)?)\"?[ \t]*[,\t]"
_INLINE_UNIT = re.compile(r"^(?P<name>.+)\((?P<inner>[A-Za-z0-9]+)/(?P<unit>[A-Za-z]+)\)$")  # Diff(i/A)
_KNOWN = {
    "Z": Meaning("impedance_modulus", 1, None),
    "i1": Meaning("current", 1, None),
    "i2": Meaning("current", 1, None),
}


@dataclass(frozen=True)
class _Head:
    """What stands above the column names."""

    technique: str  # the program's name for it, "" where the export has none
    facts: Mapping[str, str]
    first_row: int  # line of the first column names


_MOST_TABLES = 500


def recognises(source: Source) -> bool:
    """The program's own keys, or its column names below its key ``Init E (V)``."""
    head = source.head_text
    second = (head.splitlines() or [""])[1:2]
    named = bool(second) and second[0].strip().lower() in _TECHNIQUES and "Data Source:" in head
    return named or "Instrument Model:  CHI" in head or bool(
        re.search(r"^Init E \(V\) = ", head, re.MULTILINE) and re.search(_HEADER_LINE, head, re.MULTILINE)
    )  # fmt: skip


def read(source: Source, settings: Settings) -> Reading:
    """Read every table of one file.

    Raises BadInput ``chi.no-table`` where no column names follow the header, and a question where the technique is none
    that is known here.
    """
    text = read_text(source, settings)
    head = _head(text)
    technique = _TECHNIQUES.get(head.technique.lower()) or _by_columns(text, head, settings)
    tables, cautions = _tables(text, head)
    decisions = dict(text.decisions)
    if technique != "impedance":
        decisions["sign_of_current"] = "as in the file; whether cathodic or anodic current is positive is an option of the CHI program that the file does not state"  # fmt: skip
    if any(word in head.technique.lower() for word in _PULSED):
        decisions["technique"] = f"{head.technique}: a potential swept once; the current is the one that the program calculates from its pulses"  # fmt: skip
    if technique == "cyclic_voltammetry" and tables and tables[0].has("potential"):
        tables, said = _with_segments(tables, head.facts)
        decisions["segment"] = said
    return Reading(
        format="chi.txt",
        technique=technique,
        tables=tables,
        instrument=head.facts.get("Instrument Model") or None,
        started=parse_timestamp(re.sub(r"^([A-Za-z]{3})[a-z]*\.", r"\1", text.line(0).strip())),
        stated=(*_scan_rate(head.facts), *_stated(text, head.first_row)),
        warnings=(*text.cautions, *cautions, *without_line_end(text, cautions)),
        facts=head.facts,
        decisions=decisions,
    )


def _head(text: Text) -> _Head:
    first = text.find_line(_HEADER_LINE)
    if first is None:
        raise BadInput(
            "chi.no-table",
            "“{name}” has the header of a CH Instruments file and no line such as “Potential/V, Current/A” below it that names the columns: it is cut. Convert it to text again.",
            name=text.name,
        )
    lines = list(text.lines(0, first))
    named = lines[1].strip() if len(lines) > 1 and "=" not in lines[1] and ":" not in lines[1] else ""
    facts = dict(key_values([line for line in lines if "=" not in line and not line.startswith("Segment")], ":"))
    facts.pop(lines[0].split(":")[0].strip() if lines else "", None)  # the clock time of the first line is no key
    end = text.find_line(r"^Segment +\d+:", stop=first)
    facts |= key_values([line for line in lines[: first if end is None else end] if " = " in line], " = ")
    if named:
        facts["Technique"] = named
    return _Head(named, {key: value for key, value in facts.items() if value}, first)


def _by_columns(text: Text, head: _Head, settings: Settings) -> str:
    names = text.line(head.first_row)
    if names.startswith("Freq/Hz"):
        return "impedance"
    if re.match(r"Time/s(ec)?[,\t]\s*Potential/V\s*$", names):
        return "chronopotentiometry"
    if names.startswith("Potential/V") and "Low E (V)" in head.facts:
        return "cyclic_voltammetry"
    options = ("chronoamperometry", "chronopotentiometry") if names.startswith("Time") else ("linear_sweep_voltammetry", "cyclic_voltammetry")  # fmt: skip
    return ask_technique(settings, name=text.name, options=options)


def _tables(text: Text, head: _Head) -> tuple[tuple[Table, ...], tuple[Caution, ...]]:
    tables: list[Table] = []
    cautions: list[Caution] = []
    start: int | None = head.first_row
    while start is not None:
        following = text.find_line(r"^[ \t]*[A-Za-z\"]", start=start + 1)
        stop = text.line_count if following is None else following
        line = text.line(start)
        separator = "\t" if "\t" in line else ","
        headers = [_header(cell) for cell in line.split(separator) if cell.strip()]
        if any(text.line(number).strip() for number in range(start + 1, min(stop, start + 12))):
            parsed = text.table(start + 1, [h.text for h in headers], separator=separator, stop=stop)
            cautions += parsed.cautions
            name = "data" if not tables else f"data {len(tables) + 1}"
            tables.append(make_table(name, _columns(headers, parsed.frame, head.technique)))
        start = text.find_line(_HEADER_LINE, start=stop) if stop < text.line_count else None
        if len(tables) > _MOST_TABLES:
            raise BadInput(
                "chi.many-tables", "“{name}” has more than {most} tables below each other; it is damaged, or no measurement.",
                name=text.name, most=_MOST_TABLES,
            )  # fmt: skip
    return tuple(tables), tuple(cautions)


def _header(cell: str) -> Header:
    """``Diff(i/A)`` and ``log(i/A)`` besides the usual ``name/unit``; a logarithm has no unit."""
    inline = _INLINE_UNIT.match(cell.strip())
    if inline is not None and inline["name"] != "log":
        return Header(inline["name"], inline["unit"], cell.strip())
    return split_header(cell)


def _columns(headers: Sequence[Header], frame: "pl.DataFrame", technique: str) -> list[RawColumn]:
    known = dict(_KNOWN)
    if "Current" not in {header.name for header in headers}:
        known["Diff"] = Meaning("current", 1, None)
    columns = raw_columns(headers, frame, known=known)
    if technique.lower().startswith("impedance - "):  # modulus and phase at one frequency over time or potential
        return columns
    return [replace(column, name="current_2") if column.header == "i2/A" else column for column in columns]


def _with_segments(tables: tuple[Table, ...], facts: Mapping[str, str]) -> tuple[tuple[Table, ...], str]:
    """A column with the number of the sweep, counted at the turns of the potential, where it agrees with the header."""
    import numpy as np

    table = tables[0]
    promised = facts.get("Segment", "")
    potential = table.array("potential")
    moves = np.sign(np.diff(potential))
    going = moves[moves != 0]
    turned = np.concatenate([np.zeros(min(1, len(going)), dtype=bool), going[1:] != going[:-1]])
    number = np.ones(len(potential), dtype=np.int64)
    number[:-1][moves != 0] += np.cumsum(turned)  # the point at a turn is the first of the new sweep, as CHI counts
    number = np.maximum.accumulate(number)
    count = int(number[-1])
    if not promised.isdigit() or int(promised) != count:
        return tables, f"no column: the potential turns {count - 1} times and the header states “Segment = {promised}”"
    columns = [
        RawColumn(table.frame[c.name], c.quantity, c.unit, c.header, c.name) for c in table.columns
    ] + [RawColumn(number, "segment")]  # fmt: skip
    made = make_table(table.name, columns, conditions=table.conditions)
    return (made, *tables[1:]), "counted at the turns of the potential; their number is the one that the header states"


_RESULT = re.compile(r"^\s*(Ep|ip|Ah)\s*=\s*([-+]?[\d.]+(?:[eE][-+]?\d+)?)\s*([A-Za-z]*)\s*$")
_RESULTS = {"Ep": ("peak_potential", "V"), "ip": ("peak_current", "A"), "Ah": ("peak_charge", "C")}


def _stated(text: Text, stop: int) -> tuple[Stated, ...]:
    """Potential, current and charge of each peak that the program found, by segment and number of the peak in it."""
    found: list[Stated] = []
    segment, peaks = 0, 0
    for line in text.lines(0, stop):
        heading = re.match(r"^Segment +(\d+):", line)
        if heading is not None:
            segment, peaks = int(heading[1]), 0
            continue
        result = _RESULT.match(line)
        if result is None:
            continue
        quantity, unit = _RESULTS[result[1]]
        peaks += result[1] == "Ep"
        where = {"segment": segment, "peak": max(peaks, 1)} if segment else {"peak": max(peaks, 1)}
        found.append(state(quantity, float(result[2]), result[3] or unit, **where))
    return tuple(found)


def _scan_rate(facts: Mapping[str, str]) -> tuple[Stated, ...]:
    try:
        return (state("scan_rate", float(facts["Scan Rate (V/s)"]), "V/s"),)
    except (KeyError, ValueError):
        return ()


READERS = (
    Reader(
        "chi.txt",
        "CH Instruments text export (.txt, .csv)",
        (
            "cyclic_voltammetry",
            "linear_sweep_voltammetry",
            "chronoamperometry",
            "chronopotentiometry",
            "impedance",
        ),
        recognises,
        read,
        (".txt", ".csv"),
        (*TEXT_SETTINGS, TECHNIQUE_SETTING),
    ),
)
