"""Micropores by the t-plot, total pore volume (Gurvich), mean width 4V/A and pore sizes (Barrett, Joyner and Halenda)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jointlab.science.plots.plot import Axis, Band, Plot, Series
from jointlab.science.reading import Caution, Condition, RawColumn, Reading, make_table
from jointlab.science.settings import Setting, Settings
from jointlab.science.techniques.adsorption_bet import bet_of
from jointlab.science.techniques.adsorption_data import (
    BET_RANGE,
    SHARED_SETTINGS,
    Branch,
    Data,
    adsorption_data,
    has_isotherm,
    held,
)
from jointlab.science.techniques.adsorption_gases import Gas
from jointlab.science.techniques.pore_distribution import CURVES, Distribution, barrett_joyner_halenda
from jointlab.science.techniques.straight_line import Line, fit_line
from jointlab.science.techniques.technique import Analysis, Figure, Technique, figure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_T_PLOT = "t-plot, Lippens and de Boer 1965; ISO 15901-3"
_GURVICH = "Gurvich rule, IUPAC 2015 (doi:10.1515/pac-2014-1117)"
_BJH = "Barrett, Joyner and Halenda 1951 (doi:10.1021/ja01145a126), cylinders; ISO 15901-2"
_TOTAL_AT = 0.99  # p/p0
_NEEDED = 0.90  # p/p0 that an isotherm must reach for a total pore volume
_PLATEAU = 0.05  # rise of the last part over which there is no plateau
_LOWEST, _HIGHEST = 0.35, 0.995  # p/p0 of the steps of a pore-size distribution
_CLOSURE = (3.4, 4.2)  # nm, where nitrogen at 77 K leaves pores by cavitation whatever their size
_CURVE = Setting(
    "thickness_curve",
    "Of the t-plot: the film thickness on a flat surface.",
    options=tuple(CURVES),
    default="harkins-jura",
)
_T_RANGE = (
    Setting("t_low", "Smallest film thickness of the t-plot's line.", unit="nm", default="0.35"),
    Setting("t_high", "Largest film thickness of the t-plot's line.", unit="nm", default="0.5"),
)
_BET_RANGE = (
    *BET_RANGE,
    Setting(
        "cross_section",
        "Area of one adsorbed molecule; otherwise that of the gas (N2 0.162, Ar 0.142, Kr 0.202, CO2 0.170 nm²).",
        unit="nm^2",
    ),
)


@dataclass(frozen=True)
class TPlot:
    """A line through n over t: n = slope t + intercept, in mmol/g and nm."""

    line: Line
    low: float  # nm, first and last thickness of the line
    high: float


def liquid_factor(gas: Gas) -> float:
    """cm³ of liquid per mmol: molar mass over the density of the liquid. KeyError is a fault of ours for gases without it."""
    assert gas.liquid_density is not None
    return gas.molar_mass / gas.liquid_density / 1000


def fit_t_plot(
    thickness: "NDArray[np.float64]", loading: "NDArray[np.float64]", *, low: float, high: float
) -> TPlot | None:
    """The line over the points with low <= t <= high; None below three of them."""
    chosen = (thickness >= low) & (thickness <= high)
    line = fit_line(thickness[chosen], loading[chosen])
    return None if line is None else TPlot(line, float(thickness[chosen].min()), float(thickness[chosen].max()))


def analyse_t_plot(reading: Reading, settings: Settings) -> Analysis:
    """External area and micropore volume from the line between `t_low` and `t_high`."""
    data = adsorption_data(reading, settings)
    curve = settings.choice("thickness_curve", tuple(CURVES), "harkins-jura") or "harkins-jura"
    low, high = settings.number("t_low", unit="nm", default=0.35), settings.number("t_high", unit="nm", default=0.5)
    assert low is not None and high is not None
    if data.gas is None or data.gas.kelvin_factor is None:
        return Analysis()
    thickness = CURVES[curve](data.adsorption.relative_pressure)
    fit = fit_t_plot(thickness, data.adsorption.loading, low=low, high=high)
    decisions: dict[str, Condition] = {**data.decisions, "thickness_curve": curve, "t_range": f"{low:g} to {high:g} nm"}
    if fit is None:
        said = Caution(
            "t-plot.few-points", f"No t-plot: fewer than three points have a film of {low:g} to {high:g} nm."
        )
        return Analysis(warnings=(said,), decisions=decisions)
    return _t_plot_analysis(data, fit, thickness, curve, decisions, settings)


def _t_plot_analysis(
    data: Data, fit: TPlot, thickness: "NDArray[np.float64]", curve: str, decisions: dict[str, Condition], settings: Settings
) -> Analysis:  # fmt: skip
    assert data.gas is not None
    factor, line, mass = liquid_factor(data.gas), fit.line, data.mass_uncertainty or 0.0
    external, volume = line.slope * factor * 1000, line.intercept * factor  # m²/g: (cm³/g)/nm is 1000 m²/g
    external_fit, volume_fit = line.slope_uncertainty * factor * 1000, line.intercept_uncertainty * factor
    conditions: dict[str, Condition] = {
        "model": "t-plot", "curve": curve, "low": round(fit.low, 4), "high": round(fit.high, 4), "points": line.points,
    }  # fmt: skip
    includes = held("fit of the line (not: film thickness curve)", data)

    def given(quantity: str, value: float, of_fit: float) -> Figure:
        uncertainty = (of_fit**2 + (value * mass) ** 2) ** 0.5
        return figure(quantity, value, uncertainty=uncertainty, method=_T_PLOT, includes=includes, **conditions)

    figures, warnings = [given("external_area", external, external_fit)], []
    if volume < -2 * volume_fit:
        said = f"The t-plot meets the axis at {volume:.4g} cm³/g, below zero: pores fill within its range, or there is no such film. No micropore volume is given."
        warnings.append(Caution("t-plot.negative", said))
    else:
        figures.append(given("micropore_volume", volume, volume_fit))
        if (bet := bet_of(data, settings)) is not None:
            spread = (external_fit**2 + (bet.area * bet.relative_uncertainty) ** 2) ** 0.5
            figures.append(given("micropore_area", bet.area - external, spread))
    if line.correlation < 0.99:
        warnings.append(
            Caution(
                "t-plot.not-linear", f"The t-plot is curved in its range: its correlation is {line.correlation:.4f}."
            )
        )
    return Analysis(
        tuple(figures),
        plots=(_t_plot_plot(data.adsorption, thickness, fit),),
        warnings=tuple(warnings),
        decisions=decisions,
    )


def _t_plot_plot(branch: Branch, thickness: "NDArray[np.float64]", fit: TPlot) -> Plot:
    import numpy as np

    shown = thickness <= max(1.0, 1.5 * fit.high)
    ends = np.array([0.0, max(fit.high * 1.2, 0.6)])
    return Plot(
        "t_plot", "t-plot", Axis("film_thickness"), Axis("loading"),
        (
            Series("adsorption", thickness[shown], branch.loading[shown], "points"),
            Series("line", ends, fit.line.slope * ends + fit.line.intercept, "line"),
        ),
        description=f"Amount adsorbed over film thickness, with the line through {fit.line.points} points.",
        bands=(Band(fit.low, fit.high, "fit"),),
    )  # fmt: skip


def analyse_pore_volume(reading: Reading, settings: Settings) -> Analysis:
    """Total pore volume at p/p0 = 0.99, or at the highest point, and the mean width 4V/A over the BET area."""
    data = adsorption_data(reading, settings)
    if data.gas is None or data.gas.liquid_density is None:
        return Analysis()
    branch = data.adsorption
    if not len(branch.loading) or branch.relative_pressure[-1] < _NEEDED:
        top = branch.relative_pressure[-1] if len(branch.loading) else 0.0
        said = f"No total pore volume: the adsorption branch ends at p/p0 = {top:.3g}; it must reach {_NEEDED:g}."
        return Analysis(warnings=(Caution("pore-volume.not-reached", said),), decisions=data.decisions)
    return _volume_analysis(data, data.gas, settings)


def _volume_analysis(data: Data, gas: Gas, settings: Settings) -> Analysis:
    import numpy as np

    x, n = data.adsorption.relative_pressure, data.adsorption.loading
    at = min(_TOTAL_AT, float(x[-1]))
    loading = float(np.interp(at, x, n))
    volume = loading * liquid_factor(gas)
    uncertainty = None if data.mass_uncertainty is None else volume * data.mass_uncertainty
    conditions: dict[str, Condition] = {"model": "Gurvich", "relative_pressure": round(at, 6), "gas": gas.formula}
    figures = [
        figure(
            "pore_volume",
            volume,
            uncertainty=uncertainty,
            method=_GURVICH,
            includes="mass of the sample" if uncertainty else "",
            **conditions,
        )
    ]
    warnings = []
    rise = 1 - float(np.interp(at - 0.05, x, n)) / loading if loading > 0 else 0.0
    if rise > _PLATEAU:
        warnings.append(
            Caution(
                "pore-volume.no-plateau",
                f"The isotherm still rises by {100 * rise:.0f} % between p/p0 = {at - 0.05:.3g} and {at:.3g}: macropores or gaps fill, and the pore volume depends on where it is read.",
            )
        )
    bet = bet_of(data, settings)
    if bet is not None:
        width = 4000 * volume / bet.area
        figures.append(
            figure(
                "pore_width",
                width,
                uncertainty=width * bet.relative_uncertainty,
                method=f"4V/A; {_GURVICH}",
                includes="fit of the BET line (not: cylinder model)",
                **{**conditions, "model": "4V/A"},
            )
        )
    decisions: dict[str, Condition] = {
        **data.decisions,
        "liquid_density": f"{gas.liquid_density:g} g/cm^3",
        "pore_volume_at": f"p/p0 = {at:.4g}"
        + ("" if at == _TOTAL_AT else ", the highest point of the adsorption branch"),
    }
    return Analysis(tuple(figures), warnings=tuple(warnings), decisions=decisions)


def analyse_pore_size(reading: Reading, settings: Settings) -> Analysis:
    """BJH distribution of the chosen branch: its volume, its mode and 4V/A; table and plot."""
    data = adsorption_data(reading, settings)
    if data.gas is None or data.gas.kelvin_factor is None:
        return Analysis()
    default = "desorption" if _steps(data.desorption) >= 3 else "adsorption"
    name = settings.choice("bjh_branch", ("adsorption", "desorption"), default) or default
    curve = settings.choice("thickness_curve", tuple(CURVES), "halsey") or "halsey"
    branch = data.desorption if name == "desorption" else data.adsorption
    decisions: dict[str, Condition] = {
        **data.decisions,
        "bjh_branch": name,
        "thickness_curve": curve,
        "kelvin_factor": f"{data.gas.kelvin_factor:g} nm",
    }
    if _steps(branch) < 3:
        said = Caution(
            "pore-size.few-points",
            f"No pore sizes: the {name} branch has fewer than four points between p/p0 = {_LOWEST:g} and {_HIGHEST:g}.",
        )
        return Analysis(warnings=(said,), decisions=decisions)
    distribution = pore_sizes(branch, data.gas, curve=curve)
    return _size_analysis(distribution, name, curve, decisions)


def _steps(branch: Branch) -> int:
    chosen = (branch.relative_pressure >= _LOWEST) & (branch.relative_pressure <= _HIGHEST)
    return int(chosen.sum()) - 1


def pore_sizes(branch: Branch, gas: Gas, *, curve: str) -> Distribution:
    """The BJH distribution of a branch between p/p0 = 0.35 and 0.995; points at one pressure count as their mean."""
    import numpy as np

    chosen = (branch.relative_pressure >= _LOWEST) & (branch.relative_pressure <= _HIGHEST)
    x, where = np.unique(branch.relative_pressure[chosen], return_inverse=True)
    n = np.bincount(where, weights=branch.loading[chosen]) / np.bincount(where)
    assert gas.kelvin_factor is not None
    return barrett_joyner_halenda(
        x[::-1], n[::-1] * liquid_factor(gas), factor=gas.kelvin_factor, thickness=CURVES[curve]
    )


def _size_analysis(found: Distribution, branch: str, curve: str, decisions: dict[str, Condition]) -> Analysis:
    import numpy as np

    volume, area = float(found.volume.sum()), float(found.area.sum())
    if volume <= 0:
        said = Caution("pore-size.no-pores", "No pore sizes: no step of the isotherm empties a mesopore.")
        return Analysis(warnings=(said,), decisions=decisions)
    density = found.density
    mode = float(found.width[int(np.argmax(density))])
    conditions: dict[str, Condition] = {"model": "BJH", "branch": branch, "curve": curve}
    figures = (
        figure("pore_volume", volume, uncertainty=None, method=_BJH, includes="", **conditions),
        figure(
            "pore_width",
            mode,
            uncertainty=None,
            method=_BJH,
            includes="",
            **{**conditions, "model": "BJH mode of dV/dw"},
        ),
        figure(
            "pore_width",
            4000 * volume / area,
            uncertainty=None,
            method=_BJH,
            includes="",
            **{**conditions, "model": "BJH 4V/A"},
        ),
        figure("pore_area", area, uncertainty=None, method=_BJH, includes="", **conditions),
    )
    warnings: tuple[Caution, ...] = ()
    if branch == "desorption" and _CLOSURE[0] <= mode <= _CLOSURE[1]:
        warnings = (
            Caution(
                "pore-size.closure",
                f"The mode at {mode:.2f} nm lies where the hysteresis of nitrogen closes (p/p0 0.40 to 0.50): it may come from cavitation, not from pores of that size. Compare with bjh_branch=adsorption.",
            ),
        )
    order = np.argsort(found.width)
    table = make_table(
        "pore_size_distribution",
        [
            RawColumn(found.width[order], "pore_width", "nm"),
            RawColumn(density[order], "pore_volume_distribution", "cm^3/(g*nm)"),
            RawColumn(np.cumsum(found.volume[order]), "pore_volume", "cm^3/g", name="cumulative_pore_volume"),
        ],
        conditions=conditions,
    )
    plot = Plot(
        "pore_sizes", f"Pore sizes, BJH {branch}", Axis("pore_width", log=True), Axis("pore_volume_distribution"),
        (Series(f"BJH, {branch}", found.width[order], density[order], "line+points"),),
        description=f"Differential pore volume over pore width; its mode is at {mode:.3g} nm.",
    )  # fmt: skip
    return Analysis(figures, tables=(table,), plots=(plot,), warnings=warnings, decisions=decisions)


def _applies_to_nitrogen(reading: Reading, settings: Settings) -> bool:
    """Film thickness and Kelvin radius are known for N2 at 77 K; what hinders the others, the BET analysis says."""
    if not has_isotherm(reading, settings):
        return False
    gas = adsorption_data(reading, settings).gas
    return gas is not None and gas.kelvin_factor is not None


def _applies_to_liquids(reading: Reading, settings: Settings) -> bool:
    """Gases that fill pores as a liquid of known density."""
    if not has_isotherm(reading, settings):
        return False
    gas = adsorption_data(reading, settings).gas
    return gas is not None and gas.liquid_density is not None


TECHNIQUES = (
    Technique(
        name="gas_adsorption.t_plot", of="gas_adsorption", version="1.0", title="t-plot", analyse=analyse_t_plot,
        quantities=("external_area", "micropore_volume", "micropore_area"),
        settings=(*SHARED_SETTINGS, _CURVE, *_T_RANGE, *_BET_RANGE), applies=_applies_to_nitrogen,
    ),
    Technique(
        name="gas_adsorption.pore_volume", of="gas_adsorption", version="1.0", title="Total pore volume", analyse=analyse_pore_volume,
        quantities=("pore_volume", "pore_width"), settings=(*SHARED_SETTINGS, *_BET_RANGE), applies=_applies_to_liquids,
    ),
    Technique(
        name="gas_adsorption.pore_size", of="gas_adsorption", version="1.0", title="Pore sizes (BJH)", analyse=analyse_pore_size,
        quantities=("pore_volume", "pore_width", "pore_area"),
        settings=(
            *SHARED_SETTINGS, Setting("thickness_curve", "Of pore sizes (BJH): the film on the walls.", options=tuple(CURVES), default="halsey"),
            Setting("bjh_branch", "Branch of the pore-size distribution; desorption where there is one.", options=("adsorption", "desorption")),
        ),
        applies=_applies_to_nitrogen,
    ),
)  # fmt: skip
