"""BET: references of another program and of an instrument, an isotherm made by the equation itself, and refusals."""

import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jointlab.science import Figure, ReadFile, read
from jointlab.science.door import read_source
from jointlab.science.source import Source
from jointlab.science.techniques.adsorption_bet import choose_range, fit_bet
from jointlab.science.techniques.adsorption_data import Branch
from jointlab.science.techniques.adsorption_gases import gas_named
from jointlab.science.techniques.straight_line import fit_line
from tests.instrument_files import needs_real_files, real_file

EXPECTED: dict[str, Any] = tomllib.loads((Path(__file__).parent / "expected.toml").read_text())
REFERENCES = [name for name in EXPECTED if name.endswith(".json")]


def figures(file: ReadFile) -> dict[str, Figure]:
    return {f.quantity: f for f in file.figures if "low" in f.conditions and f.conditions.get("model") is None}


def made(pressure: list[float], loading: list[float], **facts: object) -> ReadFile:
    points = [{"pressure": p, "loading": n} for p, n in zip(pressure, loading, strict=True)]
    content = {
        "isotherm_data": points, "pressure_mode": "relative", "loading_basis": "molar", "loading_unit": "mmol",
        "material_unit": "g", "adsorbate": "N2", "temperature": 77.36, **facts,
    }  # fmt: skip
    return read_source(Source("x.json", json.dumps(content).encode()))


def bet_isotherm(x: np.ndarray, *, monolayer: float, constant: float) -> np.ndarray:
    return monolayer * constant * x / ((1 - x) * (1 + (constant - 1) * x))


@needs_real_files
@pytest.mark.parametrize("name", REFERENCES)
def test_another_program_gives_the_same_over_its_range(name: str) -> None:
    said = EXPECTED[name]
    found = figures(read(real_file(f"adsorption/{name}"), bet_low=said["low"] * 0.9999, bet_high=said["high"] * 1.0001))
    # where the file has no saturation pressure the two equations of state differ by 4e-5
    assert found["bet_area"].value == pytest.approx(said["area"], rel=2e-5)
    assert found["bet_constant"].value == pytest.approx(said["constant"], rel=2e-4)


@needs_real_files
@pytest.mark.parametrize("name", REFERENCES)
def test_our_range_ends_one_point_lower_and_the_area_is_the_same_to_half_a_percent(name: str) -> None:
    said = EXPECTED[name]
    found = figures(read(real_file(f"adsorption/{name}")))
    assert found["bet_area"].value == pytest.approx(said["area"], rel=5e-3)
    assert found["bet_area"].value == pytest.approx(said["published"], rel=0.10)
    assert found["bet_area"].conditions["low"] == pytest.approx(said["low"], rel=1e-3)
    assert float(found["bet_area"].conditions["high"]) < said["high"]


@needs_real_files
def test_the_instrument_gives_the_same_with_its_uncertainty() -> None:
    said = EXPECTED["Sample_A.xls"]
    found = figures(read(real_file("adsorption/Sample_A.xls"), bet_low=said["low"], bet_high=said["high"]))
    assert found["bet_area"].value == pytest.approx(said["area"], rel=1e-5)
    # the instrument adds the uncertainties of slope and intercept as if they were independent; they are not
    frame = read(real_file("adsorption/Sample_A.xls")).tables[0].frame[:48]
    chosen = frame.filter((frame["relative_pressure"] >= said["low"]) & (frame["relative_pressure"] <= said["high"]))
    x, n = chosen["relative_pressure"].to_numpy(), chosen["loading"].to_numpy()
    line = fit_line(x, x / (n * (1 - x)))
    assert line is not None
    independent = float(np.hypot(line.slope_uncertainty, line.intercept_uncertainty)) / (line.slope + line.intercept)
    assert said["area"] * independent == pytest.approx(said["area_uncertainty"], rel=2e-3)
    assert found["bet_area"].uncertainty == pytest.approx(0.436, rel=2e-3)
    assert found["bet_constant"].value == pytest.approx(said["constant"], rel=1e-4)
    assert found["monolayer_capacity"].value == pytest.approx(said["monolayer"] / 22.41396954, rel=1e-5)
    assert found["fit_correlation"].value == pytest.approx(said["correlation"], abs=1e-6)
    assert figures(read(real_file("adsorption/Sample_A.xls")))["bet_area"].value == pytest.approx(
        said["area"], rel=5e-3
    )


def test_an_isotherm_made_by_the_equation_gives_its_own_parameters() -> None:
    x = np.linspace(0.02, 0.35, 34)
    found = figures(made(x.tolist(), bet_isotherm(x, monolayer=2.5, constant=80.0).tolist()))
    assert found["monolayer_capacity"].value == pytest.approx(2.5, rel=1e-10)
    assert found["bet_constant"].value == pytest.approx(80.0, rel=1e-8)
    assert found["bet_area"].value == pytest.approx(2.5e-3 * 6.02214076e23 * 0.162e-18, rel=1e-10)
    assert found["bet_area"].uncertainty == pytest.approx(0, abs=1e-6)


def test_the_uncertainty_covers_what_noise_does() -> None:
    rng = np.random.default_rng(5)
    x = np.linspace(0.05, 0.25, 9)
    exact = x / (bet_isotherm(x, monolayer=2.5, constant=80.0) * (1 - x))
    fits = []
    for _ in range(2000):
        n = x / ((1 - x) * (exact + rng.normal(0, 2e-4, len(x))))
        bet = fit_bet(Branch(x, n), first=0, last=len(x) - 1, cross_section=0.162)
        assert bet is not None
        fits.append((bet.monolayer, bet.monolayer_uncertainty, bet.constant, bet.constant_uncertainty))
    found = np.array(fits)
    assert found[:, 0].std() == pytest.approx(np.sqrt((found[:, 1] ** 2).mean()), rel=0.05)
    assert np.median(found[:, 3]) == pytest.approx(np.percentile(np.abs(found[:, 2] - 80), 68.27), rel=0.10)


def test_the_criteria_choose_the_range() -> None:
    x = np.linspace(0.01, 0.9, 90)
    n = 3.0 * 500 * x / (1 + 500 * x)  # Langmuir: n(1-x) is highest at x = 1/(1+sqrt(501)) = 0.0428
    bet = choose_range(Branch(x, n), cross_section=0.162)
    assert bet is not None
    assert bet.high == pytest.approx(0.04)
    assert bet.constant > 0
    assert bet.low <= bet.monolayer_pressure <= bet.high
    assert not bet.failed


def test_no_range_no_area() -> None:
    x = np.linspace(0.05, 0.9, 20)
    convex = made(x.tolist(), (x**3 * 10).tolist())  # type III: no monolayer
    assert "bet_area" not in {f.quantity for f in convex.figures}
    assert "bet.no-range" in [w.code for w in convex.warnings]


def test_a_given_range_is_taken_with_a_warning_where_the_criteria_fail() -> None:
    x = np.linspace(0.02, 0.6, 59)
    file = made(x.tolist(), (3.0 * 500 * x / (1 + 500 * x)).tolist())
    points = file.reading.tables[0]
    assert points.rows == 59
    content = Source("x.json", json.dumps({
        "isotherm_data": {"pressure": x.tolist(), "loading": (3.0 * 500 * x / (1 + 500 * x)).tolist()}, "pressure_mode": "relative",
        "loading_unit": "mmol", "material_unit": "g", "adsorbate": "N2", "temperature": 77.36,
    }).encode())  # fmt: skip
    given = read_source(content, {"bet_low": "0.05", "bet_high": "0.3", "mass_uncertainty": "2"})
    assert "bet.criteria" in [w.code for w in given.warnings]
    area = figures(given)["bet_area"]
    assert area.uncertainty is not None
    assert area.uncertainty > 0.02 * area.value
    assert "mass of the sample" in area.includes


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        ({"adsorbate": "C2H4", "temperature": 298.15}, "C2H4"),
        ({"adsorbate": "water", "temperature": 303.0}, "water"),
        ({"adsorbate": "N2", "temperature": 273.0}, "273"),
        ({"adsorbate": "Ar", "temperature": 77.0}, "77"),
        ({"adsorbate": "", "temperature": 77.0}, "no adsorptive"),
        ({"adsorbate": "N2", "temperature": None}, "temperature"),
    ],
)
def test_no_area_for_a_gas_or_a_temperature_without_a_molecular_area(facts: dict[str, object], word: str) -> None:
    x = np.linspace(0.02, 0.35, 34)
    file = made(x.tolist(), bet_isotherm(x, monolayer=2.5, constant=80.0).tolist(), **facts)
    assert not file.figures
    said = [w.message for w in file.warnings if w.code == "bet.not-suitable"]
    assert len(said) == 1
    assert word in said[0]
    assert [plot.name for _, analysis in file.analyses for plot in analysis.plots] == ["isotherm"]


def test_a_wrong_temperature_can_be_corrected_and_a_cross_section_given() -> None:
    x = np.linspace(0.02, 0.35, 34).tolist()
    n = bet_isotherm(np.array(x), monolayer=2.5, constant=80.0).tolist()
    content = json.dumps({
        "isotherm_data": {"pressure": x, "loading": n}, "pressure_mode": "relative", "loading_unit": "mmol", "material_unit": "g",
        "adsorbate": "nitrogen", "temperature": 273.0,
    }).encode()  # fmt: skip
    corrected = read_source(Source("x.json", content), {"temperature": "77.35", "cross_section": "0.2"})
    assert figures(corrected)["bet_area"].value == pytest.approx(2.5e-3 * 6.02214076e23 * 0.2e-18, rel=1e-9)


def test_saturation_pressures() -> None:
    for name, points in EXPECTED["saturation"].items():
        gas = gas_named(name)
        assert gas is not None
        assert gas.vapour is not None
        for temperature, pressure in points:
            assert gas.vapour.at(temperature) == pytest.approx(pressure, rel=3e-4)


def test_a_line_is_that_of_numpy() -> None:
    rng = np.random.default_rng(1)
    x, y = np.linspace(0, 1, 12), rng.normal(0, 1, 12)
    line = fit_line(x, y)
    assert line is not None
    parameters, covariance = np.polyfit(x, y, 1, cov=True)
    assert (line.slope, line.intercept) == pytest.approx(tuple(parameters))
    found = [line.slope_variance, line.covariance, line.intercept_variance]
    assert found == pytest.approx([covariance[0, 0], covariance[0, 1], covariance[1, 1]])
    assert line.correlation == pytest.approx(np.corrcoef(x, y)[0, 1])


def test_what_cannot_be_analysed_is_drawn_as_it_is() -> None:
    pressure, loading = [1.0, 10.0, 100.0], [1.0, 2.0, 3.0]
    absolute = made(
        pressure, loading, pressure_mode="absolute", pressure_unit="kPa", adsorbate="CO2", temperature=298.0
    )
    mass = made(
        [0.1, 0.2, 0.3], loading, loading_basis="percent", loading_unit=None, adsorbate="water", temperature=298.0
    )
    for file, x, y in ((absolute, "pressure", "loading"), (mass, "relative_pressure", "mass_uptake")):
        (plot,) = (plot for _, analysis in file.analyses for plot in analysis.plots)
        assert (plot.x.quantity, plot.y.quantity) == (x, y)
        assert plot.series[0].y.tolist() == loading
        assert not file.figures
        assert "bet.not-suitable" in [w.code for w in file.warnings]


def test_a_cross_section_makes_no_area_from_masses_or_from_pressures() -> None:
    content = {
        "isotherm_data": {"pressure": [1.0, 5.0, 10.0, 20.0], "loading": [1.0, 2.0, 2.5, 3.0]}, "pressure_unit": "kPa",
        "loading_unit": "mmol", "material_unit": "g", "adsorbate": "C3H8", "temperature": 298.0,
    }  # fmt: skip
    file = read_source(Source("x.json", json.dumps(content).encode()), {"cross_section": "0.3"})
    assert not file.figures
