"""Kinds of values of a term. Each reads what was written into one normal form, so that 5, 5.0 and "5" are one value.

Normal forms are values of canonical JSON: a count is an integer; decimals, fractions and days are texts; a set is a
list sorted without repetition; a table is a list of rows, sorted.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final, Protocol, TypeAlias

from jointlab.agreements.texts import missing, read_line
from jointlab.errors import BadInput
from jointlab.ledger import encode

Value: TypeAlias = "str | int | bool | list[str] | list[dict[str, Value]]"

_WHOLE: Final = re.compile(r"([0-9]{1,15})(?:\.0{0,15})?")
_DECIMAL: Final = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,15})?")
_FRACTION: Final = re.compile(r"([0-9]{1,9})\s*[/⁄]\s*([0-9]{1,9})")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Setting:
    """What a value may refer to: the stable identifiers of the parties."""

    parties: frozenset[str]


class Kind(Protocol):
    """One kind of value."""

    def read(self, found: object, where: str, setting: Setting) -> Value:
        """The normal form. Raises BadInput ``agreement.*``."""


@dataclass(frozen=True)
class Count:
    """A whole number from `least` to `most`."""

    least: int = 0
    most: int = 1_000_000

    def read(self, found: object, where: str, setting: Setting) -> Value:
        """An integer."""
        whole = _WHOLE.fullmatch(_written(found))
        if whole is None or not self.least <= int(whole[1]) <= self.most:
            raise BadInput(
                "agreement.count", "“{where}”: “{found}” is not a whole number from {least} to {most}.",
                where=where, found=_shown(found), least=self.least, most=self.most,
            )  # fmt: skip
        return int(whole[1])


@dataclass(frozen=True)
class Exact:
    """A decimal number, not negative, kept digit by digit; zeros that say nothing are left out."""

    def read(self, found: object, where: str, setting: Setting) -> Value:
        """A text such as "12.5"."""
        text = _written(found)
        if _DECIMAL.fullmatch(text) is None:
            raise BadInput(
                "agreement.decimal", "“{where}”: “{found}” is not an exact decimal number such as 12.5.",
                where=where, found=_shown(found),
            )  # fmt: skip
        whole, _, rest = text.partition(".")
        return f"{int(whole)}.{rest}".rstrip("0").rstrip(".") if rest else str(int(whole))


@dataclass(frozen=True)
class Ratio:
    """A fraction above zero, in lowest terms."""

    def read(self, found: object, where: str, setting: Setting) -> Value:
        """A text such as "5/3", or "2" for a whole one."""
        text = _written(found)
        parts = _FRACTION.fullmatch(text)
        top, under = (int(parts[1]), int(parts[2])) if parts else (0, 1)
        if parts is None and _DECIMAL.fullmatch(text):
            top, under = Fraction(text).as_integer_ratio()
        if top == 0 or under == 0:
            raise BadInput(
                "agreement.fraction", "“{where}”: “{found}” is not a fraction above zero, such as 5/3 or 1.6.",
                where=where, found=_shown(found),
            )  # fmt: skip
        return str(Fraction(top, under))


@dataclass(frozen=True)
class Day:
    """A day of the calendar, in the agreement's time zone."""

    def read(self, found: object, where: str, setting: Setting) -> Value:
        """A text such as "2026-09-01"."""
        text = _written(found)
        try:
            if _DAY.fullmatch(text):
                return date.fromisoformat(text).isoformat()
        except ValueError:
            pass  # a thirtieth of February is refused like any other text
        raise BadInput("agreement.day", "“{where}”: “{found}” is no day such as 2026-09-01.", where=where, found=_shown(found))  # fmt: skip


@dataclass(frozen=True)
class Pattern:
    """A short code in a fixed form, shown by an example."""

    form: str
    example: str

    def read(self, found: object, where: str, setting: Setting) -> Value:
        """The code as written."""
        text = _written(found)
        if re.fullmatch(self.form, text, re.ASCII) is None:
            raise _misformed(found, where, self.example)
        return text


@dataclass(frozen=True)
class YearDay:
    """A day of every year, such as the first of a year of study; not 29 February, which most years lack."""

    def read(self, found: object, where: str, setting: Setting) -> Value:
        """A text such as "09-01"."""
        text = _written(found)
        try:
            if _DAY.fullmatch(f"2001-{text}") and date.fromisoformat(f"2001-{text}"):  # 2001 is no leap year
                return text
        except ValueError:
            pass
        raise _misformed(found, where, "09-01")


@dataclass(frozen=True)
class Choice:
    """One of a few words, the narrowest first where they can be ordered."""

    options: tuple[str, ...]

    def read(self, found: object, where: str, setting: Setting) -> Value:
        """The word."""
        if not isinstance(found, str) or found not in self.options:
            raise BadInput(
                "agreement.choice", "“{where}”: “{found}” is none of: {known}.",
                where=where, found=_shown(found), known=", ".join(self.options),
            )  # fmt: skip
        return found


@dataclass(frozen=True)
class Flag:
    """Yes or no."""

    def read(self, found: object, where: str, setting: Setting) -> Value:
        """True or False."""
        if not isinstance(found, bool):
            raise BadInput("agreement.flag", "“{where}”: yes or no is needed, in JSON true or false.", where=where)
        return found


@dataclass(frozen=True)
class Party:
    """One of the parties, by its stable identifier."""

    def read(self, found: object, where: str, setting: Setting) -> Value:
        """The identifier."""
        if not isinstance(found, str) or found not in setting.parties:
            raise BadInput(
                "agreement.party", "“{where}”: “{found}” is no party of this agreement. Its parties are: {known}.",
                where=where, found=_shown(found), known=", ".join(sorted(setting.parties)),
            )  # fmt: skip
        return found


@dataclass(frozen=True)
class Line:
    """A few words for people, in one language: the name of a programme, a register, an office."""

    def read(self, found: object, where: str, setting: Setting) -> Value:
        """The words."""
        return read_line(found, where)


@dataclass(frozen=True)
class Set:
    """Some of a kind, at least one, in no order."""

    of: Kind

    def read(self, found: object, where: str, setting: Setting) -> Value:
        """The members, sorted."""
        members: list[str] = []
        for member in read_list(found, where):
            value = self.of.read(member, where, setting)
            assert isinstance(value, str), "sets are of texts"
            if value in members:
                raise twice(where, value)
            members.append(value)
        return sorted(members)


@dataclass(frozen=True)
class Column:
    """One column of a table."""

    name: str
    title: str
    kind: Kind
    required: bool = True


@dataclass(frozen=True)
class Table:
    """Rows with named columns, at least one row, in no order."""

    columns: tuple[Column, ...]

    def read(self, found: object, where: str, setting: Setting) -> Value:
        """The rows in normal form, sorted by their canonical bytes."""
        rows: list[dict[str, Value]] = []
        for number, row in enumerate(read_list(found, where), 1):
            read = self._row(row, f"{where} {number}", setting)
            if read in rows:
                raise twice(where, str(number))
            rows.append(read)
        return sorted(rows, key=encode)

    def _row(self, found: object, where: str, setting: Setting) -> dict[str, Value]:
        given = read_object(found, where, known=[column.name for column in self.columns])
        row: dict[str, Value] = {}
        for column in self.columns:
            if not is_absent(given.get(column.name)):
                row[column.name] = column.kind.read(given[column.name], f"{where}, {column.title}", setting)
            elif column.required:
                raise missing(f"{where}, {column.title}")
        return row


def is_absent(found: object) -> bool:
    """Whether nothing was given: an empty text, list or object says the same as leaving it out."""
    return found is None or (isinstance(found, str) and not found.strip()) or (isinstance(found, list | tuple | dict) and not found)  # fmt: skip


def read_object(found: object, where: str, *, known: Sequence[str]) -> Mapping[str, object]:
    """An object with none but the known names. Raises BadInput ``agreement.object``, ``agreement.unknown``."""
    if not isinstance(found, Mapping):
        raise BadInput("agreement.object", "At “{where}” named values are needed, in JSON an object.", where=where)
    for name in found:
        if name not in known:
            raise BadInput(
                "agreement.unknown", "“{where}” has no “{name}”. It may have: {known}.",
                where=where, name=_shown(name), known=", ".join(known),
            )  # fmt: skip
    return found


def read_list(found: object, where: str) -> Sequence[object]:
    """A list with something in it. Raises BadInput ``agreement.list``, ``agreement.missing``."""
    if not isinstance(found, list | tuple):
        raise BadInput("agreement.list", "At “{where}” a list is needed.", where=where)
    if not found:
        raise missing(where)
    return found


def twice(where: str, name: str) -> BadInput:
    """The fault for what may stand once only."""
    return BadInput("agreement.twice", "“{where}” holds “{name}” twice.", where=where, name=name)


def _misformed(found: object, where: str, example: str) -> BadInput:
    return BadInput(
        "agreement.form", "“{where}”: “{found}” is not written as in “{example}”.",
        where=where, found=_shown(found), example=example,
    )  # fmt: skip


def _written(found: object) -> str:
    """A number or a short text as it is written, else nothing that any form fits.

    Floating-point numbers are not taken: 0.1 is not a tenth. JSON is read without making them.
    """
    if isinstance(found, str):
        return found.strip() if len(found) <= 100 else ""
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found) if abs(found) < 10**18 else ""
    if (
        isinstance(found, Decimal)
        and found.is_finite()
        and -18 < found.adjusted() < 18
        and len(found.as_tuple().digits) < 40
    ):
        return format(found, "f")
    return ""


def _shown(found: object) -> str:
    """What was found, short enough for a sentence."""
    text = "—" if found is None else str(found)
    return text if len(text) <= 60 else f"{text[:59]}…"
