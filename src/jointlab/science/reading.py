"""What a reader returns: columns in canonical units, what the instrument stated, and what to warn of.

These are plain frozen values: a notebook, a test and the node read the same ones.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from jointlab.errors import BadInput
from jointlab.science.finite import has_infinity
from jointlab.science.quantities import QUANTITIES
from jointlab.science.units import conversion

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

Condition = str | int | float
Conditions = Mapping[str, Condition]


@dataclass(frozen=True)
class Caution:
    """Something a person should know about a reading that is right all the same."""

    code: str
    message: str


@dataclass(frozen=True)
class Stated:
    """A result that the file itself states, in the canonical unit of its quantity."""

    quantity: str
    value: float
    unit: str
    conditions: Conditions = field(default_factory=dict)


@dataclass(frozen=True)
class Column:
    """One column of a table. `quantity` is None, and `unit` None, for what the file has and our table has not."""

    name: str
    unit: str | None
    quantity: str | None = None
    header: str | None = None  # as the file writes it


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of equal length; `frame` has one polars column per entry of `columns`, in order."""

    name: str
    columns: tuple[Column, ...]
    frame: "pl.DataFrame"
    conditions: Conditions = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Number of rows."""
        return self.frame.height

    def has(self, *names: str) -> bool:
        """Whether the table has all of these columns."""
        return set(names) <= {column.name for column in self.columns}

    def array(self, name: str) -> "NDArray[np.float64]":
        """One column as float64, shape (rows,), in its unit; absent values are nan."""
        import numpy as np
        import polars as pl

        return np.asarray(self.frame[name].cast(pl.Float64).to_numpy(), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Reading:
    """One instrument file, read. `started` has an offset only where the file states one."""

    format: str
    technique: str
    tables: tuple[Table, ...]
    instrument: str | None = None
    started: datetime | None = None
    started_zone: Literal["file", "setting"] | None = None  # where the offset of `started` comes from
    stated: tuple[Stated, ...] = ()
    warnings: tuple[Caution, ...] = ()
    facts: Mapping[str, Condition] = field(default_factory=dict)  # settings of the instrument, sample name, ...
    decisions: Mapping[str, str] = field(default_factory=dict)  # encoding, decimal mark, ... and the evidence for each
    rows_stated: Mapping[str, int] = field(default_factory=dict)  # table name -> rows that the file's header promises


@dataclass(frozen=True, eq=False)
class RawColumn:
    """A column on its way in: values in the unit of the file.

    `name` is needed only where one table holds two columns of one quantity, or the quantity is not in our table.
    """

    values: "pl.Series | NDArray[np.generic] | Sequence[float] | Sequence[str]"
    quantity: str | None = None
    unit: str | None = None
    header: str | None = None
    name: str | None = None


def make_table(name: str, raw: Sequence[RawColumn], *, conditions: Conditions | None = None) -> Table:
    """The door: every column in the canonical unit of its quantity.

    Raises BadInput ``unit.unknown`` or ``unit.dimension`` when a unit of the file does not fit the quantity.
    """
    import polars as pl

    columns: list[Column] = []
    series: list[pl.Series] = []
    for column in raw:
        label = column.name or column.quantity or column.header or f"column {len(columns) + 1}"
        values = (
            column.values if isinstance(column.values, pl.Series) else pl.Series(label, column.values, strict=False)
        )
        if column.quantity is None:
            columns.append(Column(label, column.unit, None, column.header))
        else:
            values = _canonical(values, column.quantity, column.unit, column.header)
            columns.append(Column(label, QUANTITIES[column.quantity].unit, column.quantity, column.header))
        series.append(values.alias(label))
    return Table(name, tuple(columns), pl.DataFrame(series), dict(conditions or {}))


def _canonical(values: "pl.Series", quantity: str, unit: str | None, header: str | None) -> "pl.Series":
    """`values` in the canonical unit of `quantity`; whole numbers where the quantity counts."""
    import polars as pl

    entry = QUANTITIES[quantity]
    if values.dtype == pl.String:
        raise BadInput(
            "column.not-numbers",
            "Column “{header}” holds words (“{cell}”) where numbers are needed. Export it again, with numbers only below the header.",
            header=header or quantity,
            cell=values.drop_nulls().first(),
        )
    if entry.integer and values.dtype.is_integer():
        return values.cast(pl.Int64)
    if entry.integer:
        whole = values.cast(pl.Int64, strict=False)
        return whole if (whole.cast(pl.Float64) == values.cast(pl.Float64)).all() else values.cast(pl.Float64)
    try:
        how = conversion(source=entry.unit if unit is None else unit, target=entry.unit)
    except BadInput as fault:
        raise BadInput(
            "column.unit", "Column “{header}”: {reason}", header=header or quantity, reason=fault.message
        ) from fault
    numbers = values if values.dtype.is_float() else values.cast(pl.Float64)
    if has_infinity(numbers):  # “inf” is what programs write where they had no number
        numbers = numbers.replace([float("inf"), float("-inf")], None)
    if how.scale == 1.0 and how.shift == 0.0:
        return numbers
    return numbers.cast(pl.Float64) * how.scale + how.shift if how.shift else numbers.cast(pl.Float64) * how.scale


def state(quantity: str, value: float, unit: str | None = None, **conditions: Condition) -> Stated:
    """A stated result, converted from the file's unit to the canonical one."""
    entry = QUANTITIES[quantity]
    how = conversion(source=entry.unit if unit is None else unit, target=entry.unit)
    return Stated(quantity, value * how.scale + how.shift, entry.unit, conditions)
