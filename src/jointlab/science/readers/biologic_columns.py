"""Columns and techniques of BioLogic's programs (EC-Lab, BT-Lab): one vocabulary for the text and the binary files.

The names of the columns and their numbers are the variables that the maker's manual of the OLE-COM interface lists. How
many bytes a variable takes is not published; it is what public readers found, and the length of a record proves it for
every file that is read (see `biologic_mpr`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jointlab.science.quantities import QUANTITIES
from jointlab.science.reading import RawColumn, Table
from jointlab.science.text import Header, split_header
from jointlab.science.units import parse_unit

if TYPE_CHECKING:
    import polars as pl

# Bits of the one flag byte: id of the variable -> (name, mask).
FLAGS: Mapping[int, tuple[str, int]] = {
    1: ("mode", 0x03), 2: ("ox/red", 0x04), 3: ("error", 0x08),
    21: ("control changes", 0x10), 31: ("Ns changes", 0x20), 65: ("counter inc.", 0x80),
}  # fmt: skip

_FLOAT64 = {
    4: "time/s", 7: "dq/mA.h", 11: "<I>/mA", 13: "(Q-Qo)/mA.h", 23: "dQ/mA.h", 24: "cycle number", 25: "DQ/mA.h",
    40: "Q charge/mA.h", 41: "Q discharge/mA.h", 42: "Q charge/mA.h/g", 43: "Q discharge/mA.h/g", 44: "Q anodic/C",
    45: "Q cathodic/C", 46: "Q anodic/C/cm2", 47: "Q cathodic/C/cm2", 74: "|Energy|/W.h", 123: "Energy charge/W.h",
    124: "Energy discharge/W.h", 125: "Capacitance charge/µF", 126: "Capacitance discharge/µF", 175: "Efficiency/%",
    437: "cycle time/s", 438: "step time/s", 439: "charge time/s", 440: "discharge time/s", 442: "d(Q-Qo)/dE/mA.h/V",
    443: "Capacity/mA.h", 449: "dQdisk/C", 450: "(Q-Qo)disk/C", 455: "(Q-Qo)ring/C", 460: "<time>/s",
    467: "Q charge/discharge/mA.h", 510: "LTime/s", 622: "Energy ce/W.h", 624: "Energy we/W.h",
    627: "Energy ce charge/W.h", 628: "Energy ce discharge/W.h",
}  # fmt: skip
_FLOAT32 = {
    5: "control/V/mA", 6: "Ewe/V", 8: "I/mA", 9: "Ece/V", 10: "Aux/V", 12: "log(|<I>/A|)", 14: "x", 16: "Analog IN 1/V",
    17: "Analog IN 2/V", 18: "Analog IN 3/V", 19: "control/V", 20: "control/mA", 22: "log(|I/A|)", 26: "Rapp/Ohm",
    27: "Ewe-Ece/V", 28: "control/°C", 29: "T/°C", 30: "rotation rate/rpm", 32: "freq/Hz", 33: "|Ewe|/V", 34: "|I|/A",
    35: "Phase(Z)/deg", 36: "|Z|/Ohm", 37: "Re(Z)/Ohm", 38: "-Im(Z)/Ohm", 50: "E0/V", 51: "Ian min/mA", 52: "Ian max/mA",
    53: "Ica min/mA", 54: "Ica max/mA", 55: "Ean end/V", 56: "Eca end/V", 57: "Ece min/V", 58: "Ece max/V",
    66: "I forward/mA", 67: "I reverse/mA", 68: "I delta/µA", 69: "R/Ohm", 70: "P/W", 71: "control/°C", 72: "T/°C",
    73: "rotation rate/rpm", 75: "Analog OUT/V", 76: "<I>/mA", 77: "<Ewe>/V", 78: "Cs-2/µF-2", 79: "E step/V",
    80: "Rp/Ohm", 81: "Ecorr/V", 82: "Icorr/mA", 83: "I/A/cm2", 84: "Q/C/cm2", 85: "Aux", 96: "|Ece|/V", 97: "|Ice|/A",
    98: "Phase(Zce)/deg", 99: "|Zce|/Ohm", 100: "Re(Zce)/Ohm", 101: "-Im(Zce)/Ohm", 102: "Cce-2/µF-2", 103: "Estack/V",
    104: "Istack/A", 105: "|E21|/V", 106: "Phase(Z21)/deg", 107: "|E32|/V", 108: "Phase(Z32)/deg", 109: "|Z21|/Ohm",
    110: "Re(Z21)/Ohm", 111: "-Im(Z21)/Ohm", 112: "C21-2/µF-2", 113: "|Z32|/Ohm", 114: "Re(Z32)/Ohm",
    115: "-Im(Z32)/Ohm", 116: "C32-2/µF-2", 117: "E21/V", 118: "E32/V", 119: "Re(Y)/Ohm-1", 120: "Im(Y)/Ohm-1",
    121: "|Y|/Ohm-1", 122: "Phase(Y)/deg", 127: "Delta(Phase(Z))/%", 128: "Delta(|Z|)/%", 129: "Delta(Re(Z))/%",
    130: "Delta(-Im(Z))/%", 132: "dI/dt/mA/s", 133: "Delta(mass)/g", 154: "Delta(Phase(Y))/%", 155: "Delta(|Y|)/%",
    156: "Delta(Re(Y))/%", 157: "Delta(-Im(Y))/%", 158: "t low", 159: "t high", 160: "dt/dE/s/V",
    161: "Delta(Phase(Z))/deg", 162: "Delta(Phase(Y))/deg", 163: "|Estack|/V", 164: "|Istack|/A", 167: "Phase(I)/rad",
    168: "Rcmp/Ohm", 169: "Cs/µF", 170: "sin ampl/V", 171: "Conductivity/S.cm-1", 172: "Cp/µF", 173: "Cp-2/µF-2",
    174: "<Ewe>/V", 176: "Cycling rate charge", 177: "Cycling rate discharge", 178: "Wavelength/nm",
    179: "Fluorescence/V", 180: "Fluorescence/%", 181: "Transmittance/%", 182: "CD/mdeg", 183: "ORD/mdeg",
    184: "Aniso Vv/V", 185: "Aniso Vh/V", 186: "LD Vv/V", 187: "LD Vh/V", 188: "LD/deltaA", 189: "Anisotropy/Aniso",
    190: "T peltier/°C", 191: "T cuvette/°C", 192: "Absorbance/AU", 193: "HV/V", 194: "Absorbance2/AU",
    195: "Absorbance/V", 196: "If/mA", 197: "Ic/mA", 421: "Phase2/deg", 422: "Phase(Zstack)/deg", 423: "|Zstack|/Ohm",
    424: "Re(Zstack)/Ohm", 425: "-Im(Zstack)/Ohm", 426: "<Estack>/V", 427: "<Istack>/mA", 428: "Potential/V",
    429: "Potential/V", 430: "Phase(Zwe-ce)/deg", 431: "|Zwe-ce|/Ohm", 432: "Re(Zwe-ce)/Ohm", 433: "-Im(Zwe-ce)/Ohm",
    434: "(Q-Qo)/C", 435: "dQ/C", 436: "Ece dc/V", 441: "<Ece>/V", 444: "control disk/V", 445: "control disk/mA",
    446: "Edisk/V", 447: "Ecedisk=Ecering/V", 448: "Idisk/mA", 452: "control ring/V", 453: "Ering/V", 454: "Iring/mA",
    456: "Pdisk/W", 457: "Pring/W", 458: "Edisk-Ece/V", 459: "Ering-Ece/V", 461: "<EweX>/V", 462: "Temperature/°C",
    464: "Time/µs", 470: "It/mA", 471: "<Ece>/V", 472: "Vcorr/mm/yr", 473: "THD Ewe/%", 474: "THD I/%",
    475: "THD Ece/%", 476: "NSD Ewe/%", 477: "NSD I/%", 478: "NSD Ece/%", 479: "NSR Ewe/%", 480: "NSR I/%",
    481: "NSR Ece/%", 485: "Instr", 504: "Rac/Ohm", 505: "Rdc/Ohm", 506: "TCU control/°C", 507: "TCU meas./°C",
    511: "Re(C)/nF", 512: "Im(C)/nF", 513: "|C|/nF", 514: "Phase(C)/deg", 515: "Re(M)", 516: "Im(M)", 517: "|M|",
    518: "Phase(M)/deg", 519: "Re(Permittivity)", 520: "Im(Permittivity)", 521: "|Permittivity|",
    522: "Phase(Permittivity)/deg", 523: "Re(Conductivity)/mS/cm", 524: "Im(Conductivity)/mS/cm",
    525: "|Conductivity|/mS/cm", 526: "Phase(Conductivity)/deg", 527: "Re(Resistivity)/Ohm.cm",
    528: "Im(Resistivity)/Ohm.cm", 529: "|Resistivity|/Ohm.cm", 530: "Phase(Resistivity)/deg", 531: "Tan(Delta)",
    532: "Loss Angle(Delta)/deg", 533: "TCU base/°C", 534: "TCU cell/°C", 535: "TCU sample/°C", 536: "Ewe initial/V",
    537: "Ewe final/V", 538: "I initial/mA", 539: "I final/mA", 540: "P min/W", 541: "P max/W", 542: "T min/°C",
    543: "T max/°C",
}  # fmt: skip
_WHOLE = {  # id: (name, bytes)
    39: ("I Range", 2), 48: ("Tech Num", 4), 49: ("End buf", 4), 131: ("Ns", 2), 208: ("shot number", 4),
    209: ("pad number", 4), 210: ("electrode number", 4), 451: ("cycle number", 4), 463: ("Ramp upwards", 1),
    465: ("I Range disk", 2), 466: ("I Range ring", 2), 468: ("half cycle", 4), 469: ("z cycle", 4),
    482: ("ShuntIsChanging", 1), 483: ("ModeIsChanging", 1), 484: ("NbIterInstr", 4), 508: ("Regulation", 1),
    509: ("Acir/Dcir Control", 1),
}  # fmt: skip
# Families of float32 variables: first id, how many, first number, name.
_FAMILIES = (
    (59, 1, 1, "Analog IN {}/V min"), (60, 1, 1, "Analog IN {}/V max"), (61, 1, 2, "Analog IN {}/V min"),
    (62, 1, 2, "Analog IN {}/V max"), (63, 1, 3, "Analog IN {}/V min"), (64, 1, 3, "Analog IN {}/V max"),
    (86, 10, 1, "Unk{}"), (134, 20, 1, "Custom{:02}"), (211, 30, 1, "E{}/V"), (241, 30, 1, "|E{}|/V"),
    (271, 30, 1, "Phase(Z{})/deg"), (301, 30, 1, "|Z{}|/Ohm"), (331, 30, 1, "Re(Z{})/Ohm"), (361, 30, 1, "-Im(Z{})/Ohm"),
    (391, 30, 1, "<E{}>/V"), (486, 6, 2, "|Ewe h{}|/V"), (492, 6, 2, "|I h{}|/A"), (498, 6, 2, "|Ece h{}|/V"),
)  # fmt: skip
_CONCENTRATIONS = {198 + i: f"C{letter}/mol.L-1" for i, letter in enumerate("ABCDEFGHIJ")}

_FAMILY_NAMES = {first + i: name.format(number + i) for first, count, number, name in _FAMILIES for i in range(count)}
# id -> (header as EC-Lab exports it, numpy type in the record).
VARIABLES: Mapping[int, tuple[str, str]] = {
    **{key: (header, "<f8") for key, header in _FLOAT64.items()},
    **{key: (header, "<f4") for key, header in (*_FLOAT32.items(), *_FAMILY_NAMES.items(), *_CONCENTRATIONS.items())},
    **{key: (name, f"<u{size}") for key, (name, size) in _WHOLE.items()},
}
# What other versions of the program were found to write under the same numbers; those of one group go together.
OTHER_TYPES: tuple[Mapping[int, tuple[str, str]], ...] = (
    {11: ("<I>/mA", "<f4")},
    {24: ("cycle number", "<u4")},
    {125: ("Capacitance charge/µF", "<f4"), 126: ("Capacitance discharge/µF", "<f4")},
    {434: ("(Q-Qo)/C", "<f8"), 435: ("dQ/C", "<f8")},
    {498: ("Q charge/mA.h", "<f8"), 499: ("Q discharge/mA.h", "<f8"), 500: ("step time/s", "<f8"),
     501: ("Efficiency/%", "<f8"), 502: ("Capacity/mA.h", "<f8")},
)  # fmt: skip


# Name in the program without its unit -> the quantities it may be; the unit of the file picks the one of its dimension.
_MEANINGS: Mapping[str, tuple[str, ...]] = {
    "time": ("time",), "step time": ("step_time",), "freq": ("frequency",),
    "Ewe": ("potential",), "<Ewe>": ("potential",), "Ecell": ("potential",), "<Ecell>": ("potential",),
    "Ewe-Ece": ("potential",), "<Ewe-Ece>": ("potential",), "|Ewe|": ("potential",), "Potential": ("potential",),
    "Ece": ("counter_potential",), "<Ece>": ("counter_potential",), "|Ece|": ("counter_potential",),
    "I": ("current", "current_density"), "<I>": ("current", "current_density"), "|I|": ("current",),
    "control": ("control_potential", "control_current"), "control_V": ("control_potential",),
    "(Q-Qo)": ("charge",), "Q charge/discharge": ("charge",),
    "Q charge": ("charge_capacity", "specific_charge_capacity"),
    "Q discharge": ("discharge_capacity", "specific_discharge_capacity"),
    "Capacity": ("capacity", "specific_capacity"), "Efficiency": ("coulombic_efficiency",),
    "|Energy|": ("energy",), "Energy": ("energy", "specific_energy"), "Energy we": ("energy",),
    "Energy charge": ("charge_energy",), "Energy we charge": ("charge_energy",),
    "Energy discharge": ("discharge_energy",), "Energy we discharge": ("discharge_energy",),
    "P": ("power",), "Pwe": ("power",), "d(Q-Qo)/dE": ("differential_capacity",),
    "cycle number": ("cycle",), "half cycle": ("half_cycle",), "z cycle": ("cycle",), "Ns": ("step",),
    "Temperature": ("temperature",), "T": ("temperature",),
    "Cs": ("capacitance",), "Cp": ("capacitance",), "Capacitance charge": ("capacitance",),
    "Capacitance discharge": ("capacitance",),
}  # fmt: skip
# Columns that are of a quantity and yet not what is meant by its name alone.
_OWN_NAMES: Mapping[str, str] = {
    "Ewe-Ece": "cell_potential", "<Ewe-Ece>": "cell_potential_mean", "|Ewe|": "potential_amplitude",
    "|Ece|": "counter_potential_amplitude", "|I|": "current_amplitude", "Q charge/discharge": "half_cycle_charge",
    "z cycle": "z_cycle", "Cs": "capacitance_series", "Cp": "capacitance_parallel",
    "Capacitance charge": "capacitance_charge", "Capacitance discharge": "capacitance_discharge",
}  # fmt: skip
_IMPEDANCE = re.compile(r"(?P<part>Re\(|-Im\(|Im\(|\||Phase\()Z(?P<of>|ce|we-ce|stack|\d+)(?:\)|\|)$")
_PARTS = {"Re(": "real", "-Im(": "imaginary", "Im(": "imaginary", "|": "modulus", "Phase(": "phase"}
_OF = {"": "", "ce": "counter_", "we-ce": "cell_", "stack": "stack_"}
_REFERENCE = re.compile(r"^(?P<name>[^/]+)/(?P<unit>\w+) vs\.? .+$")
_COUNTS = frozenset(
    {"mode", "ox/red", "error", "control changes", "Ns changes", "counter inc.", "Ns", "I Range", "cycle number",
     "half cycle", "z cycle"}
)  # fmt: skip
_NO_UNIT = frozenset({*_COUNTS, "x", "control/V/mA", "Acir/Dcir Control"})


def header_of(cell: str) -> Header:
    """Part a column header of EC-Lab into name and unit; ``control/V/mA`` has two units and so none."""
    text = cell.strip()
    if text in _NO_UNIT:
        return Header(text, None, text)
    if text.startswith("<") and text.endswith("/V>"):  # “<Ewe/V>”, as some versions write
        return Header(f"{text[:-3]}>", "V", text)
    match = _REFERENCE.match(text)
    if match is not None and parse_unit(match["unit"]) is not None:
        return Header(match["name"], match["unit"], text)
    return split_header(text)


def is_column_line(line: str, *, fewest: int = 2) -> bool:
    """Whether a line names columns as EC-Lab does: separated by tabs, and some of its own names with units among them."""
    return "\t" in line and sum(_is_own(cell.strip()) for cell in line.split("\t")) >= fewest


def _is_own(cell: str) -> bool:
    header = header_of(cell)
    known = header.name in _MEANINGS or _IMPEDANCE.match(header.name) is not None
    return header.unit is not None and known


def raw_columns(headers: Sequence[Header], values: "Sequence[pl.Series]") -> list[RawColumn]:
    """The columns of a table on their way to the door, in order, each under a name of its own.

    An imaginary part written as ``-Im(Z)`` changes its sign. What is none of our quantities, or has a unit of another
    dimension, keeps its header and its unit.
    """
    columns = []
    for header, series, name in zip(headers, values, _names(headers), strict=True):
        quantity = _quantity(header)
        signed = -series if quantity is not None and header.name.startswith("-Im(") else series
        columns.append(RawColumn(signed, quantity, header.unit, header.text, name))
    return columns


def _names(headers: Sequence[Header]) -> list[str]:
    """One name a column; of several columns of one quantity the one without ``<...>`` (a mean) has the plain name."""
    names: dict[int, str] = {}
    taken: set[str] = set()
    for at in sorted(range(len(headers)), key=lambda i: headers[i].name.startswith("<")):
        header, quantity = headers[at], _quantity(headers[at])
        name = header.text if quantity is None else _own_name(header.name) or quantity
        if name in taken and header.name.startswith("<"):
            name += "_mean"
        number, plain = 2, name
        while name in taken:
            name, number = f"{plain}_{number}", number + 1
        taken.add(name)
        names[at] = name
    return [names[at] for at in range(len(headers))]


def _own_name(name: str) -> str | None:
    match = _IMPEDANCE.match(name)
    if match is None:
        return _OWN_NAMES.get(name)
    part = f"impedance_{_PARTS[match['part']]}"
    return f"{part}_{match['of']}" if match["of"].isdigit() else f"{_OF[match['of']]}{part}"


def _quantity(header: Header) -> str | None:
    """The quantity of a column, where its unit is one of that quantity."""
    match = _IMPEDANCE.match(header.name)
    candidates = _MEANINGS.get(header.name, ()) if match is None else (f"impedance_{_PARTS[match['part']]}",)
    unit = parse_unit(header.unit or "1")
    for quantity in candidates:
        wanted = parse_unit(QUANTITIES[quantity].unit)
        if unit is not None and wanted is not None and (wanted.dimension, wanted.tag) == (unit.dimension, unit.tag):
            return quantity
    return None


# Words in the title of a technique -> technique of ours, the first that fits; None: the columns tell.
_TITLES: tuple[tuple[str, str | None], ...] = (
    (r"impedance|mott.?schottky|ir compensation|\bzir\b|\bs?[pg]eis", "impedance"),
    (r"loop|wait|pause|trigger|external device|modular|special", None),
    (r"galvanostatic|modulo ?bat|battery capacity|constant power|power profile|current profile|constant load|"
     r"galvanostatic acceleration|\bgcpl|\bpcga|\bpgcpl|\bsgcpl|\bbcd\b", "galvanostatic_cycling"),
    (r"cyclic voltammetry|\bcva?\b|cyclic polari[sz]ation", "cyclic_voltammetry"),
    (r"linear sweep|linear polari[sz]ation|\blsv\b|\btafel|staircase voltammetry", "linear_sweep_voltammetry"),
    (r"chronoamperometry|chronocoulometry|constant voltage|potentiostatic|\bca\b|potential step", "chronoamperometry"),
    (r"chronopotentiometry|open circuit|constant current|\bocv\b|\bcp\b|galvano", "chronopotentiometry"),
)  # fmt: skip
_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE), technique) for pattern, technique in _TITLES)

# First byte of the settings of a binary file, as public readers found it.
TECHNIQUE_IDS: Mapping[int, str] = {
    0x04: "Galvanostatic Cycling with Potential Limitation", 0x06: "Cyclic Voltammetry", 0x0B: "Open Circuit Voltage",
    0x16: "Modular Potentio", 0x18: "Chronoamperometry / Chronocoulometry", 0x19: "Chronopotentiometry", 0x1C: "Wait",
    0x1D: "Potentio Electrochemical Impedance Spectroscopy", 0x1E: "Galvano Electrochemical Impedance Spectroscopy",
    0x30: "Cyclic Voltammetry", 0x32: "IR compensation (PEIS)", 0x33: "Cyclic Voltammetry Advanced",
    0x6C: "Linear Sweep Voltammetry", 0x75: "Constant Voltage", 0x76: "Constant Current",
    0x77: "Galvanostatic Cycling with Potential Limitation", 0x7F: "Modulo Bat", 0x88: "Battery Capacity Determination",
}  # fmt: skip
TECHNIQUES = (
    "galvanostatic_cycling", "cyclic_voltammetry", "linear_sweep_voltammetry", "chronoamperometry",
    "chronopotentiometry", "impedance",
)  # fmt: skip


@dataclass(frozen=True)
class Decision:
    """The technique that a file's data belong to, and why."""

    technique: str
    evidence: str


def decide_technique(title: str | None, table: Table) -> Decision:
    """The technique, by the program's own title of it, else by what was recorded."""
    for pattern, technique in _PATTERNS if title else ():
        if pattern.search(title or ""):
            if technique is not None and (technique != "impedance" or table.has("frequency")):
                return Decision(technique, f"the file's title “{title}”")
            break
    return _by_columns(table, "" if title is None else f"; the title “{title}” does not tell")


def _by_columns(table: Table, why: str) -> Decision:
    """What was recorded: a spectrum, cycles of charge, a swept potential, or a course over time."""
    import numpy as np

    if table.has("frequency"):
        return Decision("impedance", f"the file has frequencies{why}")
    if not table.has("current"):
        return Decision("chronopotentiometry", f"the file has potentials and no current{why}")
    if table.has("half_cycle") or table.has("half_cycle_charge"):
        return Decision("galvanostatic_cycling", f"the program counted half-cycles{why}")
    if not table.has("potential"):
        return Decision("chronoamperometry", f"the file has currents and no potential{why}")
    current = table.array("control_current" if table.has("control_current") else "current")
    if table.has("control_current") or not np.nanmax(np.abs(current), initial=0.0):
        return Decision("chronopotentiometry", f"the current was set{why}")
    control = table.array("control_potential" if table.has("control_potential") else "potential")
    steps = np.sign(np.diff(control[np.isfinite(control)]))
    if np.mean(steps != 0) < 0.5:
        return Decision("chronoamperometry", f"the potential was held{why}")
    turns = int(np.sum(np.diff(steps[steps != 0]) != 0))
    swept = "linear_sweep_voltammetry" if turns == 0 else "cyclic_voltammetry"
    return Decision(swept, f"the potential was swept and turned {turns} times{why}")


def with_default(value: str) -> str:
    """A mass or an area as the program states it; 0.001 is what it writes where nobody entered any."""
    number = value.split(" ")[0].replace(",", ".")
    return f"{value} (the program's default, nobody entered one)" if number.strip("0") == ".001" else value
