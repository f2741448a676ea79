"""An isotherm made ready for the analyses: its gas, its branches over relative pressure, and what was assumed for them."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jointlab.science.reading import Condition, Reading, Table
from jointlab.science.settings import Setting, Settings
from jointlab.science.techniques.adsorption_gases import Gas, gas_named

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BET_RANGE = (
    Setting("bet_low", "Lowest p/p0 of the BET range; otherwise chosen by the criteria of Rouquerol.", unit="1"),
    Setting("bet_high", "Highest p/p0 of the BET range; otherwise chosen by the criteria of Rouquerol.", unit="1"),
)  # fmt: skip
SHARED_SETTINGS = (
    Setting("adsorptive", "Adsorptive, where the file does not say (N2, Ar, Kr, CO2)."),
    Setting("temperature", "Temperature of the measurement, where the file says none or a wrong one.", unit="K"),
    Setting("saturation_pressure", "Saturation pressure, where the file has none.", unit="kPa"),
    Setting("mass_uncertainty", "Standard uncertainty of the sample's mass, part of its mass.", unit="%"),
)


@dataclass(frozen=True, eq=False)
class Branch:
    """One branch: relative pressure (1) and amount adsorbed (mmol/g), both of shape (points,), in rising pressure.

    Of data that is not `complete` these are pressure (kPa) and mass taken up (%) instead.
    """

    relative_pressure: "NDArray[np.float64]"
    loading: "NDArray[np.float64]"


@dataclass(frozen=True, eq=False)
class Data:
    """What the analyses work on. Without a gas, `why` says in a sentence why no area and no pore volume can be given."""

    adsorption: Branch
    desorption: Branch
    gas: Gas | None
    temperature: float | None  # K
    why: str = ""
    mass_uncertainty: float | None = None  # relative
    abscissa: str = "relative_pressure"  # or pressure (kPa), where there is no saturation pressure
    ordinate: str = "loading"  # or mass_uptake (%)
    decisions: dict[str, Condition] = field(default_factory=dict)

    @property
    def complete(self) -> bool:
        """Whether the branches are amounts over relative pressure; otherwise they can be drawn, and no more."""
        return (self.abscissa, self.ordinate) == ("relative_pressure", "loading")


def has_isotherm(reading: Reading, settings: Settings) -> bool:
    """Whether a table has an amount adsorbed, or a mass taken up, over pressure."""
    return _table(reading) is not None


def _table(reading: Reading) -> Table | None:
    tables = [t for t in reading.tables if t.has("branch") and (t.has("relative_pressure") or t.has("pressure"))]
    return next((t for t in tables if t.has("loading") or t.has("mass_uptake")), None)


def adsorption_data(reading: Reading, settings: Settings) -> Data:
    """The isotherm of a reading that `has_isotherm`. Raises BadInput ``setting.value`` for a setting that is no number."""
    import numpy as np

    table = _table(reading)
    assert table is not None
    decisions: dict[str, Condition] = {}
    named = settings.text("adsorptive") or str(reading.facts.get("adsorptive", ""))
    gas, temperature, why = _gas(named, table, reading, settings, decisions)
    relative = _relative_pressure(table, gas, temperature, settings, decisions)
    branches = np.array(table.frame["branch"].to_list())
    ordinate = "loading" if table.has("loading") else "mass_uptake"
    loading = table.array(ordinate)
    if ordinate == "mass_uptake":
        gas, why = None, why or "The file gives the mass that is taken up, not the amount adsorbed."
    abscissa = "relative_pressure"
    if relative is None:
        abscissa, relative, gas = "pressure", table.array("pressure"), None
        why = why or "The file has no saturation pressure; give saturation_pressure."
    percent = settings.number("mass_uncertainty", unit="%")
    return Data(
        adsorption=_branch(relative, loading, branches == "adsorption", abscissa),
        desorption=_branch(relative, loading, branches == "desorption", abscissa),
        gas=gas,
        temperature=temperature,
        why=why,
        mass_uncertainty=None if percent is None else percent / 100,
        abscissa=abscissa,
        ordinate=ordinate,
        decisions=decisions,
    )


def _branch(
    relative: "NDArray[np.float64]", loading: "NDArray[np.float64]", chosen: "NDArray[np.bool_]", abscissa: str
) -> Branch:  # fmt: skip
    """The points of one branch with 0 < p/p0 < 1 (or p > 0), ordered by pressure."""
    import numpy as np

    with np.errstate(invalid="ignore"):
        kept = chosen & np.isfinite(relative) & np.isfinite(loading) & (relative > 0)
        kept &= (relative < 1) | (abscissa == "pressure")
    order = np.argsort(relative[kept], kind="stable")
    return Branch(relative[kept][order], loading[kept][order])


def _gas(
    named: str, table: Table, reading: Reading, settings: Settings, decisions: dict[str, Condition]
) -> tuple[Gas | None, float | None, str]:  # fmt: skip
    """The gas, its temperature, and why there is none that serves."""
    gas = gas_named(named)
    stated = reading.facts.get("temperature")
    temperature = settings.number("temperature", unit="K")
    if temperature is None and isinstance(stated, int | float):
        temperature = float(stated)
    if gas is None:
        said = (
            f"“{named}” is not an adsorptive with an agreed molecular area" if named else "The file names no adsorptive"
        )
        return (
            None,
            temperature,
            f"{said}; areas and pore volumes are given for N2 at 77 K, Ar at 87 K, Kr at 77 K and CO2 at 195 K.",
        )
    if temperature is None and (temperature := _boiling(table, gas)) is not None:
        decisions["temperature"] = (
            f"{temperature:.2f} K, at which {gas.formula} has the saturation pressure of the file"
        )
    if temperature is None:
        return None, None, "The file states no temperature; give temperature."
    if not gas.low <= temperature <= gas.high:
        return None, temperature, (
            f"{gas.formula} at {temperature:g} K is not used for areas and pore volumes ({gas.low:g} to {gas.high:g} K); where the file states a wrong temperature, give temperature."
        )  # fmt: skip
    return gas, temperature, ""


def _boiling(table: Table, gas: Gas) -> float | None:
    """The temperature at which the gas has the median saturation pressure of the file, within the range of its use."""
    import numpy as np

    if gas.vapour is None or not table.has("saturation_pressure"):
        return None
    pressure = table.array("saturation_pressure")
    pressure = pressure[np.isfinite(pressure)]
    grid = np.linspace(gas.low, gas.high, 301)
    curve = np.array([gas.vapour.at(t) for t in grid])
    middle = float(np.median(pressure)) if len(pressure) else np.nan
    return float(np.interp(middle, curve, grid)) if curve[0] <= middle <= curve[-1] else None


def _relative_pressure(
    table: Table, gas: Gas | None, temperature: float | None, settings: Settings, decisions: dict[str, Condition]
) -> "NDArray[np.float64] | None":  # fmt: skip
    """p/p0 of the file; else p over the given saturation pressure, else over that of the gas at its temperature."""
    given = settings.number("saturation_pressure", unit="kPa")
    if table.has("relative_pressure") and given is None:
        return table.array("relative_pressure")
    if not table.has("pressure"):
        return table.array("relative_pressure")
    if given is not None:
        decisions["saturation_pressure"] = f"{given:g} kPa, given"
        return table.array("pressure") / given
    if gas is None or gas.vapour is None or temperature is None:
        return None
    saturation = gas.vapour.at(temperature)
    decisions["saturation_pressure"] = (
        f"{saturation:.4f} kPa, of {gas.formula} at {temperature:g} K (equation of state); the file has none"
    )
    return table.array("pressure") / saturation


def combined(relative_fit: float, data: Data) -> float:
    """The relative standard uncertainty of a figure per mass: of the fit, and of the mass where it is given."""
    return float((relative_fit**2 + (data.mass_uncertainty or 0.0) ** 2) ** 0.5)


def held(fit: str, data: Data) -> str:
    """What an uncertainty includes, in words."""
    return fit if data.mass_uncertainty is None else f"{fit}, mass of the sample"
