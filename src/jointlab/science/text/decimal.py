"""The decimal mark of a block of numbers, decided over the whole block; a tie is a question, never a guess."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from jointlab.errors import BadInput, Option, Question

# A comma between digits that cannot part thousands: not followed by exactly three digits, or after a lone zero.
_DECIMAL_COMMA = re.compile(rb"\d,(?!\d{3}(?!\d))\d|(?<![\d,.])[-+]?0,\d|(?<![\d,.])\d{4,},\d|\d,\d{3}[eE][-+]?\d")
_COMMA_IN_NUMBER = re.compile(rb"(?<![\w,.])[-+]?\d+(?:,\d+)+(?![\w,])")
_BOTH_POINT = re.compile(rb"\d,\d{3}\.\d")  # 1,234.5
_BOTH_COMMA = re.compile(rb"\d\.\d{3},\d")  # 1.234,5
_FIRST_COMMA = re.compile(r"^(\s*[-+]?\d*),(\d+)(?![\d.,])")


@dataclass(frozen=True)
class DecimalMark:
    """The mark, “.” or “,”, the evidence, and the mark that parts thousands, if one does."""

    mark: str
    evidence: str
    grouping: str = ""


def decide_decimal(block: bytes, *, separator: str, name: str, given: str | None = None) -> DecimalMark:
    """Decide the decimal mark of a block of delimited numbers.

    Raises BadInput ``text.decimal-mark`` with a question when commas may be either, and ``text.decimal-mixed`` when
    numbers of both kinds stand in one block.
    """
    if given is not None:
        return DecimalMark({"comma": ",", "point": "."}[given], "given by the user")
    if separator == ",":
        return DecimalMark(".", "the comma parts the columns")
    if b"," not in block:
        return DecimalMark(".", "no comma in the numbers")
    comma = _DECIMAL_COMMA.search(block)
    if b"." not in block:
        if comma is not None:
            return DecimalMark(
                ",", f"“{_token(block, comma.start())}” has a comma that parts no thousands, and no point occurs"
            )
        thousands = _COMMA_IN_NUMBER.search(block)
        if thousands is None:
            return DecimalMark(".", "commas occur in words only")
        raise _question(thousands.group().decode(), name)
    return _both(block, separator, name)


def with_point(printed: str, decisions: Mapping[str, str]) -> str:
    """A number of a header, as printed, with a point where the comma was decided to be the file's decimal mark.

    `decisions` are those of the file's `Text` once its tables are read. Whatever else is left as it is printed.
    """
    if not decisions.get("decimal_mark", "").startswith(","):
        return printed
    return _FIRST_COMMA.sub(r"\1.\2", printed)


def _both(block: bytes, separator: str, name: str) -> DecimalMark:
    """Points and commas: look at whole cells only, so that dates and words do not count."""
    cell = (
        rb"(?:^|(?<=["
        + re.escape(separator).encode()
        + rb"\s\"]))[-+]?\d*%b\d+(?:[eE][-+]?\d+)?(?=$|["
        + re.escape(separator).encode()
        + rb"\s\"])"
    )
    with_comma = re.compile(cell.replace(rb"%b", rb","), re.MULTILINE).search(block)
    with_point = re.compile(cell.replace(rb"%b", rb"\."), re.MULTILINE).search(block)
    if with_comma is None:
        if _BOTH_COMMA.search(block) and not with_point:
            return DecimalMark(",", "points part thousands before a comma", ".")
        if _BOTH_POINT.search(block):
            return DecimalMark(".", "commas part thousands before a point", ",")
        return DecimalMark(".", "commas occur in words only")
    if with_point is None:
        return DecimalMark(",", f"“{with_comma.group().decode()}”; points occur in dates and words only")
    if _BOTH_POINT.search(block) is not None and _DECIMAL_COMMA.search(block) is None:
        return DecimalMark(".", "commas part thousands before a point", ",")
    raise BadInput(
        "text.decimal-mixed",
        "“{name}” has numbers with a decimal comma (“{comma}”) and with a decimal point (“{point}”) in one table. Export it again with one decimal mark.",
        name=name, comma=with_comma.group().decode(), point=with_point.group().decode(),
    )  # fmt: skip


def _question(token: str, name: str) -> BadInput:
    return BadInput(
        "text.decimal-mark",
        "In “{name}” the comma of “{token}” may be a decimal mark or separate thousands; nothing in the file decides it. Say it with --set decimal_mark=…",
        Question("decimal_mark", (Option("comma", token.replace(",", ".", 1)), Option("point", token.replace(",", "")))),
        name=name, token=token,
    )  # fmt: skip


def _token(block: bytes, position: int) -> str:
    """The number around a position, for the sentence."""
    match = re.compile(rb"[-+\d.,eE]*").match(
        block,
        max(
            block.rfind(b"\n", 0, position),
            block.rfind(b"\t", 0, position),
            block.rfind(b";", 0, position),
            block.rfind(b" ", 0, position),
        )
        + 1,
    )
    return match.group().decode() if match else ""
