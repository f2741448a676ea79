"""The conditions of a figure as a reader of tables expects them: “cycle 1, 0.969 mA”, “p/p₀ = 0.99, N₂”.

Names and values are recorded in English by the techniques; what this version does not know stands as it is recorded.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from jointlab.science.printed_units import unit as unit_in
from jointlab.web.numbers import SPACE, language, localised

_DIGITS = 5  # of a number that is no count; more would be noise in a name
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_UNITS = frozenset({"A", "mA", "V", "mV", "s", "K"})  # that end the name of a condition

# What is shown for a condition, in the order in which conditions are named.
_SHOWN = {
    "pixel": _("pixel {value}"), "curve": _("curve {value}"), "scan": _("scan {value}"), "spectrum": "{value}",
    "segment": _("segment {value}"), "step": _("step {value}"), "cycle": _("cycle {value}"), "cycles": _("cycles {value}"),
    "reference_cycle": _("against cycle {value}"), "half_cycle": _("half-cycle {value}"), "direction": "{value}",
    "branch": "{value}", "peak": _("peak {value}"), "hkl": "hkl {value}", "reflection": _("reflection {value}"),
    "axis": _("axis {value}"), "model": "{value}", "fit": _("{value} fit"), "by": "{value}", "circuit": "{value}",
    "element": _("element {value}"), "part": "{value}", "statistic": "{value}", "baseline": "{value}", "bound": "{value}",
    "kind": "{value}", "window": "{value}", "over": "{value}", "rate": "{value}", "current": _("current {value}"),
    "potential": _("potential {value}"), "temperature": _("temperature {value}"), "frequency": _("frequency {value}"),
    "irradiance": _("irradiance {value}"), "gas": "{value}", "relative_pressure": "p/p₀ = {value}", "range": "{value}",
    "points": _("{value} points"), "channel": _("channel {value}"), "position": _("position {value}"),
    "phase": _("phase {value}"), "status": _("status {value}"), "mode": _("mode {value}"), "scan_axis": _("scan axis {value}"),
}  # fmt: skip
_PLACES = {name: place for place, name in enumerate(_SHOWN)}

# Values that are words, each with the condition that it is a value of.
_VALUES = {
    ("direction", "forward"): _("forward scan"), ("direction", "reverse"): _("reverse scan"),
    ("direction", "cathodic"): _("cathodic"), ("direction", "anodic"): _("anodic"),
    ("direction", "charge"): _("on charge"), ("direction", "discharge"): _("on discharge"),
    ("branch", "adsorption"): _("adsorption branch"), ("branch", "desorption"): _("desorption branch"),
    ("part", "real"): _("real part"), ("part", "imaginary"): _("imaginary part"),
    ("statistic", "mean"): _("mean value"), ("statistic", "largest"): _("largest value"),
    ("statistic", "root mean square"): _("root mean square"),
    ("baseline", "linear"): _("linear base line"), ("baseline", "zero"): _("from zero current"),
    ("bound", "lower"): _("lower bound"), ("kind", "displacement"): _("displacement of the sample"),
    ("by", "scherrer"): _("Scherrer equation"), ("by", "williamson-hall"): _("Williamson–Hall plot"),
    ("by", "energy"): _("from the energy"), ("by", "charge"): _("from the charge"),
    ("by", "slope 90-70 %"): _("slope from 90 to 70 % of the voltage"),
    ("by", "slope 80-40 %"): _("slope from 80 to 40 % of the voltage"),
    ("window", "last tenth of the time"): _("last tenth of the time"),
}  # fmt: skip


def conditions(given: Mapping[str, Any]) -> str:
    """All conditions in one phrase; limits of one range stand together, a unit that ends a name behind its number."""
    found = _with_ranges(given)
    names = sorted(found, key=lambda name: (_PLACES.get(_stem(name), len(_PLACES)), name))
    return ", ".join(_condition(name, found[name]) for name in names)


def _with_ranges(given: Mapping[str, Any]) -> dict[str, Any]:
    """`low` and `high`, `from_V` and `to_V` as one range."""
    found = dict(given)
    for low, high, name in (("low", "high", "range"), ("from_V", "to_V", "range_V")):
        if low in found and high in found:
            found[name] = f"{_value('', found.pop(low))}{SPACE}…{SPACE}{_value('', found.pop(high))}"
    return found


def _stem(name: str) -> str:
    """The name without the unit that ends it."""
    stem, _underscore, last = name.rpartition("_")
    return stem if stem and last in _UNITS else name


def _condition(name: str, value: Any) -> str:
    stem = _stem(name)
    text = _value(stem, value)
    if stem != name:
        text = f"{text}{SPACE}{unit_in(name[len(stem) + 1 :], language=language())}"
    shown = _SHOWN.get(stem)
    if shown is None:
        return f"{stem.replace('_', ' ')} {text}"
    return (shown if shown == "{value}" or "p/p₀" in shown else gettext(shown)).format(value=text)


def _value(name: str, value: Any) -> str:
    if (name, value) in _VALUES:
        return gettext(_VALUES[name, value])
    if isinstance(value, bool) or not isinstance(value, int | float):
        return _text(name, str(value))
    return localised(str(value) if isinstance(value, int) else f"{value:.{_DIGITS}g}")


def _text(name: str, value: str) -> str:
    if name == "over" and value.removesuffix(" peaks").isdigit():
        return gettext("over {count} peaks").format(count=value.removesuffix(" peaks"))
    return value.translate(_LOWERED) if name == "gas" else value.replace("-", "–") if name == "cycles" else value
