"""Names of files that strangers give."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jointlab.laboratory.operations.names import clean_folder, clean_name, folder_of


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\data\\KZ155.xrdml", "KZ155.xrdml"),
        ("/", "unnamed"),
        ("", "unnamed"),
        ("..", "unnamed"),
        (" . ", "unnamed"),
        ("invoice\u202etxt.exe", "invoicetxt.exe"),
        ("a\x00b\x1b[31m\n.csv", "ab[31m.csv"),
        ("\u2066x\u2069.txt", "x.txt"),
        ("й.dat", "й.dat"),
        ("Образец 12.txt", "Образец 12.txt"),
        ("样品.mpt", "样品.mpt"),
        (".hidden", ".hidden"),
        ("\ud800broken.txt", "broken.txt"),
    ],
)
def test_a_name_is_the_last_part_cleaned(given: str, name: str) -> None:
    assert clean_name(given) == name


def test_a_long_name_keeps_its_extension_and_no_half_letters() -> None:
    name = clean_name("ы" * 300 + ".xrdml")
    assert name.endswith("ы.xrdml")
    assert 253 <= len(name.encode()) <= 255
    assert len(clean_name("x." + "y" * 400).encode()) == 255


def test_folders() -> None:
    assert folder_of("../../a/./b//c.txt") == "a/b"
    assert folder_of("c.txt") == ""
    assert clean_folder("/absolute/../path/") == "absolute/path"
    assert clean_folder("C:\\Users\\x") == "Users/x"
    assert len(clean_folder("a" * 600 + "/b")) <= 500


@given(st.text(max_size=600))
def test_no_name_is_dangerous(given: str) -> None:
    name = clean_name(given)
    assert name
    assert name not in (".", "..")
    assert not set(name) & set("/\\\0\n\u202e\u2066")
    assert len(name.encode()) <= 255
    assert unicodedata.is_normalized("NFC", name)
    assert clean_name(name) == name
