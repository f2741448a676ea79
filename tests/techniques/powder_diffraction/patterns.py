"""Patterns made from known reflections, size and strain, with Poisson noise."""

import numpy as np
from numpy.typing import NDArray

from jointlab.science.reading import Condition, RawColumn, Reading, make_table

Array = NDArray[np.float64]
KALPHA1, KALPHA2 = 1.5405929, 1.5444274
COPPER: dict[str, Condition] = {
    "wavelength_kalpha1": KALPHA1 / 10, "wavelength_kalpha2": KALPHA2 / 10, "kalpha_ratio": 0.5, "anode": "Cu",
}  # fmt: skip


def pseudo_voigt(x: Array, position: float, height: float, fwhm: float, eta: float) -> Array:
    """Written out once more, so that the tests do not lean on the code under test."""
    u = 2.0 * (x - position) / fwhm
    shape: Array = eta / (1.0 + u * u) + (1.0 - eta) * np.exp(-np.log(2.0) * u * u)
    return height * shape


def doublet(x: Array, position: float, height: float, fwhm: float, eta: float, *, ratio: float = 0.5) -> Array:
    """Kα1 at `position` and Kα2 where Bragg's law puts it."""
    second = 2.0 * np.degrees(np.arcsin(KALPHA2 / KALPHA1 * np.sin(np.radians(position / 2.0))))
    return pseudo_voigt(x, position, height, fwhm, eta) + ratio * pseudo_voigt(x, second, height, fwhm, eta)


def background(x: Array, level: float) -> Array:
    """Falling, as air scatter makes it."""
    return np.asarray(level * (1.0 + 2.0 * np.exp(-(x - x[0]) / 15.0)), dtype=np.float64)


def reading_of(
    x: Array, y: Array, facts: dict[str, Condition] | None = None, *, column: str = "intensity", **more: Array
) -> Reading:
    """A reading of one scan."""
    columns = [RawColumn(x, "two_theta"), RawColumn(y, column), *(RawColumn(v, k) for k, v in more.items())]
    return Reading(
        "test.scan", "powder_diffraction", (make_table("scan 1", columns),), facts=COPPER if facts is None else facts
    )


def angles(low: float = 20.0, high: float = 100.0, step: float = 0.0131) -> Array:
    """Evenly spaced 2θ in deg."""
    return np.arange(low, high, step)
