"""The linear Kramers-Kronig test: can a spectrum be that of a linear, causal, stable cell at all?

A chain of M resistor-capacitor elements with fixed, logarithmically spaced time constants, a resistor, an inductor and, on
demand, a capacitor obeys the Kramers-Kronig relations. It is fitted linearly (Boukamp 1995); M grows until μ, which
falls when negative resistances begin to fit noise, reaches c (Schönleber, Klotz, Ivers-Tiffée 2014).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jointlab.errors import BadInput

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FEWEST_POINTS = 6
MOST_ELEMENTS = 50
_DENSE = 4  # time constants to a decade of the richer model
CRITERION = 0.85  # c of Schönleber et al.


@dataclass(frozen=True, eq=False)
class KramersKronig:
    """A finished test. Residuals are (Z - Z_fit)/|Z| of the parts, shape (points,), as fractions."""

    elements: int  # M
    mu: float
    capacitor: bool  # whether a series capacitor was part of the model
    impedance: "NDArray[np.complex128]"  # of the model, ohm, shape (points,)
    residual_real: "NDArray[np.float64]"
    residual_imaginary: "NDArray[np.float64]"

    def rms(self) -> float:
        """Root mean square of both residuals together, a fraction."""
        import numpy as np

        return float(np.sqrt(np.mean(np.concatenate([self.residual_real, self.residual_imaginary]) ** 2)))


def kramers_kronig(
    frequency: "NDArray[np.float64]",
    impedance: "NDArray[np.complex128]",
    *,
    criterion: float = CRITERION,
    capacitor: bool = False,
    most_elements: int = MOST_ELEMENTS,
) -> KramersKronig:
    """Test one spectrum; `frequency` in Hz (> 0) and `impedance` in ohm (not 0), shape (points,), in any order.

    Raises BadInput ``impedance.few-points`` for fewer than six different frequencies.
    """
    import numpy as np

    different = len(np.unique(frequency))
    if different < FEWEST_POINTS:
        raise BadInput(
            "impedance.few-points",
            "A Kramers-Kronig test needs {least} different frequencies; there are {count}.",
            least=FEWEST_POINTS, count=different,
        )  # fmt: skip
    found = None
    for elements in range(1, max(2, min(most_elements, len(frequency) - 2)) + 1):
        found = _fit(frequency, impedance, elements, capacitor=capacitor)
        if found.mu <= criterion:
            break
    assert found is not None
    return found


def best_kramers_kronig(
    frequency: "NDArray[np.float64]", impedance: "NDArray[np.complex128]", *, criterion: float = CRITERION
) -> KramersKronig:
    """The test by μ, or a richer model where that leaves less than half of the residual.

    Richer are: a series capacitor, which a cell that blocks direct current needs; and time constants four to a decade,
    because μ stops too early on a single ideal arc, whose time constant lies between two of a coarse grid. A spectrum
    that violates the relations is not described better by either.
    """
    import numpy as np

    decades = float(np.log10(frequency.max() / frequency.min())) if len(frequency) else 0.0
    dense = min(int(np.ceil(_DENSE * decades)), MOST_ELEMENTS, len(frequency) - 2)
    best = kramers_kronig(frequency, impedance, criterion=criterion)
    richer = [kramers_kronig(frequency, impedance, criterion=criterion, capacitor=True)]
    richer += [_fit(frequency, impedance, dense, capacitor=c) for c in (False, True)] if dense > best.elements else []
    for test in richer:
        if test.rms() < 0.5 * best.rms():
            best = test
    return best


def _fit(
    frequency: "NDArray[np.float64]", impedance: "NDArray[np.complex128]", elements: int, *, capacitor: bool
) -> KramersKronig:
    import numpy as np

    omega = 2 * np.pi * frequency
    constants = np.geomspace(1 / omega.max(), 1 / omega.min(), elements)
    columns = [np.ones_like(omega)[:, None] + 0j, 1 / (1 + 1j * omega[:, None] * constants), 1j * omega[:, None]]
    if capacitor:
        columns.append(1 / (1j * omega[:, None]))
    model = np.concatenate(columns, axis=1)
    modulus = np.abs(impedance)
    weighted = model / modulus[:, None]
    stacked = np.concatenate([weighted.real, weighted.imag])
    scale = np.linalg.norm(stacked, axis=0)
    scale[scale == 0] = 1.0
    target = np.concatenate([impedance.real / modulus, impedance.imag / modulus])
    solved = np.linalg.lstsq(stacked / scale, target, rcond=None)[0] / scale
    fitted = model @ solved
    residual = (impedance - fitted) / modulus
    return KramersKronig(elements, _mu(solved[1 : elements + 1]), capacitor, fitted, residual.real, residual.imag)


def _mu(resistances: "NDArray[np.float64]") -> float:
    """1 minus the ratio of the negative to the positive resistances, both summed without sign."""
    negative = float(-resistances[resistances < 0].sum())
    positive = float(resistances[resistances >= 0].sum())
    return 1 - negative / positive if positive > 0 else -float("inf")
