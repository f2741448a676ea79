"""Rigaku .ras and .rasx."""

import io
import zipfile

import numpy as np
import pytest

from jointlab.errors import BadInput
from jointlab.science import read
from jointlab.science.door import ReadFile, read_source
from jointlab.science.source import Source
from tests.instrument_files import expected, needs_real_files, real_file

REAL = "xrd/JO_KL_16_ZF_3_60deg_0.02step_12degpermin_001.rasx"
HEADER = {
    "FILE_SAMPLE": "quartz", "FILE_OPERATOR": "me", "HW_XG_TARGET_NAME": "Cu", "HW_XG_WAVE_LENGTH_ALPHA1": "1.540593",
    "HW_XG_WAVE_LENGTH_ALPHA2": "1.544414", "MEAS_COND_XG_VOLTAGE": "40", "MEAS_COND_XG_CURRENT": "30",
    "MEAS_COND_AXIS_NAME_INTERNAL-0": "Phi", "MEAS_COND_AXIS_POSITION-0": "12.5", "MEAS_SCAN_AXIS_X": "走査|2-Theta/Theta",
    "MEAS_SCAN_AXIS_X_INTERNAL": "TwoThetaTheta", "MEAS_SCAN_STEP": "0.0200", "MEAS_SCAN_SPEED": "2.0", "MEAS_SCAN_SPEED_UNIT": "deg/min",
    "MEAS_SCAN_UNIT_X": "deg", "MEAS_SCAN_UNIT_Y": "counts", "MEAS_SCAN_START_TIME": "03/07/2025 13:28:15", "MEAS_DATA_COUNT": "4.0000",
}  # fmt: skip
ROWS = "10.0000 60 1.0000\n10.0200 64 1.0000\n10.0400 53 1.0000\n10.0600 50 1.0000\n"


def scan(rows: str = ROWS, **changes: str) -> str:
    head = "".join(f'*{key} "{value}"\n' for key, value in {**HEADER, **changes}.items())
    return f"*RAS_HEADER_START\n{head}*RAS_HEADER_END\n*RAS_INT_START\n{rows}*RAS_INT_END\n"


def ras(*scans: str, encoding: str = "utf-8") -> ReadFile:
    text = "*RAS_DATA_START\n" + "".join(scans or (scan(),)) + "*RAS_DATA_END\n*DSC_DATA_END\n"
    return read_source(Source("a.ras", text.replace("\n", "\r\n").encode(encoding)))


def rasx(parts: dict[str, str]) -> ReadFile:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content.encode("utf-8-sig"))
    return read_source(Source("a.rasx", packed.getvalue()))


def conditions(axis: str = "TwoThetaTheta", unit: str = "counts", count: int = 4) -> str:
    return (
        "<MeasurementConditions><GeneralInformation><SampleName>quartz</SampleName></GeneralInformation>"
        "<HWConfigurations><XrayGenerator><TargetName>Cu</TargetName><WavelengthKalpha1>1.540593</WavelengthKalpha1>"
        "</XrayGenerator></HWConfigurations><Axes><Axis Name='Omega' Unit='deg' Position='5.5'/><Axis Name='Chi' Position='x'/></Axes>"
        f"<ScanInformation><AxisName>{axis}</AxisName><Step>0.02</Step><Speed>1.5</Speed><SpeedUnit>sec.</SpeedUnit>"
        f"<IntensityUnit>{unit}</IntensityUnit><DataCount>{count}</DataCount></ScanInformation></MeasurementConditions>"
    )


@needs_real_files
def test_the_real_file() -> None:
    facts = expected()[REAL]["xrd"]
    found = read(real_file(REAL))
    with zipfile.ZipFile(real_file(REAL)) as archive:
        oracle = np.loadtxt(io.StringIO(archive.read("Data0/Profile0.txt").decode("utf-8-sig")))
    (table,) = found.tables
    np.testing.assert_array_equal(table.array("two_theta"), oracle[:, 0])
    np.testing.assert_array_equal(table.array("intensity"), oracle[:, 1])
    assert table.rows == facts["points_first"] == found.reading.rows_stated["scan 1"]
    assert table.array("intensity").max() == facts["max_intensity"]
    assert table.array("two_theta")[np.argmax(table.array("intensity"))] == facts["x_at_max"]
    assert table.array("counting_time")[0] == pytest.approx(0.02 / 12 * 60)
    assert found.reading.facts["wavelength_kalpha2"] == 0.1544414
    assert found.reading.instrument == "SmartLab"


def test_scans_of_a_text_file() -> None:
    found = ras(scan(), scan(MEAS_SCAN_AXIS_X_INTERNAL="Omega", MEAS_SCAN_SPEED="3", MEAS_SCAN_SPEED_UNIT="sec."))
    first, second = found.tables
    assert list(first.array("two_theta")) == [10, 10.02, 10.04, 10.06]
    assert list(first.array("intensity")) == [60, 64, 53, 50]
    assert first.array("counting_time")[0] == pytest.approx(0.6)
    assert first.conditions["phi"] == 12.5
    assert second.has("angle_omega") and not second.has("two_theta")
    assert second.array("counting_time")[0] == 3
    facts = found.reading.facts
    assert (facts["sample"], facts["anode"], facts["tube_voltage_kV"]) == ("quartz", "Cu", 40)
    assert found.reading.started is not None
    assert found.reading.started.isoformat() == "2025-03-07T13:28:15"
    assert not found.warnings


def test_a_japanese_computer() -> None:
    assert ras(scan(FILE_COMMENT="試料の測定です|quartz"), encoding="shift_jis").tables[0].rows == 4


def test_attenuator_factors_are_applied_to_counts_as_measured() -> None:
    rows = "10 5100 1\n10.02 5107 11.23\n10.04 5479 11.23\n10.06 5000 1\n"
    found = ras(scan(rows))
    np.testing.assert_allclose(found.tables[0].array("intensity"), [5100, 5107 * 11.23, 5479 * 11.23, 5000])
    assert list(found.tables[0].array("attenuation")) == [1, 11.23, 11.23, 1]
    assert [w.code for w in found.warnings] == ["attenuation.applied"]


def test_attenuator_factors_are_not_applied_twice() -> None:
    rows = f"10 57000 1\n10.02 {5107 * 11.23:.4f} 11.23\n10.04 {5479 * 11.23:.4f} 11.23\n10.06 50000 1\n"
    found = ras(scan(rows))
    np.testing.assert_allclose(found.tables[0].array("intensity")[1], 5107 * 11.23)
    assert [w.code for w in found.warnings] == ["attenuation.included"]


def test_units_of_intensity() -> None:
    assert ras(scan(MEAS_SCAN_UNIT_Y="cps")).tables[0].array("count_rate")[0] == 60
    broken = ras(scan(ROWS.replace("64", "64.3047")))
    assert [w.code for w in broken.warnings] == ["intensity.not-whole"]


def test_rows_struck_out_by_hand() -> None:
    found = ras(scan(ROWS.replace("10.0600", "#10.0600")))
    assert found.tables[0].rows == 3
    assert {w.code for w in found.warnings} == {"ras.rows-struck", "rows.differ"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (scan(ROWS, MEAS_SCAN_UNIT_Y="furlongs"), "rigaku.unit"),
        (scan(ROWS, MEAS_SCAN_AXIS_X="", MEAS_SCAN_AXIS_X_INTERNAL=""), "rigaku.axis"),
        (scan(ROWS.replace("64 1.0000", "64 -2.0")), "rigaku.attenuator"),
        (scan("no rows\n"), "ras.no-data"),
        (scan(ROWS.replace("64 ", "abc ")), "ras.rows"),
        (scan(ROWS).partition("10.0400")[0], "ras.rows"),
        (scan(ROWS).partition("*RAS_INT_START")[0], "ras.no-data"),
    ],
)
def test_what_is_refused(text: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_source(Source("a.ras", f"*RAS_DATA_START\n{text}".encode()))
    assert caught.value.code == code


def test_a_file_without_end_marks_is_whole_if_its_rows_are() -> None:
    text = "*RAS_DATA_START\n" + scan().partition("*RAS_INT_END")[0]
    found = read_source(Source("a.ras", text.encode()))
    assert found.tables[0].rows == 4
    assert [w.code for w in found.warnings] == ["ras.no-end"]


def test_folders_of_an_archive_in_the_order_of_their_numbers() -> None:
    parts = {}
    for i in (10, 2, 0, 1):
        parts[f"Data{i}/Profile{i}.txt"] = ROWS.replace(" ", "\t").replace("60", str(1000 + i), 1)
        parts[f"Data{i}/MesurementConditions{i}.xml"] = conditions("TwoTheta")
    found = rasx(parts)
    assert [table.array("intensity")[0] for table in found.tables] == [1000, 1001, 1002, 1010]
    assert found.tables[0].conditions["omega"] == 5.5
    assert found.tables[0].array("counting_time")[0] == 1.5


def test_archives_that_are_refused() -> None:
    profile = {"Data0/Profile0.txt": ROWS}
    for parts, code in (
        (profile, "archive.member-missing"),
        ({"root.xml": "<Root/>", "Data0/Image0.bin": "x"}, "rasx.images"),
        ({"Data0/Profile0.txt": "words", "Data0/MesurementConditions0.xml": conditions()}, "rasx.rows"),
        ({**profile, "Data0/MesurementConditions0.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a/>'}, "xml.forbidden"),
    ):
        with pytest.raises(BadInput) as caught:
            rasx(parts)
        assert caught.value.code == code


def test_header_numbers_with_a_decimal_comma_follow_the_rows() -> None:
    point = ras(scan(MEAS_DATA_COUNT="4"))
    changes = {key: HEADER[key].replace(".", ",") for key in HEADER if "." in HEADER[key]}
    comma = ras(scan(ROWS.replace(".", ","), **changes))
    assert comma.tables[0].frame.equals(point.tables[0].frame)
    assert comma.reading.facts == point.reading.facts
    assert comma.reading.facts["wavelength_kalpha1"] == 0.1540593
    assert comma.reading.rows_stated == {"scan 1": 4}
    assert comma.tables[0].conditions == point.tables[0].conditions


def test_more_scans_than_any_measurement_has_are_refused_before_they_are_read() -> None:
    with pytest.raises(BadInput) as caught:
        ras("*RAS_INT_START\n1 2 1\n*RAS_INT_END\n" * 20_001)
    assert caught.value.code == "diffraction.scans"
    assert "20000 scans" in caught.value.message
