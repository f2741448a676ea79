"""Dynamic vapour sorption of Surface Measurement Systems (DVS): isotherm report and record as .xlsx."""

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers.isotherms import (
    ADSORPTION,
    DESORPTION,
    Isotherm,
    isotherm,
    number_with_unit,
    sheet_numbers,
)
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Condition, RawColumn, Reading, Table, make_table
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text.engine import TEXT_SETTINGS
from jointlab.science.text.times import parse_timestamp
from jointlab.science.units import parse_unit

if TYPE_CHECKING:
    from jointlab.science.workbooks import Grid

_RECORD = {  # column of the record without its unit: quantity
    "Time": "time", "Mass": "mass", "Delta Mass": "mass_uptake", "Actual Relative Pressure": "relative_pressure",
    "Actual Pressure": "pressure", "Actual Incubator Temperature": "temperature",
}  # fmt: skip
_TITLE = "DVS Isotherm Analysis Report"


def recognises(source: Source) -> bool:
    """The title of the isotherm report, or the mark of the record."""
    cells = {cell.strip() for rows in source.tops.values() for row in rows[:8] for cell in row if cell}
    return any(cell.startswith(_TITLE) for cell in cells) or bool(
        {"DVS-Vacuum-Data-File", "DVS-Data-File", "DVS-Advantage-Data-File"} & cells
    )


def read(source: Source, settings: Settings) -> Reading:
    """Read one file. Raises BadInput ``dvs.no-data``, ``dvs.pressure``."""
    assert source.workbook is not None
    isotherms: list[Isotherm] = []
    tables: list[Table] = []
    keys: dict[str, str] = {}
    for name, rows in source.tops.items():
        header = next((i for i, row in enumerate(rows) if row and (row[0] or "").startswith("Time [")), None)
        title = next((cell.strip() for row in rows for cell in row if cell and cell.strip().startswith(_TITLE)), None)
        if header is None and title is None:
            continue
        grid = source.workbook.grid(name)
        if header is not None:
            keys.update(_record_keys(grid.rows[:header]))
            tables += _record(grid, header, settings, source.name)
        elif not isotherms:
            keys.update(_report_keys(grid.rows))
            unit = re.search(r"\(([^)]*)\)\s*$", f"{title}")
            isotherms += _cycles(grid, unit[1].strip() if unit else "Torr", settings, source.name)
    if not isotherms and not tables:
        raise BadInput(
            "dvs.no-data",
            "“{name}” is a DVS workbook with neither an isotherm report nor a record. Make the report again with one of them.",
            name=source.name,
        )
    created = keys.get("Raw Data File Created", "").replace("UTC ", "")
    started = parse_timestamp(created)
    points = keys.get("Data Points", "")
    named = [
        Table(f"isotherm {i + 1}" if i else "isotherm", r.table.columns, r.table.frame, {"cycle": i + 1})
        for i, r in enumerate(isotherms)
    ]
    return Reading(
        format="sms.dvs",
        technique="gas_adsorption",
        tables=(*named, *tables),
        instrument="Surface Measurement Systems DVS",
        started=started,
        started_zone="file" if started is not None and started.tzinfo is not None else None,
        warnings=tuple(caution for r in isotherms for caution in r.cautions),
        facts=_facts(keys),
        decisions={"numbers": "typed cells of the workbook"},
        rows_stated={"record": int(points)} if points.isdigit() and tables else {},
    )


def _report_keys(rows: Sequence[tuple[str | None, ...]]) -> dict[str, str]:
    """``Temp:`` and the cell to its right."""
    found: dict[str, str] = {}
    for row in rows:
        for cell, after in itertools.pairwise(row):
            if cell and after and cell.strip().endswith(":"):
                found.setdefault(cell.strip().rstrip(":"), after.strip())
    return found


def _record_keys(rows: Sequence[tuple[str | None, ...]]) -> dict[str, str]:
    return {row[0].strip().rstrip(":"): row[1].strip() for row in rows if len(row) > 1 and row[0] and row[1]}


def _facts(keys: Mapping[str, str]) -> dict[str, Condition]:
    """Facts under our names; the reference mass, in mg, is the mass to which all changes refer."""
    facts: dict[str, Condition] = {}
    for label, fact in (
        ("Vapour", "adsorptive"),
        ("Sample Name", "sample"),
        ("Sample", "sample"),
        ("User Name", "operator"),
        ("Method Name", "method"),
        ("Ref. Mass Option", "reference_mass"),
    ):
        if keys.get(label) and fact not in facts:
            facts[fact] = keys[label]
    for label, fact, unit, target in (
        ("Temp", "temperature", None, "K"), ("Ref. Mass", "sample_mass", "mg", "g"), ("MRef", "sample_mass", "mg", "g"),
        ("Initial Mass [mg]", "initial_mass", "mg", "g"), ("Vapour Pressure [Torr]", "saturation_pressure", "Torr", "kPa"),
    ):  # fmt: skip
        text = keys.get(label, "") if label != "MRef" else keys.get(label, "").split(" ")[0]
        value = number_with_unit(text, to=target, unit=unit)
        if value is not None and fact not in facts:
            facts[fact] = value
    return facts


def _cycles(grid: "Grid", unit: str, settings: Settings, name: str) -> list[Isotherm]:
    """One isotherm a cycle: sorption rows from top to bottom, then desorption rows from bottom to top.

    `unit` is the unit of pressures in the title of the sheet; columns that name per cent of saturation do without it.
    """
    starts = [
        (row, i)
        for row in range(len(grid.rows))
        for i in range(len(grid.rows[row]))
        if re.match(r"Cycle \d+$", grid.text(row, i) or "")
    ]
    found = []
    for row, i in starts:
        mode = grid.text(starts[0][0] - 1, i + 1) or ""
        actual = (grid.text(starts[0][0] - 2, i + 2) or "").startswith("Actual")
        stop = row
        while stop < len(grid.rows) and grid.text(stop, i + 1) and (stop == row or not grid.text(stop, i)):
            stop += 1
        found.append(_cycle(grid, row, stop, i + 1, _pressure(mode, unit, name), mode, actual, settings, name))
    return found


def _cycle(
    grid: "Grid",
    row: int,
    stop: int,
    target: int,
    pressures: tuple[str, str],
    mode: str,
    actual: bool,
    settings: Settings,
    name: str,
) -> Isotherm:
    import polars as pl

    quantity, unit = pressures
    wanted = sheet_numbers(grid, target, row, stop, settings=settings, name=name)
    places = (
        ((target + 1, target + 2), (target + 3, target + 4)) if actual else ((target, target + 1), (target, target + 2))
    )
    parts = []
    for (pressure, uptake), order in zip(places, (1, -1), strict=True):
        p = sheet_numbers(grid, pressure, row, stop, settings=settings, name=name)
        w = sheet_numbers(grid, uptake, row, stop, settings=settings, name=name)
        there = p.is_not_null() if actual else w.is_not_null()
        parts.append([column.filter(there)[::order] for column in (p, w, wanted)])
    joined = [pl.concat([a.rename(""), b.rename("")]) for a, b in zip(*parts, strict=True)]
    columns = [
        RawColumn(joined[0], quantity, unit, f"{'Actual' if actual else 'Target'} {mode}"),
        RawColumn(joined[1], "mass_uptake", "%", "Mass Change (%)"),
        *([RawColumn(joined[2], quantity, unit, f"Target {mode}", f"target_{quantity}")] if actual else []),
    ]
    return isotherm(columns, branch=[ADSORPTION] * len(parts[0][0]) + [DESORPTION] * len(parts[1][0]))


def _pressure(mode: str, unit: str, name: str) -> tuple[str, str]:
    """What the pressures of a report are: per cent of p0 (or of saturation, RH), or a pressure in the title's unit."""
    if re.match(r"%\s*(P/Po|RH)|Target\s*RH", mode):
        return "relative_pressure", "%"
    if mode.startswith("Pres"):
        mode = f"{mode} ({unit})"
        known, wanted = parse_unit(unit), parse_unit("Pa")
        if known is not None and wanted is not None and known.dimension == wanted.dimension:
            return "pressure", unit
    raise BadInput(
        "dvs.pressure",
        "“{name}”: the heading “{mode}” is neither per cent of saturation nor a pressure in Torr. Make the report again with P/Po.",
        name=name,
        mode=mode,
    )


def _record(grid: "Grid", header: int, settings: Settings, name: str) -> list[Table]:
    """The record: every column under its heading, units in square brackets."""
    import polars as pl

    stop = header + 1
    while stop < len(grid.rows) and grid.numbers[stop, 0] is not None:
        stop += 1
    columns: list[RawColumn] = []
    for i in range(len(grid.rows[header])):
        title = grid.text(header, i)
        if title is None:
            continue
        match = re.match(r"(.*?)\s*\[([^\]]*)\]$", title)
        label, unit = (match[1], match[2]) if match else (title, None)
        values: pl.Series = sheet_numbers(grid, i, header + 1, stop, settings=settings, name=name)
        if values.is_null().all():
            values = pl.Series([grid.text(row, i) for row in range(header + 1, stop)], dtype=pl.String)
        quantity = (
            _RECORD.get(label)
            if unit is not None and parse_unit(unit) is not None and values.dtype.is_numeric()
            else None
        )
        columns.append(RawColumn(values, quantity, unit, title, quantity or title))
    return [make_table("record", columns)] if stop > header + 1 else []


READERS = (
    Reader(
        "sms.dvs",
        "Surface Measurement Systems DVS (.xlsx)",
        ("gas_adsorption",),
        recognises,
        read,
        (".xlsx",),
        TEXT_SETTINGS,
    ),
)
