"""dQ/dV of one half-cycle on an even grid of potential."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class DifferentialCapacity:
    """Arrays of shape (points,): the middle of each grid cell and the charge per volt in it."""

    potential: "Numbers"  # V
    capacity: "Numbers"  # mAh/V, without sign


def _smoothed(density: "Numbers", width: float) -> "Numbers":
    """A Gaussian of standard deviation `width` cells, cut at four of them; the ends are taken to go on level."""
    import numpy as np

    reach = int(4 * width + 0.5)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    return np.convolve(np.pad(density, reach, mode="edge"), kernel / kernel.sum(), mode="valid")


def differential_capacity(
    *, potential: "Numbers", capacity: "Numbers", direction: int, grid: float, smoothing: float
) -> DifferentialCapacity:
    """Charge per volt between even potentials, then a Gaussian of standard deviation `smoothing` (both in V).

    `capacity` (mAh) rises from 0. The potential is made monotonic (running extreme in `direction`), so that noise and
    relaxation carry no negative charge, and all charge before the extreme potential is kept: the integral over V is the
    capacity up to there. What passes at the extreme itself (a constant-voltage tail) has no dV and is left out.
    """
    import numpy as np

    climbing = potential * direction
    monotonic = np.maximum.accumulate(climbing)
    end = int(np.argmax(climbing)) + 1
    monotonic, passed = monotonic[:end], capacity[:end]
    rising = np.append(np.diff(monotonic) > 0, True)  # of equal potentials the last: the charge at a plateau counts
    monotonic, passed = monotonic[rising], passed[rising]
    cells = int((monotonic[-1] - monotonic[0]) / grid + 1e-9) if len(monotonic) > 1 else 0
    if cells < 3:
        return DifferentialCapacity(np.zeros(0), np.zeros(0))
    edges = monotonic[0] + grid * np.arange(cells + 1)
    density = np.diff(np.interp(edges, monotonic, passed)) / grid
    if smoothing > 0:
        density = _smoothed(density, smoothing / grid)
    middle = (edges[1:] + edges[:-1]) / 2 * direction
    return DifferentialCapacity(middle, density)
