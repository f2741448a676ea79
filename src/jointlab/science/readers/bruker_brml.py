"""Bruker DIFFRAC.MEASUREMENT .brml: a ZIP archive of XML. Columns are taken as the file's data views declare them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from jointlab.errors import BadInput
from jointlab.science.archives import Archive
from jointlab.science.readers.diffraction_scan import (
    Axis,
    Scan,
    attenuation_undone,
    axis_quantity,
    intensity_cautions,
    scan_table,
    wavelength_facts,
)
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Caution, Condition, RawColumn, Reading
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text.times import parse_timestamp
from jointlab.science.xmltree import child, children, first, local, parse_xml, words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

_RAW = re.compile(r"(?:^|/)Experiment(\d+)/RawData(\d+)\.xml$")
_MOST_COLUMNS = 1 << 16
_DEFAULT_BLANK = -9999.0  # DIFFRAC writes this where nothing was measured


@dataclass(frozen=True)
class View:
    """Columns `start` to before `start + length` of every datum."""

    kind: str
    name: str
    start: int
    length: int
    unit: str
    element: Element


def recognises(source: Source) -> bool:
    """The archive has Bruker's raw data members."""
    try:
        return source.archive is not None and any(_RAW.search(name) for name in source.archive.names)
    except BadInput:
        return False


def read(source: Source, settings: Settings) -> Reading:
    """Read every raw data member, in the order of their numbers.

    Raises BadInput ``brml.no-data``, ``brml.views`` and ``brml.rows`` for data that do not fit their declaration, and
    those of the archive.
    """
    archive = source.archive
    assert archive is not None
    members = sorted((int(m[1]), int(m[2]), name) for name in archive.names if (m := _RAW.search(name)))
    roots = [parse_xml(archive.read(name), part=name) for _, _, name in members]
    scans: list[Scan] = []
    cautions: list[Caution] = []
    promised: dict[str, int] = {}
    for (_, _, name), root in zip(members, roots, strict=True):
        for route in _routes(root, cautions, name):
            found = _scans(route, root, len(scans), cautions)
            scans += found
            points = words(child(route, "ScanInformation"), "MeasurementPoints")
            if len(found) == 1 and points and points.isdigit():
                promised[found[0].name] = int(points)
    if not scans:
        raise BadInput(
            "brml.no-data",
            "“{name}” holds no data points: nothing was measured, or the detector frames lie in other files. Export the integrated scan from DIFFRAC.EVA.",
            name=source.name,
        )  # fmt: skip
    stamp = words(roots[0], "TimeStampStarted")
    started = parse_timestamp(stamp) if stamp else None
    container = _container(archive)
    return Reading(
        format="bruker.brml",
        technique="powder_diffraction",
        tables=tuple(scan_table(scan) for scan in scans),
        instrument=words(container, "DeviceTypeDesc")
        or words(container, "InstrumentName")
        or words(roots[0], "GoniometerType"),
        started=started,
        started_zone="file" if started is not None and started.tzinfo is not None else None,
        warnings=(*_merged(cautions), *intensity_cautions(scans)),
        facts=_facts(roots[0], container),
        rows_stated=promised,
    )


def _container(archive: Archive) -> Element | None:
    name = next((name for name in archive.names if name.endswith("DataContainer.xml")), None)
    return None if name is None else parse_xml(archive.read(name), part=name)


def _merged(cautions: list[Caution]) -> list[Caution]:
    """Each thing once, however many scans it is said of."""
    return list(dict.fromkeys(cautions))


def _routes(root: Element, cautions: list[Caution], name: str) -> list[Element]:
    """The measured routes; processed ones only where there is no measured one."""
    routes = [e for e in root.iter() if local(e.tag) == "DataRoute"]
    measured = [route for route in routes if route.get("RouteFlag") == "Measured"]
    if measured and len(measured) < len(routes):
        cautions.append(
            Caution("brml.processed", "The file also holds processed copies of the data; the measured ones were read.")
        )
    status = words(root, "MeasurementStatus")
    if status and status not in ("Measured", "Finished", "Completed"):
        cautions.append(
            Caution("scan.aborted", f"{name} is marked as “{status}”: it holds what was measured until then.")
        )
    return measured or routes


def _scans(route: Element, root: Element, before: int, cautions: list[Caution]) -> list[Scan]:
    """One scan of a route, or one a datum where a datum is a whole detector frame."""
    views = _views(route)
    recorded = [view for view in views if view.kind == "RecordedRawDataView"]
    rows = _rows(route, max((view.start + view.length for view in views), default=0))
    if rows is None:
        return []
    if not recorded:
        raise BadInput(
            "brml.views",
            "A data route of the file declares no recorded column, so nothing says where the intensity is. Export the scan as .xy from DIFFRAC.EVA.",
        )
    if recorded[0].length > 1:
        return [_frame(route, root, rows[i], views, recorded[0], before + i + 1, cautions) for i in range(len(rows))]
    name = f"scan {before + 1}"
    counts = _measured(rows, recorded[0])
    intensity, factor, left = _attenuation(counts, rows, views, cautions)
    moving = [Axis(axis, rows[:, at], unit) for axis, at, unit in _varying(views)]
    others = [RawColumn(_measured(rows, view), header=view.name) for view in recorded[1:] if view.length == 1]
    return [
        Scan(
            name=name,
            scan_axis=_scan_axis(route),
            axes=[*moving, *_standing(root, {axis.name for axis in moving})],
            intensity=intensity,
            attenuation=factor,
            counting_time=_times(rows, views),
            more=[*left, *others],
            conditions=_conditions(route),
        )
    ]


def _views(route: Element) -> list[View]:
    """The declared columns. Raises BadInput ``brml.views`` for a declaration without position."""
    found = []
    for element in route.iter():
        if local(element.tag) != "RawDataView":
            continue
        kind = next((value for key, value in element.items() if local(key) == "type"), "").rpartition(":")[2]
        recording = child(element, "Recording")
        try:
            start, length = int(element.get("Start") or ""), int(element.get("Length") or "")
        except ValueError:
            start = length = -1
        if start < 0 or length < 1 or start + length > _MOST_COLUMNS:
            raise BadInput(
                "brml.views",
                "A data view of the file does not say which columns it describes. Export the scan as .xy from DIFFRAC.EVA.",
            )
        named = element if recording is None else recording
        name = named.get("LogicName") or named.get("VisibleName") or kind
        found.append(View(kind, name, start, length, element.get("Unit") or "", element))
    return found


def _rows(route: Element, width: int) -> "Values | None":
    """All data, shape (points, columns); None where there are none. Raises BadInput ``brml.rows``."""
    import polars as pl

    texts = [e.text or "" for e in children(route, "Datum")]
    if not texts:
        return None
    wide = {text.count(",") + 1 for text in texts}
    if len(wide) > 1 or wide.pop() < width or width == 0:
        raise BadInput(
            "brml.rows",
            "The data of the file do not have the {width} columns that its views declare. It is damaged; copy it again.",
            width=width,
        )
    cells = pl.Series(",".join(texts).split(",")).str.strip_chars().cast(pl.Float64, strict=False)
    values = cells.to_numpy()
    if cells.null_count():
        raise BadInput(
            "brml.rows", "The data of the file hold something that is not a number. It is damaged; copy it again."
        )
    return values.reshape(len(texts), -1)


def _varying(views: list[View]) -> list[tuple[str, int, str]]:
    """Name, column and unit of every axis that was recorded by point."""
    found = []
    for view in views:
        if view.kind != "VaryingRawDataView":
            continue
        fields = [e for e in view.element.iter() if local(e.tag) == "FieldDefinitions"]
        if len(fields) != view.length:
            raise BadInput("brml.views", "A data view of the file names {named} axes for {length} columns. It is damaged; copy it again.", named=len(fields), length=view.length)  # fmt: skip
        for offset, field in enumerate(fields):
            restriction = child(field, "Restriction")
            unit = (restriction.get("Unit") if restriction is not None else None) or "deg"
            found.append((field.get("AxisId") or field.get("FieldName") or "", view.start + offset, unit))
    return found


def _measured(rows: "Values", view: View) -> "Values":
    """A recorded column; what the program blanked out is absent."""
    import numpy as np

    blank = words(view.element, "BlankingValue")
    values = rows[:, view.start]
    return np.where(values == (float(blank) if blank else _DEFAULT_BLANK), np.nan, values)


def _fixed(rows: "Values", views: list[View], name: str) -> "Values | None":
    view = next((v for v in views if v.kind == "FixedRawDataView" and v.name == name), None)
    return None if view is None else rows[:, view.start]


def _times(rows: "Values", views: list[View]) -> "Values | None":
    view = next((v for v in views if v.name == "MeasuredTime"), None)
    if view is not None and view.unit not in ("s", ""):
        raise BadInput(
            "brml.views",
            "The measured time is in “{unit}”; only “s” is known here. Export the scan as .xy from DIFFRAC.EVA.",
            unit=view.unit,
        )
    return _fixed(rows, views, "MeasuredTime")


def _attenuation(
    counts: "Values", rows: "Values", views: list[View], cautions: list[Caution]
) -> "tuple[Values, Values | None, list[RawColumn]]":
    """Intensities with the absorber undone, its factors, and what is kept where nothing tells whether it was."""
    factor = _fixed(rows, views, "AbsorptionFactor")
    if factor is None or (factor == 1).all():
        return counts, None, []
    undone = attenuation_undone(counts, factor) if (factor > 0).all() else None
    if undone is None:
        cautions.append(
            Caution(
                "attenuation.unknown",
                "An absorber was in the beam, and nothing in the numbers tells whether its factor (column absorption_factor) is in the intensities already; they are as the file has them.",
            )
        )
        return counts, None, [RawColumn(factor, header="AbsorptionFactor", name="absorption_factor")]
    if undone:
        cautions.append(Caution("attenuation.included", "The intensities already include the factors of the absorber."))
        return counts, factor, []
    cautions.append(Caution("attenuation.applied", "The intensities were multiplied by the factors of the absorber."))
    return counts * factor, factor, []


def _frame(
    route: Element, root: Element, row: "Values", views: list[View], view: View, number: int, cautions: list[Caution]
) -> Scan:
    """A line-detector frame: its channels lie on the scale that the file declares, or on none."""
    import numpy as np

    channels = row[view.start : view.start + view.length]
    scales = [e for e in route.iter() if local(e.tag) in ("ScaleAxisInfo", "ScanAxisInfo")]
    axes: list[Axis] = []
    for scale in scales:
        start, stop, increment, reference = (
            float(words(scale, tag) or "nan") for tag in ("Start", "Stop", "Increment", "Reference")
        )
        if (
            increment
            and np.isfinite(start + stop + increment)
            and round(abs((stop - start) / increment)) + 1 == view.length
        ):
            origin = start + (reference if np.isfinite(reference) else 0.0)
            positions = np.asarray(origin + increment * np.arange(view.length), dtype=np.float64)
            axes.append(Axis(scale.get("AxisId") or "", positions, scale.get("Unit") or "deg"))
    if not axes:
        cautions.append(
            Caution(
                "scan.axis-unknown", "The frames of the detector declare no angles; their channels are only numbered."
            )
        )
    placed = {axis.name for axis in axes}
    standing = [Axis(axis, float(row[at]), unit) for axis, at, unit in _varying(views) if axis not in placed]
    return Scan(
        name=f"scan {number}",
        scan_axis=_scan_axis(route),
        axes=[*axes, *standing, *_standing(root, placed | {axis.name for axis in standing})],
        intensity=np.where(channels == _DEFAULT_BLANK, np.nan, channels),
        more=[RawColumn(np.arange(view.length), header="channel")],
        conditions=_conditions(route),
    )


def _scan_axis(route: Element) -> str:
    information = child(route, "ScanInformation")
    return "" if information is None else information.get("VisibleName") or information.get("ScanName") or ""


def _conditions(route: Element) -> dict[str, Condition]:
    information = child(route, "ScanInformation")
    stated = {"mode": words(information, "ScanModeVisibleName"), "time_per_step": words(information, "TimePerStep")}
    return {key: value for key, value in stated.items() if value}


def _standing(root: Element, moving: set[str]) -> list[Axis]:
    """Drives with one position; θ is none where 2θ moves, whatever its drive says."""
    coupled = {axis_quantity(name) for name in moving}
    found: list[Axis] = []
    for drive in (e for e in root.iter() if local(e.tag) == "InfoData" and e.get("LogicName")):
        position, name = child(drive, "Position"), drive.get("LogicName") or ""
        quantity = axis_quantity(name)
        hidden = quantity in coupled or name in moving or (quantity == "angle_omega" and "two_theta" in coupled)
        if position is None or hidden or name in {axis.name for axis in found}:
            continue
        try:
            found.append(Axis(name, float(position.get("Value") or ""), position.get("Unit") or "deg"))
        except ValueError:
            continue
    return found


def _facts(root: Element, container: Element | None) -> dict[str, Condition]:
    items = {e.get("Name"): e.get("Value") for e in root.iter() if local(e.tag) == "InfoItem"}
    information: Mapping[str, str] = (
        {} if container is None or (i := first(container, "MeasurementInfo")) is None else i.attrib
    )
    texts = {
        "sample": items.get("SampleName") or information.get("SampleName"),
        "operator": items.get("User") or information.get("UserName"),
        "comment": items.get("Comment") or information.get("Comment"),
        "anode": words(root, "TubeMaterial"),
        "instrument_name": words(container, "InstrumentName"),
        "scan_mode": words(root, "ScanModeVisibleName"),
    }
    facts: dict[str, Condition] = {key: value for key, value in texts.items() if value}
    lines = {tag: first(root, f"WaveLength{tag}") for tag in ("Alpha1", "Alpha2", "Beta", "Ratio")}
    value = {tag: float(e.get("Value") or "nan") for tag, e in lines.items() if e is not None}
    unit = next((e.get("Unit") for e in lines.values() if e is not None and e.get("Unit")), None) or "Å"
    facts |= wavelength_facts(
        alpha1=value.get("Alpha1"),
        alpha2=value.get("Alpha2"),
        beta=value.get("Beta"),
        ratio=value.get("Ratio"),
        unit=unit,
    )
    generator = first(root, "Generator")
    for key, tag in (("tube_voltage_kV", "Voltage"), ("tube_current_mA", "Current")):
        element = None if generator is None else child(generator, tag)
        if element is not None and element.get("Unit") == key.rpartition("_")[2]:
            facts[key] = float(element.get("Value") or "nan")
    return facts


READERS = (
    Reader("bruker.brml", "Bruker DIFFRAC.MEASUREMENT (.brml)", ("powder_diffraction",), recognises, read, (".brml",)),
)
