"""Every real file of the set: read right against EXPECTED.json, or refused with a code and advice. Counts are printed.

Expected values are in the file's own units; the unit in the header of our column converts them, so a wrong unit, mark
or sign shows as a wrong number here. `text` entries are a library-free parse of the longest numeric block.
"""

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from jointlab.errors import Fault
from jointlab.science.door import ReadFile, read_source
from jointlab.science.reading import Column, Table
from jointlab.science.source import open_source
from jointlab.science.text import split_header
from jointlab.science.units import conversion, parse_unit
from tests.instrument_files import ROOT, expected, needs_real_files

TOLERANCE = 5e-6  # float32 of the instruments' own files

# The folders whose techniques are read so far; files of other folders must be read right or refused.
FOLDERS = ("adsorption", "awkward", "cycling", "eis", "photovoltaic", "voltammetry", "xrd")

# Files of these folders that are no measurement, or cannot be read, and the code of their refusal.
REFUSED = {
    "awkward/empty.mpr": "file.empty",
    "awkward/truncated_60pct.mpr": None,
    "cycling/jdb11-1_c3_gcpl_5cycles_2V-3p8V_C-24_data.mps": "format.unreadable",
    "eis/exampleDataBioLogic_MissingFreq.mpt": "biologic.columns",
    "photovoltaic/ASTMG173.csv": None,
    "xrd/cod_9004112.cif": "format.unreadable",
}
# Files that need an answer that only a person has; with it they are read.
_CUSTOM = {"time_unit": "s", "current_unit": "mA", "voltage_unit": "V", "capacity_unit": "mAh"}
ANSWERS: dict[str, dict[str, str]] = {
    "cycling/custom_nan_inf.csv": _CUSTOM,
    "cycling/custom_truncated.csv": _CUSTOM,
    "voltammetry/ca_test1.csv": {"units": "V,A,s", "technique": "chronoamperometry"},
}
# Expected values that are wrong, and why: the other reader's fault, found by a third source.
OVERRULED = {
    "xrd/TiO2.raw": "the header states 1647 points, which fill the file to its last byte; the other reader gave 1210",
}


@dataclass(frozen=True)
class Claim:
    """One expected value: what it is, where to look, and the number in the unit of the file."""

    what: str
    holds: Callable[[ReadFile], bool]


def near(found: float | None, wanted: float, tolerance: float = TOLERANCE) -> bool:
    return found is not None and math.isclose(found, wanted, rel_tol=tolerance, abs_tol=1e-12)


def in_our_unit(wanted: float, unit: str | None, column: Column) -> float | None:
    """An expected value of the file's unit in the unit of our column."""
    if column.unit is None or unit is None or parse_unit(unit) is None:
        return wanted
    try:
        how = conversion(source=unit, target=column.unit)
    except Fault:
        return None
    return wanted * how.scale + how.shift


def ends(table: Table, column: Column) -> tuple[float | None, float | None]:
    values = table.frame[column.name]
    return (values[0], values[-1]) if table.rows and values.dtype.is_numeric() else (None, None)


def has_ends(first: float, last: float, unit: str | None, quantity: str | None = None) -> Callable[[ReadFile], bool]:
    """Some column of some table begins and ends with these values, converted from `unit`."""

    def holds(file: ReadFile) -> bool:
        for table in file.tables:
            for column in table.columns:
                if quantity is not None and column.quantity != quantity:
                    continue
                a, b = ends(table, column)
                wanted = in_our_unit(first, unit, column), in_our_unit(last, unit, column)
                if wanted[0] is not None and wanted[1] is not None and near(a, wanted[0]) and near(b, wanted[1]):
                    return True
        return False

    return holds


def has_rows(rows: int) -> Callable[[ReadFile], bool]:
    return lambda file: any(table.rows == rows for table in file.tables)


def claims(entry: dict[str, Any]) -> Iterator[Claim]:
    """Every expected value of one file that an answer can be held against."""
    for source in ("mpr_galvani", "mpr_yadg"):
        if "error" not in entry.get(source, {}) and "WRONG_VALUES_decimal_comma" not in entry.get(source, {}):
            yield from biologic_claims(entry.get(source, {}))
    yield from cycler_claims(entry)
    yield from impedance_claims(entry.get("eisA", {}))
    yield from diffraction_claims(entry.get("xrd", {}))
    if "rows" in entry.get("more", {}):
        yield Claim("rows", has_rows(entry["more"]["rows"]))
    if "first" in entry.get("text", {}) and "ads" not in entry:
        yield from text_claims(entry["text"])
    yield from adsorption_claims(entry.get("ads", {}))


def biologic_claims(entry: dict[str, Any]) -> Iterator[Claim]:
    if "rows" in entry:
        yield Claim("rows", has_rows(entry["rows"]))
    for key, value in entry.items():
        if not isinstance(value, list) or not value or not isinstance(value[0], float):
            continue
        unit = value[2] if len(value) == 3 else split_header(key).unit
        sign = -1.0 if key == "-Im(Z)" else 1.0
        yield Claim(key, has_ends(sign * value[0], sign * value[1], unit))


def cycler_claims(entry: dict[str, Any]) -> Iterator[Claim]:
    nda, res = entry.get("nda", {}), entry.get("res", {})
    units = {"voltage_V": ("V", "potential"), "current_mA": ("mA", "current"), "total_time_s": ("s", "time")}
    if "rows" in nda:
        yield Claim("rows", has_rows(nda["rows"]))
        for key, (unit, quantity) in units.items():
            yield Claim(key, has_ends(nda[key][0], nda[key][1], unit, quantity))
    if "rows" in res:
        yield Claim("rows", has_rows(res["rows"]))
        yield Claim("Voltage", has_ends(res["Voltage"][0], res["Voltage"][1], "V", "potential"))
        yield Claim("Test_Time", has_ends(res["Test_Time"][0], res["Test_Time"][1], "s", "time"))


def impedance_claims(entry: dict[str, Any]) -> Iterator[Claim]:
    if not entry:
        return
    yield Claim("points", has_rows(entry["points"]))
    yield Claim("frequency", has_ends(entry["f_Hz"][0], entry["f_Hz"][1], "Hz", "frequency"))
    for part, name in enumerate(("impedance_real", "impedance_imaginary")):
        yield Claim(name, has_ends(entry["Z_first"][part], entry["Z_last"][part], "ohm", name))


def diffraction_claims(entry: dict[str, Any]) -> Iterator[Claim]:
    rows = entry.get("points_first") or entry.get("points")
    if not rows:
        return
    yield Claim("points", has_rows(rows))
    yield Claim("scans", lambda file: len(file.tables) == entry.get("scans", entry.get("rawdata_files")))
    if "datum_first" in entry:
        first, last = (float(entry[key][2]) for key in ("datum_first", "datum_last"))
        yield Claim("two_theta", has_ends(first, last, "deg", "two_theta"))
        yield Claim("intensity", has_ends(float(entry["datum_first"][4]), float(entry["datum_last"][4]), "counts"))
        return
    low, high = entry.get("two_theta") or entry["x"]
    yield Claim("two_theta", has_ends(low, high, "deg", "two_theta"))
    if entry.get("max_intensity"):
        yield Claim("max_intensity", has_highest(entry["max_intensity"], ("intensity", "count_rate")))


def has_highest(highest: float, quantities: tuple[str, ...]) -> Callable[[ReadFile], bool]:
    """The greatest value of some column of one of these quantities."""
    return lambda file: any(
        near(float(table.array(column.name).max()), highest)
        for table in file.tables
        for column in table.columns
        if column.quantity in quantities
    )


def adsorption_claims(entry: dict[str, Any]) -> Iterator[Claim]:
    if entry.get("n_points"):
        yield Claim("n_points", has_rows(entry["n_points"]))
    unit = (entry.get("meta") or {}).get("pressure_unit")
    for key, quantity in (("pressure", "pressure"), ("pressure_relative", "relative_pressure")):
        if entry.get(key) and None not in entry[key] and (key == "pressure_relative" or unit):
            low, high = entry[key][0], entry[key][2]
            yield Claim(key, in_span(low, high, unit if key == "pressure" else None, quantity))


def in_span(low: float, high: float, unit: str | None, quantity: str) -> Callable[[ReadFile], bool]:
    """A column of that quantity holds both values (the source lists first, middle and last or extremes)."""

    def holds(file: ReadFile) -> bool:
        for table in file.tables:
            for column in table.columns:
                if column.quantity == quantity:
                    values = table.array(column.name)
                    wanted = [in_our_unit(v, unit, column) for v in (low, high)]
                    if all(w is not None and any(near(float(v), w, 1e-5) for v in values) for w in wanted):
                        return True
        return False

    return holds


NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?$")


def text_claims(entry: dict[str, Any]) -> Iterator[Claim]:
    """The first row of the longest numeric block: most of its numbers begin a column of one of our tables."""
    line = entry["first"]
    mark = next((m for m in ("\t", ";") if m in line), "," if "," in line else None)
    cells = [cell.strip() for cell in (line.split(mark) if mark else line.split())]
    if len(line) >= 90 and len(cells) > 1:  # the source cuts the line
        cells.pop()
    numbers = [
        float(cell.replace(",", ".")) for cell in cells if NUMBER.match(cell) and (mark != "," or "," not in cell)
    ]
    wanted = [n for n in numbers if n not in (0.0, 1.0, 2.0)]

    def holds(file: ReadFile) -> bool:
        begins = [value for table in file.tables for value in first_values(table)]
        return sum(any(near(b, abs(w), 1e-5) for b in begins) for w in wanted) >= 0.6 * len(wanted)

    yield Claim("first row", holds)


def first_values(table: Table) -> Iterator[float]:
    """The first value of each column, back in the unit of the file, without sign."""
    for column in table.columns:
        value = ends(table, column)[0]
        if value is None:
            continue
        yield abs(value)
        unit = split_header(column.header).unit if column.header else None
        if unit and column.unit and parse_unit(unit) is not None:
            how = conversion(source=column.unit, target=unit)
            yield abs(value * how.scale + how.shift)
        elif unit is None and column.unit is not None:  # the unit is the vendor's own, not in the header
            yield from (abs(value) * 1e3, abs(value) / 1e3)


def read_real(path: str) -> ReadFile | Fault:
    try:
        return read_source(open_source(ROOT / path), ANSWERS.get(path, {}))
    except Fault as fault:
        return fault


def every_file() -> list[str]:
    return sorted(str(p.relative_to(ROOT)) for p in ROOT.glob("*/*")) if ROOT.is_dir() else []


@needs_real_files
@pytest.mark.real_files
@pytest.mark.parametrize("path", every_file())
def test_a_real_file_is_read_right_or_refused_with_advice(path: str) -> None:
    answer = read_real(path)
    if isinstance(answer, Fault):
        assert answer.code != "file.damaged", answer.message
        assert len(answer.message) > 30
        if path.split("/")[0] in FOLDERS:
            assert path in REFUSED, f"{answer.code}: {answer.message}"
            assert REFUSED[path] in (None, answer.code)
        return
    assert path not in REFUSED
    wrong = [claim.what for claim in claims(expected().get(path, {})) if not claim.holds(answer)]
    if path in OVERRULED:
        assert wrong, "the expected value holds after all"
        return
    assert not wrong, f"{path}: {wrong}"


@needs_real_files
@pytest.mark.real_files
def test_the_counts(tell: Callable[[str], None]) -> None:
    """How many files of the set were read, held against how many values, and how many were refused."""
    answers = {path: read_real(path) for path in every_file()}
    read = {path: answer for path, answer in answers.items() if isinstance(answer, ReadFile)}
    checked = sum(len(list(claims(expected().get(path, {})))) for path in read)
    refused = len(answers) - len(read)
    tell(f"real files: {len(read)} read, {checked} values held against EXPECTED.json, {refused} refused with advice")
    assert len(read) >= 1


def main() -> None:
    """`python -m tests.contract.test_expected`: one line a file, for a person at work."""
    for path in every_file():
        answer = read_real(path)
        if isinstance(answer, Fault):
            mark = "ok " if path in REFUSED or path.split("/")[0] not in FOLDERS else "NO "
            print(f"{mark} refused {path}: {answer.code}")
            continue
        entry = list(claims(expected().get(path, {})))
        wrong = [claim.what for claim in entry if not claim.holds(answer)]
        print(
            f"{'BAD' if wrong else 'ok '} {path}: {answer.reading.format}, {len(entry)} values {json.dumps(wrong) if wrong else ''}"
        )


if __name__ == "__main__":
    main()
