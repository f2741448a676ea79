"""Scribner ZPlot, ZView and CorrWare text (.z, .z60, .cor), and Corrtest files of the same layout.

``ZPLOT2 ASCII`` and ``CORRW ASCII`` files have a header that ends with the column names and the line ``End Comments``;
``Z60W Data File`` and ``ZPlotW Data File`` have ten fixed lines, then the column names. Rows of a .cor with one more number close a cycle.
"""

import re
from dataclasses import dataclass

from jointlab.errors import BadInput
from jointlab.science.readers.electrochemical_columns import (
    TECHNIQUE_SETTING,
    Meaning,
    ask_technique,
    raw_columns,
    swept,
    without_line_end,
)
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Caution, RawColumn, Reading, Stated, Table, make_table, state
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import TEXT_SETTINGS, Header, ParsedTable, Text, read_text, split_header
from jointlab.science.text.engine import key_values
from jointlab.science.text.times import parse_timestamp

_Z_COLUMNS = ("Freq(Hz)", "Ampl", "Bias", "Time(Sec)", "Z'(a)", "Z''(b)", "GD", "Err", "Range")
_KNOWN = {
    "Z'(a)": Meaning("impedance_real", 1, "ohm"),
    "Z''(b)": Meaning("impedance_imaginary", 1, "ohm"),
    "Freq": Meaning("frequency", 1, "Hz"),
    "Frequency": Meaning("frequency", 1, "Hz"),
    "E": Meaning("potential", 1, "V"),
    "T": Meaning("time", 1, "s"),
    "Time": Meaning("time", 1, "s"),
    "Ampl": Meaning("ampl", 0, None),
}
_EXPERIMENTS = (  # words of the line that names the experiment
    (r"cyclic", "cyclic_voltammetry"),
    (r"sweep frequency|impedance|\bEIS\b|ID_EIS", "impedance"),
    (r"linear sweep|potentiodynamic|tafel|ID_LSV", "linear_sweep_voltammetry"),
    (r"galvanic cycle|charge.?discharge", "galvanostatic_cycling"),
    (r"galvanost|galvanodynamic|open circuit|chronopot", "chronopotentiometry"),
    (r"potentiostatic|potential ?step|potential square|chronoamp", "chronoamperometry"),
)


@dataclass(frozen=True)
class _Layout:
    """Where the rows begin, what their columns are called, and what the header holds."""

    first_row: int
    names: list[str]
    facts: dict[str, str]


def recognises(source: Source) -> bool:
    """The first line names the program, or the header ends with ``End Comments`` as Scribner's and Corrtest's do."""
    head = source.head_text
    if re.match(r"\"?(ZPLOT2? ASCII|CORRW ASCII|Z60W Data File|ZPlotW Data File)", head):
        return True
    return bool(re.search(r"^End Comments[ \t]*\r?$", head, re.MULTILINE))


def read(source: Source, settings: Settings) -> Reading:
    """Read one file.

    Raises BadInput ``zplot.header`` where the header is not whole or names no columns, and a question where nothing
    tells the technique.
    """
    text = read_text(source, settings)
    layout = _z60_layout(text) if re.match(r"\"?(Z60W|ZPlotW)", text.line(0)) else _commented_layout(text)
    headers = [split_header(name) for name in layout.names]
    parsed, closings = _rows(text, layout)
    known = {key: what for key, what in _KNOWN.items() if what.sign}
    columns = raw_columns([_plain(header) for header in headers], parsed.frame, known=known)
    if closings is not None:
        columns.append(closings)
    table = make_table("data", columns)
    technique = _technique(text, layout, table, settings)
    promised = layout.facts.get("Data Points", "")
    imaginary = "as in the file: Z''(b) is Im(Z), negative for a capacitor"
    return Reading(
        format="scribner.text",
        technique=technique,
        tables=(table,),
        started=parse_timestamp(f"{layout.facts.get('Date', '')} {layout.facts.get('Time', '')}".strip()),
        stated=_stated(layout),
        warnings=(*text.cautions, *parsed.cautions, *without_line_end(text, parsed.cautions), *_time_caution(layout)),
        facts=layout.facts,
        decisions={**text.decisions, "signs": imaginary if table.has("frequency") else "as in the file"},
        rows_stated={"data": int(promised)} if promised.isdigit() else {},
    )


def _time_caution(layout: _Layout) -> list[Caution]:
    date = layout.facts.get("Date")
    if not date or parse_timestamp(date) is not None:
        return []
    return [
        Caution("time.ambiguous", f"The date “{date}” is not read: nothing in the file tells which number is the day.")
    ]


def _plain(header: Header) -> Header:
    """Scribner's names as they are compared: without blanks around and inside."""
    return Header(re.sub(r"\s+", "", header.name), header.unit, header.text)


def _commented_layout(text: Text) -> _Layout:
    end = text.find_line(r"^End Comments[ \t]*\r?$")
    if end is None:
        raise BadInput(
            "zplot.header",
            "“{name}” begins like a Scribner file and has no line “End Comments”: its header is cut. Copy it again.",
            name=text.name,
        )
    lines = [line.strip() for line in text.lines(0, end)]
    facts = dict(key_values([line for line in lines if not line.startswith(("Begin ", "End "))], ":"))
    facts["Experiment"] = facts.get("Experiment Type") or (lines[2] if len(lines) > 2 and ":" not in lines[2] else "")
    facts |= _clock(lines)
    named = [line for line in lines[-3:] if re.match(r"(Freq|E)\w* ?\(", line) or line.startswith("E(")]
    width = _width(text, end + 1)
    names = _cells(named[-1]) if named else list(_Z_COLUMNS) if text.line(0).startswith("ZPLOT") and width == 9 else []
    if not names:
        raise BadInput(
            "zplot.header",
            "“{name}” has “End Comments” and above it no line that names the columns, such as “E(Volts)  I(A/cm2)  T(Seconds)”; no column can be told from its neighbour. Export the data again with names.",
            name=text.name,
        )
    return _Layout(end + 1, names, {key: value for key, value in facts.items() if value})


def _clock(lines: list[str]) -> dict[str, str]:
    """Date and time, on lines of their own or on one (``Date: 3/4/2020   Time: 10:11:12``)."""
    found: dict[str, str] = {}
    for line in lines[:40]:
        for key, value in re.findall(r"\b(Date|Time):\s*([\d/.\-:]+(?:\s*[AP]M)?)", line):
            found.setdefault(key, value)
    return found


def _width(text: Text, line: int) -> int:
    return len(text.line(line).split()) if line < text.line_count else 0


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"\t+|\s{2,}" if "\t" in line or "  " in line else r"\s+", line.strip()) if cell.strip()]  # fmt: skip


def _z60_layout(text: Text) -> _Layout:
    named = text.find_line(r"Freq\s*\(", stop=min(text.line_count, 20))
    first = named + 1 if named is not None else 10
    count = (
        text.line(first - 2 if named is not None and named > 0 else 9).strip().strip('"') if text.line_count > 9 else ""
    )
    if first >= text.line_count or len(re.split(r"[,;\t]", text.line(first))) != len(_Z_COLUMNS):
        raise BadInput(
            "zplot.header",
            "“{name}” is a Z60W data file whose rows do not have the {count} columns of that format; it is cut or was changed. Copy it again.",
            name=text.name, count=len(_Z_COLUMNS),
        )  # fmt: skip
    facts = _clock([line.strip() for line in text.lines(0, first)])
    return _Layout(first, list(_Z_COLUMNS), facts | ({"Data Points": count} if count.isdigit() else {}))


def _rows(text: Text, layout: _Layout) -> tuple[ParsedTable, RawColumn | None]:
    """The rows, and the number of the cycle where rows with one more number close cycles."""
    import numpy as np

    first = text.line(layout.first_row)
    separator = next((mark for mark in ("\t", ";", ",") if mark in first.strip()), " ")
    names = layout.names
    widest = max((len(row.split()) for row in text.data[text.offset(layout.first_row) :].split(b"\n")), default=0)
    if not names[0].startswith("E") or widest != len(names) + 1:
        return text.table(layout.first_row, names, separator=separator), None
    closing = "closes cycle"
    parsed = text.table(layout.first_row, [*names, closing], separator=separator)
    ends = np.asarray(parsed.frame[closing].is_not_null().to_numpy())
    cycle = 1 + np.concatenate([[0], np.cumsum(ends)[:-1]])
    return ParsedTable(parsed.frame.drop(closing), parsed.cautions), RawColumn(cycle, "cycle", None, "row end")


def _technique(text: Text, layout: _Layout, table: Table, settings: Settings) -> str:
    if table.has("frequency", "impedance_real"):
        return "impedance"
    given = settings.text("technique")
    for pattern, technique in _EXPERIMENTS if given is None else ():
        if re.search(pattern, layout.facts.get("Experiment", ""), re.IGNORECASE):
            return technique
    if given is None and table.has("potential") and (found := swept(table.frame["potential"])):
        return found
    return ask_technique(settings, name=text.name, options=TECHNIQUE_SETTING.options[:5])


def _stated(layout: _Layout) -> tuple[Stated, ...]:
    found: list[Stated] = []
    for key, quantity, unit in (
        ("Open Circuit Potential (V)", "open_circuit_potential", "V"),
        ("Surface Area", "area", "cm^2"),
    ):
        try:
            found.append(state(quantity, float(layout.facts[key].replace(",", ".")), unit))
        except (KeyError, ValueError):
            continue
    return tuple(found)


READERS = (
    Reader(
        "scribner.text",
        "Scribner ZPlot / CorrWare text (.z, .z60, .cor)",
        TECHNIQUE_SETTING.options,
        recognises,
        read,
        (".z", ".z60", ".cor"),
        (*TEXT_SETTINGS, TECHNIQUE_SETTING),
    ),
)
