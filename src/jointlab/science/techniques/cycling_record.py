"""From a reading of a cycler to half-cycles: which columns are used, which sign charges, whose charge counts.

Shared by the techniques of cycling files.
"""

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jointlab.science.reading import Caution, Condition, Reading, Table
from jointlab.science.settings import Setting, Settings
from jointlab.science.techniques.half_cycles import (
    SMALLEST,
    HalfCycles,
    Passage,
    charging_sign,
    counter_increments,
    find_half_cycles,
    passage_by_counter,
    passage_by_current,
    rest_current,
)
from jointlab.science.units import convert

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

RECORD_SETTINGS: tuple[Setting, ...] = (
    Setting("active_mass", "Mass of active material, for specific figures.", unit="mg"),
    Setting("active_mass_uncertainty", "Standard uncertainty of the active mass.", unit="mg"),
    Setting("positive_current", "What a positive current of the file does.", options=("charge", "discharge")),
    Setting("rest_current", "Smaller currents are rest (default: 0.05 % of the typical current).", unit="A"),
    Setting("smallest_half_cycle", "Passages with a smaller share of their neighbour's charge are pulses.", unit="%", default="0.1"),
    Setting("current_accuracy", "Standard uncertainty of the cycler's current, in % of its value.", unit="%"),
    Setting("voltage_accuracy", "Standard uncertainty of the cycler's voltage.", unit="V"),
)  # fmt: skip

_BETTER = 0.01  # relative trapezoid uncertainty above which the instrument's own counter is used
_AGREE = 0.01  # relative difference between the two that is said
_UNSET_MASSES = (0.001, 1.0, 1000.0)  # mg; what EC-Lab, BTS and MITS write when nobody typed a mass


@dataclass(frozen=True, eq=False)
class CyclingRecord:
    """What the techniques of cycling files start from. Arrays have one entry a row with numbers."""

    table: Table
    rows: "NDArray[np.int64]"  # rows of the table that have numbers
    passage: Passage
    halves: HalfCycles
    method: str  # whose charge the capacities are
    includes: str
    decisions: dict[str, Condition]
    warnings: list[Caution]


@dataclass(frozen=True)
class ActiveMass:
    """Mass of active material in mg, its standard uncertainty (None if nobody gave one), and where it is from."""

    mass: float
    uncertainty: float | None
    source: str


def recording(reading: Reading) -> Table | None:
    """The longest table with time, potential and either current or charge."""
    fit = [t for t in reading.tables if t.has("time", "potential") and (t.has("current") or column_of(t, "charge"))]
    return max(fit, key=lambda table: table.rows, default=None)


def column_of(table: Table, quantity: str) -> str | None:
    """The column of that name, else the first one of that quantity."""
    if table.has(quantity):
        return quantity
    return next((column.name for column in table.columns if column.quantity == quantity), None)


def read_record(reading: Reading, settings: Settings) -> CyclingRecord | None:
    """Half-cycles of a reading; None when no table has the columns."""
    import numpy as np

    table = recording(reading)
    if table is None:
        return None
    names = ["time", "potential", "current" if table.has("current") else column_of(table, "charge") or "charge"]
    columns = [table.array(name) for name in names]
    rows = np.flatnonzero(np.all([np.isfinite(column) for column in columns], axis=0))
    time, potential, moving = (column[rows] for column in columns)
    step_time = table.array("step_time")[rows] if table.has("step_time") else None
    decisions: dict[str, Condition] = {}
    if table.has("current"):
        passage = passage_by_current(time=time, potential=potential, current=moving, step_time=step_time)
        decisions["moment_of_switching"] = passage.switching
    else:
        passage = passage_by_counter(time=time, potential=potential, charge=moving)
        decisions["charge"] = "the instrument's counter: the file has no current"
    given = settings.number("rest_current", unit="A")
    threshold = rest_current(passage.current, time) if given is None else given
    smallest = settings.number("smallest_half_cycle", unit="%", default=100 * SMALLEST) or 0.0
    passage, halves = _find(passage, table, rows, threshold, smallest / 100, settings, decisions)
    decisions["rest_current"] = f"{threshold:.3g} A"
    if halves.pulses:
        decisions["pulses"] = f"{halves.pulses} passages with under {smallest:g} % of a neighbour's charge left out"
    warnings = _warnings(halves, time, own=table.has("current"))
    halves, method, includes = _whose_charge(halves, own=table.has("current"))
    return CyclingRecord(table, rows, passage, halves, method, includes, decisions, warnings)


def _find(
    passage: Passage, table: Table, rows: "NDArray[np.int64]", threshold: float, smallest: float, settings: Settings,
    decisions: dict[str, Condition],
) -> tuple[Passage, HalfCycles]:  # fmt: skip
    """Half-cycles with positive current charging, by the setting or by evidence."""
    halves = find_half_cycles(passage, threshold=threshold, smallest=smallest)
    given = settings.choice("positive_current", ("charge", "discharge"))
    sign = charging_sign(passage, halves) if given is None else {"charge": 1, "discharge": -1}[given]
    reason = "given" if given else "potential rises with it" if sign > 0 else "potential falls with it"
    decisions["positive_current"] = f"{'charge' if sign > 0 else 'discharge'} ({reason})"
    if sign < 0:
        passage = replace(
            passage, current=-passage.current, charge=-passage.charge, energy=-passage.energy,
            charge_curvature=-passage.charge_curvature, energy_curvature=-passage.energy_curvature,
        )  # fmt: skip
    counted = _counted(passage, table, rows, sign, threshold) if table.has("current") else passage.charge
    return passage, find_half_cycles(passage, threshold=threshold, smallest=smallest, counted=counted)


def _counted(
    passage: Passage, table: Table, rows: "NDArray[np.int64]", sign: int, threshold: float
) -> "Numbers | None":
    """The increments of the instrument's capacity counters, mAh per row with the sign of charging.

    What a counter adds at the first row of a rest passed before the current was switched off: it is moved to the row before.
    """
    import numpy as np

    current = passage.current
    before = np.append(current[:1], current[:-1])
    begins, ends = np.abs(before) <= threshold, np.abs(current) <= threshold
    way = np.sign(np.where(ends, before, current))
    flow = np.where(begins & ends, 0.0, np.where(begins, current, np.where(ends, before / 2, (before + current) / 2)))
    turned = np.sign(before) * np.sign(current) < 0
    step = np.clip(np.diff(passage.time, prepend=passage.time[:1]), 0.0, None)
    expected = np.where(turned & ~ends, current / 2, flow) * step / 3.6
    found = _increments(table, rows, expected, way, sign)
    if found is None:
        return None
    late = np.flatnonzero(ends & ~begins)
    late = late[late > 0]
    found[late - 1] += found[late]
    return found


def _increments(
    table: Table, rows: "NDArray[np.int64]", expected: "Numbers", way: "Numbers", sign: int
) -> "Numbers | None":
    """By the counter that the table has: signed charge, capacity without sign, or one counter each way."""
    import numpy as np

    for quantity in ("charge", "capacity"):
        name = column_of(table, quantity)
        if name is not None:
            counter = table.array(name)[rows]
            if quantity == "charge" and (counter < 0).any():
                return counter_increments(counter * sign, expected)
            return counter_increments(np.abs(counter), np.abs(expected)) * way
    both = [column_of(table, f"{side}_capacity") for side in ("charge", "discharge")]
    if both[0] is not None and both[1] is not None:
        taken, given = (np.abs(table.array(name)[rows]) for name in both if name is not None)
        into, out = np.clip(expected, 0, None), np.clip(-expected, 0, None)
        return counter_increments(taken, into) - counter_increments(given, out)
    return None


def _whose_charge(halves: HalfCycles, *, own: bool) -> tuple[HalfCycles, str, str]:
    """The capacities to report: our integral, or the instrument's counter where the rows are too sparse for one."""
    import numpy as np

    if not own:
        return halves, "counter of the instrument", "nothing: the counter's own accuracy is not known"
    sparse = bool(np.any(halves.charge_uncertainty > _BETTER * halves.charge))
    apart = np.abs(halves.charge - halves.counted)
    if sparse and bool(np.all(apart <= np.maximum(3 * halves.charge_uncertainty, _AGREE * halves.charge))):
        none = np.zeros(halves.count)
        energy = halves.counted * halves.mean_potential
        counted = replace(halves, charge=halves.counted, charge_uncertainty=none, energy=energy)
        method = "counter of the instrument (rows too sparse for an integral, which agrees with it)"
        return counted, method, "nothing: the counter's own accuracy is not known"
    includes = "trapezoid error, moments of switching"
    if np.isfinite(apart).any():  # two determinations of one charge: half the width of a rectangle (GUM 4.3.7)
        spread = np.hypot(halves.charge_uncertainty, np.nan_to_num(apart) / np.sqrt(3))
        halves, includes = (
            replace(halves, charge_uncertainty=spread),
            f"{includes}, difference from the instrument's counter",
        )
    return halves, "integral of I dt, trapezoids", includes


def _warnings(halves: HalfCycles, time: "Numbers", *, own: bool) -> list[Caution]:
    """What a person should know about the half-cycles."""
    import numpy as np

    warnings: list[Caution] = []
    if (np.diff(time) < 0).any():
        warnings.append(Caution("cycling.time-backwards", "Where time runs backwards no charge is counted."))
    if halves.gaps.any():
        message = (
            f"{int(halves.gaps.sum())} half-cycles have long gaps between rows that hold over 1 % of their charge."
        )
        warnings.append(Caution("cycling.gaps", message))
    if not own or not halves.count:
        return warnings
    apart = np.abs(halves.charge - halves.counted)
    wrong = apart > np.maximum(_AGREE * halves.charge, 3 * halves.charge_uncertainty)
    if wrong.any():
        worst = int(np.nanargmax(np.where(wrong, apart / halves.charge, np.nan)))
        warnings.append(
            Caution(
                "cycling.counter-differs",
                f"In {int(wrong.sum())} of {halves.count} half-cycles the instrument's capacity counter differs by more than 1 % from the integral of the current; most in half-cycle {worst + 1}: {halves.counted[worst]:.6g} mAh counted, {halves.charge[worst]:.6g} mAh integrated.",
            )
        )
    return warnings


def active_mass(reading: Reading, settings: Settings) -> ActiveMass | None:
    """The mass of active material: the setting, or what the file states unless it is the program's default."""
    given = settings.number("active_mass", unit="mg")
    uncertainty = settings.number("active_mass_uncertainty", unit="mg")
    if given is not None and given > 0:
        return ActiveMass(given, uncertainty, "setting")
    stated = _stated_mass(reading)
    if stated is not None and stated > 0 and stated not in _UNSET_MASSES:
        return ActiveMass(stated, uncertainty, "stated in the file")
    return None


def _stated_mass(reading: Reading) -> float | None:
    """The active mass in mg that the file states."""
    number = reading.facts.get("active_mass_mg")
    if isinstance(number, (int, float)):
        return float(number)
    words = re.fullmatch(
        r"(\d+(?:[.,]\d+)?) (ug|µg|mg|g)", str(reading.facts.get("Mass of active material", "")).strip()
    )
    return None if words is None else convert(float(words[1].replace(",", ".")), source=words[2], target="mg")
