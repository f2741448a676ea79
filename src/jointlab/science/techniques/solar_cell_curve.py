"""The numbers of one J-V sweep: crossings, maximum power, slopes. Arrays in, a frozen result out; no units of files."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_NEAR_TOP = 0.985  # of the greatest power: points that the quartic is fitted to
_FEWEST_AT_TOP = 7
_LOCAL = 5  # points of the local fits at the two axes
_FEWEST = 8  # points of a sweep
_STEPS_BEYOND = 1.0  # how many voltage steps an axis may lie beyond the sweep and still be reached by a line
_SHUNT_RANGE = 0.15  # of V_oc: points about zero voltage that the shunt slope is fitted to
_NO_POWER = 2e-3  # of the largest |V J| of the sweep; less is a dark curve's leakage and noise


@dataclass(frozen=True)
class Estimate:
    """A number and one standard uncertainty from interpolation and noise."""

    value: float
    uncertainty: float


@dataclass(frozen=True)
class Sweep:
    """Figures of one sweep. Currents are in the unit of the input, positive where the cell gives power.

    `series` and `shunt` are -dV/dJ at open circuit and at short circuit (volt over the current's unit), None where the
    slope is lost in noise. `voltage` and `current` are the curve in the generator convention, voltage ascending.
    """

    voltage: "NDArray[np.float64]"
    current: "NDArray[np.float64]"
    short_circuit: Estimate
    open_circuit: Estimate
    power: Estimate
    power_voltage: Estimate
    series: Estimate | None
    shunt: Estimate | None
    sign: int  # of the file's current under illumination at zero voltage
    extrapolated: bool

    @property
    def fill_factor(self) -> Estimate:
        """Maximum power over the product of the two axis values, as a ratio."""
        value = self.power.value / (self.short_circuit.value * self.open_circuit.value)
        parts = (self.power, self.short_circuit, self.open_circuit)
        relative = sum((part.uncertainty / part.value) ** 2 for part in parts) ** 0.5
        return Estimate(value, abs(value) * relative)

    @property
    def power_current(self) -> Estimate:
        """Current at maximum power; power is flat there, so the voltage's uncertainty is the current's."""
        value = self.power.value / self.power_voltage.value
        return Estimate(value, value * self.power_voltage.uncertainty / self.power_voltage.value)


@dataclass(frozen=True)
class NoFigures:
    """Why a sweep gives no figures, as the second half of a sentence."""

    code: str
    reason: str


def analyse_sweep(voltage: "NDArray[np.float64]", current: "NDArray[np.float64]") -> Sweep | NoFigures:
    """Figures of one sweep of shape (points,), in any order of voltages and either sign of the current."""
    import numpy as np

    keep = np.isfinite(voltage) & np.isfinite(current)
    v, j = _averaged(voltage[keep], current[keep])
    if len(v) < _FEWEST:
        return NoFigures("solar.few-points", f"it has {len(v)} voltages; {_FEWEST} are needed")
    at_zero = _crossing(v, j, 0.0)
    if at_zero is None:
        return NoFigures("solar.no-zero-voltage", f"it runs from {v[0]:.3g} V to {v[-1]:.3g} V and never meets 0 V")
    sign = -1 if at_zero < 0 else 1
    j = sign * j
    polarity = _polarity(v, j)
    v, j = (v, j) if polarity > 0 else (-v[::-1], j[::-1])
    crossing = _open_circuit(v, j)
    if crossing is None:
        return NoFigures("solar.no-zero-current", "its current never meets zero, so there is no open-circuit voltage")
    if crossing <= 0 or _generated(v, j, crossing) < _NO_POWER * float(np.abs(v * j).max()):
        return NoFigures("solar.dark", "it gives no power: a dark curve, or a cell that is not connected")
    return _figures(v, j, crossing, sign)


def _averaged(
    voltage: "NDArray[np.float64]", current: "NDArray[np.float64]"
) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    """Ascending voltages, each once: currents at one voltage are averaged."""
    import numpy as np

    if (np.diff(voltage) > 0).all():
        return voltage, current
    unique, inverse = np.unique(voltage, return_inverse=True)
    return unique, np.bincount(inverse, weights=current) / np.bincount(inverse)


def _crossing(x: "NDArray[np.float64]", y: "NDArray[np.float64]", at: float) -> float | None:
    """The y at x = `at` on the line through the two points next to it; a step beyond the ends is allowed."""
    if x[0] > at:
        i = 0
    elif x[-1] < at:
        i = len(x) - 2
    else:
        i = min(int(x.searchsorted(at, side="right")) - 1, len(x) - 2)
    step = x[i + 1] - x[i]
    if at < x[0] - _STEPS_BEYOND * step or at > x[-1] + _STEPS_BEYOND * step:
        return None
    return float(y[i] + (at - x[i]) * (y[i + 1] - y[i]) / step)


def _polarity(v: "NDArray[np.float64]", j: "NDArray[np.float64]") -> int:
    """1 where the cell gives power at positive voltages, -1 where plus and minus were exchanged."""
    import numpy as np

    power = np.where(j > 0, v * j, 0.0)  # j > 0 at zero voltage
    positive, negative = _open_circuit(v, j), _open_circuit(-v[::-1], j[::-1])
    if positive is None or negative is None:
        return 1 if negative is None else -1
    return 1 if power[v <= positive].max(initial=0.0) >= -power[v >= -negative].min(initial=0.0) else -1


def _open_circuit(v: "NDArray[np.float64]", j: "NDArray[np.float64]") -> float | None:
    """The first positive voltage at which the current, positive at zero voltage, meets zero."""
    import numpy as np

    start = max(int(np.searchsorted(v, 0.0)) - 1, 0)
    down = np.flatnonzero((j[start:-1] > 0) & (j[start + 1 :] <= 0))
    if len(down):
        i = start + int(down[0])
        return float(v[i] + j[i] * (v[i + 1] - v[i]) / (j[i] - j[i + 1]))
    slope = (j[-1] - j[-2]) / (v[-1] - v[-2])
    if slope >= 0 or v[-1] <= 0:
        return None
    beyond = float(-j[-1] / slope)
    return float(v[-1]) + beyond if beyond <= _STEPS_BEYOND * float(v[-1] - v[-2]) else None


def _generated(v: "NDArray[np.float64]", j: "NDArray[np.float64]", open_circuit: float) -> float:
    inside = (v > 0) & (v <= open_circuit)
    return float((v[inside] * j[inside]).max(initial=0.0))


def _figures(v: "NDArray[np.float64]", j: "NDArray[np.float64]", open_circuit: float, sign: int) -> Sweep | NoFigures:
    short = _crossing(v, j, 0.0)
    assert short is not None
    inside = (v >= 0) & (v <= open_circuit)
    if int(inside.sum()) < _FEWEST_AT_TOP - 1 or short <= 0:
        return NoFigures("solar.few-points", f"only {int(inside.sum())} points lie between 0 V and V_oc")
    at_short, at_open = _local(v, j, 0.0), _local(v, j, open_circuit)
    power, power_voltage = _maximum(v, j, open_circuit)
    slope = abs(at_open.slope) or float("nan")
    return Sweep(
        v, j,
        Estimate(short, (at_short.noise**2 + (at_short.value - short) ** 2) ** 0.5),
        Estimate(open_circuit, (at_open.noise**2 + at_open.value**2) ** 0.5 / slope),
        power, power_voltage, _resistance(at_open), _resistance(_shunt(v, j, open_circuit)), sign,
        extrapolated=bool(v[0] > 0 or v[-1] < open_circuit),
    )  # fmt: skip


@dataclass(frozen=True)
class _Local:
    """Value, its noise, slope and its standard uncertainty, of a polynomial fitted near a voltage."""

    value: float
    noise: float
    slope: float
    slope_uncertainty: float


def _fit(v: "NDArray[np.float64]", j: "NDArray[np.float64]", at: float, degree: int) -> _Local:
    import numpy as np

    width = float(np.abs(v - at).max()) or 1.0
    design = np.vander((v - at) / width, degree + 1, increasing=True)
    coefficients, *_ = np.linalg.lstsq(design, j, rcond=None)
    residual = j - design @ coefficients
    spare = len(v) - degree - 1
    variance = float(residual @ residual) / spare if spare > 0 else 0.0
    covariance = variance * np.linalg.pinv(design.T @ design)
    return _Local(
        float(coefficients[0]), float(covariance[0, 0]) ** 0.5,
        float(coefficients[1]) / width, float(covariance[1, 1]) ** 0.5 / width,
    )  # fmt: skip


def _local(v: "NDArray[np.float64]", j: "NDArray[np.float64]", at: float) -> _Local:
    """A parabola through the points next to a voltage."""
    import numpy as np

    nearest = np.sort(np.argsort(np.abs(v - at), kind="stable")[:_LOCAL])
    return _fit(v[nearest], j[nearest], at, 2)


def _shunt(v: "NDArray[np.float64]", j: "NDArray[np.float64]", open_circuit: float) -> _Local:
    """A line through the points about zero voltage."""
    import numpy as np

    near = np.abs(v) <= _SHUNT_RANGE * open_circuit
    if int(near.sum()) < _LOCAL:
        near = np.isin(np.arange(len(v)), np.argsort(np.abs(v), kind="stable")[:_LOCAL])
    return _fit(v[near], j[near], 0.0, 1)


def _resistance(local: _Local) -> Estimate | None:
    """The reciprocal of a falling slope; None where the slope is not larger than twice its uncertainty."""
    slope = -local.slope
    if slope <= 2 * local.slope_uncertainty or slope <= 0:
        return None
    return Estimate(1 / slope, local.slope_uncertainty / slope**2)


def _maximum(v: "NDArray[np.float64]", j: "NDArray[np.float64]", open_circuit: float) -> tuple[Estimate, Estimate]:
    """Maximum power and its voltage: a quartic through the points at the top of the power curve.

    What the choice of points does to it is found by taking the outermost two away, and is part of the uncertainty.
    """
    import numpy as np

    inside = np.flatnonzero((v >= 0) & (v <= open_circuit))
    p = v * j
    top = int(inside[np.argmax(p[inside])])
    low = high = top
    while low - 1 >= 0 and p[low - 1] >= _NEAR_TOP * p[top]:
        low -= 1
    while high + 1 < len(v) and p[high + 1] >= _NEAR_TOP * p[top]:
        high += 1
    while high - low + 1 < min(_FEWEST_AT_TOP, len(v)):  # the side that is nearer to the top grows first
        down = low > 0 and (high + 1 >= len(v) or top - low <= high - top)
        low, high = (low - 1, high) if down else (low, high + 1)
    power, voltage = _quartic_top(v[low : high + 1], p[low : high + 1])
    if high - low + 1 < _FEWEST_AT_TOP:
        return power, voltage
    fewer, at = _quartic_top(v[low + 1 : high], p[low + 1 : high])
    choice = abs(fewer.value - power.value), abs(at.value - voltage.value)
    return (
        Estimate(power.value, (power.uncertainty**2 + choice[0] ** 2) ** 0.5),
        Estimate(voltage.value, (voltage.uncertainty**2 + choice[1] ** 2) ** 0.5),
    )


def _quartic_top(x: "NDArray[np.float64]", y: "NDArray[np.float64]") -> tuple[Estimate, Estimate]:
    """The top of the quartic through points (voltage, power); the highest point where the quartic has none inside."""
    import numpy as np
    from numpy.polynomial.polynomial import polyder, polyfit, polyroots, polyval
    from numpy.polynomial.polyutils import mapparms

    # What numpy's class Polynomial computes, without its ceremonies, which take longer than the fit.
    ends = np.array([x.min(), x.max()])
    offset, scale = mapparms(ends, np.array([-1.0, 1.0]))
    scaled = offset + scale * x
    quartic = polyfit(scaled, y, min(4, len(x) - 1))
    noise = float(np.sqrt(np.sum((y - polyval(scaled, quartic)) ** 2) / max(len(x) - 5, 1)))
    back, width = mapparms(np.array([-1.0, 1.0]), ends)
    roots = back + width * polyroots(polyder(quartic, 1, scale))
    real = roots[np.abs(roots.imag) < 1e-9].real
    real = real[(real >= x[0]) & (real <= x[-1])]
    step = float(np.diff(x).max())
    if not len(real):
        highest = int(np.argmax(y))
        return Estimate(float(y[highest]), noise), Estimate(float(x[highest]), step)
    best = float(real[np.argmax(polyval(offset + scale * real, quartic))])
    at_best = offset + scale * best
    curvature = abs(float(polyval(at_best, polyder(quartic, 2, scale))))
    spread = noise * (5 / len(x)) ** 0.5  # five coefficients share the noise of the points
    voltage = (2 * spread / curvature) ** 0.5 if curvature else step
    return Estimate(float(polyval(at_best, quartic)), spread), Estimate(best, voltage)
