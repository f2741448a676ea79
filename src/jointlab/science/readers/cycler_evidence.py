"""What a cycler's file does not say but proves: units, by columns that can be held against each other; the sign of the
current, by the state of the step; the active mass, by capacity over specific capacity.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jointlab.errors import BadInput, Option, Question
from jointlab.science.readers.cycler_columns import Mapped
from jointlab.science.reading import Caution
from jointlab.science.settings import Setting, Settings
from jointlab.science.units import convert

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    from jointlab.science.text.times import DateOrder

    Numbers = NDArray[np.float64]

UNIT_SETTINGS: tuple[Setting, ...] = (
    Setting("time_unit", "Unit of the test time, where the file does not tell.", options=("s", "min", "h", "d")),
    Setting("voltage_unit", "Unit of the voltage, where the file does not tell.", options=("V", "mV")),
    Setting("current_unit", "Unit of the current, where the file does not tell.", options=("A", "mA", "uA")),
)

_NEAR = 0.2  # relative: what is nearer than this agrees, since units differ by factors of 24, 60 and 1000
_HIGH = 100.0  # V; a cell or a module that stands higher is asked about
_RESTING = 1e-6  # of the largest current: a state without direction may carry so much
_SAME_MASS = 0.01  # scatter of capacity over specific capacity that is one mass


@dataclass(frozen=True)
class Decided:
    """A unit and the evidence for it, in words."""

    unit: str
    reason: str


@dataclass(frozen=True, eq=False)
class Evidence:
    """The columns of a file with their quantities and units, as far as the header tells; in file order."""

    frame: "pl.DataFrame"
    quantities: tuple[str | None, ...]
    units: tuple[str | None, ...]

    def numbers(self, quantity: str) -> "Numbers | None":
        """The first column of a quantity that holds numbers, in the file's unit; absent values are nan."""
        import numpy as np
        import polars as pl

        for label, mine in zip(self.frame.columns, self.quantities, strict=True):
            if mine == quantity and self.frame[label].dtype.is_numeric():
                return np.asarray(self.frame[label].cast(pl.Float64).to_numpy(), dtype=np.float64)
        return None

    def unit(self, quantity: str) -> str | None:
        """The unit of the first column of a quantity."""
        return next((u for q, u in zip(self.quantities, self.units, strict=True) if q == quantity), None)

    def in_unit(self, quantity: str, target: str) -> "Numbers | None":
        """A column in `target`, where its header states a unit."""
        values, unit = self.numbers(quantity), self.unit(quantity)
        return None if values is None or unit is None else values * convert(1.0, source=unit, target=target)

    def stamps(self) -> "Numbers | None":
        """Seconds of the clock at each row; day and month may be swapped, differences within a day are right."""
        import numpy as np
        import polars as pl

        from jointlab.science.text.times import clock_times

        for label, mine in zip(self.frame.columns, self.quantities, strict=True):
            if mine != "unix_time":
                continue
            column = self.frame[label]
            if column.dtype == pl.Datetime:
                return np.asarray(column.dt.epoch("us").cast(pl.Float64).to_numpy(), dtype=np.float64) / 1e6
            clock = clock_times(_as_one_order(column)) if column.dtype == pl.String else None
            return None if clock is None else np.asarray(clock.to_numpy(), dtype=np.float64)
        return None

    def time_unit(self) -> Decided | None:
        """The unit of the test time, by the time stamps of the rows or by the capacity that the current brings."""
        import numpy as np

        time = self.numbers("time")
        time = self.numbers("step_time") if time is None else time
        if time is None or len(time) < 2:
            return None
        step, clock = np.diff(time), self.stamps()
        if clock is not None:
            ticks = np.diff(clock)
            both = (step > 0) & (ticks > 0)
            if both.any():
                return _time(float(np.median(ticks[both] / step[both])), "the time stamps of the rows run with it")
        charge, current = self.in_unit("capacity", "Ah"), self.in_unit("current", "A")
        if charge is None or current is None:
            return None
        passed, size = np.diff(charge), np.abs(current)
        flowing = (step > 0) & (passed > 0) & (size[1:] > 0) & (size[:-1] > 0)
        if not flowing.any():
            return None
        brought = (size[1:] + size[:-1])[flowing] / 2 * step[flowing]
        return _time(float(passed[flowing].sum() * 3600 / brought.sum()), "current times time is the capacity")

    def voltage_unit(self) -> Decided | None:
        """Volts or millivolts, by the energy over the capacity; None where there are no such counters or they fit nothing."""
        import numpy as np

        volts, header = self.numbers("potential"), self.unit("potential")
        charge, energy = self.in_unit("capacity", "Ah"), self.in_unit("energy", "Wh")
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

    def implausible_voltage(self) -> bool:
        """Whether the voltages, in the header's unit, are beyond what is usual for a cell on a cycler."""
        import numpy as np

        volts = self.in_unit("potential", "V")
        return volts is None or bool(np.nanmax(np.abs(volts), initial=0.0) > _HIGH)


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
    for unit, size in (("s", 1.0), ("min", 60.0), ("h", 3600.0), ("d", 86400.0)):
        if abs(seconds / size - 1) < _NEAR:
            return Decided(unit, reason)
    return None


@dataclass(frozen=True, eq=False)
class Units:
    """Units of one file: from its header, from settings, from evidence, or a question. `vendor` heads the codes."""

    evidence: Evidence
    settings: Settings
    decisions: dict[str, str]
    vendor: str
    name: str

    def time(self) -> str:
        """Unit of test and step time where the header has none."""
        found = None if self.settings.text("time_unit") else self.evidence.time_unit()
        if found is None:
            return self.asked("time_unit", "the test time")
        self.decisions["time_unit"] = f"{found.unit} ({found.reason})"
        return found.unit

    def voltage(self) -> str:
        """The header's unit where the file's energy agrees with it, else what the energy says, else an answer."""
        if self.settings.text("voltage_unit"):
            return self.asked("voltage_unit", "the voltage")
        found = self.evidence.voltage_unit()
        if found is not None:
            self.decisions["voltage_unit"] = f"{found.unit} ({found.reason})"
            return found.unit
        header = self.evidence.unit("potential")
        return (
            self.asked("voltage_unit", "the voltage")
            if header is None or self.evidence.implausible_voltage()
            else header
        )

    def current(self) -> str:
        """Unit of the current where the header has none."""
        return self.asked("current_unit", "the current")

    def asked(self, key: str, what: str) -> str:
        """The unit that a person gave. Raises BadInput ``<vendor>.unit`` with the question when nobody did."""
        options = next(setting.options for setting in UNIT_SETTINGS if setting.key == key)
        given = self.settings.choice(key, options)
        if given is None:
            raise BadInput(
                f"{self.vendor}.unit", "“{name}” does not state the unit of {what}, and no other column of it tells. Which unit is it?",
                Question(key, tuple(Option(option, f"the numbers are {option}") for option in options)), name=self.name, what=what,
            )  # fmt: skip
        self.decisions[key] = f"{given} (given)"
        return given

    def of(self, quantity: str | None, known: str | None, *, numeric: bool) -> str | None:
        """The unit of a column of that quantity, for which the header says `known`."""
        if quantity in ("time", "step_time") and known is None and numeric:
            return self.time()
        if quantity == "potential":
            return self.voltage()
        if quantity == "current" and known is None:
            return self.current()
        return known


def signed_by_state(
    mapped: Mapped, direction: Callable[[str], float], decisions: dict[str, str], cautions: list[Caution], *, vendor: str
) -> Mapped:  # fmt: skip
    """Current with the sign of its state where the program wrote it without one; `direction` gives +1, -1 or 0 for a state.

    Where current flows in a state without direction it becomes absent, which is said.
    """
    import numpy as np
    import polars as pl

    current, state = mapped.values("current"), mapped.values("state")
    if current is None:
        return mapped
    values = np.asarray(current.cast(pl.Float64, strict=False).to_numpy(), dtype=np.float64)
    ways = np.zeros(len(values))
    if state is not None:
        words = state.cast(pl.String).str.strip_chars().fill_null("")
        found = {word: direction(word) for word in words.unique().to_list()}
        ways = np.asarray(words.replace_strict(found, return_dtype=pl.Float64).to_numpy(), dtype=np.float64)
    if (values < 0).any():
        wrong = int(np.nansum(values * ways < 0))
        if wrong:
            message = f"In {wrong} rows the sign of the current is not that of the state of the step."
            cautions.append(Caution(f"{vendor}.sign", message))
        decisions["current_sign"] = "as written: the file has negative currents"
        return mapped
    size = float(np.nanmax(values, initial=0.0))
    unclear = (ways == 0) & (values > _RESTING * size)
    if state is None:
        if unclear.any():
            message = "No current is negative and no column tells charge from discharge; the currents are as written."
            cautions.append(Caution(f"{vendor}.sign", message))
        return mapped
    if unclear.any():
        said = ", ".join(sorted({str(word) for word in words.filter(pl.Series(unclear)).to_list()})[:5])
        message = f"In {int(unclear.sum())} rows current flows in a state that tells no direction ({said}); there the current is absent."
        cautions.append(Caution(f"{vendor}.state", message))
    signed = pl.Series(np.where(unclear, np.nan, np.where(ways < 0, -values, values)), nan_to_null=True)
    decisions["current_sign"] = "by the state of the step, charge positive; the file writes currents without sign"
    columns = [replace(column, values=signed) if column.values is current else column for column in mapped.columns]
    return Mapped(tuple(columns), mapped.cautions)


def require(mapped: Mapped, *, vendor: str, name: str) -> None:
    """Raise BadInput ``<vendor>.columns`` unless time, potential and current are there."""
    missing = [what for what in ("time", "potential", "current") if mapped.values(what) is None]
    if missing:
        raise BadInput(
            f"{vendor}.columns", "“{name}” has no column for {missing}. Export it with test time, voltage and current.",
            name=name, missing=" and ".join(missing),
        )  # fmt: skip


def active_mass_mg(evidence: Evidence) -> float | None:
    """The mass in mg by which the program made specific capacities, to four digits; None where it is not one mass."""
    import numpy as np

    total, specific = evidence.in_unit("capacity", "mAh"), evidence.in_unit("specific_capacity", "mAh/g")
    if total is None or specific is None:
        return None
    large = (
        np.isfinite(total) & np.isfinite(specific) & (np.abs(specific) > 0.1 * np.nanmax(np.abs(specific), initial=0.0))
    )
    large &= specific != 0
    if not large.any():
        return None
    masses = np.abs(total[large] / specific[large]) * 1e3
    middle = float(np.median(masses))
    if not middle > 0 or float(np.ptp(masses)) > 2 * _SAME_MASS * middle:
        return None
    return float(f"{middle:.4g}")


def settled_stamps(stamps: "pl.Series", seconds: "Numbers | None", decisions: dict[str, str]) -> "pl.Series":
    """Stamps such as ``01/08/2026 17:45:08`` year first, where the time that has passed tells the day from the month.

    `seconds` are elapsed times of the same rows. Stamps come back as they were where nothing decides, or nothing need be.
    """
    import numpy as np
    import polars as pl

    from jointlab.science.text.times import clock_times

    parts = stamps.str.extract_groups(r"^\s*(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})\s+(.*)$").struct.unnest()
    if seconds is None or parts.width < 4 or len(seconds) < 2 or parts[parts.columns[0]].null_count():
        return stamps
    first, second, year, clock = (parts[name] for name in parts.columns)
    if any(int(str(part.cast(pl.Int64).max())) > 12 for part in (first, second)):
        return stamps
    readings = {
        "the month stands before the day": (year + "-" + first + "-" + second + " " + clock).alias(stamps.name),
        "the day stands before the month": (year + "-" + second + "-" + first + " " + clock).alias(stamps.name),
    }
    passed = float(np.nanmax(seconds) - np.nanmin(seconds))
    fitting: dict[str, pl.Series] = {}
    for words, reading in readings.items():
        times = clock_times(reading)
        if times is not None and times.null_count() == 0:
            span = float(times[-1] - times[0])
            if abs(span - passed) <= max(600.0, 0.02 * passed):
                fitting[words] = reading
    if len(fitting) != 1:
        return stamps
    words, found = next(iter(fitting.items()))
    decisions["date_order"] = f"{words} (only so the time stamps agree with the time that has passed)"
    return found


def decided_order(decisions: dict[str, str]) -> "DateOrder | None":
    """The order of day and month that `settled_stamps` found."""
    words = decisions.get("date_order", "")
    return "mdy" if words.startswith("the month") else "dmy" if words.startswith("the day") else None
