"""Digits for people: a value with its uncertainty, and how far two values are apart."""

import math
from dataclasses import dataclass

DECIMAL_COMMA = ("ru", "kk")  # languages that write 0,5; the others write 0.5
_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_EXACT = 1e-9  # of the value: smaller uncertainties are named beside it, not lined up with it


@dataclass(frozen=True)
class Digits:
    """Plain digits (“-0.213”, perhaps “1e-11”), to be multiplied by ten to the `exponent`."""

    value: str
    uncertainty: str = ""  # one standard uncertainty; "" where there is none
    exponent: int = 0


def digits(value: float, uncertainty: float | None) -> Digits:
    """Equal decimals; the uncertainty has one significant digit, two when the first is 1 or 2.

    Without an uncertainty five significant digits, whole numbers in full.
    """
    if uncertainty is None or not math.isfinite(uncertainty) or uncertainty <= 0:
        whole = float(value).is_integer() and abs(value) < 1e7
        return Digits(f"{value:.0f}" if whole else f"{value:#.5g}".rstrip("."))
    if uncertainty < _EXACT * abs(value):
        return Digits(f"{value:.7g}", f"{uncertainty:.1g}")
    largest = max(abs(value), uncertainty)
    if 1e-4 <= largest < 1e7:
        return _lined_up(value, uncertainty)
    exponent = math.floor(math.log10(largest))
    lined = _lined_up(value / 10.0**exponent, uncertainty / 10.0**exponent)
    return Digits(lined.value, lined.uncertainty, exponent)


def with_uncertainty(value: float, uncertainty: float | None) -> str:
    """“18.4 ± 0.6” as plain text; powers of ten as print has them, “(2.31 ± 0.05)×10⁻⁶”."""
    found = digits(value, uncertainty)
    text = _printed(found.value) + (f" ± {_printed(found.uncertainty)}" if found.uncertainty else "")
    return f"({text})×10{_raised(found.exponent)}" if found.exponent else text


def plain(value: float) -> str:
    """A number without an uncertainty, to six digits."""
    return _printed(f"{value:.6g}")


def difference(computed: float, stated: float) -> str:
    """Computed against stated in per cent, with its sign; a dash where there is nothing to divide by."""
    if stated == 0 or not math.isfinite(computed) or not math.isfinite(stated):
        return "—"
    percent = 100.0 * (computed - stated) / abs(stated)
    decimals = 1 if abs(percent) >= 0.05 else 3
    shown = f"{percent:+.{decimals}f}"
    return _printed("0 %" if float(shown) == 0 else f"{shown} %")


def _lined_up(value: float, uncertainty: float) -> Digits:
    """Both with the decimals of the uncertainty's last significant digit."""
    exponent = math.floor(math.log10(uncertainty))
    decimals = (1 if f"{uncertainty:.1e}"[0] in "12" else 0) - exponent
    shown = max(decimals, 0)
    return Digits(f"{round(value, decimals):.{shown}f}", f"{round(uncertainty, decimals):.{shown}f}")


def _printed(text: str) -> str:
    """A real minus sign before digits, and a power of ten as print has it: 2.3e-06 is 2.3×10⁻⁶."""
    number, power, exponent = text.replace("-", "−").partition("e")
    return f"{number}×10{_raised(int(exponent.replace('−', '-')))}" if power else number


def _raised(exponent: int) -> str:
    return str(exponent).translate(_SUPERSCRIPT)
