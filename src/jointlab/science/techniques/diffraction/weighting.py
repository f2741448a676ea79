"""Weights for values whose scatter may be larger than their own uncertainties say."""

from collections.abc import Callable

import numpy as np

from jointlab.science.techniques.diffraction.pattern import Array


def excess_scatter(uncertainty: Array, chi2_per_freedom: Callable[[Array], float]) -> float:
    """The scatter that must be added in quadrature to `uncertainty` for a reduced χ² of 1; 0 if it is 1 or less already.

    R. C. Paule and J. Mandel, J. Res. Natl. Bur. Stand. 87 (1982) 377. `chi2_per_freedom` takes total uncertainties.
    """
    if chi2_per_freedom(uncertainty) <= 1.0:
        return 0.0
    low, high = 0.0, float(uncertainty.max())
    while chi2_per_freedom(np.hypot(uncertainty, high)) > 1.0:
        high *= 2.0
        if high > 1e6 * float(uncertainty.max()):
            break
    for _ in range(50):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if chi2_per_freedom(np.hypot(uncertainty, middle)) > 1.0 else (low, middle)
    return high
