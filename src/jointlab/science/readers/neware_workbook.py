"""Neware's workbooks (.xlsx, .xls): records over one or several sheets, cycles, auxiliary channels, the test itself.

Sheets are known by their header words, not by their names (record, Detail_..., 记录层): names differ by version and language.
"""

from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers import neware_words as words
from jointlab.science.readers.cycler_columns import keys, map_columns
from jointlab.science.readers.neware_records import (
    facts_of,
    is_cycle_header,
    is_record_header,
    map_records,
    started,
    stated_by_cycles,
)
from jointlab.science.readers.workbook_records import SheetHead, heads, read_sheet, stacked, workbook_of
from jointlab.science.reading import Caution, Reading, Stated, Table, make_table
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text.times import parse_timestamp
from jointlab.science.workbooks import Workbook

if TYPE_CHECKING:
    import polars as pl


def recognises(source: Source) -> bool:
    """A sheet whose header has Neware's words for records."""
    workbook = workbook_of(source)
    return workbook is not None and bool(heads(workbook, is_record_header))


def read(source: Source, settings: Settings) -> Reading:
    """Read one workbook. Raises BadInput ``neware.sheets``, ``neware.unit``, ``neware.time``."""
    workbook = source.workbook
    assert workbook is not None  # recognised by it
    decisions: dict[str, str] = {}
    records = heads(workbook, is_record_header)
    frame = stacked(_frames(workbook, records, source.name), origin=source.name, vendor="neware")
    mapped = map_records(frame, records[0].cells, decisions, origin=source.name)
    known = {head.sheet for head in records}
    auxiliary, cautions = _auxiliary(workbook, known, source.name)
    stated, said = _stated(workbook, source.name)
    facts, start = facts_of(row for sheet, top in workbook.tops.items() if sheet not in known for row in top)
    return Reading(
        format="neware.workbook",
        technique="galvanostatic_cycling",
        tables=(make_table("records", mapped.columns), *auxiliary),
        instrument="Neware",
        started=(parse_timestamp(start) if start else None) or started(mapped),
        stated=tuple(stated),
        warnings=(*mapped.cautions, *cautions, *said),
        facts=facts,
        decisions=decisions,
    )


def _frames(workbook: Workbook, records: list[SheetHead], name: str) -> "list[pl.DataFrame]":
    """Record sheets with the header of the first, and sheets of numbers that continue one without a header."""
    first = records[0]
    frames = []
    by_sheet = {head.sheet: head for head in records}
    open_ = False
    for sheet in workbook.sheets:
        head = by_sheet.get(sheet)
        if head is not None:
            if keys(head.cells) != keys(first.cells):
                raise BadInput(
                    "neware.sheets", "The sheets “{one}” and “{other}” of “{name}” both hold records, with different columns. Keep one kind and export again.",
                    one=first.sheet, other=sheet, name=name,
                )  # fmt: skip
            frames.append(read_sheet(workbook, head))
            open_ = True
        elif open_ and _continues(workbook, sheet, first):
            frames.append(read_sheet(workbook, SheetHead(sheet, None, first.cells)))
    return frames


def _continues(workbook: Workbook, sheet: str, first: SheetHead) -> bool:
    """Whether a sheet goes on where a record sheet was full: a numbered name and a number in its first cell."""
    top = workbook.tops.get(sheet) or []
    stem = first.sheet.rstrip("0123456789_()（） ")
    return (
        bool(top)
        and sheet.startswith(stem)
        and len(top[0]) == len(first.cells)
        and (top[0][0] or "").replace(".0", "").isdigit()
    )


def _auxiliary(workbook: Workbook, known: set[str], name: str) -> tuple[list[Table], list[Caution]]:
    """Sheets of auxiliary channels (DetailTemp_, DetailVol_): records without current, each a table of its own."""
    tables: list[Table] = []
    cautions: list[Caution] = []
    for head in heads(workbook, lambda found: bool(found & words.INDEX) and not found & words.CURRENT):
        if head.sheet in known:
            continue
        mapped = map_columns(read_sheet(workbook, head), head.cells, words.RECORD, vendor="neware", origin=name)
        if mapped.columns and len(mapped.columns[0].values):
            tables.append(make_table(head.sheet, mapped.columns))
            cautions += mapped.cautions
    return tables, cautions


def _stated(workbook: Workbook, name: str) -> tuple[list[Stated], list[Caution]]:
    """What a sheet of cycles states."""
    for head in heads(workbook, is_cycle_header):
        try:
            return stated_by_cycles(read_sheet(workbook, head), head.cells, origin=name), []
        except BadInput as fault:
            return [], [Caution("neware.cycles", f"The sheet “{head.sheet}” of cycles was left out: {fault.message}")]
    return [], []
