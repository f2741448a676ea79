"""Ametek PowerSuite text export of PARSTAT instruments (.txt): one line of names, rows separated by tabs.

Either every column (``Potential (V)``, ``Current (A)``, ``Elapsed Time (s)``, ``Frequency (Hz)``, ``Zre (ohms)``,
``Zim (ohms)`` …), in which rows of the conditioning before the spectrum have zeros for frequency and impedance; or the
spectrum alone (``Frequency``, ``Zre``, ``Zimg``), whose units the program does not write: Hz and ohm.
"""

import re
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers.electrochemical_columns import (
    TECHNIQUE_SETTING,
    ask_technique,
    raw_columns,
    swept,
    without_line_end,
)
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Reading, Table, make_table
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import TEXT_SETTINGS, Header, Text, read_text, split_header

if TYPE_CHECKING:
    import polars as pl

_FULL = re.compile(r"(Potential|E) \(V\)\t\s*(Current|I) \(A\)\t\s*Elapsed Time \(s\)")
_SHORT = re.compile(r"Frequency\t\s*Zre\t\s*Zimg?\b")
_UNITS = {"frequency": "Hz", "impedance_real": "ohm", "impedance_imaginary": "ohm"}
_IMPEDANCE = ("frequency", "impedance_real", "impedance_imaginary")


def recognises(source: Source) -> bool:
    """The first line is one of the program's two lines of names."""
    return bool(_FULL.match(source.head_text) or _SHORT.match(source.head_text))


def read(source: Source, settings: Settings) -> Reading:
    """Read one file; raises a question where a table without frequencies is no sweep."""
    text = read_text(source, settings)
    names = [cell for cell in text.line(0).split("\t") if cell.strip()]
    headers = [split_header(cell) for cell in names]
    parsed = text.table(1, [header.text for header in headers], separator="\t")
    tables = _tables(headers, parsed.frame, text)
    decisions = {**text.decisions, "signs": "as in the file; Zim is Im(Z), negative for a capacitor"}
    if len(tables) > 1:
        decisions["tables"] = "rows with frequency 0 are the conditioning before the spectrum, in a table of their own"
    if not headers[0].unit:
        decisions["units"] = "Hz and ohm: PowerSuite exports a spectrum in these and writes none"
    return Reading(
        format="powersuite.txt",
        technique=_technique(text, tables, settings),
        tables=tables,
        warnings=(*text.cautions, *parsed.cautions, *without_line_end(text, parsed.cautions)),
        decisions=decisions,
    )


def _tables(headers: list[Header], frame: "pl.DataFrame", text: Text) -> tuple[Table, ...]:
    """The spectrum first, then the rows that were measured without a frequency."""
    label = next((header.text for header in headers if header.name == "Frequency"), None)
    if label is None:
        return (make_table("data", raw_columns(headers, frame)),)
    if not frame[label].dtype.is_numeric():
        raise BadInput(
            "powersuite.frequency",
            "“{name}”: the column of frequencies holds no numbers. Export it again.",
            name=text.name,
        )
    spectrum, rest = frame.filter(frame[label] > 0), frame.filter((frame[label] > 0).fill_null(value=False).not_())
    found: list[Table] = []
    if spectrum.height:
        found.append(make_table("impedance", raw_columns(headers, spectrum, units=_UNITS)))
    if rest.height:
        found.append(make_table("conditioning" if found else "data", raw_columns(headers, rest, without=_IMPEDANCE)))
    return tuple(found)


def _technique(text: Text, tables: tuple[Table, ...], settings: Settings) -> str:
    if tables[0].has("frequency", "impedance_real", "impedance_imaginary"):
        return "impedance"
    has_sweep = settings.text("technique") is None and tables[0].has("potential")
    found = swept(tables[0].frame["potential"]) if has_sweep else None
    return found or ask_technique(settings, name=text.name, options=TECHNIQUE_SETTING.options[:5])


READERS = (
    Reader(
        "powersuite.txt",
        "Ametek PowerSuite text export (PARSTAT, .txt)",
        TECHNIQUE_SETTING.options,
        recognises,
        read,
        (".txt",),
        (*TEXT_SETTINGS, TECHNIQUE_SETTING),
    ),
)
