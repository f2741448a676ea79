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
        first, height, width, eta, skew = row.tolist()
        placed = _placed(row[:1], lines)
        reach = _TAILS * width
        near = slice(*np.searchsorted(x, (first - reach, float(placed[-1][0][0]) + reach)))
        for position, share, _ in placed:
            distance = x[near] - position
            span = 1.0 + np.where(distance < 0.0, skew, -skew) if skew else 1.0
            squared = (distance / (width * span)) ** 2
            total[near] += (share * height * eta) / (1.0 + 4.0 * squared)
            total[near] += (share * height * (1.0 - eta)) * np.exp(-_4LN2 * squared)
    return total


def _placed(first: Array, lines: Lines) -> list[tuple[Array, float, Array]]:
    """Of each line: positions (deg), intensity relative to Kα1, derivatives of the positions by those of Kα1."""
    placed = [(first, 1.0, np.ones(first.size))]
    if lines.intensity_ratio > 0.0:
        second, slope = second_position(first, lines)
        placed.append((second, lines.intensity_ratio, slope))
    return placed


def profile_and_slopes(x: Array, peaks: Array, lines: Lines, *, skewed: bool) -> tuple[Array, Array]:
    """Each reflection, shape (peaks, points), and its derivatives by its parameters, shape (peaks, 5, points).

    `x` has the shape (points,) or (peaks, points): each reflection may have angles of its own. Unless `skewed`, every skew is 0 and stays so: the derivatives by it are not computed and given as 0.
    """
    _, height, width, eta, skew = (column[:, None] for column in peaks.T)
    rows = np.zeros((len(peaks), PER_PEAK, x.shape[-1]))
    for position, share, moved in _placed(peaks[:, 0], lines):
        distance = x - position[:, None]  # (peaks, points), as every array down to the sums
        left = distance < 0.0
        span = 1.0 + np.where(left, skew, -skew) if skewed else 1.0
        u = distance / (width * span)
        squared = u * u
        lorentz = 1.0 / (1.0 + 4.0 * squared)
        gauss = np.exp(-_4LN2 * squared)
        difference = lorentz - gauss
        by_u = ((-8.0 * share) * height * u) * (eta * lorentz * lorentz + (_LN2 * (1.0 - eta)) * gauss)
        spread = by_u * u
        rows[:, 0] -= by_u * (moved[:, None] / (width * span))
        rows[:, 1] += share * (gauss + eta * difference)
        rows[:, 2] -= spread
        rows[:, 3] += share * difference
        if skewed:
            rows[:, 4] -= spread * np.where(left, 1.0, -1.0) / span
    rows[:, 2] /= width
    rows[:, 3] *= height
    return height * rows[:, 1], rows
