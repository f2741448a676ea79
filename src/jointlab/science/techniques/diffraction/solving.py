"""Damped Gauss-Newton steps with an analytic Jacobian, for many groups of overlapping reflections at once.

K. Levenberg, Q. Appl. Math. 2 (1944) 164; D. W. Marquardt, J. SIAM 11 (1963) 431. Each group has its own damping and ends
by itself; they share the evaluations, whose cost for arrays as short as these is that of the calls. The solver is ours
because importing scipy.optimize alone takes longer than fitting a whole pattern here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jointlab.science.techniques.diffraction.pattern import Array
from jointlab.science.techniques.diffraction.profile import PER_PEAK, Lines, profile_and_slopes

BACKGROUND = 2  # constant and slope on top of the background curve
_ETA_LOW, _ETA_HIGH = -0.1, 1.1  # a little wider than [0, 1], so that a bound does not bias the mean of many fits
_MOST_SKEW = 0.6
_EVALUATIONS = 30
_CONVERGED = 2e-3  # gain of χ² (scaled to 1 a degree of freedom) below which a fit is done: 0.05 standard uncertainties
_SMALL_PRODUCT = 50_000  # multiplications
_AT_ONCE = 30_000  # points times reflections that are evaluated together: they stay in the processor's cache
_LONGER = 2.0  # how many times as long as the shortest a window of the same lot may be


@dataclass(frozen=True)
class Prior:
    """What is known of the Lorentz fraction before a fit: mean and standard deviation."""

    eta: float = 0.5
    scatter: float = 0.5


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

    @property
    def size(self) -> int:
        """Number of parameters: constant and slope of the background, then five of each reflection."""
        return BACKGROUND + PER_PEAK * len(self.start)

    def bounds(self) -> tuple[Array, Array]:
        """Lowest and highest value of every parameter."""
        steps = np.sort(np.diff(self.x))  # their median; numpy's own takes longer than the rest of this function
        step = 0.5 * float(steps[(steps.size - 1) // 2] + steps[steps.size // 2])
        position, _, width, _, _ = self.start.T
        low, high = np.empty((2, self.size))
        low[:BACKGROUND], high[:BACKGROUND] = -np.inf, np.inf
        lowest, highest = low[BACKGROUND:].reshape(-1, PER_PEAK), high[BACKGROUND:].reshape(-1, PER_PEAK)
        lowest[:, 0], highest[:, 0] = position - width, position + width
        lowest[:, 1], highest[:, 1] = 0.0, np.inf
        lowest[:, 2], highest[:, 2] = np.minimum(1.2 * step, width), np.minimum(5.0 * width, 1.5 * self.widest)
        lowest[:, 3], highest[:, 3] = _ETA_LOW, _ETA_HIGH
        highest[:, 4] = np.where(self.skewed, _MOST_SKEW, 0.0)
        lowest[:, 4] = -highest[:, 4]
        return low, high


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
    return solve_all([problem])[0]


def solve_all(problems: Sequence[Problem]) -> list[Solution]:
    """The same for several problems, which share their lines; in their order."""
    solved: dict[int, Solution] = {}
    for lot in _lots(problems):
        solved |= zip(lot, _Lot([problems[i] for i in lot]).solved(), strict=True)
    return [solved[i] for i in range(len(problems))]


def _lots(problems: Sequence[Problem]) -> Iterator[list[int]]:
    """Places of problems that are solved together: windows of like length, shorter ones first."""
    lot: list[int] = []
    peaks = 0
    for i in sorted(range(len(problems)), key=lambda i: problems[i].x.size):
        points, more = problems[i].x.size, len(problems[i].start)
        if lot and (points > _LONGER * problems[lot[0]].x.size or (peaks + more) * points > _AT_ONCE):
            yield lot
            lot, peaks = [], 0
        lot.append(i)
        peaks += more
    if lot:
        yield lot


class _Lot:
    """Problems solved in step. Arrays have a row a problem, as long as the longest; what is beyond a problem's end is 0."""

    def __init__(self, problems: list[Problem]) -> None:
        count, self.length = len(problems), max(problem.x.size for problem in problems)
        most = max(problem.size for problem in problems)
        self.problems, self.lines = problems, problems[0].lines
        self.skewed = any(bool(problem.skewed.any()) for problem in problems)
        self.x, self.y, self.weight = np.zeros((3, count, self.length))
        self.straight = np.zeros((count, BACKGROUND, self.length))
        self.at, self.low, self.high, self.known = np.zeros((4, count, most))
        self.precision = np.ones((count, most))
        for row, problem in enumerate(problems):
            points, size = slice(problem.x.size), slice(problem.size)
            self.x[row], self.x[row, points] = problem.x[-1], problem.x
            self.y[row, points], self.weight[row, points] = problem.y, problem.weight
            middle, half = 0.5 * (problem.x[0] + problem.x[-1]), 0.5 * (problem.x[-1] - problem.x[0])
            self.straight[row, 0, points] = problem.weight
            self.straight[row, 1, points] = (problem.x - middle) / half * problem.weight
            self.low[row, size], self.high[row, size] = problem.bounds()
            self.at[row, BACKGROUND : problem.size] = problem.start.ravel()
            eta = slice(BACKGROUND + 3, problem.size, PER_PEAK)
            self.precision[row, size] = 0.0
            self.precision[row, :BACKGROUND] = 1.0 / problem.doubt**2
            self.precision[row, eta], self.known[row, eta] = 1.0 / problem.prior.scatter**2, problem.prior.eta
        self.at = np.clip(self.at, self.low, self.high)
        self.normal = np.zeros((count, most, most))
        self.slope = np.zeros((count, most))
        self.residual = np.zeros((count, self.length))
        self.penalised = np.zeros(count)  # χ² with that of what is known beforehand

    def solved(self) -> list[Solution]:
        """Step until no problem gains from the next one."""
        rows = np.arange(len(self.problems))
        self._take(rows, *self._evaluated(rows, self.at))
        damping = np.full(rows.size, 1e-3)
        points = np.array([problem.x.size for problem in self.problems])
        for _ in range(_EVALUATIONS):
            trial = self._trial(rows, damping[rows])
            expected = np.sum(self.slope[rows] * (trial - self.at[rows]), axis=1)
            enough = _CONVERGED * np.maximum(self.penalised[rows] / points[rows], 1.0)
            done = (damping[rows] < 1.0) & (expected <= enough)  # what the last step gains is known without taking it
            self.at[rows[done]] = trial[done]
            rows, trial = rows[~done & (damping[rows] < 1e8)], trial[~done & (damping[rows] < 1e8)]
            if not rows.size:
                break
            residual, slopes, penalised = self._evaluated(rows, trial)
            better = penalised <= self.penalised[rows]
            self.at[rows[better]] = trial[better]
            damping[rows] = np.where(better, np.maximum(damping[rows] / 8.0, 1e-9), damping[rows] * 4.0)
            self._take(
                rows[better], residual[better], [s for s, b in zip(slopes, better, strict=True) if b], penalised[better]
            )
        return [self._solution(row) for row in range(len(self.problems))]

    def _evaluated(self, rows: NDArray[np.intp], at: Array) -> tuple[Array, list[Array], Array]:
        """Of these problems at `at`: weighted residuals, derivatives of each, penalised χ²."""
        counts = [len(self.problems[row].start) for row in rows]
        of = np.repeat(rows, counts)
        peaks = np.concatenate([
            values[BACKGROUND : BACKGROUND + PER_PEAK * count].reshape(-1, PER_PEAK) for values, count in zip(at, counts, strict=True)
        ])  # fmt: skip
        values, slopes = profile_and_slopes(self.x[of], peaks, self.lines, skewed=self.skewed)
        slopes *= self.weight[of][:, None]
        ends = np.cumsum(counts, dtype=np.intp)
        model = np.add.reduceat(values, (ends - counts).tolist(), axis=0)
        residual = (self.y[rows] - model) * self.weight[rows]
        residual -= at[:, :1] * self.straight[rows, 0] + at[:, 1:BACKGROUND] * self.straight[rows, 1]
        penalised = np.sum(residual * residual, axis=1) + np.sum(
            self.precision[rows] * (at - self.known[rows]) ** 2, axis=1
        )
        return residual, [slopes[end - count : end] for end, count in zip(ends, counts, strict=True)], penalised

    def _take(self, rows: NDArray[np.intp], residual: Array, slopes: list[Array], penalised: Array) -> None:
        """Make these the problems' present residuals, normal matrices and slopes."""
        self.residual[rows], self.penalised[rows] = residual, penalised
        self.normal[rows] = 0.0
        for row, left, by_peaks in zip(rows, residual, slopes, strict=True):
            problem = self.problems[row]
            jacobian = np.concatenate([self.straight[row], by_peaks.reshape(-1, self.length)])[:, : problem.x.size]
            self.normal[row, : problem.size, : problem.size] = _gram(jacobian)
            self.slope[row, : problem.size] = np.einsum("ip,p->i", jacobian, left[: problem.x.size])
        diagonal = np.arange(self.at.shape[1])
        self.normal[rows[:, None], diagonal, diagonal] += self.precision[rows]
        self.slope[rows] -= self.precision[rows] * (self.at[rows] - self.known[rows])

    def _trial(self, rows: NDArray[np.intp], damping: Array) -> Array:
        """Where the damped step of the free parameters leads, within the bounds."""
        at, slope, low, high = self.at[rows], self.slope[rows], self.low[rows], self.high[rows]
        free = ~(((at <= low) & (slope <= 0.0)) | ((at >= high) & (slope >= 0.0)))
        matrix = self.normal[rows] * (free[:, :, None] & free[:, None, :])
        diagonal = np.arange(at.shape[1])
        matrix[:, diagonal, diagonal] *= 1.0 + damping[:, None]
        matrix[:, diagonal, diagonal] += np.where(free, 1e-12, 1.0)
        step = np.linalg.solve(matrix, np.where(free, slope, 0.0)[..., None])[..., 0]
        return np.clip(at + step, low, high)

    def _solution(self, row: int) -> Solution:
        problem = self.problems[row]
        size = slice(problem.size)
        free = self.high[row, size] > self.low[row, size]
        covariance = _covariance(self.normal[row, size, size], free)
        return Solution(self.at[row, size], covariance, self.residual[row, : problem.x.size])


def _gram(jacobian: Array) -> Array:
    """J Jᵀ in pieces so small that BLAS does them in this thread: on a busy machine its other threads wait for each other."""
    size, points = jacobian.shape
    length = max(_SMALL_PRODUCT // (size * size), 8)
    total = np.zeros((size, size))
    for start in range(0, points, length):
        piece = jacobian[:, start : start + length]
        total += piece @ piece.T
    return total


def _covariance(normal: Array, free: NDArray[np.bool_]) -> Array:
    """Inverse of the normal matrix over the parameters that are free, zeros elsewhere."""
    scale = np.sqrt(np.maximum(np.diag(normal), 1e-300))[free]
    part = normal[np.ix_(free, free)] / np.outer(scale, scale)
    part[np.diag_indices(scale.size)] += 1e-10  # two reflections in one place: very uncertain, not infinitely
    inverse = np.linalg.inv(part)
    full = np.zeros_like(normal)
    full[np.ix_(free, free)] = inverse / np.outer(scale, scale)
    return full
