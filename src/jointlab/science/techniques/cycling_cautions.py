"""What a person should know about the cycles of a cell."""

from collections.abc import Iterator

from jointlab.science.reading import Caution
from jointlab.science.settings import Settings
from jointlab.science.techniques import cycles as pairing
from jointlab.science.techniques.cycling_cell import TOO_MUCH, Cell, faded, span


def cautions(cell: Cell, settings: Settings) -> Iterator[Caution]:
    """Cautions about cycles."""
    import numpy as np

    cycles, table = cell.cycles, cell.record.table
    if settings.text("electrode") is None and cell.opening < 0 and cycles.complete.any():
        yield Caution(
            "cycling.begins-with-discharge",
            "The file begins with a discharge. A cycle is taken to be a discharge and the charge behind it, and the coulombic efficiency discharge over charge; say electrode=anode_half_cell for charge over discharge, or electrode=full or cathode_half_cell to let cycles begin with a charge.",
        )
    high = cycles.number[cycles.complete & (cell.efficiency.value > TOO_MUCH)]
    if len(high):
        listed = ", ".join(str(number) for number in high[:5]) + (" ..." if len(high) > 5 else "")
        yield Caution(
            "cycling.efficiency-above-100",
            f"In {len(high)} of {cycles.count} cycles (number {listed}) more charge is given out than was taken in: the half-cycle before began part-way, or the cell is another than assumed (electrode=).",
        )
    if cycles.count and not cycles.complete[-1] and cycles.charge_half[-1] >= 0 and cycles.discharge_half[-1] >= 0:
        yield Caution("cycling.last-cut", f"The file ends within cycle {cycles.number[-1]}; it counts in no ratio.")
    if table.has("cycle"):
        theirs = table.array("cycle")[cell.record.rows][cell.record.halves.rows]
        count = len(np.unique(theirs[np.isfinite(theirs)]))
        if count != cycles.count:
            yield Caution(
                "cycling.cycle-count",
                f"The current makes {cycles.count} cycles; the instrument's cycle column counts {count} with current. The cycles here are those of the current.",
            )
    wanted = settings.number("reference_cycle", unit="1")
    if wanted is not None and cell.reference is None:
        yield Caution(
            "cycling.reference",
            f"There is no complete cycle {wanted:.0f} to refer to, so that no retention is given; {span(cycles)}.",
        )
    yield from _retention_warnings(cell)


def _retention_warnings(cell: Cell) -> Iterator[Caution]:
    """Whether retention compares like with like, and whether 80 % was reached."""
    import numpy as np

    if cell.reference is None:
        return
    whole = np.flatnonzero(cell.cycles.complete)
    current = cell.cycles.charge_current if cell.by_charge else cell.cycles.discharge_current
    same = np.abs(current[whole] / current[cell.reference] - 1) <= pairing.SAME_CURRENT
    number = cell.cycles.number[cell.reference]
    if len(whole) > 3 and same.sum() < len(whole) / 2:
        yield Caution(
            "cycling.retention-current",
            f"The reference cycle {number} ran at {current[cell.reference]:.3g} A, most others at other currents; choose another by reference_cycle=.",
        )
    if len(whole) >= 10 and faded(cell) is None:
        yield Caution(
            "cycling.above-80-percent",
            f"80 % of cycle {number} was not reached in {int(same.sum())} cycles at its current; there is no figure for it.",
        )
