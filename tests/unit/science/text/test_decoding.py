"""Encodings are decided by evidence, and a tie is a question."""

import pytest

from jointlab.errors import BadInput
from jointlab.science.text.decoding import decode


@pytest.mark.parametrize(
    ("text", "written", "decided"),
    [
        ("Voltage/V\t1.5", "ascii", "ascii"),
        ("Напряжение, В", "utf-8", "utf-8"),
        ("Ток/А;Напряжение/В\n1;2\n", "windows-1251", "windows-1251"),
        ("Время (с)\tТок (мА)\tЁмкость (мАч)\tR (кОм)", "windows-1251", "windows-1251"),
        ("Время, с\tПотенциал, В\tтемпература °C, ток µА", "windows-1251", "windows-1251"),
        ("循环号,工步号,工步类型,电压(V)\n", "gbk", "gb18030"),
        ("样品", "gbk", "gb18030"),
        ("Temperature/℃\n1\n", "gbk", "gb18030"),
        ("試料名 測定温度 圧力", "shift_jis", "shift_jis"),
        ("サンプル名,吸着温度,死容積\n", "shift_jis", "shift_jis"),
        ("Cs/µF\tT/°C\tA/cm²", "latin-1", "latin-1"),
        ("Größe der Probe, Fläche", "latin-1", "latin-1"),
        ("naïve café, Å", "latin-1", "latin-1"),
        ("Time\tСила тока", "utf-16-le", "utf-16-le"),
        ("Time\tVoltage", "utf-16-be", "utf-16-be"),
    ],
)
def test_an_encoding_is_found_and_the_text_comes_back(text: str, written: str, decided: str) -> None:
    found = decode(text.encode(written), name="f")
    assert found.encoding == decided
    assert found.data.decode() == text


@pytest.mark.parametrize(
    ("mark", "encoding"), [(b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")]
)
def test_a_byte_order_mark_is_obeyed_and_removed(mark: bytes, encoding: str) -> None:
    found = decode(mark + "µA".encode(encoding), name="f")
    assert (found.encoding, found.data.decode()) == (encoding, "µA")


def test_a_symbol_that_is_the_same_in_two_encodings_is_no_question() -> None:
    assert decode("20 °C".encode("latin-1"), name="f").data.decode() == "20 °C"


def test_filler_bytes_are_no_letters() -> None:
    assert decode(b"1\t2\xff\xff\xff\n", name="f").encoding == "latin-1"


@pytest.mark.parametrize("data", [bytes(range(256)) * 4, b"\x89PNG\r\n\x1a\n" + bytes(range(128, 256)) * 8])
def test_binary_content_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput) as caught:
        decode(data, name="f")
    assert caught.value.code == "text.not-text"


def test_a_given_encoding_is_used_and_a_wrong_one_refused() -> None:
    assert decode("Ток".encode("windows-1251"), name="f", given="windows-1251").data.decode() == "Ток"
    with pytest.raises(BadInput):
        decode(b"\x80\x81\xff", name="f", given="utf-8")


def test_a_large_legacy_text_is_rewritten_where_it_is_beyond_ascii() -> None:
    head, row = "Температура печи, град\n".encode("windows-1251"), b"1.0\t2.0\n"
    for rows in (0, 8190, 8191, 20_000):
        data = row * rows + head + row * 30_000
        decoded = decode(data, name="a.txt")
        assert decoded.encoding == "windows-1251"
        assert decoded.data == row * rows + "Температура печи, град\n".encode() + row * 30_000


def test_a_long_line_beyond_ascii_takes_no_longer_than_a_short_one() -> None:
    data = "длина волны, нм ".encode("windows-1251") + b"1.0 " * 2_000_000
    assert decode(data, name="a.txt").encoding == "windows-1251"
