"""Sweeps of a voltammogram: where the potential turns, which sweeps make a cycle, how fast it runs, which current is anodic."""

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from jointlab.science.reading import Reading, Table
from jointlab.science.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

SIGNS = ("anodic_positive", "cathodic_positive")
_TURN = 0.05  # of the window: a potential that comes back by less has not turned
_WHOLE = 0.9  # of the widest sweep: shorter ones at the ends belong to no cycle
_FEWEST = 12  # points of a sweep
_SURE = 0.05  # of the current: a loop that is open by less tells nothing
_LEAST_WINDOW = 0.005  # V


@dataclass(frozen=True, eq=False)
class Sweep:
    """One sweep in the order of the file, shape (points,). Potential in V, current in A (or mA/cm² for a density)."""

    number: int
    cycle: int  # from 1; 0 for a part of a sweep at the beginning
    direction: int  # +1 while the potential rises (anodic sweep), -1 while it falls
    potential: "Numbers"
    current: "Numbers"  # anodic positive
    time: "Numbers | None"  # s


@dataclass(frozen=True, eq=False)
class Voltammogram:
    """All sweeps of one table, with how they were told apart."""

    table: Table
    sweeps: tuple[Sweep, ...]
    is_density: bool
    sign: str  # what was decided, and why
    sure: bool  # whether the sign is known


@dataclass(frozen=True)
class Rate:
    """Scan rate in V/s with one standard uncertainty (None where it is stated, not measured)."""

    value: float
    uncertainty: float | None
    source: str


def voltammogram(table: Table, settings: Settings) -> Voltammogram | None:
    """The sweeps of a table, or None where no current was measured while a potential was swept."""
    import numpy as np

    is_density = not table.has("current")
    name = "current_density" if is_density else "current"
    if not table.has("potential", name):
        return None
    potential, current = table.array("potential"), table.array(name)
    usable = np.isfinite(potential) & np.isfinite(current)
    time = table.array("time")[usable] if table.has("time") else None
    potential, current = potential[usable], current[usable]
    if len(potential) < _FEWEST or np.ptp(potential) < _LEAST_WINDOW:
        return None
    parts = _between_turns(potential)
    if not parts:
        return None
    given = settings.choice("current_sign", SIGNS)
    found, why = (1 if given == SIGNS[0] else -1, "given by the user") if given else _sign(potential, current, parts)
    words = "anodic current is positive" if found >= 0 else "cathodic current is positive"
    current = current * (found or 1)
    cycles = _cycles([abs(potential[b - 1] - potential[a]) for a, b in parts])
    sweeps = tuple(
        Sweep(
            number, cycle, 1 if potential[b - 1] > potential[a] else -1, potential[a:b], current[a:b],
            None if time is None else time[a:b],
        )
        for number, ((a, b), cycle) in enumerate(zip(parts, cycles, strict=True), start=1)
    )  # fmt: skip
    return Voltammogram(table, sweeps, is_density, f"{words}: {why}", bool(found))


def _between_turns(potential: "Numbers") -> list[tuple[int, int]]:
    """First row and row after the last of each sweep, its turning points included."""
    import numpy as np

    least = _TURN * float(np.ptp(potential))
    steps = np.sign(np.diff(potential))
    moving = np.flatnonzero(steps)
    bends = moving[np.flatnonzero(np.diff(steps[moving])) + 1] if len(moving) else moving
    turns, extreme, way = [0], 0, 0
    for row in [*bends.tolist(), len(potential) - 1]:
        gone = potential[row] - potential[extreme]
        if way == 0:
            if abs(gone) >= least:
                way, extreme = int(np.sign(gone)), row
        elif gone * way >= 0:
            extreme = row
        elif abs(gone) >= least:
            turns.append(int(extreme))
            way, extreme = -way, row
    if way == 0:
        return []
    parts = zip(turns, [*turns[1:], len(potential) - 1], strict=True)
    return [(a, b + 1) for a, b in parts if b + 1 - a >= _FEWEST]


def _cycles(extents: list[float]) -> list[int]:
    """Cycle of each sweep: two whole sweeps each; a shorter first one is a part of none."""
    first = 1 if len(extents) > 2 and extents[0] < _WHOLE * max(extents) else 0
    return [0] * first + [1 + n // 2 for n in range(len(extents) - first)]


def _sign(potential: "Numbers", current: "Numbers", parts: list[tuple[int, int]]) -> tuple[int, str]:
    """+1 where anodic current is positive, -1 where cathodic is, 0 where nothing tells; and the evidence.

    A sweep to higher potentials carries more anodic current than the way back: it charges the interface and oxidises
    what the way back reduces. Of one sweep alone the current must become more anodic from its beginning to its end.
    """
    import numpy as np

    gaps, size = [], float(np.abs(current).max())
    for (a, b), (c, d) in pairwise(parts):
        one, other = (slice(a, b), slice(c, d)) if potential[b - 1] > potential[a] else (slice(c, d), slice(a, b))
        low = max(potential[one].min(), potential[other].min())
        high = min(potential[one].max(), potential[other].max())
        at = np.linspace(low + 0.1 * (high - low), high - 0.1 * (high - low), 60)
        up, down = (_along(potential[s], current[s], at) for s in (one, other))
        gaps.append(float(np.mean(up - down)))
    if gaps:
        open_by = float(np.median(gaps))
        if abs(open_by) < _SURE * size:
            return (
                0,
                "the way there and the way back hardly differ, so that nothing tells the sign; it is left as in the file",
            )
        return (1 if open_by > 0 else -1), "the current is higher while the potential rises" if open_by > 0 else "the current is lower while the potential rises"  # fmt: skip
    a, b = parts[0]
    tenth = max(1, (b - a) // 10)
    rise = float(np.mean(current[b - tenth : b]) - np.mean(current[a : a + tenth])) * float(np.sign(potential[b - 1] - potential[a]))  # fmt: skip
    if abs(rise) < _SURE * size:
        return 0, "the current ends where it began, so that nothing tells the sign; it is left as in the file"
    return (1 if rise > 0 else -1), f"it {'rises' if rise > 0 else 'falls'} with the potential"


def _along(potential: "Numbers", current: "Numbers", at: "Numbers") -> "Numbers":
    import numpy as np

    order = np.argsort(potential, kind="stable")
    return np.asarray(np.interp(at, potential[order], current[order]))


def scan_rate(reading: Reading, found: Voltammogram, settings: Settings) -> Rate | None:
    """The rate that a person gives, that the clock shows, or that the file states, in this order."""
    import numpy as np

    given = settings.number("scan_rate", unit="V/s")
    if given is not None:
        return Rate(given, None, "setting")
    rates = []
    for sweep in found.sweeps:
        if sweep.time is not None and np.all(np.isfinite(sweep.time)) and np.ptp(sweep.time) > 0:
            rates.append(abs(float(np.polyfit(sweep.time - sweep.time[0], sweep.potential, 1)[0])))
    if rates:
        scatter = float(np.std(rates, ddof=1) / np.sqrt(len(rates))) if len(rates) > 1 else None
        return Rate(float(np.median(rates)), scatter, "clock")
    for stated in reading.stated:
        if stated.quantity == "scan_rate" and stated.value > 0:
            return Rate(stated.value, None, "file")
    fact = reading.facts.get("scan_rate")
    return Rate(float(fact), None, "file") if isinstance(fact, int | float) and fact > 0 else None
