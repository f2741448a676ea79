"""BaSyTec exports (.txt, .csv): lines that begin with ``~``, the last of which names the columns with units in brackets."""

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers.cycler_columns import Meaning, fold, map_columns, part, with_time
from jointlab.science.readers.cycler_evidence import require
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Reading, make_table
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import TEXT_SETTINGS, Text, read_text
from jointlab.science.text.times import parse_timestamp

if TYPE_CHECKING:
    import polars as pl

_M = Meaning
_WITH_UNIT: dict[str, Meaning] = {  # only where the header states the unit: BaSyTec may leave it out
    "time": _M("time"), "tstep": _M("step_time"), "u": _M("potential"), "i": _M("current"),
    "ah": _M("charge"), "wh": _M("energy"), "ahstep": _M("charge", "step_charge"), "t1": _M("temperature"), "temp": _M("temperature"),
}  # fmt: skip
_WITHOUT: dict[str, Meaning] = {
    "dataset": _M("index"), "datetime": _M("unix_time"), "line": _M("step"), "command": _M(None, "state"),
    "cyccount": _M("cycle"),
}  # fmt: skip
_STARTED = ("Start of Test", "Date and Time of Start", "Start Date", "Startzeit", "Start")


def recognises(source: Source) -> bool:
    """The program's name in a first line that begins with ``~``, and a line of columns."""
    head = source.head_text
    return (
        head.lstrip().startswith("~")
        and "basytec battery test system" in head.lower()
        and _header_line(head.splitlines()) is not None
    )


def _header_line(lines: Sequence[str]) -> int | None:
    return next((n for n, line in enumerate(lines) if re.match(r"\s*~\s*Time\s*\[", line)), None)


def read(source: Source, settings: Settings) -> Reading:
    """Read one file; raises BadInput ``basytec.header`` and ``basytec.columns``."""
    text = read_text(source, settings)
    line = _header_line(list(text.lines(0, 200)))
    if line is None:
        raise BadInput(
            "basytec.header",
            "“{name}” is a BaSyTec export whose line of column names is cut. Export it again.",
            name=text.name,
        )
    separator = next((mark for mark in ("\t", ";", ",") if mark in text.line(line)), " ")
    cells = [
        cell.strip() for cell in text.line(line).strip().lstrip("~").split(None if separator == " " else separator)
    ]
    cells = _as_wide_as_rows(cells, text, line, separator)
    parsed = text.table(line + 1, [f"c{i}" for i in range(len(cells))], separator=separator)
    decisions = dict(text.decisions)
    frame, cells = _joined_stamps(parsed.frame, [*cells, *[""] * (parsed.frame.width - len(cells))])
    keys = [fold(part(cell).name) for cell in cells]
    stated = {
        key: _WITH_UNIT[key] for cell, key in zip(cells, keys, strict=True) if key in _WITH_UNIT and part(cell).unit
    }
    mapped = with_time(map_columns(frame, cells, {**_WITHOUT, **stated}, vendor="basytec", origin=text.name), decisions)
    require(mapped, vendor="basytec", name=text.name)
    facts = _facts(text.lines(0, line))
    started = next((parse_timestamp(facts[key]) for key in _STARTED if key in facts), None)
    return Reading(
        format="basytec.text", technique="galvanostatic_cycling", tables=(make_table("data", mapped.columns),), instrument="BaSyTec",
        started=started, warnings=(*text.cautions, *parsed.cautions, *mapped.cautions), facts=facts, decisions=decisions,
    )  # fmt: skip


def _as_wide_as_rows(cells: list[str], text: Text, line: int, separator: str) -> list[str]:
    """Where blanks part the cells, the column DateTime takes two of them."""
    if separator != " " or "DateTime" not in cells or line + 1 >= text.line_count:
        return cells
    if len(text.line(line + 1).split()) != len(cells) + 1:
        return cells
    place = cells.index("DateTime")
    return [*cells[:place], "Date", "Clock", *cells[place + 1 :]]


def _joined_stamps(frame: "pl.DataFrame", cells: list[str]) -> "tuple[pl.DataFrame, list[str]]":
    """A date and a clock in two columns as one time stamp."""
    clock = "Clock" if "Clock" in cells else "Time" if "Time" in cells and "Date" in cells else None
    if clock is None or "Date" not in cells:
        return frame, cells
    day, hour = frame.columns[cells.index("Date")], frame.columns[cells.index(clock)]
    frame = frame.with_columns((frame[day].cast(str) + " " + frame[hour].cast(str)).alias(day)).drop(hour)
    cells = ["DateTime" if cell == "Date" else cell for i, cell in enumerate(cells) if i != cells.index(clock)]
    return frame, cells


def _facts(lines: Iterable[str]) -> dict[str, str]:
    """``~Name of Test: value`` lines."""
    found: dict[str, str] = {}
    for line in lines:
        key, mark, value = line.strip().lstrip("~").partition(":")
        if mark and key.strip() and value.strip():
            found.setdefault(key.strip(), value.strip())
    return found


READERS = (
    Reader(
        "basytec.text",
        "BaSyTec export (.txt)",
        ("galvanostatic_cycling",),
        recognises,
        read,
        (".txt", ".csv"),
        TEXT_SETTINGS,
    ),
)
