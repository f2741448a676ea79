"""The settings of the analysis, checked once."""

from dataclasses import dataclass

from jointlab.errors import BadInput
from jointlab.science.settings import Settings
from jointlab.science.techniques.diffraction.broadening import SUBTRACTIONS, Instrument, instrument_of
from jointlab.science.techniques.diffraction.lattice import CENTRINGS, Cell, parse_cell


@dataclass(frozen=True)
class Options:
    """What a person may choose. Angles in deg."""

    threshold: float
    half_window: float
    widest: float
    k: float
    integral: bool  # integral breadth in place of FWHM
    instrument: Instrument | None
    subtraction: str
    quadratic: bool
    cell: Cell | None
    tolerance: float
    scatter: float
    shift: str


def options_of(settings: Settings) -> Options:
    """The options; BadInput ``setting.value`` says which value cannot be."""
    cell = settings.text("unit_cell")
    centring = settings.choice("centring", CENTRINGS, "P") or "P"
    return Options(
        threshold=_number(settings, "peak_threshold", "1", 5.0, 3.0, 1000.0),
        half_window=_number(settings, "background_window", "deg", 3.0, 0.2, 30.0),
        widest=_number(settings, "widest_peak", "deg", 2.5, 0.1, 20.0),
        k=_number(settings, "scherrer_k", "1", 0.9, 0.5, 1.5),
        integral=settings.choice("breadth", ("fwhm", "integral"), "fwhm") == "integral",
        instrument=instrument_of(settings),
        subtraction=settings.choice("subtraction", SUBTRACTIONS, "profile") or "profile",
        quadratic=settings.choice("williamson_hall", ("linear", "quadratic"), "linear") == "quadratic",
        cell=None if cell is None else parse_cell(cell, centring),
        tolerance=_number(settings, "index_tolerance", "deg", 0.25, 0.001, 5.0),
        scatter=_number(settings, "index_scatter", "deg", 0.03, 0.001, 1.0),
        shift=settings.choice("shift", ("auto", "none", "zero", "displacement"), "auto") or "auto",
    )


def _number(settings: Settings, key: str, unit: str, default: float, low: float, high: float) -> float:
    value = settings.number(key, unit=unit, default=default)
    if value is None or not low <= value <= high:
        raise BadInput(
            "setting.value",
            "{key}={value}: a number from {low} to {high} {unit} is needed.",
            key=key, value=settings.text(key), low=low, high=high, unit="" if unit == "1" else unit,
        )  # fmt: skip
    return value
