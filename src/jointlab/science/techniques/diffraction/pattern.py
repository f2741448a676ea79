"""One pattern as arrays: angles ascending, intensities, and how much noise they carry."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jointlab.science.reading import Table

Array = NDArray[np.float64]
_LEAST_POINTS = 30
_LEAST_SPAN = 1.0  # deg
_AGREES = (0.4, 2.5)  # observed over counting noise (variances) that still counts as agreement
_BLOCK = 8  # points averaged to see the noise of smoothed data
_LEAST_GAIN = 1e-4
_MOST_POINTS = 120_000
_MOST_INTENSITY = 1e13


@dataclass(frozen=True, eq=False)
class Pattern:
    """A pattern. `gain`: variance of an intensity over its expected value (1 for plain counts), shape (points,)."""

    two_theta: Array  # deg, ascending, shape (points,)
    intensity: Array  # in `unit`, shape (points,)
    gain: Array  # same unit as intensity
    floor: Array  # least variance of each point, shape (points,)
    unit: str  # counts, counts/s or arb
    noise: str  # what the noise is taken from
    noise_ratio: float = float("nan")  # variance seen in the data over counting variance; nan where there are no counts

    @property
    def step(self) -> float:
        """Median step in deg."""
        return float(np.median(np.diff(self.two_theta)))

    def variance(self, expected: Array) -> Array:
        """Variance of the intensities where `expected` is their mean, shape (points,)."""
        return np.maximum(self.gain * expected, self.floor)


def moving(table: Table) -> bool:
    """Whether the scan moves 2θ enough, with intensities, to be a pattern."""
    if not table.has("two_theta") or _intensity_column(table) is None or table.rows < _LEAST_POINTS:
        return False
    angles = table.array("two_theta")
    finite = angles[np.isfinite(angles)]
    return finite.size >= _LEAST_POINTS and float(finite.max() - finite.min()) >= _LEAST_SPAN


def _intensity_column(table: Table) -> str | None:
    return next((name for name in ("intensity", "count_rate", "intensity_arbitrary") if table.has(name)), None)


def pattern_of(table: Table) -> Pattern | None:
    """The pattern of a table, or None where too few points have numbers.

    Counts at unequal counting times are brought to the median time; counts that an attenuator was undone for keep the
    larger noise of what was counted.
    """
    column = _intensity_column(table)
    if column is None:
        return None
    angle, value = table.array("two_theta"), table.array(column)
    time = table.array("counting_time") if table.has("counting_time") else np.full(table.rows, np.nan)
    factor = table.array("attenuation") if table.has("attenuation") else np.ones(table.rows)
    timed = bool(np.all(np.isfinite(time)) and np.all(time > 0.0)) and table.rows > 0
    gain = np.where(np.isfinite(factor) & (factor > 0.0), factor, 1.0)
    unit = {"intensity": "counts", "count_rate": "counts/s"}.get(column, "arb")
    if timed and unit != "arb":
        typical = float(np.median(time))
        value = value * (typical if unit == "counts/s" else typical / time)
        gain, unit = gain * typical / time, "counts"
    spread = table.array("intensity_uncertainty") if table.has("intensity_uncertainty") else np.full(table.rows, np.nan)
    keep = np.isfinite(angle) & np.isfinite(value) & (angle > 0.0) & (angle < 180.0)
    angle, first = np.unique(angle[keep], return_index=True)
    value, gain, spread = value[keep][first], gain[keep][first], spread[keep][first]
    if angle.size < _LEAST_POINTS or angle[-1] - angle[0] < _LEAST_SPAN:
        return None
    if not np.any(value > 0.0) or float(np.max(np.abs(value))) > _MOST_INTENSITY:
        return None
    if angle.size > _MOST_POINTS:
        angle, value, gain, spread = _joined(angle, value, gain, spread)
    if np.all(np.isfinite(spread)) and np.all(spread > 0.0):
        return Pattern(angle, value, np.zeros_like(value), spread**2, unit, "the uncertainties that the file states")
    return _with_noise(angle, value, gain, unit)


def _joined(angle: Array, value: Array, gain: Array, spread: Array) -> tuple[Array, Array, Array, Array]:
    """Neighbouring points joined until there are few enough; the mean of n points has an nth of their gain."""
    many = -(-angle.size // _MOST_POINTS)
    length = angle.size // many * many
    mean = [np.asarray(column[:length].reshape(-1, many).mean(axis=1)) for column in (angle, value, gain, spread)]
    return mean[0], mean[1], mean[2] / many, mean[3] / np.sqrt(many)


def _with_noise(angle: Array, value: Array, gain: Array, unit: str) -> Pattern:
    """Decide between counting statistics and the noise seen in the data."""
    seen = _seen_gain(value)
    ratio = seen / float(np.median(gain))
    plain = unit == "counts" and float(value.min()) >= 0.0
    low, high = _AGREES
    if plain and (not np.isfinite(ratio) or low < ratio < high or float(np.median(value)) < 5.0):
        return Pattern(angle, value, gain, gain, unit, "counting statistics (Poisson) of the file's counts", ratio)
    if plain and ratio < low:  # scaled, or smoothed: averages of points tell which
        ratio = max(ratio, min(_seen_gain(_blocks(value)) * _BLOCK / float(np.median(gain)), 1.0))
    if plain:
        ratio = max(ratio, _LEAST_GAIN)
        text = f"the scatter of neighbouring points: {ratio:.2g} times the variance of counting statistics"
        return Pattern(angle, value, gain * ratio, gain * ratio, unit, text, ratio)
    low_third = np.abs(_curvature(value))[value[1:-1] <= np.quantile(value, 0.33)]
    floor = float(np.median(low_third) / 0.6745) ** 2 if low_third.size else 0.0
    floor = max(floor, 1e-12 * float(np.max(np.abs(value))) ** 2)
    text = "the scatter of neighbouring points: the file has no plain counts"
    every = np.ones_like(value)
    return Pattern(angle, value, every * (seen if np.isfinite(seen) else 0.0), every * floor, unit, text)


def _blocks(value: Array) -> Array:
    """Means of neighbouring points, shape (points // 8,)."""
    length = value.size // _BLOCK * _BLOCK
    return np.asarray(value[:length].reshape(-1, _BLOCK).mean(axis=1), dtype=np.float64)


def _curvature(value: Array) -> Array:
    """Second differences scaled to the standard deviation of one point, shape (points - 2,)."""
    scaled: Array = (value[:-2] - 2.0 * value[1:-1] + value[2:]) / np.sqrt(6.0)
    return scaled


def _seen_gain(value: Array) -> float:
    """Variance over mean as neighbouring points show it; robust against peaks, nan where nothing can be said."""
    width = min(11, value.size // 2 * 2 - 1)
    if width < 3:
        return float("nan")
    mean = np.convolve(value, np.full(width, 1.0 / width), mode="same")[1:-1]
    usable = mean > 0.0
    if usable.sum() < 20:
        return float("nan")
    scatter = np.abs(_curvature(value)[usable]) / np.sqrt(mean[usable])
    return float(np.median(scatter) / 0.6745) ** 2
