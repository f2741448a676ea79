"""Corrtest CS Studio files."""

import base64
import gzip
from datetime import datetime

import pytest

from jointlab.errors import BadInput
from tests.unit.science.readers.potentiostat import read_bytes

SETTINGS = "CORRW ASCII\r\nExpParmas:ExpType=ID_CV&-&ScanRate=20&-&FileName=a.txt\r\nScan Rate(mV/s):20,Cycles:10\r\nSurface Area: 0.5\r\nDate: 2024-03-05 Time: 10:11:12\r\n"


def cs(kind: str, body: str, settings: str | None = SETTINGS) -> bytes:
    packed = "invalid" if settings is None else base64.b64encode(gzip.compress(settings.encode())).decode()
    return f"CSStudioFile,{kind},{packed}\r\n{body}".encode("utf-8-sig")


def test_voltammogram() -> None:
    file = read_bytes(
        "x.txt", cs("ID_CV", "E(V)\ti(A/cm²)\tT(s)\r\n0.00\t1e-3\t0\r\n0.05\t2e-3\t2.5\r\n0.10\t3e-3\t5\r\n")
    )
    assert file.reading.technique == "cyclic_voltammetry"
    assert list(file.tables[0].array("current_density")) == [1.0, 2.0, 3.0]
    assert {s.quantity: s.value for s in file.stated} == {"scan_rate": 0.02, "area": 0.5}
    assert file.reading.started == datetime(2024, 3, 5, 10, 11, 12)


@pytest.mark.parametrize("mark", ["\t1 CYCLE\r\n", "\r\n1 CYCLE\r\n"])
def test_cycle_marks(mark: str) -> None:
    file = read_bytes(
        "x.txt",
        cs("ID_CV", f"E(V)\ti(A/cm2)\tT(s)\r\n0.0\t1e-3\t0\r\n0.1\t2e-3\t1{mark}0.0\t1e-3\t2\r\n0.1\t2e-3\t3\r\n"),
    )
    assert list(file.tables[0].array("cycle")) == [1, 1, 2, 2]
    assert list(file.tables[0].array("time")) == [0, 1, 2, 3]


def test_impedance_per_area_becomes_ohm() -> None:
    body = "Freq(Hz)\tZ'(Ohm.cm²)\tZ''(Ohm.cm²)\r\n1000\t10\t-2\r\n100\t12\t-4\r\n"
    file = read_bytes("x.txt", cs("ID_EISVSFRQ", body))
    assert file.reading.technique == "impedance"
    assert list(file.tables[0].array("impedance_real")) == [20.0, 24.0]  # 0.5 cm²
    with pytest.raises(BadInput) as caught:
        read_bytes("x.txt", cs("ID_EISVSFRQ", body, settings=None))
    assert caught.value.question is not None and caught.value.question.key == "area"
    answered = read_bytes("x.txt", cs("ID_EISVSFRQ", body, settings=None), area="2 cm^2")
    assert list(answered.tables[0].array("impedance_imaginary")) == [-1.0, -2.0]
    assert "corrtest.settings" in {w.code for w in answered.warnings}


def test_currents_without_area() -> None:
    file = read_bytes("x.txt", cs("ID_LSVA", "Potential(V)\tCurrent(A)\tTime(s)\n0.0\t1e-3\t0\n0.1\t2e-3\t1\n"))
    assert (file.reading.technique, list(file.tables[0].array("current"))) == ("linear_sweep_voltammetry", [1e-3, 2e-3])


def test_refusals() -> None:
    with pytest.raises(BadInput) as caught:
        read_bytes("x.txt", cs("ID_CV", "nothing\n"))
    assert caught.value.code == "corrtest.header"
    bomb = base64.b64encode(gzip.compress(b"a" * (1 << 26))).decode()
    data = f"CSStudioFile,ID_CV,{bomb}\nE(V)\ti(A/cm2)\tT(s)\n0.1\t1\t0\n0.2\t1\t1\n".encode()
    assert read_bytes("x.txt", data).tables[0].rows == 2
    with pytest.raises(BadInput) as caught:
        read_bytes("x.txt", cs("ID_NEW", "E(V)\ti(A/cm2)\tT(s)\n0.1\t1\t0\n0.2\t1\t1\n"))
    assert caught.value.question is not None
