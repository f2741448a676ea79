"""Bruker .brml: columns by their declaration, detector frames, absorbers."""

import io
import re
import zipfile

import numpy as np
import pytest

from jointlab.errors import BadInput
from jointlab.science import read
from jointlab.science.door import ReadFile, read_source
from jointlab.science.source import Source
from tests.instrument_files import expected, needs_real_files, real_file

REAL = "xrd/TiOF.brml"
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


def view(kind: str, start: int, length: int = 1, inside: str = "", **attributes: str) -> str:
    more = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<RawDataView xsi:type="{kind}RawDataView" Start="{start}" Length="{length}"{more}>{inside}</RawDataView>'


def axes(start: int, *names: str) -> str:
    fields = "".join(
        f'<FieldDefinitions FieldName="{n}" AxisId="{n}"><Restriction Unit="°"/></FieldDefinitions>' for n in names
    )
    return view("Varying", start, len(names), f"<Varying>{fields}</Varying>")


def counter(start: int, length: int = 1, name: str = "ScanCounter") -> str:
    return view(
        "Recorded", start, length, f'<Recording LogicName="{name}"><BlankingValue>-9999</BlankingValue></Recording>'
    )


def raw_data(views: str, data: list[str], *, flag: str = "Measured", scales: str = "", status: str = "Measured") -> str:
    rows = "".join(f"<Datum>{row}</Datum>" for row in data)
    return (
        f"<RawData {XSI}><MeasurementStatus>{status}</MeasurementStatus><TimeStampStarted>2025-02-26T10:47:52.8708798+01:00"
        f'</TimeStampStarted><DataRoutes><DataRoute RouteFlag="{flag}"><ScanInformation VisibleName="Coupled TwoTheta/Theta">'
        f"<MeasurementPoints>{len(data)}</MeasurementPoints>{scales}</ScanInformation>{rows}<DataViews>{views}</DataViews>"
        "</DataRoute></DataRoutes><FixedInformation><Drives><InfoData LogicName='Chi'><Position Unit='°' Value='1.5'/></InfoData>"
        "</Drives><WaveLengthAlpha1 Unit='Å' Value='1.5406'/><TubeMaterial>Cu</TubeMaterial></FixedInformation></RawData>"
    )


def brml(*members: str) -> ReadFile:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number, member in enumerate(members):
            archive.writestr(f"Experiment0/RawData{number}.xml", member)
    return read_source(Source("a.brml", packed.getvalue()))


USUAL = (
    view("Fixed", 0, LogicName="MeasuredTime", Unit="s")
    + view("Fixed", 1, LogicName="AbsorptionFactor")
    + axes(2, "TwoTheta", "Theta")
    + counter(4)
)


@needs_real_files
def test_the_real_file() -> None:
    facts = expected()[REAL]["xrd"]
    found = read(real_file(REAL))
    with zipfile.ZipFile(real_file(REAL)) as archive:
        text = archive.read("Experiment0/RawData0.xml").decode()
    oracle = np.array([row.split(",") for row in re.findall("<Datum>([^<]*)</Datum>", text)], dtype=float)
    (table,) = found.tables
    assert table.rows == facts["points"] == len(oracle)
    for column, name in enumerate(("counting_time", None, "two_theta", "angle_omega", "intensity")):
        if name:
            np.testing.assert_array_equal(table.array(name), oracle[:, column])
    assert [float(cell) for cell in facts["datum_last"]] == list(oracle[-1])
    assert found.reading.facts["wavelength_kalpha1"] == 0.15406
    assert (found.reading.facts["sample"], found.reading.facts["anode"]) == ("TiOF 18F.2", "Cu")
    assert found.reading.instrument == "Bruker AXS D2 PHASER Table Top Diffractometer"
    assert not found.reading.warnings


def test_columns_are_found_by_their_declaration() -> None:
    views = counter(0) + axes(1, "Theta", "TwoTheta") + view("Fixed", 3, LogicName="MeasuredTime", Unit="s")
    table = brml(raw_data(views, ["100,5,10,2", "110,5.1,10.2,2"])).tables[0]
    assert list(table.array("intensity")) == [100, 110]
    assert list(table.array("two_theta")) == [10, 10.2]
    assert list(table.array("angle_omega")) == [5, 5.1]
    assert list(table.array("counting_time")) == [2, 2]
    assert table.conditions["chi"] == 1.5


def test_every_raw_data_member_is_kept() -> None:
    found = brml(*(raw_data(USUAL, [f"1,1,10,5,{100 + i}", f"1,1,11,5.5,{i}"]) for i in range(12)))
    assert [table.array("intensity")[0] for table in found.tables] == [100 + i for i in range(12)]


def test_the_absorber() -> None:
    factors = [1.0, 8.12, 8.12, 1.0]
    counts = [900, 5107, 5479, 850]
    measured = [f"1,{f},{10 + i},{5 + i / 2},{c}" for i, (f, c) in enumerate(zip(factors, counts, strict=True))]
    applied = brml(raw_data(USUAL, measured))
    np.testing.assert_allclose(applied.tables[0].array("intensity"), np.multiply(counts, factors))
    assert [w.code for w in applied.warnings] == ["attenuation.applied"]
    undone = [f"1,{f},{10 + i},{5 + i / 2},{c * f}" for i, (f, c) in enumerate(zip(factors, counts, strict=True))]
    included = brml(raw_data(USUAL, undone))
    np.testing.assert_allclose(included.tables[0].array("intensity"), np.multiply(counts, factors))
    assert [w.code for w in included.warnings] == ["attenuation.included"]
    unknown = brml(raw_data(USUAL, [f"1,10,{10 + i},{5 + i / 2},{100 * i}" for i in range(4)]))
    assert [w.code for w in unknown.warnings] == ["attenuation.unknown"]
    assert unknown.tables[0].has("absorption_factor")


def test_detector_frames_with_and_without_a_scale() -> None:
    views = axes(0, "Theta") + counter(1, 4)
    scale = "<ScaleAxes><ScaleAxisInfo AxisId='TwoTheta' Unit='°'><Reference>0</Reference><Start>20</Start><Stop>23</Stop><Increment>1</Increment></ScaleAxisInfo></ScaleAxes>"
    found = brml(raw_data(views, ["10,1,2,3,4", "10.5,5,6,7,8"], scales=scale))
    assert len(found.tables) == 2
    assert list(found.tables[1].array("two_theta")) == [20, 21, 22, 23]
    assert list(found.tables[1].array("intensity")) == [5, 6, 7, 8]
    assert found.tables[1].conditions["omega"] == 10.5
    bare = brml(raw_data(views, ["10,1,2,3,4"]))
    assert not bare.tables[0].has("two_theta")
    assert "scan.axis-unknown" in {w.code for w in bare.warnings}


def test_what_was_blanked_out_is_absent() -> None:
    found = brml(raw_data(USUAL, ["1,1,10,5,7", "1,1,11,5.5,-9999"]))
    assert np.isnan(found.tables[0].array("intensity")[1])
    assert "values.absent" in {w.code for w in found.warnings}


def test_an_unfinished_measurement_is_said() -> None:
    assert "scan.aborted" in {w.code for w in brml(raw_data(USUAL, ["1,1,10,5,7"], status="Aborted")).warnings}


@pytest.mark.parametrize(
    ("member", "code"),
    [
        (raw_data(USUAL, []), "brml.no-data"),
        (raw_data(USUAL, ["1,1,10,5"]), "brml.rows"),
        (raw_data(USUAL, ["1,1,10,5,7", "1,1,10"]), "brml.rows"),
        (raw_data(USUAL, ["1,1,10,x,7"]), "brml.rows"),
        (raw_data(axes(0, "TwoTheta"), ["1"]), "brml.views"),
        (raw_data(USUAL.replace('Start="4"', 'Start="-1"'), ["1,1,10,5,7"]), "brml.views"),
        (raw_data(USUAL.replace('Length="2"', 'Length="3"'), ["1,1,10,5,7"]), "brml.views"),
        ("<RawData", "xml.broken"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><RawData/>', "xml.forbidden"),
    ],
)
def test_what_is_refused(member: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        brml(member)
    assert caught.value.code == code
