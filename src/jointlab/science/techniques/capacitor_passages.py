"""One charge or discharge of a capacitor: step of the potential, capacitance by integrals and by slope. Pure functions."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

_HEAD = 0.1  # share of the passage from which the potential is drawn back to the moment of switching
_STEADY = 0.05  # a current that changes by less is constant


@dataclass(frozen=True, eq=False)
class CapacitorPassage:
    """Rows of one half-cycle. `time` counts from the moment of switching; arrays of shape (rows,)."""

    time: "Numbers"  # s
    potential: "Numbers"  # V
    current: "Numbers"  # A, signed
    potential_before: float | None  # V, last row before switching; None at the start of the file
    current_before: float  # A, signed


@dataclass(frozen=True)
class Capacitance:
    """What one passage gives. None where the rows do not carry it; uncertainties are k = 1."""

    start: float  # V, potential drawn back to the moment of switching
    start_uncertainty: float
    end: float  # V, last row
    charge: float  # C, without sign, from switching to the last row
    energy: float  # J, likewise
    duration: float  # s, likewise
    by_charge: float  # F, Q/(E1 - E2)
    by_energy: float  # F, 2 W/(E1^2 - E2^2)
    relative_uncertainty: float  # of both
    step: float | None  # V, without sign
    resistance: float | None  # ohm, step over change of current
    constant_current: bool


def capacitance(passage: CapacitorPassage) -> Capacitance | None:
    """Capacitances of a passage; None for fewer than three rows or a potential that does not move as the current asks."""
    import numpy as np

    time, potential, current = passage.time, passage.potential, passage.current
    if len(time) < 3 or not time[-1] > time[0] >= 0:
        return None
    size = np.abs(current)
    start, spread, scatter = _at_switching(time, potential)
    lead = float(size[0] * time[0])
    charge = lead + float(np.trapezoid(size, time))
    energy = lead * (start + float(potential[0])) / 2 + float(np.trapezoid(size * potential, time))
    end = float(potential[-1])
    moved = abs(end - start)
    if moved <= 0 or charge <= 0 or (end - start) * current[0] <= 0:
        return None
    squares = abs(start**2 - end**2)
    before = passage.potential_before
    step = None if before is None else abs(before - start)
    change = abs(float(current[0]) - passage.current_before)
    steady = bool(np.ptp(size) <= _STEADY * np.median(size))
    return Capacitance(
        start, spread, end, charge, energy, float(time[-1]), charge / moved,
        2 * abs(energy) / squares if squares > 0 else float("nan"), float(np.hypot(spread, scatter)) / moved,
        step if steady else None, step / change if steady and step is not None and change > 0 else None, steady,
    )  # fmt: skip


def _at_switching(time: "Numbers", potential: "Numbers") -> tuple[float, float, float]:
    """Potential at time 0, its standard uncertainty, and the scatter of a row.

    A parabola through the first tenth of the passage (a line through fewer than six rows), so that a curve by leakage
    does not pass for a step.
    """
    import numpy as np

    count = max(int(np.searchsorted(time, time[0] + _HEAD * (time[-1] - time[0]))) + 1, 3)
    head, volts = time[:count], potential[:count]
    scale = float(head[-1])
    degree = 2 if count > 5 else 1
    design = np.vander(head / scale, degree + 1, increasing=True)
    found, _, rank, _ = np.linalg.lstsq(design, volts, rcond=None)
    if rank <= degree:
        return float(volts[0]), 0.0, 0.0
    free = count - degree - 1
    residual = volts - design @ found
    scatter = float(np.sqrt(residual @ residual / free)) if free > 0 else 0.0
    inverse = np.linalg.inv(design.T @ design)
    return float(found[0]), scatter * float(np.sqrt(inverse[0, 0])), scatter


def slope_capacitance(passage: CapacitorPassage, *, full: float, upper: float, lower: float) -> float | None:
    """I (t2 - t1)/(U1 - U2) in F between shares `upper` and `lower` of the potential `full`; None if not passed through.

    The potential must fall; its crossings are interpolated between rows.
    """
    import numpy as np

    high, low = upper * full, lower * full
    potential = np.minimum.accumulate(passage.potential)
    if not potential[0] >= high > low >= potential[-1]:
        return None
    first, second = (float(np.interp(-level, -potential, passage.time)) for level in (high, low))
    inside = (passage.time >= first) & (passage.time <= second)
    current = np.abs(passage.current[inside] if inside.any() else passage.current)
    return float(np.mean(current)) * (second - first) / (high - low)
