"""LAND (LANHE, Landt; Wuhan) exports: workbooks .xlsx and .xls, .csv and .txt, English or Chinese headers, UTF-8 or GBK.

The header names quantity and unit with a slash, ``Voltage/V``, ``Current/uA``, ``SpeCap/mAh/g``: units differ from file to
file. Records may go on in sheets without a header, or stand side by side, one block a cycle.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers.cycler_columns import Mapped, fold, map_columns, part, with_time
from jointlab.science.readers.cycler_evidence import (
    UNIT_SETTINGS,
    Evidence,
    Units,
    active_mass_mg,
    require,
    signed_by_state,
)
from jointlab.science.readers.land_words import (
    CURRENT,
    ISO_COLUMNS,
    SPELLINGS,
    TABLE_WORDS,
    VOCABULARY,
    VOLTAGE,
    direction,
)
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Caution, Condition, Reading, make_table
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import TEXT_SETTINGS, read_text
from jointlab.science.text.blocks import head_texts
from jointlab.science.text.headers import wordy_lines
from jointlab.science.text.times import parse_timestamp

if TYPE_CHECKING:
    import polars as pl

    from jointlab.science.workbooks import Workbook


_DAYS_FIRST = r"^\s*(\d+)\s*[-dD\s]\s*(\d+:\d+:\d+(?:\.\d+)?)\s*$"
_HEADER_WITHIN = 60
_SEPARATORS = ("\t", ",", ";")


@dataclass(frozen=True, eq=False)
class _Records:
    """The rows of a file below one header, whatever sheets or blocks they were spread over."""

    frame: "pl.DataFrame"
    headers: tuple[str, ...]
    facts: dict[str, Condition]
    cautions: tuple[Caution, ...] = ()


def _is_header(cells: Sequence[str | None]) -> bool:
    """Whether a row names LAND's columns."""
    filled = [cell.strip().strip('"') for cell in cells if cell and cell.strip()]
    if any(VOLTAGE.match(cell) for cell in filled) and any(CURRENT.match(cell) for cell in filled):
        return bool({fold(part(cell).name) for cell in filled} & TABLE_WORDS)
    return {cell.lower() for cell in filled} >= ISO_COLUMNS


def _text_head(numbered: Iterable[tuple[int, str]]) -> tuple[int, str] | None:
    """Line and separator of the header of a text export."""
    for number, line in numbered:
        if number >= _HEADER_WITHIN:
            break
        for separator in _SEPARATORS:
            if _is_header(line.split(separator)):
                return number, separator
    return None


def recognises_text(source: Source) -> bool:
    """A header line with voltage and current in slash units within the first 4 KiB."""
    return any(_text_head(wordy_lines(text)) is not None for text in head_texts(source))


def recognises_workbook(source: Source) -> bool:
    """A sheet with such a header row among its first rows."""
    try:
        workbook = source.workbook
    except BadInput:
        return False
    return workbook is not None and any(_is_header(row) for top in workbook.tops.values() for row in top)


def read_export(source: Source, settings: Settings) -> Reading:
    """Read a text export. Raises BadInput ``land.header``, ``land.unit``, ``land.columns`` and those of the text engine."""
    text = read_text(source, settings)
    head = _text_head(enumerate(text.lines(0, _HEADER_WITHIN)))
    if head is None:
        raise BadInput(
            "land.header",
            "“{name}” has no header line of a LAND export. Export the records again with their header.",
            name=text.name,
        )
    line, separator = head
    headers = [cell.strip().strip('"').strip() for cell in text.line(line).split(separator)]
    parsed = text.table(line + 1, [f"c{i}" for i in range(len(headers))], separator=separator)
    headers += [""] * (parsed.frame.width - len(headers))
    labels = [cell.strip() for cell in text.line(line - 1).split(separator)] if line else []
    frame, names, said = _one_below_another(parsed.frame, headers, labels)
    facts = dict(_facts(row.split(separator) for row in text.lines(0, line)))
    records = _Records(frame, names, facts, (*text.cautions, *parsed.cautions, *said))
    return _reading("land.text", records, settings, dict(text.decisions), text.name)


def read_workbook(source: Source, settings: Settings) -> Reading:
    """Read a workbook. Raises BadInput ``land.header``, ``land.sheets``, ``land.unit``, ``land.columns``."""
    import polars as pl

    workbook = source.workbook
    heads = {} if workbook is None else {
        sheet: row for sheet, top in workbook.tops.items() for row in [_head_row(top)] if row is not None
    }  # fmt: skip
    if workbook is None or not heads:
        raise BadInput(
            "land.header",
            "“{name}” has no sheet with the header row of a LAND export. Export the records again with their header.",
            name=source.name,
        )
    frames: list[pl.DataFrame] = []
    names: tuple[str, ...] = ()
    said: list[Caution] = []
    facts: dict[str, Condition] = {}
    for sheet in _data_sheets(workbook, heads, source.name):
        row = heads.get(sheet)
        if row is not None:
            top = workbook.tops[sheet]
            frame = workbook.table(sheet, header=row)
            headers = [(cell or "").strip() for cell in top[row]]
            headers = [*headers, *[""] * (frame.width - len(headers))][: frame.width]
            labels = [(cell or "").strip() for cell in top[row - 1]] if row else []
            frame, found, cautions = _one_below_another(frame, headers, labels)
            if names and found != names:
                raise BadInput(
                    "land.sheets", "The sheets of “{name}” have different columns, so their records are not one measurement. Export each by itself.",
                    name=source.name,
                )  # fmt: skip
            names, said = found, [*said, *cautions]
            facts |= dict(_facts(top[:row]))
        else:
            frame = _continuation(workbook, sheet, len(names))
        frames.append(frame.rename(dict(zip(frame.columns, [f"c{i}" for i in range(frame.width)], strict=True))))
    facts |= dict(_information(workbook))
    records = _Records(pl.concat([_as_text_where_mixed(frame, frames) for frame in frames]), names, facts, tuple(said))
    return _reading("land.workbook", records, settings, {}, source.name)


def _head_row(top: list[tuple[str | None, ...]]) -> int | None:
    return next((number for number, row in enumerate(top) if _is_header(row)), None)


def _data_sheets(workbook: "Workbook", heads: dict[str, int], name: str) -> list[str]:
    """The sheets with records, in order: those with a header, and those that go on without one (Record_1 behind Record)."""
    found: list[str] = []
    stem = ""
    for sheet in workbook.sheets:
        if sheet in heads:
            found.append(sheet)
            stem = re.sub(r"[_ (]*\d+\)?$", "", sheet)
        elif stem and re.fullmatch(re.escape(stem) + r"[_ (]*\d+\)?", sheet):
            found.append(sheet)
    return found


def _continuation(workbook: "Workbook", sheet: str, width: int) -> "pl.DataFrame":
    """A sheet of records without a header, as wide as the first."""
    frame = workbook.table(sheet, header=None)
    if frame.width > width:
        raise BadInput(
            "land.sheets", "Sheet “{sheet}” has {found} columns where the records before it have {width}, so they are not one measurement. Export it again.",
            sheet=sheet, found=frame.width, width=width,
        )  # fmt: skip
    import polars as pl

    return frame.with_columns([pl.lit(None, dtype=pl.String).alias(f"missing {i}") for i in range(frame.width, width)])


def _as_text_where_mixed(frame: "pl.DataFrame", frames: "list[pl.DataFrame]") -> "pl.DataFrame":
    """Columns whose type differs between sheets as numbers where all are numbers, else as text."""
    import polars as pl

    changed = []
    for label in frame.columns:
        kinds = {other[label].dtype for other in frames} - {pl.Null}
        if len(kinds) > 1:
            numeric = all(kind.is_numeric() for kind in kinds)
            changed.append(pl.col(label).cast(pl.Float64 if numeric else pl.String))
        elif kinds:
            changed.append(pl.col(label).cast(kinds.pop()))
    return frame.with_columns(changed)


def _one_below_another(
    frame: "pl.DataFrame", headers: Sequence[str], labels: Sequence[str]
) -> "tuple[pl.DataFrame, tuple[str, ...], list[Caution]]":
    """Blocks of the same columns side by side as one; a label “Cycle 3” above a block gives its cycle."""
    import polars as pl

    starts = [i for i, cell in enumerate(headers) if cell and cell == headers[0]]
    if len(starts) < 2:
        return (
            frame.rename(dict(zip(frame.columns, [f"c{i}" for i in range(frame.width)], strict=True))),
            tuple(headers),
            [],
        )
    names = list(dict.fromkeys(cell for cell in headers if cell))
    blocks = []
    for number, start in enumerate(starts):
        stop = starts[number + 1] if number + 1 < len(starts) else len(headers)
        mine = {cell: frame.columns[i] for i, cell in enumerate(headers[start:stop], start=start) if cell}
        block = frame.select(
            [(pl.col(mine[cell]) if cell in mine else pl.lit(None)).alias(f"c{i}") for i, cell in enumerate(names)]
        )
        block = block.filter(~pl.all_horizontal(pl.all().is_null()))
        match = re.search(r"\d+", labels[start]) if start < len(labels) else None
        cycle = int(match[0]) if match else number + 1
        blocks.append(block.with_columns(pl.lit(cycle).alias("cycle")))
    joined = pl.concat([_as_text_where_mixed(block, blocks) for block in blocks])
    said = Caution(
        "land.side-by-side", f"{len(starts)} blocks of columns that stood side by side are read one below another."
    )
    if any(fold(part(name).name) in ("cycle", "cycleindex", "cycleno", "循环", "循环号", "循环序号") for name in names):
        return joined.drop("cycle"), tuple(names), [said]
    return joined, (*names, "Cycle"), [said]


def _facts(rows: Iterable[Sequence[str | None]]) -> Iterator[tuple[str, Condition]]:
    """Names and values above the header: pairs of cells, or ``name: value`` in one cell."""
    for row in rows:
        cells = [(cell or "").strip().strip('"').strip() for cell in row]
        filled = [cell for cell in cells if cell]
        if len(filled) == 1:
            key, _, value = re.sub("：", ":", filled[0]).partition(":")
            if value.strip():
                yield key.strip(), value.strip()
            continue
        for key, value in zip(filled[::2], filled[1::2], strict=False):
            yield key.rstrip(":："), value


def _information(workbook: "Workbook") -> Iterator[tuple[str, Condition]]:
    """The sheet “Test information”: a row of names and a row of values."""
    for sheet, top in workbook.tops.items():
        if sheet.casefold().startswith(("test info", "测试信息")) and len(top) > 1:
            for key, value in zip(top[0], top[1], strict=False):
                if key and value and key.strip() and value.strip():
                    yield key.strip(), value.strip()


def _reading(form: str, records: _Records, settings: Settings, decisions: dict[str, str], name: str) -> Reading:
    """Quantities, units, signs and checks, the same for text and workbooks."""
    cautions = list(records.cautions)
    frame, headers = _without_furniture(records.frame, records.headers, cautions)
    spelled = [_spelled(header) for header in headers]
    meanings = [VOCABULARY.get(fold(part(cell).name)) for cell in spelled]
    quantities = tuple(None if meaning is None or meaning.name else meaning.quantity for meaning in meanings)
    known = tuple(part(cell).unit or (m.unit if m else None) for cell, m in zip(spelled, meanings, strict=True))
    frame = frame.with_columns(
        [_days(frame[label]) for label, q in zip(frame.columns, quantities, strict=True) if q in ("time", "step_time")]
    )
    evidence = Evidence(frame, quantities, known)
    units = Units(evidence, settings, decisions, "land", name)
    cells = []
    for label, cell, quantity, unit in zip(frame.columns, spelled, quantities, known, strict=True):
        decided = units.of(quantity, unit, numeric=frame[label].dtype.is_numeric())
        cells.append(f"{part(cell).name} [{decided}]" if decided else cell)
    mapped = map_columns(frame, cells, VOCABULARY, vendor="land", origin=name)
    named = [replace(column, header=header or None) for column, header in zip(mapped.columns, headers, strict=True)]
    mapped = signed_by_state(Mapped(tuple(named), mapped.cautions), direction, decisions, cautions, vendor="land")
    mapped = with_time(mapped, decisions)
    require(mapped, vendor="land", name=name)
    facts = dict(records.facts)
    mass = active_mass_mg(evidence)
    if mass is not None:
        facts["active_mass_mg"] = mass
        decisions["active_mass"] = f"{mass:g} mg: capacity over specific capacity of the file"
    return Reading(
        format=form, technique="galvanostatic_cycling", tables=(make_table("records", mapped.columns),), instrument="LAND",
        started=_started(facts), warnings=(*cautions, *mapped.cautions), facts=facts, decisions=decisions,
    )  # fmt: skip


def _spelled(header: str) -> str:
    """A header with LAND's spellings of units put right."""
    text = header.strip()
    for pattern, ours in SPELLINGS:
        text = pattern.sub(ours, text)
    return text


def _without_furniture(
    frame: "pl.DataFrame", headers: tuple[str, ...], cautions: list[Caution]
) -> "tuple[pl.DataFrame, tuple[str, ...]]":
    """Without spacer columns, blank rows, repeated headers and rows of cycles and steps between the records."""
    import polars as pl

    kept = [i for i, label in enumerate(frame.columns) if headers[i] and not headers[i].startswith("Unnamed:")]
    frame, headers = frame.select([frame.columns[i] for i in kept]), tuple(headers[i] for i in kept)
    voltage = next(
        (i for i, cell in enumerate(headers) if fold(part(_spelled(cell)).name) in ("voltage", "voltagev", "电压")),
        None,
    )
    if voltage is None:
        return frame, headers
    column = frame[frame.columns[voltage]]
    numbers = (
        column if column.dtype.is_numeric() else column.cast(pl.String).str.strip_chars().cast(pl.Float64, strict=False)
    )
    others = numbers.is_null()
    if others.any():
        blank = frame.filter(others).select(pl.all_horizontal(pl.all().is_null()).sum()).item()
        if int(others.sum()) > int(blank):
            message = f"{int(others.sum()) - int(blank)} rows without a voltage (sums of steps or cycles, repeated headers) were left out."
            cautions.append(Caution("land.other-rows", message))
        frame = frame.filter(~others)
    retyped = []
    for label in frame.columns:
        values = frame[label]
        if values.dtype == pl.String:
            numeric = values.str.strip_chars().replace(["", "-", "--"], None).cast(pl.Float64, strict=False)
            wrong = numeric.is_null() & values.is_not_null() & ~values.str.strip_chars().is_in(["", "-", "--"])
            retyped.append(values if wrong.any() else numeric)
    return frame.with_columns(retyped), headers


def _days(values: "pl.Series") -> "pl.Series":
    """``2-03:04:05`` and ``2 03:04:05`` as ``2d 03:04:05``."""
    import polars as pl

    return values.str.replace(_DAYS_FIRST, "${1}d ${2}") if values.dtype == pl.String else values


def _started(facts: dict[str, Condition]) -> datetime | None:
    """The start that the file states, where day and month can be told."""
    for key in ("Start time", "StartTime", "Start Time", "开始时间", "启动时间", "测试开始时间"):
        stamp = facts.get(key)
        if isinstance(stamp, str):
            return parse_timestamp(stamp)
    return None


READERS = (
    Reader(
        "land.text", "LAND / LANHE / Landt text export (.csv, .txt)", ("galvanostatic_cycling",), recognises_text, read_export,
        (".csv", ".txt"), (*TEXT_SETTINGS, *UNIT_SETTINGS),
    ),
    Reader(
        "land.workbook", "LAND / LANHE / Landt workbook (.xlsx, .xls)", ("galvanostatic_cycling",), recognises_workbook,
        read_workbook, (".xlsx", ".xls"), UNIT_SETTINGS,
    ),
)  # fmt: skip
