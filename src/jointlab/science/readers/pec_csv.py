"""PEC (LifeTest) exports (.csv): fields of the test, one a line, then records of one or several cells.

Units stand in the header of every column and differ between versions (V or mV, seconds or hh:mm:ss).
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers.cycler_columns import Meaning, fold, map_columns, part
from jointlab.science.readers.cycler_evidence import decided_order, require, settled_stamps
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Caution, Condition, Reading, Table, make_table
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import TEXT_SETTINGS, Text, read_text
from jointlab.science.text.times import durations, parse_timestamp

if TYPE_CHECKING:
    import polars as pl

_M = Meaning
_VOCABULARY: dict[str, Meaning] = {
    "totaltime": _M("time"), "steptime": _M("step_time"), "realtime": _M("unix_time"),
    "voltage": _M("potential"), "current": _M("current"),
    "chargecapacity": _M("charge_capacity"), "dischargecapacity": _M("discharge_capacity"),
    "chargeenergy": _M("charge_energy"), "dischargeenergy": _M("discharge_energy"),
    "chargeenergydensity": _M("specific_energy", "specific_charge_energy"),
    "dischargeenergydensity": _M("specific_energy", "specific_discharge_energy"),
    "step": _M("step"), "cycle": _M("cycle"), "instructionname": _M(None, "state"),
    "internalresistance1": _M("internal_resistance"), "temp": _M("temperature"),
    "stationtemperature": _M("temperature", "station_temperature"),
    "ambienttemperature": _M("temperature", "ambient_temperature"),
    "cellsurfacetemperature": _M("temperature"),
}  # fmt: skip
_IN_CLOCK = re.compile(r"\s*\(Hours in hh:mm:ss[^)]*\)$", re.IGNORECASE)
_ENERGY = re.compile(r"^(Charge|Discharge) Capacity \((u|m|k)?Wh\)$")
_HEADER_WITHIN = 200


def recognises(source: Source) -> bool:
    """The field “TestRegime Name” that PEC writes near the top, and a header of records."""
    head = source.head_text
    return "TestRegime Name" in head and any(_is_header(line.split(",")) for line in head.splitlines())


def _is_header(cells: Sequence[str]) -> bool:
    found = {fold(part(cell).name) for cell in cells}
    return {"test", "step", "cycle", "voltage", "current"} <= found


def read(source: Source, settings: Settings) -> Reading:
    """Read one file; raises BadInput ``pec.header``, ``pec.columns`` and ``pec.unit``."""
    text = read_text(source, settings)
    lines = list(text.lines(0, _HEADER_WITHIN))
    line = next((number for number, each in enumerate(lines) if _is_header(each.split(","))), None)
    if line is None:
        raise BadInput(
            "pec.header", "“{name}” is a PEC export whose header of records is cut. Export it again.", name=text.name
        )
    decisions = dict(text.decisions)
    facts = _facts(lines[:line])
    tables, cautions = _tables(text, line, decisions)
    started = _started(facts, decisions)
    if started is None and facts.get("Start Time"):
        message = f"The start of the test is left open: “{facts['Start Time']}” can be read in two ways."
        cautions.append(Caution("pec.started", message))
    return Reading(
        format="pec.csv", technique="galvanostatic_cycling", tables=tuple(tables), instrument="PEC", started=started,
        warnings=(*text.cautions, *cautions), facts=facts, decisions=decisions,
    )  # fmt: skip


def _tables(text: Text, line: int, decisions: dict[str, str]) -> tuple[list[Table], list[Caution]]:
    """One table a cell: cells stand side by side (the columns repeat) or one below another (the column “Cell”)."""
    headers = [cell.strip().strip('"') for cell in text.line(line).rstrip("\r\n").split(",")]
    headers = headers[:-1] if headers and not headers[-1] else headers
    parsed = text.table(line + 1, [f"c{i}" for i in range(len(headers))], separator=",")
    headers += [""] * (parsed.frame.width - len(headers))
    starts = [i for i, cell in enumerate(headers) if cell == headers[0]]
    tables: list[Table] = []
    cautions = list(parsed.cautions)
    for start, stop in zip(starts, [*starts[1:], len(headers)], strict=True):
        block = parsed.frame.select(parsed.frame.columns[start:stop])
        for label, frame in _cells(block, headers[start:stop]):
            table = _table(
                frame, headers[start:stop], label or f"cell {len(tables) + 1}", text.name, decisions, cautions
            )
            tables.append(table)
    if len(tables) > 1:
        cautions.append(Caution("pec.cells", f"The file holds {len(tables)} cells; each has a table of its own."))
    return tables, cautions


def _cells(frame: "pl.DataFrame", headers: Sequence[str]) -> "list[tuple[str | None, pl.DataFrame]]":
    """Rows separated by the column “Cell” where it names more than one."""
    column = next((label for label, cell in zip(frame.columns, headers, strict=True) if fold(cell) == "cell"), None)
    if column is None or frame[column].n_unique() < 2:
        return [("records", frame)]
    parted = frame.partition_by(column, maintain_order=True)
    return [(f"cell {_plain(part[column][0])}", part) for part in parted]


def _plain(value: object) -> object:
    """A whole number without its decimal point."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _table(
    frame: "pl.DataFrame", headers: Sequence[str], label: str, name: str, decisions: dict[str, str], cautions: list[Caution]
) -> Table:  # fmt: skip
    import numpy as np
    import polars as pl

    kept = [i for i, column in enumerate(frame.columns) if headers[i] and frame[column].null_count() < frame.height]
    frame = frame.select([frame.columns[i] for i in kept])
    cells = [_ENERGY.sub(r"\1 Energy (\2Wh)", _IN_CLOCK.sub("", headers[i])) for i in kept]
    keys = [fold(part(cell).name) for cell in cells]
    if "totaltime" in keys and "realtime" in keys:
        total, real = frame.columns[keys.index("totaltime")], frame.columns[keys.index("realtime")]
        elapsed = frame[total] if frame[total].dtype.is_numeric() else durations(frame[total].cast(pl.String))
        if frame[real].dtype == pl.String:
            seconds = np.asarray(elapsed.cast(pl.Float64).to_numpy(), dtype=np.float64)
            frame = frame.with_columns(settled_stamps(frame[real], seconds, decisions))
    mapped = map_columns(frame, cells, _VOCABULARY, vendor="pec", origin=name)
    require(mapped, vendor="pec", name=name)
    cautions += mapped.cautions
    return make_table(label, mapped.columns)


def _facts(lines: Sequence[str]) -> dict[str, Condition]:
    """The fields above the records; parameters by their names."""
    found: dict[str, Condition] = {}
    for line in lines:
        key, mark, value = line.partition(",")
        if mark and value.strip(" ,") and not key.startswith("#") and key.strip().endswith(":"):
            found[key.strip().rstrip(":")] = value.strip(" ,")
    names, values = (str(found.get(key, "")).split(",") for key in ("Parameter names", "Parameter values"))
    if len(names) == len(values):
        found |= {
            key.strip(): value.strip()
            for key, value in zip(names, values, strict=True)
            if key.strip() and value.strip()
        }
    return found


def _started(facts: dict[str, Condition], decisions: dict[str, str]) -> datetime | None:
    """The start, with day and month as the records' stamps proved them."""
    stamp = facts.get("Start Time")
    return parse_timestamp(stamp, order=decided_order(decisions)) if isinstance(stamp, str) else None


READERS = (
    Reader("pec.csv", "PEC export (.csv)", ("galvanostatic_cycling",), recognises, read, (".csv",), TEXT_SETTINGS),
)
