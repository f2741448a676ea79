"""Rigaku .rasx: a ZIP archive with a folder a scan: Profile*.txt and, as Rigaku spells it, MesurementConditions*.xml."""

import re
from dataclasses import replace
from xml.etree.ElementTree import Element

from jointlab.errors import BadInput
from jointlab.science.archives import Archive
from jointlab.science.readers.diffraction_scan import Scan, intensity_cautions, scan_table
from jointlab.science.readers.reader import Reader
from jointlab.science.readers.rigaku_scan import COLUMNS, Header, facts, make_scan, points_stated, started
from jointlab.science.reading import Caution, Reading
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import read_text
from jointlab.science.text.engine import TEXT_SETTINGS
from jointlab.science.text.rows import row_form
from jointlab.science.xmltree import child, children, parse_xml, words

_PROFILE = re.compile(r"^Data(\d+)/Profile(\d+)\.txt$", re.IGNORECASE)
_IMAGE = re.compile(r"^Data\d+/Image\d+", re.IGNORECASE)
# Elements of the conditions and the key that the same fact has in a .ras header.
_SCAN_KEYS = {
    "AxisName": "MEAS_SCAN_AXIS_X_INTERNAL", "Mode": "MEAS_SCAN_MODE", "Step": "MEAS_SCAN_STEP", "Speed": "MEAS_SCAN_SPEED",
    "SpeedUnit": "MEAS_SCAN_SPEED_UNIT", "PositionUnit": "MEAS_SCAN_UNIT_X", "IntensityUnit": "MEAS_SCAN_UNIT_Y",
    "StartTime": "MEAS_SCAN_START_TIME", "DataCount": "MEAS_DATA_COUNT",
}  # fmt: skip
_GENERAL_KEYS = {
    "Operator": "FILE_OPERATOR", "Comment": "FILE_COMMENT", "SampleName": "FILE_SAMPLE", "Memo": "FILE_MEMO",
    "SystemName": "FILE_SYSTEM_NAME",
}  # fmt: skip
_TUBE_KEYS = {
    "TargetName": "HW_XG_TARGET_NAME", "WaveType": "MEAS_COND_XG_WAVE_TYPE", "Current": "MEAS_COND_XG_CURRENT",
    "CurrentUnit": "MEAS_COND_XG_CURRENT_UNIT", "Voltage": "MEAS_COND_XG_VOLTAGE", "VoltageUnit": "MEAS_COND_XG_VOLTAGE_UNIT",
    "WavelengthKalpha1": "HW_XG_WAVE_LENGTH_ALPHA1", "WavelengthKalpha2": "HW_XG_WAVE_LENGTH_ALPHA2",
    "WavelengthKbeta": "HW_XG_WAVE_LENGTH_BETA",
}  # fmt: skip


def recognises(source: Source) -> bool:
    """The archive has Rigaku's folders."""
    try:
        names = source.archive.names if source.archive is not None else ()
    except BadInput:
        return False
    return any(_PROFILE.match(name) for name in names) or (
        "root.xml" in names and any(_IMAGE.match(name) for name in names)
    )


def read(source: Source, settings: Settings) -> Reading:
    """Read every profile, in the order of the folders' numbers.

    Raises BadInput ``rasx.images`` for detector frames alone, ``rasx.rows``, and those of the archive and `make_scan`.
    """
    archive = source.archive
    assert archive is not None
    profiles = sorted((int(m[1]), int(m[2]), name) for name in archive.names if (m := _PROFILE.match(name)))
    if not profiles:
        raise BadInput(
            "rasx.images", "“{name}” holds detector images and no profile. Integrate them in SmartLab Studio and save the profile.",
            name=source.name,
        )  # fmt: skip
    scans: list[Scan] = []
    headers: list[Header] = []
    cautions: list[Caution] = []
    decisions: dict[str, str] = {}
    for position, (_, _, name) in enumerate(profiles, start=1):
        header = _header(archive, name)
        scan, said = _profile(Source(name, archive.read(name)), header, position, settings, decisions)
        scans.append(scan)
        headers.append(header)
        cautions += said
    if any(_IMAGE.match(name) for name in archive.names):
        cautions.append(Caution("rasx.images", "Detector images in the archive were not read."))
    begun = started(headers[0])
    return Reading(
        format="rigaku.rasx",
        technique="powder_diffraction",
        tables=tuple(scan_table(scan) for scan in scans),
        instrument=headers[0].text("FILE_SYSTEM_NAME"),
        started=begun,
        started_zone="file" if begun is not None and begun.tzinfo is not None else None,
        warnings=(*cautions, *intensity_cautions(scans)),
        facts=facts(headers[0]),
        decisions=decisions,
        rows_stated={s.name: n for s, h in zip(scans, headers, strict=True) if (n := points_stated(h)) is not None},
    )


def _header(archive: Archive, profile: str) -> Header:
    """The conditions beside a profile; a profile without them has none."""
    number, folder = _PROFILE.match(profile), profile.rpartition("/")[0]
    pattern = re.compile(
        rf"^{re.escape(folder)}/Me[as]*urementConditions{number[2] if number else ''}\.xml$", re.IGNORECASE
    )
    found = next((name for name in archive.names if pattern.match(name)), None)
    if found is None:
        raise BadInput(
            "archive.member-missing",
            "The archive has no conditions beside “{part}”, so it is incomplete; copy the file again.",
            part=profile,
        )
    root = parse_xml(archive.read(found), part=found)
    keys = _ras_pairs(root)
    for part, names in (("ScanInformation", _SCAN_KEYS), ("GeneralInformation", _GENERAL_KEYS)):
        keys |= _stated(child(root, part), names)
    hardware = child(root, "HWConfigurations")
    keys |= _stated(None if hardware is None else child(hardware, "XrayGenerator"), _TUBE_KEYS)
    axes = child(root, "Axes")
    positions = (
        {a.get("Name") or "": a.get("Position") or "" for a in children(axes, "Axis")} if axes is not None else {}
    )
    return Header(keys, positions)


def _stated(element: Element | None, names: dict[str, str]) -> dict[str, str]:
    return {key: value for tag, key in names.items() if (value := words(element, tag)) is not None}


def _ras_pairs(root: Element) -> dict[str, str]:
    header = child(root, "RASHeader")
    pairs = [[e.text or "" for e in pair] for pair in children(header, "Pair")] if header is not None else []
    return {pair[0].lstrip("*"): pair[1] for pair in pairs if len(pair) == 2}


def _profile(
    source: Source, header: Header, position: int, settings: Settings, decisions: dict[str, str]
) -> tuple[Scan, list[Caution]]:
    text = read_text(source, settings)
    form = row_form(text.line(0))
    if form is None or form.width not in (2, 3):
        raise BadInput(
            "rasx.rows",
            "“{part}” does not hold rows of two or three numbers. Save it again in SmartLab Studio.",
            part=source.name,
        )
    parsed = replace(text).table(0, COLUMNS[: form.width], separator=form.separator)
    if sum(parsed.frame.null_count().row(0)) or not all(kind.is_numeric() for kind in parsed.frame.dtypes):
        raise BadInput("rasx.rows", "“{part}” holds cells that are not numbers. Save the file again.", part=source.name)
    decisions.update(text.decisions)
    scan, said = make_scan(header, parsed.frame, position=position)
    return scan, [*text.cautions, *parsed.cautions, *said]


READERS = (
    Reader("rigaku.rasx", "Rigaku SmartLab archive (.rasx)", ("powder_diffraction",), recognises, read, (".rasx",), TEXT_SETTINGS),
)  # fmt: skip
