"""Binary files of potentiostats are named, and refused with the export to make."""

import pytest

from jointlab.errors import BadInput
from tests.unit.science.readers.potentiostat import read_bytes


@pytest.mark.parametrize(
    ("name", "data", "word"),
    [
        ("a.nox", b"\x01\x00\x00\x05" * 50, "NOVA"),
        ("a.bin", b"\x01\x00CHI660E\x00\x00" * 20, "Convert to Text"),
        ("a.idf", b"\x01\x00Title=x\r\nMethod=Impedance\r\nprimary_data\r\n3\r\n1\r\n" + b"1 2 3\r\n", "IviumSoft"),
        ("a.dfr", b"Version8.0\r\n3\r\n", "FRA"),
    ],
)
def test_named_and_refused(name: str, data: bytes, word: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_bytes(name, data)
    assert caught.value.code == "format.unreadable"
    assert word in caught.value.message
