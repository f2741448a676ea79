"""Bruker/Siemens .raw: files laid out by the published descriptions of all four versions, and one real file."""

import struct
import tracemalloc

import numpy as np
import pytest

from jointlab.errors import BadInput
from jointlab.science import read
from jointlab.science.door import ReadFile, read_source
from jointlab.science.source import Source
from tests.instrument_files import needs_real_files, real_file

COUNTS = np.array([100, 120, 180, 90, 75], dtype="<f4")


def _open(data: bytes) -> ReadFile:
    return read_source(Source("a.raw", bytes(data)))


def _put(length: int, /, **fields: tuple[int, str, object]) -> bytearray:
    block = bytearray(length)
    for offset, kind, value in fields.values():
        struct.pack_into("<" + kind, block, offset, value)
    return block


def version_1(*, magic_again: bool = True) -> bytes:
    def one(follows: int, start: float) -> bytes:
        fields = {"n": (0, "I", 5), "t": (4, "f", 2.5), "step": (8, "f", 0.02), "start": (20, "f", start), "th": (24, "f", -1e6),
                  "chi": (28, "f", -1e6), "phi": (32, "f", 30.0), "name": (36, "32s", b"quartz"), "a1": (68, "f", 1.5406),
                  "a2": (72, "f", 1.54439), "more": (148, "I", follows)}  # fmt: skip
        return bytes(_put(152, **fields)) + COUNTS.tobytes()

    return b"RAW " + one(1, 10.0) + (b"RAW " if magic_again else b"") + one(0, 20.0)


def version_2() -> bytes:
    head = _put(256, m=(0, "4s", b"RAW2"), n=(4, "H", 2), name=(8, "32s", b"quartz"), date=(168, "20s", b"13-Jan-1998 10:22"),
                anode=(188, "2s", b"Cu"), a1=(190, "f", 1.5406), a2=(194, "f", 1.54439), r=(198, "f", 0.5))  # fmt: skip
    one = _put(
        60,
        length=(0, "H", 60),
        n=(2, "H", 5),
        t=(8, "f", 4.0),
        step=(12, "f", 0.05),
        start=(16, "f", 10.0),
        k=(46, "H", 298),
    )
    return bytes(head) + 2 * (bytes(one) + COUNTS.tobytes())


def version_3(*, code: int = 0, varying: int = 0, status: int = 1, extra: int = 40, ranges: int = 1) -> bytes:
    head = _put(712, m=(0, "8s", b"RAW1.01"), s=(8, "I", status), n=(12, "I", ranges), d=(16, "10s", b"09/21/26"), t=(26, "10s", b"12:00:00"),
                name=(326, "60s", b"quartz"), anode=(608, "4s", b"Cu"), a1=(624, "d", 1.5406), a2=(632, "d", 1.54439),
                b=(640, "d", 1.39222), r=(648, "d", 0.5), u=(656, "4s", b"A"))  # fmt: skip
    one = _put(304, length=(0, "I", 304), n=(4, "I", 5), th=(8, "d", 5.0), tt=(16, "d", 10.0), chi=(24, "d", 1.0), phi=(32, "d", -10.0),
               z=(56, "d", 3.5), step=(176, "d", 0.1), t=(192, "f", 1.5), code=(196, "I", code), kv=(224, "I", 40), ma=(228, "I", 30),
               lam=(240, "d", 1.5406), v=(248, "I", varying), rec=(252, "I", 4 + 8 * varying.bit_count()), e=(256, "I", extra))  # fmt: skip
    dtype = [("i", "<f4"), *((f"v{i}", "<f8") for i in range(varying.bit_count()))]
    data = np.zeros(5, dtype=dtype)
    data["i"] = COUNTS
    for i in range(varying.bit_count()):
        data[f"v{i}"] = np.array([10, 10.1, 10.3, 10.6, 11.0]) + i
    return bytes(head) + ranges * (bytes(one) + b"\1" * extra + data.tobytes())


def version_4(*, kind: bytes = b"Locked Coupled", start: float = 10.0, record: int = 4, ranges: int = 1) -> bytes:
    head = _put(61, m=(0, "8s", b"RAW4.00"), d=(12, "12s", b"07/21/2018"), t=(24, "10s", b"15:55:31"))
    text = _put(42, k=(0, "I", 10), n=(4, "I", 42), tag=(12, "24s", b"SAMPLEID"), v=(36, "6s", b"quartz"))
    tube = _put(136, k=(0, "I", 30), n=(4, "I", 136), a1=(80, "d", 1.5406), a2=(88, "d", 1.54439), b=(96, "d", 1.39222),
                r=(104, "d", 0.5), anode=(116, "4s", b"Cu"))  # fmt: skip
    drives = b"".join(
        bytes(_put(92, k=(0, "I", 50), n=(4, "I", 92), name=(12, "24s", name), p=(56, "d", value)))
        for name, value in ((b"2Theta", 10.0), (b"Theta", 5.0), (b"Phi", 30.0), (b"Z-Drive", 1.25))
    )
    one = _put(160, k=(0, "I", 160), kind=(32, "24s", kind), start=(72, "d", start), step=(80, "d", 0.1), n=(88, "I", 5), t=(92, "f", 77.9),
               kv=(100, "f", 40.0), ma=(104, "f", 30.0), lam=(112, "d", 1.5406), rec=(136, "I", record), drives=(140, "I", len(drives)))  # fmt: skip
    data = np.zeros((5, record // 4), dtype="<f4")
    data[:, 0] = COUNTS
    return bytes(head + text + tube) + ranges * (bytes(one) + drives + data.tobytes())


ALL = [version_1(), version_1(magic_again=False), version_2(), version_3(ranges=2), version_4(ranges=2)]


@pytest.mark.parametrize("data", ALL, ids=["1", "1 early", "2", "3", "4"])
def test_each_version(data: bytes) -> None:
    found = _open(data)
    assert len(found.tables) == 2
    for table in found.tables:
        np.testing.assert_array_equal(table.array("intensity"), COUNTS)
        assert table.array("two_theta")[0] in (10.0, 20.0)
    assert found.reading.facts["sample"] == "quartz"
    assert found.reading.facts["wavelength_kalpha1"] == 0.15406
    assert not found.warnings


def test_steps_of_each_version() -> None:
    for data, last, time in ((ALL[0], 10.08, 2.5), (ALL[2], 10.2, 4.0), (ALL[3], 10.4, 1.5), (ALL[4], 10.4, 77.9)):
        table = _open(data).tables[0]
        assert table.array("two_theta")[-1] == pytest.approx(last, abs=1e-12)
        assert table.array("counting_time")[0] == pytest.approx(time)


def test_start_is_month_first_and_without_a_zone() -> None:
    for data, day in (
        (ALL[2], "1998-01-13T10:22:00"),
        (ALL[3], "2026-09-21T12:00:00"),
        (ALL[4], "2018-07-21T15:55:31"),
        (ALL[3].replace(b"09/21/26", b"02/02/98"), "1998-02-02T12:00:00"),
    ):
        started = _open(data).reading.started
        assert started is not None
        assert started.isoformat() == day


@pytest.mark.parametrize(
    ("code", "column", "first"),
    [(2, "two_theta", 10.0), (3, "angle_omega", 5.0), (5, "angle_phi", -10.0), (8, "Z", 3.5)],
)
def test_the_scanned_drive_of_version_3(code: int, column: str, first: float) -> None:
    table = _open(version_3(code=code)).tables[0]
    assert table.array(column)[0] == first
    assert table.conditions.get("phi", -10.0) == -10.0


def test_a_scan_of_unknown_drive_has_no_axis() -> None:
    found = _open(version_3(code=129))
    assert not found.tables[0].has("two_theta")
    assert [warning.code for warning in found.warnings] == ["scan.axis-unknown"]


def test_recorded_positions_replace_equal_steps() -> None:
    table = _open(version_3(varying=0b11)).tables[0]
    np.testing.assert_allclose(table.array("two_theta"), [10, 10.1, 10.3, 10.6, 11.0])
    np.testing.assert_allclose(table.array("angle_omega"), np.array([10, 10.1, 10.3, 10.6, 11.0]) + 1)
    np.testing.assert_array_equal(table.array("intensity"), COUNTS)


def test_version_4_kinds_of_scan_and_records() -> None:
    assert _open(version_4(kind=b"Rocking Curve", start=5.0)).tables[0].array("angle_omega")[0] == 5.0
    assert _open(version_4(kind=b"Phi Scan", start=30.0)).tables[0].array("angle_phi")[0] == 30.0
    wide = _open(version_4(record=8))
    np.testing.assert_array_equal(wide.tables[0].array("intensity"), COUNTS)
    assert "4 further bytes" in wide.reading.decisions["records"]
    astray = _open(version_4(start=11.0))  # the range does not start where its drive stood
    assert [warning.code for warning in astray.warnings] == ["scan.axis-unknown"]
    assert _open(version_4()).tables[0].conditions["z"] == 1.25


def test_what_is_said_of_an_aborted_measurement_and_of_bytes_behind_it() -> None:
    assert [w.code for w in _open(version_3(status=3)).warnings] == ["scan.aborted"]
    assert [w.code for w in _open(version_3() + b"rest").warnings] == ["raw.trailing"]
    assert not _open(version_3() + bytes(64)).warnings
    assert not _open(version_4() + bytes(64)).warnings


@pytest.mark.parametrize("data", ALL, ids=["1", "1 early", "2", "3", "4"])
def test_a_cut_file_is_refused_wherever_it_is_cut(data: bytes) -> None:
    whole = len(_open(data).tables)
    for length in range(170, len(data), 7):
        try:
            found = _open(data[:length])
        except BadInput as fault:
            assert fault.code in ("binary.cut", "bruker.range", "bruker.segment", "bruker.no-ranges")
        else:  # version 4 does not say how many ranges there are: whole ranges may be all
            assert len(found.tables) < whole


@pytest.mark.parametrize(
    ("data", "offset", "kind", "value"),
    [
        (ALL[3], 716, "I", 0xFFFFFFFF), (ALL[3], 712, "I", 0xFFFFFFF0), (ALL[3], 712 + 176, "d", float("nan")),
        (ALL[3], 712 + 256, "I", 0x7FFFFFFF), (ALL[3], 712 + 248, "I", 0xFFFFFFFF), (ALL[4], 61 + 4, "I", 0), (ALL[0], 4, "I", 1 << 30),
        (ALL[2], 256, "H", 4), (ALL[4], 61 + 42 + 136 + 88, "I", 0xFFFFFFFF), (ALL[4], 61 + 42 + 136 + 140, "I", 0xFFFFFFFF),
    ],
)  # fmt: skip
def test_absurd_headers_are_refused(data: bytes, offset: int, kind: str, value: float) -> None:
    changed = bytearray(data)
    struct.pack_into("<" + kind, changed, offset, value)
    with pytest.raises(BadInput):
        _open(bytes(changed))


def test_a_billion_points_are_refused_before_any_is_made() -> None:
    changed = bytearray(ALL[0])
    struct.pack_into("<If", changed, 4, 1_100_000_000, 1.0)
    struct.pack_into("<f", changed, 12, 1e-7)
    tracemalloc.start()
    with pytest.raises(BadInput) as caught:
        _open(bytes(changed))
    assert caught.value.code == "binary.cut"
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def test_a_text_that_starts_like_version_1_is_not_one() -> None:
    with pytest.raises(BadInput, match="no format that is known"):
        _open(b"RAW data of the sample\n" + b"words " * 100)


@needs_real_files
def test_the_real_file() -> None:
    """The header states 1647 points, which fill the file to its last byte."""
    found = read(real_file("xrd/TiO2.raw"))
    (table,) = found.tables
    data = real_file("xrd/TiO2.raw").read_bytes()
    np.testing.assert_array_equal(table.array("intensity"), np.frombuffer(data[-4 * 1647 :], "<f4"))
    assert (table.rows, table.array("two_theta")[0]) == (1647, 10.0)
    assert table.array("two_theta")[-1] == pytest.approx(10 + 1646 * 0.036477)
    strongest = table.array("two_theta")[np.argmax(table.array("intensity"))]
    assert strongest == pytest.approx(27.446, abs=0.037)  # rutile 110 with Cu Kα1; the step is 0.036
