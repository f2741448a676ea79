"""The reference solar spectrum AM1.5G: hemispherical irradiance on a plane tilted by 37 degrees, ASTM G173-03.

Source: ASTM G173-03 (2012), table 2, global tilt, computed with SMARTS 2.9.2; published by the U.S. National Renewable
Energy Laboratory (now National Laboratory of the Rockies) for free use. It is also the spectrum of IEC 60904-3 ed. 2.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PLANCK_LIGHT = 1239.8419843320026  # h c / e in eV nm, exact in the SI of 2019
CHARGE = 1.602176634e-19  # C, exact


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Spectral irradiance: `wavelength` in nm, `irradiance` in W m^-2 nm^-1, both of shape (points,)."""

    wavelength: "NDArray[np.float64]"
    irradiance: "NDArray[np.float64]"

    @property
    def current_density(self) -> "NDArray[np.float64]":
        """Current density of one electron a photon, in mA cm^-2 nm^-1: e Φ(λ) = E(λ) λ e / (h c)."""
        return self.irradiance * self.wavelength / PLANCK_LIGHT * 0.1


@cache
def am15g() -> Spectrum:
    """AM1.5G from 280 to 4000 nm, 2002 points; 1000.37 W/m² in all."""
    import numpy as np

    lines = (files(__package__) / "astm_g173_global.csv").read_text(encoding="ascii").splitlines()
    rows = [line for line in lines if not line.startswith("#")]
    table = np.array([row.split(",") for row in rows[1:]], dtype=np.float64)
    table.setflags(write=False)
    return Spectrum(table[:, 0], table[:, 1])
