"""The profile of a reflection: a pseudo-Voigt function for Kα1 and, where present, its scaled copy for Kα2.

G. K. Wertheim et al., Rev. Sci. Instrum. 45 (1974) 1369. Height h, position x0 (deg, of Kα1), full width at half maximum
w (deg), Lorentz fraction η, skew a:  h [η / (1 + 4u²) + (1 - η) exp(-4 ln2 u²)],  u = (x - x0) / (w (1 ± a)), plus below
x0 and minus above. A skew leaves w the full width and x0 the maximum (split function, as of H. Toraya, J. Appl. Cryst. 23
(1990) 485); it is 0 unless the data refuse that.
"""

from dataclasses import dataclass

import numpy as np

from jointlab.science.techniques.diffraction.pattern import Array

_4LN2 = 4.0 * np.log(2.0)
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
    return np.asarray(profile_and_slopes(x, peaks, lines, slopes=False)[0], dtype=np.float64)


def profile_and_slopes(x: Array, peaks: Array, lines: Lines, *, slopes: bool = True) -> tuple[Array, Array]:
    """The sum, shape (points,), and its derivatives by every parameter, shape (5 peaks, points)."""
    value, jacobian = _one_line(x, peaks, peaks[:, 0], slopes)
    if lines.intensity_ratio > 0.0:
        position, slope = second_position(peaks[:, 0], lines)
        more, derivative = _one_line(x, peaks, position, slopes)
        value += lines.intensity_ratio * more
        if slopes:
            derivative[:, 0] *= slope[:, None]
            jacobian += lines.intensity_ratio * derivative
    return value, jacobian.reshape(-1, x.size)


def _one_line(x: Array, peaks: Array, position: Array, slopes: bool) -> tuple[Array, Array]:
    height, width, eta = peaks[:, 1:2], peaks[:, 2:3], peaks[:, 3:4]
    distance = x[None, :] - position[:, None]
    side = np.where(distance < 0.0, 1.0, -1.0)
    span = 1.0 + peaks[:, 4:5] * side
    u = distance / (width * span)
    squared = u * u
    lorentz = 1.0 / (1.0 + 4.0 * squared)
    gauss = np.exp(-_4LN2 * squared)
    shape = eta * lorentz + (1.0 - eta) * gauss
    value = (height * shape).sum(axis=0)
    if not slopes:
        return value, np.empty((0, x.size))
    by_u = height * u * (-8.0 * eta * lorentz * lorentz - 2.0 * _4LN2 * (1.0 - eta) * gauss)
    jacobian = np.empty((len(peaks), PER_PEAK, x.size))
    jacobian[:, 0] = -by_u / (width * span)
    jacobian[:, 1] = shape
    jacobian[:, 2] = -by_u * u / width
    jacobian[:, 3] = height * (lorentz - gauss)
    jacobian[:, 4] = -by_u * u * side / span
    return value, jacobian
