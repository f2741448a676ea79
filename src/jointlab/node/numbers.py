"""Numbers for people: a value with its uncertainty, and how far two values are apart."""

import math

_EXACT = 1e-9  # of the value: smaller uncertainties are named beside it, not lined up with it


def with_uncertainty(value: float, uncertainty: float | None) -> str:
    """“18.4 ± 0.6”: equal decimals; the uncertainty has one significant digit, two when the first is 1 or 2."""
    if uncertainty is None or not math.isfinite(uncertainty) or uncertainty <= 0:
        return _minus(f"{value:.5g}" if float(value).is_integer() else f"{value:#.5g}".rstrip("."))
    if uncertainty < _EXACT * abs(value):
        return _minus(f"{value:.7g}") + f" ± {uncertainty:.1g}"
    largest = max(abs(value), uncertainty)
    if 1e-4 <= largest < 1e7:
        return _minus(_lined_up(value, uncertainty))
    exponent = math.floor(math.log10(largest))
    return f"({_minus(_lined_up(value / 10.0**exponent, uncertainty / 10.0**exponent))})e{exponent:+03d}"


def _lined_up(value: float, uncertainty: float) -> str:
    """Both with the decimals of the uncertainty's last significant digit."""
    exponent = math.floor(math.log10(uncertainty))
    decimals = (1 if f"{uncertainty:.1e}"[0] in "12" else 0) - exponent
    shown = max(decimals, 0)
    return f"{round(value, decimals):.{shown}f} ± {round(uncertainty, decimals):.{shown}f}"


def difference(computed: float, stated: float) -> str:
    """Computed against stated in per cent, with its sign; a dash where there is nothing to divide by."""
    if stated == 0 or not math.isfinite(computed) or not math.isfinite(stated):
        return "—"
    percent = 100.0 * (computed - stated) / abs(stated)
    digits = 1 if abs(percent) >= 0.05 else 3
    shown = f"{percent:+.{digits}f}"
    return _minus("0 %" if float(shown) == 0 else f"{shown} %")


def _minus(text: str) -> str:
    """A real minus sign before digits; exponents keep the hyphen that other programs read."""
    return text.replace("-", "−") if "e-" not in text else text
