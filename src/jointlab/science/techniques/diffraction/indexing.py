"""Which reflection of a given cell each observed one is: by closeness, in turns with the refinement of the cell."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jointlab.science.techniques.diffraction.lattice import Cell, Refined, Reflections, refine_cell, reflections
from jointlab.science.techniques.diffraction.pattern import Array

_ROUNDS = 4


@dataclass(frozen=True, eq=False)
class Indexed:
    """Observed reflections that were indexed (`peak`: their places in the list given) and the cell refined from them."""

    peak: NDArray[np.intp]
    hkl: NDArray[np.int64]
    refined: Refined
    shift: str  # none, zero or displacement


def index_and_refine(
    cell: Cell, two_theta: Array, u_two_theta: Array, *, wavelength: float, tolerance: float, shift: str
) -> Indexed | None:
    """Match, refine, match again. Positions in deg by angle; None where fewer lines match than parameters are free.

    A line is used when exactly one reflection is its nearest within `tolerance` deg and no stronger candidate lies as
    near; `shift` ``auto`` refines the sample's displacement when at least three more lines than parameters are there.
    """
    d_min = wavelength / (2.0 * np.sin(np.radians(min(float(two_theta.max()) + 2.0 * tolerance, 179.9)) / 2.0))
    now, calculated_shift, chosen, result = cell, 0.0, "none", None
    for turn in range(_ROUNDS):
        found = reflections(now, d_min=float(d_min))
        near = (
            tolerance
            if turn == 0 or result is None
            else max(0.25 * tolerance, min(tolerance, 4.0 * result.refined.rms))
        )
        places, which = _match(found, two_theta, wavelength, near, calculated_shift, chosen)
        if places.size < len(cell.free) + 1:
            return result
        enough = places.size >= len(cell.free) + 3
        chosen = shift if shift != "auto" else ("displacement" if enough else "none")
        if chosen != "none" and places.size < len(cell.free) + 2:
            chosen = "none"
        refined = refine_cell(
            now, found.hkl[which], two_theta[places], u_two_theta[places], wavelength=wavelength, shift=chosen
        )
        result = Indexed(places, found.hkl[which], refined, chosen)
        now, calculated_shift = refined.cell, refined.shift
    return result


def _match(
    found: Reflections, two_theta: Array, wavelength: float, tolerance: float, shift: float, kind: str
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Places of the observed lines and of their reflections; each reflection is used once, by its nearest line."""
    expected = found.two_theta(wavelength)
    expected = expected + shift * (np.cos(np.radians(expected) / 2.0) if kind == "displacement" else 1.0)
    distance = np.abs(two_theta[:, None] - expected[None, :])
    distance[~np.isfinite(distance)] = np.inf
    nearest = np.argmin(distance, axis=1)
    places = []
    for i, j in enumerate(nearest):
        if distance[i, j] <= tolerance and i == int(np.argmin(distance[:, j])):
            places.append(i)
    chosen = np.array(places, dtype=np.intp)
    return chosen, nearest[chosen]
