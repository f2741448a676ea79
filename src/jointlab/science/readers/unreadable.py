"""Formats that we know and cannot read: each is named, and refused with the export that would work."""

from jointlab.science.readers.reader import Unreadable
from jointlab.science.source import Source

_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _is_smp(source: Source) -> bool:
    return b"MIC##&&FS" in source.head[:16]


def _is_reference_spectrum(source: Source) -> bool:
    head = source.head_text[:400]
    return "ASTM" in head and "G173" in head.replace("-", "").replace(" ", "") and "global" in head.lower()


UNREADABLE: tuple[Unreadable, ...] = (
    Unreadable(
        "micromeritics.smp",
        "Micromeritics sample file (.SMP)",
        _is_smp,
        "In the Micromeritics program open the sample and save its report as .xls or .txt.",
        (".smp",),
    ),
    Unreadable(
        "astm.g173",
        "table of the reference solar spectrum ASTM G173 (AM1.5), which is no measurement",
        _is_reference_spectrum,
        "The spectrum is built in: quantum efficiencies are integrated against it without this file.",
        (".csv", ".xls"),
    ),
)
