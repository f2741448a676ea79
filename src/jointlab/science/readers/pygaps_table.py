"""Isotherms as pyGAPS writes them for people: .csv (keys, then ``data:[pressure,loading,...]``) and workbooks.

Both hold what the JSON form holds. A second vocabulary of keys, AIF's data names, is read too.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from jointlab.errors import BadInput
from jointlab.science.readers.pygaps_json import reading_of
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Reading
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import TEXT_SETTINGS, read_text

if TYPE_CHECKING:
    from jointlab.science.workbooks import Grid

_DATA = re.compile(r"^data:\s*\[\s*pressure\s*,\s*loading\b", re.MULTILINE)
_KEYS = {  # words of the workbook and data names of AIF: the key of the JSON form
    "Material name": "material", "Experiment temperature (K)": "temperature", "Adsorbate used": "adsorbate",
    "Pressure mode": "pressure_mode", "Pressure unit": "pressure_unit", "Loading basis": "loading_basis",
    "Loading unit": "loading_unit", "Material basis": "material_basis", "Material unit": "material_unit",
    "_mode_pressure": "pressure_mode", "_units_pressure": "pressure_unit", "_basis_loading": "loading_basis",
    "_units_loading": "loading_unit", "_basis_material": "material_basis", "_units_mass": "material_unit",
    "_exptl_adsorptive": "adsorbate", "_exptl_temperature": "temperature", "_units_temperature": "temperature_unit",
    "_adsnt_material_id": "material", "_exptl_instrument": "instrument", "_exptl_date": "date",
}  # fmt: skip
_NEEDED = {"pressure", "loading"}
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$")


def recognises_text(source: Source) -> bool:
    """The line that begins the data."""
    return _DATA.search(source.head_text) is not None


def recognises_workbook(source: Source) -> bool:
    """A sheet “data” with pyGAPS's words in its first column."""
    first = {(row[0] or "").strip() for row in source.tops.get("data", [])[:20] if row}
    return {"Isotherm type", "Pressure mode", "Loading basis"} <= first


def read_delimited(source: Source, settings: Settings) -> Reading:
    """Read a text. Raises BadInput ``pygaps.points`` and ``pygaps.units`` as the JSON form does."""
    text = read_text(source, settings)
    lines = text.data.decode().splitlines()
    begin = next((number for number, line in enumerate(lines) if _DATA.match(line)), len(lines))
    rows = [[cell.strip().strip('"') for cell in line.split(",")] for line in lines]
    content: dict[str, Any] = _content([line.split(",", 1) for line in lines[:begin]])
    content["isotherm_data"] = _points(rows[begin + 1 :], content, source.name)
    return reading_of(content, "pygaps.csv", text.cautions, text.decisions, source.name)


def read_workbook(source: Source, settings: Settings) -> Reading:
    """Read a workbook: its points at full precision. Raises BadInput as `read_delimited`."""
    assert source.workbook is not None
    grid = source.workbook.grid("data")
    begin = next((at for at in range(len(grid.rows)) if grid.text(at, 0) == "Isotherm type"), len(grid.rows))
    keys = [list(row[:2]) for row in grid.rows[:begin]]
    if "otherdata" in source.workbook.sheets:
        keys += [list(row[:2]) for row in source.workbook.cells("otherdata")]
    content: dict[str, Any] = _content(keys)
    rows = [
        [_cell(grid, at, column) for column in range(len(grid.rows[at]))] for at in range(begin + 1, len(grid.rows))
    ]
    content["isotherm_data"] = _points(rows, content, source.name)
    return reading_of(content, "pygaps.workbook", (), {"numbers": "typed cells of the workbook"}, source.name)


def _cell(grid: "Grid", row: int, column: int) -> str:
    """A number at full precision, else the text of the cell."""
    number = grid.numbers[row, column] if row < grid.numbers.height and column < grid.numbers.width else None
    return repr(number) if number is not None else grid.text(row, column) or ""


def _content(rows: Sequence[Sequence[str | None]]) -> dict[str, Any]:
    """Keys and values under the names of the JSON form."""
    pairs = [((row[0] or "").strip(), (row[1] or "").strip()) for row in rows if len(row) > 1]
    return {_KEYS.get(key, key): value for key, value in pairs if key and value}


def _points(rows: Sequence[Sequence[str]], content: dict[str, Any], name: str) -> dict[str, list[Any]]:
    """The points as an object of lists; the first row names them, ``pressure(bar)`` only in the unit of the keys."""
    filled = [row for row in rows if any(row)]
    labels = [_label(cell, content, name) for cell in filled[0]] if filled else []
    while labels and not labels[-1]:
        labels.pop()
    if not set(labels) >= _NEEDED or len(set(labels)) < len(labels) or len(filled) < 2:
        raise _refusal(name)
    points: dict[str, list[Any]] = {}
    for i, label in enumerate(labels):
        cells = [row[i] if i < len(row) else "" for row in filled[1:]]
        numeric = all(_NUMBER.match(cell) for cell in cells if cell) and label != "branch"
        if not numeric and label in _NEEDED:
            raise _refusal(name)
        points[label] = [(float(cell) if numeric else cell) if cell else None for cell in cells]
    if any(any(row[len(labels) :]) for row in filled) or any(None in points[label] for label in _NEEDED):
        raise _refusal(name)
    return points


def _label(cell: str, content: dict[str, Any], name: str) -> str:
    """``pressure(bar)`` as ``pressure``. Raises BadInput ``pygaps.units`` where the keys say another unit."""
    match = re.match(r"(pressure|loading)\s*\(([^)]*)\)$", cell)
    if match is None:
        return cell
    if match[2].strip() != content.get(f"{match[1]}_unit"):
        raise BadInput(
            "pygaps.units",
            "“{name}” does not say in which unit its pressure is: add “pressure_unit”."
            if match[1] == "pressure"
            else "“{name}” does not say in which unit its loading is: add “loading_unit” and “material_unit”.",
            name=name,
        )
    return match[1]


def _refusal(name: str) -> BadInput:
    return BadInput(
        "pygaps.points",
        "“{name}”: the points of the isotherm have no numbers under “pressure” and “loading”. Write it again with pyGAPS.",
        name=name,
    )


READERS = (
    Reader(
        "pygaps.csv", "pyGAPS isotherm (.csv)", ("gas_adsorption",), recognises_text, read_delimited, (".csv",), TEXT_SETTINGS,
    ),
    Reader(
        "pygaps.workbook", "pyGAPS isotherm (.xls, .xlsx)", ("gas_adsorption",), recognises_workbook, read_workbook, (".xls", ".xlsx"),
    ),
)  # fmt: skip
