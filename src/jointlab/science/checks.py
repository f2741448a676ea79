"""Self-checks that every reading passes before anybody sees a number."""

from jointlab.errors import BadInput
from jointlab.science.finite import finite_count, finite_part
from jointlab.science.quantities import QUANTITIES
from jointlab.science.reading import Caution, Reading, Table

_BLOCK = 1 << 18  # rows that are compared at once: the check of a large table takes no memory of its size
_CLOCK_JITTER = 1e-6  # s; instruments write rounded times


def check(reading: Reading) -> tuple[Caution, ...]:
    """Warnings about a reading that is right all the same.

    Raises BadInput ``reading.empty`` for no rows at all, ``reading.out-of-range`` for numbers outside what is
    physically possible: then unit, decimal mark or column is wrong, and no number can be trusted.
    """
    if not any(table.rows for table in reading.tables):
        raise BadInput(
            "reading.empty",
            "The file ({format}) holds no data row. Export it again, or give the file that holds the measurement.",
            format=reading.format,
        )
    found: list[Caution] = []
    for table in reading.tables:
        found += _check_rows(reading, table)
        found += _check_numbers(table)
        found += _check_time(table)
    return tuple(found)


def _check_rows(reading: Reading, table: Table) -> list[Caution]:
    stated = reading.rows_stated.get(table.name)
    if stated is None or stated == table.rows:
        return []
    return [Caution("rows.differ", f"Table “{table.name}” has {table.rows} rows; the file's header promises {stated}.")]


def _check_numbers(table: Table) -> list[Caution]:
    found: list[Caution] = []
    for column in table.columns:
        series = table.frame[column.name]
        if column.quantity is None or not series.dtype.is_numeric() or not table.rows:
            continue
        entry = QUANTITIES[column.quantity]
        is_float = series.dtype.is_float()
        absent = table.rows - finite_count(series) if is_float else series.null_count()
        if absent:
            found.append(
                Caution(
                    "values.absent",
                    f"Column “{column.name}” of “{table.name}” has no number in {absent} of {table.rows} rows.",
                )
            )
        numbers = finite_part(series) if absent and is_float else series
        low, high = numbers.min(), numbers.max()
        if low is None or high is None:
            continue
        if float(low) < entry.low or float(high) > entry.high:  # type: ignore[arg-type]
            raise BadInput(
                "reading.out-of-range",
                "Column “{column}” runs from {low:.6g} to {high:.6g} {unit}; that is not possible for the quantity “{quantity}”. The unit or the decimal mark of the file is not what it seems; check the column in the instrument's program and export it again.",
                column=column.header or column.name, low=low, high=high, unit=entry.unit, quantity=entry.en,
            )  # fmt: skip
    return found


def _check_time(table: Table) -> list[Caution]:
    if not table.has("time"):
        return []
    times = table.frame["time"].drop_nulls()
    parts = (times.slice(begin, _BLOCK + 1) for begin in range(0, len(times), _BLOCK))
    back = sum(int((part.diff() < -_CLOCK_JITTER).sum()) for part in parts)
    if not back:
        return []
    return [Caution("time.backwards", f"Time runs backwards at {back} points of table “{table.name}”.")]
