"""Voltammetry: made curves with answers of the theory, and real files."""

import math
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from jointlab.science import read
from jointlab.science.plots.svg import svg
from jointlab.science.reading import RawColumn, Reading, Stated, make_table
from jointlab.science.settings import Settings
from jointlab.science.techniques.technique import Analysis, Figure
from jointlab.science.techniques.voltammetry import TECHNIQUES, analyse
from tests.instrument_files import needs_real_files, real_file

EXPECTED: dict[str, Any] = tomllib.loads((Path(__file__).parent / "expected.toml").read_text())
Array = NDArray[np.float64]
FARADAY, R, T = 96485.33212, 8.314462618, 298.15
AREA, CONCENTRATION, DIFFUSION = 0.1, 1e-6, 1e-5  # cm2, mol/cm3, cm2/s
SLOW = "voltammetry/02 GC WE Pt RE Pt CE 10 mM ferricyanide in 100 mM KCl 50 mV scan rate.csv"
FAST = "voltammetry/04 GC WE Pt RE Pt CE 10 mM ferricyanide in 100 mM KCl 150 mV scan rate.csv"


def triangle(low: float, high: float, rate: float, *, points: int = 3000, cycles: int = 1) -> tuple[Array, Array]:
    """Time (s) and potential (V) of a cycle that begins at `low`, `cycles` times."""
    half = (high - low) / rate
    time = np.linspace(0, 2 * cycles * half, 2 * points * cycles + 1)
    phase = time / half % 2
    return time, low + (high - low) * np.where(phase <= 1, phase, 2 - phase)


def reversible(time: Array, potential: Array, *, half_wave: float = 0.0) -> Array:
    """Oxidation of a dissolved species, Nernstian: the semi-derivative of its surface concentration (Oldham 1972)."""
    surface = 1 / (1 + np.exp(-FARADAY / (R * T) * (potential - half_wave)))
    step, n = time[1], np.arange(len(time) - 1)
    weights = 2 * math.sqrt(step) * (np.sqrt(n + 1) - np.sqrt(n))
    flux = np.convolve(np.diff(surface) / step, weights)[: len(n)]
    return np.asarray(FARADAY * AREA * CONCENTRATION * math.sqrt(DIFFUSION / math.pi) * np.concatenate([[0.0], flux]))


def adsorbed(potential: Array, way: Array, *, rate: float, coverage: float, at: float = 0.1) -> Array:
    y = np.exp(np.clip(FARADAY / (R * T) * (potential - at), -60, 60))
    return np.asarray(FARADAY**2 / (R * T) * rate * way * AREA * coverage * y / (1 + y) ** 2)


def reading_of(
    potential: Array, current: Array, time: Array | None = None, *, rate: float | None = None, quantity: str = "current"
) -> Reading:
    columns = [RawColumn(potential, "potential", "V"), RawColumn(current, quantity)]
    columns += [] if time is None else [RawColumn(time, "time", "s")]
    stated = () if rate is None else (Stated("scan_rate", rate, "V/s"),)
    return Reading("made", "cyclic_voltammetry", (make_table("data", columns),), stated=stated)


def run(reading: Reading, **settings: str) -> Analysis:
    return analyse(reading, Settings(settings))


def one(analysis: Analysis, quantity: str, **conditions: object) -> Figure:
    (found,) = [f for f in analysis.figures if f.quantity == quantity and conditions.items() <= dict(f.conditions).items()]  # fmt: skip
    return found


def codes(analysis: Analysis) -> set[str]:
    return {w.code for w in analysis.warnings}


@pytest.mark.parametrize("rate", [0.01, 0.1, 1.0])
def test_a_reversible_couple_gives_the_numbers_of_nicholson_and_shain(rate: float) -> None:
    known = EXPECTED["reversible"]
    time, potential = triangle(-0.35, 0.2715, rate)
    analysis = run(reading_of(potential, reversible(time, potential), time))
    unit = FARADAY * AREA * CONCENTRATION * math.sqrt(FARADAY * rate * DIFFUSION / (R * T))
    for baseline in ("linear", "zero"):
        peak = one(analysis, "peak_current", direction="anodic", baseline=baseline)
        assert peak.value / unit == pytest.approx(known["current_function"], rel=2e-3)
    at = one(analysis, "peak_potential", direction="anodic")
    assert at.value == pytest.approx(known["peak_behind_half_wave"], abs=1e-4)
    assert one(analysis, "peak_separation").value == pytest.approx(known["separation"], abs=2e-4)
    assert one(analysis, "half_wave_potential").value == pytest.approx(0.0, abs=known["half_wave_shift"])
    assert one(analysis, "peak_current_ratio").value == pytest.approx(known["ratio"], abs=0.03)
    assert one(analysis, "scan_rate").value == pytest.approx(rate, rel=1e-9)
    assert not codes(analysis)


def test_a_far_turning_point_brings_the_peaks_to_57_millivolts() -> None:
    time, potential = triangle(-0.35, 1.5, 0.1, points=6000)
    separation = one(run(reading_of(potential, reversible(time, potential), time)), "peak_separation")
    assert separation.value == pytest.approx(EXPECTED["reversible"]["separation_far"], abs=3e-4)


def test_peak_currents_follow_randles_and_sevcik() -> None:
    rates = np.array([0.02, 0.05, 0.1, 0.2, 0.5])
    peaks = []
    for rate in rates:
        time, potential = triangle(-0.35, 0.3, float(rate))
        peaks.append(one(run(reading_of(potential, reversible(time, potential), time)), "peak_current", direction="anodic", baseline="linear").value)  # fmt: skip
    assert np.polyfit(np.log(rates), np.log(peaks), 1)[0] == pytest.approx(0.5, abs=1e-3)


def test_a_charging_current_is_taken_off_by_the_base_line_and_a_slope_too() -> None:
    time, potential = triangle(-0.35, 0.2715, 0.1)
    clean = reversible(time, potential)
    way = np.append(np.sign(np.diff(potential)), -1.0)
    loaded = clean + 2e-6 * way + 1e-6 * (potential + 0.35)
    true = one(run(reading_of(potential, clean, time)), "peak_current", direction="anodic", baseline="linear").value
    found = run(reading_of(potential, loaded, time))
    assert one(found, "peak_current", direction="anodic", baseline="linear").value == pytest.approx(true, rel=3e-3)
    assert one(found, "peak_current", direction="anodic", baseline="zero").value > 1.08 * true


def test_an_adsorbed_couple_gives_charge_height_and_equal_potentials() -> None:
    rate, coverage = 0.1, 1e-10  # V/s, mol/cm2
    time, potential = triangle(-0.4, 0.6, rate)
    way = np.append(np.sign(np.diff(potential)), -1.0)
    analysis = run(reading_of(potential, adsorbed(potential, way, rate=rate, coverage=coverage), time))
    charge = FARADAY * AREA * coverage
    height = FARADAY**2 / (4 * R * T) * rate * AREA * coverage
    assert one(analysis, "peak_separation").value == pytest.approx(EXPECTED["adsorbed"]["separation"], abs=1e-5)
    assert one(analysis, "half_wave_potential").value == pytest.approx(0.1, abs=1e-5)
    for direction, sign in (("anodic", 1), ("cathodic", -1)):
        for baseline in ("linear", "zero"):
            at = {"direction": direction, "baseline": baseline}
            assert one(analysis, "peak_charge", **at).value == pytest.approx(sign * charge, rel=2e-3)
            assert one(analysis, "peak_current", **at).value == pytest.approx(sign * height, rel=1e-4)


def test_cathodic_positive_curves_are_turned_by_evidence_and_by_a_setting() -> None:
    time, potential = triangle(-0.35, 0.2715, 0.1)
    current = reversible(time, potential)
    ours, turned = run(reading_of(potential, current, time)), run(reading_of(potential, -current, time))
    assert [f.value for f in turned.figures] == pytest.approx([f.value for f in ours.figures], rel=1e-9)
    assert str(turned.decisions["sign of the current"]).startswith("cathodic current is positive")
    forced = run(reading_of(potential, -current, time), current_sign="anodic_positive")
    assert "given by the user" in str(forced.decisions["sign of the current"])
    assert not forced.telling  # upside down neither sweep has a peak in its own direction
    assert "voltammetry.no-peak" in codes(forced)


def test_a_curve_that_does_not_tell_its_sign_is_said() -> None:
    time, potential = triangle(-0.4, 0.6, 0.1)
    analysis = run(reading_of(potential, 1e-6 * (potential + 0.4), time))
    assert {"voltammetry.sign", "voltammetry.no-peak"} <= codes(analysis)
    assert not [f for f in analysis.figures if f.quantity.startswith("peak_p") or f.quantity.startswith("peak_current")]


def test_a_single_sweep_has_one_peak_and_no_pair() -> None:
    time, potential = triangle(-0.35, 0.4, 0.1)
    half = len(time) // 2 + 1
    falling = reading_of(-potential[:half], -reversible(time, potential)[:half], time[:half])
    analysis = run(falling)
    assert one(analysis, "peak_potential").value == pytest.approx(-EXPECTED["reversible"]["peak_behind_half_wave"], abs=1e-4)  # fmt: skip
    assert one(analysis, "peak_potential").conditions["direction"] == "cathodic"
    assert not [f for f in analysis.figures if f.quantity in ("peak_separation", "half_wave_potential")]


def test_cycles_are_counted_a_first_part_is_none_and_the_last_whole_one_leads() -> None:
    time, potential = triangle(-0.35, 0.2715, 0.1, cycles=4)
    begin = 4000  # behind the first turn, so that the file begins with a part of a sweep
    analysis = run(reading_of(potential[begin:], reversible(time, potential)[begin:], time[begin:]))
    assert {f.conditions.get("cycle") for f in analysis.figures if f.quantity == "peak_potential"} == {0, 1, 2, 3}
    assert {f.conditions["cycle"] for f in analysis.telling} == {3}
    (table,) = analysis.tables
    assert table.frame["cycle"].to_list() == [0, 1, 1, 2, 2, 3, 3]
    assert not [f for f in analysis.figures if f.quantity == "peak_current_ratio"]  # not from rest


def test_the_stated_uncertainty_is_the_scatter_of_noisy_curves() -> None:
    time, potential = triangle(-0.35, 0.2715, 0.1, points=600)
    clean, random = reversible(time, potential), np.random.default_rng(3)
    noise = 0.01 * clean.max()
    names = ("peak_potential", "peak_current")
    found: dict[str, list[float]] = {name: [] for name in names}
    stated: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(80):
        analysis = run(reading_of(potential, clean + noise * random.normal(size=len(clean)), time))
        for name in names:
            more = {"baseline": "zero"} if name == "peak_current" else {}
            figure = one(analysis, name, direction="anodic", **more)
            found[name].append(figure.value)
            stated[name].append(figure.uncertainty or 0.0)
    for name in names:
        assert np.std(found[name]) == pytest.approx(np.median(stated[name]), rel=0.5)
    assert np.mean(found["peak_potential"]) == pytest.approx(0.0285, abs=1e-3)


def test_two_peaks_in_a_sweep_are_told() -> None:
    time, potential = triangle(-0.4, 0.8, 0.1)
    way = np.append(np.sign(np.diff(potential)), -1.0)
    current = sum(adsorbed(potential, way, rate=0.1, coverage=c, at=e) for c, e in ((1e-10, 0.1), (3e-10, 0.45)))
    analysis = run(reading_of(potential, np.asarray(current), time))
    assert one(analysis, "half_wave_potential").value == pytest.approx(0.45, abs=1e-4)
    assert "at 0.1 V" in str(analysis.decisions["further peaks"])


def test_without_a_rate_there_is_no_charge_and_a_statement_or_a_setting_gives_it() -> None:
    time, potential = triangle(-0.35, 0.2715, 0.1)
    current = reversible(time, potential)
    without, stated = run(reading_of(potential, current)), run(reading_of(potential, current, rate=0.1))
    given = run(reading_of(potential, current), scan_rate="100 mV/s")
    assert "voltammetry.no-rate" in codes(without)
    assert not [f for f in without.figures if f.quantity == "peak_charge"]
    for analysis in (stated, given):
        charge = one(analysis, "peak_charge", direction="anodic", baseline="zero").value
        timed = run(reading_of(potential, current, time))
        assert charge == pytest.approx(one(timed, "peak_charge", direction="anodic", baseline="zero").value, rel=1e-6)


def test_a_density_has_peak_current_densities() -> None:
    time, potential = triangle(-0.35, 0.2715, 0.1)
    density = reversible(time, potential) / AREA * 1e3
    analysis = run(reading_of(potential, density, time, quantity="current_density"))
    current = run(reading_of(potential, reversible(time, potential), time))
    ours = one(analysis, "peak_current_density", direction="anodic", baseline="linear").value
    assert ours * AREA / 1e3 == pytest.approx(one(current, "peak_current", direction="anodic", baseline="linear").value)
    assert not [f for f in analysis.figures if f.quantity in ("peak_current", "peak_charge")]


@settings(deadline=None)
@given(st.lists(st.floats(-10, 10), min_size=0, max_size=120), st.integers(0, 2**31))
def test_strange_curves_give_finite_figures_or_none(potential: list[float], seed: int) -> None:
    random = np.random.default_rng(seed)
    current = random.normal(size=len(potential))
    analysis = run(reading_of(np.array(potential, dtype=np.float64), current))
    assert all(math.isfinite(f.value) for f in analysis.figures)
    for plot in analysis.plots:
        assert svg(plot).startswith("<svg")


def test_a_file_without_a_sweep_says_so() -> None:
    assert codes(run(reading_of(np.full(100, 0.5), np.zeros(100)))) == {"voltammetry.no-sweep"}
    assert not TECHNIQUES[0].applies(Reading("made", "cyclic_voltammetry", ()), Settings())


@needs_real_files
def test_ferricyanide_at_two_rates() -> None:
    known = EXPECTED["ferricyanide"]
    slow, fast = read(real_file(SLOW)), read(real_file(FAST))
    for direction in ("anodic", "cathodic"):
        raw = [one(file.analyses[0][1], "peak_current", direction=direction, baseline="zero", cycle=2).value for file in (slow, fast)]  # fmt: skip
        slope = (raw[1] - raw[0]) / (math.sqrt(0.15) - math.sqrt(0.05))
        assert slope == pytest.approx(known[f"{direction}_slope"], rel=known["relative"])
        for file, rate in ((slow, 0.05), (fast, 0.15)):
            table = file.tables[0]
            extreme = table.array("current")
            largest = extreme.max() if direction == "anodic" else extreme.min()
            assert raw[0 if rate == 0.05 else 1] == pytest.approx(largest, rel=0.05)
    separations = [one(file.analyses[0][1], "peak_separation", cycle=2).value for file in (slow, fast)]
    assert 0.146 < separations[0] < separations[1] < 0.272  # the ends of the series, at 20 and 200 mV/s
    assert {f.quantity for f in slow.headline(most=4)} >= {"half_wave_potential", "peak_separation", "peak_current"}
    assert "anodic current is positive: the current is higher while" in str(
        slow.analyses[0][1].decisions["sign of the current"]
    )


@needs_real_files
@pytest.mark.parametrize("path", ["voltammetry/HZB_Echem_2_1_C-1.ITO.hy.mpt", "voltammetry/Pt_poly_cv_CUT.mpt", "voltammetry/cycle10_cv05_17_07_15.txt"])  # fmt: skip
def test_other_real_voltammograms_are_analysed(path: str) -> None:
    file = read(real_file(path))
    assert file.analyses and not [w for w in file.warnings if w.code == "analysis.failed"]
    assert all(math.isfinite(f.value) for f in file.figures)
    assert file.analyses[0][1].plots
