"""Novonix high-precision chargers (UHPC, HPC; .csv): [Summary], [Protocol] and [Data], the last one again after a restart.

Positive currents charge the cell. “Capacity (Ah)” is the net charge since the start of its [Data], signed.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers.cycler_columns import Meaning, fold, map_columns, part
from jointlab.science.readers.cycler_evidence import decided_order, require, settled_stamps
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Caution, Reading, Table, make_table
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import TEXT_SETTINGS, Text, read_text
from jointlab.science.text.engine import key_values
from jointlab.science.text.times import parse_timestamp

if TYPE_CHECKING:
    import polars as pl

_M = Meaning
_VOCABULARY: dict[str, Meaning] = {
    "dateandtime": _M("unix_time"), "cyclenumber": _M("cycle"), "stepnumber": _M("step"),
    "runtime": _M("time"), "steptime": _M("step_time"), "current": _M("current"), "potential": _M("potential"),
    "capacity": _M("charge"), "temperature": _M("temperature"), "circuittemperature": _M("temperature", "circuit_temperature"),
    "power": _M("power"),
}  # fmt: skip
_MOST_REPEATED = 0.01  # of the rows


def recognises(source: Source) -> bool:
    """The summary with which the program begins, and its maker's name in it."""
    head = source.head_text.lstrip("\ufeff\r\n ")
    return head.startswith("[Summary]") and re.search(r"^Novonix\b", head, re.MULTILINE) is not None


def read(source: Source, settings: Settings) -> Reading:
    """Read one file; raises BadInput ``novonix.header``, ``novonix.unit`` and ``novonix.columns``."""
    text = read_text(source, settings)
    marks = _marks(text)
    if not marks:
        raise BadInput(
            "novonix.header",
            "“{name}” is a Novonix file without a table below [Data]: it ends in its header. Copy it again.",
            name=text.name,
        )
    decisions = {**text.decisions, "charge": "the file's net charge since the start; positive currents charge"}
    tables: list[Table] = []
    cautions = list(text.cautions)
    for number, (start, stop) in enumerate(marks, start=1):
        table, said = _table(text, start, stop, f"data {number}" if len(marks) > 1 else "data", decisions)
        tables.append(table)
        cautions += said
    if len(tables) > 1:
        message = f"The experiment was started {len(tables)} times; each start has a table of its own."
        cautions.append(Caution("novonix.restarted", message))
    facts = _facts(text)
    return Reading(
        format="novonix.csv",
        technique="galvanostatic_cycling",
        tables=tuple(tables),
        instrument="Novonix",
        started=parse_timestamp(facts.get("Started", ""), order=decided_order(decisions)),
        warnings=tuple(cautions),
        facts=facts,
        decisions={**text.decisions, **decisions},
    )


def _marks(text: Text) -> list[tuple[int, int]]:
    """Line of the column names and the line after the last row, for each [Data] with rows."""
    found = []
    at = text.find_line(r"^\[Data\]")
    while at is not None:
        stop = text.find_line(r"^\[", start=at + 1)
        if text.has_line(at + 2) and (stop is None or stop > at + 2):
            found.append((at + 1, text.line_count if stop is None else stop))
        at = None if stop is None else text.find_line(r"^\[Data\]", start=stop)
    return found


def _table(text: Text, line: int, stop: int, label: str, decisions: dict[str, str]) -> tuple[Table, list[Caution]]:
    import numpy as np
    import polars as pl

    headers = [cell.strip().strip('"') for cell in text.line(line).split(",")]
    parsed = text.table(line + 1, [f"c{i}" for i in range(len(headers))], separator=",", stop=stop)
    frame = parsed.frame
    headers += [""] * (frame.width - len(headers))
    frame, said = _in_order(frame, headers)
    kept = [i for i, column in enumerate(frame.columns) if headers[i] and frame[column].null_count() < frame.height]
    frame, cells = frame.select([frame.columns[i] for i in kept]), [headers[i] for i in kept]
    keys = [fold(part(cell).name) for cell in cells]
    if "runtime" in keys and "dateandtime" in keys:
        total, real = frame.columns[keys.index("runtime")], frame.columns[keys.index("dateandtime")]
        if frame[real].dtype == pl.String and frame[total].dtype.is_numeric():
            hours = np.asarray(frame[total].cast(pl.Float64).to_numpy(), dtype=np.float64)
            frame = frame.with_columns(settled_stamps(frame[real], hours * 3600, decisions))
    mapped = map_columns(frame, cells, _VOCABULARY, vendor="novonix", origin=text.name)
    require(mapped, vendor="novonix", name=text.name)
    return make_table(label, mapped.columns), [*parsed.cautions, *said, *mapped.cautions]


def _in_order(frame: "pl.DataFrame", headers: Sequence[str]) -> "tuple[pl.DataFrame, list[Caution]]":
    """The rows without the single ones that the program writes again, with an earlier run time, between later ones."""
    import polars as pl

    at = next((i for i, cell in enumerate(headers) if fold(part(cell).name) == "runtime"), None)
    if at is None or not frame[:, at].dtype.is_numeric() or frame.height < 3:
        return frame, []
    time = frame[:, at].cast(pl.Float64)
    behind = (time < time.cum_max()).fill_null(value=False)
    count, several = int(behind.sum()), bool((behind & behind.shift(1, fill_value=False)).any())
    if not count or several or count > max(1.0, _MOST_REPEATED * frame.height):
        return frame, []
    message = f"{count} single rows with an earlier run time stand between later ones, written again by the program; they were left out."
    return frame.filter(~behind), [Caution("novonix.repeated", message)]


def _facts(text: Text) -> dict[str, str]:
    """The lines of the summary; what is hidden or empty is no fact."""
    end = text.find_line(r"^\[End Summary\]")
    pairs = key_values(list(text.lines(1, min(end or 40, 200))))
    return {key: value for key, value in pairs.items() if value.strip("* ")}


READERS = (
    Reader(
        "novonix.csv", "Novonix high-precision charger (.csv)", ("galvanostatic_cycling",), recognises, read, (".csv",), TEXT_SETTINGS,
    ),
)  # fmt: skip
