"""Plot descriptions: the pattern with its fit, and the line of Williamson and Hall."""

import numpy as np

from jointlab.science.plots.plot import Axis, Plot, Series, Tick
from jointlab.science.reading import Condition
from jointlab.science.techniques.diffraction.pattern import Pattern
from jointlab.science.techniques.diffraction.peaks import PeakList
from jointlab.science.techniques.diffraction.williamson_hall import WilliamsonHall


def pattern_plot(pattern: Pattern, found: PeakList, labels: dict[int, str], number: int | None) -> Plot:
    """Intensities, fit and background over 2θ, with a tick at every reflection."""
    x = pattern.two_theta
    axis = {"counts": Axis("intensity"), "counts/s": Axis("count_rate")}.get(pattern.unit, Axis("intensity_arbitrary"))
    tops = np.maximum(pattern.intensity, found.fit)
    near = np.searchsorted(x, [p.two_theta for p in found.peaks]).clip(0, len(x) - 1)
    ticks = tuple(
        Tick(p.two_theta, labels.get(i, ""), float(tops[n]))
        for i, (p, n) in enumerate(zip(found.peaks, near, strict=True))
    )
    scan = "" if number is None else f", scan {number}"
    return Plot(
        name="pattern" if number is None else f"pattern {number}",
        title=f"Diffraction pattern{scan}",
        x=Axis("two_theta"),
        y=axis,
        series=(
            Series("measured", x, pattern.intensity, "line", rank=0),
            Series("fit", x, found.fit, "line", rank=1),
            Series("background", x, found.background, "line", rank=2),
        ),
        ticks=ticks,
        caption="Measured intensities, the fitted reflections on the background, and the background. Ticks: reflections (Kα1), with hkl above those that are indexed.",
        description=_description(found),
    )


def _description(found: PeakList) -> str:
    strongest = sorted(found.peaks, key=lambda p: -p.height)[:5]
    where = ", ".join(f"{p.two_theta:.2f}" for p in sorted(strongest, key=lambda p: p.two_theta))
    return (
        f"Pattern with {len(found.peaks)} reflections; the strongest at 2θ of {where} degrees."
        if where
        else "Pattern without reflections."
    )


def williamson_hall_plot(line: WilliamsonHall, *, quadratic: bool, conditions: dict[str, Condition]) -> Plot:
    """β cos θ over 4 sin θ (both squared for the quadratic form) with the fitted line."""
    ends = np.array([0.0, float(line.x.max())])
    square = "²" if quadratic else ""
    scan = f" {conditions['scan']}" if "scan" in conditions else ""
    return Plot(
        name=f"williamson-hall{scan}",
        title="Williamson-Hall",
        x=Axis(label=f"(4 sin θ){square}" if quadratic else "4 sin θ", unit="1"),
        y=Axis(label=f"(β cos θ){square}" if quadratic else "β cos θ", unit="1" if quadratic else "rad"),
        series=(
            Series("reflections", line.x, line.y, "points", uncertainty=line.u_y, rank=0),
            Series("line", ends, line.intercept + line.slope * ends, "line", rank=1),
        ),
        caption=f"Bars: one standard uncertainty of the fit. R² {line.r_squared:.3f}.",
        description=f"Breadth against angle of {line.x.size} reflections with a straight line.",
    )
