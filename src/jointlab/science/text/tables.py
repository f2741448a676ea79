"""A block of delimited rows as polars columns. Fast where the block is clean, exact about where it is not."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.reading import Caution

if TYPE_CHECKING:
    import polars as pl

NULLS = ["", "-", "--", "---", "N/A", "NA", "n/a", "#N/A", "ERROR", "null", "None", "*", "***", "OVLD", "......"]
_SAMPLE = 100  # rows looked at from either end to tell text from numbers
_TOLERATED = 0.01  # share of the rows of a numeric column that may hold something else, each said
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$|[-+]?(nan|inf|infinity)$", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class ParsedTable:
    """Columns as read, in the file's own units, with what there is to say about them."""

    frame: "pl.DataFrame"
    cautions: tuple[Caution, ...] = ()


def parse_block(
    block: bytes, names: Sequence[str], *, separator: str, decimal: str, name: str, first_line: int, allow_text: bool
) -> ParsedTable:
    """Parse rows; numeric columns become float64, others stay text where `allow_text`, and are absent elsewhere."""
    import polars as pl

    block, cautions = _tidy(block, separator)
    if not block:
        raise BadInput(
            "table.empty", "“{name}” has a header and no rows below line {line}.", name=name, line=first_line - 1
        )
    rows = _sample_rows(block, separator)
    labels = _labels(names, rows, name, first_line)
    block, cut = _without_cut_line(block, len(labels), separator)
    cautions += cut
    text_columns = {
        label for i, label in enumerate(labels) if _is_text([row[i] for row in rows if i < len(row)], decimal)
    }
    schema = {label: pl.String if label in text_columns else pl.Float64 for label in labels}
    if decimal == "." or b"." not in block:
        try:
            return ParsedTable(_drop_empty(_read(block, schema, separator, decimal), names), tuple(cautions))
        except pl.exceptions.PolarsError:
            pass  # something in a numeric column is no number: find out what and where
    return _exactly(block, schema, names, separator, decimal, first_line, cautions, allow_text=allow_text)


def _read(block: bytes, schema: "Mapping[str, type[pl.DataType]]", separator: str, decimal: str) -> "pl.DataFrame":
    import polars as pl

    return pl.read_csv(
        block, has_header=False, schema=schema, separator=separator, null_values=NULLS, decimal_comma=decimal == ",",
        quote_char='"' if block.count(b'"') % 2 == 0 and b'"' in block else None, low_memory=False,
    )  # fmt: skip


def _tidy(block: bytes, separator: str) -> tuple[bytes, list[Caution]]:
    """Blanks around separators removed; runs of blanks folded where blanks part the columns."""
    block = block.rstrip(b" \t\r\n;,\x1a") if separator == " " else block.rstrip(b"\r\n\x1a")
    if separator == " ":
        block = re.sub(rb"[ \t]+", b" ", block)
        block = re.sub(rb"(?m)^ | (?=\r?$)", b"", block)
    elif b" " in block:
        mark = re.escape(separator).encode()
        blank = rb"[ ]" if separator == "\t" else rb"[ \t]"
        block = re.sub(blank + rb"*" + mark + blank + rb"+|" + blank + rb"+" + mark, separator.encode(), block)
        block = re.sub(rb"(?m)^[ ]+|[ ]+(?=\r?$)", b"", block)
    return block, []


def _sample_rows(block: bytes, separator: str) -> list[list[str]]:
    """The first and last rows, parted into cells."""
    head, tail = block[: 1 << 16].decode(errors="replace"), block[-(1 << 16) :].decode(errors="replace")
    first = head.splitlines()[:_SAMPLE] if len(block) <= 1 << 16 else head.splitlines()[:-1][:_SAMPLE]
    last = tail.splitlines()[1:][-_SAMPLE:] if len(block) > 1 << 16 else tail.splitlines()[_SAMPLE:][-_SAMPLE:]
    return [[cell.strip().strip('"') for cell in line.split(separator)] for line in (*first, *last) if line.strip()]


def _labels(names: Sequence[str], rows: list[list[str]], name: str, first_line: int) -> list[str]:
    """One label a column, as wide as the widest sampled row; wider rows must be empty beyond the header."""
    width = max(len(row) for row in rows)
    labels = [f"{label}#{i}" if label in names[:i] else label for i, label in enumerate(names)]
    spare = range(len(labels), width)
    if any(i < len(row) and row[i] for row in rows for i in spare):
        raise BadInput(
            "table.columns",
            "“{name}”: from line {line} on the rows have {width} columns and the header names {named}, so no column can be told from its neighbour. Export the file again (a decimal comma in a file parted by commas looks like this too).",
            name=name, line=first_line, width=width, named=len(names),
        )  # fmt: skip
    return labels + [f"column {i + 1}" for i in spare]


def _without_cut_line(block: bytes, width: int, separator: str) -> tuple[bytes, list[Caution]]:
    """Leave out a last line that was only half written."""
    start = block.rfind(b"\n") + 1
    last, before = block[start:], block[block.rfind(b"\n", 0, max(start - 1, 0)) + 1 : max(start - 1, 0)]
    mark = separator.encode()
    if start and last.count(mark) < min(before.count(mark), width - 1):
        said = Caution(
            "table.last-line-cut", f"The last line is cut (“{last[:60].decode(errors='replace')}”) and was left out."
        )
        return block[:start].rstrip(b"\r\n"), [said]
    return block, []


def _is_text(cells: list[str], decimal: str) -> bool:
    """Whether more of the filled cells are words than numbers."""
    filled = [cell.replace(decimal, ".") if decimal == "," else cell for cell in cells if cell not in NULLS]
    words = sum(_NUMBER.match(cell) is None for cell in filled)
    return words > len(filled) / 2


def _drop_empty(frame: "pl.DataFrame", names: Sequence[str]) -> "pl.DataFrame":
    """Without blank rows, and without unnamed columns that hold nothing."""
    import polars as pl

    if frame.width and frame[:, 0].null_count():
        frame = frame.filter(~pl.all_horizontal(pl.all().is_null()))
    empty = [label for label in frame.columns[len(names) :] if frame[label].null_count() == frame.height]
    return frame.drop(empty)


def _exactly(
    block: bytes, schema: "Mapping[str, type[pl.DataType]]", names: Sequence[str], separator: str, decimal: str, first_line: int,
    cautions: list[Caution], *, allow_text: bool,
) -> ParsedTable:  # fmt: skip
    """The slow way: every cell as text, then column by column, telling which cells are no numbers."""
    import polars as pl

    frame = _read(block, dict.fromkeys(schema, pl.String), separator, ".")
    found: list[pl.Series] = []
    for label, kind in schema.items():
        cells = frame[label].str.strip_chars()
        numbers = _to_numbers(cells, decimal)
        bad = cells.is_not_null() & numbers.is_null()
        wrong = int(bad.sum())
        if kind == pl.String or wrong > max(1, _TOLERATED * frame.height):
            found.append(cells if allow_text or kind == pl.String else numbers)
            continue
        if wrong:
            row = int(bad.arg_max() or 0)
            cautions.append(
                Caution(
                    "table.not-a-number",
                    f"Column “{label}” has {wrong} cells that are no numbers, the first in line {first_line + row}: “{cells[row]}”. They are absent.",
                )
            )
        found.append(numbers)
    return ParsedTable(_drop_empty(pl.DataFrame(found), names), tuple(cautions))


def _to_numbers(cells: "pl.Series", decimal: str) -> "pl.Series":
    """Text as float64 under one decimal mark; a cell with the other mark is no number."""
    import polars as pl

    if decimal == ",":
        other = cells.str.contains(r"\d\.\d")
        cells = pl.select(
            pl.when(other).then(None).otherwise(cells.str.replace(",", ".", literal=True)).alias(cells.name)
        ).to_series()
    return cells.cast(pl.Float64, strict=False)
