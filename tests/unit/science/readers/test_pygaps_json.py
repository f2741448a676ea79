"""Isotherms of pyGAPS: real files, bases and units, broken ones."""

import json
from typing import Any

import pytest

from jointlab.errors import BadInput
from jointlab.science.door import ReadFile, read_source
from jointlab.science.source import Source
from tests.instrument_files import needs_real_files, real_file
from tests.unit.science.readers.isotherm_checks import assert_cuts_are_safe, read_real

POINTS = [
    {"pressure": 1.0, "loading": 2.0},
    {"pressure": 2.0, "loading": 3.0},
    {"pressure": 1.5, "loading": 2.9, "branch": "des"},
]
HEAD: dict[str, Any] = {
    "isotherm_data": POINTS, "adsorbate": "N2", "temperature": 77.355, "pressure_mode": "absolute", "pressure_unit": "bar",
    "loading_basis": "molar", "loading_unit": "mmol", "material_basis": "mass", "material_unit": "g", "material": {"name": "silica"},
}  # fmt: skip


def read_json(**changes: object) -> ReadFile:
    return read_source(Source("x.json", json.dumps({**HEAD, **changes}).encode()))


@needs_real_files
@pytest.mark.parametrize(
    ("name", "points", "down"),
    [("MCM-41 N2 77K.json", 67, 26), ("Takeda 5A N2 77K.json", 131, 35), ("UiO-66(Zr) N2 77K.json", 113, 23)],
)
def test_real_files(name: str, points: int, down: int) -> None:
    file, said = read_real(name)
    content = json.loads(real_file(f"adsorption/{name}").read_text())
    frame = file.tables[0].frame
    assert frame.height == points == said["n_points"]
    assert frame["branch"].to_list().count("desorption") == down
    assert frame["loading"].to_list() == [point["loading"] for point in content["isotherm_data"]]
    if content["pressure_mode"] == "absolute":
        assert frame["pressure"].to_list() == pytest.approx(
            [point["pressure"] * 100 for point in content["isotherm_data"]]
        )
    assert file.reading.facts["temperature"] == 77.355
    assert file.reading.facts["adsorptive"] == "nitrogen"
    assert_cuts_are_safe(real_file(f"adsorption/{name}"), file)


def test_bases() -> None:
    assert read_json(loading_unit="cm3(STP)").tables[0].frame["loading"][0] == pytest.approx(2 / 22.41396954)
    assert read_json(loading_basis="percent", loading_unit=None).tables[0].frame["mass_uptake"][0] == 2.0
    assert read_json(loading_basis="fraction", loading_unit=None).tables[0].frame["mass_uptake"][0] == 200.0
    assert read_json(loading_basis="mass", loading_unit="mg").tables[0].frame["mass_uptake"][0] == pytest.approx(0.2)
    assert read_json(pressure_mode="relative%").tables[0].frame["relative_pressure"].to_list() == pytest.approx(
        [0.01, 0.02, 0.015]
    )
    assert not read_json(loading_basis="volume_gas", loading_unit="cm3").tables[0].has("loading")
    assert read_json().reading.facts["sample"] == "silica"


def test_branches() -> None:
    assert read_json().tables[0].frame["branch"].to_list() == ["adsorption", "adsorption", "desorption"]
    lists = {"pressure": [1, 3, 2], "loading": [1, 2, 2]}
    assert read_json(isotherm_data=lists).tables[0].frame["branch"].to_list() == [
        "adsorption",
        "adsorption",
        "desorption",
    ]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"pressure_unit": None}, "pygaps.units"),
        ({"loading_unit": None}, "pygaps.units"),
        ({"pressure_mode": "odd"}, "pygaps.units"),
        ({"isotherm_data": [1, 2]}, "pygaps.points"),
        ({"isotherm_data": "words"}, "pygaps.points"),
        ({"isotherm_data": [{"pressure": "x", "loading": 1}]}, "pygaps.points"),
        ({"isotherm_data": [{"pressure": 1.0, "loading": 1.0, "branch": "sideways"}]}, "pygaps.points"),
        ({"isotherm_data": []}, "pygaps.points"),
    ],
)
def test_what_cannot_be_read_is_refused(changes: dict[str, object], code: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_json(**changes)
    assert caught.value.code == code


def test_cut_json_is_refused() -> None:
    with pytest.raises(BadInput, match="not complete JSON"):
        read_source(Source("x.json", json.dumps(HEAD).encode()[:-3]))


def test_names_hold_nothing_that_no_database_stores() -> None:
    file = read_json(material={"name": "sil\0ica"}, user="\ud800nobody", comment="a\0b")
    told = str(dict(file.reading.facts))
    assert "sil�ica" in told and "�nobody" in told
    assert "\0" not in told and told.isprintable()
