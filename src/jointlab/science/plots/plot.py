"""A plot as a plain description: what is drawn, in which units. `svg` and `plotly` draw it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from jointlab.science.printed_units import unit as unit_in
from jointlab.science.quantities import QUANTITIES

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Style = Literal["line", "points", "line+points", "bars"]


@dataclass(frozen=True)
class Axis:
    """An axis: either a quantity of the table, or a label with a unit of its own."""

    quantity: str | None = None
    label: str | None = None
    unit: str | None = None
    log: bool = False
    reverse: bool = False
    equal: bool = False  # one unit is as long as on the other axis (Nyquist)

    def title(self, language: str = "en") -> str:
        """“Crystallite size (nm)” in a language; (1) for a ratio, (a. u.) for an arbitrary scale."""
        entry = QUANTITIES[self.quantity] if self.quantity else None
        unit = unit_in(self.unit or (entry.unit if entry else ""), language=language) or "1"
        if self.label or entry is None:
            return f"{self.label or ''} ({unit})"
        name = entry.title(language)
        return f"{name[:1].upper() if len(name.split()[0]) > 1 else name[:1]}{name[1:]} ({unit})"


@dataclass(frozen=True, eq=False)
class Series:
    """One curve: arrays of shape (points,); `uncertainty` is one standard uncertainty of y, or None.

    `rank` 0 is the first series of its kind (filled, solid), 1 the second (open, dashed), 2 the third (dotted).
    `late`, 0 (first) to 1 (last), tells curves of one kind apart by colour, such as cycles.
    """

    name: str
    x: "NDArray[np.float64]"
    y: "NDArray[np.float64]"
    style: Style = "line"
    uncertainty: "NDArray[np.float64] | None" = None
    rank: int = 0
    late: float | None = None


@dataclass(frozen=True)
class Band:
    """A chosen range of x, drawn light grey with its limits in words."""

    low: float
    high: float
    label: str


@dataclass(frozen=True)
class Tick:
    """A reference position at the x axis (a reflection, a standard value); `over` is the y above which its label stands."""

    at: float
    label: str = ""
    over: float | None = None


@dataclass(frozen=True, eq=False)
class Plot:
    """One plot. `caption` says what marks and error bars mean; `description` is read out in place of the picture."""

    name: str
    title: str
    x: Axis
    y: Axis
    series: tuple[Series, ...]
    caption: str = ""
    description: str = ""
    bands: tuple[Band, ...] = ()
    ticks: tuple[Tick, ...] = ()
    inset: "Plot | None" = field(default=None)
