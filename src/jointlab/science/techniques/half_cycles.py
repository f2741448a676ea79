"""Half-cycles from time, potential and current: where the current turns, and how much charge and energy has passed.

A half-cycle is everything between two turns of the current: constant current, the constant-voltage tail behind it, rests
and pulses of the same sign. Pure functions of arrays; all work over half-cycles is vectorised.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]
    Whole = NDArray[np.int64]

MAH = 3.6  # coulombs in one mAh, joules in one mWh
REST = 5e-4  # of the typical current: smaller currents are rest
SMALLEST = 1e-3  # of the larger neighbour's charge: smaller passages are pulses, not half-cycles
_NOISE = 1e-5  # of the largest passage's charge
_STEP = 0.2  # change of the current from row to row that is a step of the programme, not a curve
_GAP = 10.0  # times the usual interval of a half-cycle is a gap


@dataclass(frozen=True, eq=False)
class Passage:
    """Charge and energy per row, shape (rows,): each row holds its half of the intervals beside it."""

    time: "Numbers"  # s
    potential: "Numbers"  # V
    current: "Numbers"  # A, positive while charging
    charge: "Numbers"  # mAh, signed
    energy: "Numbers"  # mWh, signed as the charge
    edge_variance: "Numbers"  # mAh^2, from not knowing when between two rows the current was switched
    charge_curvature: "Numbers"  # mAh, estimated error of the trapezoid
    energy_curvature: "Numbers"  # mWh
    switching: str  # how the moment of switching was found
    gap: "NDArray[np.bool_]"  # rows behind an unusually long interval


@dataclass(frozen=True, eq=False)
class HalfCycles:
    """Arrays of shape (half-cycles,)."""

    direction: "Whole"  # +1 charge, -1 discharge
    first: "Whole"  # first and last row that belong to it
    last: "Whole"
    charge: "Numbers"  # mAh, without sign
    charge_uncertainty: "Numbers"  # mAh, k = 1
    energy: "Numbers"  # mWh, without sign
    mean_potential: "Numbers"  # V, energy over charge
    mean_potential_uncertainty: "Numbers"  # V, k = 1
    mean_current: "Numbers"  # A, signed, weighted by charge
    counted: "Numbers"  # mAh by the instrument's own counter, nan without one
    gaps: "NDArray[np.bool_]"  # a sampling gap holds more than 1 % of the charge
    rows: "Whole"  # rows that belong to half-cycles, shape (active rows,)
    starts: "Whole"  # offsets into `rows` at which each half-cycle begins
    rest_current: float  # A
    pulses: int  # passages too small to be half-cycles, left out
    finished: bool  # False when the file ends while current flows

    @property
    def count(self) -> int:
        """Number of half-cycles."""
        return len(self.direction)


def passage_by_current(
    *, time: "Numbers", potential: "Numbers", current: "Numbers", step_time: "Numbers | None" = None
) -> Passage:
    """Trapezoids of I and of I E; at a switch, each current until the moment of switching.

    That moment is the row's time less its step time where the file has one, else the middle of the interval with
    the standard uncertainty of a rectangle, interval/sqrt(12). Times that run backwards count as no time.
    """
    import numpy as np

    step = np.clip(np.diff(time), 0.0, None)
    moving = np.abs(current) > rest_current(current, time)
    signs = np.sign(current) * moving
    switch = signs[1:] != signs[:-1]
    before = after = step / 2
    known = np.zeros(len(step), dtype=bool)
    if step_time is not None and _steps_fit(time, step_time):
        new = np.diff(step_time) < 0
        known = new & (step_time[1:] >= 0) & (step_time[1:] <= step + 1e-3)
        after = np.where(known, np.minimum(step_time[1:], step), after)
        before = step - after
    power = current * potential
    charge = _share(current, before, after) / MAH
    energy = _share(power, before, after) / MAH
    size, change = np.abs(current), np.abs(np.diff(current))
    jump = ~switch & (change > _STEP * np.maximum(size[1:], size[:-1]))
    unknown = np.where(known, _resolution(time), np.maximum(step, _resolution(time))) / np.sqrt(12) / MAH
    variance = np.zeros(len(time))
    variance[1:] += (unknown * np.where(switch, size[1:], change * jump)) ** 2
    variance[:-1] += (unknown * size[:-1] * switch) ** 2
    smooth = ~(switch | jump | known)
    return Passage(
        time, potential, current, charge, energy, variance,
        _curvature(time, current, smooth) / MAH, _curvature(time, power, smooth) / MAH,
        "step time" if known.any() else "middle of the interval",
        _gaps(step, signs),
    )  # fmt: skip


def passage_by_counter(*, time: "Numbers", potential: "Numbers", charge: "Numbers") -> Passage:
    """Passage from a charge counter (mAh, signed) where the file has no current; the counter is taken as exact.

    A counter that falls to zero in one row was reset. The current is the counter's slope.
    """
    import numpy as np

    change = np.diff(charge)
    usual = float(np.median(np.abs(change[change != 0]))) if np.any(change) else 0.0
    reset = (np.abs(charge[1:]) <= 1e-3 * np.abs(charge[:-1])) & (np.abs(change) > 50 * usual)
    increments = np.concatenate([np.zeros(1), np.where(reset, charge[1:], change)])
    step = np.concatenate([np.ones(1), np.diff(time)])
    current = np.divide(increments * MAH, step, out=np.zeros(len(time)), where=step > 0)
    # steps without time: the counter moved all the same, so that the sign must survive
    current = np.where((step <= 0) & (increments != 0), np.sign(increments) * np.abs(current).max(initial=0.0), current)
    middle = np.concatenate([potential[:1], (potential[1:] + potential[:-1]) / 2])
    none = np.zeros(len(time))
    gap = np.zeros(len(time), dtype=bool)
    return Passage(
        time, potential, current, increments, increments * middle, none, none, none, "counter of the instrument", gap
    )


def rest_current(current: "Numbers", time: "Numbers") -> float:
    """The current in A below which the cell rests: a small share of the current that carries the median charge."""
    import numpy as np

    size = np.abs(current)
    weight = size * np.gradient(time) if len(time) > 1 else size
    weight = np.where(weight > 0, weight, 0.0)
    if not weight.sum():
        return 0.0
    order = np.argsort(size)
    carried = np.cumsum(weight[order])
    return float(REST * size[order][np.searchsorted(carried, carried[-1] / 2)])


def find_half_cycles(
    passage: Passage, *, threshold: float, smallest: float = SMALLEST, counted: "Numbers | None" = None
) -> HalfCycles:
    """Part a passage where its current turns.

    `threshold` in A parts rest from current, `smallest` is the least share of a neighbour's charge, `counted` the
    instrument's increments per row in mAh (shape (rows,)).
    """
    import numpy as np

    signs = (np.sign(passage.current) * (np.abs(passage.current) > threshold)).astype(np.int64)
    signs, pulses = _without_pulses(signs, passage.charge, smallest)
    rows, starts = _runs(signs)

    def total(values: "Numbers") -> "Numbers":
        return np.add.reduceat(values[rows], starts) if len(rows) else np.zeros(0)

    direction = signs[rows[starts]] if len(rows) else np.zeros(0, dtype=np.int64)
    ends = np.append(starts[1:], len(rows)) - 1 if len(rows) else starts
    charge = np.abs(total(passage.charge))
    energy = np.abs(total(passage.energy))
    bent, bent_energy = total(passage.charge_curvature), total(passage.energy_curvature)
    edge = np.sqrt(total(passage.edge_variance))
    safe = np.where(charge > 0, charge, np.nan)
    mean = energy / safe
    window = _window(passage.potential[rows], starts)
    shift = (np.abs(bent_energy * direction - mean * bent * direction) / safe) ** 2 + (edge / safe * window / 2) ** 2
    gaps = total(np.abs(passage.charge) * passage.gap) > 0.01 * charge
    active_end = int(rows[-1]) == len(signs) - 1 if len(rows) else False
    return HalfCycles(
        direction, rows[starts] if len(rows) else starts, rows[ends] if len(rows) else starts,
        charge, np.sqrt(edge**2 + bent**2), energy, mean, np.sqrt(shift),
        total(passage.current * np.abs(passage.charge)) / safe,
        np.full(len(starts), np.nan) if counted is None else np.abs(total(counted)),
        gaps, rows, starts, threshold, pulses, not active_end,
    )  # fmt: skip


def counter_increments(counter: "Numbers", expected: "Numbers") -> "Numbers":
    """What a capacity counter adds at each row, in mAh, shape (rows,), however often it starts again at zero.

    Of “since the row before” and “since zero” the one nearer to the charge that the current brings (`expected`, mAh
    ending at each row) is meant. Both are without sign, or both have that of the current.
    """
    import numpy as np

    value = np.nan_to_num(counter)
    change = np.diff(value, prepend=value[:1])
    return np.where(np.abs(change - expected) <= np.abs(value - expected), change, value)


def charging_sign(passage: Passage, halves: HalfCycles) -> int:
    """+1 when positive current charges, -1 when it discharges.

    A cell that is charged ends at a higher potential than it began, and stands higher on charge than on discharge
    (the second law): only where both say the opposite is the file's sign the other one.
    """
    import numpy as np

    if not halves.count:
        return 1
    potential = passage.potential
    rise = float(np.sum(halves.direction * (potential[halves.last] - potential[halves.first])))
    split = [
        float(
            np.average(halves.mean_potential[halves.direction == way], weights=halves.charge[halves.direction == way])
        )
        for way in (1, -1)
        if np.any(halves.charge[halves.direction == way] > 0)
    ]
    above = split[0] - split[1] if len(split) == 2 else rise
    return -1 if rise < -0.01 and above < 0 else 1


def _share(values: "Numbers", before: "Numbers", after: "Numbers") -> "Numbers":
    """Per row: its value times the part of the intervals on either side that is its own."""
    import numpy as np

    shared = np.zeros(len(values))
    shared[:-1] += values[:-1] * before
    shared[1:] += values[1:] * after
    return shared


def _steps_fit(time: "Numbers", step_time: "Numbers") -> bool:
    """Whether the step time runs as the time does, but for new steps."""
    import numpy as np

    inner = np.diff(step_time) >= 0
    if not inner.size or not np.isfinite(step_time).all() or inner.sum() < 0.5 * len(inner):
        return False
    fits = np.abs(np.diff(step_time)[inner] - np.diff(time)[inner]) <= 1e-3 + 1e-3 * np.abs(np.diff(time)[inner])
    return bool(fits.mean() > 0.9)


def _resolution(time: "Numbers") -> float:
    """The step in s to which the times are rounded, of 1, 0.1 and 0.01 s; 0 for finer clocks."""
    import numpy as np

    for step in (1.0, 0.1, 0.01):
        if np.all(np.abs(time / step - np.round(time / step)) < 1e-5):
            return step
    return 0.0


def _curvature(time: "Numbers", values: "Numbers", smooth: "NDArray[np.bool_]") -> "Numbers":
    """Estimated trapezoid error per row, -h^3 f''/12 shared by the ends of each interval, shape (rows,)."""
    import numpy as np

    found = np.zeros(len(time))
    if len(time) < 3:
        return found
    step = np.clip(np.diff(time), 0.0, None)
    slope = np.divide(np.diff(values), step, out=np.zeros(len(step)), where=step > 0)
    left, right = step[:-1], step[1:]
    width = left + right
    bend = np.divide(2 * np.diff(slope), width, out=np.zeros(len(width)), where=width > 0)
    inner = smooth[1:] & smooth[:-1] & (left > 0) & (right > 0)
    found[1:-1] = np.where(inner, (left**3 + right**3) * bend / 24, 0.0)
    return found


def _gaps(step: "Numbers", signs: "Numbers") -> "NDArray[np.bool_]":
    """Rows behind an interval, with current on both sides, that is many times longer than usual."""
    import numpy as np

    flowing = (signs[1:] == signs[:-1]) & (signs[1:] != 0)
    usual = float(np.median(step[flowing])) if flowing.any() else 0.0
    return np.concatenate([np.zeros(1, dtype=bool), flowing & (step > _GAP * usual) & (usual > 0)])


def _runs(signs: "Whole") -> "tuple[Whole, Whole]":
    """Rows with current, and the offsets among them at which the sign turns."""
    import numpy as np

    rows = np.flatnonzero(signs)
    turns = np.flatnonzero(np.diff(signs[rows])) + 1
    return rows, np.concatenate([np.zeros(1, dtype=np.int64), turns]) if len(rows) else turns


def _without_pulses(signs: "Whole", charge: "Numbers", smallest: float) -> "tuple[Whole, int]":
    """Signs with the rows of negligible passages set to rest, and how many passages that were."""
    import numpy as np

    signs, dropped = signs.copy(), 0
    while True:
        rows, starts = _runs(signs)
        if len(starts) < 2:
            return signs, dropped
        size = np.abs(np.add.reduceat(charge[rows], starts))
        larger = np.maximum(np.append(0.0, size[:-1]), np.append(size[1:], 0.0))
        small = (size < smallest * larger) | (size < _NOISE * size.max())
        if not small.any():
            return signs, dropped
        dropped += int(small.sum())
        signs[rows[np.repeat(small, np.diff(np.append(starts, len(rows))))]] = 0


def _window(potential: "Numbers", starts: "Whole") -> "Numbers":
    """Highest minus lowest potential of each half-cycle."""
    import numpy as np

    if not len(potential):
        return np.zeros(0)
    return np.maximum.reduceat(potential, starts) - np.minimum.reduceat(potential, starts)
