"""J-V curves as text, from the rigs of many laboratories: results and facts first, then columns with a header.

A column is a voltage, a current, a current density or a time by its unit, or by its name where it has no unit. Several
pixels and directions stand side by side under one voltage or each with a voltage of its own.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers.reader import Reader
from jointlab.science.readers.solar_header import RigHeader, read_header, stated
from jointlab.science.readers.solar_units import UNIT_SETTINGS, is_photovoltaic, settle_units
from jointlab.science.readers.solar_words import Role, has_solar_words, is_named, role
from jointlab.science.reading import Caution, Condition, RawColumn, Reading, Table, make_table
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import TEXT_SETTINGS, Header, Text, read_text
from jointlab.science.text.blocks import HeadedBlock, has_header, head_texts, headed_blocks, split_row

if TYPE_CHECKING:
    import polars as pl

_QUANTITY: dict[Role, str] = {
    "voltage": "potential", "current": "current", "current_density": "current_density", "power": "power",
    "power_density": "maximum_power_density", "time": "time",
}  # fmt: skip
_REVERSE = {"rev", "reverse", "rv", "bwd", "bw", "backward", "back", "down", "обратный", "反扫", "反向"}
_FORWARD = {"for", "fwd", "fw", "forward", "up", "прямой", "正扫", "正向"}
_DARK, _LIGHT = {"dark", "drk", "темновой", "暗"}, {"light", "lt", "illuminated", "illu", "световой", "光"}
_NO_LABEL = {
    "v", "u", "i", "j", "voltage", "current", "density", "bias", "applied", "measured", "meas", "pixel", "cell", "smu",
    "напряжение", "ток", "плотность", "тока", "电压", "电流", "电流密度", "",
}  # fmt: skip
# Of this rig the names of six pixels in four sweeps reach over the first 4 KiB.
_HYDIRIS = re.compile(
    r"^Location\t+HYDIRIS\d*\s*\n(?:.*\n)+Voltage ?\(V\)_\w+\tCurrent Density ?\(mA/cm\^2\)_", re.MULTILINE
)
_DECIMAL = re.compile(r"[-+]?\d+\.\d+$")

JvColumn = tuple[Header, Role | None, "pl.Series"]


@dataclass(frozen=True)
class Curve:
    """One curve: its columns with their headers and roles, values as in the file."""

    label: str
    columns: "list[JvColumn]"
    conditions: dict[str, Condition] = field(default_factory=dict)


def is_curve_header(cells: Sequence[Header], *, solar: bool) -> bool:
    """A voltage and a current, nothing of other techniques; a time only where solar cells are spoken of.

    Units alone are no evidence: cyclers have them too, and the words of a header may be lost (``????(V)``).
    """
    if sum(_DECIMAL.match(cell.text) is not None for cell in cells) > 1:
        return False  # a row of values, such as places and versions
    roles = [role(cell) for cell in cells]
    pairs = list(zip(cells, roles, strict=True))
    if not any(kind == "voltage" and is_named(cell, "voltage") for cell, kind in pairs):
        return False
    if not any(kind in ("current", "current_density") and _says_current(cell, solar=solar) for cell, kind in pairs):
        return False
    return not {"foreign", "wavelength"} & set(roles) and (solar or "time" not in roles)


def _says_current(cell: Header, *, solar: bool) -> bool:
    """Whether a column of currents is named as one, or by its pixel, direction or light (``b_rev``).

    Where solar cells are spoken of, any label that can be read is one.
    """
    if is_named(cell, "current") or {"direction", "illumination", "pixel"} & conditions_of(cell.name).keys():
        return True
    return solar and re.search(r"\w", cell.name) is not None and not re.search("[?\ufffd]", cell.name)


def _recognises(source: Source, *, solar: bool) -> bool:
    for text in head_texts(source):
        known = has_header(text, lambda cells: is_curve_header(cells, solar=solar), dated=False)
        if known and has_solar_words(text) is solar:
            return True
    return False


def recognises_solar(source: Source) -> bool:
    """A header speaks of solar cells and names a voltage and a current."""
    return _recognises(source, solar=True) or _HYDIRIS.search(source.head_text) is not None


def recognises_plain(source: Source) -> bool:
    """A header names a voltage and a current and nothing else is said."""
    return _recognises(source, solar=False) and not recognises_solar(source)


def read(source: Source, settings: Settings) -> Reading:
    """Read every curve.

    Raises BadInput ``jv.no-curve`` where only results stand in the file, ``jv.current-unit`` and ``jv.voltage-unit``
    with a question where nothing tells a unit.
    """
    text = read_text(source, settings)
    solar = has_solar_words(text.data[: 1 << 16].decode(errors="replace"))
    blocks = headed_blocks(text, lambda cells: is_curve_header(cells, solar=solar))
    if not blocks:
        raise BadInput(
            "jv.no-curve",
            "“{name}” names a voltage and a current, but no table of numbers follows. Export it again.",
            name=source.name,
        )
    curves: list[Curve] = []
    cautions = list(text.cautions)
    for block in blocks:
        more, said = _curves(text, block)
        curves += more
        cautions += said
    labels = [curve.label for curve in curves]
    header = read_header(_outside(text, blocks), labels)
    curves = _told_apart(curves)
    results = stated(header, {curve.label: curve.conditions for curve in curves})
    tables = tuple(_tables(settle_units(curves, results, settings, text), header))
    photovoltaic = solar or is_photovoltaic(tables)
    return Reading(
        format="solar.jv",
        technique="solar_cell_iv" if photovoltaic else "current_voltage",
        tables=tables,
        instrument=header.instrument,
        started=header.started,
        stated=tuple(results),
        warnings=(*cautions, *header.cautions),
        facts=header.facts,
        decisions={
            **text.decisions,
            "technique": "words of the header" if solar else "the numbers: power is given" if photovoltaic else "no power is given",
        },
    )  # fmt: skip


def _outside(text: Text, blocks: Sequence[HeadedBlock]) -> list[str]:
    """The lines that belong to no table, as far as a header may reach."""
    found: list[str] = []
    line = 0
    for block in blocks:
        found += list(text.lines(line, min(block.header, line + 2000)))
        line = max(line, block.stop)
    return found + list(text.lines(line, line + 200))


def _curves(text: Text, block: HeadedBlock) -> tuple[list[Curve], tuple[Caution, ...]]:
    """The curves of one table: each voltage column begins a group."""
    names = [f"c{i}" for i in range(len(block.cells))]
    parsed = text.table(block.start, names, separator=block.separator, stop=block.stop)
    frame = parsed.frame
    columns = [
        (cell, role(cell), frame[name]) for cell, name in zip(block.cells, names, strict=True) if name in frame.columns
    ]
    above = split_row(text.line(block.header - 1), block.separator) if block.header else []
    starts = _starts([kind for _, kind, _ in columns])
    found: list[Curve] = []
    for start, stop in zip(starts, [*starts[1:], len(columns)], strict=True):
        title = above[start] if len(starts) > 1 and start < len(above) and re.search(r"\w", above[start]) else ""
        found += _group(columns[start:stop], title)
    return found, parsed.cautions


def _starts(kinds: Sequence[Role | None]) -> list[int]:
    """Where each group of a voltage with its currents begins: at the kind that comes first, once the other has come."""
    axes = [(i, kind == "voltage") for i, kind in enumerate(kinds) if kind in ("voltage", "current", "current_density")]
    first = axes[0][1]
    starts, both = [0], False
    for i, is_voltage in axes:
        if is_voltage is not first:
            both = True
        elif both:
            starts.append(i)
            both = False
    return starts if both or len(starts) == 1 else starts[:-1]


def _group(columns: "Sequence[JvColumn]", title: str) -> Iterator[Curve]:
    """One voltage with its currents: one curve a label."""
    voltages = [column for column in columns if column[1] == "voltage"]
    voltage = next((column for column in voltages if "meas" in column[0].name.casefold()), voltages[0])
    rows = voltage[2].is_not_null() if voltage[2].null_count() else None
    labels: dict[str, list[JvColumn]] = {}
    rest: list[JvColumn] = []
    for column in columns:
        if column[1] in ("current", "current_density"):
            labels.setdefault(label_of(column[0].name), []).append(column)
        elif column is not voltage:
            rest.append(column)
    for number, (label, own) in enumerate(labels.items()):
        kept = [voltage, *own, *(rest if number == 0 else [])]
        name = label or label_of(voltage[0].name)
        if rows is not None:
            kept = [(header, kind, values.filter(rows)) for header, kind, values in kept]
        yield Curve(" ".join(part for part in (title, name) if part), kept, {})


def label_of(name: str) -> str:
    """What a column's name says besides being a current: ``b_rev``, ``FW``, ``2``."""
    name = re.sub(r"(?i)\b(current|voltage)(?=\d)", "", name)
    words = [word for word in re.split(r"[\s_]+", name.strip()) if word.casefold().strip("[]()") not in _NO_LABEL]
    return "_".join(words)


def conditions_of(label: str) -> dict[str, Condition]:
    """Pixel, direction and illumination that a label tells: ``b_rev`` is pixel b, reverse."""
    found: dict[str, Condition] = {}
    rest = []
    for word in re.split(r"[\s_\-]+", label):
        lower = word.casefold().strip("[]()")
        if lower in _REVERSE:
            found["direction"] = "reverse"
        elif lower in _FORWARD:
            found["direction"] = "forward"
        elif lower in _DARK:
            found["illumination"] = "dark"
        elif lower in _LIGHT:
            found["illumination"] = "light"
        elif lower not in _NO_LABEL:
            rest.append(word.strip("[]()"))
    pixel = " ".join(rest)
    if pixel:
        key = "pixel" if re.match(r"(?:px|pixel)?\s*[A-Za-z]?\d{0,2}$", pixel, re.IGNORECASE) else "curve"
        found = {key: pixel, **found}
    return found


def _told_apart(curves: list[Curve]) -> list[Curve]:
    """Every curve with conditions that no other has, and a label of its own."""
    found: list[Curve] = []
    for number, curve in enumerate(curves, start=1):
        where = conditions_of(curve.label)
        if len(curves) > 1 and any(where == other.conditions for other in found):
            where["scan"] = number
        label = curve.label or "curve"
        if any(label == other.label for other in found):
            label = f"{label} {number}"
        found.append(replace(curve, label=label, conditions=where))
    return found


def _tables(curves: Sequence[Curve], header: RigHeader) -> Iterator[Table]:
    """One table a curve; area and irradiance of the file stand in its conditions."""
    pixels = list(dict.fromkeys(curve.conditions.get("pixel") for curve in curves))
    for curve in curves:
        where = dict(curve.conditions)
        if len(set(header.areas)) == 1:
            where["area"] = header.areas[0]
        elif len(header.areas) == len(pixels):
            where["area"] = header.areas[pixels.index(curve.conditions.get("pixel"))]
        if header.irradiance is not None and where.get("illumination") != "dark":
            where["irradiance"] = header.irradiance
        raw: list[RawColumn] = []
        for cell, kind, values in curve.columns:
            quantity = _QUANTITY.get(kind) if kind and values.dtype.is_float() else None
            if quantity == "maximum_power_density" or any(quantity == c.quantity for c in raw if quantity):
                quantity = None
            name = None if quantity else _free(cell.text or "column", raw)
            raw.append(RawColumn(values, quantity, cell.unit, cell.text, name))
        yield make_table(curve.label, raw, conditions=where)


def _free(name: str, raw: Sequence[RawColumn]) -> str:
    """A column name that no other column has."""
    taken = {column.name or column.quantity for column in raw}
    return name if name not in taken else next(f"{name} {i}" for i in range(2, 99) if f"{name} {i}" not in taken)


READERS = (
    Reader(
        "solar.jv",
        "J-V curves of a solar-cell rig, text with a header",
        ("solar_cell_iv",),
        recognises_solar,
        read,
        (".txt", ".csv", ".dat", ".jv"),
        (*TEXT_SETTINGS, *UNIT_SETTINGS),
    ),
    Reader(
        "delimited.iv",
        "voltage and current, text with a header",
        ("solar_cell_iv", "current_voltage"),
        recognises_plain,
        read,
        (".txt", ".csv", ".dat"),
        (*TEXT_SETTINGS, *UNIT_SETTINGS),
        generic=True,
    ),
)
