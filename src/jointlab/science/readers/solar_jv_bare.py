"""HZB's oldest J-V JSON names voltage, current and density without units: whether they may be read as V, mA and mA/cm2.

That the current is its density times the area proves only that the units fit each other: A, A/cm2 and cm2 fulfil it as
well. What tells milli is the size of the densities, since those of solar cells are known to a factor far below 1000.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jointlab.errors import BadInput
from jointlab.science.reading import Caution

if TYPE_CHECKING:
    import polars as pl

_BARE = {"voltage": "voltage [V]", "current": "current [mA]", "current_density": "current_density [mA/cm2]"}
_SAME = 1e-6  # relative, of the largest: how well a current is its density times the area
# mA/cm2, of the best sweep of a file. Some sweep of a cell that works, in light or forward in the dark, passes 0.5; the
# same sweep in A/cm2 would show a thousandth, below 0.5 up to 500 mA/cm2.
_LEAST = 0.5
# All photons of sunlight above the gap of the narrowest cells (germanium, 0.66 eV) give about 60 at short circuit; in
# uA/cm2 any cell from 0.06 mA/cm2 on would show more.
_MOST_SHORT = 60.0
# Forward above the open-circuit voltage a good cell gives more than its photocurrent (116 in a sweep of HZB to 1.3 V), up
# to what its series resistance of some ohm cm2 lets through; this judges sweeps in the dark, that show none at 0 V.
_MOST = 1000.0


def is_bare(names: Sequence[str]) -> bool:
    """Whether a current or its density is named without a unit."""
    return bool({"current", "current_density"} & set(names))


def with_units(frame: "pl.DataFrame", area: float | None, number: int, name: str) -> "pl.DataFrame":
    """Bare names with the units of the program. Raises BadInput ``jv-json.units`` where units do not fit each other."""
    fits = False
    if area and set(_BARE) <= set(frame.columns) and all(frame[key].dtype.is_numeric() for key in _BARE):
        off = (frame["current"] - frame["current_density"] * area).abs().max()
        largest = frame["current"].abs().max()
        fits = off is not None and largest is not None and float(off) <= _SAME * float(largest)  # type: ignore[arg-type]
    if not fits:
        raise BadInput(
            "jv-json.units",
            "Curve {number} of “{name}” names its current without a unit, and its density and area do not prove one. Export it again with units.",
            number=number, name=name,
        )  # fmt: skip
    return frame.rename(_BARE)


def taken_as_milli(frames: "Sequence[pl.DataFrame]", name: str) -> Caution:
    """What is said of the sweeps that `with_units` named; one cell of a substrate may be dead, so they are judged together.

    Raises BadInput ``jv-json.units`` when the densities, read as mA/cm2, are none that a solar cell gives; also all 0.
    """
    both = [_densities(frame) for frame in frames]
    largest, short = max(one[0] for one in both), max(one[1] for one in both)
    if not (_LEAST <= largest <= _MOST and short <= _MOST_SHORT):
        raise BadInput(
            "jv-json.units",
            "“{name}” names its currents without a unit. Read as mA/cm² its densities reach {largest}, at 0 V {short}: no solar cell gives that. Export it again with units.",
            name=name, largest=f"{largest:.3g}", short=f"{short:.3g}",
        )  # fmt: skip
    return Caution(
        "jv-json.milliamperes",
        f"The file names no unit of its currents: they are taken as mA and mA/cm², which fit its area; densities up to {largest:.3g} mA/cm² are usual for a solar cell, in A or µA they would not be.",
    )


def _densities(frame: "pl.DataFrame") -> tuple[float, float]:
    """Of one sweep, in mA/cm2 and without sign: the largest density, and that at the voltage nearest to 0."""
    named: Mapping[str, Any] = {key: frame[unit].abs() for key, unit in _BARE.items()}
    nearest = named["voltage"].arg_min()
    short = None if nearest is None else named["current_density"][nearest]
    return float(named["current_density"].max() or 0.0), float(short or 0.0)
