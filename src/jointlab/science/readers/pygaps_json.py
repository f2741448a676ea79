"""Isotherms as pyGAPS writes them (JSON, file versions 1 to 4): points with pressure, loading and branch, and their units."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jointlab.errors import BadInput
from jointlab.science.json_text import load_json
from jointlab.science.readers.isotherms import ADSORPTION, DESORPTION, isotherm, loading_columns, number_with_unit
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Caution, Condition, RawColumn, Reading
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import read_text
from jointlab.science.text.engine import TEXT_SETTINGS
from jointlab.science.text.times import parse_timestamp

if TYPE_CHECKING:
    import polars as pl

_LARGEST = 64 << 20  # bytes; an isotherm has some thousand points
_BRANCHES: dict[object, str] = {
    "ads": ADSORPTION,
    "des": DESORPTION,
    "adsorption": ADSORPTION,
    "desorption": DESORPTION,
    None: ADSORPTION,
}
_BRANCHES |= {0: ADSORPTION, 1: DESORPTION, "0": ADSORPTION, "1": DESORPTION}  # False and True are 0 and 1
_KNOWN = {"isotherm_data", "temperature", "adsorbate", "material", "material_mass", "instrument", "apparatus", "date"}


def recognises(source: Source) -> bool:
    """A JSON object with the keys of a pyGAPS isotherm near its start or end."""
    if not source.head_text.lstrip().startswith("{"):
        return False
    ends = (source.head + source.data[-4096:]).replace(b"\0", b"")  # UTF-16 too
    return b'"isotherm_data"' in ends and (b'"loading_basis"' in ends or b'"adsorbate"' in ends)


def read(source: Source, settings: Settings) -> Reading:
    """Read one file. Raises BadInput ``pygaps.broken``, ``pygaps.points``, ``pygaps.units`` and ``pygaps.too-large``."""
    if len(source.data) > _LARGEST:
        raise BadInput(
            "pygaps.too-large",
            "“{name}” is larger than any isotherm and was not read. Give each isotherm a file of its own.",
            name=source.name,
        )
    text = read_text(source, settings)
    try:
        content = load_json(text.data)
    except (ValueError, RecursionError) as fault:
        raise BadInput(
            "pygaps.broken",
            "“{name}” is not complete JSON ({reason}). It is cut or damaged; copy it again.",
            name=source.name,
            reason=fault,
        ) from fault
    return reading_of(content, "pygaps.json", text.cautions, text.decisions, source.name)


def reading_of(
    content: Any, form: str, cautions: Sequence[Caution], decisions: Mapping[str, str], name: str
) -> Reading:
    """The reading of an isotherm's keys and points, whichever file they stood in; raises as `read`."""
    points = _points(content, name)
    temperature = number_with_unit(
        str(content.get("temperature", "")),
        to="K",
        unit=str(content.get("temperature_unit") or "K").replace("°", "deg"),
    )
    result = isotherm(_columns(points, content, name), branch=_branch(points))
    date = content.get("date")
    return Reading(
        format=form,
        technique="gas_adsorption",
        tables=(result.table,),
        instrument=next((str(content[key]) for key in ("instrument", "apparatus") if content.get(key)), None),
        started=parse_timestamp(date) if isinstance(date, str) else None,
        warnings=(*cautions, *result.cautions),
        facts=_facts(content, temperature),
        decisions={**decisions, **result.decisions},
    )


def _points(content: object, name: str) -> "pl.DataFrame":
    """The points as a frame, one row each, from a list of objects or from an object of lists."""
    import polars as pl

    data = content.get("isotherm_data") if isinstance(content, dict) else None
    try:
        frame = pl.from_dicts(data, infer_schema_length=None) if isinstance(data, list) else pl.DataFrame(data)
    except (pl.exceptions.PolarsError, TypeError, ValueError, OverflowError) as fault:
        raise BadInput(
            "pygaps.points",
            "“{name}”: the points of the isotherm are not a table. Write it again with pyGAPS.",
            name=name,
        ) from fault
    if not {"pressure", "loading"} <= set(frame.columns) or not all(
        frame[c].dtype.is_numeric() for c in ("pressure", "loading")
    ):
        raise BadInput(
            "pygaps.points",
            "“{name}”: the points of the isotherm have no numbers under “pressure” and “loading”. Write it again with pyGAPS.",
            name=name,
        )
    return frame


def _branch(points: "pl.DataFrame") -> list[str] | None:
    if "branch" not in points.columns:
        return None
    labels = [_BRANCHES.get(value) for value in points["branch"].to_list()]
    if None in labels:
        raise BadInput(
            "pygaps.points",
            "The branch “{label}” of a point is neither “ads” nor “des”. Write the file again with pyGAPS.",
            label=points["branch"][labels.index(None)],
        )
    return [label for label in labels if label is not None]


def _columns(points: "pl.DataFrame", content: Mapping[str, Any], name: str) -> list[RawColumn]:
    import polars as pl

    columns: list[RawColumn] = []
    for label in points.columns:
        values = points[label].cast(pl.Float64) if points[label].dtype.is_numeric() else points[label]
        if label == "pressure":
            columns.append(_pressure(values, content, name))
        elif label == "loading":
            columns += _loading(values, content, name)
        elif label != "branch" and not values.dtype.is_nested():
            columns.append(RawColumn(values, None, None, label, label))
    return columns


def _pressure(values: "pl.Series", content: Mapping[str, Any], name: str) -> RawColumn:
    mode, unit = content.get("pressure_mode", "absolute"), content.get("pressure_unit")
    if mode == "relative":
        return RawColumn(values, "relative_pressure", "1", "pressure")
    if mode == "relative%":
        return RawColumn(values, "relative_pressure", "%", "pressure")
    if mode != "absolute" or not isinstance(unit, str):
        raise BadInput(
            "pygaps.units", "“{name}” does not say in which unit its pressure is: add “pressure_unit”.", name=name
        )
    return RawColumn(values, "pressure", unit, "pressure")


def _loading(values: "pl.Series", content: Mapping[str, Any], name: str) -> list[RawColumn]:
    """Loading in the basis of the file; a basis that is no amount and no mass per mass stays a plain column."""
    basis, unit = content.get("loading_basis", "molar"), content.get("loading_unit")
    per, per_unit = content.get("material_basis", "mass"), content.get("material_unit")
    if basis in ("percent", "fraction"):
        header = f"loading ({basis} of {per})"
        return [
            RawColumn(
                values,
                "mass_uptake" if per == "mass" else None,
                "%" if basis == "percent" else "1",
                header,
                "mass_uptake",
            )
        ]
    if not isinstance(unit, str) or not isinstance(per_unit, str):
        raise BadInput(
            "pygaps.units",
            "“{name}” does not say in which unit its loading is: add “loading_unit” and “material_unit”.",
            name=name,
        )
    full = f"{unit}/{per_unit}"
    if basis not in ("molar", "mass") or per != "mass":
        return [RawColumn(values, None, f"{full} ({basis} per {per})", "loading", "loading_as_written")]
    return loading_columns(
        values, unit=re.sub(r"^cm3\(STP\)$", "cm3(STP)", unit) + f"/{per_unit}", header="loading", mass=None
    )


def _facts(content: Mapping[str, Any], temperature: float | None) -> dict[str, Condition]:
    facts: dict[str, Condition] = {}
    for fact, key in (("adsorptive", "adsorbate"), ("sample", "material")):
        value = content.get(key)
        if isinstance(value, dict):
            value = value.get("name")
        if value:
            facts[fact] = str(value)
    if temperature is not None:
        facts["temperature"] = temperature
    rest = {key: value for key, value in content.items() if key not in _KNOWN and isinstance(value, str | int | float)}
    return {**facts, **rest}


READERS = (
    Reader("pygaps.json", "pyGAPS isotherm (.json)", ("gas_adsorption",), recognises, read, (".json",), TEXT_SETTINGS),
)
