"""Units that a cycler's file does not state, from columns of it that can be held against each other."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jointlab.science.units import convert

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

_NEAR = 0.2  # relative: what is nearer than this agrees, since units differ by factors of 60 and 1000
_HIGH = 100.0  # V; a cell or a module that stands higher is asked about


@dataclass(frozen=True)
class Decided:
    """A unit and the evidence for it, in words."""

    unit: str
    reason: str


@dataclass(frozen=True, eq=False)
class Evidence:
    """The columns of a file: folded names and units of the header cells (None where there is none), in file order."""

    frame: "pl.DataFrame"
    names: tuple[str, ...]
    units: tuple[str | None, ...]

    def numbers(self, *names: str) -> "Numbers | None":
        """The first column of these names that holds numbers, absent values nan."""
        import numpy as np
        import polars as pl

        for label, name in zip(self.frame.columns, self.names, strict=True):
            if name in names and self.frame[label].dtype.is_numeric():
                return np.asarray(self.frame[label].cast(pl.Float64).to_numpy(), dtype=np.float64)
        return None

    def words(self, *names: str) -> "pl.Series | None":
        """The first column of these names that holds text."""
        for label, name in zip(self.frame.columns, self.names, strict=True):
            if name in names and not self.frame[label].dtype.is_numeric():
                return self.frame[label]
        return None

    def unit(self, *names: str) -> str | None:
        """The unit of the first of these names, where its header has one."""
        return next((u for n, u in zip(self.names, self.units, strict=True) if n in names), None)

    def implausible_voltage(self, unit: str) -> bool:
        """Whether the voltages, taken in `unit`, are beyond what is usual for a cell on a cycler."""
        import numpy as np

        volts = self.numbers("volts", "voltage")
        return volts is not None and bool(
            np.nanmax(np.abs(volts), initial=0.0) * convert(1.0, source=unit, target="V") > _HIGH
        )

    def charge(self) -> "Numbers | None":
        """The capacity counter in Ah."""
        return self._counter((("amphr", 1.0), ("mamphr", 1e-3), ("uamphr", 1e-6)), ("cap", "capacity"), "Ah")

    def energy(self) -> "Numbers | None":
        """The energy counter in Wh."""
        return self._counter((("watthr", 1.0), ("mwatthr", 1e-3), ("uwatthr", 1e-6)), ("ener", "energy"), "Wh")

    def current(self) -> "Numbers | None":
        """The current in A, without sign."""
        import numpy as np

        found = self._counter((("amps", 1.0), ("mamps", 1e-3), ("uamps", 1e-6)), ("current",), "A")
        return None if found is None else np.abs(found)

    def _counter(self, scaled: tuple[tuple[str, float], ...], named: tuple[str, ...], target: str) -> "Numbers | None":
        for name, scale in scaled:
            values = self.numbers(name)
            if values is not None:
                return values * scale
        values, unit = self.numbers(*named), self.unit(*named)
        return None if values is None or unit is None else values * convert(1.0, source=unit, target=target)


def time_unit(evidence: Evidence) -> Decided | None:
    """Seconds, minutes or hours, by the time stamps of the rows or by the capacity that the current brings."""
    import numpy as np

    from jointlab.science.text.times import clock_times

    time = evidence.numbers("testtime", "progtime", "steptime")
    if time is None or len(time) < 2:
        return None
    step = np.diff(time)
    stamps = evidence.words("dpttime", "dpt")
    clock = None if stamps is None else clock_times(_as_one_order(stamps))
    if clock is not None:
        ticks = np.diff(np.asarray(clock.to_numpy(), dtype=np.float64))
        both = (step > 0) & (ticks > 0)
        if both.any():
            return _time(float(np.median(ticks[both] / step[both])), "the time stamps of the rows run with it")
    charge, current = evidence.charge(), evidence.current()
    if charge is None or current is None:
        return None
    passed = np.diff(charge)
    flowing = (step > 0) & (passed > 0) & (current[1:] > 0) & (current[:-1] > 0)
    if not flowing.any():
        return None
    brought = (current[1:] + current[:-1])[flowing] / 2 * step[flowing]
    return _time(float(passed[flowing].sum() * 3600 / brought.sum()), "current times time is the capacity")


def _as_one_order(stamps: "pl.Series") -> "pl.Series":
    """Stamps whose day and month cannot be told, in an order that fits: differences within a day are the same."""
    import polars as pl

    parts = stamps.str.extract_groups(r"^\s*(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})\s+(.*)$").struct.unnest()
    if parts.width < 4 or parts[parts.columns[0]].null_count():
        return stamps
    largest = [parts[name].cast(pl.Int64).max() for name in parts.columns[:2]]
    if any(isinstance(value, int) and value > 12 for value in largest):
        return stamps
    month, day, year, clock = (parts[name] for name in parts.columns)
    return (year + "-" + month + "-" + day + " " + clock).alias(stamps.name)


def _time(seconds: float, reason: str) -> Decided | None:
    """The unit of which one is about so many seconds."""
    for unit, size in (("s", 1.0), ("min", 60.0), ("h", 3600.0)):
        if abs(seconds / size - 1) < _NEAR:
            return Decided(unit, reason)
    return None


def voltage_unit(evidence: Evidence, header: str | None) -> Decided | None:
    """Volts or millivolts, by the file's energy over its capacity; None where it has no such counters or they fit nothing."""
    import numpy as np

    volts, charge, energy = evidence.numbers("volts", "voltage", "mvolts"), evidence.charge(), evidence.energy()
    if volts is None or charge is None or energy is None or len(volts) < 2:
        return None
    passed, spent = np.diff(charge), np.diff(energy)
    counted = (passed > 0) & np.isfinite(spent) & (spent != 0)
    if not counted.any():
        return None
    mean = float(abs(spent[counted].sum()) / passed[counted].sum())
    written = float(np.sum(np.abs(volts[1:])[counted] * passed[counted]) / passed[counted].sum())
    for unit, size in (("V", 1.0), ("mV", 1e-3)):
        if mean > 0 and abs(written * size / mean - 1) < _NEAR:
            said = "" if header in (None, unit) else f"; the header says {header}, which cannot be"
            return Decided(unit, f"energy over capacity is {mean:.4g} V where the column has {written:.4g}{said}")
    return None
