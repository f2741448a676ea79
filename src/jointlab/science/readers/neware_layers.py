"""Neware's layered text export: rows of cycles, steps and records interleaved, each kind one empty cell further in.

The rows are sorted into their kinds by the bytes at the start of each line, all lines at once; each kind is then one
table for the text engine.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers import neware_words as words
from jointlab.science.readers.cycler_columns import Mapped, fold, part
from jointlab.science.readers.neware_records import map_records, stated_by_cycles
from jointlab.science.reading import Caution, RawColumn, Stated
from jointlab.science.text import Text

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Layers:
    """The records with the cycle and step that each belongs to, and what the rows of cycles state."""

    records: Mapped
    cautions: tuple[Caution, ...]
    stated: tuple[Stated, ...]


@dataclass(frozen=True, eq=False)
class _Layer:
    """The rows of one kind: their line numbers, shape (rows,), the header cells, the columns and the cautions."""

    lines: "NDArray[np.int64]"
    headers: list[str]
    frame: "pl.DataFrame | None"
    cautions: tuple[Caution, ...] = ()

    def column(self, known: set[str]) -> "pl.Series | None":
        """The column under one of these folded words."""
        for header, label in zip(self.headers, self.frame.columns if self.frame is not None else (), strict=False):
            if self.frame is not None and fold(part(header).name) in known:
                return self.frame[label]
        return None


def read_layers(text: Text, line: int, separator: str) -> Layers:
    """Read the rows below the three header lines that start at `line`.

    Raises BadInput ``neware.layers`` for a row of no kind, or a record before the first cycle or step.
    """
    text, joined = _parted(text, line, separator)
    cycles, steps, records = _part(text, line, separator)
    assert records.frame is not None
    mapped = map_records(records.frame, records.headers, text.decisions, origin=text.name)
    owned = [
        *_of_owner(records, cycles, {"cycle": (words.CYCLE_ID, "cycle")}, text.name),
        *_of_owner(records, steps, {"step": (words.STEP_ID, "step"), "step_type": (words.STEP_TYPE, None)}, text.name),
    ]
    taken = {column.name for column in owned}
    columns = (*owned, *(column for column in mapped.columns if column.name not in taken))
    stated = [] if cycles.frame is None else stated_by_cycles(cycles.frame, cycles.headers, origin=text.name)
    return Layers(Mapped(columns, mapped.cautions), (*records.cautions, *joined), tuple(stated))


def _parted(text: Text, line: int, separator: str) -> tuple[Text, list[Caution]]:
    """The text with rows of cycles that go on with their first step put on two lines, and what to say of them.

    Only rows with as many cells as both headers name together, all of which are filled, are such.
    """
    cycle, step = (text.line(number).rstrip(f"\r\n{separator}").split(separator) for number in (line, line + 1))
    width = len(cycle) + len(step) - 1  # the step's first cell is the empty one before it
    mark = re.escape(separator)
    row = re.compile(
        rf"^(\d[^{mark}\n]*(?:{mark}[^{mark}\r\n]+){{{len(cycle) - 1}}})((?:{mark}[^{mark}\r\n]+){{{width - len(cycle)}}})(?=\r?$)".encode(),
        re.MULTILINE,
    )
    begin = text.offset(line + 3)
    data, count = row.subn(rb"\1\n\2", text.data[begin:])
    if not count:
        return text, []
    whole = text.data[:begin] + data
    said = (
        f"{count} rows of cycles go on with the row of their first step in the same line; they were read as two rows."
    )
    return Text(text.name, whole, text.decisions, text.cautions, text.decimal_given), [
        Caution("neware.joined-rows", said)
    ]


def _part(text: Text, line: int, separator: str) -> tuple[_Layer, _Layer, _Layer]:
    """The rows by kind. A row's kind is the number of separators that it starts with."""
    import numpy as np

    begin = text.offset(line + 3)
    body = np.frombuffer(text.data, dtype=np.uint8, offset=begin) if begin < len(text.data) else np.zeros(0, np.uint8)
    starts = text.starts[line + 3 :] - begin
    lengths = np.diff(np.append(starts, len(body)))
    padded = np.append(body, np.zeros(4, dtype=np.uint8))
    mark = ord(separator)
    depth = np.where(padded[starts] != mark, 0, np.where(padded[starts + 1] != mark, 1, 2))
    first = padded[starts + depth]
    first = np.where(first == ord('"'), padded[starts + depth + 1], first)
    filled = (first >= ord("0")) & (first <= ord("9"))
    known = filled | (first == ord("\n")) | (first == ord("\r")) | (lengths == 0)
    if not bool(np.all(known)):
        wrong = line + 3 + int(np.argmin(known))
        raise BadInput(
            "neware.layers", "Line {line} of “{name}” is neither a cycle nor a step nor a record (“{found}”). Export it again.",
            line=wrong + 1, name=text.name, found=text.line(wrong)[:60],
        )  # fmt: skip
    layers = []
    for level in range(3):
        kind = filled & (depth == level)
        block = body[np.repeat(kind, lengths)].tobytes()
        layers.append(_layer(text, block, np.flatnonzero(kind), text.line(line + level).split(separator), separator))
    if layers[2].frame is None:
        raise BadInput(
            "neware.layers",
            "“{name}” has the headers of a layered export but no record. Export it again with the record layer.",
            name=text.name,
        )
    return layers[0], layers[1], layers[2]


def _layer(text: Text, block: bytes, lines: "NDArray[np.int64]", headers: list[str], separator: str) -> _Layer:
    """One kind of rows as a table; the empty cells before it are left out."""
    import polars as pl

    if not len(lines):
        return _Layer(lines, headers, None)
    names = [f"c{i}" for i in range(len(headers))]
    parsed = Text(text.name, block, text.decisions, (), text.decimal_given).table(0, names, separator=separator)
    kept = [i for i, label in enumerate(parsed.frame.columns) if i < len(headers) and headers[i].strip()]
    frame = parsed.frame.select(pl.nth(kept))
    if frame.height != len(lines):
        raise BadInput(
            "neware.layers", "“{name}” has rows that are empty after their number. Export it again.", name=text.name
        )
    return _Layer(lines, [headers[i] for i in kept], frame, parsed.cautions)


def _of_owner(
    records: _Layer, owners: _Layer, wanted: dict[str, tuple[set[str], str | None]], name: str
) -> list[RawColumn]:
    """For each record, values of the cycle or step that it stands under."""
    import numpy as np

    owner = np.searchsorted(owners.lines, records.lines) - 1
    if bool((owner < 0).any()):
        raise BadInput(
            "neware.layers",
            "“{name}” has records before the first cycle or step, so it begins part-way. Export it again.",
            name=name,
        )
    found = []
    for label, (known, quantity) in wanted.items():
        column = owners.column(known)
        if column is not None:
            found.append(RawColumn(column.gather(owner), quantity, None, None, label))
    return found
