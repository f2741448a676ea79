"""Files of potentiostats and balances that only their programs read are named, and refused with the export to make."""

import pytest

from jointlab.errors import BadInput
from tests.unit.science.readers.potentiostat import read_bytes
from tests.unit.science.readers.test_jwgb import workbook


@pytest.mark.parametrize(
    ("name", "data", "word"),
    [
        ("a.nox", b"\x01\x00\x00\x05" * 50, "NOVA"),
        ("a.bin", b"\x01\x00CHI660E\x00\x00" * 20, "Convert to Text"),
        ("a.idf", b"\x01\x00Title=x\r\nMethod=Impedance\r\nprimary_data\r\n3\r\n1\r\n" + b"1 2 3\r\n", "IviumSoft"),
        ("a.iviumdata", b"\x01\x00\x00\x05" * 50, "IviumSoft"),
        ("a.i2b", b"a cell\r\n\r\n2\r\n1000.0 109.1 -26.5\r\n100.0 112.0 -35.1\r\n", "IviumSoft"),
        ("a.dfr", b"Version8.0\r\n3\r\n", "FRA"),
    ],
)
def test_named_and_refused(name: str, data: bytes, word: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_bytes(name, data)
    assert caught.value.code == "format.unreadable"
    assert word in caught.value.message


@pytest.mark.parametrize(
    ("name", "data", "word"),
    [
        ("a.txt", b"-----\nSystem Type                   IGA Systems\nSystem Owner                  X\n", "Hiden IGA"),
        ("a.xlsx", workbook({"data": [["System Type", "IGA Systems"], ["System Owner", "X"]]}), "Hiden IGA"),
        ("a.xlsx", workbook({"data": [["Pressure (bar)", "MP1(g)", "MP2", "ZP"], [0.2, 6.7, 26.8, 0.0]]}), "Rubotherm"),
    ],
)
def test_balances_are_named_and_refused(name: str, data: bytes, word: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_bytes(name, data)
    assert caught.value.code == "format.unreadable"
    assert word in caught.value.message
    assert ".aif" in caught.value.message
