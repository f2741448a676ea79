"""Where reflections stand out of the noise: a matched filter of zero area at every width.

The filter is the negative second derivative of a Gaussian (M. A. Mariscotti, Nucl. Instrum. Methods 50 (1967) 309; scale
space: P. Du et al., Bioinformatics 22 (2006) 2059). It answers zero to any straight background; its answer over its own
standard deviation is the significance of a maximum.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from jointlab.science.techniques.diffraction.pattern import Array
from jointlab.science.techniques.diffraction.profile import Lines, second_position

_SCALE_STEP = 1.4
_NARROWEST = 2.8  # steps, FWHM
_DIP = 2.0  # neighbouring answers scatter against each other: up to twice one standard deviation
_SIGMA_TO_FWHM = 2.3548
_BEST_FILTER = 1.2  # width of the filter that answers most to a peak, over that of the peak


@dataclass(frozen=True)
class Candidate:
    """A maximum: position and FWHM in deg, height in the unit of the pattern, significance in standard deviations."""

    two_theta: float
    fwhm: float
    height: float
    significance: float


@dataclass(frozen=True, eq=False)
class Search:
    """The filters for one set of angles `x` (deg, ascending), for FWHM up to `widest` deg: made once, used on each residual."""

    x: Array
    widest: float

    @cached_property
    def _grid(self) -> Array:
        step = float(np.median(np.diff(self.x)))
        even = np.allclose(np.diff(self.x), step, rtol=0.02)
        return self.x if even else np.arange(self.x[0], self.x[-1], step)

    @cached_property
    def _filters(self) -> "_Filters":
        step = float(np.median(np.diff(self.x)))
        narrowest = _NARROWEST * step
        count = max(int(np.ceil(np.log(max(self.widest / narrowest, 1.0)) / np.log(_SCALE_STEP))), 1)
        widths = narrowest * _SCALE_STEP ** np.arange(count + 1, dtype=np.float64)
        return _Filters(np.asarray(widths, dtype=np.float64), step, self._grid.size)

    def peaks(self, net: Array, variance: Array, *, threshold: float) -> list[Candidate]:
        """Maxima of `net` (background taken off) more significant than `threshold`, by position."""
        grid = self._grid
        signal = net if grid is self.x else np.interp(grid, self.x, net)
        noise = variance if grid is self.x else np.interp(grid, self.x, variance)
        kept: list[Candidate] = []
        for width, answer in zip(self._filters.widths, self._filters.significance(signal, noise), strict=True):
            for i in _prominent(answer, threshold):
                if signal[i] > 0.0:
                    found = Candidate(float(grid[i]), float(width) / _BEST_FILTER, float(signal[i]), float(answer[i]))
                    kept = _with(kept, found)
        return sorted(kept, key=lambda c: c.two_theta)


class _Filters:
    """Filters of several widths (deg) for signals of `points` points `step` deg apart, as spectra."""

    def __init__(self, widths: Array, step: float, points: int) -> None:
        self.widths = widths
        sigmas = widths / step / _SIGMA_TO_FWHM
        self._points, self._reach = points, int(np.ceil(4.0 * sigmas[-1]))
        self._size = _smooth_size(points + 4 * self._reach)
        kernels = np.zeros((widths.size, self._size))
        for row, sigma in zip(kernels, sigmas, strict=True):
            reach = int(np.ceil(4.0 * sigma))
            t = np.arange(-reach, reach + 1) / sigma
            kernel = (1.0 - t * t) * np.exp(-0.5 * t * t)
            row[: 2 * reach + 1] = kernel - kernel.mean()
            row[:] = np.roll(row, -reach)  # its middle at the start
        self._spectra = np.fft.rfft(kernels), np.fft.rfft(kernels * kernels)

    def significance(self, signal: Array, variance: Array) -> Array:
        """Answers over their standard deviations, both ends reflected, shape (filters, points)."""
        answer, scatter = (
            np.fft.irfft(np.fft.rfft(np.pad(values, self._reach, mode="symmetric"), self._size) * spectra, self._size)
            for values, spectra in zip((signal, variance), self._spectra, strict=True)
        )
        inside = slice(self._reach, self._reach + self._points)
        return np.asarray(answer[:, inside] / np.sqrt(np.maximum(scatter[:, inside], 1e-300)), dtype=np.float64)


def _smooth_size(least: int) -> int:
    """The smallest number from `least` on without a prime factor above 5: such Fourier transforms are fast."""
    sizes: list[int] = [3**i * 5**j for i in range(8) for j in range(6)]
    return min(odd << max((-(-least // odd) - 1).bit_length(), 0) for odd in sizes)


def _prominent(answer: Array, threshold: float) -> list[int]:
    """Maxima above `threshold` that a dip of twice as much parts from the next higher one: noise alone makes no two of one."""
    inner = answer[1:-1]
    top = (np.nonzero((inner > threshold) & (inner >= answer[:-2]) & (inner > answer[2:]))[0] + 1).tolist()
    kept: list[int] = []
    for i in top:
        while kept and answer[kept[-1] : i + 1].min() > min(answer[kept[-1]], answer[i]) - _DIP * threshold:
            if answer[kept[-1]] >= answer[i]:
                break
            kept.pop()
        else:
            kept.append(i)
    return kept


def _with(kept: list[Candidate], wider: Candidate) -> list[Candidate]:
    """Add what a wider filter found: a new maximum, or the better width of a known one, but not the sum of several."""
    inside = [c for c in kept if abs(c.two_theta - wider.two_theta) < 0.75 * wider.fwhm]
    if not inside:
        return [*kept, wider]
    same = len(inside) == 1 and abs(inside[0].two_theta - wider.two_theta) < 0.4 * wider.fwhm
    if same and wider.significance > inside[0].significance:
        return [wider if c is inside[0] else c for c in kept]
    return kept


def without_second_line(candidates: list[Candidate], lines: Lines) -> list[Candidate]:
    """Drop the maxima that the second line of a stronger reflection explains."""
    if lines.wavelength_ratio == 1.0:
        return candidates
    kept: list[Candidate] = []
    for candidate in candidates:
        ghost = False
        for other in candidates:
            if other is candidate or not 0.25 < candidate.height / other.height < 0.8:
                continue
            expected = float(second_position(np.array([other.two_theta]), lines)[0][0])
            ghost |= abs(expected - candidate.two_theta) < 0.4 * min(other.fwhm, candidate.fwhm) + 0.01
        if not ghost:
            kept.append(candidate)
    return kept
