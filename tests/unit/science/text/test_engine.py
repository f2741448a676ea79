"""Tables: separators, decimal marks, words among numbers, cut lines, padding."""

from typing import Any

import pytest

from jointlab.errors import BadInput
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import Text, read_text, split_header
from jointlab.science.text.decimal import with_point
from jointlab.science.text.engine import key_values


def text_of(body: str | bytes, **settings: str) -> Text:
    return read_text(Source("f.txt", body if isinstance(body, bytes) else body.encode()), Settings(settings))


def rows(body: str, separator: str, **settings: str) -> list[tuple[Any, ...]]:
    width = len(body.splitlines()[0].split(separator if separator != " " else None))
    return text_of(body, **settings).table(0, [f"c{i}" for i in range(width)], separator=separator).frame.rows()


@pytest.mark.parametrize(
    ("body", "separator", "expected"),
    [
        ("1,5;2\n3,25;4\n", ";", [(1.5, 2.0), (3.25, 4.0)]),
        ("0,500;2\n3,250;4\n", ";", [(0.5, 2.0), (3.25, 4.0)]),
        ("-1,5E+003\t2\r\n1,0E+000\t4\r\n", "\t", [(-1500.0, 2.0), (1.0, 4.0)]),
        ("1,234.5;2\n3,250.0;4\n", ";", [(1234.5, 2.0), (3250.0, 4.0)]),
        ("06.05.2021;2,5\n07.05.2021;4,5\n", ";", [("06.05.2021", 2.5), ("07.05.2021", 4.5)]),
        ("CC, charge;2.5\nrest, 2;4.5\n", ";", [("CC, charge", 2.5), ("rest, 2", 4.5)]),
        ("  1 2\t3\n  4\t5 6\n7   8 9\n\n", " ", [(1.0, 2.0, 3.0), (4.0, 5.0, 6.0), (7.0, 8.0, 9.0)]),
        ("1, 2.5\n3, 4.5\n", ",", [(1.0, 2.5), (3.0, 4.5)]),
        ("1\t2\n\n\n3\t4\n", "\t", [(1.0, 2.0), (3.0, 4.0)]),
        ("1,\n,2\n", ",", [(1.0, None), (None, 2.0)]),
    ],
)
def test_numbers_come_out_right(body: str, separator: str, expected: list[tuple[Any, ...]]) -> None:
    assert rows(body, separator) == expected


def test_a_comma_that_may_part_thousands_is_a_question_with_both_readings() -> None:
    with pytest.raises(BadInput) as caught:
        rows("1,500;2\n3,250;4\n", ";")
    question = caught.value.question
    assert question is not None
    assert question.key == "decimal_mark"
    assert [(o.value, float(o.example)) for o in question.options] == [("comma", 1.5), ("point", 1500.0)]
    assert rows("1,500;2\n3,250;4\n", ";", decimal_mark="comma") == [(1.5, 2.0), (3.25, 4.0)]


def test_two_decimal_marks_in_one_table_are_refused() -> None:
    with pytest.raises(BadInput) as caught:
        rows("1.5;2,5\n3.25;4,5\n", ";")
    assert caught.value.code == "text.decimal-mixed"


def test_rows_wider_than_the_header_are_refused() -> None:
    with pytest.raises(BadInput) as caught:
        text_of("1,5,2,5\n3,5,4,5\n").table(0, ["a", "b"], separator=",")
    assert caught.value.code == "table.columns"


def test_a_half_written_last_line_is_left_out_and_said() -> None:
    parsed = text_of("1\t2\t3\n4\t5\t6\n7\t8").table(0, ["a", "b", "c"], separator="\t")
    assert parsed.frame.rows() == [(1.0, 2.0, 3.0), (4.0, 5.0, 6.0)]
    assert [c.code for c in parsed.cautions] == ["table.last-line-cut"]


def test_a_word_among_numbers_is_absent_and_said_with_its_line() -> None:
    parsed = text_of("1\t2\n3\txx\n5\t6\n").table(0, ["a", "b"], separator="\t")
    assert parsed.frame["b"].to_list() == [2.0, None, 6.0]
    assert "line 2" in parsed.cautions[0].message


def test_zero_padding_is_removed_and_said_but_zeros_inside_are_a_loss() -> None:
    padded = text_of(b"1\t2\n3\t4\n" + b"\0" * 100)
    assert [c.code for c in padded.cautions] == ["file.zero-padded"]
    for body, code in ((b"1\t2\n" + b"\0" * 9 + b"3\t4\n5\n", "file.zeros-inside"), (b"\0" * 50, "file.only-zeros")):
        with pytest.raises(BadInput) as caught:
            text_of(body)
        assert caught.value.code == code


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_line_ends_are_equal(ends: str) -> None:
    text = text_of(ends.join(["head", "1;2", "3;4", ""]))
    assert text.line(0) == "head"
    assert text.table(1, ["a", "b"], separator=";").frame.rows() == [(1.0, 2.0), (3.0, 4.0)]


@pytest.mark.parametrize(
    ("cell", "name", "unit"),
    [
        ("Ewe/V", "Ewe", "V"),
        ("<I>/mA", "<I>", "mA"),
        ("Re(Z)/Ohm", "Re(Z)", "Ohm"),
        ("(Q-Qo)/mA.h", "(Q-Qo)", "mA.h"),
        ("Current (mA)", "Current", "mA"),
        ("Time [s]", "Time", "s"),
        ("SpeCap/mAh/g", "SpeCap", "mAh/g"),
        ("dQdV/uAh/V", "dQdV", "uAh/V"),
        ("Voltage / V", "Voltage", "V"),
        ("P/P0", "P/P0", None),
        ("Va/cm3(STP) g-1", "Va", "cm3(STP) g-1"),
        ("cycle number", "cycle number", None),
        ("电压(V)", "电压", "V"),
    ],
)
def test_header_cells_part_into_name_and_unit(cell: str, name: str, unit: str | None) -> None:
    header = split_header(cell)
    assert (header.name, header.unit) == (name, unit)


def test_keys_and_values() -> None:
    assert key_values(["Device : SP-200", "no value", "Device : other"], " : ") == {"Device": "SP-200"}


def test_a_header_with_more_names_than_the_rows_have_cells_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        text_of("1,2.5\n3,4.5\n").table(0, ["a", "b", "c"], separator=",")
    assert caught.value.code == "table.columns"


def test_a_first_row_without_its_last_cells() -> None:
    table = text_of("1\t2.5\n3\t4.5\t6.5\n").table(0, ["a", "b", "c"], separator="\t")
    assert table.frame.rows() == [(1.0, 2.5, None), (3.0, 4.5, 6.5)]


def test_blank_lines_before_the_rows_and_doubled_line_ends() -> None:
    table = text_of("a,b\r\r\n\r\r\n1,2.5\r\r\n3,4.5\r\r\n").table(1, ["a", "b"], separator=",")
    assert table.frame.rows() == [(1.0, 2.5), (3.0, 4.5)]


@pytest.mark.parametrize(
    ("last", "left_out"),
    [("8\t1.5", True), ("8\t1.500000E+", True), ("8\t1.500000E+1", False), ("8\t1.5\n", False), ("8\t", True)],
)
def test_a_last_number_that_was_cut_is_left_out(last: str, left_out: bool) -> None:
    body = "".join(f"{i}\t{i}.250000E+1\n" for i in range(8)) + last
    parsed = text_of(body).table(0, ["a", "b"], separator="\t")
    assert (parsed.frame.height == 8) is left_out
    assert any(c.code == "table.last-line-cut" for c in parsed.cautions) is left_out


def test_numbers_of_many_lengths_are_no_sign_of_a_cut() -> None:
    body = "".join(f"{i}\t{i / 4}\n" for i in range(9)) + "9\t2.2"
    parsed = text_of(body).table(0, ["a", "b"], separator="\t")
    assert parsed.frame.height == 10
    assert [caution.code for caution in parsed.cautions] == ["table.open-end"]


@pytest.mark.parametrize(
    ("cells", "last", "rows", "code"),
    [
        (["21", "22", "23"], "2", 3, "table.last-line-cut"),  # whole numbers: a digit is missing
        (["21", "22", "23"], "23", 4, None),
        (["21", "22", "23"], "24", 4, "table.open-end"),  # 241 is possible
        (["0.5", "0.25", "0.125"], "0", 3, "table.last-line-cut"),
        (["07:06:03", "07:06:07", "07:06:11"], "07:06:1", 3, "table.last-line-cut"),
        (["Open", "Close", "Close"], "Clo", 3, "table.last-line-cut"),
        (["Open", "Open", "Close"], "Close", 4, None),
        (["1.5000", "2.5000", "3.5000"], "4.5000", 4, None),
        (["1.5e-9", "2.25e-10", "3.5e-10"], "4.125e-1", 3, "table.last-line-cut"),
        (["1.5E+00", "2.5E+00", "3.5E+00"], "4.5E+0", 3, "table.last-line-cut"),
    ],
)
def test_the_last_cell_without_a_line_end_is_judged_by_those_above(
    cells: list[str], last: str, rows: int, code: str | None
) -> None:
    body = "".join(f"{i}\t{cell}\n" for i, cell in enumerate(cells)) + f"9\t{last}"
    parsed = text_of(body).table(0, ["a", "b"], separator="\t")
    assert parsed.frame.height == rows
    assert [caution.code for caution in parsed.cautions] == ([code] if code else [])


def test_a_row_that_is_too_wide_in_the_middle_is_refused_with_its_line() -> None:
    rows = [f"{i},2,3" for i in range(300)]
    rows[150] = "1,2,3,4"
    text = read_text(Source("x.csv", "\n".join(["a,b,c", *rows]).encode()), Settings())
    with pytest.raises(BadInput, match="line 152") as caught:
        text.table(1, ["a", "b", "c"], separator=",")
    assert caught.value.code == "table.columns"


def test_blanks_and_tabs_around_cells_do_not_count() -> None:
    text = read_text(Source("x.csv", b"a,b,c\n1\t, 2\t,x\t\n3\t,-\t,\t\n"), Settings())
    frame = text.table(1, ["a", "b", "c"], separator=",").frame
    assert frame.rows() == [(1.0, 2.0, "x"), (3.0, None, None)]


@pytest.mark.parametrize("end", ["2.", "2.13", "2.130", "2.130e", "2.130e-", ""])
def test_a_last_number_that_lost_its_exponent_is_left_out(end: str) -> None:
    rows = "".join(f"0.{i:03d}, 2.{i:03d}e-{7 + i // 10}\n" for i in range(40))
    table = text_of(rows + f"0.040, {end}").table(0, ["a", "b"], separator=",")
    assert table.frame.height == 40
    assert [caution.code for caution in table.cautions] == ["table.last-line-cut"]


@pytest.mark.parametrize(
    ("printed", "mark", "pointed"),
    [
        ("0,0170 g", ",", "0.0170 g"),
        (" -195,8 °C", ",", " -195.8 °C"),
        ("1,540593", ",", "1.540593"),
        ("0.0170 g", ",", "0.0170 g"),
        ("1,234,567", ",", "1,234,567"),
        ("1,234.5", ",", "1,234.5"),
        ("run 1,5", ",", "run 1,5"),
        ("0,0170 g", ".", "0,0170 g"),
        ("0,0170 g", "", "0,0170 g"),
    ],
)
def test_a_number_of_a_header_follows_the_decimal_mark_of_the_tables(printed: str, mark: str, pointed: str) -> None:
    assert with_point(printed, {"decimal_mark": f"{mark} (evidence)"} if mark else {}) == pointed


@pytest.mark.parametrize("mark", [".", ","])
@pytest.mark.parametrize("encoding", ["ascii", "utf-8", "latin-1"])
def test_a_large_table_is_parsed_where_it_lies_and_gives_the_same(
    mark: str, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = "header in µA\n" if encoding != "ascii" else "header in uA\n"
    body = head + "".join(f"{i}\t{i * 0.37:.4f}\t{-i * 1e-3:.3e}\n".replace(".", mark) for i in range(1, 4000))
    names = ["a", "b", "c"]
    usual = text_of(body.encode(encoding)).table(1, names, separator="\t")
    monkeypatch.setattr("jointlab.science.text.engine._LARGE", 1000)
    text = text_of(body.encode(encoding))
    large = text.table(1, names, separator="\t")
    assert "data" not in vars(text), "no copy of a large text is made"
    assert large.frame.equals(usual.frame)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("separator", [",", "\t"])
def test_a_large_table_with_words_is_parsed_where_it_lies_and_gives_the_same(
    separator: str, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = ("CC Chg", " Rest ", "--", "", "CV Chg")
    rows = [
        [f"{i}", kinds[i % 5], f"{i // 3600:02d}:{i // 60 % 60:02d}:{i % 60:02d}", f"{i * 0.37:.4f}", "Close"]
        for i in range(1, 4000)
    ]
    rows[1700][3] = ""
    body = "a,b,c,d,e\n" + "".join(separator.join(row) + end for row in rows)
    names = ["a", "b", "c", "d", "e"]
    usual = text_of(body.encode()).table(1, names, separator=separator)
    monkeypatch.setattr("jointlab.science.text.engine._LARGE", 1000)
    text = text_of(body.encode())
    large = text.table(1, names, separator=separator)
    assert "data" not in vars(text), "no copy of a large text is made"
    assert large.frame.equals(usual.frame)
    assert large.frame["b"][:4].to_list() == ["Rest", None, None, "CV Chg"]
