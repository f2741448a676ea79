"""Crystallite size from breadth: the instrument's share taken off, then Scherrer's equation.

P. Scherrer, Nachr. Ges. Wiss. Göttingen (1918) 98; J. I. Langford and A. J. C. Wilson, J. Appl. Cryst. 11 (1978) 102.
Parts of a pseudo-Voigt: P. Thompson, D. E. Cox and J. B. Hastings, J. Appl. Cryst. 20 (1987) 79. Instrument:
G. Caglioti, A. Paoletti and F. P. Ricci, Nucl. Instrum. 3 (1958) 223.
"""

from dataclasses import dataclass

import numpy as np

from jointlab.errors import BadInput
from jointlab.science.settings import Settings
from jointlab.science.techniques.diffraction.peaks import Peak

SUBTRACTIONS = ("profile", "gauss", "lorentz")
_TCH = (2.69269, 2.42843, 4.47163, 0.07842)  # coefficients of Thompson, Cox and Hastings
_SEEN = 2.0  # standard uncertainties by which a breadth must exceed the instrument's


@dataclass(frozen=True)
class Instrument:
    """FWHM of the instrument: sqrt(u tan²θ + v tanθ + w), u, v, w in deg²."""

    u: float
    v: float
    w: float
    source: str

    def fwhm(self, two_theta: float) -> float | None:
        """In deg at an angle in deg; None where the formula gives no real width."""
        tangent = float(np.tan(np.radians(two_theta) / 2.0))
        squared = self.u * tangent * tangent + self.v * tangent + self.w
        return float(np.sqrt(squared)) if squared > 0.0 else None


def instrument_of(settings: Settings) -> Instrument | None:
    """The instrument by ``instrument_fwhm`` (deg) or ``caglioti_u``, ``_v``, ``_w`` (deg²), or None.

    Raises BadInput ``setting.value`` for a width that is negative.
    """
    constant = settings.number("instrument_fwhm", unit="deg")
    if constant is not None:
        if not 0.0 <= constant < 5.0:
            raise BadInput(
                "setting.value", "instrument_fwhm={value}: a width between 0 and 5 deg is needed.", value=constant
            )
        return Instrument(0.0, 0.0, constant**2, f"instrument_fwhm {constant:g} deg (setting)")
    u, v, w = (settings.number(f"caglioti_{key}", unit="1") for key in "uvw")
    if u is None and v is None and w is None:
        return None
    text = f"Caglioti U {u or 0.0:g}, V {v or 0.0:g}, W {w or 0.0:g} deg² (setting)"
    return Instrument(u or 0.0, v or 0.0, w or 0.0, text)


@dataclass(frozen=True)
class Broadening:
    """FWHM that the sample causes, with its standard uncertainty, both in rad; None where the instrument's is not exceeded."""

    fwhm: float
    uncertainty: float


def sample_broadening(peak: Peak, instrument: Instrument | None, *, subtraction: str) -> Broadening | None:
    """The breadth of the sample: quadratic difference for Gauss, plain difference for Lorentz, by parts for `profile`.

    ``profile`` parts the observed pseudo-Voigt function into its Gaussian and Lorentzian widths, takes the instrument's
    off in quadrature and linearly (the instrument is taken to have the same Lorentz fraction), and joins them again.
    """
    width, spread = np.radians(peak.fwhm), np.radians(peak.u_fwhm)
    if instrument is None:
        return Broadening(float(width), float(spread))
    share = instrument.fwhm(peak.two_theta)
    if share is None or peak.fwhm - share < _SEEN * peak.u_fwhm:
        return None
    eta = min(max(peak.eta, 0.0), 1.0)
    left = _difference(peak.fwhm, share, eta, subtraction)
    nudge = 1e-3 * (peak.fwhm - share)
    by_width = (_difference(peak.fwhm + nudge, share, eta, subtraction) - left) / nudge
    by_eta = 0.0
    if subtraction == "profile":
        low, high = max(eta - 0.01, 0.0), min(eta + 0.01, 1.0)
        ends = [_difference(peak.fwhm, share, e, subtraction) for e in (low, high)]
        by_eta = (ends[1] - ends[0]) / (high - low)
    joint = by_width**2 * peak.u_fwhm**2 + by_eta**2 * peak.u_eta**2 + 2.0 * by_width * by_eta * peak.cov_fwhm_eta
    return Broadening(float(np.radians(left)), float(np.radians(np.sqrt(max(joint, 0.0)))))


def _difference(observed: float, instrument: float, eta: float, subtraction: str) -> float:
    """Width of the sample in the unit of the widths given."""
    if subtraction == "gauss":
        return float(np.sqrt(observed**2 - instrument**2))
    if subtraction == "lorentz":
        return observed - instrument
    gauss, lorentz = voigt_parts(eta)
    return voigt_width(gauss * float(np.sqrt(observed**2 - instrument**2)), lorentz * (observed - instrument))


def voigt_parts(eta: float) -> tuple[float, float]:
    """Gaussian and Lorentzian FWHM of the Voigt function over that of a pseudo-Voigt function with Lorentz fraction `eta`."""
    gauss = np.sqrt(max(1.0 - 0.74417 * eta - 0.24781 * eta**2 - 0.00810 * eta**3, 0.0))
    lorentz = 0.72928 * eta + 0.19289 * eta**2 + 0.07783 * eta**3
    return float(gauss), float(lorentz)


def voigt_width(gauss: float, lorentz: float) -> float:
    """FWHM of a Voigt function of these Gaussian and Lorentzian FWHM."""
    a, b, c, d = _TCH
    fifth = gauss**5 + a * gauss**4 * lorentz + b * gauss**3 * lorentz**2 + c * gauss**2 * lorentz**3
    return float((fifth + d * gauss * lorentz**4 + lorentz**5) ** 0.2)


def scherrer_size(broadening: Broadening, *, two_theta: float, wavelength: float, k: float) -> tuple[float, float]:
    """Size and standard uncertainty in nm: K λ / (β cos θ), wavelength in angstrom."""
    size = k * wavelength / 10.0 / (broadening.fwhm * float(np.cos(np.radians(two_theta) / 2.0)))
    return size, size * broadening.uncertainty / broadening.fwhm
