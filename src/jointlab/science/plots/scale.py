"""Axes: which span is drawn, where the ticks stand, and how numbers are written at them."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

from jointlab.science.digits import DECIMAL_COMMA

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_WASTE = 1.06  # a tight axis may end at a tick if that wastes no more
_TIGHT_DECADES = 2.5  # up to here a log axis has ticks at 1, 2 and 5


@dataclass(frozen=True)
class Scale:
    """A span of values on a length of pixels. `ticks` are values inside of the span."""

    low: float
    high: float
    length: float
    ticks: tuple[float, ...]
    log: bool = False
    reverse: bool = False

    def place(self, value: float) -> float:
        """Pixels from the start of the axis; nan for what a log axis cannot show."""
        if self.log:
            if value <= 0:
                return math.nan
            share = math.log10(value / self.low) / math.log10(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.length * (1.0 - share if self.reverse else share)


def scale(
    values: Sequence[float],
    *,
    length: float,
    log: bool = False,
    reverse: bool = False,
    most: int = 6,
    tight: bool = False,
) -> Scale:
    """A scale that holds all `values`, with at most about `most` ticks; a tight one ends where the values end."""
    finite = [v for v in values if math.isfinite(v) and (v > 0 or not log)]
    low, high = (min(finite), max(finite)) if finite else (1.0, 10.0) if log else (0.0, 1.0)
    if log:
        return _log_scale(low, high, length, reverse)
    if low == high:
        margin = abs(low) * 0.1 or 1.0
        low, high = low - margin, high + margin
    step = _step((high - low) / most)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    ticks = tuple(round(step * n, 12) if abs(step) > 1e-9 else step * n for n in range(first, last + 1))
    if tight and (ticks[-1] - ticks[0]) > _WASTE * (high - low):
        inside = tuple(t for t in ticks if low <= t <= high)
        return Scale(low, high, length, inside, reverse=reverse)
    return Scale(ticks[0], ticks[-1], length, ticks, reverse=reverse)


def _step(rough: float) -> float:
    """The least of 1, 2, 2.5, 5 times a power of ten that is no smaller than `rough`."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(power * step for step in _STEPS if power * step >= rough * (1 - 1e-9))


def _log_scale(low: float, high: float, length: float, reverse: bool) -> Scale:
    if low == high:
        low, high = low / 2, high * 2
    decades = math.log10(high / low)
    mantissas = (1, 2, 5) if decades <= _TIGHT_DECADES else (1,)
    every = max(1, math.ceil(decades / 7))
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    candidates = [m * 10.0**e for e in range(first, last + 1) if (e - first) % every == 0 for m in mantissas]
    ticks = tuple(t for t in candidates if low * 0.999 <= t <= high * 1.001)
    return Scale(low, high, length, ticks, log=True, reverse=reverse)


_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def marked(text: str, language: str) -> str:
    """A number with the decimal mark of a language: a comma in Russian and Kazakh."""
    return text.replace(".", ",") if language in DECIMAL_COMMA else text


def tick_label(value: float, ticks: Sequence[float], *, log: bool = False) -> str:
    """A number at a tick: as many decimals as the step needs, powers of ten where numbers are long."""
    largest = max((abs(t) for t in ticks), default=1.0)
    if value == 0:
        return "0"
    if log or largest >= 1e5 or largest < 1e-3:
        return _power(value) if log or largest >= 1e5 or largest < 1e-3 else f"{value:g}"
    step = min((abs(b - a) for a, b in itertools.pairwise(ticks)), default=1.0)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    if round(step, decimals) != round(step, decimals + 1):
        decimals += 1  # a step of 2.5
    return f"{value:.{decimals}f}".replace("-", "−")


def _power(value: float) -> str:
    if 1e-2 <= abs(value) < 1e4:
        return f"{value:g}".replace("-", "−")
    exponent = math.floor(math.log10(abs(value)) + 1e-9)
    mantissa = value / 10.0**exponent
    power = "10" + str(exponent).translate(_SUPERSCRIPT)
    return power if math.isclose(mantissa, 1.0, rel_tol=1e-6) else f"{mantissa:.3g}".replace("-", "−") + "·" + power
