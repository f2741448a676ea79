"""Columns of battery cyclers by their header cells: one vocabulary a vendor, one way to turn it into quantities.

A header cell is parted into name and unit; the name is folded (case, blanks, dots and underscores do not count) and
looked up. What is not found keeps its header as its name and its unit as text.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.quantities import QUANTITIES
from jointlab.science.reading import Caution, RawColumn
from jointlab.science.text import Header, split_header
from jointlab.science.text.times import clock_times, durations
from jointlab.science.units import parse_unit

if TYPE_CHECKING:
    import polars as pl

_CLOCK_HINT = re.compile(r"\s*\((?:[dD]+[-: ])?[hH]+:.*\)\s*$|\s*\(时:.*\)\s*$|\s*（时[:：].*）\s*$")
_FLATTENED_UNIT = re.compile(r"^(?P<name>.+?)_(?P<unit>[A-Za-z]+)_$")  # “Test_Time_s_”: brackets a program turned to _
_AUXILIARY_TEMPERATURE = re.compile(r"^(?:aux)?(?:t|temp|temperature|温度)_?(?P<number>\d+)$")
_AUXILIARY_VOLTAGE = re.compile(r"^(?:auxvoltage|auxv|v)(?P<number>\d+)$")
_INNER_UNIT = re.compile(r"^(?P<name>.+?)\s*\((?P<unit>[^()]*)\)(?P<number>_\d+)$")  # “Aux_Temperature(C)_1”
_ELAPSED = ("time", "step_time")
_LOST_OHM = re.compile(r"\((?P<prefix>m?)O\)\s*$")  # an Ω that an ASCII export could not write
_SPELLINGS = {"temperature": {"C": "degC", "F": "degF"}}


@dataclass(frozen=True)
class Meaning:
    """What a header means: the quantity (None for text), the name of our column, the unit where the header has none."""

    quantity: str | None
    name: str | None = None
    unit: str | None = None


@dataclass(frozen=True)
class Mapped:
    """Columns ready for `make_table`, and what there is to say about them."""

    columns: tuple[RawColumn, ...]
    cautions: tuple[Caution, ...] = ()

    def values(self, label: str) -> "pl.Series | None":
        """The values of the column with that name or quantity, as in the file's unit."""
        import polars as pl

        for column in self.columns:
            if label in (column.name, column.name or column.quantity) and isinstance(column.values, pl.Series):
                return column.values
        return None


@lru_cache(4096)
def fold(name: str) -> str:
    """A name with case, blanks, dots and underscores left out: ``Charge_Capacity`` is ``chargecapacity``."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name).casefold())


@lru_cache(4096)
def part(cell: str) -> Header:
    """A header cell parted into name and unit, the cyclers' own spellings included."""
    text = unicodedata.normalize("NFKC", cell).strip().strip('"').strip()
    plain = _CLOCK_HINT.sub("", text)
    if plain != text:
        return Header(plain, None, cell.strip())
    inner = _INNER_UNIT.match(text)
    if inner is not None and parse_unit(inner["unit"]) is not None:
        return Header(inner["name"] + inner["number"], inner["unit"], cell.strip())
    header = split_header(_LOST_OHM.sub(r"(\g<prefix>ohm)", text))
    flat = _FLATTENED_UNIT.match(text)
    if header.unit is None and flat is not None and parse_unit(flat["unit"]) is not None:
        return Header(flat["name"], flat["unit"], cell.strip())
    return Header(header.name, header.unit, cell.strip())


def keys(cells: Sequence[str | None]) -> set[str]:
    """The folded names of a row of header cells."""
    return {fold(part(cell).name) for cell in cells if cell}


def meaning_of(header: Header, vocabulary: Mapping[str, Meaning]) -> Meaning | None:
    """What a header means in a vendor's vocabulary; numbered temperature channels are known everywhere."""
    key = fold(header.name)
    found = vocabulary.get(key)
    auxiliary = _AUXILIARY_TEMPERATURE.match(key)
    if found is None and auxiliary is not None and header.unit is not None:
        found = Meaning("temperature", f"temperature_{auxiliary['number']}")
    auxiliary = _AUXILIARY_VOLTAGE.match(key)
    if found is None and auxiliary is not None and header.unit is not None:
        found = Meaning("potential", f"aux_voltage_{auxiliary['number']}")
    if found is None or found.quantity is None:
        return found
    entry = QUANTITIES[found.quantity]
    unit = _unit(header, found)
    if unit is not None and not entry.integer and not _fits(unit, entry.unit):
        return None  # a rate or a share under a known name: kept under its own header
    return found


def _unit(header: Header, meaning: Meaning) -> str | None:
    """The unit of the header, or what the format fixes where the header has none."""
    if header.unit is None:
        return meaning.unit
    return _SPELLINGS.get(meaning.quantity or "", {}).get(header.unit, header.unit)


def _fits(unit: str, target: str) -> bool:
    parsed, wanted = parse_unit(unit), parse_unit(target)
    return parsed is not None and wanted is not None and parsed.dimension == wanted.dimension


def map_columns(
    frame: "pl.DataFrame", headers: Sequence[str], vocabulary: Mapping[str, Meaning], *, vendor: str, origin: str
) -> Mapped:
    """The columns of `frame` (in file order) as quantities; `origin` names the sheet or file for people.

    Raises BadInput ``<vendor>.unit`` for a known column whose unit nothing states, ``<vendor>.time`` for times that
    are none.
    """
    columns: list[RawColumn] = []
    cautions: list[Caution] = []
    taken: set[str] = set()
    for label, cell in zip(frame.columns, headers, strict=True):
        header = part(cell)
        meaning = meaning_of(header, vocabulary)
        column = _column(frame[label], header, meaning, vendor=vendor, origin=origin, cautions=cautions)
        name = _free(column.name or column.quantity or header.text or label, taken)
        taken.add(name)
        columns.append(RawColumn(column.values, column.quantity, column.unit, header.text or None, name))
    return Mapped(tuple(columns), tuple(cautions))


def _free(name: str, taken: set[str]) -> str:
    """The name, numbered where the table has it already."""
    number, free = 2, name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free


def _column(
    values: "pl.Series", header: Header, meaning: Meaning | None, *, vendor: str, origin: str, cautions: list[Caution]
) -> RawColumn:
    import polars as pl

    if meaning is None:
        return RawColumn(values, None, header.unit, header.text, header.text)
    if meaning.quantity is None:
        return RawColumn(values.cast(pl.String, strict=False), None, None, header.text, meaning.name)
    if meaning.quantity == "unix_time":
        return _clock(values, header, meaning, cautions)
    if meaning.quantity in _ELAPSED and not (values.dtype.is_numeric() or values.dtype == pl.Null):
        seconds = elapsed(values, header.text, vendor=vendor, origin=origin)
        return RawColumn(seconds, meaning.quantity, "s", header.text, meaning.name)
    if QUANTITIES[meaning.quantity].integer:
        return RawColumn(_numbers(values, header, vendor, origin), meaning.quantity, None, header.text, meaning.name)
    unit = _unit(header, meaning)
    if unit is None:
        raise BadInput(
            f"{vendor}.unit", "Column “{header}” of “{origin}” does not say its unit, so its numbers cannot be used. Export it with units in the header.",
            header=header.text, origin=origin,
        )  # fmt: skip
    return RawColumn(_numbers(values, header, vendor, origin), meaning.quantity, unit, header.text, meaning.name)


def _numbers(values: "pl.Series", header: Header, vendor: str, origin: str) -> "pl.Series":
    """Numbers; text in their place only where it is empty or a dash."""
    import polars as pl

    if values.dtype.is_numeric():
        return values
    text = values.cast(pl.String, strict=False).str.strip_chars().replace(["", "-", "--", "N/A"], None)
    numbers = text.cast(pl.Float64, strict=False)
    wrong = text.filter(text.is_not_null() & numbers.is_null())
    if wrong.len():
        raise BadInput(
            f"{vendor}.number", "Column “{header}” of “{origin}” holds “{found}” where numbers belong. Export it again.",
            header=header.text, origin=origin, found=wrong[0][:60],
        )  # fmt: skip
    return numbers


def elapsed(values: "pl.Series", header: str, *, vendor: str, origin: str) -> "pl.Series":
    """Elapsed times as seconds, whatever the file holds: text, or the durations of a spreadsheet."""
    import polars as pl

    if values.dtype == pl.Duration:
        return values.dt.total_microseconds().cast(pl.Float64) / 1e6
    if values.dtype == pl.Time:
        return values.cast(pl.Duration("us")).dt.total_microseconds().cast(pl.Float64) / 1e6
    text = values.cast(pl.String, strict=False) if values.dtype == pl.String else None
    seconds = None if text is None else durations(text)
    if text is None or seconds is None or seconds.null_count() > text.null_count():
        found = values.drop_nulls() if text is None or seconds is None else text.filter(seconds.is_null()).drop_nulls()
        raise BadInput(
            f"{vendor}.time", "Column “{header}” of “{origin}” holds “{found}”, which is not a time of the form hours:minutes:seconds. Export it again with times in seconds.",
            header=header, origin=origin, found=str(found[0])[:60] if found.len() else values.dtype,
        )  # fmt: skip
    return seconds


def _clock(values: "pl.Series", header: Header, meaning: Meaning, cautions: list[Caution]) -> RawColumn:
    """Time stamps as seconds since 1970; kept as text, and said, where day and month cannot be told."""
    import polars as pl

    name = meaning.name or "unix_time"
    if values.dtype == pl.Datetime:
        return RawColumn(values.dt.epoch("us").cast(pl.Float64) / 1e6, "unix_time", "s", header.text, name)
    if values.dtype.is_numeric():
        return _counted_clock(values, header, name)
    if values.dtype == pl.String:
        stamps = _stamps(values, header, cautions)
        if stamps is not None:
            return RawColumn(stamps, "unix_time", "s", header.text, name)
        if values.null_count() < values.len():
            cautions.append(
                Caution(
                    "time.date-order",
                    f"The time stamps of column “{header.text}” (“{values.drop_nulls()[0]}”) do not tell day from month, or are not times; they are kept as text.",
                )
            )
    return RawColumn(values, None, None, header.text, header.text)


def _stamps(values: "pl.Series", header: Header, cautions: list[Caution]) -> "pl.Series | None":
    """Time stamps as seconds; where only the last one is none, the file was cut in it, and it is absent."""
    stamps = clock_times(values)
    if stamps is None and values.len() > 1:
        stamps = clock_times(values[:-1])
        if stamps is not None:
            cautions.append(
                Caution("time.last-cut", f"The last time stamp of “{header.text}” is cut (“{values[-1]}”).")
            )
            stamps = stamps.extend_constant(None, 1)
    return stamps


# Counters of clock time without a unit, told apart by their size: (from, to, seconds a count, seconds at zero)
_CLOCKS = (
    (2e4, 1e5, 86400.0, -25569 * 86400.0),  # days since 1899-12-30 (OLE, Access, Excel)
    (3e8, 4.2e9, 1.0, 0.0),  # seconds since 1970
    (3e11, 4.2e12, 1e-3, 0.0),
    (3e15, 4.2e16, 1e-7, 0.0),  # 100 ns since 1970 (Arbin's SQL server)
)


def _counted_clock(values: "pl.Series", header: Header, name: str) -> RawColumn:
    """Numeric time stamps: their size tells what they count, as the ranges lie far apart."""
    import polars as pl

    numbers = values.cast(pl.Float64)
    low, high = numbers.min(), numbers.max()
    for begin, end, scale, zero in _CLOCKS:
        if low is not None and begin <= float(str(low)) and float(str(high)) <= end:
            return RawColumn(numbers * scale + zero, "unix_time", "s", header.text, name)
    return RawColumn(values, None, header.unit, header.text, header.text)


def with_time(mapped: Mapped, decisions: dict[str, str]) -> Mapped:
    """Add total time from the time stamps where the file has none and the stamps never run backwards."""
    stamps = mapped.values("unix_time")
    if mapped.values("time") is not None or stamps is None or stamps.null_count() or not stamps.len():
        return mapped
    total = stamps - stamps[0]
    if bool((total.diff().drop_nulls() < 0).any()):
        return mapped
    decisions["time"] = "time stamp of each record minus that of the first; the file has no total time"
    return Mapped((*mapped.columns, RawColumn(total, "time", "s", None, "time")), mapped.cautions)
