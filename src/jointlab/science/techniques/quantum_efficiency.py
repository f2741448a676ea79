"""External quantum efficiency: the current density it promises in sunlight, and the band gap at its edge."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jointlab.science.plots.plot import Axis, Plot, Series
from jointlab.science.reading import Caution, Condition, RawColumn, Reading, Table, make_table
from jointlab.science.reference.sunlight import PLANCK_LIGHT, am15g
from jointlab.science.settings import Settings
from jointlab.science.techniques.technique import Analysis, Figure, Technique, figure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FEWEST = 5
_SHOULDER = 0.8  # of the greatest efficiency: the edge begins at the last wavelength that reaches it
_FOOT = 0.1  # of the greatest efficiency: the edge must fall below it for the inflection to be inside
_CUT_OFF = 0.05  # of the greatest efficiency: more at an end of the scan means that current is missing
_MISSING = 0.002  # of the integrated current
_FULL = 100.5  # %
_NEGATIVE = -0.5  # %; less is noise about zero
_SCANS_DRAWN = 12


@dataclass(frozen=True)
class _Scan:
    """Ascending wavelengths in nm and efficiencies as ratios, each of shape (points,)."""

    wavelength: "NDArray[np.float64]"
    ratio: "NDArray[np.float64]"
    conditions: dict[str, Condition]


@dataclass(frozen=True)
class Gap:
    """A band gap in eV and its standard uncertainty from the wavelength step."""

    value: float
    uncertainty: float


def analyse(reading: Reading, settings: Settings) -> Analysis:
    """Integrated current density and band gap of every scan."""
    figures: list[Figure] = []
    warnings: list[Caution] = []
    tables: list[Table] = []
    scans: list[_Scan] = []
    for table in reading.tables:
        scan = scan_of(table)
        if scan is None:
            warnings.append(
                Caution("eqe.few-points", f"“{table.name}” has fewer than {_FEWEST} efficiencies: no figures.")
            )
            continue
        scans.append(scan)
        figures += _figures(scan)
        warnings += _cautions(scan, table.name)
        tables.append(_cumulative_table(scan, table.name))
    warnings += _compared(reading, figures)
    return Analysis(tuple(figures), tuple(tables), _plots(scans), tuple(warnings))


def scan_of(table: Table) -> _Scan | None:
    """A scan over wavelength as ratios, from an efficiency or a spectral response; None for too few points."""
    import numpy as np

    if table.has("wavelength"):
        wavelength = table.array("wavelength")
    elif table.has("photon_energy"):
        energy = table.array("photon_energy")
        wavelength = PLANCK_LIGHT / np.where(energy > 0, energy, np.nan)
    else:
        return None
    if table.has("external_quantum_efficiency"):
        ratio = table.array("external_quantum_efficiency") / 100
    elif table.has("spectral_response"):
        ratio = table.array("spectral_response") * PLANCK_LIGHT / wavelength
    else:
        return None
    keep = np.isfinite(wavelength) & np.isfinite(ratio) & (wavelength > 0)
    points, inverse = np.unique(wavelength[keep], return_inverse=True)
    if len(points) < _FEWEST:
        return None
    mean = np.bincount(inverse, weights=ratio[keep]) / np.bincount(inverse)
    return _Scan(points, mean, dict(table.conditions))


def cumulative(
    wavelength: "NDArray[np.float64]", ratio: "NDArray[np.float64]"
) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    """Wavelengths in nm and the current density up to each, in mA/cm^2, under AM1.5G; shape (points,).

    The efficiency is linear between its points and zero outside; trapezoids over the wavelengths of both tables.
    """
    import numpy as np

    sun = am15g()
    grid = np.union1d(sun.wavelength, wavelength)
    grid = grid[(grid >= max(wavelength[0], sun.wavelength[0])) & (grid <= min(wavelength[-1], sun.wavelength[-1]))]
    if len(grid) < 2:
        return wavelength[:1], np.zeros(1)
    density = np.interp(grid, wavelength, ratio) * np.interp(grid, sun.wavelength, sun.current_density)
    steps = np.diff(grid) * (density[1:] + density[:-1]) / 2
    return grid, np.concatenate([[0.0], np.cumsum(steps)])


def inflection_gap(wavelength: "NDArray[np.float64]", ratio: "NDArray[np.float64]") -> Gap | None:
    """Photon energy at which the efficiency rises fastest on its long-wave edge; None where the edge is not inside."""
    import numpy as np

    top = float(ratio.max())
    if top <= 0:
        return None
    last = int(np.flatnonzero(ratio >= _SHOULDER * top)[-1])
    below = np.flatnonzero(ratio[last:] <= _FOOT * top)
    if not len(below):
        return None
    first, end = max(last - 2, 0), min(last + int(below[0]) + 3, len(ratio))
    energy = PLANCK_LIGHT / wavelength[first:end][::-1]
    slope = np.diff(ratio[first:end][::-1]) / np.diff(energy)
    middle = (energy[1:] + energy[:-1]) / 2
    steepest = int(np.argmax(slope))
    step = float(energy[steepest + 1] - energy[steepest])
    if not 0 < steepest < len(slope) - 1:
        return Gap(float(middle[steepest]), step / 3**0.5)
    a, b, _ = np.polyfit(middle[steepest - 1 : steepest + 2] - middle[steepest], slope[steepest - 1 : steepest + 2], 2)
    shift = float(-b / (2 * a)) if a < 0 else 0.0
    return Gap(float(middle[steepest]) + max(-step, min(step, shift)), step / 12**0.5)


def _figures(scan: _Scan) -> Iterator[Figure]:
    total = float(cumulative(scan.wavelength, scan.ratio)[1][-1])
    odd = slice(None, None, 2)
    thinned = (scan.wavelength[odd], scan.ratio[odd])
    if thinned[0][-1] != scan.wavelength[-1]:
        thinned = tuple(
            _with_last(part, whole) for part, whole in zip(thinned, (scan.wavelength, scan.ratio), strict=True)
        )  # type: ignore[assignment]
    step_error = (
        abs(float(cumulative(*thinned)[1][-1]) - total) / 3
    )  # the error of a trapezoid falls as the step squared
    yield figure(
        "integrated_current_density", total, uncertainty=step_error, includes="wavelength step; no calibration",
        method=f"EQE times photon flux of AM1.5G (ASTM G173-03), {scan.wavelength[0]:g} to {scan.wavelength[-1]:g} nm, trapezoids",
        **{**scan.conditions, "spectrum": "AM1.5G"},
    )  # fmt: skip
    gap = inflection_gap(scan.wavelength, scan.ratio)
    if gap is not None:
        yield figure(
            "band_gap", gap.value, uncertainty=gap.uncertainty, includes="wavelength step",
            method="inflection of the EQE edge, maximum of dEQE/dE (doi:10.1103/PhysRevApplied.7.044016)", **scan.conditions,
        )  # fmt: skip


def _with_last(part: "NDArray[np.float64]", whole: "NDArray[np.float64]") -> "NDArray[np.float64]":
    import numpy as np

    return np.append(part, whole[-1])


def _cautions(scan: _Scan, name: str) -> Iterator[Caution]:
    percent, top = 100 * scan.ratio, 100 * float(scan.ratio.max())
    if top > _FULL:
        yield Caution(
            "eqe.above-100",
            f"“{name}” reaches {top:.4g} %: more electrons than photons. The calibration or the unit is wrong, or the device has internal gain.",
        )
    if float(percent.min()) < _NEGATIVE:
        yield Caution(
            "eqe.negative", f"“{name}” falls to {float(percent.min()):.3g} %: offset or noise of the measurement."
        )
    if 0 < top < 1:
        yield Caution(
            "eqe.small",
            f"“{name}” reaches {top:.3g} % only. If its numbers are fractions, say --set eqe_unit=fraction.",
        )
    yield from _missing(scan, name, top)


def _missing(scan: _Scan, name: str, top: float) -> Iterator[Caution]:
    """Current beyond the ends of the scan: at the blue end by the sunlight there, at the red end by the efficiency."""
    sun = am15g()
    blue = sun.wavelength < scan.wavelength[0]
    total = float(cumulative(scan.wavelength, scan.ratio)[1][-1])
    light = float((sun.current_density[blue] * 0.5).sum())  # the table has steps of half a nanometre there
    if float(scan.ratio[0]) * light > _MISSING * total:
        yield _partial(name, "begins", scan.wavelength[0], scan.ratio[0])
    if 100 * float(scan.ratio[-1]) > _CUT_OFF * top > 0:
        yield _partial(name, "ends", scan.wavelength[-1], scan.ratio[-1])


def _partial(name: str, end: str, wavelength: float, ratio: float) -> Caution:
    return Caution(
        "eqe.partial",
        f"“{name}” {end} at {wavelength:g} nm, where it is still {100 * ratio:.3g} %: the integrated current density lacks what lies beyond.",
    )


def _compared(reading: Reading, figures: "list[Figure]") -> Iterator[Caution]:
    """Where an integrated current density of the file is not the one that its curve gives."""
    for result in reading.stated:
        for item in figures:
            same = all(item.conditions.get(key, value) == value for key, value in result.conditions.items())
            if item.quantity == result.quantity and same and abs(result.value - item.value) > 0.02 * abs(item.value):
                where = ", ".join(f"{key} {value}" for key, value in item.conditions.items())
                yield Caution(
                    "stated.differs",
                    f"The file states {result.value:.5g} {result.unit} where its curve gives {item.value:.5g} ({where}).",
                )


def _cumulative_table(scan: _Scan, name: str) -> Table:
    grid, current = cumulative(scan.wavelength, scan.ratio)
    raw = [RawColumn(grid, "wavelength", "nm"), RawColumn(current, "integrated_current_density", "mA/cm^2")]
    return make_table(f"{name}: current density", raw, conditions=scan.conditions)


def _plots(scans: "list[_Scan]") -> tuple[Plot, ...]:
    if not scans:
        return ()
    shown = scans[:_SCANS_DRAWN]
    names = [f"scan {scan.conditions['scan']}" if "scan" in scan.conditions else "scan" for scan in shown]
    curves = tuple(
        Series(name, scan.wavelength, 100 * scan.ratio, "line+points") for name, scan in zip(names, shown, strict=True)
    )
    sums = tuple(
        Series(name, *cumulative(scan.wavelength, scan.ratio)) for name, scan in zip(names, shown, strict=True)
    )
    wavelength = Axis("wavelength")
    return (
        Plot("eqe", "External quantum efficiency", wavelength, Axis("external_quantum_efficiency"), curves,
             description=f"External quantum efficiency against wavelength, {len(shown)} scans."),
        Plot("eqe_current", "Integrated current density", wavelength, Axis("integrated_current_density"), sums,
             caption="Running integral of EQE times the photon flux of AM1.5G (ASTM G173-03).",
             description="Current density summed from the shortest wavelength on."),
    )  # fmt: skip


TECHNIQUES = (
    Technique("quantum_efficiency.figures", "quantum_efficiency", "1", "Quantum efficiency: current density and band gap",
              analyse, ("integrated_current_density", "band_gap")),
)  # fmt: skip
