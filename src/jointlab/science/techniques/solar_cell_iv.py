"""Current-voltage curves of solar cells: J_sc, V_oc, fill factor, maximum power, efficiency, slopes, hysteresis.

Procedures of IEC 60904-1 (linear interpolation at the axes) and ASTM E948 (polynomial of fourth degree at the top of
the power curve). Signs are decided by the curve: the current at zero voltage counts as positive.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jointlab.science.plots.plot import Axis, Plot, Series
from jointlab.science.reading import Caution, Condition, Reading, Stated, Table
from jointlab.science.settings import Setting, Settings
from jointlab.science.techniques.solar_cell_curve import Estimate, NoFigures, Sweep, analyse_sweep
from jointlab.science.techniques.solar_cell_settings import CELL_SETTINGS
from jointlab.science.techniques.technique import Analysis, Figure, Technique, figure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_AXES = "linear interpolation between the two points next to the axis (IEC 60904-1)"
_TOP = "quartic through the points above 98.5 % of the greatest power, at least 7 (after ASTM E948)"
_NOT_SHOWN = ("area", "irradiance", "temperature")  # conditions of a table that tell no curves apart
_RESPONSIVITY = (0.002, 0.8)  # A/W; white light gives a cell 0.1 to 0.5, the whole of AM1.5G at most 0.69
_HIGHEST_EFFICIENCY = 50.0  # %; the record of any cell under concentrated light is below it
_CLOSE = 0.02  # relative difference between a stated and a computed value that is worth a word
_CURVES_DRAWN = 12
_BRANCH = 8  # points that make a branch of a sweep there and back

SETTINGS = (
    *CELL_SETTINGS,
    Setting("area_uncertainty", "Relative standard uncertainty of the area.", unit="%"),
    Setting("irradiance_uncertainty", "Relative standard uncertainty of the irradiance.", unit="%"),
)


@dataclass(frozen=True)
class _Given:
    """Settings as numbers: cm^2, mW/cm^2, and relative uncertainties as ratios."""

    area: float | None
    irradiance: float | None
    area_uncertainty: float
    irradiance_uncertainty: float


@dataclass(frozen=True)
class _Branch:
    """One sweep in one direction, with what tells it apart and what it was measured with."""

    conditions: dict[str, Condition]
    sweep: Sweep
    over_area: bool  # the current is a density, mA/cm^2; otherwise A
    area: float | None
    irradiance: float | None


def applies(reading: Reading, settings: Settings) -> bool:
    """Whether there is a curve that is not a tracking over time."""
    return any(table.has("potential") and not table.has("time") for table in reading.tables)


def analyse(reading: Reading, settings: Settings) -> Analysis:
    """Figures of every sweep of a reading, hysteresis of every pair of directions, one plot."""
    given = _given(settings)
    branches: list[_Branch] = []
    warnings: list[Caution] = []
    for table in reading.tables:
        if table.has("potential") and not table.has("time") and (table.has("current") or table.has("current_density")):
            for found in _branches(table, given, named=len(reading.tables) > 1):
                branches.append(found) if isinstance(found, _Branch) else warnings.append(found)
    figures: list[Figure] = []
    for branch in branches:
        more, said = _figures(branch, given)
        figures += more
        warnings += said
    figures += _hysteresis(figures)
    warnings += _compared(reading.stated, figures)
    plots = (_plot(branches),) if branches else ()
    return Analysis(tuple(figures), (), plots, _once(warnings), {"current_sign": _signs(branches)} if branches else {})


def _given(settings: Settings) -> _Given:
    relative = [settings.number(f"{key}_uncertainty", unit="%", default=0.0) or 0.0 for key in ("area", "irradiance")]
    return _Given(
        settings.number("area", unit="cm^2"), settings.number("irradiance", unit="mW/cm^2"),
        relative[0] / 100, relative[1] / 100,
    )  # fmt: skip


def _branches(table: Table, given: _Given, *, named: bool) -> "Iterator[_Branch | Caution]":
    """Each sweep of a table; a curve without figures gives the reason."""
    over_area = table.has("current_density")
    voltage, current = table.array("potential"), table.array("current_density" if over_area else "current")
    area = given.area or _positive(table.conditions.get("area"))
    irradiance = given.irradiance or _positive(table.conditions.get("irradiance"))
    told = {key: value for key, value in table.conditions.items() if key not in _NOT_SHOWN}
    if named and not told:
        told = {"curve": table.name}
    if told.get("illumination") == "dark":
        yield Caution("solar.dark", f"“{table.name}” is a dark curve: no figures of a cell in light.")
        return
    if over_area and given.area and table.has("current"):
        over_area, current = False, table.array("current")  # the area that was set decides the density
    if not over_area and area:
        over_area, current = True, current * 1e3 / area
    for direction, rows in _sweeps(voltage):
        conditions = dict(told) if "direction" in told or direction is None else {**told, "direction": direction}
        sweep = analyse_sweep(voltage[rows], current[rows])
        if isinstance(sweep, NoFigures):
            yield Caution(sweep.code, f"“{table.name}” gives no figures: {sweep.reason}.")
        else:
            yield _Branch(conditions, sweep, over_area, area, irradiance)


def _positive(value: Condition | None) -> float | None:
    return float(value) if isinstance(value, (int, float)) and value > 0 else None


def _sweeps(voltage: "NDArray[np.float64]") -> "list[tuple[str | None, slice]]":
    """Rows of each direction: one sweep, or two where the voltage turns once."""
    import numpy as np

    finite = np.where(np.isfinite(voltage), voltage, np.nan)
    if not np.isfinite(finite).any():
        return []
    top, bottom = int(np.nanargmax(finite)), int(np.nanargmin(finite))
    whole = slice(0, len(voltage))
    for turn, names in ((top, ("forward", "reverse")), (bottom, ("reverse", "forward"))):
        if _BRANCH <= turn < len(voltage) - _BRANCH:
            return [(names[0], slice(0, turn + 1)), (names[1], slice(turn, len(voltage)))]
    rising = finite[-1] - finite[0]
    return [("forward" if rising > 0 else "reverse" if rising < 0 else None, whole)]


def _figures(branch: _Branch, given: _Given) -> tuple[list[Figure], list[Caution]]:
    """Figures per area, absolute figures where the area is known, the efficiency where the light is."""
    sweep, where = branch.sweep, branch.conditions
    extra = given.area_uncertainty if branch.over_area else 0.0
    found = [_make("open_circuit_voltage", sweep.open_circuit, _AXES, where),
             _make("fill_factor", _scaled(sweep.fill_factor, 100), "P_max / (I_sc V_oc)", where),
             _make("maximum_power_voltage", sweep.power_voltage, _TOP, where)]  # fmt: skip
    warnings = []
    if branch.over_area:
        found += [_make("short_circuit_current_density", sweep.short_circuit, _AXES, where, extra),
                  _make("maximum_power_current_density", sweep.power_current, _TOP, where, extra),
                  _make("maximum_power_density", sweep.power, _TOP, where, extra)]  # fmt: skip
    if not branch.over_area or branch.area:
        scale = (branch.area or 0.0) * 1e-3 if branch.over_area else 1.0
        found += [_make("short_circuit_current", _scaled(sweep.short_circuit, scale), _AXES, where),
                  _make("maximum_power_current", _scaled(sweep.power_current, scale), _TOP, where),
                  _make("maximum_power", _scaled(sweep.power, scale), _TOP, where)]  # fmt: skip
    if not branch.over_area:
        text = "The file states no area, so there is no current density and no efficiency: set it with “area=0.16 cm2”."
        warnings.append(Caution("solar.area-unknown", text))
    found += _slopes(branch, extra)
    if branch.over_area:
        efficiency = _efficiency(branch, given)
        found += [efficiency] if isinstance(efficiency, Figure) else []
        warnings += [efficiency] if isinstance(efficiency, Caution) else []
    if sweep.extrapolated:
        text = "A sweep ends within one step before an axis; the value there is extrapolated by that step."
        warnings.append(Caution("solar.extrapolated", text))
    return found, warnings


def _make(quantity: str, estimate: Estimate, method: str, where: dict[str, Condition], relative: float = 0.0) -> Figure:
    """A figure with the uncertainties of the curve and, where it was given, of the area."""
    uncertainty = (estimate.uncertainty**2 + (relative * estimate.value) ** 2) ** 0.5
    includes = "interpolation and noise of the curve" + (" and area" if relative else "")
    return figure(quantity, estimate.value, uncertainty=uncertainty, method=method, includes=includes, **where)


def _scaled(estimate: Estimate, factor: float) -> Estimate:
    return Estimate(estimate.value * factor, estimate.uncertainty * factor)


def _slopes(branch: _Branch, extra: float) -> list[Figure]:
    prefix, scale = ("area_", 1e3) if branch.over_area else ("", 1.0)  # V/(mA/cm^2) is 1000 ohm cm^2
    methods = {
        "series": "-dV/dJ at open circuit, parabola through 5 points: holds the diode's own slope n k T/(q J_sc) too",
        "shunt": "-dV/dJ at short circuit, line through the points within 15 % of V_oc",
    }
    return [
        _make(f"{prefix}{name}_resistance", _scaled(estimate, scale), methods[name], branch.conditions, extra)
        for name, estimate in (("series", branch.sweep.series), ("shunt", branch.sweep.shunt))
        if estimate is not None
    ]


def _efficiency(branch: _Branch, given: _Given) -> Figure | Caution:
    """Efficiency over a stated or set irradiance, never over an assumed one."""
    sweep, light = branch.sweep, branch.irradiance
    if light is None:
        return Caution(
            "solar.irradiance-unknown",
            'The file states no irradiance, so there is no efficiency: give it with --set irradiance="100 mW/cm2" for one sun.',
        )
    value = 100 * sweep.power.value / light
    responsivity = sweep.short_circuit.value / light
    low, high = _RESPONSIVITY
    if given.irradiance is None and (not low <= responsivity <= high or value > _HIGHEST_EFFICIENCY):
        return Caution(
            "solar.irradiance-implausible",
            f"An irradiance of {light:g} mW/cm2, as the file has it, does not fit the currents: they would be below {low:g} or above {high:g} A/W, or the efficiency above {_HIGHEST_EFFICIENCY:g} %. The light sensor was not calibrated, or the area is wrong. There is no efficiency until “irradiance=100 mW/cm2” or the like is set.",
        )
    estimate = _scaled(sweep.power, 100 / light)
    relative = (given.area_uncertainty**2 + given.irradiance_uncertainty**2) ** 0.5
    uncertainty = (estimate.uncertainty**2 + (relative * value) ** 2) ** 0.5
    parts = [name for name, u in (("area", given.area_uncertainty), ("irradiance", given.irradiance_uncertainty)) if u]
    includes = " and ".join(["interpolation and noise of the curve", *parts])
    return figure(
        "power_conversion_efficiency", value, uncertainty=uncertainty, includes=includes,
        method=f"P_max over {light:g} mW/cm2 ({'set' if given.irradiance else 'stated in the file'})", **branch.conditions,
    )  # fmt: skip


def _hysteresis(figures: Sequence[Figure]) -> Iterator[Figure]:
    """(P_reverse - P_forward) / P_reverse of each curve that was swept in both directions."""
    powers: dict[tuple[tuple[str, Condition], ...], dict[str, Figure]] = {}
    names = {"maximum_power_density", "maximum_power"} & {f.quantity for f in figures}
    name = max(names, key=len, default="")
    for item in figures:
        if item.quantity == name and "direction" in item.conditions:
            rest = tuple((k, v) for k, v in item.conditions.items() if k not in ("direction", "scan"))
            powers.setdefault(rest, {}).setdefault(str(item.conditions["direction"]), item)
    for rest, pair in powers.items():
        if set(pair) >= {"forward", "reverse"}:
            reverse, forward = pair["reverse"], pair["forward"]
            ratio = forward.value / reverse.value
            parts = [(f.uncertainty or 0.0) / f.value for f in (forward, reverse)]
            yield figure(
                "hysteresis_index", 100 * (1 - ratio), uncertainty=100 * ratio * (parts[0] ** 2 + parts[1] ** 2) ** 0.5,
                method="(P_max reverse - P_max forward) / P_max reverse", includes="interpolation and noise of both curves", **dict(rest),
            )  # fmt: skip


def _compared(stated: Sequence[Stated], figures: Sequence[Figure]) -> list[Caution]:
    """One caution a quantity whose stated values are not what the curve gives; slopes have too many definitions."""
    worst: dict[str, tuple[float, Stated, Figure]] = {}
    for result in stated:
        tolerance = 2.0 if "resistance" in result.quantity else _CLOSE
        for item in figures:
            if item.quantity != result.quantity or any(
                item.conditions.get(k) != v for k, v in result.conditions.items()
            ):
                continue
            off = abs(abs(result.value) / item.value - 1) if item.value else 0.0
            ratio = max(off, abs(item.value / result.value) - 1 if result.value else 0.0)
            noise = 2 * (item.uncertainty or 0.0) / abs(item.value) if item.value else 0.0
            if ratio > max(tolerance, noise) and ratio > worst.get(result.quantity, (0.0,))[0]:
                worst[result.quantity] = (ratio, result, item)
    return [
        Caution(
            "stated.differs",
            f"The file states {result.quantity.replace('_', ' ')} {result.value:.6g} {result.unit} where its curve gives {item.value:.6g} {item.unit}{_of(item)}; both are kept apart.",
        )
        for _, result, item in worst.values()
    ]


def _of(item: Figure) -> str:
    told = ", ".join(f"{key} {value}" for key, value in item.conditions.items())
    return f" ({told})" if told else ""


def _once(warnings: Sequence[Caution]) -> tuple[Caution, ...]:
    return tuple(dict.fromkeys(warnings))


def _signs(branches: Sequence[_Branch]) -> str:
    signs = {branch.sweep.sign for branch in branches}
    if signs == {-1}:
        return "negative in light, by the current at zero voltage"
    return "positive in light, by the current at zero voltage" if signs == {1} else "differs from curve to curve"


def _plot(branches: Sequence[_Branch]) -> Plot:
    shown = branches[:_CURVES_DRAWN]
    over_area = shown[0].over_area
    series = tuple(
        Series(
            " ".join(str(value) for value in branch.conditions.values()) or "curve", branch.sweep.voltage, branch.sweep.current,
            rank=1 if branch.conditions.get("direction") == "forward" else 0,
        )
        for branch in shown if branch.over_area == over_area
    )  # fmt: skip
    more = f" The first {len(series)} of {len(branches)} curves." if len(branches) > len(series) else ""
    return Plot(
        "jv", "Current-voltage curves", Axis("potential", label="Voltage"), Axis("current_density" if over_area else "current"),
        series, caption=f"Current positive where the cell gives power. Reverse solid, forward dashed.{more}",
        description=f"Current against voltage of {len(series)} sweeps.",
    )  # fmt: skip


TECHNIQUES = (
    Technique(
        "solar_cell_iv.figures", "solar_cell_iv", "1", "Solar-cell figures of merit", analyse,
        ("power_conversion_efficiency", "open_circuit_voltage", "short_circuit_current_density", "fill_factor",
         "hysteresis_index", "short_circuit_current", "maximum_power", "maximum_power_density", "maximum_power_voltage",
         "maximum_power_current_density", "maximum_power_current", "area_series_resistance", "area_shunt_resistance",
         "series_resistance", "shunt_resistance"),
        SETTINGS, applies,
    ),
)  # fmt: skip
