"""Cyclic and linear sweep voltammetry: peaks of each sweep, their separation and mean, their ratio, and charges."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jointlab.science.reading import Caution, Condition, RawColumn, Reading, Table, make_table
from jointlab.science.settings import Setting, Settings
from jointlab.science.techniques.technique import Analysis, Figure, Technique, figure

if TYPE_CHECKING:
    from jointlab.science.techniques.voltammetric_peaks import Charge, Peak
    from jointlab.science.techniques.voltammetric_sweeps import Rate, Sweep, Voltammogram

_MOST_CYCLES = 20  # whose figures are given; the table `peaks` has all
_MOST_SWEEPS = 2000
_AT_REST = 0.1  # of the forward peak: so little current flows where a sweep begins at rest
_WAYS = {1: "anodic", -1: "cathodic"}
_TOP = "maximum of a polynomial through the points of the peak's uppermost tenth"
_NOT = "not: uncompensated resistance, reference electrode"
_NICHOLSON = (
    "Nicholson 1966 (doi:10.1021/ac60240a003): |i_r/i_f| + 0.485 |i_s/i_f| + 0.086, i_r and i_s from zero current"
)

_SETTINGS = (
    Setting("current_sign", "Which current is positive in the file, where the curve does not tell.", options=("anodic_positive", "cathodic_positive")),
    Setting("scan_rate", "Scan rate, where the file has neither a clock nor a statement of it.", unit="V/s"),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Swept:
    """A sweep with its peak and charges (C; None without a rate)."""

    sweep: "Sweep"
    peak: "Peak | None"
    peak_charge: "Charge | None"
    charge: float | None


@dataclass
class _Found:
    figures: list[Figure] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    warnings: list[Caution] = field(default_factory=list)
    decisions: dict[str, Condition] = field(default_factory=dict)
    telling: list[Figure] = field(default_factory=list)


def applies(reading: Reading, settings: Settings) -> bool:
    """Whether a table has a potential with a current."""
    return any(t.has("potential") and (t.has("current") or t.has("current_density")) for t in reading.tables)


def analyse(reading: Reading, settings: Settings) -> Analysis:
    """Peaks and charges of every sweep, and what a pair of sweeps tells."""
    import numpy as np

    with np.errstate(all="ignore"):  # numbers beyond all measure give figures that are not finite, and are left out
        return _analyse(reading, settings)


def _analyse(reading: Reading, settings: Settings) -> Analysis:
    from jointlab.science.techniques.voltammetric_sweeps import scan_rate, voltammogram
    from jointlab.science.techniques.voltammetry_plots import voltammogram_plot

    found, plots = _Found(), []
    curves = [v for table in reading.tables if (v := voltammogram(table, settings)) is not None]
    for curve in curves:
        name = curve.table.name if len(curves) > 1 else None
        place = f" of “{name}”" if name else ""
        rate = scan_rate(reading, curve, settings)
        swept = [_swept(sweep, None if curve.is_density else rate) for sweep in curve.sweeps[:_MOST_SWEEPS]]
        _say(curve, swept, rate, place, found)
        shared: dict[str, Condition] = {"table": name} if name else {}
        _rate_figure(rate, shared, found)
        _cycle_figures(curve, swept, shared, found)
        found.tables.append(_peak_table(curve, swept, shared))
        plots.append(voltammogram_plot(curve, swept, shared))
    if not curves:
        found.warnings.append(Caution("voltammetry.no-sweep", "No table of this file sweeps a potential over 5 mV or more with a current."))  # fmt: skip
    figures, telling = (tuple(f for f in part if math.isfinite(f.value)) for part in (found.figures, found.telling))
    return Analysis(figures, tuple(found.tables), tuple(plots), tuple(found.warnings), found.decisions, telling)


def _swept(sweep: "Sweep", rate: "Rate | None") -> Swept:
    from jointlab.science.techniques.voltammetric_peaks import peak_charge, peak_of, sweep_charge

    peak = peak_of(sweep)
    if rate is None:
        return Swept(sweep, peak, None, None)
    under = None if peak is None else peak_charge(sweep, peak, rate=rate.value)
    return Swept(sweep, peak, under, sweep_charge(sweep, rate=rate.value))


def _say(curve: "Voltammogram", swept: list[Swept], rate: "Rate | None", place: str, found: _Found) -> None:
    """Decisions and cautions about one voltammogram."""
    found.decisions[f"sign of the current{place}"] = curve.sign
    found.decisions[f"sweeps{place}"] = len(curve.sweeps)
    if len(curve.sweeps) > _MOST_SWEEPS:
        found.warnings.append(Caution("voltammetry.many-sweeps", f"The first {_MOST_SWEEPS} of {len(curve.sweeps)} sweeps{place} are analysed."))  # fmt: skip
    if not curve.sure:
        found.warnings.append(
            Caution(
                "voltammetry.sign",
                f"Whether anodic or cathodic current is positive{place} is not known: {curve.sign.partition(': ')[2]}. Say it with current_sign=.",
            )
        )
    if rate is None and not curve.is_density:
        found.warnings.append(Caution("voltammetry.no-rate", f"Neither a clock nor the file gives the scan rate{place}: there are no charges. Give it with scan_rate=."))  # fmt: skip
    without = [_WAYS[way] for way in (1, -1) if not any(s.peak for s in swept if s.sweep.direction == way) and any(s.sweep.direction == way for s in swept)]  # fmt: skip
    if without:
        found.warnings.append(
            Caution(
                "voltammetry.no-peak",
                f"No {' and no '.join(without)} sweep{place} has a peak that stands out of noise and slope: the current only rises, or its extreme lies at the end of the window.",
            )
        )
    others = sorted({f"{p:.3g}" for s in swept for p in (s.peak.others if s.peak else ())}, key=float)
    if others:
        found.decisions[f"further peaks{place}"] = f"at {', '.join(others[:12])}{' ...' if len(others) > 12 else ''} V; the figures are those of the most prominent peak of each sweep"  # fmt: skip


def _rate_figure(rate: "Rate | None", shared: dict[str, Condition], found: _Found) -> None:
    if rate is not None and rate.source == "clock":
        found.figures.append(
            figure(
                "scan_rate", rate.value, uncertainty=rate.uncertainty, method="median slope of potential over time",
                includes="scatter of the sweeps", **shared,
            )
        )  # fmt: skip


def _cycle_figures(curve: "Voltammogram", swept: list[Swept], shared: dict[str, Condition], found: _Found) -> None:
    """Figures of each cycle, of the first and last ones where there are many; the last whole cycle speaks for all."""
    cycles = sorted({s.sweep.cycle for s in swept})
    chosen = cycles if len(cycles) <= _MOST_CYCLES else [*cycles[: _MOST_CYCLES // 2], *cycles[-_MOST_CYCLES // 2 :]]
    if len(chosen) < len(cycles):
        found.decisions["cycles with figures"] = f"the first and last {_MOST_CYCLES // 2} of {len(cycles)}; the table “peaks” has all"  # fmt: skip
    for cycle in chosen:
        sweeps = [s for s in swept if s.sweep.cycle == cycle]
        made = [f for s in sweeps for f in _sweep_figures(curve, s, shared)]
        if len(sweeps) == 2:
            made += _pair_figures(sweeps[0], sweeps[1], {**shared, "cycle": cycle})
            if sweeps[0].peak and sweeps[1].peak:
                found.telling = made
        found.figures += made
    found.decisions["headline"] = "the last cycle with both peaks" if found.telling else "the first sweep"


def _sweep_figures(curve: "Voltammogram", swept: Swept, shared: dict[str, Condition]) -> Iterator[Figure]:
    peak, quantity = swept.peak, "peak_current_density" if curve.is_density else "peak_current"
    sweep = swept.sweep
    at: dict[str, Condition] = {
        **shared,
        "cycle": sweep.cycle,
        "direction": _WAYS[sweep.direction],
        "segment": sweep.number,
    }
    if peak is not None:
        fit = f"covariance of the fit of the top; {_NOT}"
        yield figure("peak_potential", peak.potential, uncertainty=peak.u_potential, method=_TOP, includes=fit, **at)
        if peak.height is not None:
            yield figure(
                quantity, peak.height, uncertainty=peak.u_height, method=f"{_TOP}, above the straight line through the flattest part before the peak",
                includes="covariances of the top and of the line; not: whether the line goes on straight", **at, baseline="linear",
            )  # fmt: skip
        yield figure(
            quantity, peak.current, uncertainty=peak.u_current, method=_TOP, includes=fit, **at, baseline="zero"
        )
    if swept.peak_charge is not None:
        charge = swept.peak_charge
        end = "back at the line" if charge.whole else "the end of the sweep"
        yield figure(
            "peak_charge", swept.sweep.direction * charge.value, uncertainty=charge.uncertainty,
            method=f"integral above the base line from its end to {end}, over the scan rate", includes="noise and covariance of the line; not: the scan rate",
            **{**at, "baseline": "linear", "from_V": float(f"{charge.begin:.4g}"), "to_V": float(f"{charge.end:.4g}")},
        )  # fmt: skip
    if swept.charge is not None:
        yield figure(
            "peak_charge", swept.sweep.direction * swept.charge, uncertainty=None,
            method="integral of the sweep's current in its own direction over the scan rate", includes="", **at, baseline="zero",
        )  # fmt: skip


def _pair_figures(first: Swept, second: Swept, at: dict[str, Condition]) -> Iterator[Figure]:
    """What both peaks of a cycle tell together."""
    if first.peak is None or second.peak is None:
        return
    anodic, cathodic = (first.peak, second.peak) if first.sweep.direction > 0 else (second.peak, first.peak)
    both = (anodic.u_potential**2 + cathodic.u_potential**2) ** 0.5
    includes = f"covariances of both tops; {_NOT}"
    yield figure(
        "peak_separation", anodic.potential - cathodic.potential, uncertainty=both,
        method="anodic minus cathodic peak potential", includes=includes, **at,
    )  # fmt: skip
    yield figure(
        "half_wave_potential", 0.5 * (anodic.potential + cathodic.potential), uncertainty=0.5 * both,
        method="mean of both peak potentials (equal diffusion coefficients)", includes=includes, **at,
    )  # fmt: skip
    yield from _ratio(first, second, at)


def _ratio(first: Swept, second: Swept, at: dict[str, Condition]) -> Iterator[Figure]:
    """Nicholson's ratio, which holds for a first cycle that begins where nothing reacts."""
    forward, back = first.peak, second.peak
    if forward is None or back is None or not forward.height or first.sweep.number != 1:
        return
    height = forward.height
    if abs(float(first.sweep.current[0])) > _AT_REST * abs(height) or not back.current:
        return
    ratio = abs(back.current / height) + 0.485 * abs(float(first.sweep.current[-1]) / height) + 0.086
    parts = (back.u_current / back.current, (forward.u_height or 0.0) / height)
    yield figure(
        "peak_current_ratio", ratio, uncertainty=ratio * float((parts[0] ** 2 + parts[1] ** 2) ** 0.5), method=_NICHOLSON,
        includes="covariances of tops and base line; not: charging current, the formula's own 0.01 to 0.03", **at,
    )  # fmt: skip


def _peak_table(curve: "Voltammogram", swept: list[Swept], shared: dict[str, Condition]) -> Table:
    """One row a sweep."""
    nan, unit = float("nan"), "mA/cm^2" if curve.is_density else "A"
    quantity = "peak_current_density" if curve.is_density else "peak_current"
    peaks = [s.peak for s in swept]
    columns = [
        RawColumn([s.sweep.cycle for s in swept], "cycle"),
        RawColumn([_WAYS[s.sweep.direction] for s in swept], None, None, None, "direction"),
        RawColumn([nan if p is None else p.potential for p in peaks], "peak_potential"),
        RawColumn([nan if p is None else p.u_potential for p in peaks], None, "V", None, "u_peak_potential"),
        RawColumn([nan if p is None or p.height is None else p.height for p in peaks], quantity),
        RawColumn([nan if p is None or p.u_height is None else p.u_height for p in peaks], None, unit, None, "u_peak_current"),
        RawColumn([nan if p is None else p.current for p in peaks], quantity, None, None, "peak_current above zero"),
        RawColumn([nan if s.peak_charge is None else s.sweep.direction * s.peak_charge.value for s in swept], "peak_charge"),
        RawColumn([nan if s.charge is None else s.sweep.direction * s.charge for s in swept], "peak_charge", None, None, "sweep charge"),
    ]  # fmt: skip
    return make_table("peaks" if not shared else f"peaks of {shared['table']}", columns, conditions=shared)


_QUANTITIES = (
    "half_wave_potential", "peak_separation", "peak_current", "peak_potential", "peak_current_ratio", "peak_charge",
    "peak_current_density", "scan_rate",
)  # fmt: skip
TECHNIQUES = tuple(
    Technique(
        f"{of}.peaks", of, "1", f"Peaks and charges of {words}", analyse, _QUANTITIES, _SETTINGS, applies,
    )
    for of, words in (("cyclic_voltammetry", "a cyclic voltammogram"), ("linear_sweep_voltammetry", "a linear sweep"))
)  # fmt: skip
