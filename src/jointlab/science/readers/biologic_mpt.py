"""BioLogic EC-Lab text export (.mpt).

The second line promises the number of header lines; the last of them names the columns, ``name/unit`` parted by tabs.
"""

import re
from datetime import datetime

from jointlab.errors import BadInput
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import RawColumn, Reading, make_table
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import Text, read_text, split_header
from jointlab.science.text.engine import TEXT_SETTINGS, key_values
from jointlab.science.text.times import parse_timestamp

_COLUMNS: dict[str, tuple[str, str]] = {  # name in the file: (name here, quantity)
    "time": ("time", "time"),
    "Ewe": ("potential", "potential"),
    "<Ewe>": ("potential", "potential"),
    "I": ("current", "current"),
    "<I>": ("current", "current"),
    "cycle number": ("cycle", "cycle"),
    "freq": ("frequency", "frequency"),
    "Re(Z)": ("impedance_real", "impedance_real"),
    "-Im(Z)": ("impedance_imaginary", "impedance_imaginary"),
}


def recognises(source: Source) -> bool:
    """The first line is the program's own."""
    return source.head_text.startswith("EC-Lab ASCII FILE")


def read(source: Source, settings: Settings) -> Reading:
    """Read one file; raises BadInput ``biologic.header`` when the header is not whole."""
    text = read_text(source, settings)
    header_lines = _header_lines(text)
    facts = key_values(list(text.lines(2, header_lines - 1)), " : ")
    headers = [split_header(cell) for cell in text.line(header_lines - 1).rstrip("\t").split("\t")]
    parsed = text.table(header_lines, [header.text for header in headers], separator="\t")
    columns = []
    for header in headers:
        name, quantity = _COLUMNS.get(header.name, (header.text, None))
        values = parsed.frame[header.text]
        columns.append(
            RawColumn(-values if header.name == "-Im(Z)" else values, quantity, header.unit, header.text, name)
        )
    return Reading(
        format="biologic.mpt",
        technique="impedance" if any(h.name == "freq" for h in headers) else "cyclic_voltammetry",
        tables=(make_table("data", columns),),
        instrument=facts.get("Device"),
        started=_started(facts),
        warnings=(*text.cautions, *parsed.cautions),
        facts=facts,
        decisions=text.decisions,
    )


def _header_lines(text: Text) -> int:
    match = re.search(r"Nb header lines\s*:\s*(\d+)", text.line(1))
    if match is None or not 2 < int(match[1]) <= text.line_count:
        raise BadInput("biologic.header", "“{name}” is an EC-Lab text file whose header is cut.", name=text.name)
    return int(match[1])


def _started(facts: dict[str, str] | object) -> datetime | None:
    stamp = facts.get("Acquisition started on") if isinstance(facts, dict) else None
    return parse_timestamp(stamp, order="mdy") if stamp else None


READERS = (
    Reader(
        "biologic.mpt",
        "BioLogic EC-Lab text export (.mpt)",
        ("cyclic_voltammetry", "impedance", "galvanostatic_cycling"),
        recognises,
        read,
        (".mpt",),
        TEXT_SETTINGS,
    ),
)
