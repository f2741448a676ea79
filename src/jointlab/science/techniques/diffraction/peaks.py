"""From a pattern to its list of reflections: find, fit, look into the residual, fit again."""

from dataclasses import dataclass

import numpy as np

from jointlab.science.techniques.diffraction.background import background_of, recentred
from jointlab.science.techniques.diffraction.finding import Candidate, Search, without_second_line
from jointlab.science.techniques.diffraction.fitting import (
    WINDOW,
    Fitted,
    Target,
    fit_all,
    shape_prior,
    start_values,
)
from jointlab.science.techniques.diffraction.pattern import Array, Pattern
from jointlab.science.techniques.diffraction.profile import (
    GAUSS_BREADTH,
    LORENTZ_BREADTH,
    PER_PEAK,
    Lines,
    profile,
    second_position,
)
from jointlab.science.techniques.diffraction.radiation import Radiation
from jointlab.science.techniques.diffraction.solving import Prior, Problem, solve

_MOST_PEAKS = 200
_ROUNDS = 3
_REST = 0.2
_TRIES = 2
_KEEP = 3.0  # a reflection is kept when its area is this many standard uncertainties
_MERGE = 0.35  # FWHM; nearer reflections are one
_OF_MODEL = 0.12  # height of a further maximum over the model under it, below which it is a misfit of the profile
_OF_NEIGHBOUR = 0.015  # height over the strongest reflection within a few widths, likewise
_SHARPER = 0.5  # width of a further maximum over that of the reflection that it lies on
_SURE_PEAK = 10.0  # standard uncertainties of the height of a reflection whose width is trusted
_SKEW_DOUBT = 0.1  # of skew times FWHM: how far the maximum of a skewed profile depends on the function chosen
_SURE = 30.0  # difference of χ² that decides about Kα2


@dataclass(frozen=True)
class Peak:
    """One reflection (Kα1). Angles in deg, height and area in the unit of the pattern; `u_` are standard uncertainties."""

    two_theta: float
    u_two_theta: float
    height: float
    u_height: float
    area: float
    u_area: float
    fwhm: float
    u_fwhm: float
    breadth: float  # area over height
    u_breadth: float
    eta: float  # Lorentz fraction
    u_eta: float
    cov_fwhm_eta: float  # deg
    skew: float  # 0: symmetric
    chi2: float  # reduced, of the group that it was fitted in


@dataclass(frozen=True, eq=False)
class PeakList:
    """What was found in a pattern; `background` and `fit` have one value a point."""

    peaks: tuple[Peak, ...]
    background: Array
    fit: Array
    lines: Lines
    kalpha2: str  # what was decided about the second line, and why
    kalpha2_differs: bool  # the data say otherwise than what is stated


def analyse_pattern(
    pattern: Pattern, radiation: Radiation | None, *, threshold: float, half_window: float, widest: float
) -> PeakList:
    """Every reflection above `threshold` standard deviations with a FWHM up to `widest` deg."""
    background = background_of(pattern, half_window=half_window)
    net = pattern.intensity - background
    lines = _candidate_lines(radiation)
    smooth = np.convolve(np.pad(pattern.intensity, 2, mode="edge"), np.full(5, 0.2), mode="valid")
    variance = pattern.variance(np.maximum(smooth, background))
    x, search = pattern.two_theta, Search(pattern.two_theta, widest)
    candidates = search.peaks(net, variance, threshold=threshold)
    start = start_values(_strongest(without_second_line(candidates, lines)), Prior())
    target = Target(x, net, variance, lines, widest, _doubt(pattern, background))
    coarse = target.joined(start)
    found = _settled(coarse, start, Prior())
    lines, why, differs = _decide_second_line(coarse, found, radiation)
    refused: list[float] = []
    searching = True
    for left in reversed(range(_ROUNDS)):  # the residual shows what a stronger neighbour hid
        before = _starts(found)
        model = profile(x, before, lines)
        background = recentred(pattern, background, model, half_window=half_window)
        net, variance = pattern.intensity - background, pattern.variance(background + model)
        target = Target(x, net, variance, lines, widest, _doubt(pattern, background))
        more = search.peaks(net - model, variance, threshold=threshold) if searching else []
        more = [c for c in _strongest(_hidden(more, model, x, found)) if not _near(c, refused)]
        start = np.concatenate([before, start_values(more, Prior())])
        coarse = target.joined(start) if left else target
        found = _settled(coarse, start, shape_prior(found))
        refused += [c.two_theta for c in more if not _near(c, [f.two_theta for f in found])]
        searching = bool(more) or len(before) != len(found)
        if not searching and _at_rest(before, found):
            break
    if coarse is not target:
        found = _settled(target, _starts(found), shape_prior(found))
    model = profile(x, np.array([f.parameters for f in found]).reshape(-1, PER_PEAK), lines)
    full = background + _local_background(x, found)
    return PeakList(tuple(_peak(f) for f in found), full, full + model, lines, why, differs)


def _doubt(pattern: Pattern, background: Array) -> Array:
    """How far the background may be off: a tenth of itself and two standard deviations of a point, shape (points,)."""
    far: Array = 0.1 * np.abs(background) + 2.0 * np.sqrt(pattern.variance(background))
    return far


def _starts(found: list[Fitted]) -> Array:
    """Parameters to go on from, shape (peaks, 5)."""
    return np.array([f.again for f in found]).reshape(-1, PER_PEAK)


def _near(candidate: Candidate, places: list[float]) -> bool:
    """Whether a maximum lies at one of these places (deg)."""
    return any(abs(candidate.two_theta - place) < candidate.fwhm for place in places)


def _at_rest(before: Array, found: list[Fitted]) -> bool:
    """Whether positions and widths moved less than a fifth of their uncertainties."""
    return all(
        abs(old[k] - f.parameters[k]) <= _REST * f.sigma(k)
        for old, f in zip(before, found, strict=True)
        for k in (0, 2)
    )


def _strongest(candidates: list[Candidate]) -> list[Candidate]:
    """The most significant ones, no more than are ever in a pattern."""
    return sorted(candidates, key=lambda c: -c.significance)[:_MOST_PEAKS]


def _settled(target: Target, start: Array, prior: Prior) -> list[Fitted]:
    """Fit, leave out what does not hold, and fit again until all of it holds."""
    found = fit_all(target, start, prior)
    for _ in range(_TRIES):
        kept = _kept(found, target.widest)
        if len(kept) == len(found):
            return kept
        found = fit_all(target, _starts(kept), prior)
    return [f for f in _kept(found, target.widest) if _holds(f, 0.0, target.widest)]


def _candidate_lines(radiation: Radiation | None) -> Lines:
    if radiation is None or radiation.kalpha2 is None:
        return Lines()
    ratio = radiation.stated_ratio if not radiation.open else (radiation.stated_ratio or 0.5)
    return Lines(radiation.kalpha2 / radiation.kalpha1 if ratio else 1.0, ratio)


def _decide_second_line(target: Target, found: list[Fitted], radiation: Radiation | None) -> tuple[Lines, str, bool]:
    """Whether Kα2 is in the data: the strongest reflections that stand alone are fitted with and without it."""
    lines = target.lines
    if radiation is None:
        return lines, "not considered: no wavelength", False
    if radiation.kalpha2 is None or not radiation.open:
        return lines, "present" if lines.intensity_ratio else "absent", False
    stated = radiation.stated_ratio > 0.0
    gain = sum(_gain_of_second_line(target, f) for f in _alone(found, lines))
    without = Lines(lines.wavelength_ratio, 0.0)
    word = "present" if stated else "absent"
    if abs(gain) < _SURE or (gain > 0.0) == stated:
        proof = "and the profiles agree" if abs(gain) >= _SURE else "the profiles do not decide"
        return (lines if stated else without), f"{word}: as stated, {proof}", False
    if gain > 0.0:
        return lines, "present: the profiles show it, although one line is stated", True
    return without, "absent: the profiles show one line, although two are stated", True


def _alone(found: list[Fitted], lines: Lines) -> list[Fitted]:
    """Up to five strong reflections, alone in their group, whose second line stands well apart."""
    size: dict[int, int] = {}
    for f in found:
        size[f.group] = size.get(f.group, 0) + 1
    usable = []
    for f in found:
        apart = float(second_position(f.parameters[:1], lines)[0][0]) - f.two_theta
        if size[f.group] == 1 and 0.4 * f.parameters[2] < apart and f.parameters[1] > _SURE_PEAK * f.sigma(1):
            usable.append(f)
    return sorted(usable, key=lambda f: f.parameters[1] / f.sigma(1), reverse=True)[:5]


def _gain_of_second_line(target: Target, f: Fitted) -> float:
    """How much better, in χ² of the better fit, one reflection is fitted with its second line."""
    x, lines = target.x, target.lines
    second = float(second_position(f.parameters[:1], lines)[0][0])
    reach = WINDOW * float(f.parameters[2])
    inside = slice(*np.searchsorted(x, (f.two_theta - reach, second + reach)))
    y, weight, start = target.net[inside], 1.0 / np.sqrt(target.variance[inside]), f.parameters[None, :]
    doubt = float(np.mean(target.doubt[inside]))
    cost = []
    for tried in (Lines(lines.wavelength_ratio, 0.0), lines):
        problem = Problem(x[inside], y, weight, tried, Prior(), start, np.array([True]), target.widest, doubt)
        cost.append(solve(problem).chi2)
    free = max(x[inside].size - 7, 1)
    return (cost[0] - cost[1]) / max(min(cost) / free, 1.0)


def _kept(found: list[Fitted], widest: float) -> list[Fitted]:
    """Without reflections that the fit made insignificant or that lie on a stronger one; by position.

    Of neighbours that make each other insignificant only the weakest goes: alone, the other may hold.
    """
    sure = [f.parameters[2] for f in found if f.parameters[1] > _SURE_PEAK * f.sigma(1)]
    least = 0.6 * float(np.min(sure)) if sure else 0.0  # nothing is sharper than the instrument
    doubtful = {id(f) for f in found if not _holds(f, least, widest)}
    kept: list[Fitted] = []
    spared: set[int] = set()
    for f in sorted(found, key=lambda f: f.parameters[1]):
        near = [
            g for g in found if g is not f and abs(g.two_theta - f.two_theta) < max(g.parameters[2], f.parameters[2])
        ]
        if id(f) in doubtful and id(f) not in spared:
            spared |= {id(g) for g in near if id(g) in doubtful and g.parameters[1] >= f.parameters[1]}
        elif not any(_same(f, g) for g in near if g.parameters[1] > f.parameters[1]):
            kept.append(f)
    return sorted(kept, key=lambda f: f.two_theta)


def _holds(f: Fitted, least: float, widest: float) -> bool:
    """Whether a fitted reflection is significant and of a possible width."""
    return bool(
        np.isfinite(f.covariance).all()
        and f.parameters[1] > _KEEP * f.sigma(1)
        and f.sigma(2) < 0.6 * f.parameters[2]
        and least < f.parameters[2] < widest
        and f.window[0] < f.two_theta < f.window[1]
    )


def _same(f: Fitted, g: Fitted) -> bool:
    """Whether two reflections are too near to be two."""
    return abs(f.two_theta - g.two_theta) < _MERGE * float(min(f.parameters[2], g.parameters[2]))


def _hidden(candidates: list[Candidate], model: Array, x: Array, found: list[Fitted]) -> list[Candidate]:
    """Maxima of the residual that are reflections, not the misfit of a stronger one's profile."""
    kept = []
    for c in candidates:
        under = float(np.interp(c.two_theta, x, model))
        near = [f.parameters[1] for f in found if abs(f.two_theta - c.two_theta) < 8.0 * f.parameters[2]]
        close = [
            f for f in found if abs(f.two_theta - c.two_theta) < f.parameters[2] and c.fwhm > _SHARPER * f.parameters[2]
        ]
        if c.height > _OF_MODEL * under and c.height > _OF_NEIGHBOUR * max(near, default=0.0) and not close:
            kept.append(c)
    return kept


def _local_background(x: Array, found: list[Fitted]) -> Array:
    """What the groups' own straight lines add to the background, faded out towards the ends of their windows, shape (points,)."""
    added, weight = np.zeros(x.size), np.zeros(x.size)
    for f in {f.group: f for f in found}.values():
        low, high = f.window
        arm = (x - 0.5 * (low + high)) / (0.5 * (high - low))
        inside = np.abs(arm) <= 1.0
        fade = np.cos(0.5 * np.pi * arm[inside]) ** 2
        added[inside] += fade * (f.background[0] + f.background[1] * arm[inside])
        weight[inside] += fade
    shift: Array = added / np.maximum(weight, 1.0)
    return shift


def _peak(f: Fitted) -> Peak:
    """Derived numbers with uncertainties propagated through the covariance of (x0, h, w, η, a)."""
    position, height, width, eta, skew = (float(v) for v in f.parameters)
    shape = eta * LORENTZ_BREADTH + (1.0 - eta) * GAUSS_BREADTH
    by_eta = LORENTZ_BREADTH - GAUSS_BREADTH

    def spread(*gradient: float) -> float:
        g = np.array(gradient)
        return float(np.sqrt(max(g @ f.covariance[:4, :4] @ g, 0.0)))

    return Peak(
        position, float(np.hypot(spread(1, 0, 0, 0), _SKEW_DOUBT * abs(skew) * width)), height, spread(0, 1, 0, 0),
        height * width * shape, spread(0, width * shape, height * shape, height * width * by_eta),
        width, spread(0, 0, 1, 0), width * shape, spread(0, 0, shape, width * by_eta), eta, spread(0, 0, 0, 1),
        float(f.covariance[2, 3]), skew, f.chi2,
    )  # fmt: skip
