"""The peak of a sweep: position and height from its top, the base line before it, the charge under it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jointlab.science.techniques.voltammetric_sweeps import Sweep

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

_EDGE = 0.01  # of the points of a sweep: the current settles behind a turn
_PROMINENT = 0.05  # of the current's range in its sweep
_NOISES = 8.0  # standard deviations by which a peak stands out
_SMOOTH = 0.005  # of the points, half the window of the mean that seeks peaks
_TOP = 0.1  # of the prominence: so far down reaches the fit of the top
_DEGREE = 4
_BASE = 0.15  # of the points before a peak that the base line takes
_FEWEST = 8


@dataclass(frozen=True, eq=False)
class BaseLine:
    """A straight line through the flattest part before a peak; current = at + slope (E - middle), covariance of both."""

    middle: float  # V
    at: float
    slope: float
    u_at: float
    u_slope: float
    last: int  # row of the sweep behind which it is extrapolated

    def current(self, potential: "Numbers") -> "Numbers":
        """The line's current at potentials, in the unit of the sweep."""
        return self.at + self.slope * (potential - self.middle)

    def uncertainty(self, potential: float) -> float:
        """One standard uncertainty of the extrapolated line."""
        return float((self.u_at**2 + ((potential - self.middle) * self.u_slope) ** 2) ** 0.5)


@dataclass(frozen=True, eq=False)
class Peak:
    """The most prominent peak of a sweep. Currents have the sign of the sweep: anodic positive."""

    potential: float  # V
    u_potential: float
    current: float  # above zero
    u_current: float
    base: BaseLine | None
    others: tuple[float, ...]  # V, further peaks of the sweep

    @property
    def height(self) -> float | None:
        """Current above the base line."""
        return None if self.base is None else self.current - self.base.at - self.base.slope * (self.potential - self.base.middle)  # fmt: skip

    @property
    def u_height(self) -> float | None:
        """One standard uncertainty of `height`."""
        return None if self.base is None else float((self.u_current**2 + self.base.uncertainty(self.potential) ** 2) ** 0.5)  # fmt: skip


@dataclass(frozen=True)
class Charge:
    """Charge between two potentials, in C, with one standard uncertainty."""

    value: float
    uncertainty: float
    begin: float  # V
    end: float  # V
    whole: bool  # the current came back to the base line before the sweep ended


def peak_of(sweep: Sweep) -> Peak | None:
    """The peak, or None where the current has no extreme within the sweep that stands out of noise and slope."""
    import numpy as np
    from scipy.signal import find_peaks

    edge = max(1, round(_EDGE * len(sweep.current)))
    y = sweep.direction * sweep.current[edge:-edge]
    if len(y) < 3 * _FEWEST or float(np.ptp(y)) == 0:
        return None
    half = max(1, round(_SMOOTH * len(y)))
    smooth = _running_mean(y, half)
    noise = _noise(y) / (2 * half + 1) ** 0.5
    tops, told = find_peaks(smooth, prominence=max(_PROMINENT * float(np.ptp(smooth)), _NOISES * noise))
    if not len(tops):
        return None
    best = int(np.argmax(told["prominences"]))
    top, prominence = int(tops[best]), float(told["prominences"][best])
    before = tops[tops < top]
    begin = int(before[-1] + np.argmin(smooth[before[-1] : top + 1])) if len(before) else 0
    potential = sweep.potential[edge:-edge]
    found = _top(potential, y, smooth, top, prominence)
    base = _base_line(potential[begin:top], y[begin:top], begin + edge)
    if base is not None:
        turned = BaseLine(base.middle, sweep.direction * base.at, sweep.direction * base.slope, base.u_at, base.u_slope, base.last)  # fmt: skip
        base = turned if found.current > base.at + base.slope * (found.potential - base.middle) else None
    others = tuple(float(potential[t]) for t in tops if t != top)
    return Peak(found.potential, found.u_potential, sweep.direction * found.current, found.u_current, base, others)


def _running_mean(y: "Numbers", half: int) -> "Numbers":
    import numpy as np

    padded = np.concatenate([np.full(half, y[0]), y, np.full(half, y[-1])])
    return np.asarray(np.convolve(padded, np.full(2 * half + 1, 1 / (2 * half + 1)), mode="valid"))


def _noise(y: "Numbers") -> float:
    """Standard deviation of one point, from second differences (median, so that steps do not count)."""
    import numpy as np

    return float(np.median(np.abs(np.diff(y, 2))) / 0.6745 / 6**0.5)


@dataclass(frozen=True)
class _Top:
    potential: float
    u_potential: float
    current: float
    u_current: float


def _top(potential: "Numbers", y: "Numbers", smooth: "Numbers", top: int, prominence: float) -> _Top:
    """The maximum of a polynomial through the points near the top."""
    import numpy as np

    high = smooth >= smooth[top] - _TOP * prominence
    low_side = np.flatnonzero(~high[:top])
    high_side = np.flatnonzero(~high[top:])
    begin = int(low_side[-1]) + 1 if len(low_side) else 0
    end = top + int(high_side[0]) if len(high_side) else len(y)
    begin, end = min(begin, max(top - 2, 0)), max(end, min(top + 3, len(y)))
    x0, scale = float(potential[top]), float(np.ptp(potential[begin:end])) or 1.0
    x, values = (potential[begin:end] - x0) / scale, y[begin:end]
    degree = min(_DEGREE, len(x) - 2, len(np.unique(x)) - 1)
    if degree < 2:
        return _Top(x0, scale / 12**0.5, float(y[top]), _noise(y))
    design = np.vander(x, degree + 1)
    inverse = np.linalg.pinv(design.T @ design)
    coefficients = inverse @ (design.T @ values)
    missed = values - design @ coefficients
    variance = float(missed @ missed) / max(len(x) - degree - 1, 1)
    slope = np.polyder(coefficients)
    roots = np.roots(slope)
    inside = [float(r.real) for r in roots if abs(r.imag) < 1e-9 and x.min() <= r.real <= x.max() and np.polyval(np.polyder(slope), r.real) < 0]  # fmt: skip
    if not inside:
        return _Top(x0, scale / 12**0.5, float(y[top]), float(variance**0.5))
    at = max(inside, key=lambda r: float(np.polyval(coefficients, r)))
    row = at ** np.arange(degree, -1, -1)
    by_slope = np.append(np.arange(degree, 0, -1) * at ** np.arange(degree - 1, -1, -1), 0.0)
    curvature = abs(float(np.polyval(np.polyder(slope), at)))
    if not curvature > 0:
        return _Top(x0, scale / 12**0.5, float(y[top]), float(variance**0.5))
    u_at = float((variance * by_slope @ inverse @ by_slope) ** 0.5) / curvature
    u_current = float((variance * row @ inverse @ row) ** 0.5)
    return _Top(x0 + at * scale, u_at * scale, float(np.polyval(coefficients, at)), u_current)


def _base_line(potential: "Numbers", y: "Numbers", offset: int) -> BaseLine | None:
    """The line through the window before the peak in which the current changes least."""
    import numpy as np

    size = max(_FEWEST, round(_BASE * len(y)))
    if len(y) < 2 * size:
        return None
    x = potential - potential[0]
    sums = [np.concatenate([[0.0], np.cumsum(v)]) for v in (x, y, x * x, x * y)]
    sx, sy, sxx, sxy = (s[size:] - s[:-size] for s in sums)
    spread = sxx - sx * sx / size
    slope = np.where(spread > 0, (sxy - sx * sy / size) / np.where(spread > 0, spread, 1.0), np.inf)
    flattest = int(np.argmin(np.abs(slope)))
    part = slice(flattest, flattest + size)
    middle, at, k = float(np.mean(potential[part])), float(np.mean(y[part])), float(slope[flattest])
    missed = y[part] - at - k * (potential[part] - middle)
    variance = float(missed @ missed) / (size - 2)
    wide = float(np.sum((potential[part] - middle) ** 2))
    if not np.isfinite(k) or wide <= 0 or not np.isfinite(variance):
        return None
    return BaseLine(middle, at, k, (variance / size) ** 0.5, (variance / wide) ** 0.5, offset + flattest + size - 1)


def peak_charge(sweep: Sweep, peak: Peak, *, rate: float) -> Charge | None:
    """Charge above the base line, from its end to where the current is back at it, or to the end of the sweep."""
    import numpy as np

    if peak.base is None:
        return None
    y = sweep.direction * (sweep.current - peak.base.current(sweep.potential))
    top = int(np.argmin(np.abs(sweep.potential - peak.potential)))
    back = np.flatnonzero(y[top:] <= 0)
    end = top + int(back[0]) if len(back) else len(y) - 1
    begin = min(peak.base.last, top)
    time = sweep.direction * (sweep.potential - sweep.potential[begin]) / rate
    value = float(np.trapezoid(y[begin : end + 1], time[begin : end + 1]))
    span = float(sweep.potential[end] - sweep.potential[begin])
    lever = 0.5 * float(sweep.potential[end] + sweep.potential[begin]) - peak.base.middle
    u = abs(span) / rate * float(np.hypot(peak.base.u_at, lever * peak.base.u_slope))
    u = float(np.hypot(u, _noise(y) * float(np.sqrt(max(end - begin, 1))) * abs(span) / rate / max(end - begin, 1)))
    return Charge(value, u, float(sweep.potential[begin]), float(sweep.potential[end]), bool(len(back)))


def sweep_charge(sweep: Sweep, *, rate: float) -> float:
    """Charge of the current in the sweep's own direction (oxidation while the potential rises), in C, without a base line."""
    import numpy as np

    y = np.maximum(sweep.direction * sweep.current, 0.0)
    return float(np.trapezoid(y, sweep.direction * (sweep.potential - sweep.potential[0]) / rate))
