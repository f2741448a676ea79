"""Metrohm Autolab NOVA ASCII export (.txt, .csv): one line of signal names such as ``WE(1).Potential (V)``, then rows.

The separator (tab, semicolon, comma) and the decimal mark are options of the export. An impedance export writes
``-Z'' (Ω)``; its sign is turned here.
"""

import re

from jointlab.errors import BadInput
from jointlab.science.readers.electrochemical_columns import (
    TECHNIQUE_SETTING,
    ask_technique,
    raw_columns,
    swept,
    without_line_end,
)
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import RawColumn, Reading, Table, make_table
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import TEXT_SETTINGS, Text, read_text, split_header

_SIGNALS = (
    r"WE\(\d\)\.(Potential|Current|Charge)",
    r"Potential applied \(V\)",
    r"-Z'' \(.*-Phase \(",
    r"Corrected time \(s\)",
)


def recognises(source: Source) -> bool:
    """One of NOVA's signal names in the first two lines, with a second column beside it."""
    for line in source.head_text.splitlines()[:2]:
        if re.search(r"[\t;,]", line) and any(re.search(signal, line) for signal in _SIGNALS):
            return True
    return False


def read(source: Source, settings: Settings) -> Reading:
    """Read one file.

    Raises BadInput ``autolab.header`` where names and rows do not fit each other, and a question where the signals do
    not tell the technique.
    """
    text = read_text(source, settings)
    named = 0 if any(re.search(signal, text.line(0)) for signal in _SIGNALS) else 1
    line = text.line(named)
    separator = next(mark for mark in ("\t", ";", ",") if mark in line)
    headers = [split_header(cell) for cell in line.rstrip(separator).split(separator)]
    if text.line_count <= named + 1 or text.line(named + 1).count(separator) < len(headers) - 1:
        raise BadInput(
            "autolab.header",
            "“{name}”: the names in line {line} and the rows below it are not separated by the same character; export it from NOVA again with one separator.",
            name=text.name, line=named + 1,
        )  # fmt: skip
    parsed = text.table(named + 1, [header.text for header in headers], separator=separator)
    columns = raw_columns(headers, parsed.frame)
    table = make_table("data", columns)
    technique, why = _technique(text, table, settings)
    return Reading(
        format="autolab.txt",
        technique=technique,
        tables=(table,),
        warnings=(*text.cautions, *parsed.cautions, *without_line_end(text, parsed.cautions)),
        decisions={**text.decisions, "technique": why, "signs": _signs(columns)},
    )


def _signs(columns: list[RawColumn]) -> str:
    turned = [c.header for c in columns if c.quantity in ("impedance_imaginary", "impedance_phase") and (c.header or "").startswith("-")]  # fmt: skip
    return (
        f"turned for {', '.join(str(header) for header in turned)}; else as in the file" if turned else "as in the file"
    )


def _technique(text: Text, table: Table, settings: Settings) -> tuple[str, str]:
    if table.has("frequency", "impedance_real", "impedance_imaginary"):
        return "impedance", "frequencies and impedances"
    if settings.text("technique") is None:
        for column in ("control_potential", "potential"):
            found = swept(table.frame[column]) if table.has(column) and table.has("current") else None
            if found:
                return found, "the potential is a staircase of equal steps"
        if table.has("time", "potential") and not table.has("current"):
            return "chronopotentiometry", "potential over time, and no current"
        if table.has("time", "current") and not table.has("potential"):
            return "chronoamperometry", "current over time, and no potential"
    return ask_technique(settings, name=text.name, options=TECHNIQUE_SETTING.options[:5]), "given by the user"


READERS = (
    Reader(
        "autolab.txt",
        "Metrohm Autolab NOVA text export (.txt, .csv)",
        TECHNIQUE_SETTING.options,
        recognises,
        read,
        (".txt", ".csv"),
        (*TEXT_SETTINGS, TECHNIQUE_SETTING),
    ),
)
