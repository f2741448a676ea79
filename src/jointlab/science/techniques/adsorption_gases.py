"""Adsorptives for which areas and pore volumes can be given, each at the temperature of its use.

Cross-sections: IUPAC 2015 (doi:10.1515/pac-2014-1117) for N2 0.162, Ar at 87 K 0.142 and Kr 0.202 nm²; CO2 at 195 K 0.170 nm²
(Gregg and Sing 1982). Liquid densities: nitrogen 0.808 g/cm³ (77.4 K, as vendors and ISO 15901-2 use it), argon 1.3954 g/cm³
(87.3 K, Tegeler et al. 1999). Vapour pressures: Span et al. 2000 (N2), Tegeler et al. 1999 (Ar), their ancillary equations.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class VapourPressure:
    """ln(p/p_c) = (T_c/T) Σ a_i θ^b_i with θ = 1 - T/T_c."""

    critical_temperature: float  # K
    critical_pressure: float  # kPa
    terms: tuple[tuple[float, float], ...]  # (a, b)

    def at(self, temperature: float) -> float:
        """Saturation pressure in kPa at a temperature in K below the critical one."""
        theta = 1 - temperature / self.critical_temperature
        total = sum(a * theta**b for a, b in self.terms)
        return self.critical_pressure * math.exp(self.critical_temperature / temperature * total)


@dataclass(frozen=True)
class Gas:
    """An adsorptive with what the figures need; None where a figure cannot be had with it."""

    formula: str
    names: tuple[str, ...]  # in lower case
    low: float  # K, the temperatures of its use
    high: float
    cross_section: float  # nm²
    molar_mass: float  # g/mol
    liquid_density: float | None = None  # g/cm³
    vapour: VapourPressure | None = None
    kelvin_factor: float | None = None  # nm: 2 γ V_m/(R T), so that r_K = factor / -ln(p/p0)


_NITROGEN = VapourPressure(
    126.192, 3395.8, ((-6.12445284, 1.0), (1.26327220, 1.5), (-0.765910082, 2.5), (-1.77570564, 5.0))
)
_ARGON = VapourPressure(150.687, 4863.0, ((-5.9409785, 1.0), (1.3553888, 1.5), (-0.46497607, 2.0), (-1.5399043, 4.5)))

GASES = (
    Gas("N2", ("n2", "nitrogen", "stickstoff", "азот", "氮气", "窒素"), 76.0, 79.0, 0.162, 28.0134, 0.808, _NITROGEN, 0.953),
    Gas("Ar", ("ar", "argon", "аргон", "氩气", "アルゴン"), 86.0, 89.0, 0.142, 39.948, 1.3954, _ARGON),
    Gas("Kr", ("kr", "krypton", "криптон", "氪气"), 76.0, 79.0, 0.202, 83.798),
    Gas("CO2", ("co2", "carbon dioxide", "carbondioxide", "二氧化碳"), 190.0, 200.0, 0.170, 44.0095),
)  # fmt: skip


def gas_named(name: str | None) -> Gas | None:
    """The gas of that name or formula: ``N2``, ``Nitrogen``, ``N2 @ 77K``; None for any other."""
    words = (name or "").lower().replace("₂", "2").replace("@", " ").replace("(", " ").split()
    plain = " ".join(words)
    return next((gas for gas in GASES if plain in gas.names or (words and words[0] in gas.names)), None)
