"""The background under the peaks: clipping by SNIP, then the mean of what is left between the peaks.

C. G. Ryan et al., Nucl. Instrum. Methods B 34 (1988) 396; decreasing window: M. Morháč and V. Matoušek, Appl. Spectrosc.
62 (2008) 91. Clipping follows the lower edge of the noise, so the mean of the peak-free points is put back afterwards.
"""

import numpy as np
from numpy.typing import NDArray

from jointlab.science.techniques.diffraction.pattern import Array, Pattern

_BIN = 0.04  # deg; several points together, so that clipping follows less noise
_PEAK_FREE = 2.5  # standard deviations of a bin above the clipped curve


def background_of(pattern: Pattern, *, half_window: float) -> Array:
    """Background at each point, shape (points,). Peaks broader at their base than 2 `half_window` (deg) are clipped off."""
    edges = max(int(np.ptp(pattern.two_theta) / max(_BIN, pattern.step)), 8)
    slot = np.minimum(((pattern.two_theta - pattern.two_theta[0]) / np.ptp(pattern.two_theta) * edges), edges - 1)
    slot = slot.astype(np.intp)
    count = np.bincount(slot, minlength=edges)
    filled = count > 0
    centre = np.bincount(slot, pattern.two_theta, edges)[filled] / count[filled]
    mean = np.bincount(slot, pattern.intensity, edges)[filled] / count[filled]
    gain = np.bincount(slot, pattern.gain, edges)[filled] / count[filled]
    floor = np.bincount(slot, pattern.floor, edges)[filled] / count[filled]
    width = max(round(half_window / float(np.median(np.diff(centre)))), 2)
    clipped = _snip(mean, width)
    noise = np.sqrt(np.maximum(gain * clipped, floor) / count[filled])
    between = mean - clipped < _PEAK_FREE * noise
    lifted = clipped + _local_mean(np.where(between, mean - clipped, 0.0), between, max(width // 4, 2))
    smooth = _local_mean(lifted, np.ones(lifted.size, dtype=bool), max(width // 16, 1))
    return np.asarray(np.interp(pattern.two_theta, centre, smooth), dtype=np.float64)


def recentred(pattern: Pattern, background: Array, model: Array, *, half_window: float) -> Array:
    """`background` moved to the middle of what is left of the pattern without the fitted reflections, shape (points,).

    Clipping lies low where the background is curved. Points count less the more of them is reflection.
    """
    noise = np.sqrt(pattern.variance(background))
    left = np.clip((pattern.intensity - background - model) / noise, -3.0, 3.0) * noise
    weight = 1.0 / (1.0 + model / noise) ** 2
    width = max(int(half_window / 4.0 / pattern.step), 2)
    moved: Array = background + _smoothed(left * weight, width) / np.maximum(_smoothed(weight, width), 1e-12)
    return moved


def _snip(value: Array, width: int) -> Array:
    """Clip every maximum narrower than 2 `width` bins, widest window first, on the log-log-root scale."""
    shift = min(float(value.min()), 0.0)
    scaled = np.log(np.log(np.sqrt(value - shift + 1.0) + 1.0) + 1.0)
    for reach in range(min(width, (value.size - 1) // 2), 0, -1):
        mean = 0.5 * (scaled[: -2 * reach] + scaled[2 * reach :])
        scaled[reach:-reach] = np.minimum(scaled[reach:-reach], mean)
    back: Array = (np.exp(np.exp(scaled) - 1.0) - 1.0) ** 2 - 1.0 + shift
    return back


def _local_mean(value: Array, use: NDArray[np.bool_], width: int) -> Array:
    """Gaussian mean over the used points; where none is near, the mean of all of them."""
    mean = float(value[use].mean()) if use.any() else 0.0
    weight = np.maximum(_smoothed(use.astype(np.float64), width), 0.0) + 1e-6
    total: Array = (_smoothed(np.where(use, value, 0.0), width) + 1e-6 * mean) / weight
    return total


def _smoothed(value: Array, width: int) -> Array:
    """Sum over a Gaussian of standard deviation `width` points, nothing beyond the ends, shape of `value`."""
    reach = min(4 * width, value.size)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    size = 1 << int(np.ceil(np.log2(value.size + kernel.size)))
    product = np.fft.irfft(np.fft.rfft(value, size) * np.fft.rfft(kernel / kernel.sum(), size), size)
    return np.asarray(product[reach : reach + value.size], dtype=np.float64)
