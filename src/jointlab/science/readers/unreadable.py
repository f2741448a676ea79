"""Formats that we know and cannot read: each is named, and refused with the export that would work."""

import re
from collections.abc import Callable

from jointlab.science.readers.reader import Unreadable
from jointlab.science.source import Source

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _is_jwgbt(source: Source) -> bool:
    return b"<GeneralConfig" in source.data[: 1 << 16] or (source.suffix == ".jwgbt" and _is_binary(source))


def _is_quantachrome_binary(source: Source) -> bool:
    return source.suffix == ".qps" and _is_binary(source)


def _is_smp(source: Source) -> bool:
    return b"MIC##&&FS" in source.head[:16]


def _is_reference_spectrum(source: Source) -> bool:
    head = source.head_text[:400]
    return "ASTM" in head and "G173" in head.replace("-", "").replace(" ", "") and "global" in head.lower()


def _starts_with(*openings: str) -> Callable[[Source], bool]:
    """Whether the text of a file starts so, in any case."""
    return lambda source: source.head_text[:64].lower().startswith(tuple(opening.lower() for opening in openings))


def _is_binary(source: Source) -> bool:
    """No text and none of the containers that other readers know."""
    return b"\0" in source.head[:512] and not source.head.startswith(
        (b"PK", _OLE2, b"SQLite", b"\xff\xfe", b"\xfe\xff")
    )


def _is_land_binary(source: Source) -> bool:
    # No magic number is published: the extension of a file whose content is binary and unknown is all there is.
    return source.suffix in (".cex", ".ccs") and _is_binary(source)


def _is_maccor_binary(source: Source) -> bool:
    return re.fullmatch(r"\.0\d\d", source.suffix) is not None and _is_binary(source)


def _is_chi_binary(source: Source) -> bool:
    return (
        source.suffix == ".bin"
        and _is_binary(source)
        and re.search(rb"CHI\d{3}|CH Instruments", source.data[:65536]) is not None
    )


def _is_ivium(source: Source) -> bool:
    if source.suffix == ".iviumdata" and _is_binary(source):
        return True
    return b"primary_data" in source.data[: 1 << 20] and b"Title=" in source.data[: 1 << 16]


def _is_ivium_impedance(source: Source) -> bool:
    # Free lines, a line with the number of points, then frequency and two more numbers a row: no names, so also by extension.
    number = r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?"
    rows = rf"(?m)^\d+\s*\n{number}[ \t]+{number}[ \t]+{number}[ \t]*$"
    return source.suffix == ".i2b" and re.search(rows, source.head_text.replace("\r", "")) is not None


def _is_iga(source: Source) -> bool:
    return _cells(source) >= {"System Type", "IGA Systems"} or (
        re.search(r"(?m)^System Type\s+IGA Systems\s*$", source.head_text) is not None
    )


def _is_rubotherm(source: Source) -> bool:
    return any({"MP1(g)", "MP2", "ZP"} <= {(cell or "").strip() for cell in row} for row in _rows(source))


def _rows(source: Source) -> list[tuple[str | None, ...]]:
    return [row for rows in source.tops.values() for row in rows[:30]]


def _cells(source: Source) -> set[str]:
    return {cell.strip() for row in _rows(source) for cell in row if cell}


def _is_structure(source: Source) -> bool:
    text = source.head_text
    return re.search(r"(?m)^\s*data_\S*\s*$", text) is not None and any(
        tag in text
        for tag in ("_cell_length_a", "_chemical_formula", "_journal_", "_symmetry_", "_space_group", "_pd_")
    )


_DIFFRACTION: tuple[Unreadable, ...] = (
    Unreadable(
        "iucr.cif",
        "crystallographic information file (.cif): a structure or a refinement, not an instrument's file",
        _is_structure,
        "Give the instrument's own file of the pattern, or its columns 2θ and intensity as .xy.",
        (".cif",),
    ),
    Unreadable(
        "philips.rd",
        "Philips PC-APD file (.rd, .sd)",
        lambda source: source.head.startswith((b"V3RD", b"V5RD")),
        "In X'Pert HighScore open it and save it as .xrdml.",
        (".rd", ".sd"),
    ),
    Unreadable(
        "rigaku.raw",
        "Rigaku binary file (.raw)",
        lambda source: source.head.startswith(b"FI\0\0") and b"DA\0\0" in source.data[: 1 << 16],
        "In SmartLab Guidance or Studio save it as .ras or .rasx.",
        (".raw",),
    ),
    Unreadable(
        "stoe.raw",
        "STOE WinXPOW file (.raw)",
        lambda source: source.head.startswith(b"RAW_1."),
        "In WinXPOW export it as .xyd or .xye.",
        (".raw",),
    ),
)

UNREADABLE: tuple[Unreadable, ...] = (
    *_DIFFRACTION,
    Unreadable(
        "biologic.mps",
        "BioLogic settings file (.mps), which holds the programme of a measurement and no measured point",
        _starts_with("EC-Lab SETTING FILE", "BT-Lab SETTING FILE"),
        "Give the .mpr file that was written beside it, or the .mpt text that EC-Lab exports from it.",
        (".mps",),
    ),
    Unreadable(
        "biologic.mpl",
        "BioLogic log file (.mpl), which holds settings and times and no measured point",
        _starts_with("EC-Lab LOG FILE", "BT-Lab LOG FILE"),
        "Give the .mpr file that was written beside it, or the .mpt text that EC-Lab exports from it.",
        (".mpl",),
    ),
    Unreadable(
        "biologic.loop",
        "BioLogic list of loops (_LOOP.txt), which holds no measured point",
        _starts_with("VMP EXPERIMENT LOOP INDEXES"),
        "Give the .mpr file that was written beside it.",
        (".txt",),
    ),
    Unreadable(
        "autolab.nox",
        "Metrohm Autolab NOVA file (.nox)",
        lambda source: source.suffix == ".nox" and _is_binary(source),
        "In NOVA select the data and export them as ASCII (.txt or .csv) with column names.",
        (".nox",),
    ),
    Unreadable(
        "chi.bin",
        "CH Instruments binary file (.bin)",
        _is_chi_binary,
        "In the CHI program open it and choose File, Convert to Text, which writes a .txt or .csv file.",
        (".bin",),
    ),
    Unreadable(
        "ecochemie.dfr",
        "Eco Chemie frequency-response file (.dfr)",
        _starts_with("version8.0"),
        "In the FRA program or NOVA open it and export the spectrum as text with column names.",
        (".dfr",),
    ),
    Unreadable(
        "ivium.idf",
        "Ivium data file (.idf, .ids, .iviumdata)",
        _is_ivium,
        "In IviumSoft export the data as ASCII or .csv with column names.",
        (".idf", ".ids", ".iviumdata"),
    ),
    Unreadable(
        "ivium.i2b",
        "Ivium impedance data (.i2b), which names no column and no sign",
        _is_ivium_impedance,
        "In IviumSoft export the data as ASCII or .csv with column names.",
        (".i2b",),
    ),
    Unreadable(
        "hiden.iga",
        "Hiden IGA report (.txt, .xlsx)",
        _is_iga,
        "Give pressure and amount adsorbed with their units as an Adsorption Information File (.aif).",
        (".txt", ".xlsx"),
    ),
    Unreadable(
        "rubotherm.balance",
        "weighings of a Rubotherm magnetic suspension balance (MP1, MP2, ZP), which need its buoyancy correction",
        _is_rubotherm,
        "Give pressure and amount adsorbed with their units as an Adsorption Information File (.aif).",
        (".xls", ".xlsx"),
    ),
    Unreadable(
        "jwgb.jwgbt",
        "JWGB / 3P Instruments measurement (.jwgbt), which holds doses and not the amount adsorbed",
        _is_jwgbt,
        "In the instrument's program open it and export the report as .xlsx.",
        (".jwgbt",),
    ),
    Unreadable(
        "quantachrome.qps",
        "Quantachrome data file (.qps), by its extension and binary content",
        _is_quantachrome_binary,
        "In the Quantachrome program open it and export “Raw Analysis Data” as text.",
        (".qps",),
    ),
    Unreadable(
        "micromeritics.smp",
        "Micromeritics sample file (.SMP)",
        _is_smp,
        "In the Micromeritics program open the sample and save its report as .xls or .txt.",
        (".smp",),
    ),
    Unreadable(
        "astm.g173",
        "table of the reference solar spectrum AM1.5 (ASTM G173), not a measurement",
        _is_reference_spectrum,
        "The spectrum is built in: quantum efficiencies are integrated against it without this file.",
        (".csv", ".xls"),
    ),
    Unreadable(
        "land.binary",
        "LAND / LANHE data file (.cex, .ccs), by its extension and binary content",
        _is_land_binary,
        "Open it in LANDdt and export the records (Record) to .xlsx, .csv or .txt with units in the header.",
        (".cex", ".ccs"),
    ),
    Unreadable(
        "maccor.binary",
        "Maccor data file with a number as its extension, by that and its binary content",
        _is_maccor_binary,
        "Open it in Maccor's MIMS or Data Viewer and export it as text (.txt) with test time, amps, volts, state and DPt time.",
        (".001", ".002"),
    ),
)
