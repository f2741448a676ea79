"""Plain tables of time, electrode potential and current (.csv, .txt) that a script wrote, with names and perhaps no units.

Units are never assumed: where the names state none, they are asked. So is the technique, unless the potential is swept.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from jointlab.errors import BadInput, Option, Question
from jointlab.science.readers.electrochemical_columns import (
    TECHNIQUE_SETTING,
    ask_technique,
    meaning,
    raw_columns,
    swept,
)
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Reading, Table, make_table
from jointlab.science.settings import Setting, Settings
from jointlab.science.source import Source
from jointlab.science.text import TEXT_SETTINGS, Header, Text, read_text, split_header

_ELECTRODE = ("ewe", "<ewe>", "e", "potential", "vf", "e_we", "electrode potential")
_NEEDED = {"time", "potential", "current"}
_SPECTRUM = {"frequency", "impedance_modulus"}  # a table of impedance, whatever stands beside it
_UNITS = {
    "V,A,s": {"potential": "V", "current": "A", "time": "s"},
    "V,mA,s": {"potential": "V", "current": "mA", "time": "s"},
    "V,uA,s": {"potential": "V", "current": "uA", "time": "s"},
    "mV,mA,s": {"potential": "mV", "current": "mA", "time": "s"},
}
_SETTING = Setting("units", "Units of potential, current and time, where the names state none.", options=tuple(_UNITS))


@dataclass(frozen=True)
class _Shape:
    """The names in the first line and what parts them."""

    separator: str
    headers: tuple[Header, ...]


def recognises(source: Source) -> bool:
    """The first line names a time, an electrode potential and a current, and the second has as many cells."""
    if b"\0" in source.head[:64] and not source.head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    return _shape(source.head_text.splitlines()) is not None


def read(source: Source, settings: Settings) -> Reading:
    """Read one file; raises BadInput ``voltammetry.units`` or ``electrochemistry.technique`` with a question."""
    text = read_text(source, settings)
    shape = _shape(list(text.lines(0, 2)))
    if shape is None:
        raise BadInput("voltammetry.header", "“{name}” does not name time, potential and current in its first line. Export it again with a header.", name=text.name)  # fmt: skip
    names = [header.text or f"column {i + 1}" for i, header in enumerate(shape.headers)]
    headers = [Header(h.name, h.unit, name) for h, name in zip(shape.headers, names, strict=True)]
    units = _units(text, headers, settings)
    parsed = text.table(1, names, separator=shape.separator)
    table = make_table("data", raw_columns(headers, parsed.frame, units=units))
    technique, why = _technique(text, table, settings)
    return Reading(
        format="delimited.voltammetry",
        technique=technique,
        tables=(table,),
        warnings=(*text.cautions, *parsed.cautions),
        decisions={
            **text.decisions,
            "technique": why,
            "sign_of_current": "as in the file",
            "units": "given by the user" if units else "in the names of the columns",
        },
    )


def _shape(lines: Sequence[str]) -> _Shape | None:
    if len(lines) < 2:
        return None
    for separator in ("\t", ";", ","):
        cells = lines[0].split(separator)
        headers = tuple(split_header(cell) for cell in cells)
        found = {what.quantity for header in headers if (what := meaning(header.name)) is not None}
        electrode = any(header.name.lower() in _ELECTRODE for header in headers)
        if found >= _NEEDED and not found >= _SPECTRUM and electrode and len(lines[1].split(separator)) == len(cells):
            return _Shape(separator, headers)
    return None


def _units(text: Text, headers: Sequence[Header], settings: Settings) -> dict[str, str]:
    """Units by quantity for the columns that state none; empty where all state theirs."""
    bare = [h.name for h in headers if h.unit is None and (what := meaning(h.name)) is not None and what.quantity in _NEEDED]  # fmt: skip
    if not bare:
        return {}
    given = settings.choice("units", tuple(_UNITS))
    if given is not None:
        return _UNITS[given]
    values = text.line(1)
    raise BadInput(
        "voltammetry.units",
        "“{name}” has the columns {columns} without units (first row: {values}), and nothing in it tells them. Give them with --set units=…",
        Question("units", tuple(Option(key, f"potential in {u['potential']}, current in {u['current']}, time in {u['time']}") for key, u in _UNITS.items())),
        name=text.name, columns=", ".join(bare), values=values[:80],
    )  # fmt: skip


def _technique(text: Text, table: Table, settings: Settings) -> tuple[str, str]:
    if settings.text("technique") is None and (found := swept(table.frame["potential"])):
        return found, "the potential is a staircase of equal steps"
    return ask_technique(settings, name=text.name, options=TECHNIQUE_SETTING.options[:5]), "given by the user"


READERS = (
    Reader(
        "delimited.voltammetry",
        "Table of time, electrode potential and current (.csv, .txt)",
        TECHNIQUE_SETTING.options[:5],
        recognises,
        read,
        (".csv", ".txt"),
        (*TEXT_SETTINGS, TECHNIQUE_SETTING, _SETTING),
        generic=True,
    ),
)
