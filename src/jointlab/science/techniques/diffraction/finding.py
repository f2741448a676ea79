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
_NARROWEST = 0.035  # deg, FWHM
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
    answer = np.stack([_significance(signal, noise, width / step / _SIGMA_TO_FWHM) for width in scales])
    found = _blobs(answer, threshold)
    candidates = [
        Candidate(float(grid[i]), float(scales[k]) / _BEST_FILTER, float(signal[i]), float(answer[k, i]))
        for k, i in found
        if signal[i] > 0.0
    ]
    return sorted(_unmixed(candidates), key=lambda c: c.two_theta)


def _scales(step: float, widest: float) -> Array:
    narrowest = max(_NARROWEST, 2.5 * step)
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


def _blobs(answer: Array, threshold: float) -> list[tuple[int, int]]:
    """(scale, position) of the maxima over position and scale, narrow ones first."""
    inner = answer[:, 1:-1]
    peak = (inner > threshold) & (inner >= answer[:, :-2]) & (inner > answer[:, 2:])
    ladder = np.pad(answer, ((1, 1), (0, 0)), constant_values=-np.inf)
    near = np.maximum(ladder, np.maximum(np.roll(ladder, 1, axis=1), np.roll(ladder, -1, axis=1)))
    peak &= (inner >= near[:-2, 1:-1]) & (inner >= near[2:, 1:-1])
    return [(int(k), int(i) + 1) for k, i in zip(*np.nonzero(peak), strict=True)]


def _unmixed(candidates: list[Candidate]) -> list[Candidate]:
    """Drop a broad maximum that is the sum of narrow ones, and a narrow one that is noise on a broad one."""
    kept: list[Candidate] = []
    for candidate in sorted(candidates, key=lambda c: c.fwhm):
        inside = [k for k in kept if abs(k.two_theta - candidate.two_theta) < 0.75 * candidate.fwhm]
        strongest = max((k.significance for k in inside), default=0.0)
        if not inside:
            kept.append(candidate)
        elif candidate.significance > 3.0 * strongest:
            kept = [k for k in kept if k not in inside] + [candidate]
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
