"""Bruker DIFFRAC .raw, version 4 (“RAW4.00”): a chain of segments, then ranges with segments of their own."""

from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.binary import Binary
from jointlab.science.readers.bruker_ranges import Measurement, axes_of_scan, check_count, check_range
from jointlab.science.readers.diffraction_scan import Axis, Scan, wavelength_facts
from jointlab.science.reading import Caution, Condition
from jointlab.science.text.times import parse_timestamp

if TYPE_CHECKING:
    import numpy as np

_FIRST_SEGMENT = 61
_RANGE_KINDS = (0, 160)
_RANGE_HEADER = 160
_TEXT, _TUBE, _DRIVE = 10, 30, 50  # kinds of segments that are understood; others are passed over
_NEAR = 1e-4  # deg; start of the range against the position of its drive
# Kind of scan as the range names it, in lower case without blanks and marks: the drive that the start belongs to.
_SCANS = {
    "lockedcoupled": "2Theta", "unlockedcoupled": "2Theta", "unlockedcoupledhrxrd": "2Theta", "detectorscan": "2Theta",
    "psdfixscan": "2Theta", "psdfixedscan": "2Theta", "rockingcurve": "Theta", "rocking": "Theta", "thetascan": "Theta",
    "phiscan": "Phi", "chiscan": "Chi", "xscan": "X-Drive", "yscan": "Y-Drive", "zscan": "Z-Drive",
}  # fmt: skip
_TRANSLATIONS = ("X-Drive", "Y-Drive", "Z-Drive")
_ANGLES = ("2Theta", "Theta", "Chi", "Phi")


def read_version_4(file: Binary) -> Measurement:
    """Walk the segments to the end of the file."""
    texts: dict[str, str] = {}
    facts: dict[str, Condition] = {}
    scans: list[Scan] = []
    cautions: list[Caution] = []
    spare, at = 0, _FIRST_SEGMENT
    while at < len(file.data) or not scans:
        if scans and not file.data[at : at + _RANGE_HEADER].strip(b"\0"):
            break  # padding
        kind = file.integer(at, where="the segments")
        if kind in _RANGE_KINDS:
            check_count(file.name, len(scans) + 1)
            scan, at, said, unread = _range(file, at, len(scans) + 1)
            scans.append(scan)
            cautions += said
            spare = max(spare, unread)
            continue
        length = _length(file, at, len(file.data))
        if kind == _TEXT and length >= 36:
            texts[file.words(at + 12, 24, where="a text")] = file.words(at + 36, length - 36, where="a text")
        elif kind == _TUBE and length >= 120:
            facts |= _tube(file, at)
        at += length
    named = {"sample": "SAMPLEID", "operator": "USER", "site": "SITE", "comment": "COMMENT", "software": "CREATOR"}
    facts = {**{key: texts.get(tag, "") for key, tag in named.items()}, **facts}
    stamp = f"{file.words(12, 12, where='the file header')} {file.words(24, 10, where='the file header')}"
    decisions = {"records": f"each has {spare} further bytes of unknown meaning, left out"} if spare else {}
    return Measurement(
        "4 (“RAW4.00”)",
        tuple(scans),
        facts,
        parse_timestamp(stamp.strip(), order="mdy"),
        None,
        tuple(cautions),
        decisions,
    )


def _length(file: Binary, at: int, end: int) -> int:
    length = file.integer(at + 4, where="the segments")
    if length < 8 or at + length > end:
        raise BadInput(
            "bruker.segment", "A segment of “{name}” at byte {at} claims {length} bytes. The file is cut or damaged; copy it again.",
            name=file.name, at=at, length=length,
        )  # fmt: skip
    return length


def _tube(file: Binary, at: int) -> dict[str, Condition]:
    where = "the description of the tube"
    alpha1, alpha2, beta, ratio = (file.real(at + offset, where=where) for offset in (80, 88, 96, 104))
    return {
        "anode": file.words(at + 116, 4, where=where),
        **wavelength_facts(alpha1=alpha1, alpha2=alpha2, beta=beta, ratio=ratio),
    }


def _range(file: Binary, at: int, number: int) -> tuple[Scan, int, list[Caution], int]:
    """One range, where the next segment starts, what is to be said, and how many bytes of a record are not understood."""
    where = f"the header of range {number}"
    kind = file.words(at + 32, 24, where=where)
    start, step = file.real(at + 72, where=where), file.real(at + 80, where=where)
    points, record, size = (file.integer(at + offset, where=where) for offset in (88, 136, 140))
    check_range(file.name, where, points=points, start=start, step=step)
    if record < 4 or record % 4 or record > 4096:
        raise BadInput("bruker.range", "{where} of “{name}” has records of {record} bytes, which cannot hold its columns. The file is damaged; copy it again.", where=where, name=file.name, record=record)  # fmt: skip
    data = at + _RANGE_HEADER + size
    drives = _drives(file, at + _RANGE_HEADER, data)
    values = _intensities(file, data, points, record, number)
    axes, said = axes_of_scan(
        _scanned(kind, start, drives), kind, start, step, points, fixed=drives, varying={}, name=f"range {number}"
    )
    wavelength = file.real(at + 112, where=where)
    scan = Scan(
        name=f"range {number}",
        scan_axis=kind,
        axes=[Axis(a.name[0], a.values, "mm") if a.name in _TRANSLATIONS else a for a in axes],
        intensity=values,
        counting_time=file.real(at + 92, "f", where=where) or None,
        conditions={
            "tube_voltage_kV": file.real(at + 100, "f", where=where),
            "tube_current_mA": file.real(at + 104, "f", where=where),
            **({"wavelength": round(wavelength / 10, 12)} if 0 < wavelength < 100 else {}),
        },
    )
    return scan, data + points * record, said, record - 4


def _intensities(file: Binary, at: int, points: int, record: int, number: int) -> "np.ndarray":
    import numpy as np

    dtype = np.dtype({"names": ["intensity"], "formats": ["<f4"], "offsets": [0], "itemsize": record})
    return file.records(at, points, dtype, where=f"the data of range {number}")["intensity"].astype("f8")


def _drives(file: Binary, at: int, end: int) -> dict[str, float]:
    """Positions at the start of a range by the name of the drive, deg or mm."""
    found: dict[str, float] = {}
    while at < end:
        length = _length(file, at, min(end, len(file.data)))
        if file.integer(at, where="a drive") == _DRIVE and length >= 64:
            name = file.words(at + 12, 24, where="a drive")
            if name in _ANGLES or name in _TRANSLATIONS:
                found[name] = file.real(at + 56, where="a drive")
        at += length
    return found


def _scanned(kind: str, start: float, drives: dict[str, float]) -> str | None:
    """The drive that moved: by the kind of scan, unless that drive stood elsewhere; else by the one that fits alone."""
    near = [name for name, position in drives.items() if abs(position - start) <= _NEAR]
    named = _SCANS.get("".join(c for c in kind.lower() if c.isalnum()))
    if named is not None:
        return named if named not in drives or named in near else None
    angles = [name for name in near if name in _ANGLES]
    return angles[0] if len(angles) == 1 and len(near) == 1 else None
