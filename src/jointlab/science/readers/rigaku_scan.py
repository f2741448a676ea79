"""What Rigaku's two formats share: the header keys of a scan, its intensities, and the attenuator column."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from jointlab.errors import BadInput
from jointlab.science.readers.diffraction_scan import Axis, Scan, attenuation_undone, axis_quantity, wavelength_facts
from jointlab.science.reading import Caution, Condition
from jointlab.science.text.decimal import with_point
from jointlab.science.text.times import parse_timestamp
from jointlab.science.units import convert

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

COLUMNS = ("position", "intensity", "attenuation")
_UNITS: dict[str, Literal["counts", "counts/s"]] = {
    "counts": "counts", "count": "counts", "cts": "counts", "cps": "counts/s", "counts/s": "counts/s", "counts/sec": "counts/s",
}  # fmt: skip
_STANDING = ("TwoTheta", "Omega", "Chi", "Phi")  # axes whose position at rest is worth a condition


@dataclass(frozen=True)
class Header:
    """One scan's keys as RAS files call them, without the asterisk, and positions of axes by their internal name."""

    keys: Mapping[str, str]
    axes: Mapping[str, str]
    decisions: Mapping[str, str] = field(default_factory=dict)  # of the text; its tables are read before the numbers

    def text(self, *names: str) -> str | None:
        """The first of these keys that has a value; of “Japanese|English” the English."""
        for name in names:
            value = self.keys.get(name, "").rpartition("|")[2].strip()
            if value and value not in ("N/A", "-"):
                return value
        return None

    def number(self, name: str) -> float | None:
        """A key as a number, None where it is absent or none."""
        try:
            return float(with_point(self.text(name) or "", self.decisions))
        except ValueError:
            return None


def make_scan(header: Header, frame: "pl.DataFrame", *, position: int) -> tuple[Scan, list[Caution]]:
    """One scan from its header and its columns `COLUMNS`.

    Raises BadInput ``rigaku.axis`` for a header that names no scanned axis, ``rigaku.unit`` for an intensity unit that
    is not known, ``rigaku.attenuator`` for factors that are no factors.
    """
    name = f"scan {position}"
    values = [frame[column].cast(float).to_numpy() for column in frame.columns]
    axis = header.text("MEAS_SCAN_AXIS_X_INTERNAL", "MEAS_SCAN_AXIS_X") or ""
    if not axis:
        raise BadInput(
            "rigaku.axis",
            "{scan} does not say which axis was scanned. Its header is damaged; copy the file again.",
            scan=name,
        )
    unit = (header.text("MEAS_SCAN_UNIT_Y") or "counts").strip()
    if unit.lower() not in _UNITS:
        raise BadInput(
            "rigaku.unit",
            "{scan} has its intensity in “{unit}”; known are counts and cps. Save it again in one of these.",
            scan=name,
            unit=unit,
        )
    intensity, factor, said = _unattenuated(values[1], values[2] if len(values) > 2 else None, name)
    moving = Axis(axis, values[0], header.text("MEAS_SCAN_UNIT_X") or "deg")
    scan = Scan(
        name=name,
        scan_axis=axis,
        axes=[moving, *_standing(header, axis)],
        intensity=intensity,
        unit=_UNITS[unit.lower()],
        attenuation=factor,
        counting_time=_counting_time(header),
        conditions=_conditions(header),
    )
    return scan, said


def _unattenuated(
    stored: "NDArray[np.float64]", factor: "NDArray[np.float64] | None", name: str
) -> "tuple[NDArray[np.float64], NDArray[np.float64] | None, list[Caution]]":
    """Intensities with the attenuation undone, the factors, and what to say. All arrays have shape (points,)."""
    if factor is None or (factor == 1).all() or (factor == 0).all():
        return stored, None, []
    if (factor <= 0).any():
        raise BadInput(
            "rigaku.attenuator",
            "{scan} has attenuator factors that are not positive, so its intensities cannot be told. Save it again.",
            scan=name,
        )
    if attenuation_undone(stored, factor):
        said = "the intensities already include the factors of the third column, as whole numbers or a smooth course prove; they were kept as they are"
        return stored, factor, [Caution("attenuation.included", f"In {name} {said}.")]
    said = "the intensities were multiplied by the attenuator factors of the third column"
    return stored * factor, factor, [Caution("attenuation.applied", f"In {name} {said}.")]


def _standing(header: Header, scanned: str) -> list[Axis]:
    """Axes at rest. In a coupled scan neither 2θ nor ω is."""
    found = []
    for axis in _STANDING:
        coupled = axis_quantity(axis) in ("two_theta", "angle_omega") and scanned not in (
            "Omega",
            "TwoTheta",
            "Chi",
            "Phi",
        )
        try:
            value = float(with_point(header.axes.get(axis, ""), header.decisions))
        except ValueError:
            continue
        if axis != scanned and not coupled:
            found.append(Axis(axis, value))
    return found


def _counting_time(header: Header) -> float | None:
    """Seconds a point: as set in step scans, step over speed in continuous ones."""
    speed, unit = header.number("MEAS_SCAN_SPEED"), (header.text("MEAS_SCAN_SPEED_UNIT") or "").lower().rstrip(".")
    step = header.number("MEAS_SCAN_STEP")
    if not speed or speed <= 0:
        return None
    if unit in ("sec", "s", "second", "seconds"):
        return speed
    if unit.endswith("/min") and step:
        return abs(step) / speed * 60
    return None


def _conditions(header: Header) -> dict[str, Condition]:
    stated: dict[str, str | None] = {
        "mode": header.text("MEAS_SCAN_MODE"),
        "comment": header.text("FILE_COMMENT"),
        "started": header.text("MEAS_SCAN_START_TIME"),
    }
    return {key: value for key, value in stated.items() if value}


def points_stated(header: Header) -> int | None:
    """The number of points that the header promises; some programs write it with decimals."""
    count = header.number("MEAS_DATA_COUNT")
    return None if count is None or not math.isfinite(count) else int(count)


def started(header: Header) -> datetime | None:
    """The start of a scan. Rigaku's text header has the month first; ISO stamps speak for themselves."""
    stamp = header.text("MEAS_SCAN_START_TIME")
    return parse_timestamp(stamp, order="mdy") if stamp else None


def facts(header: Header) -> dict[str, Condition]:
    """Facts of a measurement. Kβ radiation and pure Kα1 have no Kα2 beside them."""
    unit = (header.text("HW_XG_WAVE_LENGTH_UNIT") or "Angstrom").lower()
    alpha1, alpha2, beta = (header.number(f"HW_XG_WAVE_LENGTH_{line}") for line in ("ALPHA1", "ALPHA2", "BETA"))
    found = wavelength_facts(
        alpha1=alpha1, alpha2=alpha2, beta=beta, unit={"angstrom": "angstrom", "nm": "nm"}.get(unit, "angstrom")
    )
    used = header.text("MEAS_COND_XG_WAVE_TYPE")
    if used == "Ka1" and "wavelength_kalpha2" in found:
        found["kalpha_ratio"] = 0.0
    texts = {
        "wavelength_used": used,
        "anode": header.text("HW_XG_TARGET_NAME"),
        "sample": header.text("FILE_SAMPLE"),
        "operator": header.text("FILE_OPERATOR"),
        "memo": header.text("FILE_MEMO"),
        "detector": header.text("HW_COUNTER_SELECT_NAME"),
        "optics": header.text("MEAS_COND_OPT_ATTR"),
    }
    found |= {key: value for key, value in texts.items() if value}
    for key, name, target in (("tube_voltage_kV", "VOLTAGE", "kV"), ("tube_current_mA", "CURRENT", "mA")):
        value = header.number(f"MEAS_COND_XG_{name}")
        if value is not None:
            given = header.text(f"MEAS_COND_XG_{name}_UNIT") or target
            found[key] = convert(value, source=given, target=target)
    return found
