"""Maximum-power-point tracking: the power that a solar cell gives when it is held there."""

from typing import TYPE_CHECKING

from jointlab.science.plots.plot import Axis, Band, Plot, Series
from jointlab.science.reading import Caution, Reading, Table
from jointlab.science.settings import Settings
from jointlab.science.techniques.solar_cell_settings import CELL_SETTINGS
from jointlab.science.techniques.technique import Analysis, Figure, Technique, figure

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FINAL = 0.1  # of the duration: the end over which is averaged
_FEWEST = 5
_NOT_SHOWN = ("area", "irradiance", "temperature")

SETTINGS = (*CELL_SETTINGS,)


def applies(reading: Reading, settings: Settings) -> bool:
    """Whether a table holds voltage and current over time."""
    return any(_tracks(table) for table in reading.tables)


def _tracks(table: Table) -> bool:
    return table.has("time", "potential") and (table.has("current_density") or table.has("current"))


def analyse(reading: Reading, settings: Settings) -> Analysis:
    """Mean power, and efficiency where the light is known, over the last tenth of each tracking."""
    figures: list[Figure] = []
    warnings: list[Caution] = []
    plots: list[Plot] = []
    for table in (table for table in reading.tables if _tracks(table)):
        time = table.array("time")
        power = _power(table, settings)
        if power is None:
            warnings.append(
                Caution("solar.area-unknown", 'The file states no area; give it, such as --set area="0.16 cm2".')
            )
            continue
        more = _figures(table, time, power, settings)
        figures += more
        if not more:
            warnings.append(
                Caution("mpp.few-points", f"The last tenth of “{table.name}” has fewer than {_FEWEST} points.")
            )
        elif not any(f.quantity == "power_conversion_efficiency" for f in more):
            text = 'The file states no irradiance, so there is no efficiency: give it with --set irradiance="100 mW/cm2" for one sun.'
            warnings.append(Caution("solar.irradiance-unknown", text))
        plots.append(_plot(table, time, power))
    return Analysis(tuple(figures), (), tuple(plots), tuple(dict.fromkeys(warnings)))


def _power(table: Table, settings: Settings) -> "NDArray[np.float64] | None":
    """Power given per area in mW/cm2, shape (rows,), positive; None where the area is not known."""
    import numpy as np

    voltage = table.array("potential")
    area = settings.number("area", unit="cm^2")
    if table.has("current_density") and (area is None or not table.has("current")):
        return np.abs(voltage * table.array("current_density"))
    stated = table.conditions.get("area")
    area = area or (float(stated) if isinstance(stated, (int, float)) else None)
    return None if not area else np.abs(voltage * table.array("current")) * 1e3 / area


def _figures(
    table: Table, time: "NDArray[np.float64]", power: "NDArray[np.float64]", settings: Settings
) -> list[Figure]:
    import numpy as np

    known = np.isfinite(time) & np.isfinite(power)
    if not known.any():
        return []
    begin = time[known].max() - _FINAL * np.ptp(time[known])
    final = known & (time >= begin)
    if int(final.sum()) < _FEWEST:
        return []
    where = {key: value for key, value in table.conditions.items() if key not in _NOT_SHOWN}
    where["window"] = "last tenth of the time"
    values = power[final]
    found = [figure(
        "maximum_power_density", float(values.mean()), uncertainty=float(values.std(ddof=1)), includes="scatter within the window",
        method="mean of V J while the maximum power point is tracked", **where,
    )]  # fmt: skip
    light = _light(table, settings)
    if light is None:
        return found
    sunny = final & np.isfinite(light) & (light > 0)
    if int(sunny.sum()) >= _FEWEST:
        ratio = 100 * power[sunny] / light[sunny]
        found.append(figure(
            "power_conversion_efficiency", float(ratio.mean()), uncertainty=float(ratio.std(ddof=1)), includes="scatter within the window",
            method="mean of V J over irradiance while the maximum power point is tracked", **where,
        ))  # fmt: skip
    return found


def _light(table: Table, settings: Settings) -> "NDArray[np.float64] | None":
    """Irradiance in mW/cm2 at each row: set, measured beside, or stated for the whole; None where nothing tells."""
    import numpy as np

    given = settings.number("irradiance", unit="mW/cm^2")
    if given is None and table.has("irradiance"):
        return table.array("irradiance")
    stated = table.conditions.get("irradiance")
    value = given or (float(stated) if isinstance(stated, (int, float)) and stated else None)
    return None if value is None else np.full(table.rows, value)


def _plot(table: Table, time: "NDArray[np.float64]", power: "NDArray[np.float64]") -> Plot:
    import numpy as np

    hours = time / 3600
    last = float(np.nanmax(hours)) if np.isfinite(hours).any() else 0.0
    first = float(np.nanmin(hours)) if np.isfinite(hours).any() else 0.0
    band = Band(last - _FINAL * (last - first), last, "mean")
    return Plot(
        f"mpp_{table.name}", "Power at the maximum power point", Axis("time", unit="h"), Axis("maximum_power_density"),
        (Series(table.name, hours, power),), caption="The grey range is averaged.", bands=(band,),
        description="Power per area against time while the maximum power point is tracked.",
    )  # fmt: skip


TECHNIQUES = (
    Technique("solar_cell_iv.tracking", "solar_cell_iv", "1", "Maximum-power-point tracking", analyse,
              ("maximum_power_density", "power_conversion_efficiency"), SETTINGS, applies),
)  # fmt: skip
