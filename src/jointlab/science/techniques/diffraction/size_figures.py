"""Crystallite size by Scherrer, size and strain by Williamson and Hall, as figures with what they hold."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from jointlab.science.reading import Condition
from jointlab.science.techniques.diffraction.broadening import Broadening, Instrument, sample_broadening, scherrer_size
from jointlab.science.techniques.diffraction.options import Options
from jointlab.science.techniques.diffraction.part import Part
from jointlab.science.techniques.diffraction.pattern import Array
from jointlab.science.techniques.diffraction.peaks import Peak
from jointlab.science.techniques.diffraction.pictures import williamson_hall_plot
from jointlab.science.techniques.diffraction.radiation import Radiation
from jointlab.science.techniques.diffraction.weighting import excess_scatter
from jointlab.science.techniques.diffraction.williamson_hall import LEAST_PEAKS, williamson_hall
from jointlab.science.techniques.technique import figure

_MOST_FIGURES = 30
_POOR = 0.9  # R² below which the line of Williamson and Hall is called poor
_USABLE = 0.5  # relative uncertainty of a size above which it is left out


@dataclass(frozen=True)
class SizePart:
    """The part, and size with uncertainty (nm) by the peak's place in the list."""

    part: Part = field(default_factory=Part)
    sizes: dict[int, tuple[float, float]] = field(default_factory=dict)


def size_part(
    peaks: Sequence[Peak],
    radiation: Radiation | None,
    options: Options,
    conditions: dict[str, Condition],
    *,
    labels: dict[int, str],
) -> SizePart:
    """Sizes of all reflections, their summary, and the line of Williamson and Hall where the instrument is known."""
    made = SizePart()
    if radiation is None or not peaks:
        return made
    part, instrument = made.part, options.instrument
    part.decide("Scherrer", f"K {options.k:g} with the {'integral breadth' if options.integral else 'FWHM'}")
    part.decide(
        "instrument", "not given" if instrument is None else f"{instrument.source}, taken off by {options.subtraction}"
    )
    broad: dict[int, Broadening] = {}
    for i, peak in enumerate(peaks):
        left = sample_broadening(peak, instrument, subtraction=options.subtraction)
        if left is not None and left.uncertainty < _USABLE * left.fwhm:
            factor = peak.breadth / peak.fwhm if options.integral else 1.0
            broad[i] = Broadening(left.fwhm * factor, left.uncertainty * factor)
            made.sizes[i] = scherrer_size(broad[i], two_theta=peak.two_theta, wavelength=radiation.kalpha1, k=options.k)
    if instrument is None:
        part.warn(
            "diffraction.size-lower-bound",
            "The broadening of the instrument is not given (instrument_fwhm, or caglioti_u, _v, _w): each size is a lower bound, and strain is not computed.",
        )
    elif not broad:
        part.warn(
            "diffraction.not-broadened",
            "No reflection is broader than the instrument by two standard uncertainties: the crystallites are too large for a size.",
        )
    _scherrer_figures(made, peaks, instrument, options, conditions, labels)
    if instrument is not None and broad:
        _williamson_hall(part, peaks, broad, radiation, options, conditions, labels)
    return made


def _scherrer_figures(
    made: SizePart,
    peaks: Sequence[Peak],
    instrument: Instrument | None,
    options: Options,
    conditions: dict[str, Condition],
    labels: dict[int, str],
) -> None:
    bound = {} if instrument is not None else {"bound": "lower"}
    method = f"Scherrer, K = {options.k:g}, {'integral breadth' if options.integral else 'FWHM'}"
    method += ", instrument not taken off" if instrument is None else f", instrument taken off ({options.subtraction})"
    includes = "fit covariance of the breadth; not: K, instrument's breadth, strain"
    if len(made.sizes) >= 2:  # before those of single reflections: it is the one to look at first
        _mean_size(made, method, includes, {**conditions, "by": "scherrer", **bound})
    strongest = sorted(made.sizes, key=lambda i: -peaks[i].area)[:_MOST_FIGURES]
    for i in sorted(strongest):
        told: dict[str, Condition] = {**conditions, "by": "scherrer", **bound, "peak": i + 1}
        if i in labels:
            told["hkl"] = labels[i]
        size, u = made.sizes[i]
        made.part.figures.append(
            figure("crystallite_size", size, uncertainty=u, method=method, includes=includes, **told)
        )


def _mean_size(made: SizePart, method: str, includes: str, conditions: dict[str, Condition]) -> None:
    """The mean over the reflections, weighted by their uncertainties and the scatter between them."""
    sizes: Array = np.array([size for size, _ in made.sizes.values()], dtype=np.float64)
    spreads: Array = np.array([u for _, u in made.sizes.values()], dtype=np.float64)

    def chi2(total: Array) -> float:
        weight = 1.0 / total**2
        mean = float(weight @ sizes) / float(weight.sum())
        return float(np.sum(weight * (sizes - mean) ** 2)) / (len(sizes) - 1)

    scatter = excess_scatter(spreads, chi2)
    weight = 1.0 / (spreads**2 + scatter**2)
    made.part.figures.append(
        figure(
            "crystallite_size",
            float(weight @ sizes / weight.sum()),
            uncertainty=float(1.0 / np.sqrt(weight.sum())),
            method=f"weighted mean of the reflections: {method}",
            includes=f"{includes.partition(';')[0]}, scatter between reflections ({scatter:.2g} nm);{includes.partition(';')[2]}",
            **{**conditions, "over": f"{sizes.size} peaks"},
        )
    )


def _williamson_hall(
    part: Part, peaks: Sequence[Peak], broad: dict[int, Broadening], radiation: Radiation, options: Options,
    conditions: dict[str, Condition], labels: dict[int, str],
) -> None:  # fmt: skip
    used = [i for i in broad if i in labels] if labels else list(broad)
    if len(used) < LEAST_PEAKS:
        part.warn(
            "diffraction.few-peaks",
            f"Williamson-Hall needs at least {LEAST_PEAKS} broadened reflections{' of the cell' if labels else ''}; there are {len(used)}.",
        )
        return
    line = williamson_hall(
        np.array([peaks[i].two_theta for i in used]), np.array([broad[i].fwhm for i in used]), np.array([broad[i].uncertainty for i in used]),
        wavelength=radiation.kalpha1, k=options.k, quadratic=options.quadratic,
    )  # fmt: skip
    kind = "quadratic" if options.quadratic else "linear"
    method = f"Williamson-Hall, {kind}, K = {options.k:g}, {'integral breadth' if options.integral else 'FWHM'}, {len(used)} reflections"
    includes = "fit covariances and the scatter about the line; not: K, instrument's breadth, anisotropy"
    told: dict[str, Condition] = {**conditions, "by": "williamson-hall"}
    part.decide(
        "Williamson-Hall",
        f"{kind}, {len(used)} reflections, R² {line.r_squared:.3f}, reduced χ² {line.chi2:.3g}"
        + ("" if labels else ", all taken to be of one phase"),
    )
    if line.size is not None:
        part.figures.append(
            figure("crystallite_size", line.size, uncertainty=line.u_size, method=method, includes=includes, **told)
        )
    if line.strain is not None:
        part.figures.append(
            figure("microstrain", line.strain, uncertainty=line.u_strain, method=method, includes=includes, **told)
        )
    missing = [name for name, value in (("size", line.size), ("strain", line.strain)) if value is None]
    if missing:
        part.warn(
            "diffraction.williamson-hall",
            f"The line of Williamson and Hall gives no {' and no '.join(missing)}: not positive by more than its uncertainty.",
        )
    if line.r_squared < _POOR and line.strain is not None:
        part.warn(
            "diffraction.williamson-hall-poor",
            f"The reflections scatter about the line of Williamson and Hall (R² {line.r_squared:.2f}): anisotropy, several phases or an instrument's breadth that does not fit.",
        )
    part.plots.append(williamson_hall_plot(line, quadratic=options.quadratic, conditions=conditions))
