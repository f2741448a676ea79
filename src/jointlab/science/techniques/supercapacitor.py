"""Capacitance, internal resistance, energy and power of a supercapacitor from constant-current charge and discharge."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jointlab.science.plots.plot import Axis, Plot, Series
from jointlab.science.reading import Caution, Condition, RawColumn, Reading, Table, make_table
from jointlab.science.settings import Setting, Settings
from jointlab.science.techniques.capacitor_passages import (
    Capacitance,
    CapacitorPassage,
    capacitance,
    slope_capacitance,
)
from jointlab.science.techniques.cycling_record import (
    RECORD_SETTINGS,
    ActiveMass,
    CyclingRecord,
    active_mass,
    read_record,
)
from jointlab.science.techniques.technique import Analysis, Figure, Technique, figure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

ALL_FIGURES = 100  # files with more passages give figures of the first, second, middle and last discharge
_DEVICES = ("battery", "supercapacitor")
_LIMITS = ((0.8, 0.4, "IEC 62391-1"), (0.9, 0.7, "voltages of IEC 62576"))
_WAY = {1: "charge", -1: "discharge"}


@dataclass(frozen=True, eq=False)
class _Found:
    """One half-cycle and what it gave."""

    cycle: int
    direction: int
    passage: CapacitorPassage
    result: Capacitance
    slopes: tuple[float | None, ...]  # one for each of _LIMITS


@dataclass(frozen=True)
class _Scale:
    """What makes figures specific, and the accuracy of the instrument."""

    mass: ActiveMass | None
    area: float | None  # cm^2
    gain: float  # relative, of the current
    offset: float  # V


def applies(reading: Reading, settings: Settings) -> bool:
    """Only where a person says that the cell is a supercapacitor: no file can."""
    return settings.choice("device", _DEVICES) == "supercapacitor"


def analyse(reading: Reading, settings: Settings) -> Analysis:
    """Figures, the table `capacitances` and a plot."""
    record = read_record(reading, settings)
    if record is None or not record.table.has("current") or not record.halves.count:
        return Analysis(warnings=(Caution("supercapacitor.no-figures", "There is no current to charge a capacitor."),))
    found = tuple(_passages(record, reading))
    if not found:
        message = "No half-cycle moves the potential as a capacitor does."
        return Analysis(warnings=(Caution("supercapacitor.no-figures", message),))
    scale = _Scale(
        active_mass(reading, settings), settings.number("area", unit="cm^2"),
        (settings.number("current_accuracy", unit="%") or 0.0) / 100, settings.number("voltage_accuracy", unit="V") or 0.0,
    )  # fmt: skip
    figures = tuple(f for one in _chosen(found) for f in _figures(one, scale))
    decisions: dict[str, Condition] = {
        **record.decisions,
        "potential_at_switching": "parabola through the first tenth of each half-cycle",
        "mass": "as given: the mass of both electrodes gives the cell's specific capacitance, not an electrode's",
    }
    return Analysis(figures, (_table(found),), _plots(found), tuple(record.warnings), decisions)


def _passages(record: CyclingRecord, reading: Reading) -> Iterator[_Found]:
    """Every half-cycle that behaves as a capacitor, with the discharge of a cycle numbered as its charge."""
    import numpy as np

    halves, passage = record.halves, record.passage
    step_time = record.table.array("step_time")[record.rows] if passage.switching == "step time" else None
    stops = np.append(halves.starts[1:], len(halves.rows))
    begins_with_discharge = int(halves.direction[0] < 0)
    for index in range(halves.count):
        rows = halves.rows[halves.starts[index] : stops[index]]
        first = int(rows[0])
        before = first - 1 if first else None
        gap = 0.0 if before is None else float(passage.time[first] - passage.time[before])
        lead = gap / 2 if step_time is None or not 0 <= step_time[first] <= gap + 1e-3 else float(step_time[first])
        one = CapacitorPassage(
            passage.time[rows] - passage.time[first] + lead, passage.potential[rows], passage.current[rows],
            None if before is None else float(passage.potential[before]),
            0.0 if before is None else float(passage.current[before]),
        )  # fmt: skip
        result = capacitance(one)
        if result is None:
            continue
        full = one.potential_before if one.potential_before is not None else result.start
        falls = halves.direction[index] < 0 and result.constant_current
        slopes = tuple(
            slope_capacitance(one, full=full, upper=upper, lower=lower) if falls else None
            for upper, lower, _ in _LIMITS
        )
        yield _Found((index + begins_with_discharge) // 2 + 1, int(halves.direction[index]), one, result, slopes)


def _chosen(found: tuple[_Found, ...]) -> tuple[_Found, ...]:
    """All, or the first two, the middle and the last discharge of many."""
    if len(found) <= ALL_FIGURES:
        return found
    falls = [one for one in found if one.direction < 0] or list(found)
    return tuple({id(one): one for one in (*falls[:2], falls[len(falls) // 2], falls[-1])}.values())


def _figures(one: _Found, scale: _Scale) -> Iterator[Figure]:
    import math

    result = one.result
    at: dict[str, Condition] = {
        "cycle": one.cycle,
        "direction": _WAY[one.direction],
        "current_mA": float(f"{result.charge / result.duration * 1e3:.3g}"),
    }
    volts = math.sqrt(2) * scale.offset / abs(result.start - result.end)
    spread = math.sqrt(result.relative_uncertainty**2 + scale.gain**2 + volts**2)
    includes = "scatter of the potential" + (", accuracy of the instrument" if scale.gain or scale.offset else "")
    ways = [
        ("energy", "2 W/(E1^2 - E2^2), integral", result.by_energy),
        ("charge", "Q/(E1 - E2), integral", result.by_charge),
    ]
    for (upper, lower, source), slope in zip(_LIMITS, one.slopes, strict=True):
        if slope is not None:
            ways.append(
                (
                    f"slope {100 * upper:.0f}-{100 * lower:.0f} %",
                    f"I (t2 - t1)/(U1 - U2) between {upper:.0%} and {lower:.0%}, {source}",
                    slope,
                )
            )
    for kind, method, value in ways:
        if math.isfinite(value):
            yield from _specific(value, spread, method, includes, scale, {**at, "by": kind})
    yield from _step(one, scale, at)
    yield from _energy(one, scale, spread, includes, at)


def _specific(
    value: float, spread: float, method: str, includes: str, scale: _Scale, at: dict[str, Condition]
) -> Iterator[Figure]:
    """A capacitance, and the same over mass and over area."""
    import math

    yield figure("capacitance", value, uncertainty=value * spread, method=method, includes=includes, **at)
    if scale.mass is not None:
        per_gram = value / scale.mass.mass * 1e3
        part = (scale.mass.uncertainty or 0.0) / scale.mass.mass
        yield figure(
            "specific_capacitance", per_gram, uncertainty=per_gram * math.hypot(spread, part),
            method=f"{method}; active mass {scale.mass.mass:g} mg ({scale.mass.source})",
            includes=includes + (", mass" if part else ", not the mass"), **at,
        )  # fmt: skip
    if scale.area is not None and scale.area > 0:
        yield figure(
            "areal_capacitance", value / scale.area, uncertainty=value * spread / scale.area,
            method=f"{method}; area {scale.area:g} cm^2", includes=f"{includes}, not the area", **at,
        )  # fmt: skip


def _step(one: _Found, scale: _Scale, at: dict[str, Condition]) -> Iterator[Figure]:
    """Step of the potential at switching, and the resistance that it means."""
    import math

    result = one.result
    if result.step is None or result.resistance is None:
        return
    spread = math.hypot(result.start_uncertainty, math.sqrt(2) * scale.offset)
    method = "potential before switching minus potential drawn back to the moment of switching"
    includes = "fit of the potential" + (", accuracy of the instrument" if scale.offset else "")
    yield figure("voltage_drop", result.step, uncertainty=spread, method=method, includes=includes, **at)
    relative = math.hypot(spread / result.step, scale.gain) if result.step > 0 else 0.0
    yield figure(
        "internal_resistance", result.resistance, uncertainty=result.resistance * relative if result.step > 0 else spread,
        method="voltage step over change of current, IEC 62391-1", includes=includes, **at,
    )  # fmt: skip


def _energy(one: _Found, scale: _Scale, spread: float, includes: str, at: dict[str, Condition]) -> Iterator[Figure]:
    """Energy and mean power of a discharge, behind the voltage step."""
    result = one.result
    if one.direction > 0:
        return
    method = "integral of I E dt from the moment of switching to the last row"
    energy, power = abs(result.energy) / 3.6, abs(result.energy) / result.duration
    yield figure("discharge_energy", energy, uncertainty=energy * spread, method=method, includes=includes, **at)
    yield figure(
        "power", power, uncertainty=power * spread, method="energy over time of discharge", includes=includes, **at
    )
    if scale.mass is None:
        return
    weigh = f"; active mass {scale.mass.mass:g} mg ({scale.mass.source})"
    for name, value, how in (
        ("specific_energy", energy / scale.mass.mass * 1e3, method),
        ("specific_power", power / scale.mass.mass * 1e6, "energy over time of discharge"),
    ):
        yield figure(
            name, value, uncertainty=value * spread, method=how + weigh, includes=f"{includes}, not the mass", **at
        )


def _table(found: tuple[_Found, ...]) -> Table:
    """One row a half-cycle."""
    results = [one.result for one in found]
    columns = [
        RawColumn([one.cycle for one in found], "cycle"),
        RawColumn([_WAY[one.direction] for one in found], None, None, None, "direction"),
        RawColumn([r.by_energy for r in results], "capacitance", "F", None, "capacitance_energy"),
        RawColumn([r.by_charge for r in results], "capacitance", "F", None, "capacitance_charge"),
        RawColumn(_numbers(r.step for r in results), "voltage_drop"),
        RawColumn(_numbers(r.resistance for r in results), "internal_resistance"),
        RawColumn([r.start for r in results], "potential", "V", None, "start_potential"),
        RawColumn([r.end for r in results], "potential", "V", None, "end_potential"),
        RawColumn([r.charge / r.duration for r in results], "current"),
        RawColumn([abs(r.energy) for r in results], "energy", "J"),
    ]
    for number, (upper, lower, _) in enumerate(_LIMITS):
        name = f"capacitance_{upper:.0%}_{lower:.0%}"
        columns.append(RawColumn(_numbers(one.slopes[number] for one in found), "capacitance", "F", None, name))
    return make_table("capacitances", columns)


def _numbers(values: Iterator[float | None]) -> list[float]:
    return [float("nan") if value is None else value for value in values]


def _plots(found: tuple[_Found, ...]) -> tuple[Plot, ...]:
    """Capacitance over cycle, and the first and last pair of half-cycles over time."""
    import numpy as np

    series = []
    for rank, direction in enumerate((-1, 1)):
        mine = [one for one in found if one.direction == direction]
        if mine:
            x = np.array([one.cycle for one in mine], dtype=np.float64)
            y = np.array([one.result.by_energy for one in mine])
            u = y * np.array([one.result.relative_uncertainty for one in mine])
            series.append(Series(_WAY[direction], x, y, "points", u, rank))
    over_cycle = Plot(
        "capacitance", "Capacitance over cycle", Axis("cycle"), Axis("capacitance"), tuple(series),
        "By energy. Filled: discharge; open: charge. Bars: one standard uncertainty.", f"Capacitance of {len(found)} half-cycles.",
    )  # fmt: skip
    ends = {id(one): one for one in (*found[:2], *found[-2:])}.values()
    curves = tuple(
        Series(f"cycle {one.cycle}, {_WAY[one.direction]}", one.passage.time, one.passage.potential, rank=int(one.direction < 0))
        for one in ends
    )  # fmt: skip
    over_time = Plot(
        "potential", "Potential of the first and last half-cycles", Axis("time"), Axis("potential"), curves,
        "Time from the moment of switching.", "Potential over time.",
    )  # fmt: skip
    return (over_time, over_cycle) if len(found) > 2 else (over_time,)


TECHNIQUES = (
    Technique(
        "galvanostatic_cycling.supercapacitor",
        "galvanostatic_cycling",
        "1",
        "Capacitance, resistance, energy and power of a supercapacitor",
        analyse,
        (
            "specific_capacitance", "capacitance", "areal_capacitance", "internal_resistance", "specific_energy",
            "specific_power", "voltage_drop", "discharge_energy", "power",
        ),
        (
            Setting("device", "What was cycled.", options=_DEVICES),
            Setting("area", "Geometric area of the electrode.", unit="cm^2"),
            *RECORD_SETTINGS,
        ),
        applies,
    ),
)  # fmt: skip
