"""The profile of a reflection: a pseudo-Voigt function for Kα1 and, where present, its scaled copy for Kα2.

G. K. Wertheim et al., Rev. Sci. Instrum. 45 (1974) 1369. Height h, position x0 (deg, of Kα1), full width at half maximum
w (deg), Lorentz fraction η, skew a:  h [η / (1 + 4u²) + (1 - η) exp(-4 ln2 u²)],  u = (x - x0) / (w (1 ± a)), plus below
x0 and minus above. A skew leaves w the full width and x0 the maximum (split function, as of H. Toraya, J. Appl. Cryst. 23
(1990) 485); it is 0 unless the data refuse that.
"""

from dataclasses import dataclass

import numpy as np

from jointlab.science.techniques.diffraction.pattern import Array

_LN2 = float(np.log(2.0))
_4LN2 = 4.0 * _LN2
_TAILS = 60.0  # FWHM from its middle, where a Lorentzian is 7e-5 of its height
GAUSS_BREADTH = float(np.sqrt(np.pi / np.log(2.0)) / 2.0)  # integral breadth over FWHM of a Gaussian
LORENTZ_BREADTH = float(np.pi / 2.0)
PER_PEAK = 5  # x0, h, w, η, a


@dataclass(frozen=True)
class Lines:
    """The second line relative to the first: λ2/λ1 and intensity ratio; ratio 0 for one line."""

    wavelength_ratio: float = 1.0
    intensity_ratio: float = 0.0


def second_position(two_theta: Array, lines: Lines) -> tuple[Array, Array]:
    """Position of the second line (deg) and its derivative by the first, both of the shape of `two_theta`."""
    half = np.radians(two_theta) / 2.0
    sine = np.minimum(lines.wavelength_ratio * np.sin(half), 0.999999)
    second = np.arcsin(sine)
    slope = lines.wavelength_ratio * np.cos(half) / np.cos(second)
    return np.degrees(2.0 * second), slope


def profile(x: Array, peaks: Array, lines: Lines) -> Array:
    """Sum of the reflections `peaks`, shape (peaks, 5), at `x`, shape (points,)."""
    total = np.zeros(x.size)
    for row in peaks:  # one at a time, within the reach of its tails: a pattern has many points and many reflections
        reach = _TAILS * row[2]
        last = second_position(row[:1], lines)[0][0] if lines.intensity_ratio > 0.0 else row[0]
        near = slice(*np.searchsorted(x, (row[0] - reach, last + reach)))
        total[near] += profile_and_slopes(x[near], row[None, :], lines)[0]
    return total


def profile_and_slopes(x: Array, peaks: Array, lines: Lines) -> tuple[Array, Array]:
    """The sum, shape (points,), and its derivatives by every parameter, shape (5 peaks, points)."""
    _, height, width, eta, skew = (column[:, None] for column in peaks.T)
    first = peaks[:, 0]
    if lines.intensity_ratio > 0.0:
        second, slope = second_position(first, lines)
        position = np.stack([first, second])[:, :, None]
        weight = np.array([1.0, lines.intensity_ratio])[:, None, None]
        moved = np.stack([np.ones_like(first), lines.intensity_ratio * slope])[:, :, None]
    else:
        position, weight, moved = first[None, :, None], np.ones((1, 1, 1)), np.ones((1, 1, 1))
    distance = x - position  # (lines, peaks, points), as every array down to the sums
    side = np.where(distance < 0.0, skew, -skew)
    span = 1.0 + side
    u = distance / (width * span)
    squared = u * u
    lorentz = 1.0 / (1.0 + 4.0 * squared)
    gauss = np.exp(-_4LN2 * squared)
    shape = (weight * (gauss + eta * (lorentz - gauss))).sum(axis=0)
    by_u = (-8.0 * height) * u * (eta * lorentz * lorentz + _LN2 * (1.0 - eta) * gauss)
    spread = by_u * u * weight
    jacobian = np.empty((len(peaks), PER_PEAK, x.size))
    jacobian[:, 0] = (by_u * moved / span).sum(axis=0) / -width
    jacobian[:, 1] = shape
    jacobian[:, 2] = spread.sum(axis=0) / -width
    jacobian[:, 3] = height * (weight * (lorentz - gauss)).sum(axis=0)
    jacobian[:, 4] = -(spread * np.where(distance < 0.0, 1.0, -1.0) / span).sum(axis=0)
    return (height * shape).sum(axis=0), jacobian.reshape(-1, x.size)
