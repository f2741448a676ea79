"""What the column names of potentiostat programs mean: shared by the readers of their text files.

A name says which quantity it is and whether the program writes it with the opposite sign (``-Z''``). Names are compared
without blanks, in lower case, with one spelling for primes and minus signs.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from jointlab.errors import BadInput, Option, Question
from jointlab.science.quantities import QUANTITIES
from jointlab.science.reading import Caution, RawColumn
from jointlab.science.settings import Setting, Settings
from jointlab.science.text import Header, Text
from jointlab.science.units import conversion, parse_unit

if TYPE_CHECKING:
    import polars as pl

TECHNIQUE_SETTING = Setting(
    "technique",
    "Technique of the measurement, where the file does not tell.",
    options=(
        "cyclic_voltammetry",
        "linear_sweep_voltammetry",
        "chronoamperometry",
        "chronopotentiometry",
        "galvanostatic_cycling",
        "impedance",
    ),
)

_SAY = {
    "cyclic_voltammetry": "current over a potential that is swept to and fro",
    "linear_sweep_voltammetry": "current over a potential that is swept once",
    "chronoamperometry": "current over time at a set potential",
    "chronopotentiometry": "potential over time at a set current, or at none",
    "galvanostatic_cycling": "charge and discharge at a set current",
    "impedance": "impedance over frequency",
}


class Meaning(NamedTuple):
    """A quantity of our table, the sign of the file's values against it, and the unit where a header states none."""

    quantity: str
    sign: int
    unit: str | None


# Name without its unit, as `_plain` writes it: (quantity, unit that such programs use where the header has none).
_NAMES: tuple[tuple[str, str, str | None], ...] = (
    (r"(ac)?freq(uency)?\.?|f", "frequency", None),
    (r"z'\(?a?\)?|zre(al)?|z_?real|z_?re|re\(z\)|rez|real(z)?|z'r|impedance(real|re)|(real|re)impedance|zr", "impedance_real", None),
    (
        r"z''\(?b?\)?|zim(ag|g)?|z_?imag(inary)?|z_?im|im\(z\)|imz|imag(inary)?(z)?|impedance(imag(inary)?|im)|(imag(inary)?|im)impedance|zi",
        "impedance_imaginary",
        None,
    ),
    (r"\|z\||z|zmod|\|impedance\||impedancemodulus", "impedance_modulus", None),
    (r"phase(\(z\))?|zphz|theta|phaseangle|phaseofz|phz", "impedance_phase", "deg"),
    (r"time|t|elapsedtime|time\(?sec\)?|correctedtime|testtime", "time", None),
    (r"e|ewe|<ewe>|vf|potential|voltage|we\(1\)\.potential|we\.potential|u|v", "potential", None),
    (r"eapplied|potentialapplied|appliedpotential|setpotential", "control_potential", None),
    (r"i|<i>|im|current|we\(1\)\.current|we\.current|idc|i1", "current", None),
    (r"j|currentdensity", "current_density", None),
    (r"charge|q|we\(1\)\.charge", "charge", None),
    (r"power|pwr|we\(1\)\.power", "power", None),
    (r"cycle(number)?|cycle#|scan", "cycle", None),
    (r"temp(erature)?", "temperature", None),
    (r"segment#?", "segment", None),
    (r"pt|point#?|index|pt\.", "index", None),
)  # fmt: skip
_PATTERNS = tuple((re.compile(pattern), quantity, unit) for pattern, quantity, unit in _NAMES)
_PRIMES = str.maketrans({"’": "'", "′": "'", "‘": "'", "`": "'", "″": "''", '"': "''", "”": "''", "−": "-", "–": "-"})


_MAY_BE_TURNED = ("impedance_real", "impedance_imaginary", "impedance_phase")


def _plain(name: str) -> str:
    return re.sub(r"\s+", "", name.translate(_PRIMES)).lower().replace("²", "2")


@lru_cache(maxsize=4096)  # several readers ask about the same header
def meaning(name: str) -> Meaning | None:
    """The quantity that a column name stands for, or None where it is none of ours.

    A leading minus (``-Z''``, ``neg. Z imag``) gives sign -1; only parts of an impedance and a phase may have one.
    """
    plain = _plain(name)
    bare = re.sub(r"^(-|neg(ative|\.)?_?)", "", plain)
    for pattern, quantity, unit in _PATTERNS:
        if pattern.fullmatch(bare):
            if bare == plain:
                return Meaning(quantity, 1, unit)
            return Meaning(quantity, -1, unit) if quantity in _MAY_BE_TURNED else None
    return None


def raw_columns(
    headers: Sequence[Header],
    frame: "pl.DataFrame",
    *,
    known: Mapping[str, Meaning] | None = None,
    units: Mapping[str, str] | None = None,
    without: Collection[str] = (),
) -> list[RawColumn]:
    """Columns on their way to the door, one for each column of `frame`, whose names are the headers' texts.

    `known` are meanings that one program gives to its names, before the common ones; `units` are units that a program
    is documented to use where its headers state none (by quantity); columns of quantities in `without` are filler of the
    program and keep their header only. A number whose unit is not known keeps its header
    and no quantity. The second column of one quantity is called by its header.
    """
    by_text = {header.text: header for header in headers}
    found: list[RawColumn] = []
    taken: set[str] = set()
    for label in frame.columns:
        header = by_text.get(label, Header(label, None, label))
        what = (known or {}).get(header.name) or meaning(header.name)
        what = None if what is not None and what.quantity in without else what
        column = _column(header, frame[label], what, units or {})
        name = column.quantity if column.quantity and column.quantity not in taken else _free(label, taken)
        taken.add(name)
        found.append(RawColumn(column.values, column.quantity, column.unit, label, name))
    return found


def _free(label: str, taken: set[str]) -> str:
    name, number = label or "column", 2
    while name in taken:
        name, number = f"{label or 'column'} ({number})", number + 1
    return name


def _column(header: Header, values: "pl.Series", what: Meaning | None, units: Mapping[str, str]) -> RawColumn:
    counted = what is not None and what.quantity in ("cycle", "segment", "index")
    unit = header.unit if header.unit and parse_unit(header.unit) else None
    if what is not None and unit is None:
        unit = units.get(what.quantity, what.unit)
    if what is not None and what.quantity == "current" and unit is not None and _fits(unit, "current_density"):
        what = Meaning("current_density", what.sign, None)
    if what is None or not values.dtype.is_numeric() or (unit is None and not counted):
        return RawColumn(values, None, header.unit, header.text)
    if unit is not None and not counted and not _fits(unit, what.quantity):
        return RawColumn(values, None, header.unit, header.text)
    return RawColumn(values if what.sign > 0 else -values, what.quantity, None if counted else unit, header.text)


def _fits(unit: str, quantity: str) -> bool:
    """Whether values in a unit can be values of a quantity (``A/cm2`` under “I” is a current density)."""
    try:
        conversion(source=unit, target=QUANTITIES[quantity].unit)
    except BadInput:
        return False
    return True


def swept(potential: "pl.Series") -> str | None:
    """``cyclic_voltammetry`` or ``linear_sweep_voltammetry`` for a staircase of equal steps, None for anything else."""
    import numpy as np

    steps = np.diff(np.asarray(potential.drop_nulls().to_numpy(), dtype=np.float64))
    steps = steps[steps != 0]
    if len(steps) < 8:
        return None
    typical = float(np.median(np.abs(steps)))
    if np.mean(np.abs(np.abs(steps) - typical) < 0.2 * typical) < 0.9:
        return None
    turns = int(np.sum(np.diff(np.sign(steps)) != 0))
    if turns > 0.02 * len(steps) + 2:
        return None
    return "cyclic_voltammetry" if turns else "linear_sweep_voltammetry"


def without_line_end(text: Text, said: Sequence[Caution]) -> tuple[Caution, ...]:
    """A caution for a file of a program that always ends its last line: digits of the last number may be missing.

    None where the cautions of the table, `said`, tell the same already.
    """
    ended = text.data.endswith((b"\n", b"\r", b"\x1a"))
    if ended or any(caution.code == "table.open-end" for caution in said):
        return ()
    return (
        Caution(
            "table.no-line-end",
            "The last line of the file has no end, which this program always writes: if the file was cut, its last number may lack digits.",
        ),
    )


def ask_technique(settings: Settings, *, name: str, options: Sequence[str]) -> str:
    """The technique that a person gives; raises BadInput ``electrochemistry.technique`` with the question."""
    given = settings.choice("technique", TECHNIQUE_SETTING.options)
    if given is not None:
        return given
    raise BadInput(
        "electrochemistry.technique",
        "Nothing in “{name}” says by which technique it was measured. Give it with --set technique={options}.",
        Question("technique", tuple(Option(option, _SAY[option]) for option in options)),
        name=name, options=" or technique=".join(options),
    )  # fmt: skip
