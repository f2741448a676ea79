"""Impedance spectroscopy: validity (Kramers-Kronig), resistances without a model, and a circuit where one is asked for.

Without `circuit` nothing is fitted: which circuit stands for a cell is a statement about the cell, not about the numbers.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.reading import Caution, Condition, Reading
from jointlab.science.settings import Setting, Settings
from jointlab.science.techniques.circuits import PRESETS, Circuit, parse_circuit
from jointlab.science.techniques.spectra import (
    Spectrum,
    high_frequency_resistance,
    polarization_resistance,
    spectra,
    without_frequency,
)
from jointlab.science.techniques.technique import Analysis, Figure, Technique, figure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jointlab.science.techniques.circuit_fit import CircuitFit
    from jointlab.science.techniques.kramers_kronig import KramersKronig

_VALID = 0.01  # root mean square residual of a Kramers-Kronig test that is passed
_FITS = 0.03  # root mean square residual of a circuit that describes a spectrum
_MOST_SPECTRA = 200
_MOST_POINTS = 20_000  # of one spectrum; instruments measure tens to hundreds

_KK = "linear Kramers-Kronig test, Boukamp 1995 (doi:10.1149/1.2044210); M by μ, Schönleber 2014 (doi:10.1016/j.electacta.2014.01.034)"
_SETTINGS = (
    Setting("circuit", f"Equivalent circuit to fit: {', '.join(PRESETS)}, or free such as R0-p(R1,Q1)-W1 (elements R C L Q W Wo Ws)."),
    Setting("circuit_start", "Starting values of the circuit's parameters, separated by commas, in its order; otherwise from the spectrum."),
    Setting("weighting", "Weighting of a circuit fit.", options=("modulus", "unit"), default="modulus"),
    Setting("fit_scale", "Whether parameters of a circuit are fitted as logarithms down to the minimum, or linearly with the stopping rule of scipy's curve_fit, as impedance.py does.", options=("logarithmic", "linear"), default="logarithmic"),
    Setting("inductive_points", "Whether points with a positive imaginary part take part in tests and fits.", options=("keep", "drop"), default="keep"),
    Setting("kramers_kronig_c", "Criterion c for μ of the Kramers-Kronig test, between 0 and 1.", unit="1", default="0.85"),
)  # fmt: skip


@dataclass
class _Found:
    """What is collected over all spectra of a reading."""

    figures: list[Figure] = field(default_factory=list)
    warnings: list[Caution] = field(default_factory=list)
    decisions: dict[str, Condition] = field(default_factory=dict)


def analyse(reading: Reading, settings: Settings) -> Analysis:
    """Test every spectrum, give what needs no model, and fit the circuit that the settings name."""
    from jointlab.science.techniques.impedance_plots import Drawn, impedance_plots

    text = settings.text("circuit")
    circuit = parse_circuit(text) if text else None
    found = _Found()
    drawn: list[Drawn] = []
    all_spectra = spectra(reading)
    if not all_spectra:
        found.warnings.append(Caution("impedance.no-spectrum", "No table has frequencies with an impedance."))
    if all_spectra and (resting := without_frequency(reading)):
        message = f"{resting} rows have no frequency above zero and take part in no spectrum: no alternating current was measured there."
        found.warnings.append(Caution("impedance.no-frequency", message))
    if len(all_spectra) > _MOST_SPECTRA:
        found.warnings.append(
            Caution("impedance.many-spectra", f"The first {_MOST_SPECTRA} of {len(all_spectra)} spectra are analysed.")
        )
    for spectrum in all_spectra[:_MOST_SPECTRA]:
        if len(spectrum.frequency) > _MOST_POINTS:
            message = f"A spectrum of {len(spectrum.frequency)} points is not analysed; at most {_MOST_POINTS} are{_place(spectrum)}."
            found.warnings.append(Caution("impedance.many-points", message))
            continue
        used = _used(spectrum, settings)
        test = _test(used, settings, found)
        _without_model(spectrum, found)
        fitted = _fit(circuit, used, settings, found) if circuit is not None else None
        drawn.append(Drawn(used, test, fitted, circuit.text if circuit else None))
    if circuit is None:
        found.decisions["circuit"] = "none: no circuit is fitted unless one is named"
    return Analysis(
        figures=tuple(found.figures),
        plots=impedance_plots(drawn) if drawn else (),
        warnings=tuple(found.warnings),
        decisions=found.decisions,
    )


def _used(spectrum: Spectrum, settings: Settings) -> Spectrum:
    if settings.choice("inductive_points", ("keep", "drop"), "keep") == "keep":
        return spectrum
    kept = spectrum.impedance.imag < 0
    return Spectrum(spectrum.frequency[kept], spectrum.impedance[kept], spectrum.conditions)


def _place(spectrum: Spectrum) -> str:
    return f" ({spectrum.label()})" if spectrum.conditions else ""


def _test(spectrum: Spectrum, settings: Settings, found: _Found) -> "KramersKronig | None":
    from jointlab.science.techniques.kramers_kronig import CRITERION, best_kramers_kronig

    criterion = settings.number("kramers_kronig_c", unit="1", default=CRITERION)
    assert criterion is not None
    if not 0 < criterion < 1:
        raise BadInput(
            "setting.value", "kramers_kronig_c={value}: a number between 0 and 1 is needed.", value=criterion
        )
    try:
        test = best_kramers_kronig(spectrum.frequency, spectrum.impedance, criterion=criterion)
    except BadInput as fault:
        found.warnings.append(Caution(fault.code, f"{fault.message}{_place(spectrum)}"))
        return None
    _say_test(test, spectrum, found)
    return test


def _say_test(test: "KramersKronig", spectrum: Spectrum, found: _Found) -> None:
    """The figures of a test, and its verdict."""
    for part, residual in (("real", test.residual_real), ("imaginary", test.residual_imaginary)):
        rms, largest = float((residual**2).mean() ** 0.5), float(abs(residual).max())
        for statistic, value in (("root mean square", rms), ("largest", largest)):
            found.figures.append(_residual(100 * value, {"part": part, "statistic": statistic, **spectrum.conditions}))
    said = f"M = {test.elements}, μ = {test.mu:.4f}, {'with' if test.capacitor else 'without'} a series capacitor"
    verdict = "passed" if test.rms() <= _VALID else "not passed"
    found.decisions[f"Kramers-Kronig test{_place(spectrum)}"] = f"{said}: {verdict}"
    if test.rms() > _VALID:
        found.warnings.append(
            Caution(
                "impedance.kramers-kronig",
                f"The Kramers-Kronig residual is {100 * test.rms():.1f} % (root mean square, {said}){_place(spectrum)}: the cell drifted, was not linear, or the points are noisy. Resistances from this spectrum are doubtful.",
            )
        )


def _residual(percent: float, conditions: dict[str, Condition]) -> Figure:
    return Figure("kramers_kronig_residual", percent, "%", None, _KK, "", conditions)


def _without_model(spectrum: Spectrum, found: _Found) -> None:
    """Resistances that are read off the spectrum."""
    high = high_frequency_resistance(spectrum)
    place = _place(spectrum)
    if high is None:
        found.decisions[f"high-frequency resistance{place}"] = "none: the spectrum does not cross the real axis at high frequency, and nothing is extrapolated"  # fmt: skip
        return
    found.figures.append(
        figure(
            "high_frequency_resistance", high.value, uncertainty=high.uncertainty,
            method="linear interpolation of Re(Z) to Im(Z) = 0 between two frequencies",
            includes="rectangular distribution between the two points", **spectrum.conditions,
        )
    )  # fmt: skip
    polarization = polarization_resistance(spectrum, high)
    if polarization is None:
        found.decisions[f"polarisation resistance{place}"] = "none: the spectrum is not back at the real axis at its lowest frequency"  # fmt: skip
        return
    found.figures.append(
        figure(
            "polarization_resistance", polarization.value, uncertainty=polarization.uncertainty,
            method="Re(Z) at the lowest frequency minus the high-frequency resistance",
            includes="what a semicircle still lacks at the lowest frequency, and the high-frequency resistance",
            **spectrum.conditions,
        )
    )  # fmt: skip


def _fit(circuit: Circuit, spectrum: Spectrum, settings: Settings, found: _Found) -> "NDArray[np.complex128] | None":
    from jointlab.science.techniques.circuit_fit import fit_circuit

    weighting = settings.choice("weighting", ("modulus", "unit"), "modulus")
    scale = settings.choice("fit_scale", ("logarithmic", "linear"), "logarithmic")
    try:
        fit = fit_circuit(
            circuit,
            spectrum.frequency,
            spectrum.impedance,
            weighting="unit" if weighting == "unit" else "modulus",
            start=_start(circuit, settings),
            scale="linear" if scale == "linear" else "logarithmic",
        )
    except BadInput as fault:
        if fault.code != "impedance.few-points":
            raise
        found.warnings.append(Caution(fault.code, f"{fault.message}{_place(spectrum)}"))
        return None
    how = ", linear parameters with scipy's stopping rule" if scale == "linear" else ""
    method = f"complex non-linear least squares of {circuit.text}, {weighting} weighting{how}"
    _say_fit(fit, spectrum, method, found)
    return fit.impedance


def _say_fit(fit: "CircuitFit", spectrum: Spectrum, method: str, found: _Found) -> None:
    """The figures of a fit, and what is doubtful about it."""
    text, place = fit.circuit.text, _place(spectrum)
    for parameter in fit.parameters:
        known = parameter.uncertainty if parameter.uncertainty < float("inf") else None
        found.figures.append(
            figure(
                parameter.quantity, parameter.value, uncertainty=known, method=method,
                includes="covariance of the fit, its residuals taken as noise", circuit=text,
                element=parameter.element, **spectrum.conditions,
            )
        )  # fmt: skip
    found.decisions[f"fit{place}"] = f"{text}: root mean square residual {100 * fit.residual:.2g} %"
    loose = [f"{p.element} {p.symbol}" for p in fit.parameters if not p.uncertainty < abs(p.value)]
    if loose:
        found.warnings.append(
            Caution(
                "impedance.not-determined",
                f"The spectrum does not determine {', '.join(loose)} of {text}{place}: the circuit has more than the spectrum shows.",
            )
        )
    if fit.residual > _FITS:
        found.warnings.append(
            Caution(
                "impedance.poor-fit",
                f"{text} misses the spectrum by {100 * fit.residual:.1f} % (root mean square){place}; its parameters describe another curve.",
            )
        )


def _start(circuit: Circuit, settings: Settings) -> list[float] | None:
    text = settings.text("circuit_start")
    if text is None:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != circuit.size() or not all(0 < number < float("inf") for number in numbers):
        raise BadInput(
            "setting.value",
            "circuit_start={value}: {circuit} needs {size} positive numbers separated by commas.",
            value=text, circuit=circuit.text, size=circuit.size(),
        )  # fmt: skip
    return numbers


TECHNIQUES = (
    Technique(
        "impedance.spectrum",
        "impedance",
        "1",
        "Impedance spectra: Kramers-Kronig test, resistances, equivalent circuit",
        analyse,
        (
            "series_resistance", "charge_transfer_resistance", "high_frequency_resistance", "polarization_resistance",
            "kramers_kronig_residual", "arc_resistance", "capacitance", "inductance", "cpe_admittance", "cpe_exponent",
            "warburg_coefficient", "diffusion_resistance", "diffusion_time",
        ),
        _SETTINGS,
    ),
)  # fmt: skip
