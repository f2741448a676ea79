"""Per cent or fraction: the unit of a quantum efficiency, by header, by size, by the columns beside it, or asked."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jointlab.errors import BadInput, Option, Question
from jointlab.science.reading import Stated
from jointlab.science.reference.sunlight import PLANCK_LIGHT, am15g
from jointlab.science.settings import Setting, Settings
from jointlab.science.text import Header, Text

if TYPE_CHECKING:
    import polars as pl

_LARGEST_FRACTION = 1.5  # even carrier multiplication stays below 150 %
_NANOMETRES = (150.0, 4000.0)  # wavelengths that a solar cell is measured with
_AGREES = 0.05  # relative
_UNITS = {"percent": "%", "fraction": "1"}

EQE_SETTING = Setting(
    "eqe_unit", "Unit of quantum efficiencies whose header has none.", options=("percent", "fraction")
)


def wavelength_unit(values: "pl.Series", text: Text) -> str:
    """Nanometre where no other unit would be light; raises BadInput ``eqe.wavelength-unit`` otherwise."""
    low, high = float(values.min() or 0.0), float(values.max() or 0.0)  # type: ignore[arg-type]
    if not _NANOMETRES[0] <= low <= high <= _NANOMETRES[1]:
        raise BadInput(
            "eqe.wavelength-unit",
            "“{name}” has wavelengths from {low:g} to {high:g} without a unit. Write the unit into the header, such as “Wavelength (nm)”.",
            name=text.name, low=low, high=high,
        )  # fmt: skip
    text.decisions["wavelength_unit"] = f"nm ({low:g} to {high:g} is light in no other unit)"
    return "nm"


def eqe_unit(
    cell: Header, columns: "Sequence[tuple[Header, str | None, pl.Series]]", settings: Settings, text: Text, *, stated: Sequence[Stated],
) -> str:  # fmt: skip
    """The unit, with its evidence in the decisions. Raises BadInput ``eqe.unit`` with a question."""
    given = settings.choice("eqe_unit", ("percent", "fraction"))
    if cell.unit in ("%", "percent", "pct") and given is None:
        return "%"
    values = next(values for header, _, values in columns if header is cell)
    largest = float(values.abs().max() or 0.0)  # type: ignore[arg-type]
    for unit, evidence in (
        (_UNITS.get(given or ""), "given by the user"),
        ("%" if largest > _LARGEST_FRACTION else None, f"{largest:g} is no fraction"),
        (_by_response(values, columns), "by the spectral response beside it"),
        (_by_integral(values, columns, stated), "by the integrated current that the file states"),
    ):
        if unit is not None:
            text.decisions["eqe_unit"] = f"{unit} ({evidence})"
            return unit
    raise BadInput(
        "eqe.unit",
        "The quantum efficiency “{header}” of “{name}” is {largest:g} at most and has no unit: it may be a fraction or per cent. Say it with --set eqe_unit=…",
        Question("eqe_unit", (Option("fraction", f"{100 * largest:g} %"), Option("percent", f"{largest:g} %"))),
        header=cell.text, name=text.name, largest=largest,
    )  # fmt: skip


def _by_response(values: "pl.Series", columns: "Sequence[tuple[Header, str | None, pl.Series]]") -> str | None:
    """EQE = SR h c / (e λ): the scale that the spectral response in A/W tells."""
    wavelength = next((v for h, kind, v in columns if kind == "wavelength" and h.unit in (None, "nm")), None)
    response = next((v for h, kind, v in columns if kind == "spectral_response" and h.unit == "A/W"), None)
    if wavelength is None or response is None:
        return None
    expected = float((response * PLANCK_LIGHT / wavelength).sum() or 0.0)
    return _matching(float(values.sum() or 0.0), expected)


def _by_integral(
    values: "pl.Series", columns: "Sequence[tuple[Header, str | None, pl.Series]]", stated: Sequence[Stated]
) -> str | None:
    """The scale that the stated current density under AM1.5G tells."""
    import numpy as np

    wavelength = next((v for h, kind, v in columns if kind == "wavelength" and h.unit in (None, "nm")), None)
    result = next((s for s in stated if s.conditions.get("spectrum", "AM1.5G") == "AM1.5G"), None)
    if wavelength is None or result is None or len(values) < 2:
        return None
    order = np.argsort(wavelength.to_numpy())
    sun = am15g()
    ratio = np.interp(sun.wavelength, wavelength.to_numpy()[order], values.to_numpy()[order], left=0.0, right=0.0)
    return _matching(float(np.trapezoid(ratio * sun.current_density, sun.wavelength)), abs(result.value))


def _matching(found: float, expected: float) -> str | None:
    """“1” where the numbers are fractions, “%” where they are a hundred times larger, None where neither fits."""
    if expected <= 0:
        return None
    fits = {"1": found / expected, "%": found / expected / 100}
    return next((unit for unit, ratio in fits.items() if abs(ratio - 1) <= _AGREES), None)
