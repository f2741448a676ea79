"""J-V curves as JSON: the solar simulators of Helmholtz-Zentrum Berlin (IRIS), and the IV-curve files of pvlib.

IRIS: ``parameters`` and a list ``data`` with one object per cell and direction, whose ``measurements`` are rows with
names that hold units (``J [mA/cm2]``); what is the same in all rows is a setting or a result of the sweep. Newer files
hold results in ``curve_parameters``; the oldest name ``current`` and ``current_density`` without units (`solar_jv_bare`).
pvlib: a list ``IV Curves`` with ``Voltages`` in V and ``Currents`` in A, numbers as text, and results beside them.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from jointlab.errors import BadInput
from jointlab.science.json_text import load_json
from jointlab.science.readers.reader import Reader
from jointlab.science.readers.solar_jv_bare import is_bare, taken_as_milli, with_units
from jointlab.science.readers.solar_words import result_line, role, states
from jointlab.science.reading import Condition, RawColumn, Reading, Stated, Table, make_table, state
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import split_header
from jointlab.science.text.times import parse_timestamp

if TYPE_CHECKING:
    import polars as pl

_DIRECTIONS = {"FWD": "forward", "REV": "reverse"}
_ROLES = {"voltage": "potential", "current": "current", "current_density": "current_density", "power": "power"}
_PREFERRED = ("V_meas", "V_corr", "I", "I_corr", "J", "P")  # of two columns of one quantity, the one behind the results
_ONE_SUN_LINE = "Eff_1000"  # the program's efficiency over 100 mW/cm2, whatever its sensor says
_RESULTS = {
    "i_sc": ("short_circuit_current", "A"), "v_oc": ("open_circuit_voltage", "V"), "i_mp": ("maximum_power_current", "A"),
    "v_mp": ("maximum_power_voltage", "V"), "p_mp": ("maximum_power", "W"),
}  # fmt: skip
_MOST_CURVES = 10_000


def recognises_iris(source: Source) -> bool:
    """Parameters of a sweep at the start of a JSON text."""
    head = source.head_text.lstrip()
    sweep = '"start_voltage"' in head[:400] or '"curve_parameters"' in head
    return head.startswith("{") and '"parameters"' in head[:200] and sweep


def recognises_curves(source: Source) -> bool:
    """The list of curves, near the start of a JSON text."""
    head = source.head_text
    return head.lstrip().startswith("{") and '"IV Curves"' in head


def _load(source: Source) -> dict[str, Any]:
    try:
        content = load_json(source.data)
    except (ValueError, RecursionError) as fault:
        raise BadInput(
            "jv-json.broken", "“{name}” is cut or damaged JSON ({reason}). Copy it again.", name=source.name, reason=str(fault)[:120]
        ) from fault  # fmt: skip
    if not isinstance(content, dict):
        raise BadInput("jv-json.form", "“{name}” holds no object with curves. Export it again.", name=source.name)
    return content


def _objects(content: Mapping[str, Any], key: str, name: str) -> list[dict[str, Any]]:
    """The list of objects under a key; refused when it is none, or absurdly long."""
    found = content.get(key)
    if not isinstance(found, list) or not found or not all(isinstance(item, dict) for item in found):
        raise BadInput(
            "jv-json.form", "“{name}” has no list of curves under “{key}”. Export it again.", name=name, key=key
        )
    if len(found) > _MOST_CURVES:
        raise BadInput(
            "jv-json.many",
            "“{name}” has {count} curves; up to {most} are read. Split it.",
            name=name,
            count=len(found),
            most=_MOST_CURVES,
        )
    return found


def read_iris(source: Source, settings: Settings) -> Reading:
    """Read every cell and direction. Raises BadInput ``jv-json.broken``, ``jv-json.form``, ``jv-json.rows``, ``jv-json.units``."""
    content = _load(source)
    sweeps = _objects(content, "data", source.name)
    parameters = content["parameters"] if isinstance(content.get("parameters"), dict) else {}
    tables: list[Table] = []
    stated: list[Stated] = []
    starts: list[datetime] = []
    bare: list[pl.DataFrame] = []
    names = sorted({name for sweep in sweeps if (name := _sample(sweep))})
    for number, sweep in enumerate(sweeps, start=1):
        frame, was_bare = _rows(sweep, number, source.name)
        bare += [frame] if was_bare else []
        beside = sweep.get("curve_parameters")
        constant = dict(beside) if isinstance(beside, dict) else {}
        constant |= {key: frame[key][0] for key in frame.columns if frame[key].n_unique() == 1}
        where = _conditions(sweep, number, several=len(names) > 1)
        stated += _iris_results(constant, where)
        tables.append(_iris_table(frame, constant, where))
        started = parse_timestamp(f"{constant.get('date', '')} {constant.get('time', '')}")
        starts += [started] if started else []
    facts: dict[str, Condition] = {
        key: value for key, value in parameters.items() if isinstance(value, (str, int, float))
    }
    if names:
        facts["sample"] = ", ".join(names)
    return Reading(
        "hzb.iris_json", "solar_cell_iv", tuple(tables), None, min(starts) if starts else None,
        stated=tuple(stated), warnings=(taken_as_milli(bare, source.name),) if bare else (), facts=facts, decisions={"encoding": "JSON"},
        rows_stated={t.name: parameters["steps"] for t in tables} if isinstance(parameters.get("steps"), int) else {},
    )  # fmt: skip


def _rows(sweep: Mapping[str, Any], number: int, name: str) -> "tuple[pl.DataFrame, bool]":
    """The rows of a sweep, and whether its currents were named without a unit."""
    import polars as pl

    rows = sweep.get("measurements")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise BadInput(
            "jv-json.rows", "Curve {number} of “{name}” has no measurements. Export it again.", number=number, name=name
        )
    flat = [{key: value for key, value in row.items() if not isinstance(value, (list, dict))} for row in rows]
    frame = pl.from_dicts(flat, infer_schema_length=None, strict=False)
    bare = is_bare(frame.columns)
    if bare:
        own = sweep.get("parameters")
        frame = with_units(frame, _float(own.get("area")) if isinstance(own, dict) else None, number, name)
    roles = {role(split_header(key)) for key in frame.columns if frame[key].dtype.is_numeric()}
    if "voltage" not in roles or not {"current", "current_density"} & roles:
        raise BadInput(
            "jv-json.rows",
            "Curve {number} of “{name}” names no voltage and current with units. Export it again.",
            number=number,
            name=name,
        )
    return frame, bare


def _sample(sweep: Mapping[str, Any]) -> str | None:
    found = sweep.get("sample") or sweep.get("sample_name")
    return str(found) if found else None


def _conditions(sweep: Mapping[str, Any], number: int, *, several: bool) -> dict[str, Condition]:
    where: dict[str, Condition] = {}
    if several and (sample := _sample(sweep)):
        where["sample"] = sample
    pixel = sweep.get("cell", sweep.get("pin"))
    if isinstance(pixel, (str, int)):
        where["pixel"] = pixel
    direction = _DIRECTIONS.get(str(sweep.get("direction", "")).upper())
    if direction:
        where["direction"] = direction
    return where or {"scan": number}


def _iris_table(frame: "pl.DataFrame", constant: Mapping[str, Any], where: Mapping[str, Condition]) -> Table:
    """What changes within a sweep as columns; area and irradiance as conditions."""
    raw: list[RawColumn] = []
    taken: set[str] = set()
    order = sorted(frame.columns, key=lambda key: split_header(key).name not in _PREFERRED)
    for key in order:
        cell = split_header(key)
        kind = role(cell)
        if key in constant and cell.name not in _PREFERRED:
            continue
        quantity = _ROLES.get(kind or "") if frame[key].dtype.is_numeric() else None
        if quantity in taken:
            quantity = None
        taken |= {quantity} if quantity else set()
        raw.append(RawColumn(frame[key], quantity, cell.unit, key, None if quantity else key))
    conditions = dict(where)
    for key, name in (("area [cm2]", "area"), ("irradiance [mW/cm2]", "irradiance")):
        if isinstance(constant.get(key), (int, float)):
            conditions[name] = float(constant[key])
    label = " ".join(str(value) for value in where.values())
    return make_table(label, raw, conditions=conditions)


def _iris_results(constant: Mapping[str, Any], where: Mapping[str, Condition]) -> Iterator[Stated]:
    for key, value in constant.items():
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            continue
        one_sun = key.startswith(_ONE_SUN_LINE)
        line = result_line(key.replace(_ONE_SUN_LINE, "Eff") if one_sun else key, [repr(float(value))])
        if line is not None:
            yield from states(line, [{**where, "irradiance": "100 mW/cm2"} if one_sun else dict(where)])


def read_curves(source: Source, settings: Settings) -> Reading:
    """Read every curve of a pvlib IV-curve file. Raises as `read_iris`, and ``jv-json.numbers``."""
    content = _load(source)
    curves = _objects(content, "IV Curves", source.name)
    tables: list[Table] = []
    stated: list[Stated] = []
    for number, curve in enumerate(curves, start=1):
        index = curve.get("Index", number)
        where: dict[str, Condition] = {"curve": index if isinstance(index, (int, str)) else number}
        tables.append(_curve_table(curve, where, source.name))
        for key, (quantity, unit) in _RESULTS.items():
            value = _float(curve.get(key))
            if value is not None:
                stated.append(state(quantity, value, unit, **where))
    facts: dict[str, Condition] = {
        key: value for key, value in content.items() if isinstance(value, (str, int, float)) and value != ""
    }
    return Reading(
        "pvlib.iv_json", "solar_cell_iv", tuple(tables), _instrument(content), stated=tuple(stated), facts=facts
    )


def _instrument(content: Mapping[str, Any]) -> str | None:
    return " ".join(str(content[key]) for key in ("Manufacturer", "Model") if content.get(key)) or None


def _curve_table(curve: Mapping[str, Any], where: Mapping[str, Condition], name: str) -> Table:
    voltages, currents = curve.get("Voltages"), curve.get("Currents")
    if not isinstance(voltages, list) or not isinstance(currents, list) or len(voltages) != len(currents):
        raise BadInput(
            "jv-json.rows",
            "Curve {where} of “{name}” does not have one current for each voltage. It is damaged; export it again.",
            where=where["curve"],
            name=name,
        )
    raw = [
        RawColumn(_numbers(voltages, name), "potential", "V", "Voltages"),
        RawColumn(_numbers(currents, name), "current", "A", "Currents"),
    ]
    for key, values in curve.items():
        if isinstance(values, list) and key not in ("Voltages", "Currents") and len(values) == len(voltages):
            raw.append(RawColumn(_numbers(values, name), None, None, key, key))
    conditions = dict(where)
    temperature, irradiance = _float(curve.get("Temperature")), _float(curve.get("Irradiance"))
    if temperature is not None:
        conditions["temperature"] = temperature
    if irradiance is not None:
        conditions["irradiance"] = irradiance / 10  # W/m2
    return make_table(f"curve {where['curve']}", raw, conditions=conditions)


def _numbers(values: Sequence[Any], name: str) -> "pl.Series":
    import polars as pl

    try:
        return pl.Series(values, dtype=pl.String if isinstance(values[0], str) else pl.Float64).cast(pl.Float64)
    except (pl.exceptions.PolarsError, TypeError, IndexError) as fault:
        raise BadInput(
            "jv-json.numbers", "“{name}” has something other than numbers in a curve. Export it again.", name=name
        ) from fault


def _float(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return None
    try:
        return float(value)
    except ValueError:
        return None


READERS = (
    Reader("hzb.iris_json", "J-V curves of HZB's solar simulators (.jv.json)", ("solar_cell_iv",), recognises_iris,
           read_iris, (".json", ".txt")),
    Reader("pvlib.iv_json", "IV curves of pvlib (JSON)", ("solar_cell_iv",), recognises_curves, read_curves, (".json",)),
)  # fmt: skip
