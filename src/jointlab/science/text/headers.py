"""Names and units in the header cells of instruments: ``Ewe/V``, ``Current (mA)``, ``Time [s]``, ``SpeCap/mAh/g``."""

import re
from dataclasses import dataclass
from functools import lru_cache

from jointlab.science.units import parse_unit

# The first opening bracket (``κ (W/(m K))``), then the last one (``WE(1).Current (A)``).
_BRACKETS = tuple(
    re.compile(rf"^(?P<name>.+{greed})\s*[(\[{{](?P<unit>[^\[\]{{}}]*)[)\]}}]\s*$") for greed in ("?", "")
)
_WORD = re.compile(r"[^\W\d_eE]|[eE](?![-+]?\d)|(?<![\d.,])[eE]")  # an e inside a number is none
_MAY_BE_LETTER = re.compile(r"[a-zA-Z\x80-\U0010ffff]")
_SHORT = 100  # characters of a cell that is remembered


@dataclass(frozen=True)
class Header:
    """A header cell: the name without its unit, the unit as written (None if there is none), and the whole cell."""

    name: str
    unit: str | None
    text: str


def may_be_header(line: str) -> bool:
    """Whether a line has any word: a cheap question before it is parted in every way, for rows of numbers are many."""
    return _WORD.search(line) is not None


@lru_cache(maxsize=8)  # twenty recognisers look at one head
def wordy_lines(text: str) -> tuple[tuple[int, str], ...]:
    """The lines of a text that may be headers, each with its number."""
    lines = text.splitlines()
    if len(lines) != text.count("\n") + (not text.endswith("\n")):  # other line ends than LF and CR LF
        return tuple((number, line) for number, line in enumerate(lines) if may_be_header(line))
    found, number, at = [], 0, 0
    while at >= 0 and (word := letter_from(text, at, _WORD)) >= 0:
        number += text.count("\n", at, word)
        found.append((number, lines[number]))
        at = text.find("\n", word)
    return tuple(found)


def letter_from(text: str, at: int, pattern: re.Pattern[str]) -> int:
    """Where from `at` on a pattern that begins with a letter is first found, or -1: rows of numbers are passed quickly."""
    while (match := _MAY_BE_LETTER.search(text, at)) is not None:
        if pattern.match(text, match.start()) is not None:
            return match.start()
        at = match.end()
    return -1


def split_header(cell: str) -> Header:
    """Part a header cell into name and unit; a part that is no unit stays in the name (``P/P0``, ``Re(Z)``)."""
    return _remembered(cell) if len(cell) <= _SHORT else _split(cell)


def _split(cell: str) -> Header:
    text = cell.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':  # a quoted cell; the second prime of ``Z"`` stays
        text = text[1:-1].strip()
    for bracket in _BRACKETS:
        match = bracket.match(text)
        if match is not None and (match["unit"].strip() == "" or parse_unit(match["unit"]) is not None):
            return Header(match["name"].strip(), match["unit"].strip() or None, text)
    for position, character in enumerate(text):
        if (
            character == "/"
            and position
            and parse_unit(text[position + 1 :]) is not None
            and text[position + 1 :].strip()
        ):
            return Header(text[:position].strip(), text[position + 1 :].strip(), text)
    return Header(text, None, text)


_remembered = lru_cache(maxsize=4096)(_split)  # several readers look at the same first lines
