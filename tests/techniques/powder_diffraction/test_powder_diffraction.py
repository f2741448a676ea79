"""Reflections, size, strain and cell against published positions and against patterns made from known values."""

import math
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jointlab.errors import BadInput
from jointlab.science import read
from jointlab.science.door import ReadFile
from jointlab.science.plots.svg import svg
from jointlab.science.reading import Reading
from jointlab.science.settings import Settings
from jointlab.science.techniques.diffraction.lattice import hkl_label, parse_cell, reflections
from jointlab.science.techniques.powder_diffraction import TECHNIQUES
from jointlab.science.techniques.technique import Analysis, Figure
from tests.instrument_files import needs_real_files, real_file
from tests.techniques.powder_diffraction.patterns import COPPER, KALPHA1, Array, angles, background, doublet, reading_of

EXPECTED: dict[str, Any] = tomllib.loads((Path(__file__).parent / "expected.toml").read_text())
STANDARDS = ("silicon", "lanthanum_hexaboride", "corundum")
SILICON = EXPECTED["silicon"]["two_theta"]
HEIGHTS = (3000.0, 1800.0, 1000.0, 300.0, 500.0, 600.0)


def analyse(reading: Reading, **settings: str) -> Analysis:
    return TECHNIQUES[0].analyse(reading, Settings(settings))


def values(analysis: Analysis, quantity: str, **conditions: object) -> list[Figure]:
    return [f for f in analysis.figures if f.quantity == quantity and conditions.items() <= dict(f.conditions).items()]


def codes(analysis: Analysis) -> set[str]:
    return {warning.code for warning in analysis.warnings}


def sharp(
    seed: int, positions: list[float], *, heights: tuple[float, ...] = HEIGHTS, ratio: float = 0.5
) -> tuple[Array, Array]:
    x = angles()
    y = background(x, 100.0)
    for position, height in zip(positions, heights, strict=True):
        y = y + doublet(x, position, height, 0.12, 0.6, ratio=ratio)
    return x, np.random.default_rng(seed).poisson(y).astype(np.float64)


@pytest.mark.parametrize("name", STANDARDS)
def test_calculated_positions_of_reference_materials(name: str) -> None:
    case = EXPECTED[name]
    found = reflections(parse_cell(case["cell"], case["centring"]), d_min=0.8)
    at = dict(zip(map(hkl_label, found.hkl), found.two_theta(EXPECTED["wavelength"]["kalpha1"]), strict=True))
    assert [at[label] for label in case["hkl"]] == pytest.approx(case["two_theta"], abs=0.005)


@pytest.mark.parametrize("name", STANDARDS)
def test_positions_and_cell_come_back_from_a_noisy_pattern(name: str) -> None:
    case = EXPECTED[name]
    cell = parse_cell(case["cell"], case["centring"])
    truth = reflections(cell, d_min=0.95)
    exact = truth.two_theta(KALPHA1)
    place = {hkl_label(h): float(t) for h, t in zip(truth.hkl, exact, strict=True)}
    positions = [place[label] for label in case["hkl"]]
    x, y = sharp(7, positions, heights=HEIGHTS[: len(positions)])
    analysis = analyse(reading_of(x, y), unit_cell=case["cell"], centring=case["centring"], shift="none")
    found = values(analysis, "peak_position")
    assert [f.value for f in found] == pytest.approx(case["two_theta"], abs=0.005)
    assert [f.conditions["hkl"] for f in found] == case["hkl"]
    for figure in values(analysis, "lattice_parameter"):
        true = getattr(cell, str(figure.conditions["axis"]))
        assert figure.uncertainty is not None
        assert abs(figure.value - true) < 4.0 * figure.uncertainty < 0.003
    volume = values(analysis, "cell_volume")[0]
    assert volume.value == pytest.approx(cell.volume, rel=1e-3)


def test_uncertainties_are_as_wide_as_the_scatter_of_many_patterns() -> None:
    pulls: dict[str, list[float]] = {
        "peak_position": [],
        "peak_width": [],
        "peak_height": [],
        "peak_area": [],
        "integral_breadth": [],
    }
    shape = 0.6 * math.pi / 2 + 0.4 * math.sqrt(math.pi / math.log(2)) / 2
    for seed in range(30):
        analysis = analyse(reading_of(*sharp(seed, SILICON)))
        truth = {
            "peak_position": SILICON, "peak_width": [0.12] * 6, "peak_height": HEIGHTS,
            "peak_area": [h * 0.12 * shape for h in HEIGHTS], "integral_breadth": [0.12 * shape] * 6,
        }  # fmt: skip
        for quantity, true in truth.items():
            found = values(analysis, quantity)
            assert len(found) == 6
            pulls[quantity] += [(f.value - t) / (f.uncertainty or math.nan) for f, t in zip(found, true, strict=True)]
    for quantity, many in pulls.items():
        assert np.std(many) == pytest.approx(1.0, abs=0.2), quantity
        assert abs(np.mean(many)) < 0.25, quantity


def broadened(seed: int, *, size: float, strain: float, instrument: float) -> tuple[Array, Array]:
    """Lorentzian size, strain and instrument broadening: the widths add."""
    x = angles(20.0, 110.0, 0.02)
    y = background(x, 60.0)
    truth = reflections(parse_cell("cubic a=4.156826", "P"), d_min=1.0).two_theta(KALPHA1)
    for position in truth:
        theta = math.radians(position / 2.0)
        own = 0.9 * KALPHA1 / 10.0 / (size * math.cos(theta)) + 4.0 * strain * math.tan(theta)
        y = y + doublet(x, float(position), 6000.0, instrument + math.degrees(own), 1.0)
    return x, np.random.default_rng(seed).poisson(y).astype(np.float64)


def test_known_size_and_strain_come_back_within_their_uncertainty() -> None:
    sizes, strains = [], []
    for seed in range(12):
        reading = reading_of(*broadened(seed, size=25.0, strain=0.0015, instrument=0.06))
        analysis = analyse(reading, instrument_fwhm="0.06 deg", subtraction="lorentz", unit_cell="cubic a=4.157")
        size, strain = values(analysis, "crystallite_size", by="williamson-hall")[0], values(analysis, "microstrain")[0]
        sizes.append((size.value - 25.0) / (size.uncertainty or math.nan))
        strains.append((strain.value - 0.0015) / (strain.uncertainty or math.nan))
        assert size.value == pytest.approx(25.0, rel=0.1)
        assert strain.value == pytest.approx(0.0015, rel=0.1)
    assert np.sqrt(np.mean(np.square(sizes))) < 1.7
    assert np.sqrt(np.mean(np.square(strains))) < 1.7


def test_scherrer_without_strain_gives_the_size() -> None:
    reading = reading_of(*broadened(3, size=20.0, strain=0.0, instrument=0.06))
    analysis = analyse(reading, instrument_fwhm="0.06", subtraction="lorentz")
    mean = next(f for f in values(analysis, "crystallite_size", by="scherrer") if "over" in f.conditions)
    assert mean.value == pytest.approx(20.0, rel=0.03)
    assert "bound" not in mean.conditions


def test_without_the_instrument_a_size_is_a_lower_bound_and_there_is_no_strain() -> None:
    analysis = analyse(reading_of(*broadened(3, size=20.0, strain=0.001, instrument=0.06)))
    sizes = values(analysis, "crystallite_size")
    assert sizes
    assert all(f.conditions["bound"] == "lower" and f.value < 20.0 for f in sizes)
    assert not values(analysis, "microstrain")
    assert "diffraction.size-lower-bound" in codes(analysis)


def test_sample_displacement_is_told_from_the_cell() -> None:
    moved = [t - 0.08 * math.cos(math.radians(t / 2.0)) for t in SILICON]
    analysis = analyse(reading_of(*sharp(5, moved)), unit_cell="cubic a=5.43", centring="F")
    edge, shift = values(analysis, "lattice_parameter")[0], values(analysis, "two_theta_shift")[0]
    assert edge.value == pytest.approx(5.43102, abs=4.0 * (edge.uncertainty or 0.0))
    assert shift.value == pytest.approx(-0.08, abs=0.01)
    assert shift.conditions["kind"] == "displacement"


def fitted_cell(analysis: Analysis) -> list[Figure]:
    return [f for name in ("lattice_parameter", "cell_volume", "two_theta_shift") for f in values(analysis, name)]


def test_a_cell_whose_lines_are_only_near_is_refused_and_says_why() -> None:
    # a = 5.39 A would have these lines; two of another phase lie near others of the cell given
    random = np.random.default_rng(11)
    near = [t + d for t, d in zip(SILICON, random.uniform(-0.2, 0.2, len(SILICON)), strict=True)]
    analysis = analyse(reading_of(*sharp(5, near)), unit_cell="cubic a=5.43", centring="F")
    assert not fitted_cell(analysis)
    assert all("hkl" not in f.conditions for f in values(analysis, "peak_position"))
    assert "indexed" not in {table.name for table in analysis.tables}
    (said,) = [w.message for w in analysis.warnings if w.code == "diffraction.cell-refused"]
    assert "miss the refined cell by 0.1" in said
    allowed = analyse(reading_of(*sharp(5, near)), unit_cell="cubic a=5.43", centring="F", index_scatter="0.3")
    assert fitted_cell(allowed)


@pytest.mark.parametrize(("shift", "given"), [(-0.2, True), (0.2, True), (-0.45, False), (0.45, False)])
def test_a_shift_that_no_sample_has_is_no_cell(shift: float, given: bool) -> None:
    moved = [t + shift * math.cos(math.radians(t / 2.0)) for t in SILICON]
    analysis = analyse(reading_of(*sharp(5, moved)), unit_cell="cubic a=5.43102", centring="F", index_tolerance="0.5")
    assert bool(fitted_cell(analysis)) is given
    assert ("diffraction.cell-refused" in codes(analysis)) is not given


@needs_real_files
@pytest.mark.parametrize(
    ("path", "cell"),
    [
        ("xrd/XRD-918-16_10.xrdml", "cubic a=5.431"),
        ("xrd/XRD-918-16_10.xrdml", "cubic a=4.0495"),
        ("xrd/XRD-918-16_10.xrdml", "tetragonal a=3.785 c=9.514"),
        ("xrd/XRD-918-16_10.xrdml", "hexagonal a=4.759 c=12.992"),
        ("xrd/TiO2.raw", "tetragonal a=3.785 c=9.514"),
        ("xrd/TiO2.raw", "cubic a=5.43"),
    ],
)
def test_wrong_cells_of_real_patterns_are_refused(path: str, cell: str) -> None:
    _, analysis = read(real_file(path), unit_cell=cell).analyses[0]
    assert not fitted_cell(analysis)
    assert codes(analysis) & {"diffraction.cell-refused", "diffraction.not-indexed"}


@needs_real_files
def test_rutile_in_a_real_pattern_gives_its_cell() -> None:
    _, analysis = read(real_file("xrd/TiO2.raw"), unit_cell="tetragonal a=4.6 c=2.96").analyses[0]
    edges = {f.conditions["axis"]: f for f in values(analysis, "lattice_parameter")}
    assert edges["a"].value == pytest.approx(4.5933, abs=0.004)  # Swanson et al., NBS Monograph 25-7 (1969) 83
    assert edges["c"].value == pytest.approx(2.9592, abs=0.004)


def test_the_headline_is_the_strongest_reflection() -> None:
    reading = reading_of(*sharp(5, SILICON, heights=(300.0, 3000.0, 1000.0, 300.0, 500.0, 600.0)))
    analysis = analyse(reading, instrument_fwhm="0.1")
    shown = ReadFile("a", "", reading, ((TECHNIQUES[0], analysis),)).headline(most=20)
    peaks = {f.quantity: f.conditions.get("peak") for f in shown}
    assert {q for q, peak in peaks.items() if peak == 2} >= {
        "peak_position",
        "lattice_spacing",
        "peak_width",
        "peak_height",
    }
    assert set(peaks.values()) <= {None, 2}
    (size,) = (f for f in shown if f.quantity == "crystallite_size")
    assert "over" in size.conditions


def test_without_a_wavelength_there_are_positions_but_no_spacings() -> None:
    analysis = analyse(reading_of(*sharp(1, SILICON, ratio=0.0), facts={}))
    assert len(values(analysis, "peak_position")) == 6
    assert not values(analysis, "lattice_spacing")
    assert not values(analysis, "crystallite_size")
    assert "diffraction.no-wavelength" in codes(analysis)


@pytest.mark.parametrize(
    ("given", "angstrom"),
    [("cu_ka1", 1.5405929), ("1.5406 angstrom", 1.5406), ("0.15406 nm", 1.5406), ("1,5406", 1.5406)],
)
def test_a_wavelength_may_be_given_in_several_ways(given: str, angstrom: float) -> None:
    analysis = analyse(reading_of(*sharp(1, SILICON, ratio=0.0), facts={}), wavelength=given)
    d = values(analysis, "lattice_spacing")[0].value
    assert d == pytest.approx(angstrom / (2.0 * math.sin(math.radians(28.442 / 2.0))), abs=3e-4)


def test_the_data_decide_whether_a_second_line_is_there() -> None:
    analysis = analyse(reading_of(*sharp(2, SILICON, ratio=0.0)))
    assert "diffraction.kalpha2" in codes(analysis)
    assert "absent" in str(analysis.decisions["Kα2"])
    assert [f.value for f in values(analysis, "peak_position")] == pytest.approx(SILICON, abs=0.005)
    analysis = analyse(reading_of(*sharp(2, SILICON), facts={"wavelength": KALPHA1 / 10}))
    assert "present" in str(analysis.decisions["Kα2"])
    assert [f.value for f in values(analysis, "peak_position")] == pytest.approx(SILICON, abs=0.005)


def test_a_count_rate_with_its_counting_time_gives_the_figures_of_the_counts() -> None:
    x, y = sharp(4, SILICON)
    counted = analyse(reading_of(x, y))
    rated = analyse(reading_of(x, y / 20.0, column="count_rate", counting_time=np.full(x.size, 20.0)))
    assert [f.value for f in rated.figures] == pytest.approx([f.value for f in counted.figures], rel=1e-6)


def test_a_count_rate_without_its_counting_time_takes_the_noise_from_the_data_and_says_so() -> None:
    x, y = sharp(4, SILICON)
    analysis = analyse(reading_of(x, y / 20.0, column="count_rate"))
    assert "diffraction.no-counts" in codes(analysis)
    assert not values(analysis, "peak_height")
    counted = analyse(reading_of(x, y))
    for ours, theirs in zip(values(analysis, "peak_position"), values(counted, "peak_position"), strict=True):
        assert ours.value == pytest.approx(theirs.value, abs=0.001)
        assert ours.uncertainty == pytest.approx(theirs.uncertainty, rel=0.35)


def test_noise_alone_has_no_reflection() -> None:
    x = angles()
    for seed in range(5):
        y = np.random.default_rng(seed).poisson(background(x, 80.0)).astype(np.float64)
        analysis = analyse(reading_of(x, y))
        assert len(values(analysis, "peak_position")) <= 1
        assert len(values(analysis, "peak_position", peak=1)) == 0 or "diffraction.no-peaks" not in codes(analysis)


def test_scans_that_do_not_move_two_theta_are_no_patterns() -> None:
    x = np.full(500, 28.4)
    analysis = analyse(reading_of(x, np.full(500, 100.0)))
    assert not analysis.figures
    assert codes(analysis) == {"diffraction.no-scan"}


@pytest.mark.parametrize(
    "settings",
    [
        {"wavelength": "blue"},
        {"wavelength": "15 angstrom"},
        {"unit_cell": "cubic"},
        {"unit_cell": "round a=3"},
        {"scherrer_k": "9"},
        {"instrument_fwhm": "-1"},
        {"centring": "X", "unit_cell": "cubic a=3"},
    ],
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, str]) -> None:
    with pytest.raises(BadInput) as caught:
        analyse(reading_of(*sharp(1, SILICON)), **settings)
    assert caught.value.code == "setting.value"


@needs_real_files
@pytest.mark.parametrize("path", EXPECTED["real"])
def test_positions_in_real_patterns_agree_with_an_independent_fit(path: str) -> None:
    _, analysis = read(real_file(path)).analyses[0]
    table = next(table for table in analysis.tables if table.name == "peaks")
    found = table.array("peak_position")
    for true in EXPECTED["real"][path]:
        assert np.min(np.abs(found - true)) < 0.0015


@needs_real_files
def test_quartz_in_a_real_pattern_gives_its_cell() -> None:
    settings = {"unit_cell": "trigonal a=4.913 c=5.405", "index_tolerance": "0.15"}
    _, analysis = read(real_file("xrd/XRD-918-16_10.xrdml"), **settings).analyses[0]
    edges = {f.conditions["axis"]: f for f in values(analysis, "lattice_parameter")}
    assert edges["a"].value == pytest.approx(4.9134, abs=0.003)  # Will et al., Powder Diffr. 3 (1988) 182
    assert edges["c"].value == pytest.approx(5.4052, abs=0.003)


def test_noise_does_not_split_and_overlap_does_not_merge() -> None:
    x = angles()
    for seed in range(8):
        y = background(x, 100.0) + doublet(x, 28.0, 3000.0, 0.15, 0.6) + doublet(x, 28.4, 1500.0, 0.15, 0.6)
        y = y + doublet(x, 60.0, 1000.0, 1.2, 0.5)
        analysis = analyse(reading_of(x, np.random.default_rng(seed).poisson(y).astype(np.float64)))
        assert [f.value for f in values(analysis, "peak_position")] == pytest.approx([28.0, 28.4, 60.0], abs=0.03)


X = angles()
SMOOTH = background(X, 100.0) + sum(doublet(X, p, h, 0.12, 0.6) for p, h in zip(SILICON, HEIGHTS, strict=True))


@pytest.mark.parametrize(
    "intensity",
    [
        np.zeros_like(X), np.full_like(X, 5.0), -SMOOTH, SMOOTH - 150.0, SMOOTH * 1e300, SMOOTH * 1e-300, np.floor(X) * 100.0,
        np.where(np.arange(X.size) == 3000, 1e12, SMOOTH), np.where(np.arange(X.size) % 7 == 0, np.nan, SMOOTH), (X * 1000.0) % 700.0,
        np.where(np.arange(X.size) == 3000, np.inf, SMOOTH),
    ],
)  # fmt: skip
def test_strange_intensities_give_finite_figures_or_none(intensity: Array) -> None:
    analysis = analyse(reading_of(X, intensity))
    assert all(
        math.isfinite(f.value) and (f.uncertainty is None or math.isfinite(f.uncertainty)) for f in analysis.figures
    )


def test_order_of_points_does_not_matter_and_only_real_angles_count() -> None:
    x, y = sharp(4, SILICON)
    forward, back = analyse(reading_of(x, y)), analyse(reading_of(x[::-1].copy(), y[::-1].copy()))
    assert [f.value for f in back.figures] == [f.value for f in forward.figures]
    analysis = analyse(reading_of(x - 60.0, y))
    assert all(f.value > 0.0 for f in values(analysis, "peak_position"))


def test_a_kbeta_reflection_is_pointed_out() -> None:
    x = angles()
    at = math.degrees(2.0 * math.asin(1.392234 / KALPHA1 * math.sin(math.radians(47.302 / 2.0))))
    y = background(x, 100.0) + doublet(x, 47.302, 20000.0, 0.12, 0.6) + doublet(x, at, 300.0, 0.12, 0.6, ratio=0.0)
    reading = reading_of(
        x, np.random.default_rng(1).poisson(y).astype(np.float64), {**COPPER, "wavelength_kbeta": 0.1392234}
    )
    warnings = {w.code: w.message for w in analyse(reading).warnings}
    assert "1 (of 2)" in warnings["diffraction.kbeta"]


def test_several_scans_are_told_apart_and_the_rest_is_counted() -> None:
    x, y = sharp(1, SILICON)
    one = reading_of(x, y)
    two = analyse(replace(one, tables=one.tables * 2))
    assert {f.conditions["scan"] for f in two.figures} == {1, 2}
    assert {table.name for table in two.tables} == {"peaks of scan 1", "peaks of scan 2"}
    many = analyse(replace(one, tables=one.tables * 12))
    assert "4 are not" in next(w.message for w in many.warnings if w.code == "diffraction.scans-skipped")


def test_every_plot_can_be_drawn() -> None:
    reading = reading_of(*broadened(3, size=20.0, strain=0.001, instrument=0.06))
    analysis = analyse(reading, instrument_fwhm="0.06", unit_cell="cubic a=4.157")
    assert [plot.name for plot in analysis.plots] == ["pattern", "williamson-hall"]
    for plot in analysis.plots:
        assert svg(plot).startswith("<svg")
