"""Least-squares fits of reflections in groups that overlap, by damped Gauss-Newton steps with an analytic Jacobian.

K. Levenberg, Q. Appl. Math. 2 (1944) 164; D. W. Marquardt, J. SIAM 11 (1963) 431. The solver is ours because importing
scipy.optimize alone takes longer than fitting a whole pattern here.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from jointlab.science.techniques.diffraction.finding import Candidate
from jointlab.science.techniques.diffraction.pattern import Array
from jointlab.science.techniques.diffraction.profile import (
    PER_PEAK,
    Lines,
    profile,
    profile_and_slopes,
    second_position,
)

WINDOW = 4.0  # FWHM fitted on either side of a reflection
_TOGETHER = 2.5  # FWHM on either side within which reflections are fitted together
_MOST_TOGETHER = 8
_ETA_LOW, _ETA_HIGH = -0.1, 1.1  # a little wider than [0, 1], so that a bound does not bias the mean of many fits
_MOST_SKEW = 0.6
_CLEAR_SKEW = 4.0  # standard uncertainties
_SKEWED = 30.0  # χ² (of a fit scaled to 1 a degree of freedom) that a skew must gain to be allowed
_EVALUATIONS = 30
_CONVERGED = 2e-3  # gain of χ² (scaled to 1 a degree of freedom) below which a fit is done: 0.05 standard uncertainties
_SMALL_PRODUCT = 50_000  # multiplications
_BACKGROUND = 2  # constant and slope on top of the background curve


@dataclass(frozen=True)
class Prior:
    """What is known of the Lorentz fraction before a fit: mean and standard deviation."""

    eta: float = 0.5
    scatter: float = 0.5


@dataclass(frozen=True, eq=False)
class Fitted:
    """One fitted reflection: parameters (x0, h, w, η, a), their covariance (5, 5), reduced χ² around it, its window."""

    parameters: Array
    covariance: Array
    chi2: float
    points: int
    group: int
    background: Array  # constant and slope (per half window) added in the window
    window: tuple[float, float]  # deg

    @property
    def two_theta(self) -> float:
        """Position in deg."""
        return float(self.parameters[0])

    @property
    def again(self) -> Array:
        """Where to start the next fit: without a skew that has turned out to be none."""
        start = self.parameters.copy()
        if abs(start[4]) < _CLEAR_SKEW * self.sigma(4):
            start[4] = 0.0
        return start

    def sigma(self, parameter: int) -> float:
        """Standard uncertainty of one parameter."""
        return float(np.sqrt(self.covariance[parameter, parameter]))


def start_values(candidates: list[Candidate], prior: Prior) -> Array:
    """Parameters to start from, shape (peaks, 5)."""
    rows = [(c.two_theta, c.height, c.fwhm, prior.eta, 0.0) for c in candidates]
    return np.array(rows, dtype=np.float64).reshape(-1, PER_PEAK)


@dataclass(frozen=True, eq=False)
class Target:
    """What is fitted: angles (deg), intensities without background, their variances, the lines, the greatest width."""

    x: Array
    net: Array
    variance: Array
    lines: Lines
    widest: float  # deg
    doubt: Array  # standard deviation of the background, shape (points,)


def fit_all(target: Target, start: Array, prior: Prior, *, passes: int = 1) -> list[Fitted]:
    """Fit every reflection, group by group, each group with the others' tails taken off; by position."""
    peaks = start[np.argsort(start[:, 0])].copy()
    found: list[Fitted] = []
    for _ in range(passes):
        found = []
        total = profile(target.x, peaks, target.lines) if len(peaks) else np.zeros(target.x.size)
        fresh = peaks.copy()
        for number, members in enumerate(_groups(peaks, target.lines)):
            lot = _fit_group(target, total, peaks[members], prior, number)
            found += lot
            if lot:
                fresh[members] = [f.parameters for f in lot]
        peaks = fresh
    return sorted(found, key=lambda f: f.two_theta)


def _groups(peaks: Array, lines: Lines) -> list[NDArray[np.intp]]:
    """Indices of the reflections to be fitted together; `peaks` sorted by position."""
    if not len(peaks):
        return []
    last = second_position(peaks[:, 0], lines)[0] if lines.intensity_ratio > 0 else peaks[:, 0]
    low, high = peaks[:, 0] - _TOGETHER * peaks[:, 2], last + _TOGETHER * peaks[:, 2]
    gaps = low[1:] - np.maximum.accumulate(high)[:-1]
    parts = [np.asarray(p) for p in np.split(np.arange(len(peaks)), np.nonzero(gaps > 0.0)[0] + 1)]
    done: list[NDArray[np.intp]] = []
    while parts:
        part = parts.pop(0)
        if part.size <= _MOST_TOGETHER:
            done.append(part)
            continue
        inner = gaps[part[0] : part[-1]][1:-1]
        cut = int(np.argmax(inner)) + 2
        parts = [part[:cut], part[cut:], *parts]
    return done


@dataclass(frozen=True, eq=False)
class Problem:
    """One group: angles, intensities, weights (1/σ), the lines and where to start."""

    x: Array
    y: Array
    weight: Array
    lines: Lines
    prior: Prior
    start: Array  # (peaks, 5)
    skewed: NDArray[np.bool_]  # (peaks,), whether a skew is fitted
    widest: float  # deg, greatest FWHM
    doubt: float  # standard deviation of the background's constant and slope

    def bounds(self) -> tuple[Array, Array]:
        """Lowest and highest value of every parameter."""
        steps = np.sort(np.diff(self.x))  # their median; numpy's own takes longer than the rest of this function
        step = 0.5 * float(steps[(steps.size - 1) // 2] + steps[steps.size // 2])
        position, _, width, _, _ = self.start.T
        none, skew = np.zeros(len(self.start)), np.where(self.skewed, _MOST_SKEW, 0.0)
        widest = np.minimum(5.0 * width, 1.5 * self.widest)
        low = np.stack([position - width, none, np.minimum(1.2 * step, width), none + _ETA_LOW, -skew], axis=1)
        high = np.stack([position + width, none + np.inf, widest, none + _ETA_HIGH, skew], axis=1)
        return (
            np.concatenate([np.full(_BACKGROUND, -np.inf), low.ravel()]),
            np.concatenate([np.full(_BACKGROUND, np.inf), high.ravel()]),
        )

    def residual(self, parameters: Array) -> tuple[Array, Array]:
        """Weighted residuals, shape (points,), and their derivatives by every parameter, shape (parameters, points)."""
        peaks = parameters[_BACKGROUND:].reshape(-1, PER_PEAK)
        value, by_peaks = profile_and_slopes(self.x, peaks, self.lines, skewed=bool(self.skewed.any()))
        residual = (self.y - value) * self.weight - parameters[:_BACKGROUND] @ self.straight
        return residual, np.concatenate([self.straight, by_peaks * self.weight])

    @cached_property
    def straight(self) -> Array:
        """Weighted derivatives by the background: by its constant and by its slope (-1 to 1), shape (2, points)."""
        middle, half = 0.5 * (self.x[0] + self.x[-1]), 0.5 * (self.x[-1] - self.x[0])
        return np.stack([self.weight, (self.x - middle) / half * self.weight])


@dataclass(frozen=True, eq=False)
class Solution:
    """Parameters, their covariance (not scaled) and the weighted residuals, shape (points,)."""

    parameters: Array
    covariance: Array
    residual: Array

    @property
    def chi2(self) -> float:
        """Sum of the squared residuals."""
        return float(self.residual @ self.residual)


def solve(problem: Problem) -> Solution:
    """Damped Gauss-Newton within bounds."""
    low, high = problem.bounds()
    at = np.clip(np.concatenate([np.zeros(_BACKGROUND), problem.start.ravel()]), low, high)
    precision = np.zeros(at.size)
    precision[_BACKGROUND + 3 :: PER_PEAK] = 1.0 / problem.prior.scatter**2
    precision[:_BACKGROUND] = 1.0 / problem.doubt**2
    known = np.zeros(at.size)
    known[_BACKGROUND + 3 :: PER_PEAK] = problem.prior.eta
    penalty = precision @ (at - known) ** 2
    residual, jacobian = problem.residual(at)
    cost, damping = float(residual @ residual + penalty), 1e-3
    evaluations = 0
    while evaluations < _EVALUATIONS:
        normal = _gram(jacobian)
        normal[np.diag_indices(at.size)] += precision
        slope = np.einsum("ip,p->i", jacobian, residual) - precision * (at - known)
        free = ~(((at <= low) & (slope <= 0.0)) | ((at >= high) & (slope >= 0.0)))
        gain = 0.0
        while damping < 1e8:
            evaluations += 1
            trial = np.clip(at + _step(normal, slope, free, damping), low, high)
            tried, derivative = problem.residual(trial)
            gain = cost - float(tried @ tried + precision @ (trial - known) ** 2)
            if gain >= 0.0:
                at, residual, jacobian, cost, damping = trial, tried, derivative, cost - gain, max(damping / 8.0, 1e-9)
                break
            damping *= 4.0
        if (gain <= _CONVERGED * max(cost / problem.x.size, 1.0) and damping < 1.0) or damping >= 1e8:
            break
    normal = _gram(jacobian) + np.diag(precision)
    return Solution(at, _covariance(normal, high > low), residual)


def _gram(jacobian: Array) -> Array:
    """J Jᵀ in pieces so small that BLAS does them in this thread: on a busy machine its other threads wait for each other."""
    size, points = jacobian.shape
    length = max(_SMALL_PRODUCT // (size * size), 8)
    total = np.zeros((size, size))
    for start in range(0, points, length):
        piece = jacobian[:, start : start + length]
        total += piece @ piece.T
    return total


def _step(normal: Array, slope: Array, free: NDArray[np.bool_], damping: float) -> Array:
    """The damped step of the free parameters, zero for the others."""
    index = np.nonzero(free)[0]
    part = normal[index[:, None], index]
    diagonal = part.reshape(-1)[:: index.size + 1]  # a view
    diagonal *= 1.0 + damping
    diagonal += 1e-12
    step = np.zeros(slope.size)
    step[index] = np.linalg.solve(part, slope[index])
    return step


def _covariance(normal: Array, free: NDArray[np.bool_]) -> Array:
    """Inverse of the normal matrix over the parameters that are free, zeros elsewhere."""
    scale = np.sqrt(np.maximum(np.diag(normal), 1e-300))[free]
    part = normal[np.ix_(free, free)] / np.outer(scale, scale)
    part[np.diag_indices(scale.size)] += 1e-10  # two reflections in one place: very uncertain, not infinitely
    inverse = np.linalg.inv(part)
    full = np.zeros_like(normal)
    full[np.ix_(free, free)] = inverse / np.outer(scale, scale)
    return full


def _fit_group(target: Target, total: Array, start: Array, prior: Prior, number: int) -> list[Fitted]:
    """Fit overlapping reflections; `total` is the model of all reflections, this group's included."""
    last = second_position(start[:, 0], target.lines)[0] if target.lines.intensity_ratio > 0 else start[:, 0]
    low = float(np.min(start[:, 0] - WINDOW * start[:, 2]))
    high = float(np.max(last + WINDOW * start[:, 2]))
    inside = slice(*np.searchsorted(target.x, (low, high)))
    points = target.x[inside]
    free = points.size - PER_PEAK * len(start) - _BACKGROUND
    if free < 1:
        return []
    data = target.net[inside] - total[inside] + profile(points, start, target.lines)
    weight = 1.0 / np.sqrt(target.variance[inside])
    doubt = float(np.mean(target.doubt[inside]))
    problem = Problem(points, data, weight, target.lines, prior, start, start[:, 4] != 0.0, target.widest, doubt)
    solution = _perhaps_skewed(problem, solve(problem), free)
    share = points.size / free
    found = []
    for i, row in enumerate(solution.parameters[_BACKGROUND:].reshape(-1, PER_PEAK)):
        near = slice(*np.searchsorted(points, (row[0] - 1.5 * row[2], row[0] + 1.5 * row[2])))
        chi2 = float(np.mean(solution.residual[near] ** 2)) * share if near.stop - near.start > 5 else 1.0
        block = slice(_BACKGROUND + PER_PEAK * i, _BACKGROUND + PER_PEAK * (i + 1))
        covariance = solution.covariance[block, block] * max(chi2, 1.0)
        found.append(Fitted(row, covariance, chi2, points.size, number, solution.parameters[:2], (low, high)))
    return found


def _perhaps_skewed(problem: Problem, solution: Solution, free: int) -> Solution:
    """The fit with a skew for the strong reflections, where the fit without is refused by the data and this one better."""
    if solution.chi2 < 1.3 * free or problem.skewed.all():
        return solution
    peaks = solution.parameters[_BACKGROUND:].reshape(-1, PER_PEAK)
    strong = peaks[:, 1] > 0.2 * peaks[:, 1].max()
    tried = solve(replace(problem, start=peaks, skewed=problem.skewed | strong))
    gain = (solution.chi2 - tried.chi2) / max(tried.chi2 / free, 1.0)
    return tried if gain > _SKEWED else solution


def shape_prior(found: list[Fitted]) -> Prior:
    """The Lorentz fraction that the well-measured reflections share, and how much it scatters among them."""
    good = [f for f in found if f.covariance[3, 3] < 0.15**2 and f.parameters[1] > 0.0]
    if len(good) < 2:
        return Prior()
    eta = np.array([f.parameters[3] for f in good])
    weight = 1.0 / (np.array([f.covariance[3, 3] for f in good]) + 0.05**2)
    mean = float(np.clip(weight @ eta / weight.sum(), 0.0, 1.0))
    scatter = float(np.sqrt(weight @ (eta - mean) ** 2 / weight.sum()))
    return replace(Prior(), eta=mean, scatter=float(np.clip(1.5 * scatter, 0.2, 0.5)))
