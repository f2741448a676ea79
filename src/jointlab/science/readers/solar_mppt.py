"""Maximum-power-point tracking of the outdoor rig of Helmholtz-Zentrum Berlin: a CSV whose header has no units.

The units are those in which the file's own columns agree: J in mA/cm2, V in V and radiation in W/m2 give MPPT_EFF in
per cent, and I V gives MPPT_P in mW. A file whose columns do not agree so is refused.
"""

from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Condition, RawColumn, Reading, make_table
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import TEXT_SETTINGS, read_text
from jointlab.science.text.times import parse_timestamp

if TYPE_CHECKING:
    import polars as pl

_NEEDED = ("Timestamp", "MPPT_I", "MPPT_V", "MPPT_J", "MPPT_EFF", "radiation", "Duration_s")
_COLUMNS: dict[str, tuple[str, str]] = {  # name in the file: quantity and unit
    "Duration_s": ("time", "s"), "MPPT_V": ("potential", "V"), "MPPT_J": ("current_density", "mA/cm2"),
    "MPPT_I": ("current", "mA"), "MPPT_P": ("power", "mW"), "MPPT_EFF": ("power_conversion_efficiency", "%"),
    "radiation": ("irradiance", "W/m2"),
}  # fmt: skip
_AGREES = 0.01  # relative; MPPT_J has all digits
_SHARE = 0.95  # of the rows that must agree
_ROUNDED = 0.051  # mW; MPPT_P is written to one decimal


def recognises(source: Source) -> bool:
    """The first line names the rig's columns."""
    first = source.head_text.partition("\n")[0]
    return all(name in first.replace('"', "").strip().split(",") for name in _NEEDED)


def read(source: Source, settings: Settings) -> Reading:
    """Read the tracking. Raises BadInput ``mppt.disagrees`` where the columns do not prove their units."""
    text = read_text(source, settings)
    names = [name.strip().strip('"') for name in text.line(0).split(",")]
    parsed = text.table(1, names, separator=",")
    frame = parsed.frame
    area = _proved_area(frame, source.name)
    raw = []
    for name in names:
        quantity, unit = _COLUMNS.get(name, (None, None))
        raw.append(RawColumn(frame[name], quantity, unit, name, None if quantity else name))
    stamps = frame["Timestamp"]
    started = parse_timestamp(str(stamps[0])) if len(stamps) else None
    conditions: dict[str, Condition] = {"area": area} if area else {}
    decisions = {
        **text.decisions,
        "units": "mA, V, mA/cm2, mW, W/m2: in these MPPT_EFF is MPPT_V MPPT_J over radiation, and MPPT_P is MPPT_V MPPT_I",
    }
    return Reading(
        "hzb.mppt", "solar_cell_iv", (make_table("tracking", raw, conditions=conditions),), started=started,
        warnings=(*text.cautions, *parsed.cautions), facts={"area (cm2, from MPPT_I / MPPT_J)": area} if area else {}, decisions=decisions,
    )  # fmt: skip


def _proved_area(frame: "pl.DataFrame", name: str) -> float | None:
    """The area in cm2 that current and density give; raises when efficiency, power or area contradict the units."""
    import numpy as np
    import polars as pl

    if not all(frame[column].dtype.is_numeric() for column in _COLUMNS if column in frame.columns):
        raise BadInput("mppt.columns", "“{name}” has words among its numbers. It is damaged; copy it again.", name=name)
    v, j, i, g, eff = (
        frame[column].cast(pl.Float64).to_numpy() for column in ("MPPT_V", "MPPT_J", "MPPT_I", "radiation", "MPPT_EFF")
    )
    lit = np.isfinite(v * j * i * g * eff) & (g > 0) & (np.abs(eff) > 0)
    if not lit.any():
        raise BadInput(
            "mppt.disagrees",
            "“{name}” has no row with light and power, so nothing proves its units. Write units into the header.",
            name=name,
        )
    efficiency = np.abs(v * j)[lit] * 1e3 / g[lit]  # mW/cm2 over W/m2, in per cent
    agree = np.abs(efficiency / np.abs(eff[lit]) - 1) < _AGREES
    if "MPPT_P" in frame.columns:
        power = np.abs(frame["MPPT_P"].cast(pl.Float64).to_numpy())[lit]
        agree &= np.abs(np.abs(v * i)[lit] - power) < np.maximum(_ROUNDED, _AGREES * power)
    if agree.mean() < _SHARE:
        raise BadInput(
            "mppt.disagrees",
            "In “{name}” voltage, current density, radiation and efficiency agree in {share:.0f} % of the rows only, so the units of its columns are not those of this rig. Write units into the header.",
            name=name, share=100 * float(agree.mean()),
        )  # fmt: skip
    flowing = lit & (np.abs(j) > 0)
    ratio = np.abs(i[flowing] / j[flowing])
    area = float(np.median(ratio)) if len(ratio) else 0.0
    return round(area, 6) if area > 0 and np.abs(ratio / area - 1).max() < _AGREES else None


READERS = (
    Reader("hzb.mppt", "maximum-power-point tracking of HZB's outdoor rig (.mppt.csv)", ("solar_cell_iv",), recognises, read,
           (".csv",), TEXT_SETTINGS),
)  # fmt: skip
