"""A block of delimited rows as polars columns. Fast where the block is clean, exact about where it is not."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from jointlab.errors import BadInput
from jointlab.science.reading import Caution
from jointlab.science.text.small import SMALL, plain_numbers

if TYPE_CHECKING:
    import polars as pl

NULLS = ["", "-", "--", "---", "N/A", "NA", "n/a", "#N/A", "ERROR", "null", "None", "*", "***", "OVLD", "......"]
_FILLERS = b"\r\n\x1a"
_FEWEST_ALIKE = 3  # rows before it that tell how long the last number of a row is
SAMPLE = 100  # rows looked at from either end to tell text from numbers
_TOLERATED = 0.01  # share of the rows of a numeric column that may hold something else, each said
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$|[-+]?(nan|inf|infinity)$", re.IGNORECASE)


@dataclass(frozen=True)
class Layout:
    """How a block of rows is written, and where it stands (for sentences about it)."""

    separator: str  # one character; a blank means any run of blanks and tabs
    decimal: str = "."
    grouping: str = ""  # the mark that parts thousands, if one does
    name: str = ""
    first_line: int = 1


@dataclass(frozen=True, eq=False)
class ParsedTable:
    """Columns as read, in the file's own units, with what there is to say about them."""

    frame: "pl.DataFrame"
    cautions: tuple[Caution, ...] = ()


def parse_block(block: bytes, names: Sequence[str], layout: Layout) -> ParsedTable:
    """Parse rows: columns of numbers become float64, columns of words stay text.

    Raises BadInput ``table.empty`` and ``table.columns`` (rows wider or narrower than the header).
    """
    if len(block) <= SMALL and layout.decimal == "." and not layout.grouping:
        plain = plain_numbers(block, names, layout.separator)
        if plain is not None:
            return ParsedTable(plain)
    return _parse(block, names, layout)


def _parse(block: bytes, names: Sequence[str], layout: Layout) -> ParsedTable:
    import polars as pl

    ended = block.endswith((b"\n", b"\r"))
    tail = block[-64:]
    if tail[len(tail.rstrip(_FILLERS)) :] not in (b"\n", b"\r\n"):  # one line end is no reason to copy a large block
        block = block.rstrip(_FILLERS)
    if layout.separator == " ":
        block = _tidy(block, " ")
    if not block or block.isspace():
        line = layout.first_line - 1
        raise BadInput(
            "table.empty",
            "“{name}” has no rows below line {line}. Export it again, or give the file that holds the measurement.",
            name=layout.name,
            line=line,
        )
    rows = _sample_rows(block, layout.separator)
    labels = _labels(names, rows, layout)
    block, cautions = _without_cut_line(block, len(labels), layout.separator, ended=ended)
    block = _with_whole_first_row(block, len(labels) - len(rows[0]), layout.separator)
    columns = {label: [row[i] for row in rows if i < len(row)] for i, label in enumerate(labels)}
    schema = {label: pl.String if is_text(cells, layout) else pl.Float64 for label, cells in columns.items()}
    if not layout.grouping and (layout.decimal == "." or b"." not in block):
        for nulls in (
            None,
            NULLS,
        ):  # looking for each of them in every cell takes half as long again: only where needed
            try:
                read = stripped(_read(block, schema, layout, nulls))
            except pl.exceptions.PolarsError:
                continue  # something in a column of numbers is none: find out what and where
            return ParsedTable(drop_empty(read, names), tuple(cautions))
    if b'"' in block:  # a blank between a quote and its separator
        block = _tidy(block, layout.separator)
    try:
        cells = _read(block, dict.fromkeys(schema, pl.String), Layout(layout.separator), NULLS)
    except pl.exceptions.PolarsError as fault:
        raise _ragged(block, layout, len(schema)) from fault
    series, said = _exactly(cells, schema, layout)
    return ParsedTable(drop_empty(pl.DataFrame(series), names), (*cautions, *said))


def _ragged(block: bytes, layout: Layout, width: int) -> BadInput:
    """The refusal for a row that is wider than those at either end of the table."""
    mark = layout.separator.encode()
    wide = (number for number, line in enumerate(block.split(b"\n")) if line.count(mark) >= width)
    return BadInput(
        "table.columns",
        "“{name}”: line {line} has more than the {width} cells of the rows around it, so no column can be told from its neighbour. The file may be damaged there; export it again.",
        name=layout.name, line=layout.first_line + next(wide, 0), width=width,
    )  # fmt: skip


def stripped(frame: "pl.DataFrame") -> "pl.DataFrame":
    """Words without blanks around them; what is nothing but blanks or a word for nothing is absent."""
    import polars as pl

    words = [label for label, kind in frame.schema.items() if kind == pl.String]
    if not words:
        return frame
    padded = frame.select(
        pl.any_horizontal(
            *(pl.col(label).str.starts_with(mark) | pl.col(label).str.ends_with(mark) for mark in (" ", "\t")),
            pl.col(label).is_in(NULLS),
        ).any().alias(label)
        for label in words
    )  # fmt: skip
    wanted = [label for label in words if padded[label][0]]
    if not wanted:
        return frame
    stripped = pl.col(wanted).str.strip_chars()
    return frame.with_columns(pl.when(stripped.is_in(NULLS)).then(None).otherwise(stripped).name.keep())


def _read(
    block: bytes, schema: "Mapping[str, type[pl.DataType]]", layout: Layout, nulls: list[str] | None
) -> "pl.DataFrame":
    import polars as pl

    quotes = block.count(b'"')
    return pl.read_csv(
        block,
        has_header=False,
        schema=schema,
        separator=layout.separator,
        null_values=nulls,
        decimal_comma=layout.decimal == ",",
        quote_char='"' if quotes and quotes % 2 == 0 else None,
        low_memory=False,
    )


def _tidy(block: bytes, separator: str) -> bytes:
    """Blanks around separators removed; runs of blanks folded where blanks part the columns."""
    block = block.rstrip(b" \t\r\n;,\x1a") if separator == " " else block.rstrip(b"\r\n\x1a")
    if separator == " ":
        block = re.sub(rb"[ \t]+", b" ", block)
        block = re.sub(rb"(?m)^ | (?=\r?$)", b"", block)
    else:
        mark = re.escape(separator).encode()
        blank = rb"[ ]" if separator == "\t" else rb"[ \t]"
        block = re.sub(blank + rb"*" + mark + blank + rb"+|" + blank + rb"+" + mark, separator.encode(), block)
        block = re.sub(rb"(?m)^[ ]+|[ ]+(?=\r?$)", b"", block)
    return block


def _sample_rows(block: bytes, separator: str) -> list[list[str]]:
    """The first and last rows, parted into cells."""
    head, tail = block[: 1 << 16].decode(errors="replace"), block[-(1 << 16) :].decode(errors="replace")
    first = head.splitlines()[:SAMPLE] if len(block) <= 1 << 16 else head.splitlines()[:-1][:SAMPLE]
    last = tail.splitlines()[1:][-SAMPLE:] if len(block) > 1 << 16 else tail.splitlines()[SAMPLE:][-SAMPLE:]
    return [[cell.strip().strip('"') for cell in line.split(separator)] for line in (*first, *last) if line.strip()]


def _labels(names: Sequence[str], rows: list[list[str]], layout: Layout) -> list[str]:
    """One label a column, as wide as the widest sampled row; wider rows must be empty beyond the header."""
    width = max(len(row) for row in rows)
    labels = [f"{label}#{i}" if label in names[:i] else label for i, label in enumerate(names)]
    spare = range(len(labels), width)
    if width < len(names) or any(i < len(row) and row[i] for row in rows for i in spare):
        raise BadInput(
            "table.columns",
            "“{name}”: from line {line} on the rows have {width} columns and the header names {named}, so no column can be told from its neighbour. Export the file again (a decimal comma in a file separated by commas looks like this too).",
            name=layout.name,
            line=layout.first_line,
            width=width,
            named=len(names),
        )
    return labels + [f"column {i + 1}" for i in spare]


def _with_whole_first_row(block: bytes, missing: int, separator: str) -> bytes:
    """The first row as wide as the table: the engine takes the number of columns from it."""
    if missing <= 0:
        return block
    first, end, rest = block.partition(b"\n")
    return first.rstrip(b"\r") + separator.encode() * missing + end + rest


def _without_cut_line(block: bytes, width: int, separator: str, *, ended: bool) -> tuple[bytes, list[Caution]]:
    """Leave out a last line that was only half written: cells are missing, or it has no end and its last number is short."""
    end = len(block) - (len(block) > 0 and block.endswith(b"\n"))
    start = block.rfind(b"\n", 0, end) + 1
    last, before = block[start:end], block[block.rfind(b"\n", 0, max(start - 1, 0)) + 1 : max(start - 1, 0)]
    mark = separator.encode()
    few = last.count(mark) < min(before.count(mark), width - 1)
    end_form = "whole" if ended or not start else _last_number(block[:start], last, separator)
    if start and (few or end_form == "short"):
        said = Caution(
            "table.last-line-cut",
            f"The last line is cut (“{last[:60].decode(errors='replace').replace(chr(9), ' ')}”) and was left out.",
        )
        return block[:start].rstrip(b"\r\n"), [said]
    if end_form == "open":
        shown = last.rpartition(mark)[2][:60].decode(errors="replace")
        said = Caution(
            "table.open-end",
            f"The last line has no line end: if it was cut there, its last cell (“{shown}”) lacks digits.",
        )
        return block, [said]
    return block, []


def _last_number(before: bytes, last: bytes, separator: str) -> Literal["whole", "short", "open"]:
    """Whether the last cell of a file without a last line end is whole, judged by the last cells of the rows before it.

    Numbers written in one form tell: decimals or an exponent are missing, or all are there. Others are short where they
    have fewer characters than any before them (whole numbers and words: than the one before); else it stays open.
    """
    end_of_it = before[-(1 << 14) :].decode(errors="replace").splitlines()
    lines = [line for line in end_of_it[len(before) > 1 << 14 :] if line.strip()][-SAMPLE:]
    spare = separator if all(line.endswith(separator) for line in lines) else ""
    *others, end = [
        line.removesuffix(spare).rpartition(separator)[2].strip().strip('"')
        for line in (*lines, last.decode(errors="replace"))
    ]
    if others and end == others[-1]:
        return "whole"
    if len(others) < _FEWEST_ALIKE:
        return "open"
    forms = {_form(number) for number in others}
    if forms != {(0, 0)} and len(forms) == 1:
        return "short" if _form(end) < next(iter(forms)) else "whole"
    if all(exponent for exponent, _ in forms) and _form(end)[0] < _form(others[-1])[0]:
        return "short"
    length = min(len(cell.lstrip("+-")) for cell in (others if len(forms) > 1 else others[-1:]))
    return "short" if len(end.lstrip("+-")) < length else "open"


def _form(number: str) -> tuple[int, int]:
    """Digits of the exponent and of the decimals: what a cut takes from numbers that a program writes in one form."""
    mantissa, _, exponent = number.lower().partition("e")
    decimals = re.search(r"[.,](\d*)$", mantissa)
    return len(exponent), len(decimals[1]) if decimals else 0


def is_text(cells: list[str], layout: Layout) -> bool:
    """Whether more of the filled cells are words than numbers."""
    filled = [cell.replace(layout.grouping, "") if layout.grouping else cell for cell in cells if cell not in NULLS]
    words = sum(_NUMBER.match(cell.replace(layout.decimal, ".")) is None for cell in filled)
    return words > len(filled) / 2


def drop_empty(frame: "pl.DataFrame", names: Sequence[str]) -> "pl.DataFrame":
    """Without blank rows, and without unnamed columns that hold nothing."""
    import polars as pl

    if frame.width and frame[:, 0].null_count():
        frame = frame.filter(~pl.all_horizontal(pl.all().is_null()))
    empty = [label for label in frame.columns[len(names) :] if frame[label].null_count() == frame.height]
    return frame.drop(empty)


def _exactly(
    frame: "pl.DataFrame", schema: "Mapping[str, type[pl.DataType]]", layout: Layout
) -> "tuple[list[pl.Series], list[Caution]]":
    """The slow way: every cell as text, then column by column, telling which cells are no numbers."""
    import polars as pl

    found: list[pl.Series] = []
    said: list[Caution] = []
    for label, kind in schema.items():
        cells = frame[label].str.strip_chars().replace(NULLS, None)
        numbers = _to_numbers(cells, layout)
        bad = cells.is_not_null() & numbers.is_null()
        wrong = int(bad.sum())
        if kind == pl.String or wrong > max(1, _TOLERATED * frame.height):
            found.append(cells)
            continue
        found.append(numbers)
        if wrong:
            row = int(bad.arg_max() or 0)
            where = f"the first in line {layout.first_line + row}: “{cells[row]}”"
            said.append(
                Caution(
                    "table.not-a-number",
                    f"Column “{label}” has {wrong} cells that are not numbers and count as absent, {where}.",
                )
            )
    return found, said


def _to_numbers(cells: "pl.Series", layout: Layout) -> "pl.Series":
    """Text as float64 under one decimal mark; a cell with the other mark is no number."""
    import polars as pl

    if layout.grouping:
        grouped = cells.str.contains(rf"^[-+]?\d{{1,3}}(\{layout.grouping}\d{{3}})+(\D|$)")
        plain = cells.str.replace_all(layout.grouping, "", literal=True)
        cells = pl.select(pl.when(grouped).then(plain).otherwise(cells).alias(cells.name)).to_series()
    if layout.decimal == ",":
        other = cells.str.contains(r"\d\.\d")
        swapped = cells.str.replace(",", ".", literal=True)
        cells = pl.select(pl.when(other).then(None).otherwise(swapped).alias(cells.name)).to_series()
    return cells.cast(pl.Float64, strict=False)
