"""One cell under analysis: its cycles, their ratios, the cycle that retention refers to, and the one that speaks for all."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.reading import Condition, Reading
from jointlab.science.settings import Settings
from jointlab.science.techniques import cycles as pairing
from jointlab.science.techniques.cycles import Cycles, Ratio
from jointlab.science.techniques.cycling_record import ActiveMass, CyclingRecord, active_mass

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

ELECTRODES = ("full", "cathode_half_cell", "anode_half_cell")
TOO_MUCH = 110.0  # % of efficiency: more was given out than taken in
_TOO_LITTLE = 50.0  # % of efficiency: the half-cycle before began or ended part-way
_COUNTED = 0.01  # of the charge: so near the instrument's counter must be
_FADED = 0.8


@dataclass(frozen=True, eq=False)
class Cell:
    """One analysis under way."""

    record: CyclingRecord
    cycles: Cycles
    efficiency: Ratio
    energy_efficiency: "Numbers"
    retention: Ratio
    reference: int | None  # index of the reference cycle
    mass: ActiveMass | None
    nominal: float | None  # mAh
    opening: int  # direction that begins a cycle
    by_charge: bool  # retention and efficiency follow the charge (anode half-cell)
    gain: float  # relative standard uncertainty of the current
    offset: float  # standard uncertainty of the voltage, V
    headline: int | None  # index of the cycle whose figures speak for the others


def cell_of(reading: Reading, settings: Settings, record: CyclingRecord) -> Cell:
    """Pair the half-cycles and form the ratios."""
    import numpy as np

    electrode = settings.choice("electrode", ELECTRODES)
    by_charge = electrode == "anode_half_cell"
    opening = _opening(record) if electrode is None else -1 if by_charge else 1
    cycles = pairing.pair(record.halves, opening=opening, potential=record.passage.potential)
    taken = (cycles.charge_capacity, cycles.charge_uncertainty)
    given = (cycles.discharge_capacity, cycles.discharge_uncertainty)
    efficiency = pairing.ratio(*taken, *given) if by_charge else pairing.ratio(*given, *taken)
    none = np.zeros(cycles.count)
    energy = pairing.ratio(cycles.discharge_energy, none, cycles.charge_energy, none)
    out, out_u = pairing.given_out(cycles, by_charge=by_charge)
    reference = _reference(cycles, settings)
    at = 0 if reference is None else reference
    retention = pairing.ratio(out, out_u, none + out[at], none + out_u[at])
    gain = (settings.number("current_accuracy", unit="%") or 0.0) / 100
    telling = reference if settings.text("reference_cycle") else _undoubted(record, cycles, efficiency)
    return Cell(
        record, cycles, efficiency, energy.value, retention, reference, active_mass(reading, settings),
        settings.number("nominal_capacity", unit="mAh"), opening, by_charge, gain, settings.number("voltage_accuracy", unit="V") or 0.0,
        telling,
    )  # fmt: skip


def _undoubted(record: CyclingRecord, cycles: Cycles, efficiency: Ratio) -> int | None:
    """Index of the first complete cycle that began and ended with whole halves and that the instrument's counter confirms.

    Where there is none, the first complete one.
    """
    import numpy as np

    halves = record.halves
    with np.errstate(invalid="ignore"):
        apart = np.nan_to_num(np.abs(halves.charge - halves.counted) / halves.charge) > _COUNTED
        sound = cycles.complete & (efficiency.value >= _TOO_LITTLE) & (efficiency.value <= TOO_MUCH)
    for half in (cycles.charge_half, cycles.discharge_half):
        sound &= (half >= 0) & ~apart[half]
    found = np.flatnonzero(sound if sound.any() else cycles.complete & (cycles.number > 0))
    return int(found[0]) if len(found) else None


def _opening(record: CyclingRecord) -> int:
    """The direction that begins a cycle when nobody said it.

    It is that of the first half-cycle, unless that is a discharge and the instrument counts charge and discharge behind
    it as one cycle.
    """
    import numpy as np

    halves = record.halves
    if halves.direction[0] > 0 or halves.count < 3 or not record.table.has("cycle"):
        return int(halves.direction[0])
    theirs = record.table.array("cycle")[record.rows][halves.first]
    together = np.diff(theirs) == 0
    return 1 if together[1::2].mean() > 0.5 > together[0::2].mean() else -1


def _reference(cycles: Cycles, settings: Settings) -> int | None:
    """Index of the cycle that retention refers to: the setting, or the first complete one.

    Raises BadInput ``setting.value`` for what is the number of no cycle in any file.
    """
    import numpy as np

    given = settings.number("reference_cycle", unit="1")
    if given is not None and (given < 1 or given != int(given)):
        whole = span(cycles)
        raise BadInput(
            "setting.value",
            "reference_cycle={value}: the number of a complete cycle is needed; {whole}.",
            value=settings.text("reference_cycle"),
            whole=whole,
        )
    fit = np.flatnonzero(cycles.complete & ((cycles.number == given) if given is not None else (cycles.number > 0)))
    return int(fit[0]) if len(fit) else None


def span(cycles: Cycles) -> str:
    """Which complete cycles a file has, for a sentence."""
    whole = cycles.number[cycles.complete]
    return (
        f"the complete cycles of this file lie from {whole[0]} to {whole[-1]}" if len(whole) else "this file has none"
    )


def faded(cell: Cell) -> int | None:
    """Index of the first cycle below 80 %."""
    import numpy as np

    if cell.reference is None:
        return None
    out, _ = pairing.given_out(cell.cycles, by_charge=cell.by_charge)
    current = cell.cycles.charge_current if cell.by_charge else cell.cycles.discharge_current
    usable = np.flatnonzero(cell.cycles.complete)
    return pairing.first_below(out, current=current, reference=cell.reference, share=_FADED, usable=usable)


def decisions(cell: Cell, settings: Settings) -> dict[str, Condition]:
    """What was chosen and may be set otherwise."""
    electrode = settings.text("electrode")
    begins = "a charge" if cell.opening > 0 else "a discharge"
    how = "" if electrode else ", as in the file"
    found: dict[str, Condition] = {
        "electrode": electrode or "not given (full cell assumed)",
        "cycle": f"begins with {begins}{how}",
        "coulombic_efficiency": "charge/discharge" if cell.by_charge else "discharge/charge of one cycle",
    }
    if cell.reference is not None:
        found["reference_cycle"] = int(cell.cycles.number[cell.reference])
    if cell.headline is not None:
        found["headline"] = f"cycle {int(cell.cycles.number[cell.headline])}: {_why(cell, settings)}"
    if cell.mass is not None:
        found["active_mass"] = f"{cell.mass.mass:g} mg ({cell.mass.source})"
    return found


def _why(cell: Cell, settings: Settings) -> str:
    """Why the headline's figures are those of that cycle."""
    if settings.text("reference_cycle"):
        return "the reference cycle"
    value = float(cell.efficiency.value[cell.headline if cell.headline is not None else 0])
    if not _TOO_LITTLE <= value <= TOO_MUCH:
        return "the first complete one; no cycle is beyond doubt"
    return "the first complete one with an efficiency between 50 and 110 % whose charges the instrument's counter confirms, where it has one"
