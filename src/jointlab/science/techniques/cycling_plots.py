"""Pictures of cycling: voltage over capacity, capacity and efficiency over cycle, dQ/dV."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.plots.plot import Axis, Plot, Series
from jointlab.science.reading import RawColumn, Table, make_table
from jointlab.science.settings import Settings
from jointlab.science.techniques.cycles import Cycles
from jointlab.science.techniques.cycling_record import CyclingRecord
from jointlab.science.techniques.differential_capacity import DifferentialCapacity, differential_capacity

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

_POINTS = 1000  # a curve is drawn with about as many
_WAYS = (("charge", 1), ("discharge", -1))


@dataclass(frozen=True, eq=False)
class Derivatives:
    """dQ/dV of the chosen half-cycles: (cycle, way, curve)."""

    curves: tuple[tuple[int, str, DifferentialCapacity], ...]

    @property
    def tables(self) -> tuple[Table, ...]:
        """One table with a row a point; none where no half-cycle has a slope."""
        import numpy as np

        if not self.curves:
            return ()
        cycles = np.concatenate([np.full(len(c.potential), n) for n, _, c in self.curves])
        ways = [way for _, way, c in self.curves for _ in c.potential]
        columns = [
            RawColumn(cycles, "cycle"),
            RawColumn(ways, None, None, None, "direction"),
            RawColumn(np.concatenate([c.potential for _, _, c in self.curves]), "potential"),
            RawColumn(np.concatenate([c.capacity for _, _, c in self.curves]), "differential_capacity"),
        ]
        return (make_table("differential_capacity", columns),)


def chosen_cycles(cycles: Cycles, settings: Settings) -> tuple[int, ...]:
    """Indices of the cycles to draw: the setting, or the first, second and last complete ones."""
    import numpy as np

    given = settings.text("plot_cycles")
    if given is not None:
        try:
            numbers = [int(word) for word in given.replace(";", ",").split(",")]
        except ValueError:
            raise BadInput(
                "setting.value", "plot_cycles={value}: numbers of cycles are needed, such as 1,2,50.", value=given
            ) from None
        return tuple(int(i) for i in np.flatnonzero(np.isin(cycles.number, numbers)))
    whole = np.flatnonzero(cycles.complete) if cycles.complete.any() else np.arange(cycles.count)
    return tuple(int(i) for i in np.unique([*whole[:2], whole[-1]]))


def derivatives(
    record: CyclingRecord, cycles: Cycles, chosen: tuple[int, ...], *, grid: float, smoothing: float
) -> Derivatives:
    """dQ/dV of both halves of the chosen cycles; `grid` and `smoothing` in V."""
    found = []
    for index in chosen:
        for way, direction in _WAYS:
            rows = _rows(record, getattr(cycles, f"{way}_half")[index])
            if rows is None:
                continue
            curve = differential_capacity(
                potential=record.passage.potential[rows], capacity=_passed(record, rows), direction=direction,
                grid=grid, smoothing=smoothing,
            )  # fmt: skip
            if len(curve.potential):
                found.append((int(cycles.number[index]), way, curve))
    return Derivatives(tuple(found))


def _rows(record: CyclingRecord, half: int) -> "NDArray[np.int64] | None":
    """Rows of one half-cycle that carry current."""
    if half < 0:
        return None
    halves = record.halves
    stop = halves.starts[half + 1] if half + 1 < halves.count else len(halves.rows)
    return halves.rows[halves.starts[half] : stop]


def _passed(record: CyclingRecord, rows: "NDArray[np.int64]") -> "Numbers":
    """Capacity in mAh at each row of a half-cycle: the charge up to the row itself."""
    import numpy as np

    passage = record.passage
    share = np.abs(passage.charge[rows])
    step = np.clip(np.diff(passage.time[rows], prepend=passage.time[rows[0]]), 0.0, None)
    if not record.table.has("current"):
        return np.asarray(np.cumsum(share))
    size = np.abs(passage.current[rows])
    inner = np.diff(rows, prepend=rows[0]) == 1
    before = np.append(size[:1], size[:-1])
    between = np.where(inner, (before + size) / 2 * step / 3.6, 0.0)
    lead = max(float(share[0] - (between[1] / 2 if len(rows) > 1 else 0.0)), 0.0)
    return np.asarray(np.cumsum(between) + lead)


def draw(
    record: CyclingRecord, cycles: Cycles, chosen: tuple[int, ...], slopes: Derivatives, efficiency: "Numbers", mass: float | None
) -> tuple[Plot, ...]:  # fmt: skip
    """The plots of a cycling file; capacities per gram where `mass` (mg) is known."""
    plots = [_voltage_plot(record, cycles, chosen, mass)]
    if slopes.curves:
        plots.append(_slope_plot(slopes))
    if cycles.count > 1:
        plots += [_capacity_plot(cycles, mass), _efficiency_plot(cycles, efficiency)]
    return tuple(plots)


def _per_mass(values: "Numbers", mass: float | None) -> "Numbers":
    return values if mass is None else values * (1e3 / mass)


def _thin(values: "Numbers") -> "Numbers":
    """About _POINTS of the values, first and last among them."""
    import numpy as np

    if len(values) <= 2 * _POINTS:
        return values
    return np.asarray(values[np.linspace(0, len(values) - 1, _POINTS).astype(np.int64)])


def _voltage_plot(record: CyclingRecord, cycles: Cycles, chosen: tuple[int, ...], mass: float | None) -> Plot:
    series = []
    for place, index in enumerate(chosen):
        for rank, (way, _) in enumerate(_WAYS):
            rows = _rows(record, getattr(cycles, f"{way}_half")[index])
            if rows is None:
                continue
            passed = _per_mass(_passed(record, rows), mass)
            name = f"cycle {cycles.number[index]}, {way}"
            series.append(
                Series(
                    name,
                    _thin(passed),
                    _thin(record.passage.potential[rows]),
                    rank=rank,
                    late=_late(place, len(chosen)),
                )
            )
    numbers = ", ".join(str(cycles.number[index]) for index in chosen)
    return Plot(
        "voltage", "Voltage over capacity", Axis("capacity" if mass is None else "specific_capacity"), Axis("potential"),
        tuple(series), "Solid: charge; dashed: discharge. Colour: the cycle.", f"Voltage over capacity of cycles {numbers}.",
    )  # fmt: skip


def _late(place: int, count: int) -> float | None:
    """From 0, the first of `count` curves, to 1; None for a single one."""
    return place / (count - 1) if count > 1 else None


def _slope_plot(slopes: Derivatives) -> Plot:
    numbers = list(dict.fromkeys(number for number, _, _ in slopes.curves))
    series = tuple(
        Series(f"cycle {number}, {way}", curve.potential, curve.capacity if way == "charge" else -curve.capacity, rank=0 if way == "charge" else 1,
               late=_late(numbers.index(number), len(numbers)))
        for number, way, curve in slopes.curves
    )  # fmt: skip
    return Plot(
        "differential_capacity", "Differential capacity", Axis("potential"), Axis("differential_capacity"), series,
        "Solid: charge, upwards; dashed: discharge, downwards. Colour: the cycle.", "Differential capacity over voltage.",
    )  # fmt: skip


def _capacity_plot(cycles: Cycles, mass: float | None) -> Plot:
    number = cycles.number.astype(float)
    series = tuple(
        Series(way, number, _per_mass(getattr(cycles, f"{way}_capacity"), mass), "points",
               _per_mass(getattr(cycles, f"{way}_uncertainty"), mass), rank)
        for rank, (way, _) in enumerate(_WAYS)
    )  # fmt: skip
    return Plot(
        "capacity", "Capacity over cycle", Axis("cycle"), Axis("capacity" if mass is None else "specific_capacity"), series,
        "Filled: charge; open: discharge. Bars, where they are seen: one standard uncertainty.", f"Capacity of {cycles.count} cycles.",
    )  # fmt: skip


def _efficiency_plot(cycles: Cycles, efficiency: "Numbers") -> Plot:
    whole = cycles.complete
    series = (Series("coulombic efficiency", cycles.number[whole].astype(float), efficiency[whole], "points"),)
    return Plot(
        "efficiency", "Coulombic efficiency over cycle", Axis("cycle"), Axis("coulombic_efficiency"), series,
        "Complete cycles only.", f"Coulombic efficiency of {int(whole.sum())} cycles.",
    )  # fmt: skip
