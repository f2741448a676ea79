"""Chemical formulae as people type them: checked where they are formulae, left alone where they are words. Pure.

LiFePO₄/C, Li1.2Ni0.13Mn0.54Co0.13O2, (NH4)2SO4, CuSO4·5H2O, La0.8Sr0.2MnO3-δ, TiO2@C and Co3O4/rGO are formulae or
composites with one; “carbon black”, NMC811 and PEDOT:PSS are words.
"""

import re
import unicodedata
from dataclasses import dataclass

from jointlab.errors import BadInput

_SYMBOLS = """H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Y Zr Nb Mo
    Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb
    Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og"""
ELEMENTS = frozenset(_SYMBOLS.split())
_PARTS = re.compile(r"[/@·•⋅*|,;\s]+")
_LIKE_FORMULA = re.compile(r"(?:[A-Z][a-z]?|[()\[\]{}]|\d+(?:\.\d+)?|[xyznδ]|[-+±](?=[xyzδ\d]))+")
_PIECE = re.compile(r"(?P<symbol>[A-Z][a-z]?)|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<count>\d+(?:\.\d+)?)|(?P<rest>.)")
_VARIABLE = frozenset("xyznδ")
_CLOSES = {")": "(", "]": "[", "}": "{"}


@dataclass(frozen=True)
class Formula:
    """What was understood: the element symbols in the order of writing; none where the text is words."""

    elements: tuple[str, ...]


def read_formula(text: str) -> Formula:
    """Raises BadInput ``formula.bracket``, ``formula.zero`` or ``formula.element`` where a formula has a slip."""
    plain = unicodedata.normalize("NFKC", text).replace("−", "-").replace("–", "-")
    _check_brackets(plain)
    found: dict[str, None] = {}
    for part in _PARTS.split(plain):
        stripped = part.lstrip("0123456789.")  # of 5H2O
        if stripped and _LIKE_FORMULA.fullmatch(stripped):
            found.update(dict.fromkeys(_elements(stripped)))
    return Formula(tuple(found))


def _check_brackets(text: str) -> None:
    open_ones: list[str] = []
    for char in text:
        if char in _CLOSES.values():
            open_ones.append(char)
        elif char in _CLOSES and (not open_ones or open_ones.pop() != _CLOSES[char]):
            raise BadInput(
                "formula.bracket", "There is a “{mark}” that closes nothing.", field="composition", mark=char
            )
    if open_ones:
        raise BadInput("formula.bracket", "A “{mark}” is never closed.", field="composition", mark=open_ones[-1])


def _elements(part: str) -> list[str]:
    """The symbols of one part; an abbreviation in capitals such as NMC811 or ITO has none."""
    found: list[str] = []
    unknown: list[str] = []
    for piece in _PIECE.finditer(part):
        symbol, count = piece["symbol"], piece["count"]
        if count and float(count) == 0:
            raise BadInput("formula.zero", "In “{part}” something occurs 0 times.", field="composition", part=part)
        if not symbol:
            continue
        if symbol not in ELEMENTS and symbol[1:] in _VARIABLE:  # Ox in PrBaCo2Ox
            symbol = symbol[0]
        (found if symbol in ELEMENTS else unknown).append(symbol)
    if not unknown:
        return found
    if any(len(symbol) == 2 for symbol in unknown) and any(char.isdigit() for char in part) and found:
        raise BadInput(
            "formula.element",
            "“{part}” looks like a formula, but there is no element “{symbol}”. Correct it, or describe the material in words.",
            field="composition", part=part, symbol=next(symbol for symbol in unknown if len(symbol) == 2),
        )  # fmt: skip
    return []
