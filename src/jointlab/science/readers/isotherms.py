"""What all readers of gas adsorption share: units of the amount adsorbed, branches, the isotherm's table.

An isotherm is one table, `isotherm`, with its points in file order and a text column `branch` (adsorption, desorption).
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.reading import Caution, RawColumn, Table, make_table
from jointlab.science.settings import Settings
from jointlab.science.text.decimal import decide_decimal, with_point
from jointlab.science.units import convert, parse_unit

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from jointlab.science.workbooks import Grid

ADSORPTION, DESORPTION = "adsorption", "desorption"
_STP = re.compile(r"[\s.·*]*[(\[]?\s*S\.?T\.?P\.?\s*[)\]]?", re.IGNORECASE)
_VOLUME = re.compile(r"^(cc|cm3|cm\^3|cm³|ml)(?![A-Za-z])", re.IGNORECASE)
_NUMBER = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*)$")
_PRINTED = re.compile(r"[-+]?\d[\d.,]*(?:[eE][-+]?\d+)?")
_DISAGREE = 0.02  # of p against (p/p0) p0, median over the points


@dataclass(frozen=True, eq=False)
class Isotherm:
    """The table of an isotherm and what was decided on the way."""

    table: Table
    decisions: Mapping[str, str] = field(default_factory=dict)
    cautions: tuple[Caution, ...] = ()


def amount_unit(text: str, *, stp: bool = False) -> str | None:
    """A unit of the amount adsorbed as units.py writes it: ``cm³/g STP``, ``ml(STP) g-1`` or ``cc`` under a heading
    that says STP (`stp`) become ``cm3(STP)/g``, ``cm3(STP) g-1``, ``cm3(STP)``; None if it is no unit that we know.
    """
    bare = _STP.sub("", text.strip().strip("[]'\"")).strip()
    if stp or bare != text.strip().strip("[]'\""):
        bare = _VOLUME.sub("cm3(STP)", bare)
    if bare.lower().replace(" ", "") in ("wt%", "mass%", "%(w/w)", "weight%"):
        return "%"
    if bare.lower() in ("% mass", "fraction mass"):  # as pyGAPS writes them
        return "%" if bare.startswith("%") else "1"
    return bare if parse_unit(bare) is not None else None


def loading_columns(
    values: "pl.Series", *, unit: str, header: str, mass: float | None, stp: bool = False
) -> list[RawColumn]:
    """The amount adsorbed as `loading` (per mass) or `mass_uptake`; an amount of the whole sample is divided by `mass`
    (g) and kept beside. A unit that tells no amount (``cm3/g`` of a gas without its state) gives a plain column.
    """
    known = amount_unit(unit, stp=stp)
    parsed = parse_unit(known) if known is not None else None
    amount = parse_unit("mol")
    assert amount is not None
    if known is None or parsed is None:
        return [RawColumn(values, None, unit or None, header, header)]
    if parsed.dimension == amount.dimension:
        whole = RawColumn(values, None, known, header, "amount_adsorbed")
        return [whole] if not mass else [RawColumn(values / mass, "loading", f"{known}/g", header), whole]
    if parsed.dimension == parse_unit("mol/g").dimension:  # type: ignore[union-attr]
        return [RawColumn(values, "loading", known, header)]
    if not any(parsed.dimension) and not parsed.tag:
        return [RawColumn(values, "mass_uptake", known, header)]
    return [RawColumn(values, None, unit, header, header)]


def branches_at_maximum(pressure: "NDArray[np.float64]") -> list[str]:
    """Adsorption up to the highest pressure, desorption after it: for files that do not name the branches."""
    import numpy as np

    top = int(np.nanargmax(pressure)) if len(pressure) and not np.isnan(pressure).all() else len(pressure) - 1
    return [ADSORPTION] * (top + 1) + [DESORPTION] * (len(pressure) - top - 1)


def isotherm(raw: Sequence[RawColumn], *, branch: Sequence[str] | None = None) -> Isotherm:
    """The table `isotherm` of these columns, shape (points,). Of p, p0 and p/p0, the third is computed from two.

    Without `branch` the branches part at the highest pressure, and the decisions say so. Raises BadInput
    ``isotherm.no-pressure`` where there is neither p nor p/p0, and what `make_table` raises.
    """
    import polars as pl

    table = make_table("isotherm", raw)
    decisions: dict[str, str] = {}
    table = _with_third_pressure(table, decisions)
    axis = next((name for name in ("relative_pressure", "pressure") if table.has(name)), None)
    if axis is None:
        raise BadInput(
            "isotherm.no-pressure", "The isotherm has no pressure column (it has: {columns}). Export it again with pressure or relative pressure.",
            columns=", ".join(column.name for column in table.columns) or "no column at all",
        )  # fmt: skip
    cautions: tuple[Caution, ...] = ()
    if branch is None:
        values = table.array(axis)
        branch = branches_at_maximum(values)
        decisions["branch"] = "adsorption up to the highest pressure, desorption after it; the file names no branches"
        cautions = _scans(values, branch)
    named = RawColumn(pl.Series("branch", list(branch), dtype=pl.String), None, None, None, "branch")
    table = Table(
        table.name,
        (*table.columns, *make_table("", [named]).columns),
        table.frame.with_columns(pl.Series("branch", list(branch), dtype=pl.String)),
    )
    return Isotherm(table, decisions, (*cautions, *_pressures_agree(table)))


def _with_third_pressure(table: Table, decisions: dict[str, str]) -> Table:
    """p/p0 from p and p0, p from p/p0 and p0, or p0 from p and p/p0, where exactly one is missing or empty."""
    import polars as pl

    def filled(name: str) -> bool:
        return table.has(name) and not table.frame[name].is_null().all() and not table.frame[name].is_nan().all()

    p, p0, relative = (pl.col(name) for name in ("pressure", "saturation_pressure", "relative_pressure"))
    rules = {
        "relative_pressure": (pl.when(p0 > 0).then(p / p0), "pressure over the saturation pressure of the file"),
        "pressure": (relative * p0, "relative pressure times the saturation pressure of the file"),
        "saturation_pressure": (
            pl.when(relative > 0).then(p / relative),
            "pressure over relative pressure of the file",
        ),
    }
    missing = [name for name in rules if not filled(name)]
    if len(missing) != 1:
        return table
    name = missing[0]
    formula, said = rules[name]
    decisions[name] = said
    computed = make_table("", [RawColumn(table.frame.select(formula.alias(name)).to_series(), name)])
    columns = tuple(column for column in table.columns if column.name != name)
    frame = table.frame.drop(name, strict=False).with_columns(computed.frame[name])
    return Table(table.name, (*columns, *computed.columns), frame)


def _scans(pressure: "NDArray[np.float64]", branch: Sequence[str]) -> tuple[Caution, ...]:
    """A warning where pressure rises again by a tenth of its range after the highest point: several cycles or loops."""
    import numpy as np

    down = pressure[np.array([name == DESORPTION for name in branch], dtype=bool)]
    down = down[~np.isnan(down)]
    if len(down) < 2 or np.max(down - np.minimum.accumulate(down)) < 0.1 * np.nanmax(pressure):
        return ()
    return (
        Caution(
            "isotherm.scans",
            "After its highest point the pressure falls and rises again: the file holds loops or several cycles, all of which are called desorption here.",
        ),
    )


def _pressures_agree(table: Table) -> tuple[Caution, ...]:
    """A warning where p, p0 and p/p0 of the file contradict each other."""
    import numpy as np

    if not table.has("pressure", "saturation_pressure", "relative_pressure"):
        return ()
    p, p0, relative = (table.array(name) for name in ("pressure", "saturation_pressure", "relative_pressure"))
    with np.errstate(divide="ignore", invalid="ignore"):
        deviation = np.abs(p / (p0 * relative) - 1)
    deviation = deviation[np.isfinite(deviation)]
    if not len(deviation) or float(np.median(deviation)) <= _DISAGREE:
        return ()
    return (
        Caution(
            "isotherm.pressures-disagree",
            f"Pressure over saturation pressure differs from the file's relative pressure by {100 * np.median(deviation):.1f} % at half of the points.",
        ),
    )


def number_with_unit(text: str | None, *, to: str, unit: str | None = None) -> float | None:
    """``77.300 K`` or ``-195.780 °C`` as a number in the unit `to`; `unit` is taken where the text has none.

    None for no number, or for a unit that is missing or cannot be converted.
    """
    match = _NUMBER.match(text or "")
    if match is None:
        return None
    words = match[2].strip().strip("[]()").split()
    given = words[0].strip("[]()") if words else unit
    if to == "K" and given == "C":  # a temperature is never in coulombs
        given = "degC"
    if given is None or parse_unit(given) is None:
        return None
    try:
        return round(convert(float(match[1]), source=given, target=to), 9)
    except BadInput:
        return None


def printed_cells(grid: "Grid", first: int, last: int) -> Iterator[str]:
    """The cells in the columns [first, last) that a workbook keeps as text."""
    for row, cells in enumerate(grid.rows):
        for column, cell in enumerate(cells[first:last], start=first):
            if cell and (
                row >= grid.numbers.height or column >= grid.numbers.width or grid.numbers[row, column] is None
            ):
                yield cell


def with_decimal_point(printed: str, decisions: Mapping[str, str]) -> str:
    """A number of a report's head, as printed, with a point for a decimal comma.

    Heads mix both marks (a mass with a comma above a temperature with a point), so the number decides by itself where it
    can (``0,0304 g``), and the file's `decisions` where it cannot; a comma that stays open is left, and is then no number.
    """
    return with_point(printed, printed_mark([printed]) or decisions)


def printed_mark(texts: Iterable[str], settings: Settings | None = None) -> dict[str, str]:
    """The decimal mark of printed numbers as a decision, empty where they leave it open."""
    numbers = [match[0] for text in texts if (match := _PRINTED.match(text.strip())) is not None]
    given = settings.choice("decimal_mark", ("comma", "point")) if settings else None
    try:
        decided = decide_decimal("\n".join(numbers).encode(), separator="\t", name="", given=given)
    except BadInput:
        return {}
    return {"decimal_mark": f"{decided.mark} ({decided.evidence})"}


def sheet_numbers(grid: "Grid", column: int, start: int, stop: int, *, settings: Settings, name: str) -> "pl.Series":
    """Numbers of a sheet's column in the rows [start, stop), float64; numbers kept as text may have a decimal comma.

    Raises BadInput ``text.decimal-mark`` and ``text.decimal-mixed`` as the text engine does.
    """
    import polars as pl

    numbers = grid.column(column, start, stop)
    cells = pl.Series([grid.text(row, column) for row in range(start, stop)], dtype=pl.String)
    with_comma = cells.filter(
        numbers.is_null() & cells.str.contains(r"^[-+]?\d*,\d+(?:[eE][-+]?\d+)?$").fill_null(value=False)
    )
    if not len(with_comma):
        return numbers
    mark = decide_decimal(
        "\n".join(with_comma).encode(),
        separator="\t",
        name=name,
        given=settings.choice("decimal_mark", ("comma", "point")),
    ).mark
    text = cells.str.replace(",", "." if mark == "," else "", literal=True).cast(pl.Float64, strict=False)
    return pl.select(pl.when(numbers.is_null()).then(text).otherwise(numbers)).to_series().alias(numbers.name)
