"""Units that a rig's columns do not state: settled by the rig's own results, by a setting, or asked."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from jointlab.errors import BadInput, Option, Question
from jointlab.science.reading import Stated, Table
from jointlab.science.settings import Setting, Settings
from jointlab.science.text import Text
from jointlab.science.units import convert

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jointlab.science.readers.solar_jv import Curve

_VOLTAGE_UNITS = ("V", "mV")
_CURRENT_UNITS = ("A", "mA", "uA", "A/cm2", "mA/cm2")
_AGREES = 0.02  # relative; how well a column must give the stated result for its unit to be proved
_GIVES_POWER = 1e-3  # of the largest |V I| of the curve

UNIT_SETTINGS = (
    Setting("voltage_unit", "Unit of voltages whose header has none.", options=_VOLTAGE_UNITS),
    Setting("current_unit", "Unit of currents whose header has none.", options=_CURRENT_UNITS),
)


def value_at(x: "NDArray[np.float64]", y: "NDArray[np.float64]", at: float) -> float | None:
    """The y where x first passes `at`, by linear interpolation; None where it does not."""
    import numpy as np

    side = np.sign(x - at)
    if (side == 0).any():
        return float(y[int(np.argmax(side == 0))])
    crossings = np.flatnonzero(side[:-1] * side[1:] < 0)
    if not len(crossings):
        return None
    i = int(crossings[0])
    return float(y[i] + (at - x[i]) * (y[i + 1] - y[i]) / (x[i + 1] - x[i]))


def settle_units(curves: "Sequence[Curve]", results: Sequence[Stated], settings: Settings, text: Text) -> "list[Curve]":
    """Every voltage and current with a unit. Raises BadInput ``jv.voltage-unit`` and ``jv.current-unit``."""
    return [_settled(curve, results, settings, text) for curve in curves]


def _settled(curve: "Curve", results: Sequence[Stated], settings: Settings, text: Text) -> "Curve":
    columns = list(curve.columns)
    for i, (cell, kind, values) in enumerate(columns):
        if cell.unit is not None or kind not in ("voltage", "current", "current_density"):
            continue
        unit = _unit(curve, i, results, settings, text)
        if unit.endswith("/cm2"):
            kind = "current_density"
        columns[i] = (replace(cell, unit=unit), kind, values)
    return replace(curve, columns=columns)


def _unit(curve: "Curve", index: int, results: Sequence[Stated], settings: Settings, text: Text) -> str:
    cell, kind, _ = curve.columns[index]
    voltage = kind == "voltage"
    options = _VOLTAGE_UNITS if voltage else _CURRENT_UNITS
    key = "voltage_unit" if voltage else "current_unit"
    if kind == "current_density":
        options = ("A/cm2", "mA/cm2")
    given = settings.choice(key, options)
    if given is not None:
        text.decisions[key] = f"{given} (given by the user)"
        return given
    proved = _proved(curve, index, options, results)
    if proved is not None:
        text.decisions[key] = f"{proved} (the column gives the result that the file states)"
        return proved
    sample = curve.columns[index][2].drop_nulls().head(1).to_list()
    shown = f"{sample[0]:g}" if sample else "?"
    raise BadInput(
        f"jv.{'voltage' if voltage else 'current'}-unit",
        "The column “{header}” of “{name}” has no unit, and nothing in the file tells it. Say it with --set {key}=…",
        Question(key, tuple(Option(option, f"{shown} {option}") for option in options)),
        header=cell.text, name=text.name, key=key,
    )  # fmt: skip


def _proved(curve: "Curve", index: int, options: Sequence[str], results: Sequence[Stated]) -> str | None:
    """The one unit in which the column gives the short-circuit current or open-circuit voltage that the file states."""
    import numpy as np

    voltage = next(values for _, kind, values in curve.columns if kind == "voltage").to_numpy()
    current = next(v for _, kind, v in curve.columns if kind in ("current", "current_density")).to_numpy()
    own = curve.columns[index][1] == "voltage"
    wanted = ("open_circuit_voltage",) if own else ("short_circuit_current_density", "short_circuit_current")
    found = value_at(current, voltage, 0.0) if own else value_at(voltage, np.asarray(curve.columns[index][2]), 0.0)
    if found is None:
        return None
    matches = {
        option
        for option in options
        for result in results
        if result.quantity in wanted and all(curve.conditions.get(k) == v for k, v in result.conditions.items())
        and ("/" in option) == ("/" in result.unit)
        and abs(abs(convert(found, source=option, target=result.unit)) - abs(result.value)) <= _AGREES * abs(result.value)
    }  # fmt: skip
    return matches.pop() if len(matches) == 1 else None


def is_photovoltaic(tables: Sequence[Table]) -> bool:
    """Whether a curve gives power in one quadrant and takes it in another, or starts from a current without voltage."""
    import numpy as np

    for table in tables:
        voltage = table.array("potential")
        current = table.array("current_density" if table.has("current_density") else "current")
        power = voltage * current
        if not len(power) or not np.isfinite(power).all():
            continue
        largest = float(np.abs(power).max())
        both = power.min() < -_GIVES_POWER * largest and power.max() > _GIVES_POWER * largest
        at_zero = value_at(voltage, current, 0.0)
        if both and at_zero is not None and abs(at_zero) > _GIVES_POWER * float(np.abs(current).max()):
            return True
        if at_zero is not None and abs(at_zero) > 0.2 * float(np.abs(current).max()) and largest > 0:
            return True
    return False
