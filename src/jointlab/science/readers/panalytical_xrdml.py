"""PANalytical XRDML (.xrdml), versions 1.0 to 2.x: counts or intensities per scan, attenuation in the file."""

from xml.etree.ElementTree import Element

from jointlab.errors import BadInput
from jointlab.science.readers.reader import Reader
from jointlab.science.reading import RawColumn, Reading, Table, make_table
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.xmltree import local, parse_xml


def recognises(source: Source) -> bool:
    """The root element is PANalytical's."""
    return "<xrdMeasurements" in source.head_text


def read(source: Source, settings: Settings) -> Reading:
    """Read every scan of the file."""
    root = parse_xml(source.data, part=source.name)
    scans = [element for element in root.iter() if local(element.tag) == "scan"]
    return Reading(
        format="panalytical.xrdml",
        technique="powder_diffraction",
        tables=tuple(_table(scan, number) for number, scan in enumerate(scans, start=1)),
    )


def _table(scan: Element, number: int) -> Table:
    import numpy as np

    points = next(element for element in scan.iter() if local(element.tag) == "dataPoints")
    counts = next((e for e in points if local(e.tag) in ("intensities", "counts")), None)
    if counts is None or not counts.text:
        raise BadInput("xrdml.no-intensities", "Scan {number} has no intensities.", number=number)
    values = np.array(counts.text.split(), dtype=np.float64)
    positions = next(e for e in points if local(e.tag) == "positions" and e.get("axis") == "2Theta")
    ends = {local(e.tag): float(e.text or "nan") for e in positions}
    two_theta = np.linspace(ends["startPosition"], ends["endPosition"], len(values))
    return make_table(
        f"scan {number}", [RawColumn(two_theta, "two_theta", "deg"), RawColumn(values, "intensity", "counts")]
    )


READERS = (
    Reader("panalytical.xrdml", "PANalytical XRDML (.xrdml)", ("powder_diffraction",), recognises, read, (".xrdml",)),
)
