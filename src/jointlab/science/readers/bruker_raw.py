"""Bruker and Siemens DIFFRAC .raw: versions 1 (“RAW ”), 2 (“RAW2”), 3 (“RAW1.01”) and 4 (“RAW4.00”)."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from jointlab.errors import BadInput
from jointlab.science.binary import Binary
from jointlab.science.readers.bruker_ranges import Measurement, axes_of_scan, check_count, check_range
from jointlab.science.readers.bruker_raw4 import read_version_4
from jointlab.science.readers.diffraction_scan import (
    Axis,
    Scan,
    intensity_cautions,
    scan_table,
    steps,
    wavelength_facts,
)
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Caution, Condition, RawColumn, Reading
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text.times import parse_timestamp

if TYPE_CHECKING:
    import numpy as np

_UNKNOWN_1 = -1e6  # version 1 writes this for a drive whose position is not known
_STATUS_3 = {2: "active", 3: "aborted", 4: "interrupted"}
# Code of the scanned drive in version 3: (name, axis). The detector-channel codes 129 and others state no axis.
_SCANS_3 = {
    0: ("locked coupled", "2Theta"), 1: ("unlocked coupled", "2Theta"), 2: ("detector scan", "2Theta"),
    3: ("rocking curve", "Theta"), 4: ("chi scan", "Chi"), 5: ("phi scan", "Phi"), 6: ("x scan", "X"),
    7: ("y scan", "Y"), 8: ("z scan", "Z"), 20: ("unlocked coupled HRXRD", "2Theta"), 130: ("PSD fast scan", "2Theta"),
}  # fmt: skip
_DRIVES_3 = {"Theta": 8, "2Theta": 16, "Chi": 24, "Phi": 32, "X": 40, "Y": 48, "Z": 56}  # offsets of the starts
_VARYING_3 = ("2Theta", "Theta", "Chi", "Phi", "X", "Y", "Z", "Aux1", "Aux2", "Aux3", "time", "temperature")
_HEADER_3, _RANGE_3 = 712, 304
_LARGEST_HEADER = 1 << 20


def recognises(source: Source) -> bool:
    """The magic bytes of one of the four versions."""
    return _version(source.head) is not None


def _version(head: bytes) -> "Callable[[Binary], Measurement] | None":
    if head.startswith(b"RAW1.01"):
        return read_version_3
    if head.startswith(b"RAW4.00"):
        return read_version_4
    if b"\0" not in head[:160]:
        return None  # a text that happens to start so
    return {b"RAW2": read_version_2, b"RAW ": read_version_1}.get(head[:4])


def read(source: Source, settings: Settings) -> Reading:
    """Read every range of the file.

    Raises BadInput ``binary.cut`` where a header promises more than there is, ``bruker.range`` for numbers that no
    scan has, ``bruker.no-ranges``.
    """
    parse = _version(source.head)
    assert parse is not None
    found = parse(Binary(source.name, source.data))
    if not found.scans:
        raise BadInput(
            "bruker.no-ranges",
            "“{name}” is a Bruker .raw file without a measured range. Give the file of a finished measurement.",
            name=source.name,
        )
    return Reading(
        format="bruker.raw",
        technique="powder_diffraction",
        tables=tuple(scan_table(scan) for scan in found.scans),
        instrument=found.instrument,
        started=found.started,
        warnings=(*found.cautions, *intensity_cautions(found.scans)),
        facts={key: value for key, value in found.facts.items() if value != ""},
        decisions={"version": found.version, **found.decisions},
        rows_stated={scan.name: points for scan, points in zip(found.scans, found.points, strict=True)},
    )


def read_version_1(file: Binary) -> Measurement:
    """“RAW ”: ranges of 156 bytes of header and 4-byte floats; a flag in each says whether another follows."""
    scans: list[Scan] = []
    facts: dict[str, Condition] = {}
    at, follows = 0, 1
    while follows:
        check_count(file.name, len(scans) + 1)
        where = f"the header of range {len(scans) + 1}"
        # early programs did not write the magic bytes again before further ranges
        start = at + 4 if file.data[at : at + 4] == b"RAW " else at
        points = file.integer(start, where=where)
        step, first = file.real(start + 8, "f", where=where), file.real(start + 20, "f", where=where)
        drives = {"Theta": 24, "Chi": 28, "Phi": 32}
        starts = {name: file.real(start + offset, "f", where=where) for name, offset in drives.items()}
        check_range(file.name, where, points=points, start=first, step=step)
        follows = file.integer(start + 148, where=where)
        sample = file.words(start + 36, 32, where=where)
        alpha1, alpha2 = (file.real(start + offset, "f", where=where) for offset in (68, 72))
        facts = facts or {"sample": sample, **wavelength_facts(alpha1=alpha1, alpha2=alpha2)}
        known = {name: value for name, value in starts.items() if value != _UNKNOWN_1 and name != "Theta"}
        time, standing = file.real(start + 4, "f", where=where), [Axis(name, value) for name, value in known.items()]
        scans.append(_scan(file, start + 152, points, (first, step), time, standing, number=len(scans) + 1))
        at = start + 152 + 4 * points
    return Measurement("1 (“RAW ”)", tuple(scans), facts, cautions=_trailing(file, at))


def read_version_2(file: Binary) -> Measurement:
    """“RAW2”: a header of 256 bytes, then ranges that state the length of their own header."""
    count = file.integer(4, "H", where="the file header")
    scans, at = [], 256
    for number in range(1, count + 1):
        where = f"the header of range {number}"
        length, points = (file.integer(at + offset, "H", where=where) for offset in (0, 2))
        if length < 48:
            raise BadInput("bruker.range", "In “{name}”, {where} is {length} bytes long, which no version has. The file is damaged; copy it again.", where=where, name=file.name, length=length)  # fmt: skip
        time, step, first = (file.real(at + offset, "f", where=where) for offset in (8, 12, 16))
        check_range(file.name, where, points=points, start=first, step=step)
        kelvin = file.integer(at + 46, "H", where=where)
        more: dict[str, Condition] = {"temperature_K": kelvin} if kelvin else {}
        scans.append(_scan(file, at + length, points, (first, step), time, [], number=number, conditions=more))
        at += length + 4 * points
    alpha1, alpha2, ratio = (file.real(offset, "f", where="the file header") for offset in (190, 194, 198))
    facts: dict[str, Condition] = {
        "sample": file.words(8, 32, where="the file header"),
        "anode": file.words(188, 2, where="the file header"),
        **wavelength_facts(alpha1=alpha1, alpha2=alpha2, ratio=ratio),
    }
    stamp = file.words(168, 20, where="the file header")
    return Measurement("2 (“RAW2”)", tuple(scans), facts, parse_timestamp(stamp), cautions=_trailing(file, at))


def read_version_3(file: Binary) -> Measurement:
    """“RAW1.01”: a header of 712 bytes, then ranges with the scanned drive, extra records and records that may vary."""
    count = file.integer(12, where="the file header")
    check_count(file.name, count)
    scans: list[Scan] = []
    cautions: list[Caution] = []
    at = _HEADER_3
    for number in range(1, count + 1):
        scan, at, said = _range_3(file, at, number)
        scans.append(scan)
        cautions += said
    status = _STATUS_3.get(file.integer(8, where="the file header"))
    if status:
        cautions.append(Caution("scan.aborted", f"The program marks the measurement as {status}."))
    where = "the file header"
    unit = {"nm": "nm"}.get(file.words(656, 4, where=where), "angstrom")
    alpha1, alpha2, beta, ratio = (file.real(offset, where=where) for offset in (624, 632, 640, 648))
    facts: dict[str, Condition] = {
        "sample": file.words(326, 60, where=where),
        "operator": file.words(36, 72, where=where),
        "site": file.words(108, 218, where=where),
        "comment": file.words(386, 160, where=where),
        "anode": file.words(608, 4, where=where),
        "goniometer_radius_mm": file.real(564, "f", where=where),
        **wavelength_facts(alpha1=alpha1, alpha2=alpha2, beta=beta, ratio=ratio, unit=unit),
    }
    stamp = f"{file.words(16, 10, where=where)} {file.words(26, 10, where=where)}"
    return Measurement(
        "3 (“RAW1.01”)", tuple(scans), facts, _started(stamp), cautions=(*cautions, *_trailing(file, at))
    )


def _range_3(file: Binary, at: int, number: int) -> tuple[Scan, int, list[Caution]]:
    """One range of version 3, where the next one starts, and what is to be said."""
    where = f"the header of range {number}"
    length, points = file.integer(at, where=where), file.integer(at + 4, where=where)
    varying, record, extra = (file.integer(at + offset, where=where) for offset in (248, 252, 256))
    named = [name for bit, name in enumerate(_VARYING_3) if varying >> bit & 1]
    if not _RANGE_3 <= length <= _LARGEST_HEADER or record != 4 + 8 * varying.bit_count() or extra > _LARGEST_HEADER:
        raise BadInput(
            "bruker.range",
            "{where} of “{name}” does not hold together: {length} bytes long, records of {record} bytes for {columns} columns. The file is damaged; copy it again.",
            where=where, name=file.name, length=length, record=record, columns=1 + varying.bit_count(),
        )  # fmt: skip
    step, code = file.real(at + 176, where=where), file.integer(at + 196, where=where)
    scan_name, axis = _SCANS_3.get(code, (f"scan type {code}", None))
    starts = {name: file.real(at + offset, where=where) for name, offset in _DRIVES_3.items()}
    first = starts.get(axis or "", 0.0)
    check_range(file.name, where, points=points, start=first, step=step)
    records = _records(
        file, at + length + extra, points, len(named) if len(named) == varying.bit_count() else -1, where
    )
    columns = {name: records[f"v{i}"].astype("f8") for i, name in enumerate(named)}
    axes, said = axes_of_scan(
        axis, scan_name, first, step, points, fixed=starts, varying=columns, name=f"range {number}"
    )
    temperature = file.real(at + 212, "f", where=where)
    scan = Scan(
        name=f"range {number}",
        scan_axis=scan_name,
        axes=[Axis(a.name, a.values, "mm") if a.name in "XYZ" else a for a in axes],
        intensity=records["intensity"].astype("f8"),
        counting_time=file.real(at + 192, "f", where=where) or None,
        more=[RawColumn(columns[name], header=name) for name in ("time", "temperature") if name in columns],
        conditions={
            "tube_voltage_kV": file.integer(at + 224, where=where),
            "tube_current_mA": file.integer(at + 228, where=where),
            **({"temperature_K": temperature} if 0 < temperature < 5000 else {}),
            **wavelength_of_range(file.real(at + 240, where=where)),
        },
    )
    return scan, at + length + extra + points * record, said


def wavelength_of_range(angstrom: float) -> dict[str, Condition]:
    """The wavelength that a range was measured with, nm, where it is stated."""
    return {"wavelength": round(angstrom / 10, 12)} if 0 < angstrom < 100 else {}


def _records(file: Binary, at: int, points: int, varying: int, where: str) -> "np.ndarray":
    import numpy as np

    if varying < 0:
        raise BadInput(
            "bruker.range",
            "{where} of “{name}” names columns that are not known here. Export it from DIFFRAC.EVA as .xy.",
            where=where,
            name=file.name,
        )
    dtype = np.dtype([("intensity", "<f4"), *((f"v{i}", "<f8") for i in range(varying))])
    return file.records(at, points, dtype, where=where.replace("the header of", "the data of"))


def _scan(
    file: Binary, at: int, points: int, start_and_step: tuple[float, float], time: float, standing: list[Axis], *, number: int,
    conditions: dict[str, Condition] | None = None,
) -> Scan:  # fmt: skip
    """A range of the older versions: nothing but intensities, over 2θ."""
    values = _records(file, at, points, 0, f"the header of range {number}")  # refuses more points than there are bytes
    return Scan(
        name=f"range {number}",
        scan_axis="2Theta",
        axes=[Axis("2Theta", steps(*start_and_step, points)), *standing],
        intensity=values["intensity"].astype("f8"),
        counting_time=time if time > 0 else None,
        conditions=conditions or {},
    )


def _started(stamp: str) -> datetime | None:
    """Month first: DIFFRAC writes 09/21/26 for the 21st of September."""
    return parse_timestamp(stamp.strip(), order="mdy")


def _trailing(file: Binary, at: int) -> tuple[Caution, ...]:
    if not file.data[at:].strip(b"\0"):
        return ()
    return (
        Caution("raw.trailing", f"{len(file.data) - at} bytes follow the last range of the file; they were not read."),
    )


READERS = (Reader("bruker.raw", "Bruker/Siemens DIFFRAC .raw", ("powder_diffraction",), recognises, read, (".raw",)),)
