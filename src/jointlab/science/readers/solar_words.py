"""The words of solar-cell rigs in four languages: which column is which, and which line of a header is a result."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from jointlab.science.reading import Stated, state
from jointlab.science.text.headers import Header, letter_from, split_header
from jointlab.science.units import conversion, parse_unit

Role = Literal["voltage", "current", "current_density", "power", "power_density", "time", "wavelength", "foreign"]

_VOLTAGE = re.compile(
    r"\b(voltage|bias|spannung|tension|напряжение|кернеу|vmeas)|电压|偏压|^[vu](\b|\s|$|\d)|^[vu] (meas|set|fw|rv|for|rev)"
)
_DENSITY = re.compile(r"current ?densit|stromdichte|плотность тока|ток тығыздығы|电流密度|^j(\b|\s|$|\d)|jmeas|mppt j")
_CURRENT = re.compile(r"current|\bstrom|\bток\b|电流|^i(\b|\s|$|\d)|imeas|\bamps?\b")
_POWER = re.compile(r"\bpower\b|leistung|мощность|қуат|功率|^p(\b|\s|$|\d)")
_TIME = re.compile(r"\btime\b|timestamp|duration|zeit|время|уақыт|时间|^t(\b|\s|$)")
_FOREIGN = re.compile(
    r"potential|ewe|потенциал|电位|电势|capacit|ёмкость|емкость|容量|cycle|цикл|循环|step|工步|charge|energy|freq|частот|频率|\bz\b|phase|"
    r"gate|drain|field|магнит|seebeck|resistiv|^e(\b|\s|$)"
)
_RESULT = re.compile(r"(oc|sc|mpp|mp|max)$")
# Beside a unit the first letter or a word of another language is enough for a name.
_VOLTAGE_BESIDE_UNIT = re.compile(r"^[vu][a-z]*\b|\b[vu]\d*\b|voltaje|tensión|tensão|napięcie|напруга|電壓|電圧|전압")
_CURRENT_BESIDE_UNIT = re.compile(r"^[ij][a-z]*\b|\b[ij]\d*\b|courant|corriente|corrente|prąd|струм|電流|전류")

# What lines with results are called; a quantity over area has a twin without.
_RESULTS: tuple[tuple[str, str], ...] = (
    (
        r"j ?sc|short.?circuit current density|плотность тока к(ороткого )?з|短路电流密度",
        "short_circuit_current_density",
    ),
    (r"i ?sc|short.?circuit current|ток короткого замыкания|短路电流", "short_circuit_current"),
    (r"[vu] ?oc|open.?circuit voltage|напряжение холостого хода|uxx|开路电压", "open_circuit_voltage"),
    (r"ff|fill ?factor|фактор заполнения|коэффициент заполнения|толтыру коэффициенті|填充因子", "fill_factor"),
    (r"pce|eff|efficiency|eta|η|кпд|пәк|(光电)?转换效率|效率|wirkungsgrad", "power_conversion_efficiency"),
    (r"p ?(max|mpp|mp|m)|max(imum)?\.? ?power( density)?|最大功率", "maximum_power"),
    (r"j ?(mpp|mp|max|m)", "maximum_power_current_density"),
    (r"i ?(mpp|mp|max|m)", "maximum_power_current"),
    (r"[vu] ?(mpp|mp|max|m)", "maximum_power_voltage"),
    (r"r ?s(er|eries)?|series resistance|последовательное сопротивление|串联电阻", "series_resistance"),
    (r"r ?(sh|shunt|par|p)|r//|(shunt|parallel) resistance|шунтирующее сопротивление|并联电阻", "shunt_resistance"),
)
_RESULT_PATTERNS = tuple((re.compile(rf"(?:{pattern})$"), quantity) for pattern, quantity in _RESULTS)
_TWIN = {
    "short_circuit_current": "short_circuit_current_density", "maximum_power": "maximum_power_density",
    "maximum_power_current": "maximum_power_current_density", "series_resistance": "area_series_resistance",
    "shunt_resistance": "area_shunt_resistance",
}  # fmt: skip
_TWIN_BACK = {over_area: plain for plain, over_area in _TWIN.items()}
_PERCENT_WORDS = ("pct.", "pct", "percent", "%")
_LETTER = re.compile(r"[^\W\d_]")
_SOLAR = re.compile(  # every word has a letter, and none goes over the end of a line
    r"solar|photovolt|солнечн|фотоэлем|күн |太阳|光伏|\bv_?oc\b|\bj_?sc\b|\bi_?sc\b|fill.?factor|\bpce\b|irradian|illuminat|освещ|облуч|"
    r"\bsuns?\b|am ?1\.5|mppt?\b|(cell|active|device|pixel) ?area|light intensity|\bdark\b"
)


def plain(name: str) -> str:
    """A header's name for comparing: lower case, underscores as blanks."""
    return re.sub(r"[\s_]+", " ", name.casefold()).strip()


def role(cell: Header) -> Role | None:
    """What a column is, by its unit where it has one and by its name where it has none."""
    name = plain(cell.name)
    if _FOREIGN.search(name):
        return "foreign"
    if re.match(r"wave ?length|lambda|λ|wl\b|длина волны|толқын|波长", name):
        return "wavelength"
    if _RESULT.search(name) and not name.startswith("mppt"):
        return None
    if cell.unit is not None:
        return _role_of_unit(cell.unit)
    patterns: tuple[tuple[re.Pattern[str], Role], ...] = (
        (_DENSITY, "current_density"), (_VOLTAGE, "voltage"), (_POWER, "power"), (_TIME, "time"), (_CURRENT, "current"),
    )  # fmt: skip
    return next((found for pattern, found in patterns if pattern.search(name)), None)


def is_named(cell: Header, kind: Literal["voltage", "current"]) -> bool:
    """Whether the name, not the unit alone, says that a column is a voltage, or a current or current density."""
    name = plain(cell.name)
    if kind == "voltage":
        return any(pattern.search(name) for pattern in (_VOLTAGE, _VOLTAGE_BESIDE_UNIT))
    return any(pattern.search(name) for pattern in (_CURRENT, _DENSITY, _CURRENT_BESIDE_UNIT))


def _role_of_unit(text: str) -> Role | None:
    dimensions: tuple[tuple[str, Role], ...] = (
        ("V", "voltage"), ("A", "current"), ("A/m2", "current_density"), ("W", "power"), ("W/m2", "power_density"), ("s", "time"),
    )  # fmt: skip
    unit = parse_unit(text)
    if unit is None or unit.tag:
        return None
    for sample, found in dimensions:
        known = parse_unit(sample)
        assert known is not None
        if unit.dimension == known.dimension:
            return found
    return None


@lru_cache(maxsize=4)  # recognition asks several times about the same head
def has_solar_words(text: str) -> bool:
    """Whether a header speaks of solar cells."""
    folded = "\n".join(_lettered(text.casefold()))
    return _SOLAR.search(folded) is not None or ("_" in folded and _SOLAR.search(folded.replace("_", "")) is not None)


def _lettered(text: str) -> Iterator[str]:
    """The lines with a letter: rows of numbers say nothing, and one search passes over many of them."""
    at = 0
    while (letter := letter_from(text, at, _LETTER)) >= 0:
        end = text.find("\n", letter)
        at = len(text) if end < 0 else end
        yield text[text.rfind("\n", 0, letter) + 1 : at]


def result_quantity(name: str) -> str | None:
    """The quantity that a result line of this name states, before its unit is known."""
    word = plain(name).rstrip(":= ").strip()
    return next((quantity for pattern, quantity in _RESULT_PATTERNS if pattern.match(word)), None)


@dataclass(frozen=True)
class ResultLine:
    """A line of results: name and unit as written, one value a curve."""

    quantity: str
    unit: str
    values: tuple[float | None, ...]


def result_line(name: str, values: Sequence[str]) -> ResultLine | None:
    """A header line as results; None for other lines, and for numbers whose unit the line leaves open."""
    spelled = re.sub(r"\[pct\.?\]", "[%]", name.strip().rstrip(":=").strip(), flags=re.IGNORECASE)
    cell = split_header(re.sub(r"(?i)(?:ohms?|\u2126|Ω)[ *·-]?cm", "ohm cm", spelled))
    quantity = result_quantity(cell.name)
    parsed = [_number(value) for value in values]
    numbers = [number for number, _ in parsed if number is not None]
    if quantity is None or not numbers:
        return None
    unit = cell.unit or next((unit for _, unit in parsed if unit), None)
    if quantity in ("fill_factor", "power_conversion_efficiency") and unit is None:
        unit = _percent_or_fraction(quantity, numbers)
    if unit is None:
        return None
    fitting = _fitting(quantity, unit)
    return None if fitting is None else ResultLine(fitting, unit, tuple(number for number, _ in parsed))


def states(line: ResultLine, conditions: Sequence[dict[str, str | int | float]]) -> list[Stated]:
    """One stated result per curve."""
    return [
        state(line.quantity, value, line.unit, **where)
        for value, where in zip(line.values, conditions, strict=False)
        if value is not None
    ]


def _fitting(quantity: str, unit: str) -> str | None:
    """The quantity itself, or its twin over (or not over) area, whichever the unit fits."""
    from jointlab.errors import BadInput
    from jointlab.science.quantities import QUANTITIES

    for candidate in (quantity, _TWIN.get(quantity), _TWIN_BACK.get(quantity)):
        if candidate is None:
            continue
        try:
            conversion(source=unit, target=QUANTITIES[candidate].unit)
        except BadInput:
            continue
        return candidate
    return None


def _percent_or_fraction(quantity: str, numbers: Sequence[float]) -> str | None:
    """Without a unit: a fill factor is 25 to 100 %, so its size decides; an efficiency above 1 is no fraction."""
    largest = max(abs(number) for number in numbers)
    if quantity == "fill_factor" and 0.1 < largest <= 1:
        return "1"
    return "%" if 1 < largest <= 100 else None


def _number(text: str) -> tuple[float | None, str | None]:
    """``1.0 V`` as number and unit; None for what is no number."""
    match = re.match(r"\s*([-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?)\s*(.*)$", text.strip().strip('"'))
    if match is None:
        return None, None
    unit = match[2].strip().strip("[]()").strip()
    if unit and parse_unit(unit) is None and unit not in _PERCENT_WORDS:
        return None, None
    return float(match[1].replace(",", ".")), ("%" if unit in _PERCENT_WORDS else unit or None)


def number_with_unit(text: str) -> tuple[float, str | None] | None:
    """The same for facts of the header, such as an area."""
    value, unit = _number(text)
    return None if value is None else (value, unit)
