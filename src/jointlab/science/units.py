"""Units as instruments write them, and conversion that refuses to mix dimensions.

A unit expression is a product of factors: ``mA``, ``mA/cm2``, ``mA cm^-2``, ``mAh·g⁻¹``, ``W/(m K)``, ``cm3(STP)/g``.
Parsing gives a factor to coherent SI and a dimension vector (exponents of m, kg, s, A, K, mol, cd). Angles, counts and
ratios are dimensionless, but each of them has a tag of its own so that counts never turn into degrees.

Sources of the factors: BIPM SI Brochure, 9th edition (2019); CODATA 2018. ``cm3(STP)`` is the amount of an ideal gas in
one cubic centimetre at 273.15 K and 101 325 Pa, as gas adsorption uses it (IUPAC 2015): 1/22 413.969 54 mol.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from jointlab.errors import BadInput

Dimension = tuple[int, int, int, int, int, int, int]  # exponents of m, kg, s, A, K, mol, cd

_NONE: Dimension = (0, 0, 0, 0, 0, 0, 0)


@dataclass(frozen=True)
class Unit:
    """A unit: value in SI = value * factor + offset. The tag parts dimensionless kinds (angle, count, ...)."""

    text: str
    factor: float
    dimension: Dimension
    offset: float = 0.0
    tag: str = ""


def _d(m: int = 0, kg: int = 0, s: int = 0, a: int = 0, k: int = 0, mol: int = 0, cd: int = 0) -> Dimension:
    return (m, kg, s, a, k, mol, cd)


_VOLT = _d(m=2, kg=1, s=-3, a=-1)
_OHM = _d(m=2, kg=1, s=-3, a=-2)
_JOULE = _d(m=2, kg=1, s=-2)
_WATT = _d(m=2, kg=1, s=-3)
_PASCAL = _d(m=-1, kg=1, s=-2)
_COULOMB = _d(s=1, a=1)
_MOLE_STP = 1 / 22413.96954

# name: (factor to SI, dimension, prefixes allowed, tag)
_BASE: dict[str, tuple[float, Dimension, bool, str]] = {
    "1": (1.0, _NONE, False, ""),
    "%": (0.01, _NONE, False, ""),
    "ppm": (1e-6, _NONE, False, ""),
    "m": (1.0, _d(m=1), True, ""),
    "angstrom": (1e-10, _d(m=1), False, ""),
    "in": (0.0254, _d(m=1), False, ""),
    "g": (1e-3, _d(kg=1), True, ""),
    "s": (1.0, _d(s=1), True, ""),
    "min": (60.0, _d(s=1), False, ""),
    "h": (3600.0, _d(s=1), False, ""),
    "d": (86400.0, _d(s=1), False, ""),
    "A": (1.0, _d(a=1), True, ""),
    "K": (1.0, _d(k=1), True, ""),
    "mol": (1.0, _d(mol=1), True, ""),
    "cd": (1.0, _d(cd=1), False, ""),
    "Hz": (1.0, _d(s=-1), True, ""),
    "rpm": (1 / 60, _d(s=-1), False, ""),
    "V": (1.0, _VOLT, True, ""),
    "C": (1.0, _COULOMB, True, ""),
    "Ah": (3600.0, _COULOMB, True, ""),
    "As": (1.0, _COULOMB, True, ""),
    "ohm": (1.0, _OHM, True, ""),
    "S": (1.0, tuple(-e for e in _OHM), True, ""),  # type: ignore[dict-item]
    "F": (1.0, _d(m=-2, kg=-1, s=4, a=2), True, ""),
    "H": (1.0, _d(m=2, kg=1, s=-2, a=-2), True, ""),
    "T": (1.0, _d(kg=1, s=-2, a=-1), True, ""),
    "G": (1e-4, _d(kg=1, s=-2, a=-1), True, ""),
    "Oe": (1000 / (4 * 3.141592653589793), _d(m=-1, a=1), True, ""),
    "emu": (1e-3, _d(m=2, a=1), False, ""),
    "W": (1.0, _WATT, True, ""),
    "Wh": (3600.0, _JOULE, True, ""),
    "Ws": (1.0, _JOULE, True, ""),
    "J": (1.0, _JOULE, True, ""),
    "cal": (4.184, _JOULE, True, ""),
    "eV": (1.602176634e-19, _JOULE, True, ""),
    "N": (1.0, _d(m=1, kg=1, s=-2), True, ""),
    "Pa": (1.0, _PASCAL, True, ""),
    "bar": (1e5, _PASCAL, True, ""),
    "atm": (101325.0, _PASCAL, False, ""),
    "Torr": (101325 / 760, _PASCAL, True, ""),
    "psi": (6894.757293168, _PASCAL, False, ""),
    "L": (1e-3, _d(m=3), True, ""),
    "cm3(STP)": (_MOLE_STP, _d(mol=1), False, ""),
    "deg": (3.141592653589793 / 180, _NONE, False, "angle"),
    "rad": (1.0, _NONE, True, "angle"),
    "counts": (1.0, _NONE, False, "count"),
    "arb": (1.0, _NONE, False, "arbitrary"),
}

_PREFIX = {
    "T": 1e12,
    "G": 1e9,
    "M": 1e6,
    "k": 1e3,
    "d": 1e-1,
    "c": 1e-2,
    "m": 1e-3,
    "u": 1e-6,
    "n": 1e-9,
    "p": 1e-12,
    "f": 1e-15,
}

# Other spellings, longest meaning first; case matters except where both cases are listed.
_ALIAS = {
    "": "1", "a.u.": "arb", "a. u.": "arb", "arb. units": "arb", "arb.u.": "arb", "au": "arb", "a.u": "arb",
    "Ω": "ohm", "Ohm": "ohm", "OHM": "ohm", "Ohms": "ohm", "ohms": "ohm", "Å": "angstrom", "Angstrom": "angstrom",
    "°": "deg", "Deg": "deg", "degree": "deg", "degrees": "deg", "Degrees": "deg",
    "sec": "s", "Sec": "s", "secs": "s", "second": "s", "seconds": "s", "Seconds": "s", "S.": "s",
    "Min": "min", "mins": "min", "minutes": "min", "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "Hour": "h", "Hours": "h",
    "day": "d", "days": "d", "Amps": "A", "amps": "A", "Amp": "A", "amp": "A", "Volts": "V", "volts": "V", "Volt": "V", "volt": "V",
    "v": "V", "hz": "Hz", "cc": "cm3", "ml": "mL", "l": "L", "ccSTP": "cm3(STP)", "cm3STP": "cm3(STP)", "cc(STP)": "cm3(STP)",
    "ml(STP)": "cm3(STP)", "mL(STP)": "cm3(STP)", "cm^3(STP)": "cm3(STP)", "cm³(STP)": "cm3(STP)", "torr": "Torr", "mmHg": "Torr",
    "mmhg": "Torr", "cps": "counts/s", "CPS": "counts/s", "cts": "counts", "Counts": "counts", "count": "counts", "Kelvin": "K",
    "Celsius": "degC", "°C": "degC", "℃": "degC", "oC": "degC", "deg C": "degC", "DegC": "degC", "deg.C": "degC", "°F": "degF",
    "grams": "g", "gram": "g", "Gauss": "G", "percent": "%", "pct.": "%", "A.h": "Ah", "A·h": "Ah", "mA.h": "mAh", "mA·h": "mAh",
    "W.h": "Wh", "W·h": "Wh", "mW.h": "mWh", "Ahr": "Ah", "mAhr": "mAh", "Whr": "Wh", "AHr": "Ah", "WHr": "Wh", "Hr": "h", "Hrs": "h", "siemens": "S", "mho": "S",
}  # fmt: skip

# Russian and Kazakh spellings, which share their letters; a prefix stands before any of the first group.
_CYRILLIC = {
    "А": "A", "В": "V", "с": "s", "Ом": "ohm", "Гц": "Hz", "г": "g", "м": "m", "Вт": "W", "Дж": "J", "Ф": "F", "Кл": "C",
    "Па": "Pa", "К": "K", "эВ": "eV", "моль": "mol", "л": "L", "Ач": "Ah", "Вч": "Wh", "Втч": "Wh", "бар": "bar", "Тл": "T",
}  # fmt: skip
_CYRILLIC_ALONE = {
    "ч": "h", "час": "h", "сағ": "h", "мин": "min", "сек": "s", "сут": "d", "атм": "atm", "град": "deg", "рад": "rad",
    "имп": "counts", "отн": "arb", "С": "C",
}  # fmt: skip
_CYRILLIC_PREFIX = {"м": "m", "мк": "u", "к": "k", "М": "M", "н": "n", "п": "p", "с": "c", "Г": "G"}
_CYRILLIC_WORD = re.compile(r"[А-Яа-яЁёІіҒғӘәӨө]+")
_HOURS = re.compile(r"(?<=[АВт])\s*[*.]\s*(?:ч|сағ)(?![а-я])")

_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_CELSIUS_OFFSET = 273.15
_FACTOR = re.compile(r"(?P<name>cm3\(STP\)|%|[A-Za-z]+|1)(?:\^?(?P<power>-?\d))?$")


def _base(name: str) -> tuple[float, Dimension, str] | None:
    """Factor, dimension and tag of one factor's name, with or without a prefix."""
    if name in _BASE:
        factor, dimension, _, tag = _BASE[name]
        return factor, dimension, tag
    prefix, rest = name[:1], _ALIAS.get(name[1:], name[1:])
    if prefix in _PREFIX and rest in _BASE and _BASE[rest][2]:
        factor, dimension, _, tag = _BASE[rest]
        return _PREFIX[prefix] * factor, dimension, tag
    return None


def _latin(word: str) -> str:
    """A Cyrillic unit such as “мА” in Latin letters; a word that is none comes back as it was."""
    if word in _CYRILLIC_ALONE:
        return _CYRILLIC_ALONE[word]
    for length in range(3):
        prefix, base = word[:length], word[length:]
        if base in _CYRILLIC and (not prefix or prefix in _CYRILLIC_PREFIX):
            return _CYRILLIC_PREFIX.get(prefix, "") + _CYRILLIC[base]
    return word


def _normal(text: str) -> str:
    """The expression with one spelling for micro, dot, power and slash; superscripts become ^n."""
    text = text.strip().replace("µ", "u").replace("μ", "u").replace("−", "-")
    text = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda m: "^" + m.group().translate(_SUPERSCRIPT), text)
    text = text.replace("**", "^").replace("×", "*").replace("·", "*").replace("⋅", "*")
    if not text.isascii():
        text = _CYRILLIC_WORD.sub(lambda m: _latin(m.group()), _HOURS.sub("ч", text))
    return text


def _factors(text: str) -> list[tuple[str, int]] | None:
    """(name, power) of each factor of a product such as ``mA cm^-2`` or ``W/(m K)``; None if it is not one."""
    found: list[tuple[str, int]] = []
    text = text.replace("cm^3(STP)", "cm3(STP)")
    numerator, *denominators = re.split(r"/(?![^(]*\))", text)
    for sign, part in [(1, numerator), *((-1, d) for d in denominators)]:
        inner = part.strip()
        if inner.startswith("(") and inner.endswith(")"):
            inner = inner[1:-1]
        for piece in re.split(r"[*\s]+", inner.strip()):
            spelled = _ALIAS.get(piece, piece)
            if spelled != piece and "/" in spelled:
                nested = _factors(spelled)
                found += [(name, sign * power) for name, power in nested or ()]
                continue
            match = _FACTOR.match(spelled)
            if match is None:
                return None
            name = _ALIAS.get(match["name"], match["name"])
            found.append((name, sign * int(match["power"] or 1)))
    return found


@lru_cache(maxsize=1024)
def parse_unit(text: str) -> Unit | None:
    """The unit that an expression names, or None if it names none that we know."""
    normal = _normal(text)
    normal = _ALIAS.get(normal, normal)
    if normal == "degC":
        return Unit(text, 1.0, _d(k=1), offset=_CELSIUS_OFFSET)
    if normal == "degF":
        return Unit(text, 5 / 9, _d(k=1), offset=459.67 * 5 / 9)
    pieces = _factors(normal)
    if pieces is None:
        return None
    factor, dimension, tags = 1.0, _NONE, set()
    for name, power in pieces:
        base = _base(name)
        if base is None:
            return None
        factor *= base[0] ** power
        dimension = tuple(e + power * b for e, b in zip(dimension, base[1], strict=True))  # type: ignore[assignment]
        tags.add(base[2])
    return Unit(text, factor, dimension, tag="".join(sorted(tags)))


@dataclass(frozen=True)
class Conversion:
    """A linear conversion: target = source * scale + shift."""

    scale: float
    shift: float


def conversion(*, source: str, target: str) -> Conversion:
    """How values in `source` become values in `target`.

    Raises BadInput ``unit.unknown`` for a unit that we do not know and ``unit.dimension`` when the two cannot be
    converted into each other.
    """
    parsed, wanted = parse_unit(source), parse_unit(target)
    for text, unit in ((source, parsed), (target, wanted)):
        if unit is None:
            raise BadInput("unit.unknown", "The unit “{unit}” is not known here.", unit=text)
    assert parsed is not None and wanted is not None
    if parsed.dimension != wanted.dimension or parsed.tag != wanted.tag:
        raise BadInput("unit.dimension", "“{source}” cannot be converted to “{target}”.", source=source, target=target)
    return Conversion(parsed.factor / wanted.factor, (parsed.offset - wanted.offset) / wanted.factor)


def convert(value: float, *, source: str, target: str) -> float:
    """One value, from `source` to `target`; raises as `conversion`."""
    how = conversion(source=source, target=target)
    return value * how.scale + how.shift
