"""Neware .nda and .ndax: real files against EXPECTED.json and NewareNDA's figures, and files that are broken."""

import contextlib
import io
import zipfile
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from jointlab.errors import BadInput
from jointlab.science import read
from jointlab.science.door import read_source
from jointlab.science.source import Source
from tests.instrument_files import expected, needs_real_files, real_file

FILES = (
    "cycling/TestFile.nda",
    "cycling/test.nda",
    "cycling/ZZZZZZZZTEST.ndax",
    "cycling/46_1_5_60_ZZZZZZZZTEST_20250924092922.ndax",
    "cycling/test.ndax",
    "cycling/test_2.ndax",
)
# fastnda's column: (ours, factor from ours to its)
PAIRS = {
    "voltage_V": ("potential", 1.0),
    "current_mA": ("current", 1e3),
    "total_time_s": ("time", 1.0),
    "cycle_count": ("cycle", 1.0),
    "step_count": ("step_count", 1.0),
    "capacity_mAh": ("charge", 1.0),
    "energy_mWh": ("energy", 1.0),
}


@needs_real_files
@pytest.mark.parametrize("path", FILES)
def test_real_files_agree_with_the_two_independent_readers(path: str) -> None:
    known = expected()[path]
    got = read(real_file(path))
    table = got.tables[0]
    assert got.reading.technique == "galvanostatic_cycling"
    assert table.rows == known["nda"]["rows"] == known["nda_crosscheck_NewareNDA"]["rows"]
    for theirs, (ours, factor) in PAIRS.items():
        ends = table.array(ours)[[0, -1]] * factor
        assert ends == pytest.approx(known["nda"][theirs], abs=2e-6, rel=1e-6), theirs
    # NewareNDA 2026.6.11: the largest discharge capacity, mAh
    assert -table.array("charge").min() == pytest.approx(known["nda_crosscheck_NewareNDA"]["dchg"], rel=2e-7)


@needs_real_files
def test_facts_come_from_the_description_of_the_test() -> None:
    got = read(real_file("cycling/test_2.ndax")).reading
    assert got.started == datetime(2025, 3, 26, 9, 22, 52)
    assert got.facts["channel"] == "55"
    assert got.facts["active_mass"] == pytest.approx(3.04)  # SCQ 3040 ug
    barcode = read(real_file("cycling/ZZZZZZZZTEST.ndax"))
    assert barcode.reading.facts["barcode"] == "ZZZZZZZZTEST"
    assert barcode.tables[0].array("aux1_temperature")[0] == pytest.approx(26.2 + 273.15, abs=1e-4)


@needs_real_files
def test_charge_of_a_step_is_the_integral_of_its_current() -> None:
    table = read(real_file("cycling/test.ndax")).tables[0]
    step = table.array("step_count") == 2
    time, current = table.array("time")[step], table.array("current")[step]
    passed = float(np.sum(np.diff(time) * (current[1:] + current[:-1]) / 2)) / 3.6
    assert table.array("charge")[step].max() == pytest.approx(passed, rel=2e-3)


@needs_real_files
def test_the_files_own_cycle_counter_is_kept() -> None:
    table = read(real_file("cycling/test_2.ndax")).tables[0]
    assert table.array("cycle").max() == 54
    assert table.array("cycle_stored").max() == 44


@needs_real_files
@pytest.mark.parametrize("path", ["cycling/test.nda", "cycling/test.ndax", "cycling/TestFile.nda"])
def test_a_cut_file_is_refused_or_shorter_and_said(path: str, capfd: pytest.CaptureFixture[str]) -> None:
    data = real_file(path).read_bytes()
    whole = read_source(Source("x", data)).tables[0]
    for share in (0.0001, 0.02, 0.4, 0.9):
        cut = data[: max(64, int(len(data) * share))]
        try:
            got = read_source(Source("x", cut))
        except BadInput as fault:
            assert fault.code.split(".")[0] in ("neware", "archive", "reading", "file"), fault.code
        else:
            table = got.tables[0]
            assert table.rows < whole.rows
            assert {"neware.cut", "rows.differ"} & {caution.code for caution in got.warnings}
            assert (table.array("potential") == whole.array("potential")[: table.rows]).all()
    out = capfd.readouterr()
    assert out.out == "" and "Traceback" not in out.err


@needs_real_files
def test_changed_bytes_never_crash(capfd: pytest.CaptureFixture[str]) -> None:
    data = real_file("cycling/test.nda").read_bytes()
    rng = np.random.default_rng(1)
    for _ in range(15):
        mutated = bytearray(data)
        for where in rng.integers(6, 4096, 40):
            mutated[where] = int(rng.integers(0, 256))
        with contextlib.suppress(BadInput):
            read_source(Source("x", bytes(mutated)))
    assert capfd.readouterr().out == ""


def _archive(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)  # no clock: test names stay the same
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"NEWARE", "neware.nda"),
        (b"NEWARE" + b"\0" * 4000, "neware.nda"),
        (b"NEWARE" + b"\xff" * 4000, "neware.nda"),
        (_archive({"data.ndc": b"", "TestInfo.xml": b"<root/>"}), "neware.ndax"),
        (_archive({"data.ndc": b"\0" * 8192}), "neware.ndax"),
        (_archive({"TestInfo.xml": b"<root/>"}), "neware.ndax"),
        (_archive({"data.ndc": b"\0" * 8192})[:60], "archive.broken"),
        (_archive({"data.ndc": b"\0" * (64 << 20)}), "archive.bomb"),
    ],
)
def test_what_is_no_whole_file_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_source(Source("x.ndax", data))
    assert caught.value.code == code


def test_no_temporary_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(BadInput):
        read_source(Source("x.nda", b"NEWARE" + b"\0" * 100))
    assert list(tmp_path.iterdir()) == []
