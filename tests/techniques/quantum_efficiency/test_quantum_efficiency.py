"""Quantum efficiencies against the rig's own integrals, sums by hand, and edges of known form."""

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jointlab.science import read
from jointlab.science.reading import RawColumn, Reading, make_table, state
from jointlab.science.reference.sunlight import CHARGE, PLANCK_LIGHT, am15g
from jointlab.science.settings import Settings
from jointlab.science.techniques.quantum_efficiency import analyse, cumulative, inflection_gap
from jointlab.science.techniques.technique import Analysis
from tests.instrument_files import needs_real_files, real_file

EXPECTED: dict[str, Any] = tomllib.loads((Path(__file__).parent / "expected.toml").read_text())


def analysed(wavelength: Any, percent: Any, *, stated: tuple = ()) -> Analysis:
    table = make_table(
        "scan", [RawColumn(wavelength, "wavelength", "nm"), RawColumn(percent, "external_quantum_efficiency", "%")]
    )
    return analyse(Reading("test", "quantum_efficiency", (table,), stated=stated), Settings({}))


def codes(analysis: Analysis) -> list[str]:
    return [w.code for w in analysis.warnings]


def test_the_sun_is_the_standard_one() -> None:
    sun = am15g()
    assert len(sun.wavelength) == EXPECTED["sun"]["points"]
    assert np.trapezoid(sun.irradiance, sun.wavelength) == pytest.approx(EXPECTED["sun"]["irradiance"], abs=0.005)
    assert (sun.wavelength[0], sun.wavelength[-1]) == (280, 4000)
    assert np.all(np.diff(sun.wavelength) > 0) and np.all(sun.irradiance >= 0)


@needs_real_files
def test_the_sun_is_that_of_the_set() -> None:
    rows = [line.split(",") for line in real_file("photovoltaic/ASTMG173.csv").read_text().splitlines()[2:]]
    table = np.array(rows, float)
    assert np.array_equal(table[:, 0], am15g().wavelength)
    assert np.array_equal(table[:, 2], am15g().irradiance)


def test_photons_by_the_definition() -> None:
    planck, light = 6.62607015e-34, 299792458.0
    sun = am15g()
    photons = sun.irradiance * sun.wavelength * 1e-9 / (planck * light)  # 1/(m2 s nm)
    assert sun.current_density == pytest.approx(photons * CHARGE * 0.1, rel=1e-12)
    assert pytest.approx(planck * light / CHARGE * 1e9, rel=1e-12) == PLANCK_LIGHT


@needs_real_files
def test_eleven_scans_give_the_integrals_that_the_rig_states() -> None:
    file = read(real_file("photovoltaic/HZB_MiGo_20240604_exp_0_0.eqe.txt"))
    found = [f.value for f in file.figures if f.quantity == "integrated_current_density"]
    assert found == pytest.approx(EXPECTED["hzb"]["integrated"], rel=EXPECTED["hzb"]["relative"])
    assert not [w for w in file.warnings if w.code == "stated.differs"]
    gaps = [f.value for f in file.figures if f.quantity == "band_gap"]
    assert len(gaps) == 11 and 1.59 < min(gaps) < max(gaps) < 1.62


def test_a_constant_efficiency_is_a_share_of_all_photons() -> None:
    sun = am15g()
    grid, running = cumulative(np.array([280.0, 4000.0]), np.array([0.5, 0.5]))
    whole = 0.5 * np.trapezoid(sun.current_density, sun.wavelength)
    assert running[-1] == pytest.approx(whole, rel=1e-12)
    assert np.all(np.diff(running) >= 0) and grid[0] == 280


@pytest.mark.parametrize("step", [1.0, 5.0, 10.0])
@pytest.mark.parametrize("width", [0.01, 0.03])
def test_the_gap_is_the_inflection_of_the_edge(step: float, width: float) -> None:
    wavelength = np.arange(300, 900 + step / 2, step)
    ratio = 0.85 / (1 + np.exp(-(PLANCK_LIGHT / wavelength - EXPECTED["gap"]["centre"]) / width))
    gap = inflection_gap(wavelength, ratio)
    assert gap is not None
    assert abs(gap.value - EXPECTED["gap"]["centre"]) < 3 * gap.uncertainty
    assert gap.uncertainty < 0.01


def test_no_gap_is_invented_where_the_edge_is_not_measured() -> None:
    wavelength = np.arange(300, 701, 5.0)
    assert inflection_gap(wavelength, np.full(81, 0.8)) is None
    assert inflection_gap(wavelength, np.zeros(81)) is None
    assert "eqe.partial" in codes(analysed(wavelength, np.full(81, 80.0)))


def test_impossible_efficiencies_are_said() -> None:
    wavelength = np.arange(300, 901, 10.0)
    edge = 1 / (1 + np.exp((wavelength - 780) / 8))
    assert codes(analysed(wavelength, 90 * edge)) == []
    assert codes(analysed(wavelength, 140 * edge)) == ["eqe.above-100"]
    assert codes(analysed(wavelength, 90 * edge - 3)) == ["eqe.negative"]
    assert codes(analysed(wavelength, 0.9 * edge)) == ["eqe.small"]
    assert codes(analysed(wavelength[:4], edge[:4])) == ["eqe.few-points"]
    assert codes(analysed(wavelength, 90 * edge, stated=(state("integrated_current_density", 12.0),))) == [
        "stated.differs"
    ]


def test_the_uncertainty_of_the_step_covers_coarse_scans() -> None:
    fine = np.arange(300, 901, 1.0)

    def smooth(w: np.ndarray) -> Any:
        return 0.8 * (1 + 0.1 * np.sin(w / 40)) / (1 + np.exp((w - 780) / 8))

    truth = cumulative(fine, smooth(fine))[1][-1]
    for step in (5.0, 10.0, 20.0):
        coarse = np.arange(300, 901, step)
        (found,) = [
            f for f in analysed(coarse, 100 * smooth(coarse)).figures if f.quantity == "integrated_current_density"
        ]
        assert found.uncertainty is not None
        assert abs(found.value - truth) < 4 * found.uncertainty + 1e-3


def test_spectral_response_and_photon_energy_are_the_same_scan() -> None:
    wavelength = np.arange(300, 901, 10.0)
    percent = 90 / (1 + np.exp((wavelength - 780) / 8))
    plain = analysed(wavelength, percent)
    response = make_table(
        "scan",
        [
            RawColumn(PLANCK_LIGHT / wavelength, "photon_energy", "eV"),
            RawColumn(percent / 100 * wavelength / PLANCK_LIGHT, "spectral_response", "A/W"),
        ],
    )
    other = analyse(Reading("test", "quantum_efficiency", (response,)), Settings({}))
    assert [f.value for f in other.figures] == pytest.approx([f.value for f in plain.figures], rel=1e-9)
