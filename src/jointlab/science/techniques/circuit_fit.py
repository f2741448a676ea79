"""Fitting an equivalent circuit to a spectrum: starting values from the spectrum, least squares, covariance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from jointlab.errors import BadInput
from jointlab.science.techniques.circuits import PARAMETERS, Circuit, Parallel, Series, elements_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Weighting = Literal["modulus", "unit"]
Scale = Literal["logarithmic", "linear"]

_STARTS = 16  # different distributions of time constants that are tried
_ROUGH, _FINE = 80, 2000  # evaluations of the model for each start, and for the best of them
_SEED = 20140101  # starts are drawn, and the same ones every time


@dataclass(frozen=True)
class FittedParameter:
    """One parameter: value and standard uncertainty in the unit of its quantity."""

    element: str
    symbol: str
    quantity: str
    value: float
    uncertainty: float  # infinite where the spectrum does not determine it


@dataclass(frozen=True, eq=False)
class CircuitFit:
    """A finished fit."""

    circuit: Circuit
    parameters: tuple[FittedParameter, ...]
    impedance: "NDArray[np.complex128]"  # of the circuit, ohm, shape (points,)
    residual: float  # root mean square of |Z - Z_fit|/|Z|, a fraction

    @property
    def values(self) -> tuple[float, ...]:
        """The parameters' values, in the order of the circuit."""
        return tuple(parameter.value for parameter in self.parameters)


def fit_circuit(
    circuit: Circuit,
    frequency: "NDArray[np.float64]",
    impedance: "NDArray[np.complex128]",
    *,
    weighting: Weighting = "modulus",
    start: "Sequence[float] | None" = None,
    scale: Scale = "logarithmic",
) -> CircuitFit:
    """Fit by complex non-linear least squares; `frequency` in Hz, `impedance` in ohm, shape (points,).

    With modulus weighting every residual is divided by |Z| (Orazem and Tribollet; Macdonald). Scale parameters are
    fitted as logarithms, so that they stay positive. Uncertainties are those of the linearised fit, the scatter
    about the circuit taken as noise. Without `start` (one positive number a parameter) several starts are drawn from
    the spectrum and the best fit is kept; a circuit may have several minima, and a start chooses one. With the linear
    `scale` the last fit is that of scipy's curve_fit with bounds at zero: the parameters as they are, stopped where
    the sum's gradient in ohm falls below 1e-8, which in a flat valley is before the minimum. It repeats published fits.
    Raises BadInput ``impedance.few-points`` where points do not exceed parameters.
    """
    import numpy as np
    from scipy.optimize import least_squares

    if 2 * len(frequency) <= circuit.size():
        raise BadInput(
            "impedance.few-points",
            "{count} points cannot determine the {size} parameters of {circuit}; choose a smaller circuit.",
            count=len(frequency), size=circuit.size(), circuit=circuit.text,
        )  # fmt: skip
    problem = _Problem(circuit, frequency, impedance, weighting)
    low, high = problem.bounds()
    best = None
    for numbers in _starts(circuit, frequency, impedance) if start is None else [np.array(start, dtype=np.float64)]:
        inner = np.clip(problem.inner(numbers), low + 1e-9, high - 1e-9)
        tried = least_squares(problem.misfit, inner, bounds=(low, high), x_scale="jac", max_nfev=_ROUGH)
        best = tried if best is None or tried.cost < best.cost else best
    assert best is not None
    if scale == "linear":
        values, spread = problem.linear(problem.values(best.x) if start is None else np.array(start, dtype=np.float64))
    else:
        done = least_squares(
            problem.misfit, best.x, jac="3-point", bounds=(low, high), x_scale="jac", max_nfev=_FINE, xtol=1e-14, ftol=1e-14, gtol=1e-14
        )  # fmt: skip
        values = problem.values(done.x)
        spread = _spread(np.asarray(done.jac, dtype=np.float64), 2 * done.cost) * np.where(problem.is_log, values, 1.0)
    if start is None:  # drawn starts do not tell equal arcs apart
        order = _fast_arcs_first(circuit, values)
        values, spread = values[order], spread[order]
    fitted = circuit.impedance(frequency, values)
    residual = float(np.sqrt(np.mean(np.abs((impedance - fitted) / np.abs(impedance)) ** 2)))
    return CircuitFit(circuit, _named(circuit, values, spread), fitted, residual)


class _Problem:
    """A spectrum and a circuit, with the parameters on the scale of the fit: logarithms of all but exponents."""

    def __init__(
        self, circuit: Circuit, frequency: "NDArray[np.float64]", impedance: "NDArray[np.complex128]", weighting: Weighting
    ) -> None:  # fmt: skip
        import numpy as np

        self.circuit, self.frequency, self.impedance = circuit, frequency, impedance
        modulus = np.abs(impedance)
        self.weighting = weighting
        self.weight = modulus if weighting == "modulus" else np.full(len(impedance), float(np.mean(modulus)))
        self.parameters = [p for element in circuit.elements() for p in PARAMETERS[element.kind]]
        self.is_log = np.array([p.symbol != "n" for p in self.parameters])

    def inner(self, values: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """Parameters on the scale of the fit."""
        import numpy as np

        return np.asarray(np.where(self.is_log, np.log(values), values), dtype=np.float64)

    def values(self, inner: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """Parameters in their units."""
        import numpy as np

        return np.asarray(np.where(self.is_log, np.exp(inner), inner), dtype=np.float64)

    def bounds(self) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
        """The lowest and highest parameters on the scale of the fit."""
        import numpy as np

        ends = ((p.low, p.high) for p in self.parameters)
        low, high = (np.array(values, dtype=np.float64) for values in zip(*ends, strict=True))
        return self.inner(low), self.inner(high)

    def misfit(self, inner: "NDArray[np.float64]") -> "NDArray[np.float64]":
        """What the circuit misses, real parts and then imaginary ones, shape (2 points,)."""
        return self._missed(self.values(inner), self.weight)

    def linear(self, start: "NDArray[np.float64]") -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
        """Values and standard uncertainties of a fit of the parameters as they are, with scipy's own stopping rule."""
        import numpy as np
        from scipy.optimize import least_squares

        weight = np.ones(len(self.impedance)) if self.weighting == "unit" else self.weight
        high = np.where(self.is_log, np.inf, 1.0)
        done = least_squares(self._missed, start, bounds=(0.0, high), max_nfev=_FINE, args=(weight,))
        return np.asarray(done.x), _spread(np.asarray(done.jac, dtype=np.float64), 2 * done.cost)

    def _missed(self, values: "NDArray[np.float64]", weight: "NDArray[np.float64]") -> "NDArray[np.float64]":
        import numpy as np

        gap = (self.circuit.impedance(self.frequency, values) - self.impedance) / weight
        parts = np.concatenate([gap.real, gap.imag])
        return np.asarray(np.nan_to_num(parts, nan=1e6, posinf=1e6, neginf=-1e6), dtype=np.float64)


def _spread(jacobian: "NDArray[np.float64]", squares: float) -> "NDArray[np.float64]":
    """Standard uncertainties of the fitted numbers; infinite in directions that the residuals do not feel."""
    import numpy as np

    points, size = jacobian.shape
    _, singular, right = np.linalg.svd(jacobian, full_matrices=False)
    felt = singular > singular.max(initial=0.0) * 1e-10
    inverse = np.full(singular.shape, np.inf)
    inverse[felt] = 1 / singular[felt] ** 2
    share = right.T**2
    with np.errstate(invalid="ignore"):
        variance = np.where(share > 1e-12, share * inverse, 0.0).sum(axis=1)
    return np.asarray(np.sqrt(variance * squares / max(points - size, 1)), dtype=np.float64)


def _fast_arcs_first(circuit: Circuit, values: "NDArray[np.float64]") -> list[int]:
    """The order of the parameters in which equal arcs, p(R,C) or p(R,Q), follow each other by their time constants."""
    arcs: dict[tuple[str, ...], list[tuple[float, list[int]]]] = {}
    order = list(range(len(values)))
    at = 0
    for part in circuit.root.parts if isinstance(circuit.root, Series) else (circuit.root,):
        inside = list(elements_of(part))
        places = list(range(at, at + sum(len(PARAMETERS[element.kind]) for element in inside)))
        at += len(places)
        kinds = tuple(element.kind for element in inside)
        if isinstance(part, Parallel) and kinds in (("R", "C"), ("R", "Q")):
            exponent = float(values[places[2]]) if len(places) > 2 else 1.0
            constant = float((values[places[0]] * values[places[1]]) ** (1 / exponent))
            arcs.setdefault(kinds, []).append((constant, places))
    for found in arcs.values():
        slots = [places for _, places in found]
        for slot, (_, places) in zip(slots, sorted(found), strict=True):
            for to, origin in zip(slot, places, strict=True):
                order[to] = origin
    return order


def _named(
    circuit: Circuit, values: "NDArray[np.float64]", spread: "NDArray[np.float64]"
) -> tuple[FittedParameter, ...]:
    found: list[FittedParameter] = []
    series, one_arc = circuit.in_series(), circuit.arcs() == 1
    resistors = [e.name for e in circuit.elements() if e.kind == "R" and e.name not in series]
    for element in circuit.elements():
        for parameter in PARAMETERS[element.kind]:
            quantity = parameter.quantity
            if element.kind == "R" and element.name in series:
                quantity = "series_resistance"
            elif element.kind == "R" and one_arc and len(resistors) == 1:
                quantity = "charge_transfer_resistance"
            at = len(found)
            found.append(
                FittedParameter(element.name, parameter.symbol, quantity, float(values[at]), float(spread[at]))
            )
    return tuple(found)


def _starts(
    circuit: Circuit, frequency: "NDArray[np.float64]", impedance: "NDArray[np.complex128]"
) -> "list[NDArray[np.float64]]":
    """Starting values: resistances from the extent of the spectrum, time constants spread over its frequencies.

    Which time constant belongs to which branch is not known beforehand, so several distributions are tried.
    """
    import numpy as np

    omega = 2 * np.pi * frequency
    least = max(float(impedance.real.min()), 1e-3 * float(np.abs(impedance).min()), 1e-9)
    extent = max(float(np.ptp(impedance.real)), 0.05 * float(np.abs(impedance).max()), 1e-9)
    slow, fast = -np.log10(omega.max()), -np.log10(omega.min())
    branches = [e for e in circuit.elements() if e.kind in ("C", "Q", "Wo", "Ws")]
    random = np.random.default_rng(_SEED)
    found: list[NDArray[np.float64]] = []
    for number in range(_STARTS):
        even = np.linspace(slow, fast, len(branches) + 2)[1:-1]
        logs = even if number == 0 else even[::-1] if number == 1 else random.uniform(slow, fast, len(branches))
        share = extent / max(1, len(branches)) * (1.0 if number < 2 else float(10 ** random.uniform(-0.7, 0.3)))
        constants = dict(zip((e.name for e in branches), 10**logs, strict=True))
        found.append(_start(circuit, constants, least=least, share=share, omega=omega, impedance=impedance))
    return found


def _start(
    circuit: Circuit,
    constants: dict[str, float],
    *,
    least: float,
    share: float,
    omega: "NDArray[np.float64]",
    impedance: "NDArray[np.complex128]",
) -> "NDArray[np.float64]":
    import numpy as np

    series = circuit.in_series()
    slowest, quickest = int(np.argmin(omega)), int(np.argmax(omega))
    numbers: list[float] = []
    for element in circuit.elements():
        tau = constants.get(element.name, 1.0)
        if element.kind == "R":
            numbers.append(least if element.name in series else share)
        elif element.kind == "C":
            numbers.append(
                tau / share
                if element.name not in series
                else 1 / (omega[slowest] * max(abs(impedance[slowest].imag), 1e-12))
            )
        elif element.kind == "Q":
            exponent = 0.85
            size = (
                tau**exponent / share
                if element.name not in series
                else 1 / (omega[slowest] ** exponent * max(abs(impedance[slowest]), 1e-12))
            )
            numbers += [size, exponent]
        elif element.kind == "L":
            numbers.append(max(abs(impedance[quickest].imag), 1e-3 * abs(impedance[quickest])) / omega[quickest])
        elif element.kind == "W":
            numbers.append(max(abs(impedance[slowest].imag), 1e-9) * float(np.sqrt(omega[slowest])))
        else:
            numbers += [share, tau]
    return np.array(numbers, dtype=np.float64)
