"""Plain tables of an impedance spectrum (.csv, .txt, .dat): frequency, real and imaginary part, by their names.

A name with a minus (``-Z''``) is -Im(Z), one without is Im(Z), unless the spectrum says that it is the other: then the
sign is asked (`impedance_sign`). Tables without names are read by `bare_columns`.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jointlab.errors import BadInput, Option, Question
from jointlab.science.readers.electrochemical_columns import meaning, raw_columns
from jointlab.science.readers.impedance_sign import CLEAR, phase_agreement
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Caution, RawColumn, Reading, make_table
from jointlab.science.settings import Setting, Settings
from jointlab.science.source import Source
from jointlab.science.text import TEXT_SETTINGS, Header, Text, read_text, split_header
from jointlab.science.text.headers import may_be_header, wordy_lines

_SEPARATORS = ("\t", ";", ",", " ")
_NUMBER = re.compile(r"[-+]?(\d+[.,]?\d*|[.,]\d+)([eE][-+]?\d+)?$")
_UNITS = {"frequency": "Hz", "impedance_real": "ohm", "impedance_imaginary": "ohm", "impedance_modulus": "ohm"}
_SEARCHED = 60  # lines in which the names may stand

_SIGN = Setting(
    "imaginary_sign",
    "What the imaginary column is, where the file does not tell: Im(Z), negative for a capacitor, or -Im(Z).",
    options=("imaginary", "minus_imaginary"),
)


@dataclass(frozen=True)
class _Shape:
    """Where the rows begin, how they are parted, and the names above them (none for a bare table)."""

    first_row: int
    separator: str
    headers: tuple[Header, ...]


def recognises(source: Source) -> bool:
    """Names of frequency and impedance in one line of the first 4 KiB, and a row of numbers below it."""
    if b"\0" in source.head[:64] and not source.head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return False
    return _named(source.head_text.splitlines(), wordy_lines(source.head_text)) is not None


def read(source: Source, settings: Settings) -> Reading:
    """Read one file; raises BadInput ``impedance.sign`` with a question where the sign of Im(Z) is not clear."""
    text = read_text(source, settings)
    top = list(text.lines(0, _SEARCHED))
    shape = _named(top, enumerate(top))
    if shape is None:
        raise BadInput(
            "impedance.no-table", "“{name}” has no table of an impedance spectrum in its first {count} lines. Export it with the column names in one line above the numbers.", name=text.name, count=_SEARCHED
        )  # fmt: skip
    parsed = text.table(shape.first_row, [header.text for header in shape.headers], separator=shape.separator)
    columns = raw_columns(shape.headers, parsed.frame, units=_UNITS)
    _require(text, columns)
    columns, sign = _signed(text, columns, settings)
    return Reading(
        format="delimited.impedance",
        technique="impedance",
        tables=(make_table("data", columns),),
        warnings=(*text.cautions, *parsed.cautions, *_unit_caution(shape.headers)),
        decisions={**text.decisions, "imaginary_sign": sign},
    )


def _cells(line: str, separator: str) -> list[str]:
    parts = line.split() if separator == " " else line.rstrip(separator).split(separator)
    return [split_header(part).text for part in parts]


def _named(lines: Sequence[str], numbered: Iterable[tuple[int, str]]) -> _Shape | None:
    """The first of the numbered lines whose cells name a frequency and an impedance, with a row of numbers below it."""
    for number, line in numbered:
        if number >= _SEARCHED - 1:
            break
        if not may_be_header(line):
            continue
        for separator in _SEPARATORS:
            headers = tuple(split_header(cell) for cell in _cells(line, separator))
            found = {what.quantity for header in headers if (what := meaning(header.name)) is not None}
            pair = {"impedance_real", "impedance_imaginary"} <= found or {
                "impedance_modulus",
                "impedance_phase",
            } <= found
            if not pair or "frequency" not in found:
                continue
            below = next(
                (i for i in range(number + 1, min(number + 4, len(lines))) if _is_row(lines[i], separator)), None
            )
            if below is not None:
                return _Shape(below, separator, headers)
    return None


def _is_row(line: str, separator: str) -> bool:
    """Whether a line is a row of numbers; empty cells count as numbers that are absent."""
    cells = _cells(line, separator)
    return len(cells) > 1 and all(_NUMBER.match(cell) for cell in cells if cell)


def _require(text: Text, columns: list[RawColumn]) -> None:
    found = {column.quantity for column in columns}
    if "frequency" in found and ({"impedance_real", "impedance_imaginary"} <= found or {"impedance_modulus", "impedance_phase"} <= found):  # fmt: skip
        return
    raise BadInput(
        "impedance.columns",
        "“{name}” names frequency and impedance, but these columns are not numbers in Hz and ohm ({units}). Export them in these units.",
        name=text.name, units=", ".join(f"{c.header}: {c.unit or 'no unit'}" for c in columns if c.quantity is None),
    )  # fmt: skip


def _signed(text: Text, columns: list[RawColumn], settings: Settings) -> tuple[list[RawColumn], str]:
    """The columns with Im(Z) in place, and what was decided on its sign."""
    import numpy as np

    by_quantity = {column.quantity: column for column in columns if column.name == column.quantity}
    if "impedance_imaginary" not in by_quantity:
        return columns, "modulus and phase as in the file"
    given = settings.choice("imaginary_sign", _SIGN.options or ())
    imaginary = by_quantity["impedance_imaginary"]
    header = imaginary.header or ""
    turned = meaning(split_header(header).name)
    named = -1 if turned is not None and turned.sign < 0 else 1
    if given is not None:
        wanted = 1 if given == "imaginary" else -1
        return _flip(columns, imaginary, wanted * named), "given by the user"
    arrays = [np.asarray(by_quantity[q].values, dtype=np.float64) for q in ("frequency", "impedance_real", "impedance_imaginary")]  # fmt: skip
    agreement = phase_agreement(*arrays)
    said = f"phase and slope of the modulus correlate by {agreement:+.2f} with the column as Im(Z)"
    if agreement > -CLEAR:
        why = "the column's name has a minus: its sign is turned" if named < 0 else "the column is Im(Z) by its name"
        return columns, f"{why}; {said}"
    raise BadInput(
        "impedance.sign",
        "In “{name}” column “{header}” does not look like what its name says: the spectrum has the sign of {other} ({agreement:+.2f}; near +1 the name would be right).",
        Question(
            "imaginary_sign",
            (
                Option("imaginary", "the numbers are Im(Z), negative for a capacitor"),
                Option("minus_imaginary", "the numbers are -Im(Z), positive for a capacitor"),
            ),
        ),
        name=text.name, header=header, agreement=agreement, other="Im(Z)" if named < 0 else "-Im(Z)",
    )  # fmt: skip


def _flip(columns: list[RawColumn], which: RawColumn, sign: int) -> list[RawColumn]:
    import numpy as np

    if sign > 0:
        return columns
    values = -np.asarray(which.values, dtype=np.float64)
    turned = RawColumn(values, which.quantity, which.unit, which.header, which.name)
    return [turned if column is which else column for column in columns]


def _unit_caution(headers: Sequence[Header]) -> list[Caution]:
    bare = [h.text for h in headers if h.unit is None and (what := meaning(h.name)) is not None and what.quantity in _UNITS]  # fmt: skip
    if not bare:
        return []
    return [Caution("units.not-stated", f"The file states no unit for {', '.join(bare)}; they are read as Hz and ohm.")]


READERS = (
    Reader(
        "delimited.impedance",
        "Table of an impedance spectrum (.csv, .txt)",
        ("impedance",),
        recognises,
        read,
        (".csv", ".txt", ".dat"),
        (*TEXT_SETTINGS, _SIGN),
        generic=True,
    ),
)
