"""Battery Data Format (.bdf, .bdf.csv; Battery Data Alliance, Linux Foundation Energy): units are fixed by the labels.

A header has either preferred labels (``Voltage / V``) or machine-readable names (``voltage_volt``). Columns that are
neither are kept under their own header.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Caution, RawColumn, Reading, make_table
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import TEXT_SETTINGS, read_text

if TYPE_CHECKING:
    import polars as pl

# machine-readable name: (preferred label, quantity, unit, our name); BDF ontology 1.3.0 and the names before it
_COLUMNS: dict[str, tuple[str, str | None, str | None, str]] = {
    "test_time_second": ("Test Time / s", "time", "s", "time"),
    "voltage_volt": ("Voltage / V", "potential", "V", "potential"),
    "current_ampere": ("Current / A", "current", "A", "current"),
    "unix_time_second": ("Unix Time / s", "unix_time", "s", "unix_time"),
    "cycle_count": ("Cycle Count / 1", "cycle", None, "cycle"),
    "step_count": ("Step Count / 1", "step", None, "step_count"),
    "step_id": ("Step ID", "step", None, "step"),
    "step_index": ("Step Index / 1", "step", None, "step"),  # before ontology 1.1
    "step_type": ("Step Type", None, None, "step_type"),
    "step_time_second": ("Step Time / s", "step_time", "s", "step_time"),
    "record_index": ("Record Index / 1", "index", None, "index"),
    "step_record_index": ("Step Record Index / 1", "index", None, "step_record"),
    "charging_capacity_ah": ("Charging Capacity / Ah", "charge_capacity", "Ah", "charge_capacity"),
    "discharging_capacity_ah": ("Discharging Capacity / Ah", "discharge_capacity", "Ah", "discharge_capacity"),
    "net_capacity_ah": ("Net Capacity / Ah", "charge", "Ah", "charge"),
    "cumulative_capacity_ah": ("Cumulative Capacity / Ah", "capacity", "Ah", "throughput"),
    "charging_energy_wh": ("Charging Energy / Wh", "charge_energy", "Wh", "charge_energy"),
    "discharging_energy_wh": ("Discharging Energy / Wh", "discharge_energy", "Wh", "discharge_energy"),
    "net_energy_wh": ("Net Energy / Wh", "energy", "Wh", "energy"),
    "cumulative_energy_wh": ("Cumulative Energy / Wh", "energy", "Wh", "energy_throughput"),
    "power_watt": ("Power / W", "power", "W", "power"),
    "internal_resistance_ohm": ("Internal Resistance / ohm", "internal_resistance", "ohm", "internal_resistance"),
    "dc_internal_resistance_ohm": ("DC Internal Resistance / ohm", "internal_resistance", "ohm", "dc_resistance"),
    "ac_internal_resistance_ohm": ("AC Internal Resistance / ohm", "internal_resistance", "ohm", "ac_resistance"),
    "ambient_temperature_celsius": ("Ambient Temperature / degC", "temperature", "degC", "ambient_temperature"),
    "surface_temperature_celsius": ("Surface Temperature / degC", "temperature", "degC", "surface_temperature"),
    "ambient_pressure_pa": ("Ambient Pressure / Pa", None, "Pa", "ambient_pressure"),
    "applied_pressure_pa": ("Applied Pressure / Pa", None, "Pa", "applied_pressure"),
    "surface_pressure_pa": ("Surface Pressure / Pa", None, "Pa", "surface_pressure"),
    "frequency_hertz": ("Frequency / Hz", "frequency", "Hz", "frequency"),
    "real_impedance_ohm": ("Real Impedance / ohm", "impedance_real", "ohm", "impedance_real"),
    "imaginary_impedance_ohm": ("Imaginary Impedance / ohm", "impedance_imaginary", "ohm", "impedance_imaginary"),
    "absolute_impedance_ohm": ("Absolute Impedance / ohm", "impedance_modulus", "ohm", "impedance_modulus"),
    "phase_degree": ("Phase / deg", "impedance_phase", "deg", "impedance_phase"),
}  # fmt: skip
# Counters that start again with each step, cycle or at the schedule's word: label word, prefix of the names.
for _word in ("Step", "Cycle", "Schedule"):
    for _kind, _quantity, _unit in (("Capacity", "capacity", "Ah"), ("Energy", "energy", "Wh")):
        for _way, _side in (("Charging", "charge_"), ("Discharging", "discharge_"), ("Net", ""), ("Cumulative", "")):
            _name = f"{_word}_{_way}_{_kind}_{_unit}".lower()
            _means = "charge" if (_way, _kind) == ("Net", "Capacity") else f"{_side}{_quantity}"
            _COLUMNS[_name] = (
                f"{_word} {_way} {_kind} / {_unit}", _means, _unit, f"{_word}_{_way}_{_kind}".lower()
            )  # fmt: skip
for _number in range(1, 10):
    _COLUMNS[f"temperature_t{_number}_celsius"] = (
        f"Temperature T{_number} / degC", "temperature", "degC", f"temperature_{_number}",
    )  # fmt: skip
_REQUIRED = ("test_time_second", "voltage_volt", "current_ampere")
_SPELLINGS = ({entry[0].casefold(): name for name, entry in _COLUMNS.items()}, {name: name for name in _COLUMNS})
# headers of vendors that converters leave in the file: our column
_TWINS = {
    "current": "current", "voltage": "potential", "test_time": "time", "charge_capacity": "charge_capacity",
    "discharge_capacity": "discharge_capacity",
}  # fmt: skip
_AGREE = 1e-3
_SEPARATORS = (",", ";", "\t")


def has_bdf_labels(cells: Sequence[str]) -> bool:
    """Whether these cells hold at least two of the three labels that the format requires, all in one spelling."""
    return any(sum(_named(cells, spelling).count(name) > 0 for name in _REQUIRED) >= 2 for spelling in _SPELLINGS)


def _named(cells: Sequence[str], spelling: Mapping[str, str]) -> list[str | None]:
    """The machine-readable name of each cell, where it is one of the format's labels in this spelling."""
    return [spelling.get(cell.strip().strip('"').casefold()) for cell in cells]


def _separator(line: str) -> str | None:
    return next((mark for mark in _SEPARATORS if has_bdf_labels(line.split(mark))), None)


def recognises(source: Source) -> bool:
    """The first line has the labels that the format requires."""
    return _separator(source.head_text.partition("\n")[0].rstrip("\r")) is not None


def read(source: Source, settings: Settings) -> Reading:
    """Read one file. Raises BadInput ``bdf.columns`` where a required column is missing or stands twice."""
    text = read_text(source, settings)
    separator = _separator(text.line(0))
    headers = [cell.strip().strip('"') for cell in text.line(0).split(separator or ",")]
    known = max((_named(headers, spelling) for spelling in _SPELLINGS), key=lambda row: sum(map(bool, row)))
    for required in _REQUIRED:
        if known.count(required) != 1:
            raise BadInput(
                "bdf.columns", "“{name}” has the column “{label}” {count} times; the format requires it once.",
                name=source.name, label=_COLUMNS[required][0], count=known.count(required),
            )  # fmt: skip
    parsed = text.table(1, [f"c{i}" for i in range(len(headers))], separator=separator or ",")
    columns = _columns(parsed.frame, headers, known)
    return Reading(
        format="bdf",
        technique="galvanostatic_cycling",
        tables=(make_table("records", columns),),
        started=_started(columns),
        started_zone="file" if any(name == "unix_time_second" for name in known) else None,
        warnings=(*text.cautions, *parsed.cautions, *_disagreements(columns), *_not_whole(columns)),
        decisions={**text.decisions, "current": "positive current charges the cell, by definition of the format"},
    )


def _columns(frame: "pl.DataFrame", headers: Sequence[str], known: Sequence[str | None]) -> list[RawColumn]:
    """The format's columns under our names first to choose; others, and second ones, under their own headers."""
    named = {label: name for label, name in zip(frame.columns, known, strict=False) if name}
    free = {_COLUMNS[name][3] for name in named.values()}
    taken: set[str] = set()
    columns: list[RawColumn] = []
    for i, label in enumerate(frame.columns):
        header = headers[i] if i < len(headers) else ""
        _, quantity, unit, ours = _COLUMNS[named[label]] if label in named else ("", None, None, header or label)
        if ours in taken or (label not in named and ours in free):
            ours = f"{header} ({i + 1})"
        taken.add(ours)
        columns.append(RawColumn(frame[label], quantity, unit, header, ours))
    return columns


def _disagreements(columns: Sequence[RawColumn]) -> list[Caution]:
    """Columns that the vendor's export left beside the labelled ones, where the two differ by a constant factor."""
    import numpy as np

    by_name = {column.name: column for column in columns}
    found = []
    for column in columns:
        twin = by_name.get(_TWINS.get((column.header or "").casefold().replace(" ", "_"), ""))
        if column.quantity is not None or twin is None or not _is_number(column):
            continue
        own, other = (np.asarray(each.values, dtype=np.float64) for each in (twin, column))
        both = (own != 0) & (other != 0) & np.isfinite(own) & np.isfinite(other)
        factor = float(np.median(other[both] / own[both])) if both.any() else 1.0
        if abs(factor - 1) > _AGREE and bool(np.all(np.abs(other[both] / own[both] / factor - 1) < _AGREE)):
            said = f"Column “{column.header}” is {factor:.4g} times “{twin.header}”. The labelled column is used; one of the two has another unit than it says."
            found.append(Caution("bdf.disagrees", said))
    return found


def _not_whole(columns: Sequence[RawColumn]) -> list[Caution]:
    """Columns of counts that hold fractions: other numbers stand there than the label says."""
    import polars as pl

    found = []
    for column in columns:
        if column.quantity not in ("cycle", "step", "index") or not _is_number(column):
            continue
        values = pl.Series(column.values).cast(pl.Float64)
        broken = values.filter((values.is_finite() & (values != values.floor())).fill_null(value=False))
        if broken.len():
            said = f"Column “{column.header}” should hold whole numbers and holds {broken[0]:.6g}: these numbers count nothing."
            found.append(Caution("bdf.not-whole", said))
    return found


def _is_number(column: RawColumn) -> bool:
    import polars as pl

    return isinstance(column.values, pl.Series) and column.values.dtype.is_numeric()


def _started(columns: list[RawColumn]) -> datetime | None:
    """Unix time of the first record less its test time: UTC by definition of the format."""
    values = {column.name: column.values for column in columns}
    stamps, times = values.get("unix_time"), values["time"]
    if stamps is None or stamps[0] is None or times[0] is None:
        return None
    return datetime.fromtimestamp(float(stamps[0]) - float(times[0]), UTC)


READERS = (
    Reader(
        "bdf", "Battery Data Format (.bdf, .bdf.csv)", ("galvanostatic_cycling",), recognises, read,
        (".bdf", ".csv"), TEXT_SETTINGS,
    ),
)  # fmt: skip
