"""Names and units of header cells."""

import pytest

from jointlab.science.source import Source
from jointlab.science.text import split_header
from jointlab.science.text.headers import may_be_header, wordy_lines


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


@pytest.mark.parametrize("line", ["E\tI", "2θ 强度", "1.5E-3 V", "e, 1", "Z'\t-Z\"", "nan 1.0", "E1,1"])
def test_a_line_with_a_word_may_be_a_header(line: str) -> None:
    assert may_be_header(line)


@pytest.mark.parametrize("line", ["", "20.00 315", "1,5E-03;-2e5", "1.E+3\t2", "# 1 2 3", '"1","2"'])
def test_a_row_of_numbers_is_no_header(line: str) -> None:
    assert not may_be_header(line)


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "a", "a\n1\n", "1,2\n3,4\nE (V)\n1e-5,2E+7\n\nx\n", "1\r\nname\r\n2\r\n", "1\rname\r2", "1\x0cname\n2\n",
        "1e5 2\ne\n3.e\n١٢\n电压\n\ufeff#E\n", "1\u2028V\n2",
    ],
)  # fmt: skip
def test_lines_with_words_are_those_that_may_be_headers(text: str) -> None:
    lines = enumerate(text.splitlines())
    assert wordy_lines(text) == tuple((number, line) for number, line in lines if may_be_header(line))
