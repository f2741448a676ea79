"""Bare 2θ and intensity, with or without a third column of standard uncertainties (.xy, .xye)."""

from typing import TYPE_CHECKING

from jointlab.science.readers.bare_form import BareColumns, BareForm
from jointlab.science.reading import Caution, RawColumn, Reading, make_table
from jointlab.science.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_EXTENSIONS = (".xy", ".xye", ".xyd", ".dat")  # what diffraction patterns are called; others are asked about
_STEP_SCATTER = 0.05  # of the median step: grids of scans are uniform
_FEWEST_POINTS = 20


def _fits(columns: BareColumns) -> bool:
    """Rising angles below 180 degrees and intensities that are hardly ever negative."""
    import numpy as np

    values = columns.values()
    if values.shape[1] not in (2, 3):
        return False
    angle, intensity = values[:, 0], values[:, 1]
    steps = np.diff(angle)
    return bool((steps > 0).all() and angle[0] > -20 and angle[-1] <= 180 and np.mean(intensity < 0) < 0.01)


def _certain(columns: BareColumns) -> bool:
    """A diffraction extension, a uniform grid, no negative intensity, and a third column only if it is an uncertainty."""
    import numpy as np

    values = columns.values()
    steps = np.diff(values[:, 0])
    grid = np.abs(steps - np.median(steps)).max() <= _STEP_SCATTER * np.median(steps)
    if columns.suffix not in _EXTENSIONS or len(values) < _FEWEST_POINTS or not grid or values[:, 1].min() < 0:
        return False
    return values.shape[1] == 2 or is_uncertainty(values[:, 1], values[:, 2])


def is_uncertainty(intensity: "NDArray[np.float64]", third: "NDArray[np.float64]") -> bool:
    """Whether a column goes with the square root of the intensity as counting statistics do; both of shape (n,)."""
    import numpy as np

    counted = intensity > 0
    if counted.sum() < _FEWEST_POINTS or (third < 0).any() or (third[counted] <= 0).any():
        return False
    ratio = np.log(third[counted] ** 2 / intensity[counted])
    return bool(np.std(ratio) < 0.5 or np.std(ratio) < 0.5 * np.std(np.log(intensity[counted])))


def _read(columns: BareColumns, settings: Settings) -> Reading:
    values = columns.frame
    raw = [RawColumn(values["column 1"], "two_theta", "deg", "column 1")]
    whole = (values["column 2"] == values["column 2"].round()).all()
    quantity, unit = ("intensity", "counts") if whole else ("intensity_arbitrary", "arb")
    raw.append(RawColumn(values["column 2"], quantity, unit, "column 2", "intensity"))
    cautions = [
        *columns.text.cautions,
        Caution(
            "diffraction.axis-assumed",
            "The file has no header: the first column is taken as 2θ in degrees, and the wavelength is not known (give it with --set wavelength=…).",
        ),
    ]
    if values.width == 3:
        array = columns.values()
        if is_uncertainty(array[:, 1], array[:, 2]):
            raw.append(RawColumn(values["column 3"], quantity, unit, "column 3", "intensity_uncertainty"))
        else:
            raw.append(RawColumn(values["column 3"], header="column 3"))
            cautions.append(
                Caution(
                    "diffraction.third-column",
                    "The third column is not the standard uncertainty of the intensity; it is kept as it is.",
                )
            )
    reason = "whole numbers throughout" if whole else "not whole numbers, and no unit is stated"
    return Reading(
        format="delimited.bare",
        technique="powder_diffraction",
        tables=(make_table("scan 1", raw, conditions={"scan_axis": "2θ"}),),
        warnings=tuple(cautions),
        decisions={**columns.text.decisions, "intensity_unit": f"{unit} ({reason})"},
    )


BARE_FORMS = (
    BareForm(
        "powder_diffraction", "2θ (deg), intensity and, if there, its standard uncertainty", _fits, _certain, _read
    ),
)
