"""Impedance spectra of a reading: one for each cycle or run of frequencies, and what can be told of them without a model."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jointlab.science.reading import Condition, Reading, Table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CLOSED = 0.05  # part of the polarisation resistance that the low-frequency end may lack
_NEW_RUN = 10.0  # a frequency that jumps back by this factor begins another spectrum


@dataclass(frozen=True, eq=False)
class Spectrum:
    """One spectrum in the order of the file: frequency in Hz, impedance in ohm, shape (points,)."""

    frequency: "NDArray[np.float64]"
    impedance: "NDArray[np.complex128]"
    conditions: dict[str, Condition] = field(default_factory=dict)

    def label(self) -> str:
        """What tells it from the others, for a legend."""
        return ", ".join(f"{key} {value}" for key, value in self.conditions.items()) or "measured"


@dataclass(frozen=True)
class Estimate:
    """A resistance in ohm with one standard uncertainty."""

    value: float
    uncertainty: float


def spectra(reading: Reading) -> list[Spectrum]:
    """Every spectrum of a reading; points without a frequency, without numbers or of no impedance are left out."""
    found: list[Spectrum] = []
    for table in reading.tables:
        z = _impedance(table)
        if z is None:
            continue
        parts = list(_parts(table, table.array("frequency")))
        for conditions, rows in parts:
            frequency, impedance = table.array("frequency")[rows], z[rows]
            usable = (frequency > 0) & (abs(impedance) > 0) & (abs(impedance) < float("inf"))
            if usable.any():
                found.append(Spectrum(frequency[usable], impedance[usable], {**table.conditions, **conditions}))
    return found


def without_frequency(reading: Reading) -> int:
    """Rows of impedance tables that have no positive frequency, such as the rests that EC-Lab writes with 0 Hz."""
    tables = [table for table in reading.tables if _impedance(table) is not None]
    return sum(table.rows - int((table.array("frequency") > 0).sum()) for table in tables)


def _impedance(table: Table) -> "NDArray[np.complex128] | None":
    import numpy as np

    if table.has("frequency", "impedance_real", "impedance_imaginary"):
        return np.asarray(table.array("impedance_real") + 1j * table.array("impedance_imaginary"), dtype=np.complex128)
    if table.has("frequency", "impedance_modulus", "impedance_phase"):
        turned = np.exp(1j * np.radians(table.array("impedance_phase")))
        return np.asarray(table.array("impedance_modulus") * turned, dtype=np.complex128)
    return None


def _parts(
    table: Table, frequency: "NDArray[np.float64]"
) -> "Iterator[tuple[dict[str, Condition], NDArray[np.bool_]]]":
    """Rows of each spectrum: by cycle where the table counts several, else by frequencies that start again."""
    import numpy as np

    cycle = table.array("cycle") if table.has("cycle") else np.full(table.rows, np.nan)
    numbers = np.unique(cycle[(frequency > 0) & np.isfinite(cycle)])
    if len(numbers) > 1:
        for number in numbers:
            yield {"cycle": int(number)}, cycle == number
        return
    measured = np.flatnonzero(frequency > 0)
    steps = np.diff(np.log(frequency[measured]))
    direction = np.sign(np.median(steps)) if len(steps) else 0.0
    starts = np.flatnonzero(-direction * steps > np.log(_NEW_RUN)) + 1
    runs = np.split(measured, starts)
    for number, run in enumerate(runs, start=1):
        rows = np.zeros(len(frequency), dtype=np.bool_)
        rows[run] = True
        yield ({"spectrum": number} if len(runs) > 1 else {}), rows


def high_frequency_resistance(spectrum: Spectrum) -> Estimate | None:
    """Re(Z) where Im(Z) turns from inductive to capacitive, interpolated between two neighbours.

    The uncertainty is that of a rectangular distribution between the neighbours' real parts. None where the spectrum
    does not cross the real axis at its high-frequency end: nothing is extrapolated.
    """
    import numpy as np

    order = np.argsort(-spectrum.frequency, kind="stable")
    z = spectrum.impedance[order]
    for i in np.flatnonzero((z.imag[:-1] >= 0) & (z.imag[1:] < 0)):
        following = z.imag[i + 1 : i + 4]
        if len(following) == 3 and (following < 0).all():  # not a point of noise
            share = z.imag[i] / (z.imag[i] - z.imag[i + 1])
            return Estimate(
                float(z.real[i] + share * (z.real[i + 1] - z.real[i])),
                float(abs(z.real[i + 1] - z.real[i]) / np.sqrt(12)),
            )
    return None


def polarization_resistance(spectrum: Spectrum, high: Estimate) -> Estimate | None:
    """Re(Z) at the lowest frequency minus the high-frequency resistance, where the spectrum is back at the real axis.

    On a semicircle the end lacks Im²/(Re - R_hf) of the diameter; None where that is more than 5 % of it, or where -Im(Z)
    grows again towards the lowest frequency (diffusion, or a blocking electrode). The uncertainty joins that part, as a rectangular distribution, with that of the high-frequency resistance.
    """
    import numpy as np

    slowest = np.argsort(spectrum.frequency, kind="stable")[:3]
    last = spectrum.impedance[int(slowest[0])]
    extent = float(last.real) - high.value
    if extent <= 0 or last.imag > 0 or len(slowest) < 3 or (spectrum.impedance[slowest[1:]].imag > last.imag).any():
        return None
    lacking = float(last.imag) ** 2 / extent
    if lacking > _CLOSED * extent:
        return None
    return Estimate(extent, float(np.hypot(lacking / np.sqrt(3), high.uncertainty)))
