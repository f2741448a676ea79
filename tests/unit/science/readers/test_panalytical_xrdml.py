"""XRDML: the real files, and what the schema allows beyond them."""

from xml.etree import ElementTree

import numpy as np
import pytest

from jointlab.errors import BadInput
from jointlab.science import read
from jointlab.science.door import ReadFile, read_source
from jointlab.science.source import Source
from tests.instrument_files import expected, needs_real_files, real_file

REAL = (
    "xrd/HL1-2_5-90_60min.xrdml",
    "xrd/Scan_C1.xrdml",
    "xrd/XRD-918-16_10.xrdml",
    "awkward/wrong_extension_is_xrdml.csv",
)
POSITIONS = (
    '<positions axis="2Theta" unit="deg"><startPosition>10</startPosition><endPosition>10.4</endPosition></positions>'
    '<positions axis="Omega" unit="deg"><commonPosition>5.25</commonPosition></positions>'
)


def scan(values: str, *, positions: str = POSITIONS, attributes: str = 'scanAxis="2Theta" status="Completed"') -> str:
    return f'<scan appendNumber="0" mode="Continuous" {attributes}><dataPoints>{positions}{values}</dataPoints></scan>'


def xrdml(*scans: str, before: str = "", version: str = "2.1", wavelength: str = "") -> ReadFile:
    used = wavelength or (
        '<usedWavelength intended="K-Alpha"><kAlpha1 unit="Angstrom">1.540598</kAlpha1>'
        '<kAlpha2 unit="Angstrom">1.544426</kAlpha2><ratioKAlpha2KAlpha1>0.5</ratioKAlpha2KAlpha1></usedWavelength>'
    )
    text = (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}'
        f'<xrdMeasurements xmlns="http://www.xrdml.com/XRDMeasurement/{version}" status="Completed">'
        f'<sample><id>S-1</id><name>Ünal</name></sample><xrdMeasurement measurementType="Scan">{used}'
        f"{''.join(scans)}</xrdMeasurement></xrdMeasurements>"
    )
    return read_source(Source("a.xrdml", text.encode()))


@needs_real_files
@pytest.mark.parametrize("name", REAL)
def test_real_files(name: str) -> None:
    facts = expected()[name]["xrd"]
    found = read(real_file(name))
    (table,) = found.tables
    angle = table.array("two_theta")
    assert table.rows == facts["points_first"] == facts["total_points"]
    assert [angle[0], angle[-1]] == facts["two_theta"]
    assert table.array("intensity").max() == facts["max_intensity"]
    assert set(table.array("counting_time")) == {facts["count_time_s"]}
    assert found.reading.facts["wavelength_kalpha1"] == pytest.approx(facts["kalpha1"] / 10, abs=1e-12)
    assert found.reading.started_zone == "file"


@needs_real_files
@pytest.mark.parametrize("name", REAL)
def test_every_point_against_the_standard_library(name: str) -> None:
    root = ElementTree.parse(real_file(name)).getroot()
    values = next(e for e in root.iter() if e.tag.endswith(("}counts", "}intensities"))).text
    table = read(real_file(name)).tables[0]
    np.testing.assert_array_equal(table.array("intensity"), [float(value) for value in (values or "").split()])
    assert np.ptp(np.diff(table.array("two_theta"))) < 1e-9


def test_counts_are_multiplied_by_their_factors_and_intensities_are_not() -> None:
    factors = "<beamAttenuationFactors>1 1 188 1 1</beamAttenuationFactors>"
    raw = xrdml(scan(factors + '<counts unit="counts">1341 14602 1877 13749 1667</counts>'))
    table = raw.tables[0]
    assert list(table.array("intensity")) == [1341, 14602, 352876, 13749, 1667]
    assert list(table.array("attenuation")) == [1, 1, 188, 1, 1]
    assert "multiplied" in raw.reading.decisions["attenuation"]
    done = xrdml(scan(factors + '<intensities unit="counts">1341 14602 352876 13749 1667</intensities>'), version="1.5")
    assert list(done.tables[0].array("intensity")) == [1341, 14602, 352876, 13749, 1667]
    assert not raw.warnings and not done.warnings


def test_one_factor_for_all_points_and_times_by_point() -> None:
    found = xrdml(
        scan(
            "<commonBeamAttenuationFactor>10</commonBeamAttenuationFactor>"
            '<countingTimes unit="seconds">1 2 3 4 5</countingTimes><counts unit="counts">1 2 3 4 5</counts>'
        )
    )
    assert list(found.tables[0].array("intensity")) == [10, 20, 30, 40, 50]
    assert list(found.tables[0].array("counting_time")) == [1, 2, 3, 4, 5]


def test_listed_and_common_positions_of_every_axis() -> None:
    positions = (
        '<positions axis="Omega" unit="deg"><listPositions>1 2 4 8 16</listPositions></positions>'
        '<positions axis="2Theta" unit="deg"><commonPosition>28.4</commonPosition></positions>'
        '<positions axis="Phi" unit="deg"><commonPosition>-12</commonPosition></positions>'
        '<positions axis="Chi" unit="deg"><commonPosition>1.5</commonPosition></positions>'
        '<positions axis="Z" unit="mm"><commonPosition>8.1</commonPosition></positions>'
    )
    found = xrdml(scan('<counts unit="counts">1 2 3 4 5</counts>', positions=positions, attributes='scanAxis="Omega"'))
    table = found.tables[0]
    assert list(table.array("angle_omega")) == [1, 2, 4, 8, 16]
    assert not table.has("two_theta")
    assert {
        "scan_axis": "Omega",
        "two_theta": 28.4,
        "phi": -12.0,
        "chi": 1.5,
        "z": 8.1,
    }.items() <= table.conditions.items()


def test_every_scan_of_a_map_is_kept() -> None:
    scans = [
        scan('<counts unit="counts">1 2 3 4 5</counts>', positions=POSITIONS.replace("5.25", f"{5 + i / 100}"))
        for i in range(401)
    ]
    found = xrdml(*scans)
    assert len(found.tables) == 401
    assert found.tables[400].conditions["omega"] == pytest.approx(9.0)


def test_an_aborted_scan_is_read_and_said() -> None:
    found = xrdml(scan('<counts unit="counts">1 2 3</counts>', attributes='scanAxis="2Theta" status="Aborted"'))
    assert [warning.code for warning in found.warnings] == ["scan.aborted"]


def test_a_monochromator_set_to_one_line_leaves_no_second_one() -> None:
    used = (
        '<usedWavelength intended="K-Alpha 1"><kAlpha1 unit="Angstrom">1.540598</kAlpha1><kAlpha2 unit="Angstrom">'
        "1.544426</kAlpha2><ratioKAlpha2KAlpha1>0.5</ratioKAlpha2KAlpha1></usedWavelength><incidentBeamPath>{}</incidentBeamPath>"
    )
    counts = scan('<counts unit="counts">1 2 3 4 5</counts>')
    assert xrdml(counts, wavelength=used.format("<xRayMirror/>")).reading.facts["kalpha_ratio"] == 0.5
    facts = xrdml(counts, wavelength=used.format('<monochromator name="Ge(220)"/>')).reading.facts
    assert (facts["kalpha_ratio"], facts["kalpha_ratio_of_tube"], facts["wavelength_kalpha1"]) == (0.0, 0.5, 0.1540598)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "xrdml.no-scans"),
        (scan('<counts unit="counts"></counts>'), "xrdml.no-scans"),
        (scan('<counts unit="counts">1 2 x</counts>'), "xml.not-numbers"),
        (scan('<counts unit="cps">1 2 3</counts>'), "xrdml.unit"),
        (scan('<counts unit="counts">1 2 3</counts>', positions=POSITIONS.replace("deg", "grad")), "xrdml.unit"),
        (scan('<counts unit="counts">1 2</counts><beamAttenuationFactors>1</beamAttenuationFactors>'), "diffraction.lengths"),
        (
            scan('<counts unit="counts">1 2</counts><commonBeamAttenuationFactor>0</commonBeamAttenuationFactor>'),
            "xrdml.attenuation",
        ),
        (
            scan('<counts unit="counts">1 2 3</counts>', positions='<positions axis="2Theta" unit="deg"><listPositions>1 2</listPositions></positions>'),
            "diffraction.lengths",
        ),
        (scan('<counts unit="counts">1 2 3</counts>', positions='<positions axis="2Theta" unit="deg"/>'), "xrdml.positions"),
    ],
)  # fmt: skip
def test_what_is_refused(text: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        xrdml(text)
    assert caught.value.code == code


def test_entities_are_refused() -> None:
    with pytest.raises(BadInput) as caught:
        xrdml(scan("<counts>&a;</counts>"), before='<!DOCTYPE a [<!ENTITY a "1 1 1 1 1 1">]>')
    assert caught.value.code == "xml.forbidden"


@needs_real_files
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
def test_a_cut_file_is_refused(share: float) -> None:
    data = real_file(REAL[0]).read_bytes()
    with pytest.raises(BadInput):
        read_source(Source("a.xrdml", data[: int(len(data) * share)]))


@pytest.mark.parametrize("many", [scan('<counts unit="counts">1 2</counts>'), "</xrdMeasurement><xrdMeasurement>"])
def test_more_scans_than_a_measurement_has_are_refused(many: str) -> None:
    with pytest.raises(BadInput, match="5000 scans") as caught:
        xrdml(many * 5001)
    assert caught.value.code == "diffraction.scans"
