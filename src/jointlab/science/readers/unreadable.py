"""Formats that we know and cannot read: each is named, and refused with the export that would work."""

from collections.abc import Callable

from jointlab.science.readers.reader import Unreadable
from jointlab.science.source import Source

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _is_smp(source: Source) -> bool:
    return b"MIC##&&FS" in source.head[:16]


def _is_reference_spectrum(source: Source) -> bool:
    head = source.head_text[:400]
    return "ASTM" in head and "G173" in head.replace("-", "").replace(" ", "") and "global" in head.lower()


def _starts_with(*openings: str) -> Callable[[Source], bool]:
    """Whether the text of a file starts so, in any case."""
    return lambda source: source.head_text[:64].lower().startswith(tuple(opening.lower() for opening in openings))


UNREADABLE: tuple[Unreadable, ...] = (
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
)
