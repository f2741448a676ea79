"""Tables of records in the workbooks of battery cyclers: header rows, sheets that continue one another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers.cycler_columns import keys
from jointlab.science.source import Source
from jointlab.science.workbooks import Workbook

if TYPE_CHECKING:
    import polars as pl

_WITHIN = 30  # rows from the top


@dataclass(frozen=True)
class SheetHead:
    """Where a sheet's header row is, and what its cells say."""

    sheet: str
    row: int | None  # None where a sheet has no header and goes on with another's columns
    cells: tuple[str, ...]


def workbook_of(source: Source) -> Workbook | None:
    """The workbook that a file is; None for other files and for damaged ones, for use in recognising."""
    try:
        return source.workbook
    except BadInput:
        return None


def heads(workbook: Workbook, is_header: Callable[[set[str]], bool]) -> list[SheetHead]:
    """The sheets that have such a header row near their top, in order."""
    found = []
    for sheet, top in workbook.tops.items():
        for number, row in enumerate(top[:_WITHIN]):
            if sum(cell is not None for cell in row) > 1 and is_header(keys(row)):
                found.append(SheetHead(sheet, number, tuple(cell or "" for cell in row)))
                break
    return found


def read_sheet(workbook: Workbook, head: SheetHead) -> "pl.DataFrame":
    """The rows below a header row, without empty ones, and as many columns as the header has."""
    import polars as pl

    frame = workbook.table(head.sheet, header=head.row)
    offset = next((i for i, cell in enumerate(head.cells) if cell), 0)
    first = next((i for i, label in enumerate(frame.columns) if not label.startswith("__UNNAMED__")), offset)
    wanted = range(max(first - offset, 0), min(frame.width, first - offset + len(head.cells)))
    frame = frame.select(pl.nth(list(wanted))).filter(~pl.all_horizontal(pl.all().is_null()))
    return frame.rename({label: f"c{i}" for i, label in enumerate(frame.columns)})


def stacked(frames: "Sequence[pl.DataFrame]", *, origin: str, vendor: str) -> "pl.DataFrame":
    """The rows of sheets that continue one another. Raises BadInput ``<vendor>.sheets`` where their columns differ."""
    import polars as pl

    if len({frame.width for frame in frames}) > 1:
        raise BadInput(
            f"{vendor}.sheets",
            "The sheets of “{name}” that continue one another have different columns, so they are not one measurement. Export it again.",
            name=origin,
        )
    if len(frames) == 1:
        return frames[0]
    return pl.concat([_loose(frame, frames) for frame in frames], how="vertical")


def _loose(frame: "pl.DataFrame", frames: "Sequence[pl.DataFrame]") -> "pl.DataFrame":
    """The frame with the common type of each column: text where sheets differ, as a sheet of empty cells is text."""
    import polars as pl

    casts = []
    for i, label in enumerate(frame.columns):
        kinds = {other.dtypes[i] for other in frames if other.columns[i : i + 1] and not _empty(other[:, i])}
        if len(kinds) == 1:
            kind = next(iter(kinds))
            casts.append(pl.col(label).cast(kind, strict=False) if frame.dtypes[i] != kind else pl.col(label))
        else:
            casts.append(pl.col(label).cast(pl.String, strict=False))
    return frame.select(casts)


def _empty(values: "pl.Series") -> bool:
    return values.null_count() == values.len()
