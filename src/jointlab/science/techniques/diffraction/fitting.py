"""Least-squares fits of reflections in groups that overlap."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from jointlab.science.techniques.diffraction.finding import Candidate
from jointlab.science.techniques.diffraction.pattern import Array
from jointlab.science.techniques.diffraction.profile import PER_PEAK, Lines, profile, second_position
from jointlab.science.techniques.diffraction.solving import BACKGROUND, Prior, Problem, Solution, solve_all

WINDOW = 4.0  # FWHM fitted on either side of a reflection
_TOGETHER = 2.5  # FWHM on either side within which reflections are fitted together
_MOST_TOGETHER = 8
_CLEAR_SKEW = 4.0  # standard uncertainties
_SKEWED = 30.0  # χ² (of a fit scaled to 1 a degree of freedom) that a skew must gain to be allowed
_ENOUGH = 8.0  # points within the FWHM of a narrow reflection, for the fits before the last
_NARROW = 0.2  # quantile of the widths that counts as narrow


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

    def joined(self, peaks: Array) -> "Target":
        """Neighbouring points joined where there are more than enough for these reflections: for all fits but the last.

        The same target where there are not.
        """
        if not len(peaks):
            return self
        step = float(self.x[-1] - self.x[0]) / (self.x.size - 1)
        many = int(np.quantile(peaks[:, 2], _NARROW) / step / _ENOUGH)
        if many < 2:
            return self
        length = self.x.size // many * many
        columns = (self.x, self.net, self.variance, self.doubt)
        x, net, variance, doubt = (column[:length].reshape(-1, many).mean(axis=1) for column in columns)
        return replace(self, x=x, net=net, variance=variance / many, doubt=doubt)


def fit_all(target: Target, start: Array, prior: Prior) -> list[Fitted]:
    """Fit every reflection, those that overlap together, with the others' tails taken off; by position."""
    peaks = start[np.argsort(start[:, 0])]
    total = profile(target.x, peaks, target.lines) if len(peaks) else np.zeros(target.x.size)
    groups = [
        group for members in _groups(peaks, target.lines)
        if (group := _group(target, total, peaks, members, prior)) is not None
    ]  # fmt: skip
    solutions = _perhaps_skewed(groups, solve_all([group.problem for group in groups]))
    lots = (_fitted(group, solution, i) for i, (group, solution) in enumerate(zip(groups, solutions, strict=True)))
    return sorted((f for lot in lots for f in lot), key=lambda f: f.two_theta)


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
class _Group:
    """Overlapping reflections on their way: which of all they are, their window (deg), the problem."""

    members: NDArray[np.intp]
    window: tuple[float, float]
    problem: Problem

    @property
    def free(self) -> int:
        """Degrees of freedom."""
        return self.problem.x.size - self.problem.size


def _group(target: Target, total: Array, peaks: Array, members: NDArray[np.intp], prior: Prior) -> _Group | None:
    """The problem of some of the reflections; `total` is the model of all, these included. None where points are too few."""
    start = peaks[members]
    last = second_position(start[:, 0], target.lines)[0] if target.lines.intensity_ratio > 0 else start[:, 0]
    low = float(np.min(start[:, 0] - WINDOW * start[:, 2]))
    high = float(np.max(last + WINDOW * start[:, 2]))
    inside = slice(*np.searchsorted(target.x, (low, high)))
    points = target.x[inside]
    if points.size - PER_PEAK * len(start) - BACKGROUND < 1:
        return None
    data = target.net[inside] - total[inside] + profile(points, start, target.lines)
    weight = 1.0 / np.sqrt(target.variance[inside])
    doubt = float(np.mean(target.doubt[inside]))
    problem = Problem(points, data, weight, target.lines, prior, start, start[:, 4] != 0.0, target.widest, doubt)
    return _Group(members, (low, high), problem)


def _fitted(group: _Group, solution: Solution, number: int) -> list[Fitted]:
    """The reflections of a solved group."""
    points = group.problem.x
    share = points.size / group.free
    found = []
    for i, row in enumerate(solution.parameters[BACKGROUND:].reshape(-1, PER_PEAK)):
        near = slice(*np.searchsorted(points, (row[0] - 1.5 * row[2], row[0] + 1.5 * row[2])))
        chi2 = float(np.mean(solution.residual[near] ** 2)) * share if near.stop - near.start > 5 else 1.0
        block = slice(BACKGROUND + PER_PEAK * i, BACKGROUND + PER_PEAK * (i + 1))
        covariance = solution.covariance[block, block] * max(chi2, 1.0)
        found.append(Fitted(row, covariance, chi2, points.size, number, solution.parameters[:2], group.window))
    return found


def _perhaps_skewed(groups: list[_Group], solutions: list[Solution]) -> list[Solution]:
    """With a skew for the strong reflections where a fit without is refused by the data and the one with is better."""
    better = list(solutions)
    doubtful = [
        i for i, group in enumerate(groups)
        if solutions[i].chi2 >= 1.3 * group.free and not group.problem.skewed.all()
    ]  # fmt: skip
    for i, tried in zip(doubtful, solve_all([_skewed(groups[i], solutions[i]) for i in doubtful]), strict=True):
        gain = (solutions[i].chi2 - tried.chi2) / max(tried.chi2 / groups[i].free, 1.0)
        if gain > _SKEWED:
            better[i] = tried
    return better


def _skewed(group: _Group, solution: Solution) -> Problem:
    peaks = solution.parameters[BACKGROUND:].reshape(-1, PER_PEAK)
    strong = peaks[:, 1] > 0.2 * peaks[:, 1].max()
    return replace(group.problem, start=peaks, skewed=group.problem.skewed | strong)


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
