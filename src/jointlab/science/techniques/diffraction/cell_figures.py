"""The cell refined from indexed reflections, as figures and the table of indexed lines."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from jointlab.science.reading import Condition, RawColumn, make_table
from jointlab.science.techniques.diffraction.indexing import Indexed, index_and_refine
from jointlab.science.techniques.diffraction.lattice import Cell, hkl_label, reflections
from jointlab.science.techniques.diffraction.options import Options
from jointlab.science.techniques.diffraction.part import Part
from jointlab.science.techniques.diffraction.pattern import Array
from jointlab.science.techniques.diffraction.peaks import Peak
from jointlab.science.techniques.diffraction.radiation import Radiation
from jointlab.science.techniques.technique import figure

_CHANCE = 0.3  # share of the range that calculated lines cover, above which a match says little
_FEW = 0.5
_CERTAIN = 3.0  # times the uncertainty of the positions by which they may miss the cell
_FAR = 0.3  # deg; a sample that lies 0.6 mm off at 240 mm shifts a pattern as much


@dataclass(frozen=True)
class CellPart:
    """The part, and “hkl” by the peak's place in the list."""

    part: Part = field(default_factory=Part)
    labels: dict[int, str] = field(default_factory=dict)


def cell_part(
    peaks: Sequence[Peak], radiation: Radiation | None, options: Options, conditions: dict[str, Condition]
) -> CellPart:
    """Index by closeness and refine, where a cell and a wavelength are given."""
    made = CellPart()
    if options.cell is None or radiation is None or not peaks:
        return made
    part, cell = made.part, options.cell
    two_theta = np.array([p.two_theta for p in peaks])
    indexed = index_and_refine(
        cell, two_theta, np.array([p.u_two_theta for p in peaks]),
        wavelength=radiation.kalpha1, tolerance=options.tolerance, shift=options.shift,
    )  # fmt: skip
    if indexed is None:
        part.warn(
            "diffraction.not-indexed",
            f"Fewer reflections than {len(cell.free) + 1} lie within {options.tolerance:g} deg of the cell given: it is not refined.",
        )
        return made
    u_used = np.array([p.u_two_theta for p in peaks])[indexed.peak]
    _judge(part, indexed, two_theta, radiation.kalpha1, options)
    if (doubt := _doubt(indexed, u_used, options)) is not None:
        part.warn("diffraction.cell-refused", doubt)
        return made
    made.labels.update({int(i): hkl_label(hkl) for i, hkl in zip(indexed.peak, indexed.hkl, strict=True)})
    _figures(part, indexed, options, conditions)
    obs, calc = two_theta[indexed.peak], indexed.refined.calculated
    number = [RawColumn(indexed.hkl[:, n], None, "1", name=name) for n, name in enumerate("hkl")]
    part.tables.append(
        make_table(
            "indexed" if "scan" not in conditions else f"indexed of scan {conditions['scan']}",
            [
                RawColumn(indexed.peak + 1, None, "1", name="peak"), *number, RawColumn(obs, "peak_position", "deg"),
                RawColumn(calc, None, "deg", name="calculated"), RawColumn(obs - calc, None, "deg", name="difference"),
            ],
            conditions=conditions,
        )
    )  # fmt: skip
    return made


def _judge(part: Part, indexed: Indexed, two_theta: Array, wavelength: float, options: Options) -> None:
    """Cautions about a match that is thin or that chance alone would give."""
    used, total = indexed.peak.size, two_theta.size
    part.decide(
        "indexing",
        f"{used} of {total} reflections within {options.tolerance:g} deg, {indexed.refined.cell.system} {indexed.refined.cell.centring}, shift: {indexed.shift}, r.m.s. difference {indexed.refined.rms:.4f} deg",
    )
    if used <= _FEW * total:
        part.warn(
            "diffraction.few-indexed",
            f"Only {used} of {total} reflections fit the cell given: it is wrong, or there is another phase.",
        )
    low, high = float(two_theta.min()) - 1.0, float(two_theta.max())
    lines = reflections(
        indexed.refined.cell, d_min=wavelength / (2.0 * float(np.sin(np.radians(high) / 2.0)))
    ).two_theta(wavelength)
    covered = float(np.sum(lines > low)) * 2.0 * options.tolerance / max(high - low, 1.0)
    if covered > _CHANCE:
        part.warn(
            "diffraction.index-by-chance",
            f"The cell has a line within {options.tolerance:g} deg of {min(covered, 1.0):.0%} of all angles: a match may be chance. Give centring, a smaller index_tolerance, or a better cell.",
        )
    if indexed.shift == "none" and options.shift == "auto":
        part.warn(
            "diffraction.no-shift",
            "Too few indexed reflections to refine the sample's displacement with the cell: the edges hold its error.",
        )


def _doubt(indexed: Indexed, u_two_theta: Array, options: Options) -> str | None:
    """Why the refined cell is none: the reflections miss it by more than they are uncertain, or the pattern would be far off."""
    refined, count = indexed.refined, indexed.peak.size
    free = len(refined.cell.free) + (indexed.shift != "none")
    scatter = refined.rms * float(np.sqrt(count / max(count - free, 1)))
    u = float(np.sqrt(np.mean(u_two_theta**2)))
    if scatter > options.scatter + _CERTAIN * u:
        return (
            f"The {count} reflections that lie near lines of the cell given miss the refined cell by {scatter:.3f} deg; their positions are certain to {u:.3f} deg."
            f" They do not belong to it, and no cell is given. Check unit_cell and centring, narrow index_tolerance, or allow more with index_scatter."
        )
    if abs(refined.shift) > _FAR:
        return (
            f"The cell given fits only with the pattern shifted by {refined.shift:.2f} deg, more than a displaced sample or a wrong zero does, and no cell is given."
            f" Check unit_cell, centring and wavelength."
        )
    return None


def _figures(part: Part, indexed: Indexed, options: Options, conditions: dict[str, Condition]) -> None:
    refined = indexed.refined
    moved = {"none": "no shift", "zero": "zero shift", "displacement": "sample displacement"}[indexed.shift]
    method = (
        f"least squares on {indexed.peak.size} angles, {moved} refined"
        if indexed.shift != "none"
        else f"least squares on {indexed.peak.size} angles"
    )
    includes = f"fit covariances and the scatter of the angles ({refined.scatter:.2g} deg); not: wavelength"
    includes += "" if indexed.shift != "none" else ", sample displacement, zero error"
    cell: Cell = refined.cell
    for name in cell.free:
        quantity = "lattice_parameter" if len(name) == 1 else "lattice_angle"
        value, u = float(getattr(cell, name)), refined.uncertainty[name]
        part.figures.append(
            figure(quantity, value, uncertainty=u, method=method, includes=includes, **conditions, axis=name)
        )
    part.figures.append(
        figure("cell_volume", cell.volume, uncertainty=refined.u_volume, method=method, includes=includes, **conditions)
    )
    if indexed.shift != "none":
        formula = "observed - calculated = shift" + (" × cos θ" if indexed.shift == "displacement" else "")
        part.figures.append(
            figure(
                "two_theta_shift",
                refined.shift,
                uncertainty=refined.u_shift,
                method=f"{method}; {formula}",
                includes=includes,
                **conditions,
                kind=indexed.shift,
            )
        )
