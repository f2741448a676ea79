"""What every diffraction format ends in: scans with their axes, intensities and attenuation, as tables of one shape.

A table has the axes that move (`two_theta`, `angle_omega`, `angle_chi`, `angle_phi`, others by their own name), the
intensity (`intensity` in counts or `count_rate` in counts/s), and where there are any `attenuation` and
`counting_time`. Its conditions hold `scan_axis` as the file names it and every axis that stood still.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from jointlab.errors import BadInput
from jointlab.science.reading import Caution, Condition, RawColumn, Table, make_table
from jointlab.science.units import convert

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

_ANGLES = {  # name as instruments write it, without blanks and marks: (quantity, name of the condition)
    **dict.fromkeys(("2theta", "twotheta", "gonio", "2th", "tth", "2t"), ("two_theta", "two_theta")),
    **dict.fromkeys(("2thetatheta", "twothetatheta", "2thetaomega", "twothetaomega"), ("two_theta", "two_theta")),
    **dict.fromkeys(("omega", "theta", "thetas", "om", "th"), ("angle_omega", "omega")),
    **dict.fromkeys(("omega2theta", "omegatwotheta"), ("angle_omega", "omega")),
    **dict.fromkeys(("chi", "khi"), ("angle_chi", "chi")),
    "phi": ("angle_phi", "phi"),
}
_GREEK = str.maketrans({"θ": "theta", "Θ": "theta", "ω": "omega", "Ω": "omega", "χ": "chi", "φ": "phi", "ϕ": "phi"})
MOST_SCANS = 5000  # maps and pole figures have hundreds; each becomes a table, 5000 in seconds
_WHOLE = 1e-6  # relative; stored as decimal text or 4-byte floats
_CLEAR = 3.0  # a jump must be so many times smaller on one reading of the attenuation than on the other


@dataclass(frozen=True, eq=False)
class Axis:
    """One axis of the instrument: a value per point, shape (points,), or one value where it stood still."""

    name: str  # as the file names it
    values: "Values | float"
    unit: str = "deg"


@dataclass(frozen=True, eq=False)
class Scan:
    """One scan. `intensity` has the attenuation undone by the factors in `attenuation`, both of shape (points,)."""

    name: str
    scan_axis: str
    axes: Sequence[Axis]
    intensity: "Values"
    unit: Literal["counts", "counts/s", "arb"] = "counts"
    attenuation: "Values | None" = None
    counting_time: "Values | float | None" = None  # s
    more: Sequence[RawColumn] = ()
    conditions: Mapping[str, Condition] = field(default_factory=dict)


def check_scan_count(count: int, *, name: str, most: int = MOST_SCANS) -> None:
    """Raises BadInput ``diffraction.scans`` for more scans than are read of one file."""
    if count > most:
        raise BadInput(
            "diffraction.scans",
            "“{name}” holds more than {most} scans, the most that are read of one file. Export the scans you need into smaller files; if it never had so many, it is damaged.",
            name=name,
            most=most,
        )


def axis_quantity(name: str) -> str | None:
    """The quantity of an axis by its name, None for one that is no angle of ours (translations, ψ, slits)."""
    return _angle(name)[0]


def _angle(name: str) -> tuple[str | None, str]:
    key = "".join(c for c in name.translate(_GREEK).lower() if c.isalnum())
    return _ANGLES.get(key, (None, key))


def scan_table(scan: Scan) -> Table:
    """The table of one scan. Raises BadInput ``diffraction.lengths`` when a column has another number of points."""
    import numpy as np

    points = len(scan.intensity)
    columns: list[RawColumn] = []
    conditions: dict[str, Condition] = {"scan_axis": scan.scan_axis, **scan.conditions}
    for axis in scan.axes:
        quantity, condition = _angle(axis.name)
        if np.ndim(axis.values) == 0:
            value = float(axis.values)
            conditions[condition] = convert(value, source=axis.unit, target="deg") if quantity else value
            continue
        taken = quantity in {column.quantity for column in columns}
        name = axis.name if quantity is None or taken else None
        columns.append(RawColumn(_sized(axis.values, points, axis.name, scan), quantity, axis.unit, axis.name, name))
    columns.append(_intensity_column(scan))
    if scan.attenuation is not None:
        columns.append(RawColumn(_sized(scan.attenuation, points, "attenuation", scan), "attenuation"))
    if scan.counting_time is not None:
        times = np.broadcast_to(np.asarray(scan.counting_time, dtype=np.float64), (points,)).copy()
        columns.append(RawColumn(times, "counting_time", "s"))
    return make_table(scan.name, [*columns, *scan.more], conditions=conditions)


def _intensity_column(scan: Scan) -> RawColumn:
    quantity = {"counts": "intensity", "counts/s": "count_rate", "arb": "intensity_arbitrary"}[scan.unit]
    return RawColumn(scan.intensity, quantity, scan.unit, None, "intensity" if scan.unit == "arb" else None)


def _sized(values: "Values | float", points: int, what: str, scan: Scan) -> "Values":
    import numpy as np

    array = np.asarray(values, dtype=np.float64)
    if array.shape != (points,):
        raise BadInput(
            "diffraction.lengths",
            "In {scan} there are {found} values of “{what}” for {points} intensities, so no value can be told from its neighbour. The file is damaged; export it again.",
            scan=scan.name, found=array.size, what=what, points=points,
        )  # fmt: skip
    return array


def steps(start: float, step: float, points: int) -> "Values":
    """Positions of a scan in equal steps, shape (points,)."""
    import numpy as np

    return np.asarray(start + step * np.arange(points, dtype=np.float64))


def is_whole(values: "Values") -> bool:
    """Whether all values are whole numbers, as counts are."""
    import numpy as np

    return bool((np.abs(values - np.round(values)) <= _WHOLE * np.maximum(np.abs(values), 1)).all())


def attenuation_undone(stored: "Values", factor: "Values") -> bool | None:
    """Whether stored intensities have already been multiplied by the factors beside them; None where nothing tells.

    Two tests, both arrays of shape (points,). Counts are whole numbers before they are multiplied. And where the
    factor changes from one point to the next, the true intensity changes little.
    """
    import numpy as np

    weakened = factor != 1
    if not weakened.any():
        return None
    whole, divided = is_whole(stored[weakened]), is_whole(stored[weakened] / factor[weakened])
    if whole != divided:
        return divided
    change = np.flatnonzero((np.diff(factor) != 0) & (stored[:-1] > 0) & (stored[1:] > 0))
    if not change.size:
        return None
    logs = np.log(stored)[np.union1d(change, change + 1)]
    if not np.isfinite(logs).all():
        return None
    as_stored = np.median(np.abs(np.log(stored[change + 1] / stored[change])))
    product = stored * factor
    multiplied = np.median(np.abs(np.log(product[change + 1] / product[change])))
    if min(as_stored, multiplied) * _CLEAR > max(as_stored, multiplied):
        return None
    return bool(as_stored < multiplied)


def intensity_cautions(scans: Iterable[Scan]) -> tuple[Caution, ...]:
    """Warns of “counts” that are no whole numbers: counting statistics cannot be taken from them."""
    broken = [
        s.name
        for s in scans
        if s.unit == "counts" and not is_whole(s.intensity if s.attenuation is None else s.intensity / s.attenuation)
    ]
    if not broken:
        return ()
    return (
        Caution(
            "intensity.not-whole",
            f"The intensities of {broken[0]}{' and others' if len(broken) > 1 else ''} are called counts but are not whole numbers: the program has averaged or scaled them, so their square root is not their uncertainty.",
        ),
    )


def wavelength_facts(
    *,
    alpha1: float | None,
    alpha2: float | None = None,
    ratio: float | None = None,
    beta: float | None = None,
    unit: str = "angstrom",
) -> dict[str, Condition]:
    """Wavelengths in nm under the names that the analyses use; zero and negative ones count as not stated."""
    given = {"wavelength_kalpha1": alpha1, "wavelength_kalpha2": alpha2, "wavelength_kbeta": beta}
    found: dict[str, Condition] = {
        key: round(convert(value, source=unit, target="nm"), 12) for key, value in given.items() if value and value > 0
    }
    if ratio is not None and 0 <= ratio <= 1 and "wavelength_kalpha2" in found:
        found["kalpha_ratio"] = ratio
    return found
