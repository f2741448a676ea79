"""J-V curves as JSON: two real files against their own results, and hostile input."""

import json
from typing import Any

import numpy as np
import pytest

from jointlab.errors import BadInput
from jointlab.science.door import ReadFile, read_source
from jointlab.science.source import Source
from tests.instrument_files import needs_real_files, real_file

IRIS = "photovoltaic/JM436.jv.json"
PVLIB = "photovoltaic/precise_iv_curves1.json"


def read_json(content: Any) -> ReadFile:
    return read_source(Source("a.json", json.dumps(content).encode()))


def iris(rows: Any) -> dict[str, Any]:
    return {
        "parameters": {"start_voltage": -0.2, "steps": 2},
        "data": [{"cell": "A", "direction": "FWD", "measurements": rows}],
    }


@needs_real_files
def test_cells_and_directions_of_iris() -> None:
    raw = json.loads(real_file(IRIS).read_text())
    file = read_source(Source("a.json", real_file(IRIS).read_bytes()))
    assert len(file.tables) == 12 and {t.rows for t in file.tables} == {76}
    for table, sweep in zip(file.tables, raw["data"], strict=True):
        rows = sweep["measurements"]
        assert table.conditions["pixel"] == sweep["cell"]
        assert table.conditions["direction"] == {"FWD": "forward", "REV": "reverse"}[sweep["direction"]]
        assert table.array("potential").tolist() == [row["V_meas [V]"] for row in rows]
        assert table.array("current_density").tolist() == [row["J [mA/cm2]"] for row in rows]
        assert table.array("current") == pytest.approx([row["I [mA]"] / 1e3 for row in rows], rel=1e-12)
        own = {
            f.quantity: f.value
            for f in file.figures
            if all(f.conditions.get(k) == table.conditions[k] for k in ("pixel", "direction"))
        }
        assert own["open_circuit_voltage"] == pytest.approx(rows[0]["Voc [V]"], rel=3e-3)
        assert own["short_circuit_current_density"] == pytest.approx(-rows[0]["Jsc [mA/cm2]"], rel=2e-3)
        assert own["maximum_power_density"] == pytest.approx(rows[0]["p_mpp [mW/cm2]"], rel=5e-3)
        assert "power_conversion_efficiency" not in own
    assert file.reading.started is not None and file.reading.started.isoformat() == "2026-01-30T16:09:37"
    assert file.reading.facts["sample"] == "JM436"
    assert any(w.code == "solar.irradiance-implausible" for w in file.warnings)  # 35 980 mW/cm2
    efficiencies = [s for s in file.stated if s.quantity == "power_conversion_efficiency"]
    assert {s.conditions.get("irradiance") for s in efficiencies} == {None, "100 mW/cm2"}


@needs_real_files
def test_light_that_is_set_gives_the_program_s_one_sun_efficiency() -> None:
    file = read_source(Source("a.json", real_file(IRIS).read_bytes()), {"irradiance": "100"})
    (found,) = [
        f
        for f in file.figures
        if f.quantity == "power_conversion_efficiency" and f.conditions == {"pixel": "A", "direction": "forward"}
    ]
    assert found.value == pytest.approx(7.507021, rel=5e-3)


@needs_real_files
def test_pvlib_curves() -> None:
    file = read_source(Source("a.json", real_file(PVLIB).read_bytes()))
    assert len(file.tables) == 32 and {t.rows for t in file.tables} == {100}
    assert file.tables[0].conditions == {"curve": 1, "temperature": 298.15}
    powers = {f.conditions["curve"]: f.value for f in file.figures if f.quantity == "maximum_power"}
    stated = {s.conditions["curve"]: s.value for s in file.stated if s.quantity == "maximum_power"}
    assert powers == pytest.approx(stated, rel=1e-5)
    assert not any(w.code == "stated.differs" for w in file.warnings)


@pytest.mark.parametrize(
    "content",
    [
        {"IV Curves": []},
        {"IV Curves": "x"},
        {"IV Curves": [{"Voltages": ["0", "1"], "Currents": ["1"]}]},
        {"IV Curves": [{"Voltages": ["0", "a"], "Currents": ["1", "2"]}]},
        {"IV Curves": [{"Voltages": [], "Currents": []}]},
        {"IV Curves": [{"Voltages": [[1], [2]], "Currents": [1, 2]}]},
        {"IV Curves": [{"Voltages": [0, True], "Currents": [None, {}]}]},
        iris([]),
        iris("x"),
        iris([{"a": 1}, {"b": "c"}]),
        iris([{"V_meas [V]": "x", "J [mA/cm2]": []}]),
        {"parameters": {"start_voltage": 1}, "data": {}},
    ],
)
def test_what_is_no_curve_is_refused(content: Any) -> None:
    with pytest.raises(BadInput):
        read_json(content)


@needs_real_files
@pytest.mark.parametrize("path", [IRIS, PVLIB])
def test_cut_and_mutated_files_are_refused_or_read(path: str) -> None:
    data = real_file(path).read_bytes()
    noise = np.random.default_rng(2)
    for keep in (0.1, 0.5, 0.99):
        with pytest.raises(BadInput):
            read_source(Source("a.json", data[: int(len(data) * keep)]))
    for _ in range(8):
        broken = bytearray(data)
        for at in noise.integers(0, len(data), 10):
            broken[at] = int(noise.integers(0, 256))
        try:
            read_source(Source("a.json", bytes(broken)))
        except BadInput:
            continue


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(BadInput):
        read_source(Source("a.json", b'{"IV Curves": ' + b"[" * 200_000))


def bare(current: float, density: float) -> dict[str, Any]:
    """Two pins of the oldest form, whose names have no units."""
    rows = [{"voltage": v, "current": current * v, "current_density": density * v} for v in (-0.2, 0.1, 1.2)]
    sweeps = [{"pin": pin, "direction": "FWD", "sample_name": "S", "parameters": {"area": "0.16", "FF": 1e7},
               "measurements": rows} for pin in "AB"]  # fmt: skip
    return {"parameters": {"start_voltage": -0.2, "steps": 3}, "data": sweeps}


def test_bare_names_are_taken_as_milliamperes_where_they_fit_and_are_those_of_a_cell() -> None:
    file = read_json(bare(30.0, 187.5))
    assert [t.conditions for t in file.tables] == [{"pixel": p, "direction": "forward"} for p in "AB"]
    assert file.tables[0].array("current").tolist() == pytest.approx([-6e-3, 3e-3, 36e-3])  # A
    assert file.tables[0].array("current_density").tolist() == pytest.approx([-37.5, 18.75, 225.0])
    assert not [s for s in file.stated if s.quantity == "fill_factor"]
    (said,) = [w.message for w in file.warnings if w.code == "jv-json.milliamperes"]
    assert "taken as mA" in said and "up to 225 mA/cm²" in said


@pytest.mark.parametrize(
    ("current", "density"),
    [
        (0.03, 187.5),  # the density times the area is another current
        (0.0048, 0.03),  # A and A/cm2 fit each other as well
        (30_000.0, 187_500.0),  # and so do uA and uA/cm2
        (160.0, 1000.0),  # no light gives 100 mA/cm2 at short circuit
        (0.0, 0.0),
    ],
)
def test_bare_names_of_currents_that_no_cell_gives_are_refused(current: float, density: float) -> None:
    with pytest.raises(BadInput) as caught:
        read_json(bare(current, density))
    assert caught.value.code == "jv-json.units"


def test_a_dead_cell_beside_one_that_works_is_read() -> None:
    content = bare(30.0, 187.5)
    content["data"][1]["measurements"] = bare(0.0, 0.0)["data"][1]["measurements"]
    assert [t.rows for t in read_json(content).tables] == [3, 3]


def test_results_beside_the_rows_and_the_corrected_voltage() -> None:
    rows = [{"V_set [V]": v, "V_corr [V]": v + 0.1, "V_raw [V]": v, "I_corr [mA]": 1.6 * v, "J [mA/cm2]": 10 * v} for v in (0.0, 0.5)]  # fmt: skip
    results = {"Voc [V]": 0.5, "Jsc [mA/cm2]": -8.0, "area [cm2]": 0.16, "irradiance [mW/cm2]": 100.0}
    sweeps = [{"sample": s, "cell": "A", "direction": "REV", "curve_parameters": results, "measurements": rows} for s in "XY"]  # fmt: skip
    file = read_json({"parameters": {"irradiance": 100.0}, "data": sweeps})
    assert file.tables[0].array("potential").tolist() == [0.1, 0.6]
    assert file.tables[1].conditions == {"sample": "Y", "pixel": "A", "direction": "reverse", "area": 0.16, "irradiance": 100.0}  # fmt: skip
    assert {(s.quantity, s.value) for s in file.stated if s.conditions.get("sample") == "X"} == {
        ("open_circuit_voltage", 0.5), ("short_circuit_current_density", -8.0),
    }  # fmt: skip
