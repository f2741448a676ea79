"""PANalytical XRDML (.xrdml), schema 1.0 to 2.x: every scan of every measurement, attenuation by the schema's rule.

The schema: ``intensities`` (1.x) are counts already multiplied by the beam attenuation factors; ``counts`` (2.x) are as
the detector gave them, with the factors beside them. Positions are a list, one common value, or start and end with
as many equal steps between as there are points.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Literal
from xml.etree.ElementTree import Element

from jointlab.errors import BadInput
from jointlab.science.readers.diffraction_scan import (
    Axis,
    Scan,
    check_scan_count,
    intensity_cautions,
    scan_table,
    wavelength_facts,
)
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import Caution, Condition, RawColumn, Reading
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text.times import parse_timestamp
from jointlab.science.units import convert
from jointlab.science.xmltree import child, children, first, local, number, numbers, parse_xml, words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ROOT = re.compile(r"<(?:\w+:)?xrdMeasurements[\s>]")
_UNITS = {"deg", "mm", "rad"}
_SECONDS = {"seconds", "s", "sec"}


def recognises(source: Source) -> bool:
    """The root element is PANalytical's."""
    return _ROOT.search(source.head_text) is not None


def read(source: Source, settings: Settings) -> Reading:
    """Read every scan of the file.

    Raises BadInput ``xrdml.no-scans``, ``xrdml.unit``, ``xrdml.positions``, ``diffraction.lengths``,
    ``diffraction.scans`` and those of `parse_xml`.
    """
    root = parse_xml(source.data, part=source.name)
    measurements = children(root, "xrdMeasurement")
    check_scan_count(sum(max(1, len(children(m, "scan"))) for m in measurements), name=source.name)
    scans: list[Scan] = []
    cautions: list[Caution] = []
    for measurement in measurements:
        conditions = _measurement_conditions(measurement, measurements)
        for element in children(measurement, "scan"):
            scan = _scan(element, len(scans) + 1, conditions)
            if scan is None:
                cautions.append(Caution("scan.empty", "A scan of the file holds no points; it was left out."))
            else:
                scans.append(scan)
    if not scans:
        raise BadInput(
            "xrdml.no-scans",
            "“{name}” is an XRDML file without a single measured point. Give the file of a finished scan.",
            name=source.name,
        )
    stamp = words(root, "startTimeStamp")
    started = parse_timestamp(stamp) if stamp else None
    return Reading(
        format="panalytical.xrdml",
        technique="powder_diffraction",
        tables=tuple(scan_table(scan) for scan in scans),
        instrument=words(root, "instrumentControlSoftware"),
        started=started,
        started_zone=_zone(started),
        warnings=(*cautions, *_aborted(scans), *_several_wavelengths(measurements), *intensity_cautions(scans)),
        facts=_facts(root, measurements[0]),
        decisions=_decisions(root),
    )


def _zone(started: datetime | None) -> Literal["file"] | None:
    return "file" if started is not None and started.tzinfo is not None else None


def _measurement_conditions(measurement: Element, all_of_them: list[Element]) -> dict[str, Condition]:
    return {"measurement": all_of_them.index(measurement) + 1} if len(all_of_them) > 1 else {}


def _scan(scan: Element, position: int, conditions: Mapping[str, Condition]) -> Scan | None:
    """One scan, or None if it has no points."""
    points = child(scan, "dataPoints")
    measured = None if points is None else next((e for e in points if local(e.tag) in ("counts", "intensities")), None)
    if points is None or measured is None or not (measured.text or "").strip():
        return None
    _check_unit(measured, {"counts"})
    name = f"scan {position}"
    intensity = numbers(measured, part=name)
    factor = _per_point(points, "commonBeamAttenuationFactor", "beamAttenuationFactors", len(intensity), name)
    if factor is not None:
        if not (factor > 0).all():
            raise BadInput(
                "xrdml.attenuation",
                "{scan} has an attenuation factor that is not positive, so its intensities cannot be told. Export it again.",
                scan=name,
            )
        if local(measured.tag) == "counts":
            intensity = intensity * factor
    more = []
    correction = _per_point(points, "commonDivergenceCorrection", "divergenceCorrections", len(intensity), name)
    if correction is not None:
        more.append(RawColumn(correction, header="divergenceCorrections", name="divergence_correction"))
    stated = {"status": scan.get("status"), "mode": scan.get("mode"), "append_number": scan.get("appendNumber")}
    return Scan(
        name=name,
        scan_axis=scan.get("scanAxis") or "",
        axes=[_axis(element, len(intensity), name) for element in children(points, "positions")],
        intensity=intensity,
        attenuation=factor,
        counting_time=_per_point(points, "commonCountingTime", "countingTimes", len(intensity), name),
        more=more,
        conditions={**conditions, **{key: value for key, value in stated.items() if value}},
    )


def _check_unit(element: Element, known: set[str]) -> str:
    unit = element.get("unit") or min(known)
    if unit not in known:
        raise BadInput(
            "xrdml.unit", "“{what}” is in “{unit}”; known here are {known}. Export it in one of these.",
            what=local(element.tag), unit=unit, known=", ".join(sorted(known)),
        )  # fmt: skip
    return unit


def _per_point(points: Element, common: str, listed: str, count: int, name: str) -> "NDArray[np.float64] | None":
    """A value a point, shape (points,), from a list or one common value; None where there is neither."""
    import numpy as np

    if (one := child(points, common)) is not None:
        if "Time" in common:
            _check_unit(one, _SECONDS)
        return np.full(count, number(one, part=name))
    if (several := child(points, listed)) is None:
        return None
    if "Times" in listed:
        _check_unit(several, _SECONDS)
    values = numbers(several, part=name)
    if len(values) != count:
        raise BadInput(
            "diffraction.lengths",
            "In {scan} there are {found} values of “{what}” for {points} intensities, so no value can be told from its neighbour. The file is damaged; export it again.",
            scan=name, found=len(values), what=listed, points=count,
        )  # fmt: skip
    return values


def _axis(positions: Element, points: int, name: str) -> Axis:
    import numpy as np

    axis, unit = positions.get("axis") or "", _check_unit(positions, _UNITS)
    if (common := child(positions, "commonPosition")) is not None:
        return Axis(axis, number(common, part=name), unit)
    if (listed := child(positions, "listPositions")) is not None:
        return Axis(axis, numbers(listed, part=name), unit)
    start, end = child(positions, "startPosition"), child(positions, "endPosition")
    if start is None or end is None:
        raise BadInput(
            "xrdml.positions",
            "In {scan} axis “{axis}” has no positions. The file is damaged; copy it again.",
            scan=name,
            axis=axis,
        )
    return Axis(axis, np.linspace(number(start, part=name), number(end, part=name), points), unit)


def _aborted(scans: list[Scan]) -> list[Caution]:
    stopped = [s.name for s in scans if s.conditions.get("status") not in (None, "Completed")]
    if not stopped:
        return []
    state = next(s.conditions["status"] for s in scans if s.name == stopped[0])
    return [
        Caution(
            "scan.aborted",
            f"The instrument marks {', '.join(stopped[:5])} as “{state}”: {'they hold' if len(stopped) > 1 else 'it holds'} the points that were measured until then.",
        )
    ]


def _several_wavelengths(measurements: list[Element]) -> list[Caution]:
    used = {words(m, "kAlpha1") for m in measurements}
    if len(used) < 2:
        return []
    return [
        Caution("wavelength.several", "The measurements of the file used different wavelengths; stated is the first.")
    ]


def _decisions(root: Element) -> dict[str, str]:
    kinds = {local(e.tag) for e in root.iter() if local(e.tag) in ("counts", "intensities")}
    factors = any("AttenuationFactor" in local(e.tag) for e in root.iter())
    if not factors:
        return {"attenuation": "no attenuation factors in the file"}
    rule = {
        "counts": "counts were multiplied by the file's attenuation factors (schema 2.x: not yet applied)",
        "intensities": "intensities already include the file's attenuation factors (schema 1.x); nothing was multiplied",
    }
    return {"attenuation": "; ".join(rule[kind] for kind in sorted(kinds))}


def _facts(root: Element, measurement: Element) -> dict[str, Condition]:
    facts: dict[str, Condition] = {}
    named = {
        "sample": words(child(root, "sample"), "name") or words(child(root, "sample"), "id"),
        "sample_id": words(child(root, "sample"), "id"),
        "anode": words(measurement, "anodeMaterial"),
        "instrument_id": words(root, "instrumentID"),
        "operator": words(first(root, "author"), "name"),
        "software": words(root, "applicationSoftware"),
        "measurement_type": measurement.get("measurementType"),
        "sample_mode": measurement.get("sampleMode"),
        "schema": root.tag.partition("}")[0].lstrip("{"),
    }
    facts |= {key: value for key, value in named.items() if value}
    facts |= _used_wavelength(measurement)
    for key, tag, unit in (("tube_voltage", "tension", "kV"), ("tube_current", "current", "mA")):
        element = first(measurement, tag)
        if element is not None and (element.text or "").strip():
            value = number(element, part=tag)
            facts[f"{key}_{unit}"] = convert(value, source=element.get("unit") or unit, target=unit)
    for tag in ("detector", "divergenceSlit", "antiScatterSlit", "xRayMirror", "monochromator", "sollerSlit"):
        element = first(measurement, tag)
        if element is not None and element.get("name"):
            facts["".join(f"_{c.lower()}" if c.isupper() else c for c in tag)] = str(element.get("name"))
    return facts


def _used_wavelength(measurement: Element) -> dict[str, Condition]:
    """Wavelengths of the tube. Kα2 is called absent only behind an incident-beam monochromator set to Kα1.

    ``intended="K-Alpha 1"`` alone is a choice in the program: a mirror lets Kα2 pass all the same.
    """
    used = first(measurement, "usedWavelength")
    if used is None:
        return {}
    values = {local(e.tag): number(e, part="usedWavelength") for e in used if (e.text or "").strip()}
    units = {str(e.get("unit")) for e in used if e.get("unit")} or {"Angstrom"}
    unit = {"Angstrom": "angstrom", "nm": "nm"}.get(min(units))
    if unit is None or len(units) > 1:
        raise BadInput(
            "xrdml.unit",
            "The wavelengths are in {unit}; known are Angstrom and nm. Export the file again.",
            unit=", ".join(sorted(units)),
        )
    facts = wavelength_facts(
        alpha1=values.get("kAlpha1"), alpha2=values.get("kAlpha2"), beta=values.get("kBeta"),
        ratio=values.get("ratioKAlpha2KAlpha1"), unit=unit,
    )  # fmt: skip
    intended = used.get("intended")
    if intended:
        facts["wavelength_used"] = intended
    incident = child(measurement, "incidentBeamPath")
    monochromatic = incident is not None and first(incident, "monochromator") is not None
    if monochromatic and "".join((intended or "").split()).lower() == "k-alpha1" and "kalpha_ratio" in facts:
        facts["kalpha_ratio_of_tube"], facts["kalpha_ratio"] = facts["kalpha_ratio"], 0.0
    return facts


READERS = (
    Reader("panalytical.xrdml", "PANalytical XRDML (.xrdml)", ("powder_diffraction",), recognises, read, (".xrdml",)),
)
