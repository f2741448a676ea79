"""Impedance: Kramers-Kronig test, circuits and their fit, resistances without a model."""

import math
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from jointlab.errors import BadInput
from jointlab.science import read
from jointlab.science.reading import RawColumn, Reading, make_table
from jointlab.science.settings import Settings
from jointlab.science.techniques.circuit_fit import fit_circuit
from jointlab.science.techniques.circuits import PRESETS, parse_circuit
from jointlab.science.techniques.impedance import analyse
from jointlab.science.techniques.kramers_kronig import best_kramers_kronig, kramers_kronig
from jointlab.science.techniques.technique import Analysis, Figure
from tests.instrument_files import needs_real_files, real_file

EXPECTED: dict[str, Any] = tomllib.loads((Path(__file__).parent / "expected.toml").read_text())
F = np.logspace(5, -2, 61)
Complex = NDArray[np.complex128]


def reading_of(frequency: NDArray[np.float64], z: Complex, **more: NDArray[Any]) -> Reading:
    columns = [RawColumn(frequency, "frequency", "Hz"), RawColumn(z.real, "impedance_real", "ohm"), RawColumn(z.imag, "impedance_imaginary", "ohm")]  # fmt: skip
    columns += [RawColumn(values, quantity) for quantity, values in more.items()]
    return Reading("made", "impedance", (make_table("data", columns),))


def figures(analysis: Analysis, quantity: str) -> list[Figure]:
    return [figure for figure in analysis.figures if figure.quantity == quantity]


def example() -> tuple[NDArray[np.float64], Complex]:
    """The points of exampleData.csv with a negative imaginary part."""
    table = read(real_file("eis/exampleData.csv")).tables[0]
    z = np.asarray(table.array("impedance_real") + 1j * table.array("impedance_imaginary"), dtype=np.complex128)
    kept = z.imag < 0
    return table.array("frequency")[kept], z[kept]


def test_rows_without_a_frequency_are_left_out_and_said() -> None:
    z = parse_circuit("randles").impedance(F, [10, 250, 2e-5])
    rest = np.array([0.0, 0.0, np.nan])
    with_rest = analyse(reading_of(np.concatenate([rest, F]), np.concatenate([np.zeros(3), z])), Settings())
    alone = analyse(reading_of(F, z), Settings())
    (said,) = [w.message for w in with_rest.warnings if w.code == "impedance.no-frequency"]
    assert said.startswith("3 rows")
    assert [f.value for f in with_rest.figures] == [f.value for f in alone.figures]
    assert not [w for w in alone.warnings if w.code == "impedance.no-frequency"]


# -- Kramers-Kronig ----------------------------------------------------------------------------------------------------


@needs_real_files
def test_kramers_kronig_against_impedance_py() -> None:
    test = kramers_kronig(*example())
    assert test.elements == EXPECTED["kramers_kronig"]["elements"]
    assert test.mu == pytest.approx(EXPECTED["kramers_kronig"]["mu"], abs=5e-5)


@needs_real_files
def test_the_measured_spectrum_passes_with_a_capacitor() -> None:
    test = best_kramers_kronig(*example())
    assert test.capacitor and test.rms() < 0.005


@pytest.mark.parametrize("text", sorted(PRESETS))
def test_spectra_of_circuits_pass(text: str) -> None:
    circuit = parse_circuit(text)
    values = {"R": [50.0], "C": [1e-5], "L": [1e-6], "Q": [1e-4, 0.85], "W": [20.0]}
    parameters = [number for element in circuit.elements() for number in values[element.kind]]
    assert best_kramers_kronig(F, circuit.impedance(F, parameters)).rms() < 0.005


def test_drift_is_found() -> None:
    """The cell's resistance doubles while the spectrum is taken from high to low frequency."""
    circuit = parse_circuit("randles")
    steady = circuit.impedance(F, [10, 250, 2e-5])
    drifting = np.array([circuit.impedance(F[i : i + 1], [10, 250 * (1 + i / 30), 2e-5])[0] for i in range(len(F))])
    assert best_kramers_kronig(F, steady).rms() < 1e-3
    assert best_kramers_kronig(F, drifting).rms() > 0.01
    codes = {w.code for w in analyse(reading_of(F, drifting), Settings()).warnings}
    assert "impedance.kramers-kronig" in codes
    assert not analyse(reading_of(F, steady), Settings()).warnings


def test_order_of_the_points_does_not_matter() -> None:
    z = parse_circuit("two_arcs").impedance(F, [5, 30, 1e-5, 0.95, 300, 2e-3, 0.8])
    assert kramers_kronig(F, z).mu == pytest.approx(kramers_kronig(F[::-1], z[::-1]).mu, rel=1e-9)


# -- circuits ----------------------------------------------------------------------------------------------------------


def test_impedance_of_elements_by_hand() -> None:
    f, w = np.array([7.0]), 2 * math.pi * 7.0
    assert parse_circuit("R0").impedance(f, [3.0])[0] == 3
    assert parse_circuit("C0").impedance(f, [1e-3])[0] == pytest.approx(1 / (1j * w * 1e-3))
    assert parse_circuit("L0").impedance(f, [1e-3])[0] == pytest.approx(1j * w * 1e-3)
    assert parse_circuit("Q0").impedance(f, [1e-3, 0.5])[0] == pytest.approx(1 / (1e-3 * (1j * w) ** 0.5))
    assert parse_circuit("W0").impedance(f, [2.0])[0] == pytest.approx(2 * (1 - 1j) / math.sqrt(w))
    assert parse_circuit("p(R1,R2)").impedance(f, [2.0, 3.0])[0] == pytest.approx(1.2)
    assert parse_circuit("R0-p(R1-L1,p(C1,R2))-R3").size() == 6


def test_limits_of_finite_diffusion() -> None:
    slow, fast = np.array([1e-9]), np.array([1e9])
    assert parse_circuit("Ws1").impedance(slow, [5.0, 1.0])[0] == pytest.approx(5.0, rel=1e-6)  # R at zero frequency
    assert parse_circuit("Wo1").impedance(slow, [5.0, 1.0])[0].real == pytest.approx(
        5.0 / 3, rel=1e-6
    )  # R/3 and a capacitor
    for text in ("Ws1", "Wo1"):  # both are semi-infinite at high frequency: sigma = R/sqrt(2 tau)
        semi = parse_circuit("W1").impedance(fast, [5.0 / math.sqrt(2 * 4.0)])[0]
        assert parse_circuit(text).impedance(fast, [5.0, 4.0])[0] == pytest.approx(semi, rel=1e-6)


@pytest.mark.parametrize(
    "text",
    ["", "R0-", "p(R1)", "p(R1,C1", "R0,R1", "X1", "R0-R0", "R1)", "__import__('os')", "R0-p(R1,C1))", "r0", "R-" * 150, "-".join(f"R{i}" for i in range(13)), "p(R1," * 8],
)  # fmt: skip
def test_what_is_no_circuit_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_circuit(text)
    assert caught.value.code in ("circuit.syntax", "circuit.size")


# -- fits --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("randles", [10, 250, 2e-5]), ("randles_cpe", [10, 250, 3e-5, 0.85]), ("randles_warburg", [10, 250, 40, 3e-5, 0.9]),
        ("two_arcs", [5, 30, 1e-5, 0.95, 300, 2e-3, 0.8]), ("blocking", [3, 1e-3, 0.9]),
        ("coil_two_arcs", [1e-6, 5, 30, 1e-5, 0.95, 300, 2e-3, 0.8]), ("R0-p(R1-Ws1,C1)", [4, 20, 50, 3.0, 1e-5]),
    ],
)  # fmt: skip
def test_made_spectra_are_recovered(text: str, values: list[float]) -> None:
    circuit = parse_circuit(text)
    fit = fit_circuit(circuit, F, circuit.impedance(F, values))
    assert fit.values == pytest.approx(values, rel=1e-6)


@needs_real_files
def test_published_fit() -> None:
    known = EXPECTED["published_fit"]
    file = read(
        real_file("eis/exampleData.csv"), circuit=known["circuit"], circuit_start=",".join(map(str, known["start"])),
        weighting="unit", inductive_points="drop", fit_scale="linear",
    )  # fmt: skip
    ours = [figure.value for figure in file.figures if "circuit" in figure.conditions]
    assert ours == pytest.approx(known["values"], rel=1e-2)
    assert ours == pytest.approx(known["digits"], rel=1e-4)


@needs_real_files
def test_the_minimum_lies_below_the_published_fit() -> None:
    known = EXPECTED["published_fit"]
    f, z = example()
    circuit = parse_circuit(known["circuit"])
    fit = fit_circuit(circuit, f, z, weighting="unit", start=known["start"])
    tau = known["values"][5]
    for value, published in zip(fit.values, known["values"], strict=True):
        assert value == pytest.approx(published, rel=0.025 if published == tau else 1e-2)

    def squares(values: tuple[float, ...]) -> float:
        return float(np.sum(np.abs(circuit.impedance(f, np.array(values)) - z) ** 2))

    assert squares(known["digits"]) == pytest.approx(known["squares"], rel=1e-6)
    assert known["squares"] * 0.999 < squares(fit.values) < known["squares"]
    free = fit_circuit(circuit, f, z, weighting="unit")
    assert squares(free.values) == pytest.approx(1.4031e-5, rel=1e-3)


def test_uncertainty_is_the_scatter_of_repeated_fits() -> None:
    circuit, true = parse_circuit("randles_cpe"), [10.0, 250.0, 3e-5, 0.85]
    clean = circuit.impedance(F, true)
    random = np.random.default_rng(1)
    found, stated = [], []
    for _ in range(60):
        noise = 0.01 * np.abs(clean) * (random.normal(size=len(F)) + 1j * random.normal(size=len(F)))
        fit = fit_circuit(circuit, F, clean + noise, start=true)
        found.append(fit.values)
        stated.append([p.uncertainty for p in fit.parameters])
    assert np.std(found, axis=0) == pytest.approx(np.mean(stated, axis=0), rel=0.3)


def test_a_circuit_with_more_than_the_spectrum_shows_is_said() -> None:
    z = parse_circuit("randles").impedance(F, [10, 250, 2e-5])
    noisy = z * (1 + 0.005 * np.random.default_rng(2).normal(size=len(F)))
    codes = {w.code for w in analyse(reading_of(F, noisy), Settings({"circuit": "R0-p(R1,C1)-Ws1-p(R2,Q2)"})).warnings}
    assert "impedance.not-determined" in codes
    wrong = analyse(reading_of(F, parse_circuit("two_arcs").impedance(F, [5, 300, 1e-5, 1, 300, 2e-3, 1])), Settings({"circuit": "randles"}))  # fmt: skip
    assert "impedance.poor-fit" in {w.code for w in wrong.warnings}


# -- the technique -----------------------------------------------------------------------------------------------------


def test_figures_of_a_circuit_only_on_request() -> None:
    known = EXPECTED["randles"]
    z = parse_circuit("randles_cpe").impedance(F, list(known.values()))
    plain = analyse(reading_of(F, z), Settings())
    assert {f.quantity for f in plain.figures} == {"kramers_kronig_residual"}
    fitted = analyse(reading_of(F, z), Settings({"circuit": "randles_cpe"}))
    for quantity, value in known.items():
        (found,) = figures(fitted, quantity)
        assert found.value == pytest.approx(value, rel=1e-6)
        assert found.conditions["circuit"] == "R0-p(R1,Q1)"
    assert [p.name for p in fitted.plots] == ["nyquist", "bode_modulus", "bode_phase", "kramers_kronig"]
    assert [s.style for s in fitted.plots[0].series] == ["points", "line"]


def test_resistances_without_a_model() -> None:
    known = EXPECTED["semicircle"]
    f = np.logspace(6, -1, 71)
    z = parse_circuit("L0-R0-p(R1,C1)").impedance(f, [1e-6, 10, 100, 1e-5])
    found = analyse(reading_of(f, z), Settings())
    for quantity in ("high_frequency_resistance", "polarization_resistance"):
        (figure,) = figures(found, quantity)
        assert figure.uncertainty is not None
        assert abs(figure.value - known[quantity]) < 2 * figure.uncertainty + 1e-3
    open_end = parse_circuit("L0-R0-p(R1,C1)-W1").impedance(f, [1e-6, 10, 100, 1e-5, 30])
    assert not figures(analyse(reading_of(f, open_end), Settings()), "polarization_resistance")
    no_coil = parse_circuit("randles").impedance(f, [10, 100, 1e-5])
    assert not figures(analyse(reading_of(f, no_coil), Settings()), "high_frequency_resistance")


def test_each_cycle_is_a_spectrum() -> None:
    circuit = parse_circuit("randles")
    z = np.concatenate([circuit.impedance(F, [10, r, 2e-5]) for r in (100, 200)])
    cycle = np.repeat([3, 4], len(F))
    found = analyse(reading_of(np.tile(F, 2), z, cycle=cycle), Settings({"circuit": "randles"}))
    assert [(f.conditions["cycle"], round(f.value)) for f in figures(found, "charge_transfer_resistance")] == [(3, 100), (4, 200)]  # fmt: skip
    by_frequency = analyse(reading_of(np.tile(F, 2), z), Settings({"circuit": "randles"}))
    assert [f.conditions["spectrum"] for f in figures(by_frequency, "charge_transfer_resistance")] == [1, 2]


def test_points_without_a_cycle_belong_to_no_spectrum() -> None:
    circuit = parse_circuit("randles")
    z = np.concatenate([circuit.impedance(F, [10, r, 2e-5]) for r in (100, 200)])
    cycle = np.repeat([3.0, 4.0], len(F))
    cycle[-1] = np.nan
    found = analyse(reading_of(np.tile(F, 2), z, cycle=cycle), Settings({"circuit": "randles"}))
    assert [f.conditions["cycle"] for f in figures(found, "charge_transfer_resistance")] == [3, 4]


def test_short_and_empty_spectra_are_said() -> None:
    z = parse_circuit("randles").impedance(F[:3], [10, 250, 2e-5])
    assert "impedance.few-points" in {w.code for w in analyse(reading_of(F[:3], z), Settings()).warnings}
    one_frequency = reading_of(np.full(30, 1000.0), np.asarray(np.linspace(10, 20, 30) - 5j, dtype=np.complex128))
    assert "impedance.few-points" in {w.code for w in analyse(one_frequency, Settings()).warnings}
    empty = analyse(reading_of(np.zeros(4), np.ones(4, dtype=np.complex128)), Settings())
    assert {w.code for w in empty.warnings} == {"impedance.no-spectrum"}
    bad = np.where(np.arange(len(F)) == 5, np.nan, parse_circuit("randles").impedance(F, [10, 250, 2e-5]))
    assert figures(analyse(reading_of(F, bad), Settings()), "kramers_kronig_residual")


@pytest.mark.parametrize(
    "given",
    [{"circuit": "nonsense"}, {"circuit": "randles", "circuit_start": "1,2"}, {"circuit": "randles", "circuit_start": "1,-2,3"}, {"kramers_kronig_c": "2"}],
)  # fmt: skip
def test_settings_that_make_no_sense_are_refused(given: dict[str, str]) -> None:
    z = parse_circuit("randles").impedance(F, [10, 250, 2e-5])
    with pytest.raises(BadInput):
        analyse(reading_of(F, z), Settings(given))


@needs_real_files
def test_points_that_are_dropped() -> None:
    file = read(real_file("eis/exampleData.csv"), inductive_points="drop")
    said = file.analyses[0][1].decisions["Kramers-Kronig test"]
    assert "M = 24" in str(said) and "with a series capacitor: passed" in str(said)
