"""Names and units of header cells."""

import pytest

from jointlab.science.source import Source
from jointlab.science.text import split_header


@pytest.mark.parametrize(
    ("cell", "name", "unit"),
    [
        ("WE(1).Current (A)", "WE(1).Current", "A"),
        ("κ (W/(m K))", "κ", "W/(m K)"),
        ('"Freq (Hz)"', "Freq", "Hz"),
        ('Z"', 'Z"', None),
        ('Z"/ohm', 'Z"', "ohm"),
        ("Re(Z)/Ohm", "Re(Z)", "Ohm"),
        ("P/P0", "P/P0", None),
    ],
)
def test_name_and_unit(cell: str, name: str, unit: str | None) -> None:
    header = split_header(cell)
    assert (header.name, header.unit) == (name, unit)


def test_the_head_of_a_file_is_utf8_where_it_is_valid() -> None:
    assert "Z′ (Ω)" in Source("x", "Z′ (Ω)\n".encode()).head_text
    assert Source("x", ("a" * 4095 + "Ω").encode()).head_text == "a" * 4095  # the head ends inside the letter
    assert "°" in Source("x", b"T / \xb0C").head_text
