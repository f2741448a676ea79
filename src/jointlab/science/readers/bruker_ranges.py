"""Ranges of Bruker files: what a version of .raw gives, which axis moved, and which numbers no scan has."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers.diffraction_scan import Axis, Scan, axis_quantity, steps
from jointlab.science.reading import Caution, Condition

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_RANGES = 20_000  # maps and pole figures have thousands; more is no measurement
_FARTHEST = 1e4  # deg or mm; no drive goes there


@dataclass(frozen=True, eq=False)
class Measurement:
    """What one .raw file holds."""

    version: str
    scans: tuple[Scan, ...]
    facts: Mapping[str, Condition]
    started: datetime | None = None
    instrument: str | None = None
    cautions: tuple[Caution, ...] = ()
    decisions: Mapping[str, str] = field(default_factory=dict)

    @property
    def points(self) -> tuple[int, ...]:
        """Points of each scan, as its header states."""
        return tuple(len(scan.intensity) for scan in self.scans)


def check_range(name: str, where: str, *, points: int, start: float, step: float) -> None:
    """Raises BadInput ``bruker.range`` for a start or step that no drive has, and for no points."""
    end = start + step * points
    if points < 1 or not all(math.isfinite(v) and abs(v) < _FARTHEST for v in (start, end)) or step == 0:
        raise BadInput(
            "bruker.range",
            "{where} of “{name}” states {points} points from {start} by {step}: no scan has that. The file is damaged; copy it again.",
            where=where, name=name, points=points, start=start, step=step,
        )  # fmt: skip


def check_count(name: str, count: int) -> None:
    """Raises BadInput ``bruker.range`` for more ranges than any measurement has."""
    if count > MOST_RANGES:
        raise BadInput(
            "bruker.range",
            "“{name}” claims {count} ranges, more than it can hold. It is damaged; copy it again.",
            name=name,
            count=count,
        )


def axes_of_scan(
    axis: str | None, scan_name: str, start: float, step: float, points: int, *, fixed: Mapping[str, float],
    varying: "Mapping[str, NDArray[np.float64]]", name: str,
) -> tuple[list[Axis], list[Caution]]:  # fmt: skip
    """The axes of one range: the scanned one in equal steps unless recorded by point, recorded ones, standing ones.

    In coupled scans θ moves with 2θ, so that neither counts as standing still.
    """
    axes = [Axis(recorded, values) for recorded, values in varying.items() if recorded not in ("time", "temperature")]
    said: list[Caution] = []
    if axis is None:
        said.append(
            Caution(
                "scan.axis-unknown",
                f"{name.capitalize()} is a {scan_name}: which axis moved is not known here, so it has no axis column but what was recorded by point.",
            )
        )
    elif axis not in varying:
        axes.insert(0, Axis(axis, steps(start, step, points)))
    moving = {a.name for a in axes} | ({"Theta", "2Theta"} if axis is None or _couples(axis, scan_name) else set())
    axes += [Axis(drive, value) for drive, value in fixed.items() if drive not in moving and math.isfinite(value)]
    return axes, said


def _couples(axis: str, scan_name: str) -> bool:
    return axis_quantity(axis) == "two_theta" and "detector" not in scan_name.lower()
