"""Where reflections stand out of the noise: a matched filter of zero area at every width.

The filter is the negative second derivative of a Gaussian (M. A. Mariscotti, Nucl. Instrum. Methods 50 (1967) 309; scale
space: P. Du et al., Bioinformatics 22 (2006) 2059). It answers zero to any straight background; its answer over its own
standard deviation is the significance of a maximum.
"""

from dataclasses import dataclass

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


def find_peaks(x: Array, net: Array, variance: Array, *, threshold: float, widest: float) -> list[Candidate]:
    """Maxima of `net` (background taken off) more significant than `threshold`, FWHM up to `widest` deg, by position."""
    step = float(np.median(np.diff(x)))
    grid = x if np.allclose(np.diff(x), step, rtol=0.02) else np.arange(x[0], x[-1], step)
    signal = net if grid is x else np.interp(grid, x, net)
    noise = variance if grid is x else np.interp(grid, x, variance)
    scales = _scales(step, widest)
    kept: list[Candidate] = []
    for width in scales:
        answer = _significance(signal, noise, width / step / _SIGMA_TO_FWHM)
        for i in _prominent(answer, threshold):
            if signal[i] > 0.0:
                found = Candidate(float(grid[i]), float(width) / _BEST_FILTER, float(signal[i]), float(answer[i]))
                kept = _with(kept, found)
    return sorted(kept, key=lambda c: c.two_theta)


def _scales(step: float, widest: float) -> Array:
    narrowest = _NARROWEST * step
    count = max(int(np.ceil(np.log(max(widest / narrowest, 1.0)) / np.log(_SCALE_STEP))), 1)
    return np.asarray(narrowest * _SCALE_STEP ** np.arange(count + 1), dtype=np.float64)


def _significance(signal: Array, variance: Array, sigma: float) -> Array:
    """Answer of the filter over its standard deviation, both ends reflected, shape of `signal`."""
    reach = int(np.ceil(4.0 * sigma))
    t = np.arange(-reach, reach + 1) / sigma
    kernel = (1.0 - t * t) * np.exp(-0.5 * t * t)
    kernel -= kernel.mean()
    padded = [np.pad(values, reach, mode="symmetric") for values in (signal, variance)]
    size = 1 << int(np.ceil(np.log2(padded[0].size + kernel.size)))
    spectra = [np.fft.rfft(values, size) for values in (*padded, kernel, kernel * kernel)]
    window = slice(2 * reach, 2 * reach + signal.size)
    answer = np.fft.irfft(spectra[0] * spectra[2], size)[window]
    scatter = np.fft.irfft(spectra[1] * spectra[3], size)[window]
    return np.asarray(answer / np.sqrt(np.maximum(scatter, 1e-300)), dtype=np.float64)


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
