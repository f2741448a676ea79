"""Arbin's exports: channel data as .csv (MITS Pro 4 to 8, Data Watcher) and workbooks with Global_Info and Channel sheets."""

import re
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers import arbin_words as words
from jointlab.science.readers.bdf import has_bdf_labels
from jointlab.science.readers.cycler_columns import Mapped, fold, keys, map_columns, part
from jointlab.science.readers.reader import Reader
from jointlab.science.readers.workbook_records import heads, read_sheet, stacked, workbook_of
from jointlab.science.reading import Caution, Condition, Reading, make_table
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import TEXT_SETTINGS, read_text
from jointlab.science.text.times import parse_timestamp
from jointlab.science.units import convert, parse_unit
from jointlab.science.workbooks import Workbook

if TYPE_CHECKING:
    import polars as pl

_SEPARATORS = (",", ";", "\t")
_HEADER_WITHIN = 20  # lines
_CONTINUED = re.compile(r"^(?P<channel>Channel.*?)_(?P<number>\d+)$", re.IGNORECASE)
_COUNTERS = {"counters": "charges and energies run on until the schedule sets them, as Arbin writes them"}


def _find_header(lines: list[str]) -> tuple[int, str] | None:
    """Line and separator of the header."""
    for number, line in enumerate(lines[:_HEADER_WITHIN]):
        for separator in _SEPARATORS:
            cells = line.split(separator)
            if len(cells) > 4 and words.is_record_header(keys(cells)) and not has_bdf_labels(cells):
                return number, separator
    return None


def recognises_text(source: Source) -> bool:
    """A header line of Arbin's words near the top."""
    return _find_header(source.head_text.splitlines()) is not None


def read_delimited(source: Source, settings: Settings) -> Reading:
    """Read one text export. Raises BadInput ``arbin.header``, ``arbin.number``, ``arbin.time``."""
    text = read_text(source, settings)
    found = _find_header(list(text.lines(0, _HEADER_WITHIN)))
    if found is None:
        raise BadInput(
            "arbin.header",
            "“{name}” has no header line with Arbin's column names. Export it again with its header.",
            name=source.name,
        )
    line, separator = found
    headers = [cell.strip().strip('"') for cell in text.line(line).split(separator)]
    headers = headers[:-1] if not headers[-1] else headers
    parsed = text.table(line + 1, [f"c{i}" for i in range(len(headers))], separator=separator)
    headers += ["" for _ in range(parsed.frame.width - len(headers))]
    mapped = map_columns(parsed.frame, headers, words.RECORD, vendor="arbin", origin=text.name)
    return Reading(
        format="arbin.csv",
        technique="galvanostatic_cycling",
        tables=(make_table("records", mapped.columns),),
        instrument="Arbin",
        started=_first_stamp(mapped),
        warnings=(*text.cautions, *parsed.cautions, *mapped.cautions),
        decisions={**text.decisions, **_COUNTERS},
    )


def _first_stamp(mapped: Mapped) -> datetime | None:
    """The time stamp of the first record less its time in the test, by the clock of the cycler's computer."""
    from datetime import UTC

    stamps, times = mapped.values("unix_time"), mapped.values("time")
    if stamps is None or times is None or stamps[0] is None or times[0] is None:
        return None
    start = datetime.fromtimestamp(float(stamps[0]) - float(times[0]), UTC)
    return start.replace(tzinfo=None, microsecond=start.microsecond // 1000 * 1000)


def recognises_workbook(source: Source) -> bool:
    """A sheet whose header has Arbin's words for channel data."""
    workbook = workbook_of(source)
    return workbook is not None and bool(heads(workbook, words.is_record_header))


def read_workbook(source: Source, settings: Settings) -> Reading:
    """Read one workbook: a table a channel, its sheets joined. Raises BadInput ``arbin.sheets``."""
    workbook = source.workbook
    assert workbook is not None  # recognised by it
    channels: dict[str, list[tuple[int, pl.DataFrame, tuple[str, ...]]]] = {}
    for head in heads(workbook, words.is_record_header):
        match = _CONTINUED.match(head.sheet)
        channel, number = (match["channel"], int(match["number"])) if match else (head.sheet, 0)
        channels.setdefault(channel, []).append((number, read_sheet(workbook, head), head.cells))
    tables, cautions, mapped = [], list[Caution](), None
    for channel, parts in channels.items():
        parts.sort(key=lambda entry: entry[0])
        if len({keys_in_order(cells) for _, _, cells in parts}) > 1:
            raise BadInput(
                "arbin.sheets",
                "The sheets of {channel} have different columns, so they are not one measurement. Export the channel again.",
                channel=channel,
            )
        frame = stacked([frame for _, frame, _ in parts], origin=source.name, vendor="arbin")
        mapped = map_columns(frame, parts[0][2], words.RECORD, vendor="arbin", origin=source.name)
        tables.append(make_table("records" if len(channels) == 1 else channel, mapped.columns))
        cautions += mapped.cautions
    facts, started = _global(workbook)
    return Reading(
        format="arbin.workbook",
        technique="galvanostatic_cycling",
        tables=tuple(tables),
        instrument="Arbin",
        started=started or (_first_stamp(mapped) if mapped is not None and len(channels) == 1 else None),
        warnings=tuple(cautions),
        facts=facts,
        decisions=dict(_COUNTERS),
    )


def keys_in_order(cells: tuple[str, ...]) -> tuple[str, ...]:
    """The folded words of a header, in order."""
    return tuple(fold(cell) for cell in cells if cell)


def _global(workbook: Workbook) -> tuple[dict[str, Condition], datetime | None]:
    """Facts and start of the first channel from the sheet Global_Info: a row of words above a row of values."""
    for top in workbook.tops.values():
        for words_row, values in pairwise(top):
            cells = {
                fold(part(cell).name): (cell, value)
                for cell, value in zip(words_row, values, strict=False)
                if cell and value
            }
            if "startdatetime" not in cells:
                continue
            facts: dict[str, Condition] = {
                words.FACTS[key]: value.strip() for key, (_, value) in cells.items() if key in words.FACTS
            }
            mass = _mass(*cells["mass"]) if "mass" in cells else None
            if mass:
                facts["active_mass"] = mass
            return facts, parse_timestamp(cells["startdatetime"][1])
    return {}, None


def _mass(cell: str, value: str) -> float | None:
    """The mass in mg; only where the header states its unit."""
    unit = part(cell).unit
    try:
        number = float(value)
    except ValueError:
        return None
    return (
        None if unit is None or parse_unit(unit) is None or number <= 0 else convert(number, source=unit, target="mg")
    )


_TECHNIQUES = ("galvanostatic_cycling",)
READERS = (
    Reader(
        "arbin.csv", "Arbin text export (.csv)", _TECHNIQUES, recognises_text, read_delimited, (".csv",), TEXT_SETTINGS
    ),
    Reader(
        "arbin.workbook",
        "Arbin workbook (.xlsx, .xls)",
        _TECHNIQUES,
        recognises_workbook,
        read_workbook,
        (".xlsx", ".xls"),
    ),
)
