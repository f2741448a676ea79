"""Capacities, efficiencies, mean voltages and retention of a cell that is charged and discharged."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from jointlab.science.reading import Caution, Condition, RawColumn, Reading, Table, make_table
from jointlab.science.settings import Setting, Settings
from jointlab.science.techniques import cycles as pairing
from jointlab.science.techniques.cycling_cautions import cautions
from jointlab.science.techniques.cycling_cell import ELECTRODES, Cell, cell_of, decisions, faded
from jointlab.science.techniques.cycling_plots import chosen_cycles, derivatives, draw
from jointlab.science.techniques.cycling_record import RECORD_SETTINGS, read_record
from jointlab.science.techniques.technique import Analysis, Figure, Technique, figure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

ALL_FIGURES = 100  # files with more cycles get figures for chosen ones; the table `cycles` has all
_FEW = 0.05  # share of the rows


def analyse(reading: Reading, settings: Settings) -> Analysis:
    """Figures, the tables `cycles` and `differential_capacity`, and plots."""
    import numpy as np

    record = read_record(reading, settings)
    if record is None:
        return _nothing("There is no table with time, potential and current or charge.")
    halves = record.halves
    if not halves.count:
        return _nothing("No current flows in this file, so that there is no capacity.")
    if halves.count > 10 and len(halves.rows) < 1.5 * halves.count:
        return _nothing("The current changes its sign from row to row: that is noise, not cycling.")
    sizes = np.abs(record.passage.current[halves.rows])
    if float(np.ptp(sizes)) == 0 and len(halves.rows) < _FEW * len(record.rows):
        return _nothing(
            f"All currents are {sizes[0]:g} A, in few rows: the last digit of the instrument, not a current."
        )
    cell = cell_of(reading, settings, record)
    warnings = [*record.warnings, *cautions(cell, settings)]
    chosen = chosen_cycles(cell.cycles, settings)
    grid = settings.number("dqdv_step", unit="V") or max(0.005, float(np.ptp(record.passage.potential)) / 1000)
    smoothing = settings.number("dqdv_smoothing", unit="V", default=grid) or 0.0
    slopes = derivatives(record, cell.cycles, chosen, grid=grid, smoothing=smoothing)
    decided = {**record.decisions, **decisions(cell, settings), "dqdv": f"grid {grid:g} V, Gaussian {smoothing:g} V"}
    tables = (_cycle_table(cell), *slopes.tables)
    plots = draw(
        record, cell.cycles, chosen, slopes, cell.efficiency.value, None if cell.mass is None else cell.mass.mass
    )
    figures = tuple(_figures(cell))
    return Analysis(figures, tables, plots, tuple(warnings), decided, _telling(cell, figures))


def _telling(cell: Cell, figures: Sequence[Figure]) -> tuple[Figure, ...]:
    """The figures of the cycle that speaks for the others, and the retention of the last complete cycle."""
    if cell.headline is None:
        return ()
    number, last = int(cell.cycles.number[cell.headline]), int(cell.cycles.number[cell.cycles.complete][-1])
    of_last = tuple(f for f in figures if f.quantity == "capacity_retention" and f.conditions.get("cycle") == last)
    return (*of_last, *(f for f in figures if f.conditions.get("cycle") == number))


def _nothing(reason: str) -> Analysis:
    return Analysis(warnings=(Caution("cycling.no-figures", reason),))


def _figures(cell: Cell) -> Iterator[Figure]:
    """Figures of every cycle, or of chosen ones and means where there are many."""
    import numpy as np

    cycles = cell.cycles
    out, _ = pairing.given_out(cycles, by_charge=cell.by_charge)
    indices = np.arange(cycles.count)
    if cycles.count > ALL_FIGURES:
        whole = np.flatnonzero(cycles.complete)
        best = whole[np.argmax(out[whole])]
        indices = np.unique(
            [*whole[:2], whole[-1], best, *(index for index in (cell.reference, cell.headline) if index is not None)]
        )
    for index in indices:
        yield from _capacities(cell, int(index))
        if cycles.complete[index]:
            yield from _ratios(cell, int(index))
    behind = np.flatnonzero(cycles.complete)[1:]
    if len(behind) > 2:
        values = cell.efficiency.value[behind]
        span = f"{cycles.number[behind[0]]}-{cycles.number[behind[-1]]}"
        yield figure(
            "coulombic_efficiency", values.mean(), uncertainty=values.std(ddof=1) / np.sqrt(len(values)),
            method="arithmetic mean over complete cycles behind the first", includes="scatter of the cycles",
            statistic="mean", cycles=span,
        )  # fmt: skip
    fallen = faded(cell)
    if fallen is not None and cell.reference is not None:
        yield figure(
            "cycles_to_80_percent", cycles.number[fallen], uncertainty=None,
            method="first cycle at the reference's current (within 10 %) with less than 80 % of its capacity",
            reference_cycle=int(cycles.number[cell.reference]),
        )  # fmt: skip


def _capacities(cell: Cell, index: int) -> Iterator[Figure]:
    """Capacity, energy and mean voltage of the halves that a cycle has."""
    import numpy as np

    cycles, record = cell.cycles, cell.record
    by_counter = record.method.startswith("counter")
    for way in ("charge", "discharge"):
        value, spread = getattr(cycles, f"{way}_capacity")[index], getattr(cycles, f"{way}_uncertainty")[index]
        if not value > 0:
            continue
        current = getattr(cycles, f"{way}_current")[index]
        at: dict[str, Condition] = {"cycle": int(cycles.number[index]), "current_mA": float(f"{current * 1e3:.3g}")}
        if cell.nominal:
            at["c_rate"] = float(f"{current * 1e3 / cell.nominal:.3g}")
        relative = float(np.hypot(spread / value, cell.gain))
        known = None if by_counter and not cell.gain else relative
        includes = record.includes + (f", current {100 * cell.gain:g} %" if cell.gain else "")
        yield figure(
            f"{way}_capacity", value, uncertainty=None if known is None else value * known,
            method=record.method, includes=includes, **at,
        )  # fmt: skip
        yield from _specific(cell, way, value, known, includes, at)
        volts = getattr(cycles, f"{way}_potential")[index]
        volts_u = float(np.hypot(getattr(cycles, f"{way}_potential_uncertainty")[index], cell.offset))
        energy = getattr(cycles, f"{way}_energy")[index]
        energy_u = None if known is None else energy * float(np.hypot(known, volts_u / abs(volts) if volts else 0.0))
        method = (
            "integral of I E dt" if not by_counter else f"{record.method} times mean potential of neighbouring rows"
        )
        yield figure(f"{way}_energy", energy, uncertainty=energy_u, method=method, includes=includes, **at)
        yield figure(
            f"mean_{way}_voltage", volts, uncertainty=volts_u, method="energy over charge", includes=record.includes if not cell.offset else f"{record.includes}, voltage {cell.offset:g} V", **at
        )  # fmt: skip


def _specific(
    cell: Cell, way: str, value: float, known: float | None, includes: str, at: dict[str, Condition]
) -> Iterator[Figure]:
    """Capacity over mass."""
    import math

    if cell.mass is None:
        return
    part = cell.mass.uncertainty / cell.mass.mass if cell.mass.uncertainty else 0.0
    spread = None if known is None and not part else math.hypot(known or 0.0, part)
    specific = value / cell.mass.mass * 1e3
    yield figure(
        f"specific_{way}_capacity", specific, uncertainty=None if spread is None else specific * spread,
        method=f"{cell.record.method}; active mass {cell.mass.mass:g} mg ({cell.mass.source})",
        includes=includes + (", mass" if part else ", not the mass"), **at,
    )  # fmt: skip


def _ratios(cell: Cell, index: int) -> Iterator[Figure]:
    """Efficiencies, hysteresis and retention of a complete cycle."""
    import numpy as np

    cycles, at = cell.cycles, int(cell.cycles.number[index])
    own = not cell.record.method.startswith("counter")
    includes = f"{cell.record.includes}; the instrument's gain cancels"
    halves = "charge/discharge" if cell.by_charge else "discharge/charge"
    yield figure(
        "coulombic_efficiency", cell.efficiency.value[index], uncertainty=cell.efficiency.uncertainty[index] if own else None,
        method=f"{halves} capacity of one cycle", includes=includes, cycle=at,
    )  # fmt: skip
    volts = (cycles.charge_potential[index], cycles.discharge_potential[index])
    volts_u = (cycles.charge_potential_uncertainty[index], cycles.discharge_potential_uncertainty[index])
    energy_efficiency = cell.energy_efficiency[index]
    relative = np.hypot(
        cell.efficiency.uncertainty[index] / cell.efficiency.value[index], np.hypot(*(np.divide(volts_u, volts)))
    )
    if energy_efficiency > 0:
        yield figure(
            "energy_efficiency", energy_efficiency, uncertainty=energy_efficiency * relative if own else None,
            method="discharge/charge energy of one cycle", includes=includes, cycle=at,
        )  # fmt: skip
    yield figure(
        "voltage_hysteresis", volts[0] - volts[1], uncertainty=float(np.hypot(*volts_u)),
        method="mean charge minus mean discharge voltage", includes="trapezoid error, moments of switching", cycle=at,
    )  # fmt: skip
    if cell.reference is not None:
        yield figure(
            "capacity_retention", cell.retention.value[index],
            uncertainty=(cell.retention.uncertainty[index] if index != cell.reference else 0.0) if own else None,
            method=f"{'charge' if cell.by_charge else 'discharge'} capacity over that of the reference cycle", includes=includes,
            cycle=at, reference_cycle=int(cycles.number[cell.reference]),
        )  # fmt: skip


def _cycle_table(cell: Cell) -> Table:
    """One row a cycle."""
    import numpy as np

    cycles, halves, time = cell.cycles, cell.record.halves, cell.record.passage.time
    columns = [RawColumn(cycles.number, "cycle"), RawColumn(cycles.complete, None, None, None, "complete")]
    for way in ("charge", "discharge"):
        index = getattr(cycles, f"{way}_half")
        inside = index >= 0
        taken = getattr(cycles, f"{way}_capacity")
        columns += [
            RawColumn(taken, f"{way}_capacity"),
            RawColumn(getattr(cycles, f"{way}_uncertainty"), f"{way}_capacity", None, None, f"{way}_capacity uncertainty"),
            RawColumn(np.where(inside, halves.counted[index], np.nan), f"{way}_capacity", None, None, f"{way}_capacity counted"),
            RawColumn(getattr(cycles, f"{way}_energy"), f"{way}_energy"),
            RawColumn(getattr(cycles, f"{way}_potential"), f"mean_{way}_voltage"),
            RawColumn(getattr(cycles, f"{way}_current"), "current", None, None, f"{way}_current"),
            RawColumn(np.where(inside, time[halves.first[index]], np.nan), "time", None, None, f"{way}_start"),
            RawColumn(np.where(inside, time[halves.last[index]], np.nan), "time", None, None, f"{way}_end"),
        ]  # fmt: skip
        if cell.mass is not None:
            columns.append(RawColumn(taken / cell.mass.mass * 1e3, f"specific_{way}_capacity"))
    gap = cycles.charge_potential - cycles.discharge_potential
    ratios = {"coulombic_efficiency": cell.efficiency.value, "energy_efficiency": cell.energy_efficiency}
    columns += [RawColumn(np.where(cycles.complete, value, np.nan), name) for name, value in ratios.items()]
    columns.append(RawColumn(gap, "voltage_hysteresis"))
    if cell.reference is not None:
        columns.append(RawColumn(np.where(cycles.complete, cell.retention.value, np.nan), "capacity_retention"))
    return make_table("cycles", columns)


TECHNIQUES = (
    Technique(
        "galvanostatic_cycling.cycles",
        "galvanostatic_cycling",
        "1",
        "Capacity, efficiency and retention by cycle",
        analyse,
        (
            "specific_discharge_capacity", "discharge_capacity", "coulombic_efficiency", "mean_discharge_voltage",
            "energy_efficiency", "specific_charge_capacity", "charge_capacity", "capacity_retention", "cycles_to_80_percent",
            "discharge_energy", "charge_energy", "mean_charge_voltage", "voltage_hysteresis",
        ),
        (
            Setting("electrode", "Which half-cycle comes first and what efficiency means.", options=ELECTRODES),
            Setting("reference_cycle", "Cycle that retention refers to (default: the first complete one).", unit="1"),
            Setting("nominal_capacity", "Capacity that C rates refer to.", unit="mAh"),
            Setting("plot_cycles", "Cycles to draw and to differentiate, such as 1,2,50."),
            Setting("dqdv_step", "Grid of dQ/dV (default: 5 mV or a thousandth of the window).", unit="V"),
            Setting("dqdv_smoothing", "Standard deviation of the Gaussian on dQ/dV (default: one grid step; 0: none).", unit="V"),
            *RECORD_SETTINGS,
        ),
    ),
)  # fmt: skip
