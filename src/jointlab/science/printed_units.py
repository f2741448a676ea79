"""Units in print, in four languages: mAh g⁻¹ in English and Chinese, мА·ч/г in Russian, мА·сағ/г in Kazakh.

Russian symbols by GOST 8.417-2002; Kazakh ones are the same but for the hour and the day.
"""

import re
from functools import cache

_DISPLAY = {
    "ohm": "Ω", "deg": "°", "angstrom": "Å", "um": "µm", "degC": "°C", "arb": "a. u.", "ohm*cm^2": "Ω cm²", "cm^2": "cm²",
    "cm^3/g": "cm³ g⁻¹", "m^2/g": "m² g⁻¹", "mmol/g": "mmol g⁻¹", "mAh/g": "mAh g⁻¹", "mA/cm^2": "mA cm⁻²", "mW/cm^2": "mW cm⁻²",
    "F/g": "F g⁻¹", "F/cm^2": "F cm⁻²", "Wh/kg": "Wh kg⁻¹", "W/kg": "W kg⁻¹", "V/s": "V s⁻¹", "mAh/V": "mAh V⁻¹", "A/W": "A W⁻¹",
    "counts/s": "s⁻¹", "counts*deg": "counts °", "cm^3/(g*nm)": "cm³ g⁻¹ nm⁻¹", "angstrom^3": "Å³",
}  # fmt: skip
_FACTOR = re.compile(r"([A-Za-z%]+)(?:\^(-?\d))?$")
_RU = {
    "V": "В", "A": "А", "Ah": "А·ч", "Wh": "Вт·ч", "s": "с", "min": "мин", "h": "ч", "d": "сут", "Hz": "Гц", "ohm": "Ом",
    "S": "См", "F": "Ф", "C": "Кл", "W": "Вт", "J": "Дж", "eV": "эВ", "K": "К", "Pa": "Па", "bar": "бар", "g": "г", "m": "м",
    "mol": "моль", "L": "л", "T": "Тл", "H": "Гн", "N": "Н", "cd": "кд", "rad": "рад", "angstrom": "Å", "deg": "°",
    "degC": "°C", "counts": "имп.", "arb": "отн. ед.", "%": "%",
}  # fmt: skip
_KK = _RU | {"Ah": "А·сағ", "Wh": "Вт·сағ", "h": "сағ", "d": "тәул", "arb": "салыст. бірл."}
_PREFIXES = {
    "m": "м",
    "u": "мк",
    "n": "н",
    "p": "п",
    "f": "ф",
    "k": "к",
    "M": "М",
    "G": "Г",
    "T": "Т",
    "c": "с",
    "d": "д",
}
_ALONE = ("angstrom", "deg", "degC", "counts", "arb", "%", "min", "h", "d", "mol", "rad", "cd", "bar")
_POWERS = {"2": "²", "3": "³", "4": "⁴", "-1": "⁻¹", "-2": "⁻²", "-3": "⁻³"}


@cache
def unit(text: str, *, language: str) -> str:
    """A unit of the quantity table as print writes it in `language` (en, ru, kk, zh-Hans); "" for the number one."""
    if text in ("", "1"):
        return ""
    symbols = {"ru": _RU, "kk": _KK}.get(language)
    if symbols is None:
        return display_unit(text)
    above, _, below = text.partition("/")
    over, under = _product(above, symbols), _product(below.strip("()"), symbols)
    if over is None or under is None:
        return display_unit(text)  # a unit that the table does not have: better in Latin letters than half translated
    return f"{over}/{f'({under})' if '·' in under and '*' in below else under}" if under else over


def _product(text: str, symbols: dict[str, str]) -> str | None:
    """“cm^3*nm” as “см³·нм”; None where a factor is not known."""
    factors = [_factor(part, symbols) for part in text.split("*")] if text else []
    return None if None in factors else "·".join(factor for factor in factors if factor)


def _factor(text: str, symbols: dict[str, str]) -> str | None:
    match = _FACTOR.match(text)
    if match is None:
        return "1" if text == "1" else None
    name, power = match[1], _POWERS.get(match[2] or "", "")
    if name in symbols:
        return symbols[name] + power
    prefix, base = name[:1], name[1:]
    if prefix in _PREFIXES and base in symbols and base not in _ALONE:
        return _PREFIXES[prefix] + symbols[base] + power
    return f"ммоль{power}" if name == "mmol" else None


def display_unit(unit: str) -> str:
    """A unit of the quantity table as print writes it."""
    return _DISPLAY.get(unit, unit)
