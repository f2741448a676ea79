"""Equivalent circuits: a small language, its parser, and the impedance of what it describes.

``R0-p(R1,C1)-p(R2-Wo1,C2)``: elements in series are joined by ``-``, branches in parallel stand in ``p(…,…)``. Elements:

    R  resistor                       Z = R
    C  capacitor                      Z = 1/(jωC)
    L  inductor                       Z = jωL
    Q  constant-phase element         Z = 1/(Q (jω)^n)
    W  semi-infinite Warburg          Z = σ (1 - j)/√ω
    Wo finite space, open end         Z = R coth(√(jωτ))/√(jωτ)
    Ws finite length, short end       Z = R tanh(√(jωτ))/√(jωτ)
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jointlab.errors import BadInput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PRESETS = {
    "randles": "R0-p(R1,C1)",
    "randles_cpe": "R0-p(R1,Q1)",
    "randles_warburg": "R0-p(R1-W1,Q1)",
    "two_arcs": "R0-p(R1,Q1)-p(R2,Q2)",
    "two_arcs_warburg": "R0-p(R1,Q1)-p(R2,Q2)-W1",
    "coil_two_arcs": "L0-R0-p(R1,Q1)-p(R2,Q2)",
    "blocking": "R0-Q1",
}
_MOST_LETTERS, _MOST_ELEMENTS, _DEEPEST = 200, 12, 6
_TOKEN = re.compile(r"\s*(p\(|[A-Z][a-z]?\d*|[-,)])")


@dataclass(frozen=True)
class Parameter:
    """One number of an element: what it is, the quantity of its figure, and between what it lies (in the quantity's unit)."""

    symbol: str
    quantity: str
    low: float
    high: float


# By the letter of the element. Q and σ are given as the modulus of admittance and the real part of impedance at
# ω = 1 rad/s, which have their numbers and units that need no fractional powers.
PARAMETERS: dict[str, tuple[Parameter, ...]] = {
    "R": (Parameter("R", "arc_resistance", 1e-9, 1e15),),
    "C": (Parameter("C", "capacitance", 1e-18, 1e9),),
    "L": (Parameter("L", "inductance", 1e-18, 1e6),),
    "Q": (Parameter("Q", "cpe_admittance", 1e-18, 1e9), Parameter("n", "cpe_exponent", 0.3, 1.0)),
    "W": (Parameter("sigma", "warburg_coefficient", 1e-12, 1e15),),
    "Wo": (Parameter("R", "diffusion_resistance", 1e-9, 1e15), Parameter("tau", "diffusion_time", 1e-12, 1e12)),
    "Ws": (Parameter("R", "diffusion_resistance", 1e-9, 1e15), Parameter("tau", "diffusion_time", 1e-12, 1e12)),
}


@dataclass(frozen=True)
class Element:
    """One element: its kind and its name in the circuit (``Wo1``)."""

    kind: str
    name: str


@dataclass(frozen=True)
class Series:
    """Parts one after another."""

    parts: "tuple[Part, ...]"


@dataclass(frozen=True)
class Parallel:
    """Branches side by side."""

    branches: "tuple[Part, ...]"


Part = Element | Series | Parallel


@dataclass(frozen=True)
class Circuit:
    """A parsed circuit; `parameters` of its elements follow each other in the order of the text."""

    text: str
    root: Part

    def elements(self) -> tuple[Element, ...]:
        """Every element, in the order of the text."""
        return tuple(elements_of(self.root))

    def in_series(self) -> frozenset[str]:
        """Names of the elements that stand in no parallel branch."""
        parts = self.root.parts if isinstance(self.root, Series) else (self.root,)
        return frozenset(part.name for part in parts if isinstance(part, Element))

    def arcs(self) -> int:
        """How many parallel combinations stand in series at the top."""
        parts = self.root.parts if isinstance(self.root, Series) else (self.root,)
        return sum(isinstance(part, Parallel) for part in parts)

    def size(self) -> int:
        """Number of parameters."""
        return sum(len(PARAMETERS[element.kind]) for element in self.elements())

    def impedance(
        self, frequency: "NDArray[np.float64]", parameters: "Sequence[float] | NDArray[np.float64]"
    ) -> "NDArray[np.complex128]":
        """Impedance in ohm at `frequency` in Hz, shape (points,), for `parameters` in the order of the text."""
        import numpy as np

        numbers = iter(float(value) for value in parameters)
        return _impedance(self.root, 2 * np.pi * np.asarray(frequency, dtype=np.float64), numbers)


def parse_circuit(text: str) -> Circuit:
    """Parse a circuit or the name of a preset.

    Raises BadInput ``circuit.syntax`` (with the place) and ``circuit.size``.
    """
    text = PRESETS.get(text.strip().lower(), text.strip())
    if len(text) > _MOST_LETTERS:
        raise BadInput(
            "circuit.size",
            "The circuit is too long: at most {most} letters are taken. Write a simpler one.",
            most=_MOST_LETTERS,
        )
    parser = _Parser(text, _tokens(text))
    root = parser.series(0)
    parser.end()
    circuit = Circuit(text, root)
    names = [element.name for element in circuit.elements()]
    if len(names) > _MOST_ELEMENTS:
        raise BadInput(
            "circuit.size",
            "The circuit is too large: at most {most} elements are fitted. Write a simpler one.",
            most=_MOST_ELEMENTS,
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise _wrong(text, f"{', '.join(twice)} occurs twice; number the elements")
    return circuit


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise _wrong(text, f"“{text[place : place + 5]}” is no element, “-”, “,” or “p(…)”")
        found.append(match[1])
        place = match.end()
    return found


def _wrong(text: str, reason: str) -> BadInput:
    return BadInput(
        "circuit.syntax",
        "circuit={text}: {reason}. Write for example R0-p(R1,Q1)-W1, or one of {presets}.",
        text=text, reason=reason, presets=", ".join(PRESETS),
    )  # fmt: skip


@dataclass
class _Parser:
    """Recursive descent over the tokens."""

    text: str
    tokens: list[str]
    place: int = 0

    def _next(self) -> str:
        self.place += 1
        return self.tokens[self.place - 1] if self.place <= len(self.tokens) else ""

    def _peek(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def series(self, depth: int) -> Part:
        if depth > _DEEPEST:
            raise BadInput(
                "circuit.size",
                "The parallel branches of the circuit are nested too deep: at most {most} levels are taken.",
                most=_DEEPEST,
            )
        parts = [self._item(depth)]
        while self._peek() == "-":
            self._next()
            parts.append(self._item(depth))
        return parts[0] if len(parts) == 1 else Series(tuple(parts))

    def _item(self, depth: int) -> Part:
        word = self._next()
        if word == "p(":
            branches = [self.series(depth + 1)]
            while (mark := self._next()) == ",":
                branches.append(self.series(depth + 1))
            if mark != ")" or len(branches) < 2:
                raise _wrong(self.text, "“p(” needs two or more branches separated by commas and a “)”")
            return Parallel(tuple(branches))
        kind = word.rstrip("0123456789")
        if kind not in PARAMETERS:
            raise _wrong(self.text, f"“{word or 'the end'}” is none of the elements {', '.join(PARAMETERS)}")
        return Element(kind, word)

    def end(self) -> None:
        if self.place != len(self.tokens):
            raise _wrong(self.text, f"“{self._peek()}” is one too many")


def elements_of(part: Part) -> Iterator[Element]:
    """Every element of a part, in the order of the text."""
    if isinstance(part, Element):
        yield part
        return
    for inner in part.parts if isinstance(part, Series) else part.branches:
        yield from elements_of(inner)


def _impedance(part: Part, omega: "NDArray[np.float64]", numbers: Iterator[float]) -> "NDArray[np.complex128]":
    if isinstance(part, Element):
        return _element(part.kind, omega, [next(numbers) for _ in PARAMETERS[part.kind]])
    if isinstance(part, Series):
        total = _impedance(part.parts[0], omega, numbers)
        for inner in part.parts[1:]:
            total = total + _impedance(inner, omega, numbers)
        return total
    admittance = 1 / _impedance(part.branches[0], omega, numbers)
    for inner in part.branches[1:]:
        admittance = admittance + 1 / _impedance(inner, omega, numbers)
    return 1 / admittance


def _element(kind: str, omega: "NDArray[np.float64]", values: list[float]) -> "NDArray[np.complex128]":
    import numpy as np

    return np.asarray(_formula(kind, 1j * omega, values), dtype=np.complex128)


def _formula(kind: str, s: Any, values: list[float]) -> Any:
    """The impedance of one element; `s` is jω."""
    import numpy as np

    first = values[0]
    if kind == "R":
        return np.full_like(s, first)
    if kind == "L":
        return np.multiply(s, first)
    if kind in ("C", "Q"):
        return np.reciprocal(first * s ** (values[1] if kind == "Q" else 1.0))
    if kind == "W":
        return np.divide(first * (1 - 1j), np.sqrt(s.imag))
    root = np.sqrt(s * values[1])
    tanh = np.tanh(np.minimum(root.real, 300.0) + 1j * root.imag)  # tanh is 1 there to every digit
    return np.divide(first, root * tanh) if kind == "Wo" else np.divide(first * tanh, root)
