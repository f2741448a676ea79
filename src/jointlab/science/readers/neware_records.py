"""What Neware's exports have in common, text or workbook: which row is a header, and how records become a table."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from jointlab.science.quantities import QUANTITIES
from jointlab.science.readers import neware_words as words
from jointlab.science.readers.cycler_columns import Mapped, fold, map_columns, with_time
from jointlab.science.reading import Caution, Stated, state

if TYPE_CHECKING:
    import polars as pl


def is_record_header(keys: set[str]) -> bool:
    """Whether these folded words head a table of records (and not Arbin's, which counts test time)."""
    if not (keys & words.POTENTIAL and keys & words.CURRENT):
        return False
    kind = keys & words.STEP_TYPE
    if "testtime" in keys and not kind:
        return False
    if keys & words.INDEX:
        return bool(kind or keys & words.STEP_ID or keys & words.CYCLE_ID)
    return bool(keys & {"steptype", "工步类型"} and (keys & words.STEP_ID or keys & words.CYCLE_ID))


def is_cycle_header(keys: set[str]) -> bool:
    """Whether these folded words head a table with one row a cycle."""
    charged = {key for key in keys if words.CYCLE.get(key) and words.CYCLE[key].quantity in words.STATED}
    return bool(keys & words.CYCLE_ID and not keys & words.INDEX and not keys & words.STEP_ID and charged)


def map_records(frame: "pl.DataFrame", headers: Sequence[str], decisions: dict[str, str], *, origin: str) -> Mapped:
    """The columns of records, with total time where only time stamps are there."""
    decisions.setdefault(
        "counters", "charges and energies of a record count from the start of its step, as Neware writes them"
    )
    mapped = with_time(map_columns(frame, headers, words.RECORD, vendor="neware", origin=origin), decisions)
    if mapped.values("time") is None:
        said = "The file has neither a total time nor time stamps in order; times of steps alone do not make a course in time."
        mapped = Mapped(mapped.columns, (*mapped.cautions, Caution("neware.no-total-time", said)))
    return mapped


def started(mapped: Mapped) -> datetime | None:
    """The time stamp of the first record, by the clock of the cycler's computer."""
    stamps = mapped.values("unix_time")
    if stamps is None or not stamps.len() or stamps[0] is None:
        return None
    return datetime.fromtimestamp(float(stamps[0]), UTC).replace(tzinfo=None)


def stated_by_cycles(frame: "pl.DataFrame", headers: Sequence[str], *, origin: str) -> list[Stated]:
    """What the rows of cycles state, one result a quantity and cycle."""
    mapped = map_columns(frame, headers, words.CYCLE, vendor="neware", origin=origin)
    cycles = mapped.values("cycle")
    found: list[Stated] = []
    if cycles is None:
        return []
    for column in mapped.columns:
        if column.quantity not in words.STATED or column.name != column.quantity:
            continue
        unit = column.unit or QUANTITIES[column.quantity].unit
        for cycle, value in zip(cycles, column.values, strict=True):
            if cycle is not None and value is not None:
                found.append(state(column.quantity, float(value), unit, cycle=int(cycle)))
    return found


def facts_of(cells: Iterable[Sequence[str | None]]) -> tuple[dict[str, str], str | None]:
    """Facts and the start from rows where a known word stands before its value."""
    facts: dict[str, str] = {}
    start: str | None = None
    for row in cells:
        filled = [cell.strip() for cell in row if cell and cell.strip()]
        for word, value in pairwise(filled):
            key = fold(word.rstrip(":："))
            if key in words.STARTED and start is None:
                start = value
            elif key in words.FACTS:
                facts.setdefault(words.FACTS[key], value)
    return facts, start
