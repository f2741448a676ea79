"""Pore-size distribution by Barrett, Joyner and Halenda: the steps of a branch emptied one by one, cylinders with a film.

Each step of falling pressure empties the cores of pores of one size, and thins the film on the walls of all larger ones
that are empty already. The lengths of the cylinders are kept, so that thinning is exact for curved walls.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Thickness = Callable[["NDArray[np.float64]"], "NDArray[np.float64]"]


def harkins_jura(relative: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Film thickness of nitrogen at 77 K in nm: [0.1399/(0.034 - lg p/p0)]^(1/2) (Harkins and Jura 1944, de Boer 1966)."""
    import numpy as np

    return np.sqrt(0.1399 / (0.034 - np.log10(relative)))


def halsey(relative: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Film thickness of nitrogen at 77 K in nm: 0.354 [5/-ln p/p0]^(1/3) (Halsey 1948)."""
    import numpy as np

    return np.asarray(0.354 * np.cbrt(5.0 / -np.log(relative)), dtype=np.float64)


CURVES: dict[str, Thickness] = {"harkins-jura": harkins_jura, "halsey": halsey}


@dataclass(frozen=True, eq=False)
class Distribution:
    """One row a step, shape (steps,), in falling width."""

    width: "NDArray[np.float64]"  # nm, mean diameter of the pores that the step empties
    low: "NDArray[np.float64]"  # nm, limits of the step
    high: "NDArray[np.float64]"
    volume: "NDArray[np.float64]"  # cm³/g
    area: "NDArray[np.float64]"  # m²/g, of the walls

    @property
    def density(self) -> "NDArray[np.float64]":
        """dV/dw in cm³/(g nm)."""
        import numpy as np

        return np.asarray(self.volume / (self.high - self.low), dtype=np.float64)


def kelvin_radius(relative: "NDArray[np.float64]", factor: float) -> "NDArray[np.float64]":
    """Radius of the meniscus in nm; `factor` = 2 γ V_m/(R T) in nm."""
    import numpy as np

    return np.asarray(factor / -np.log(relative), dtype=np.float64)


def barrett_joyner_halenda(
    relative: "NDArray[np.float64]", liquid: "NDArray[np.float64]", *, factor: float, thickness: Thickness
) -> Distribution:
    """The distribution from a branch in falling pressure: p/p0 and volume of liquid in cm³/g, each of shape (points,)."""
    import numpy as np

    film = thickness(relative)
    radius = kelvin_radius(relative, factor) + film  # nm, of the pores that empty at each pressure
    steps = len(relative) - 1
    middle = (radius[:-1] + radius[1:]) / 2
    volume = np.zeros(steps)
    length = np.zeros(steps)  # of the cylinders, in cm³/g per nm²
    for i in range(steps):
        # film that leaves the walls of the larger pores, which are empty already
        before, after = middle[:i] - film[i], middle[:i] - film[i + 1]
        thinned = float(np.sum(np.pi * length[:i] * (after**2 - before**2)))
        core = float(liquid[i] - liquid[i + 1]) - thinned
        if core <= 0:
            continue
        open_radius = middle[i] - film[i + 1]
        volume[i] = core * (middle[i] / open_radius) ** 2
        length[i] = core / (np.pi * open_radius**2)
    return Distribution(2 * middle, 2 * radius[1:], 2 * radius[:-1], volume, 2e3 * volume / middle)
