"""Cycles from half-cycles: pairing, efficiencies, retention. Pure functions of arrays of shape (cycles,)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jointlab.science.techniques.half_cycles import HalfCycles

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Whole = NDArray[np.int64]

SAME_CURRENT = 0.1  # cycles whose current differs by less may be compared
_END_WINDOW = 0.02  # of the potential window: a half-cycle that ends this near to its forerunner's end is whole


@dataclass(frozen=True, eq=False)
class Cycles:
    """One entry a cycle; nan where a cycle has no such half. Uncertainties are k = 1 without the gain of the instrument."""

    number: "Whole"
    charge_half: "Whole"  # index of the half-cycle, -1 without one
    discharge_half: "Whole"
    complete: "NDArray[np.bool_]"  # both halves are there, and the last was not cut by the end of the file
    charge_capacity: "Numbers"  # mAh
    charge_uncertainty: "Numbers"
    discharge_capacity: "Numbers"  # mAh
    discharge_uncertainty: "Numbers"
    charge_energy: "Numbers"  # mWh
    discharge_energy: "Numbers"
    charge_potential: "Numbers"  # V, mean
    charge_potential_uncertainty: "Numbers"
    discharge_potential: "Numbers"
    discharge_potential_uncertainty: "Numbers"
    charge_current: "Numbers"  # A, mean, without sign
    discharge_current: "Numbers"

    @property
    def count(self) -> int:
        """Number of cycles."""
        return len(self.number)


def pair(halves: HalfCycles, *, opening: int, potential: "Numbers") -> Cycles:
    """Pair half-cycles; each cycle begins with the direction `opening` (+1 charge, -1 discharge).

    A first half-cycle of the other direction is a cycle of its own, number 0.
    """
    import numpy as np

    offset = 0 if not halves.count or halves.direction[0] == opening else 1
    number = (np.arange(halves.count) + offset) // 2 + 1 - offset
    cycles = np.unique(number)
    lookup = {way: np.full(len(cycles), -1, dtype=np.int64) for way in (1, -1)}
    for way, found in lookup.items():
        mine = np.flatnonzero(halves.direction == way)
        found[number[mine] - cycles[0] if len(cycles) else mine] = mine
    charge, discharge = lookup[1], lookup[-1]
    complete = (charge >= 0) & (discharge >= 0)
    if len(cycles) and not _last_is_whole(halves, potential):
        complete[-1] = False

    def of(values: "Numbers", index: "Whole") -> "Numbers":
        return np.where(index >= 0, values[index], np.nan) if len(values) else np.zeros(0)

    return Cycles(
        cycles, charge, discharge, complete,
        of(halves.charge, charge), of(halves.charge_uncertainty, charge),
        of(halves.charge, discharge), of(halves.charge_uncertainty, discharge),
        of(halves.energy, charge), of(halves.energy, discharge),
        of(halves.mean_potential, charge), of(halves.mean_potential_uncertainty, charge),
        of(halves.mean_potential, discharge), of(halves.mean_potential_uncertainty, discharge),
        of(np.abs(halves.mean_current), charge), of(np.abs(halves.mean_current), discharge),
    )  # fmt: skip


def _last_is_whole(halves: HalfCycles, potential: "Numbers") -> bool:
    """Whether the last half-cycle ended by itself, or where the one of its direction before it ended."""
    import numpy as np

    if halves.finished or halves.count < 3:
        return True
    ends = potential[halves.last]
    rows = potential[halves.rows]
    return bool(abs(ends[-1] - ends[-3]) <= _END_WINDOW * float(np.ptp(rows)))


@dataclass(frozen=True, eq=False)
class Ratio:
    """A ratio in % with its standard uncertainty, shape (cycles,)."""

    value: "Numbers"
    uncertainty: "Numbers"


def ratio(above: "Numbers", above_u: "Numbers", below: "Numbers", below_u: "Numbers") -> Ratio:
    """100 above/below; the parts are independent, so a common gain of the instrument cancels."""
    import numpy as np

    below = np.where(below > 0, below, np.nan)
    value = 100 * above / below
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.hypot(np.where(above > 0, above_u / above, 0.0), below_u / below)
    return Ratio(value, np.abs(value) * relative)


def given_out(cycles: Cycles, *, by_charge: bool) -> "tuple[Numbers, Numbers]":
    """The capacity that retention follows and its uncertainty: of discharge, or of charge for an anode half-cell."""
    if by_charge:
        return cycles.charge_capacity, cycles.charge_uncertainty
    return cycles.discharge_capacity, cycles.discharge_uncertainty


def first_below(
    capacity: "Numbers", *, current: "Numbers", reference: int, share: float, usable: "Whole"
) -> int | None:
    """Index of the first usable cycle behind `reference` with less than `share` of its capacity at its current."""
    import numpy as np

    behind = usable[usable > reference]
    same = np.abs(current[behind] / current[reference] - 1) <= SAME_CURRENT
    below = behind[same & (capacity[behind] < share * capacity[reference])]
    return int(below[0]) if len(below) else None
