"""Arbin's result database (.res, MITS Pro 3 and 4): channel data of one or several tests, auxiliary data, the start."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers import arbin_words as words
from jointlab.science.readers.cycler_columns import fold, map_columns
from jointlab.science.readers.jet_database import mentions, open_database
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Caution, Condition, RawColumn, Reading, Table, make_table
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.units import convert

if TYPE_CHECKING:
    import polars as pl

_RECORDS = "Channel_Normal_Table"
_ADVICE = "export the channel data as .csv or .xlsx from Arbin's Data Watcher or Console."
_ZERO = datetime(1899, 12, 30)  # of OLE dates  # noqa: DTZ001 - the cycler's clock has no zone
# Arbin's Data_Type of auxiliary channels: (quantity, unit)
_AUXILIARY = {0: ("potential", "V", "aux_voltage"), 1: ("temperature", "degC", "temperature")}


def recognises(source: Source) -> bool:
    """A Jet database that names Arbin's table of records."""
    return mentions(source, _RECORDS)


def read(source: Source, settings: Settings) -> Reading:
    """Read one database, a table for each test in it.

    Raises BadInput ``arbin.needs-mdbtools``, ``arbin.res`` (no records) and ``jet.damaged``.
    """
    with open_database(source, needs=_ADVICE, vendor="arbin") as database:
        frame = database.frame(_RECORDS)
        described = {_whole(row.get("Test_ID")): row for row in database.rows("Global_Table")}
        auxiliary = database.frame("Auxiliary_Table")
        promised = database.count(_RECORDS)
        version = next((row.get("Version_Schema_Field", "") for row in database.rows("Version_Table")), "")
    if frame is None or not {"Test_ID", "Data_Point", "Test_Time"} <= set(frame.columns):
        raise BadInput(
            "arbin.res",
            "“{name}” is an Arbin database without channel data. Give the database of the test itself.",
            name=source.name,
        )
    tests = frame.partition_by("Test_ID", as_dict=True)
    tables, cautions = [], list(_lost(promised, frame.height))
    for (test,), records in sorted(tests.items()):
        name = "records" if len(tests) == 1 else f"test {int(test)}"
        tables.append(_table(name, records.sort("Data_Point"), auxiliary, described.get(int(test), {}), source.name))
    first = described.get(int(min(tests)[0]), {})
    return Reading(
        format="arbin.res",
        technique="galvanostatic_cycling",
        tables=tuple(tables),
        instrument=" ".join(filter(None, ("Arbin", first.get("Software_Version"), version and f"({version})"))),
        started=_start(first),
        warnings=tuple(cautions),
        facts=_facts(first),
        decisions={"counters": "charges and energies run on until the schedule sets them, as Arbin writes them"},
    )


def _whole(text: str | None) -> int:
    return int(float(text)) if text and text.replace(".", "", 1).isdigit() else -1


def _lost(promised: int | None, found: int) -> "list[Caution]":
    if promised is None or promised == found:
        return []
    return [Caution("rows.differ", f"The database states {promised} records and holds {found}; it may be damaged.")]


def _table(
    name: str, records: "pl.DataFrame", auxiliary: "pl.DataFrame | None", described: Mapping[str, str], origin: str
) -> Table:
    mapped = map_columns(records, records.columns, words.RECORD, vendor="arbin", origin=origin)
    extra = [] if auxiliary is None else _auxiliary(records, auxiliary)
    conditions: dict[str, Condition] = {"test": int(records["Test_ID"][0])}
    if described.get("Channel_Index"):
        conditions["channel_index"] = _whole(described["Channel_Index"])
    return make_table(name, [*mapped.columns, *extra], conditions=conditions)


def _auxiliary(records: "pl.DataFrame", auxiliary: "pl.DataFrame") -> list[RawColumn]:
    """Auxiliary channels beside the records that they were taken with."""
    import polars as pl

    found = []
    keys = ["Test_ID", "Data_Point"]
    if not {*keys, "Auxiliary_Index", "Data_Type", "X"} <= set(auxiliary.columns):
        return []
    of_test = auxiliary.filter(pl.col("Test_ID") == records["Test_ID"][0])
    for (number, kind), rows in sorted(of_test.partition_by(["Auxiliary_Index", "Data_Type"], as_dict=True).items()):
        values = records.select(keys).join(
            rows.unique(keys).select(*keys, "X"), on=keys, how="left", maintain_order="left"
        )
        quantity, unit, stem = _AUXILIARY.get(int(kind), (None, None, f"aux_{int(kind)}"))
        found.append(RawColumn(values["X"], quantity, unit, "X", f"{stem}_{int(number) + 1}"))
    return found


def _start(described: Mapping[str, str]) -> datetime | None:
    """The start by the cycler's clock: days since 1899-12-30, rounded to a millisecond."""
    try:
        days = float(described.get("Start_DateTime") or 0)
    except ValueError:
        return None
    return _ZERO + timedelta(milliseconds=round(days * 86_400_000)) if 2e4 < days < 1e5 else None


def _facts(described: Mapping[str, str]) -> dict[str, Condition]:
    facts: dict[str, Condition] = {
        words.FACTS[fold(key)]: value.strip()
        for key, value in described.items()
        if fold(key) in words.FACTS and value and value.strip()
    }
    try:
        mass = float(described.get("MASS") or 0)  # grams: with Specific_Capacity in Ah/g it gives the capacity in Ah
    except ValueError:
        mass = 0.0
    if mass > 0:
        facts["active_mass"] = convert(mass, source="g", target="mg")
    return facts


READERS = (
    Reader("arbin.res", "Arbin result database (.res)", ("galvanostatic_cycling",), recognises, read, (".res",)),
)
