"""BET area from a gas adsorption isotherm, in the range that the criteria of Rouquerol choose (IUPAC 2015)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jointlab.science.plots.plot import Axis, Band, Plot, Series
from jointlab.science.reading import Caution, Condition, Reading
from jointlab.science.settings import Setting, Settings
from jointlab.science.techniques.adsorption_data import (
    BET_RANGE,
    SHARED_SETTINGS,
    Branch,
    Data,
    adsorption_data,
    combined,
    has_isotherm,
    held,
)
from jointlab.science.techniques.straight_line import Line, fit_line
from jointlab.science.techniques.technique import Analysis, Figure, Technique, figure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_AVOGADRO = 6.02214076e23
_METHOD = "BET, Brunauer, Emmett and Teller 1938; range by the criteria of Rouquerol, IUPAC 2015 (doi:10.1515/pac-2014-1117), ISO 9277:2022"
_FEWEST = 3  # points of a range; below it nothing is known about the fit
_LINEAR = 0.995  # correlation below which the line is doubted
_SETTINGS = (
    *SHARED_SETTINGS,
    *BET_RANGE,
    Setting("cross_section", "Area of one adsorbed molecule; otherwise that of the gas (N2 0.162, Ar 0.142, Kr 0.202, CO2 0.170 nm²).", unit="nm^2"),
)  # fmt: skip


@dataclass(frozen=True)
class Bet:
    """A BET fit over the points [first, last] of the adsorption branch."""

    line: Line
    first: int
    last: int
    low: float  # p/p0
    high: float
    monolayer: float  # mmol/g
    monolayer_uncertainty: float
    constant: float
    constant_uncertainty: float
    monolayer_pressure: float  # p/p0 at which the isotherm has the monolayer capacity; nan beyond it
    area: float  # m²/g
    failed: tuple[str, ...] = ()  # criteria that are not met

    @property
    def relative_uncertainty(self) -> float:
        """Of the monolayer capacity, from the fit."""
        return self.monolayer_uncertainty / self.monolayer


def rouquerol(branch: Branch) -> "NDArray[np.float64]":
    """The product n (1 - p/p0) in mmol/g, shape (points,): it must rise through the whole BET range."""
    return branch.loading * (1 - branch.relative_pressure)


def bet_ordinate(branch: Branch) -> "NDArray[np.float64]":
    """(p/p0) / [n (1 - p/p0)] in g/mmol, shape (points,)."""
    return branch.relative_pressure / rouquerol(branch)


def fit_bet(branch: Branch, *, first: int, last: int, cross_section: float) -> Bet | None:
    """The BET fit over the points [first, last]; `cross_section` in nm². None where it gives no monolayer."""
    import numpy as np

    x, y = branch.relative_pressure[first : last + 1], bet_ordinate(branch)[first : last + 1]
    line = fit_line(x, y) if np.isfinite(y).all() else None
    if line is None or line.slope + line.intercept <= 0 or line.intercept == 0:
        return None
    monolayer = 1 / (line.slope + line.intercept)
    total = line.slope_variance + line.intercept_variance + 2 * line.covariance
    constant = line.slope / line.intercept + 1
    ratio = line.slope / line.intercept
    relative = line.slope_variance + ratio**2 * line.intercept_variance - 2 * ratio * line.covariance
    at = _pressure_at(branch, monolayer)
    bet = Bet(
        line, first, last, float(x[0]), float(x[-1]), monolayer, monolayer**2 * max(total, 0.0) ** 0.5,
        constant, max(relative, 0.0) ** 0.5 / abs(line.intercept), at, monolayer * 1e-3 * _AVOGADRO * cross_section * 1e-18,
    )  # fmt: skip
    return Bet(**{**bet.__dict__, "failed": _failed(bet, branch)})


def _pressure_at(branch: Branch, loading: float) -> float:
    """p/p0 at which the adsorption branch first reaches an amount; nan where it does not."""
    import numpy as np

    above = np.flatnonzero(branch.loading >= loading)
    if not len(above) or above[0] == 0:
        return float("nan")
    i = int(above[0])
    span = slice(i - 1, i + 1)
    return float(np.interp(loading, branch.loading[span], branch.relative_pressure[span]))


def _failed(bet: Bet, branch: Branch) -> tuple[str, ...]:
    """Which of the criteria the fit does not meet, in words."""
    import numpy as np

    rising = bool((np.diff(rouquerol(branch)[bet.first : bet.last + 1]) > 0).all())
    failed = [] if rising else ["n(1-p/p0) does not rise through the range"]
    if bet.constant <= 0:
        failed.append("C is not positive")
    if not bet.low <= bet.monolayer_pressure <= bet.high:
        failed.append("the monolayer capacity is not reached within the range")
    return tuple(failed)


def choose_range(branch: Branch, *, cross_section: float) -> Bet | None:
    """The widest range that ends where n(1-p/p0) is highest and begins at a tenth of that pressure.

    Where the criteria are not met there, the upper end moves down point by point until they are. None if they never are.
    """
    import numpy as np

    product = rouquerol(branch)
    falls = np.flatnonzero(np.diff(product) <= 0)
    pressure = branch.relative_pressure
    start = int(
        np.searchsorted(pressure, 1e-4)
    )  # the first doses lie below what pressure gauges resolve: they decide nothing
    falls = falls[falls > start]
    top = int(falls[0]) if len(falls) else len(pressure) - 1
    for last in range(top, _FEWEST - 2, -1):
        first = int(np.searchsorted(pressure, pressure[last] / 10))
        if last - first + 1 < _FEWEST:
            continue
        bet = fit_bet(branch, first=first, last=last, cross_section=cross_section)
        if bet is not None and not bet.failed:
            return bet
    return None


def _given_range(branch: Branch, low: float | None, high: float | None, cross_section: float) -> Bet | None:
    """The fit over all points of a range that was given."""
    import numpy as np

    first = 0 if low is None else int(np.searchsorted(branch.relative_pressure, low - 1e-12))
    last = len(branch.loading) - 1 if high is None else int(np.searchsorted(branch.relative_pressure, high + 1e-12)) - 1
    return fit_bet(branch, first=first, last=last, cross_section=cross_section) if last - first + 1 >= _FEWEST else None


def bet_of(data: Data, settings: Settings) -> Bet | None:
    """The BET fit of an isotherm as the settings ask for it; None where there is no gas for it or no range."""
    low, high = settings.number("bet_low", unit="1"), settings.number("bet_high", unit="1")
    given = settings.number("cross_section", unit="nm^2")
    if not data.complete or len(data.adsorption.loading) < _FEWEST or (data.gas is None and given is None):
        return None
    section = given if given is not None else data.gas.cross_section if data.gas else 0.0
    if low is None and high is None:
        return choose_range(data.adsorption, cross_section=section)
    return _given_range(data.adsorption, low, high, section)


def analyse(reading: Reading, settings: Settings) -> Analysis:
    """Area, C, monolayer capacity and the quality of the line; plots of isotherm and fit in any case."""
    data = adsorption_data(reading, settings)
    given = settings.number("cross_section", unit="nm^2")
    decisions: dict[str, Condition] = dict(data.decisions)
    warnings: list[Caution] = []
    bet = bet_of(data, settings)
    if not data.complete or (data.gas is None and given is None):
        warnings.append(Caution("bet.not-suitable", f"No BET area: {data.why}"))
    elif len(data.adsorption.loading) < _FEWEST:
        warnings.append(
            Caution("bet.few-points", "No BET area: the adsorption branch has too few points with 0 < p/p0 < 1.")
        )
    elif bet is None:
        warnings.append(
            Caution(
                "bet.no-range",
                "No BET area: no range of at least three points meets the criteria of Rouquerol (n(1-p/p0) rises, C > 0, monolayer within the range).",
            )
        )
    else:
        warnings += _doubts(bet)
        chosen = settings.number("bet_low", unit="1") is not None or settings.number("bet_high", unit="1") is not None
        decisions["bet_range"] = (
            f"{bet.low:.4g} to {bet.high:.4g}, {'given' if chosen else 'up to the highest n(1-p/p0), from a tenth of that pressure'}"
        )
        decisions["cross_section"] = (
            f"{given if given is not None else data.gas.cross_section if data.gas else 0:g} nm^2{', given' if given is not None else ''}"
        )
    return Analysis(
        figures=_figures(bet, data) if bet is not None else (),
        plots=_plots(data, bet),
        warnings=tuple(warnings),
        decisions=decisions,
    )


def _doubts(bet: Bet) -> list[Caution]:
    found = (
        [
            Caution(
                "bet.criteria",
                f"The BET range {bet.low:.3g} to {bet.high:.3g} does not meet the criteria: {'; '.join(bet.failed)}.",
            )
        ]
        if bet.failed
        else []
    )
    if bet.line.points < 5:
        found.append(Caution("bet.few-points", f"Only {bet.line.points} points are in the BET range."))
    if bet.line.correlation < _LINEAR:
        found.append(
            Caution("bet.not-linear", f"The BET line is curved: its correlation is {bet.line.correlation:.4f}.")
        )
    return found


def _figures(bet: Bet, data: Data) -> tuple[Figure, ...]:
    conditions: dict[str, Condition] = {"low": round(bet.low, 6), "high": round(bet.high, 6), "points": bet.line.points}
    if data.gas is not None:
        conditions["gas"] = data.gas.formula
    relative = combined(bet.relative_uncertainty, data)
    fit = "fit of the line (not: molecular area)"
    return (
        figure(
            "bet_area",
            bet.area,
            uncertainty=bet.area * relative,
            method=_METHOD,
            includes=held(fit, data),
            **conditions,
        ),
        figure(
            "bet_constant",
            bet.constant,
            uncertainty=bet.constant_uncertainty,
            method=_METHOD,
            includes="fit of the line",
            **conditions,
        ),
        figure(
            "monolayer_capacity",
            bet.monolayer,
            uncertainty=bet.monolayer * relative,
            method=_METHOD,
            includes=held("fit of the line", data),
            **conditions,
        ),
        figure(
            "fit_correlation",
            bet.line.correlation,
            uncertainty=None,
            method=_METHOD,
            includes="",
            fit="BET",
            **conditions,
        ),
    )


def _plots(data: Data, bet: Bet | None) -> tuple[Plot, ...]:
    """The isotherm with the BET range and the BET line in an inset; the test of Rouquerol."""
    ads, des = data.adsorption, data.desorption
    if not len(ads.loading):
        return ()
    series = [Series("adsorption", ads.relative_pressure, ads.loading, "line+points")]
    if len(des.loading):
        series.append(Series("desorption", des.relative_pressure, des.loading, "line+points", rank=1))
    bands = () if bet is None else (Band(bet.low, bet.high, "BET range"),)
    isotherm = Plot(
        "isotherm", "Isotherm", Axis(data.abscissa), Axis(data.ordinate), tuple(series),
        caption="Filled: adsorption, open: desorption.",
        description=f"Amount adsorbed over relative pressure, {len(ads.loading)} points of adsorption and {len(des.loading)} of desorption.",
        bands=bands, inset=None if bet is None else _line_plot(ads, bet),
    )  # fmt: skip
    return (isotherm,) if bet is None else (isotherm, _rouquerol_plot(ads, bet))


def _line_plot(branch: Branch, bet: Bet) -> Plot:
    import numpy as np

    shown = slice(bet.first, bet.last + 1)
    x = branch.relative_pressure
    ends = np.array([0.0, bet.high])
    return Plot(
        "bet_line", f"BET line, r = {bet.line.correlation:.5f}", Axis("relative_pressure"), Axis(label="(p/p₀)/[n(1−p/p₀)]", unit="g/mmol"),
        (
            Series("points of the range", x[shown], bet_ordinate(branch)[shown], "points"),
            Series("fit", ends, bet.line.slope * ends + bet.line.intercept, "line"),
        ),
    )  # fmt: skip


def _rouquerol_plot(branch: Branch, bet: Bet) -> Plot:
    shown = branch.relative_pressure <= max(2 * bet.high, 0.35)
    return Plot(
        "rouquerol", "Choice of the BET range", Axis("relative_pressure"), Axis(label="n(1−p/p₀)", unit="mmol/g"),
        (Series("adsorption", branch.relative_pressure[shown], rouquerol(branch)[shown], "line+points"),),
        caption="The BET range ends where n(1−p/p₀) is highest.",
        description="The product that must rise through the BET range, over relative pressure.",
        bands=(Band(bet.low, bet.high, "BET range"),),
    )  # fmt: skip


TECHNIQUES = (
    Technique(
        name="gas_adsorption.bet",
        of="gas_adsorption",
        version="1.0",
        title="BET area",
        analyse=analyse,
        quantities=("bet_area", "bet_constant", "monolayer_capacity", "fit_correlation"),
        settings=_SETTINGS,
        applies=has_isotherm,
    ),
)
