"""Bruker text: .uxd and EVA's .xy."""

import numpy as np
import pytest

from jointlab.errors import BadInput
from jointlab.science import read
from jointlab.science.door import ReadFile, read_source
from jointlab.science.source import Source
from tests.instrument_files import needs_real_files, real_file

HEAD = """; C:\\data\\quartz.raw
_FILEVERSION=2
_SAMPLE='quartz'
_DATEMEASURED='13-Jan-1998 10:22:05'
_ANODE='Cu'
_WL1=1.540600
_WL2=1.544390
_WL3=1.392220
_WLRATIO=0.500000
_KV=40
"""
STEPPED = """
; Data for range {n}
_DRIVE='{drive}'
_STEPTIME=2.000000
_STEPSIZE=0.020000
_STEPMODE='C'
_START=10.000000
_STEPCOUNT=5

_COUNTS
     100      120      180
      90       75
"""


def uxd(*ranges: str) -> ReadFile:
    return read_source(Source("a.uxd", (HEAD + "".join(ranges)).replace("\n", "\r\n").encode()))


def stepped(drive: str = "COUPLED", n: int = 1) -> str:
    return STEPPED.format(drive=drive, n=n)


def paired(mark: str, rows: str, drive: str = "COUPLED") -> str:
    return f"_DRIVE='{drive}'\n_STEPTIME=2.0\n_2THETA=44.0\n_PHI=30.0\n{mark}\n{rows}"


def test_ranges_in_steps() -> None:
    found = uxd(stepped(), stepped(n=2))
    assert len(found.tables) == 2
    np.testing.assert_array_equal(found.tables[1].array("intensity"), [100, 120, 180, 90, 75])
    np.testing.assert_allclose(found.tables[0].array("two_theta"), [10, 10.02, 10.04, 10.06, 10.08])
    assert found.tables[0].array("counting_time")[0] == 2
    assert found.reading.rows_stated == {"range 1": 5, "range 2": 5}
    facts = found.reading.facts
    assert (facts["sample"], facts["anode"], facts["wavelength_kalpha1"]) == ("quartz", "Cu", 0.15406)
    assert facts["kalpha_ratio"] == 0.5
    assert found.reading.started is not None
    assert found.reading.started.isoformat() == "1998-01-13T10:22:05"
    assert not found.warnings


def test_pairs_rates_and_the_drive_that_moves() -> None:
    found = uxd(
        paired("_2THETACPS", "10.0 50.5\n10.1 51\n"),
        paired("_2THETACOUNTS", "20.0 5\n20.1, 6\n", "THETA"),
        paired("_2THETACOUNTSTIME", "10 5 1.5\n11 6 2.5\n"),
    )
    first, second, third = found.tables
    assert list(first.array("count_rate")) == [50.5, 51]
    assert list(second.array("angle_omega")) == [20, 20.1]
    assert (second.conditions["two_theta"], second.conditions["phi"]) == (44, 30)
    assert list(third.array("counting_time")) == [1.5, 2.5]
    assert list(third.array("intensity")) == [5, 6]


def test_a_list_of_peaks_is_left_out_and_said() -> None:
    found = uxd(stepped(), "_D-I\n4.26 22.0\n3.34 100.0\n")
    assert len(found.tables) == 1
    assert [w.code for w in found.warnings] == ["uxd.peaks"]


@pytest.mark.parametrize(
    ("ranges", "code"),
    [
        ("", "uxd.no-ranges"),
        (stepped().replace("180", "1x0"), "uxd.numbers"),
        (stepped().replace("_START=10.000000\n", ""), "uxd.start"),
        (paired("_2THETACOUNTS", "10.0 5\n11.0\n"), "uxd.numbers"),
        (paired("_2THETACOUNTS", "10,0 5\n11,0 6\n"), "uxd.decimal"),
    ],
)
def test_what_is_refused(ranges: str, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        uxd(ranges)
    assert caught.value.code == code


def test_a_range_with_fewer_rows_than_promised_is_said() -> None:
    assert "rows.differ" in {w.code for w in uxd(stepped().replace("      90       75\n", "")).warnings}


def test_a_last_line_without_an_end_is_said() -> None:
    found = read_source(Source("a.uxd", (HEAD + stepped()).rstrip().encode()))
    assert [w.code for w in found.warnings] == ["uxd.no-line-end"]


@needs_real_files
def test_the_real_export_of_eva() -> None:
    path = real_file("xrd/example_evadiffract.xy")
    oracle = np.loadtxt(path, skiprows=1)
    found = read(path)
    (table,) = found.tables
    np.testing.assert_array_equal(table.array("two_theta"), oracle[:, 0])
    np.testing.assert_array_equal(table.array("intensity"), oracle[:, 1])
    assert table.columns[1].unit == "arb"
    assert found.reading.facts["anode"] == "Cu"


def test_eva_refuses_what_is_not_two_columns() -> None:
    with pytest.raises(BadInput) as caught:
        read_source(Source("a.xy", b'\'Id: "" Anode: "Cu" Scantype: "x"\n5 6 7\n'))
    assert caught.value.code == "eva.rows"


@pytest.mark.parametrize("one", [stepped(), "_D-I\n1.5 2\n"])
def test_more_ranges_than_a_measurement_has_are_refused(one: str) -> None:
    with pytest.raises(BadInput, match="5000 scans") as caught:
        uxd(one * 5001)
    assert caught.value.code == "diffraction.scans"
