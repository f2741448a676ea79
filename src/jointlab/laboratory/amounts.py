"""Numbers with a unit as people type them: “620 mg”, “0,5 мл”, “1.7 mA”. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from jointlab.errors import BadInput
from jointlab.science.units import convert, parse_unit

PIECES = "pcs"
_TYPED = re.compile(r"([-+−]?\d[\d\s\u00a0\u202f']*(?:[.,]\d+)?(?:[eE][-+]?\d{1,2})?)\s*([^\d.,].*)?", re.DOTALL)
_PIECE_WORDS = frozenset({"pcs", "pc", "pieces", "piece", "шт", "шт.", "дана", "片", "个", "件"})
_KINDS = ("g", "L", "cm^2", "m", "mol")  # how an amount of material may be given
_MOST_DIGITS = 15


@dataclass(frozen=True)
class Amount:
    """A decimal and its unit, as it is stored: “620 mg”."""

    value: Decimal
    unit: str

    def __str__(self) -> str:
        return f"{self.value:f} {self.unit}".strip()

    def in_unit(self, unit: str) -> Decimal:
        """The value in another unit of the same kind. Raises BadInput ``unit.dimension``."""
        if unit == self.unit:
            return self.value
        factor = Decimal(
            f"{convert(1.0, source=self.unit, target=unit):.12g}"
        )  # a power of ten, without the dust of floats
        return (self.value * factor).normalize() + 0

    def fits(self, unit: str) -> bool:
        """Whether both units measure the same kind of thing."""
        return self.unit == unit or (PIECES not in (self.unit, unit) and _same_kind(self.unit, unit))


def read_number(text: str, *, field: str) -> "Amount | None":
    """A number with a unit or without (unit ""); None for an empty text. A decimal point or comma, spaces by thousands.

    Raises BadInput ``amount.number`` or ``amount.unit``.
    """
    typed = unicodedata.normalize("NFKC", text).strip()
    if not typed:
        return None
    match = _TYPED.fullmatch(typed)
    value = _decimal(match[1]) if match else None
    if match is None or value is None:
        raise BadInput(
            "amount.number", "“{text}” is no number with a unit, such as “620 mg”.", field=field, text=text[:60]
        )
    unit = (match[2] or "").strip()
    if unit.casefold() in _PIECE_WORDS:
        return Amount(value, PIECES)
    known = parse_unit(unit) if unit else None
    if unit and known is None:
        raise BadInput("amount.unit", "“{unit}” is no unit that is known here.", field=field, unit=unit[:40])
    return Amount(value, unit)


def read_amount(text: str, *, field: str = "amount") -> Amount | None:
    """How much there is of a material: a mass, a volume, an area, a length, an amount of substance or pieces.

    Raises BadInput ``amount.*``.
    """
    amount = read_number(text, field=field)
    if amount is None:
        return None
    if amount.value < 0:
        raise BadInput("amount.negative", "“{text}”: there cannot be less than nothing.", field=field, text=text)
    if amount.unit == PIECES or (amount.unit and any(_same_kind(amount.unit, kind) for kind in _KINDS)):
        return amount
    raise BadInput(
        "amount.kind",
        "“{text}” needs a unit: of mass (mg, g), volume (mL), area (cm2), length (mm), or pcs for pieces.",
        field=field,
        text=text[:60],
    )


def _same_kind(one: str, other: str) -> bool:
    a, b = parse_unit(one), parse_unit(other)
    return a is not None and b is not None and (a.dimension, a.tag) == (b.dimension, b.tag)


def _decimal(typed: str) -> Decimal | None:
    """1 284,5 and 1284.5; None where a comma could part thousands (1,284.5), and where there are too many digits."""
    plain = re.sub(r"[\s\u00a0\u202f']", "", typed).replace("−", "-").replace(",", ".")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return None
    return value if len(value.as_tuple().digits) <= _MOST_DIGITS and -30 < value.adjusted() < 30 else None
