"""Isotherms of pyGAPS as text and as workbook: both vocabularies of keys, and what must be refused. The files are made."""

import json

import pytest

from jointlab.errors import BadInput
from jointlab.science.door import ReadFile, read_source
from jointlab.science.source import Source
from tests.unit.science.readers.test_jwgb import workbook

KEYS = {
    "material": "silica", "adsorbate": "nitrogen", "temperature": "77.0", "pressure_mode": "absolute", "pressure_unit": "bar",
    "material_basis": "mass", "material_unit": "g", "loading_basis": "molar", "loading_unit": "mmol", "temperature_unit": "K",
    "date": "2020-05-21 00:00:00", "comment": "dry, twice", "file_version": "3.0",
}  # fmt: skip
POINTS = [(0.1, 2.0, "ads"), (0.5, 3.25, "ads"), (0.9, 5.0, "ads"), (0.4, 3.5, "des")]
MARK = "data:[pressure,loading,branch,(otherdata)]\n"
ROWS = "pressure,loading,branch\n" + "".join(f"{p},{n},{branch}\n" for p, n, branch in POINTS)


def text(keys: dict[str, str] = KEYS, rows: str = ROWS) -> str:
    return "".join(f"{key},{value}\n" for key, value in keys.items()) + MARK + rows


def read_text(content: str) -> ReadFile:
    return read_source(Source("x.csv", content.encode()))


def check(file: ReadFile) -> None:
    frame = file.tables[0].frame
    assert frame["pressure"].to_list() == pytest.approx([10.0, 50.0, 90.0, 40.0])
    assert frame["loading"].to_list() == [2.0, 3.25, 5.0, 3.5]
    assert frame["branch"].to_list() == ["adsorption"] * 3 + ["desorption"]
    assert file.reading.facts["temperature"] == 77.0
    assert file.reading.facts["adsorptive"] == "nitrogen"
    assert file.reading.facts["sample"] == "silica"
    assert str(file.reading.started) == "2020-05-21 00:00:00"


def test_keys_and_points() -> None:
    file = read_text(text())
    check(file)
    assert file.reading.format == "pygaps.csv"
    assert file.reading.facts["comment"] == "dry, twice"


def test_it_reads_what_the_json_form_says() -> None:
    points = [{"pressure": p, "loading": n, "branch": branch} for p, n, branch in POINTS]
    said = read_source(Source("x.json", json.dumps({**KEYS, "isotherm_data": points}).encode()))
    frame = said.tables[0].frame
    assert frame.equals(read_text(text()).tables[0].frame.select(frame.columns))


def test_data_names_of_aif_and_a_comma_at_the_end_of_rows() -> None:
    """Such a file is no AIF, though its keys are."""
    names = {
        "material": "_adsnt_material_id", "adsorbate": "_exptl_adsorptive", "temperature": "_exptl_temperature",
        "pressure_mode": "_mode_pressure", "pressure_unit": "_units_pressure", "material_basis": "_basis_material",
        "material_unit": "_units_mass", "loading_basis": "_basis_loading", "loading_unit": "_units_loading",
        "temperature_unit": "_units_temperature", "date": "_exptl_date",
    }  # fmt: skip
    head, *rows = ROWS.splitlines()
    keys = {names.get(key, f"_{key}"): value for key, value in KEYS.items()}
    check(read_text(text(keys, head + "\n" + ",\n".join(rows) + ",\n")))


def test_units_beside_the_names_must_be_those_of_the_keys() -> None:
    rows = "loading(mmol),pressure(bar),branch\n" + "".join(f"{n},{p},{branch}\n" for p, n, branch in POINTS)
    check(read_text(text(rows=rows)))
    with pytest.raises(BadInput) as caught:
        read_text(text(rows=rows.replace("bar", "kPa")))
    assert caught.value.code == "pygaps.units"


def test_a_workbook() -> None:
    words = ["Material name", "Experiment temperature (K)", "Adsorbate used", "Pressure mode", "Pressure unit",
             "Loading basis", "Loading unit", "Material basis", "Material unit"]  # fmt: skip
    values: list[str | float] = ["silica", 77.0, "nitrogen", "absolute", "bar", "molar", "mmol", "mass", "g"]
    data: list[list[str | float]] = [[word, value] for word, value in zip(words, values, strict=True)]
    data += [["Isotherm type", "data"], ["pressure", "loading", "branch"]]
    data += [[pressure, loading, branch] for pressure, loading, branch in POINTS]
    other: list[list[str | float]] = [["temperature_unit", "K"], ["date", "2020-05-21 00:00:00"]]
    file = read_source(Source("x.xlsx", workbook({"data": data, "otherdata": other})))
    check(file)
    assert file.reading.format == "pygaps.workbook"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (text({**KEYS, "pressure_unit": ""}), "pygaps.units"),
        (text({**KEYS, "loading_unit": ""}), "pygaps.units"),
        (text(rows="pressure,amount\n1,2\n"), "pygaps.points"),
        (text(rows="pressure,loading\n1,2,3\n"), "pygaps.points"),
        (text(rows="pressure,loading\n1,\n2,3\n"), "pygaps.points"),
        (text(rows="pressure,loading\n1,x\n"), "pygaps.points"),
        (text(rows="pressure,loading,branch\n1,2,up\n"), "pygaps.points"),
        (text(rows=""), "pygaps.points"),
    ],
)
def test_refusals(content: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_text(content)
    assert caught.value.code == code
