"""Current-voltage sweeps of parameter analysers: Keysight EasyEXPERT text (B1500, B1505) and the sweeps of a Keithley 2636B script.

EasyEXPERT writes one line a fact, ``key, name, value, ...``, then ``DataName, ...`` and rows ``DataValue, ...``; several
measurements may follow each other. Its numbers are in SI units; which column is a voltage or a current is told by
``Channel.VName`` and ``Channel.IName``, units of calculated columns by ``Function.User.Unit``.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Caution, Condition, RawColumn, Reading, Table, make_table
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import TEXT_SETTINGS, Text, read_text

if TYPE_CHECKING:
    import polars as pl

_QUANTITY = {"V": "potential", "A": "current", "s": "time"}
_SCRIPT = "# of variables,"
_SWEEP_POINTS = re.compile(r"Sweep points,(\d+)")


def recognises_easyexpert(source: Source) -> bool:
    """The first words of the program's file."""
    return re.match(r"[\s\ufeff]*SetupTitle\s*,", source.head_text.removeprefix("ï»¿")) is not None


def recognises_script(source: Source) -> bool:
    """The script's first line."""
    return source.head_text.startswith(_SCRIPT) and "Sweep points" in source.head_text.partition("\n")[0]


def read_easyexpert(source: Source, settings: Settings) -> Reading:
    """Read every measurement. Raises BadInput ``easyexpert.no-data``."""
    text = read_text(source, settings)
    tables: list[Table] = []
    facts: dict[str, Condition] = {}
    cautions: list[Caution] = list(text.cautions)
    line = 0
    while (names := text.find_line(r"^\s*DataName\s*,", start=line)) is not None:
        block = [_cells(row) for row in text.lines(line, names)]
        known = {".".join(row[:2]) if row[0] == "TestParameter" else row[0]: row for row in block if len(row) > 1}
        facts.update(_facts(known))
        stop = text.find_line(r"^(?!\s*DataValue\s*,)", start=names + 1)
        stop = text.line_count if stop is None else stop
        if stop <= names + 1:
            break
        table, said = _table(text, names, stop, _units(known), f"measurement {len(tables) + 1}")
        tables.append(table)
        cautions += said
        line = stop
    if not tables:
        raise BadInput(
            "easyexpert.no-data",
            "“{name}” is an EasyEXPERT file without data rows: it was cut. Export it again.",
            name=source.name,
        )
    return Reading(
        "keysight.easyexpert", "current_voltage", tuple(tables), _instrument(facts), warnings=tuple(cautions), facts=facts, decisions=text.decisions
    )  # fmt: skip


def _cells(line: str) -> list[str]:
    return [cell.strip().strip('"') for cell in line.lstrip("\ufeff").split(",")]


def _facts(known: Mapping[str, Sequence[str]]) -> dict[str, Condition]:
    return {key: ", ".join(row[2 if row[0] == "TestParameter" else 1 :]) for key, row in known.items()}


def _instrument(facts: Mapping[str, Condition]) -> str | None:
    model = facts.get("TestParameter.Context.MainFrame")
    return f"Keysight {model}" if model else None


def _units(known: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Unit of each named column."""
    found: dict[str, str] = {}
    for key, unit in (("Channel.VName", "V"), ("Channel.IName", "A"), ("Channel.Time", "s")):
        found.update(dict.fromkeys(filter(None, known.get(f"TestParameter.{key}", ["", ""])[2:]), unit))
    names, units = (known.get(f"TestParameter.Function.User.{part}", ["", ""])[2:] for part in ("Name", "Unit"))
    found.update({name: unit for name, unit in zip(names, units, strict=False) if name and unit})
    return found


def _table(
    text: Text, header: int, stop: int, units: Mapping[str, str], title: str
) -> tuple[Table, tuple[Caution, ...]]:
    names = _cells(text.line(header))
    parsed = text.table(header + 1, names, separator=",", stop=stop)
    return make_table(title, list(_columns(names[1:], units, parsed.frame))), parsed.cautions


def _columns(names: Sequence[str], units: Mapping[str, str], frame: "pl.DataFrame") -> Iterator[RawColumn]:
    """The first voltage and current under their quantity's name, further ones under their own."""
    taken: set[str] = set()
    for name in names:
        unit = units.get(name)
        quantity = _QUANTITY.get(unit or "") if frame[name].dtype.is_numeric() else None
        own = None if quantity and quantity not in taken else name
        taken |= {quantity} if quantity else set()
        yield RawColumn(frame[name], quantity, unit, name, own)


def read_script(source: Source, settings: Settings) -> Reading:
    """Read the sweep: names begin with V for volt and I for ampere; others keep their name without a unit."""
    text = read_text(source, settings)
    names = _cells(text.line(1))
    parsed = text.table(2, names, separator=",")
    units = {name: unit for name in names if (unit := _script_unit(name)) is not None}
    raw = list(_columns(names, units, parsed.frame))
    points = _SWEEP_POINTS.search(text.line(0))
    return Reading(
        "keithley.sweep_csv", "current_voltage", (make_table("sweep", raw),), warnings=(*text.cautions, *parsed.cautions),
        decisions={**text.decisions, "units": "V and A by the first letter of the names, as the script writes them"},
        rows_stated={"sweep": int(points[1])} if points and "Parametric points,1," in text.line(0) + "," else {},
    )  # fmt: skip


def _script_unit(name: str) -> str | None:
    return {"V": "V", "I": "A"}.get(name[0]) if re.match(r"[VI][a-z]?\d?$", name) else None


READERS = (
    Reader("keysight.easyexpert", "Keysight EasyEXPERT text (B1500, B1505)", ("current_voltage",), recognises_easyexpert,
           read_easyexpert, (".csv",), TEXT_SETTINGS),
    Reader("keithley.sweep_csv", "sweep of a Keithley 2636B script (.csv)", ("current_voltage",), recognises_script, read_script,
           (".csv",), TEXT_SETTINGS),
)  # fmt: skip
