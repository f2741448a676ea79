"""The picture of a voltammogram: current over potential, peaks and their base lines."""

from typing import TYPE_CHECKING

from jointlab.science.plots.plot import Axis, Plot, Series
from jointlab.science.reading import Condition

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jointlab.science.techniques.voltammetric_sweeps import Sweep, Voltammogram
    from jointlab.science.techniques.voltammetry import Swept

_MOST_CYCLES = 5
_POINTS = 600  # a cycle is drawn with about as many
_SCALES = ((1e-3, 1.0, "A"), (1e-6, 1e3, "mA"), (1e-9, 1e6, "µA"), (0.0, 1e9, "nA"))


def voltammogram_plot(curve: "Voltammogram", swept: "list[Swept]", shared: dict[str, Condition]) -> Plot:
    """Current over potential of at most five cycles, with the peaks of the last cycle drawn."""
    import numpy as np

    cycles = sorted({s.cycle for s in curve.sweeps})
    chosen = cycles if len(cycles) <= _MOST_CYCLES else [cycles[round(i)] for i in np.linspace(0, len(cycles) - 1, _MOST_CYCLES)]  # fmt: skip
    largest = max(float(np.abs(s.current).max()) for s in curve.sweeps)
    factor, unit = (1.0, "mA/cm^2") if curve.is_density else next((f, u) for least, f, u in _SCALES if largest >= least)
    series = []
    for number, cycle in enumerate(chosen):
        sweeps = [s for s in curve.sweeps if s.cycle == cycle]
        x, y = _joined(sweeps)
        late = number / max(len(chosen) - 1, 1) if len(chosen) > 1 else None
        series.append(Series(f"cycle {cycle}" if cycle else "before cycle 1", x, y * factor, late=late))
    series += _marks([s for s in swept if s.sweep.cycle == _last_with_peaks(swept)], factor)
    return Plot(
        "voltammogram" if not shared else f"voltammogram {shared['table']}",
        "Voltammogram" if not shared else f"Voltammogram, {shared['table']}",
        Axis("potential"),
        Axis(None, "Current density" if curve.is_density else "Current", unit),
        tuple(series),
        caption="Anodic current upwards. Dashed: base lines through the flattest part before each peak; points: peaks of the last cycle that has any.",
        description=f"Current over potential of {len(chosen)} of {len(cycles)} cycles, with peaks and base lines.",
    )


def _joined(sweeps: "list[Sweep]") -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    """The sweeps of a cycle one after another, thinned out evenly; both ends of each sweep stay."""
    import numpy as np

    rows = [np.unique(np.linspace(0, len(s.current) - 1, min(len(s.current), _POINTS // 2)).round().astype(int)) for s in sweeps]  # fmt: skip
    x = np.concatenate([s.potential[r] for s, r in zip(sweeps, rows, strict=True)])
    return x, np.concatenate([s.current[r] for s, r in zip(sweeps, rows, strict=True)])


def _last_with_peaks(swept: "list[Swept]") -> int | None:
    return max((s.sweep.cycle for s in swept if s.peak is not None), default=None)


def _marks(swept: "list[Swept]", factor: float) -> list[Series]:
    import numpy as np

    peaks = [s.peak for s in swept if s.peak is not None]
    if not peaks:
        return []
    marks = [Series("peaks", np.array([p.potential for p in peaks]), factor * np.array([p.current for p in peaks]), style="points")]  # fmt: skip
    for peak in peaks:
        if peak.base is not None:
            x = np.array([peak.base.middle, peak.potential])
            marks.append(Series("base line" if len(marks) == 1 else "", x, factor * peak.base.current(x), rank=1))
    return marks
