"""Numbers as people read them, in four languages: docs/reference/interface.md has the rules.

Thousands are parted by a narrow space (a comma in Chinese), decimals by a point (a comma in Russian and Kazakh).
Recorded values come as text and keep their digits until a rule here rounds them.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import get_language

from jointlab.science import digits as shared
from jointlab.science.printed_units import unit as unit_in

Value = Decimal | float | int | str
THIN = "\u202f"  # narrow and without a break: numbers never part over lines
SPACE = "\u00a0"
MINUS = "−"
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Shown:
    """A value in the reader's language; each part may be empty but the value. `power` is that of ten: “10⁻⁶”."""

    value: str
    uncertainty: str = ""
    unit: str = ""
    power: str = ""

    @property
    def text(self) -> str:
        """“158.1 ± 1.2 mAh g⁻¹”, “(2.31 ± 0.05) × 10⁻⁶ S”; it does not break over lines."""
        text = f"{self.value}{SPACE}±{SPACE}{self.uncertainty}" if self.uncertainty else self.value
        if self.power:
            text = f"({text}){SPACE}×{SPACE}{self.power}" if self.uncertainty else f"{text}{SPACE}×{SPACE}{self.power}"
        apart = "" if self.unit == "°" else SPACE
        return f"{text}{apart}{self.unit}".replace(" ", SPACE) if self.unit else text


def language() -> str:
    """The reader's language as science names it: en, ru, kk, zh-Hans."""
    code = get_language() or "en"
    return "zh-Hans" if code.startswith("zh") else code


def language_here() -> str:
    """The same as records name it, in the words of agreements and names: en, ru, kk, zh."""
    return (get_language() or "en").partition("-")[0]


reader_language = language


def number(value: Value, *, decimals: int | None = None) -> str:
    """“1 284.5”, “1 284,5”, “1,284.5”. Text and integers keep their digits; `decimals` rounds."""
    exact = Decimal(str(value))
    return localised(f"{exact:f}" if decimals is None else f"{exact:.{decimals}f}")


def with_uncertainty(
    value: Value, uncertainty: Value | None = None, unit: str = "", language: str | None = None
) -> Shown:
    """Value and uncertainty with equal decimals; `unit` as the quantity table names it; the reader's language unless given."""
    found = shared.digits(float(value), None if uncertainty in (None, "") else float(uncertainty))
    power = f"10{str(found.exponent).translate(_RAISED)}" if found.exponent else ""
    code = language or reader_language()
    return Shown(localised(found.value, code), localised(found.uncertainty, code), unit_in(unit, language=code), power)


def difference(computed: Value, stated: Value) -> str:
    """Computed against stated in per cent: “+8.3 %”; a dash where there is nothing to divide by."""
    text = shared.difference(float(computed), float(stated))
    return text.replace(".", "," if language() in shared.DECIMAL_COMMA else ".").replace(" ", SPACE)


def localised(text: str, code: str | None = None) -> str:
    """Plain digits (“-1284.50”, “1e-11”) with the marks of a language: the reader's unless given."""
    code = code or language()
    mantissa, letter, exponent = text.partition("e")
    if letter:
        return f"{localised(mantissa, code)}{SPACE}×{SPACE}10{str(int(exponent)).translate(_RAISED)}"
    sign, plain = ("", text) if not text.startswith("-") else (MINUS, text[1:])
    whole, point, part = plain.partition(".")
    mark = "," if code in shared.DECIMAL_COMMA else "."
    return f"{sign}{_grouped(whole, ',' if code == 'zh-Hans' else THIN)}{mark + part if point else ''}"


def _grouped(whole: str, separator: str) -> str:
    """Groups of three from the right; four digits are grouped too, so that columns line up."""
    if not whole.isdigit():
        return whole  # nan, inf
    head = len(whole) % 3
    groups = ([whole[:head]] if head else []) + [whole[at : at + 3] for at in range(head, len(whole), 3)]
    return separator.join(groups)
