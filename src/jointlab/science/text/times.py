"""Durations and time stamps as instruments write them. Which of two numbers is the day is decided by evidence."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import polars as pl

DateOrder = Literal["dmy", "mdy"]

_OLDEST = 70  # of years with two digits: 70 is 1970, 69 is 2069, as strptime has it
_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}
_ISO = re.compile(r"(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?(?:[T _]+(?P<t>.*))?$")
_NUMERIC = re.compile(r"(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<y>\d{4}|\d{2})(?:[T ,]+(?P<t>.*))?$")
_NAMED_DAY_FIRST = re.compile(
    r"(?:[A-Za-z]{3,9},?\s+)?(?P<d>\d{1,2})[-\s./](?P<n>[A-Za-z]{3})[a-z]*\.?[-\s./,]+(?P<y>\d{4}|\d{2})(?:[T ,]+(?P<t>.*))?$"
)
_NAMED_MONTH_FIRST = re.compile(
    r"(?:[A-Za-z]{3,9},?\s+)?(?P<n>[A-Za-z]{3})[a-z]*\.?\s+(?P<d>\d{1,2}),?\s+(?P<y>\d{4})(?:[T ,]+(?P<t>.*))?$"
)
_HALVES = {"上午": "AM", "下午": "PM", "오전": "AM", "오후": "PM", "午前": "AM", "午後": "PM"}  # before the hour
_CLOCK = re.compile(
    r"(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:[.,:](?P<f>\d+))?)?\s*(?P<half>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>Z|UTC|[+-]\d{2}:?\d{2})?$"
)


def durations(cells: "pl.Series") -> "pl.Series":
    """``HH:MM:SS(.fff)``, hours beyond 24 allowed, or ``3d 18:47:23.42``, as seconds (float64); others are absent."""
    import polars as pl

    plain = _plain_durations(cells)
    if plain is not None:
        return plain
    parts = (
        cells.to_frame("cell")
        .lazy()
        .select(
            days=pl.col("cell").str.extract(r"^\s*(\d+)\s*d", 1).cast(pl.Float64),
            clock=pl.col("cell").str.replace(r"^\s*\d+\s*d\s*", "").str.strip_chars().str.split_exact(":", 3),
        )
        .unnest("clock")
        .collect()
    )
    hours, minutes, seconds = (parts[f"field_{i}"].cast(pl.Float64, strict=False) for i in range(3))
    total = hours * 3600 + minutes * 60 + seconds + parts["days"].fill_null(0.0) * 86400
    if parts["field_3"].null_count() < parts.height:  # a fourth part may be anything: no duration that is known here
        total = pl.select(pl.when(parts["field_3"].is_null()).then(total)).to_series()
    return total.alias(cells.name)


def _plain_durations(cells: "pl.Series") -> "pl.Series | None":
    """The commonest form, ``HH:MM:SS`` in every cell, by its places from the right; None for any other."""
    import polars as pl

    text = pl.col("cell").str
    parts = cells.to_frame("cell").select(
        hours=text.head(-6).cast(pl.UInt32, strict=False),
        minutes=text.slice(-5, 2).cast(pl.UInt8, strict=False),
        seconds=text.slice(-2, 2).cast(pl.UInt8, strict=False),
        colons=(text.slice(-6, 1) == ":") & (text.slice(-3, 1) == ":"),
    )
    if sum(parts.null_count().row(0)) or not parts["colons"].all():
        return None
    total = pl.col("hours").cast(pl.Float64) * 3600 + pl.col("minutes").cast(pl.Float64) * 60 + pl.col("seconds")
    return parts.select(total.alias(cells.name)).to_series()


def clock_times(cells: "pl.Series", *, order: DateOrder | None = None) -> "pl.Series | None":
    """Time stamps as seconds since 1970 by the clock that wrote them (float64); empty cells are absent.

    None where some cell is no time stamp, where the form changes, or where neither the cells nor `order` (known from
    elsewhere) tell the day from the month.
    """
    import polars as pl

    stamps = cells.str.strip_chars().replace("", None).str.replace(r"(:\d\d),(\d)", "${1}.${2}")
    filled = stamps.drop_nulls()
    if not filled.len():
        return None
    for form in _stamp_forms(filled, order):
        parsed = stamps.str.to_datetime(form, time_unit="us", strict=False)
        if parsed.null_count() == stamps.null_count():
            return (parsed.dt.epoch("us").cast(pl.Float64) / 1e6).alias(cells.name)
    return None


def _stamp_forms(stamps: "pl.Series", order: DateOrder | None) -> list[str]:
    """The forms that these stamps may have, judged by the first one and, for day and month, by all."""
    import polars as pl

    first = str(stamps[0])
    match = re.match(r"(\d{1,4})([-/.])(\d{1,2})[-/.](\d{1,4})([ T]+)", first)
    if match is None:
        return []
    mark, gap = match[2], match[5]
    clocks = (
        ["%I:%M:%S%.f %p", "%I:%M %p"] if re.search(r"[AaPp][Mm]$", first) else ["%H:%M:%S", "%H:%M:%S%.f", "%H:%M"]
    )
    if len(match[1]) == 4:
        return [f"%Y{mark}%m{mark}%d{gap}{clock}" for clock in clocks]
    year = "%Y" if len(match[4]) == 4 else "%y"
    head = stamps.str.extract_groups(r"^(\d{1,2})[-/.](\d{1,2})[-/.]").struct.unnest()
    largest = [head[name].cast(pl.Int64, strict=False).max() for name in head.columns]
    if largest[0] is None or largest[1] is None:
        return []
    day_first, month_first = int(str(largest[0])) > 12, int(str(largest[1])) > 12
    if day_first == month_first:
        if order is None or day_first:
            return []
        day_first = order == "dmy"
    date = f"%d{mark}%m{mark}{year}" if day_first else f"%m{mark}%d{mark}{year}"
    return [f"{date}{gap}{clock}" for clock in clocks]


def date_order(stamps: Iterable[str]) -> DateOrder | None:
    """Which of the first two numbers of ``12/11/2020`` is the day: a number above 12 tells; None if none does."""
    for stamp in stamps:
        match = _NUMERIC.match(stamp.strip())
        if match is not None and int(match["a"]) > 12:
            return "dmy"
        if match is not None and int(match["b"]) > 12:
            return "mdy"
    return None


def parse_timestamp(text: str, *, order: DateOrder | None = None) -> datetime | None:
    """A time stamp, with an offset only where the text has one; None if it is none, or if day and month may be swapped.

    A numeric date whose two numbers are equal, or of which one is above 12, needs no `order`.
    """
    stamp = text.strip().strip('"')
    for pattern in (_ISO, _NUMERIC, _NAMED_DAY_FIRST, _NAMED_MONTH_FIRST):
        match = pattern.match(stamp)
        if match is not None:
            return _compose(match, order)
    return None


def _compose(match: re.Match[str], order: DateOrder | None) -> datetime | None:
    groups = match.groupdict()
    year = int(groups["y"])
    if len(groups["y"]) == 2:
        year += 1900 if year >= _OLDEST else 2000
    if "a" in groups:
        first, second = int(groups["a"]), int(groups["b"])
        order = order or date_order([match.string]) or ("dmy" if first == second else None)
        if order is None:
            return None
        day, month = (first, second) if order == "dmy" else (second, first)
    else:
        day = int(groups["d"])
        month = int(groups["m"]) if "m" in groups else _MONTHS.get(groups["n"].lower(), 0)
    clock = _clock(groups["t"])
    if clock is None:
        return None
    try:
        return datetime(year, month, day, tzinfo=clock[1]) + clock[0]
    except (ValueError, OverflowError):
        return None


def _clock(text: str | None) -> tuple[timedelta, timezone | None] | None:
    """Time of day and zone; midnight for no clock at all, None for one that cannot be read."""
    if text is None or not text.strip():
        return timedelta(), None
    text = text.strip()
    if text[:2] in _HALVES:
        text = f"{text[2:].strip()} {_HALVES[text[:2]]}"
    match = _CLOCK.match(text)
    if match is None:
        return None
    hour = int(match["h"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"].lower().startswith("p") else 0)
    fraction = float(f"0.{match['f']}") if match["f"] else 0.0
    day = timedelta(
        hours=hour, minutes=int(match["m"]), seconds=int(match["s"] or 0), microseconds=round(fraction * 1e6)
    )
    if day >= timedelta(days=1):
        return None
    return day, _zone(match["zone"])


def _zone(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text in ("Z", "UTC"):
        return UTC
    sign, digits = (-1 if text[0] == "-" else 1), text[1:].replace(":", "")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))
