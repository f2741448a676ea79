"""Tables below a header of words, wherever they stand."""

from collections.abc import Sequence

import pytest

from jointlab.errors import BadInput
from jointlab.science.settings import Settings
from jointlab.science.source import Source
from jointlab.science.text import Header, read_text
from jointlab.science.text.blocks import HeadedBlock, headed_blocks


def wanted(cells: Sequence[Header]) -> bool:
    return {"a", "b"} <= {cell.name for cell in cells}


def blocks(body: str) -> list[HeadedBlock]:
    return headed_blocks(read_text(Source("f.txt", body.encode()), Settings({})), wanted)


@pytest.mark.parametrize(
    ("body", "separator", "units", "lines"),
    [
        ("x: 1\na (V)\tb (mA)\n1\t2\n3\t4\n", "\t", ["V", "mA"], (2, 4)),
        ("a;b\n[V];[mA]\n1,5;2\n", ";", ["V", "mA"], (2, 3)),
        ("a, b\nV, A\n\n1,2\n", ",", ["V", "A"], (3, 4)),
        ("# a  b\n1 2\n3 4\n\nthe end\n", " ", [None, None], (1, 3)),
        ("a (V) b (A)\n1 2\n", " ", ["V", "A"], (1, 2)),
    ],
)
def test_header_units_and_rows(body: str, separator: str, units: list[str | None], lines: tuple[int, int]) -> None:
    (found,) = blocks(body)
    assert found.separator == separator
    assert [cell.unit for cell in found.cells] == units
    assert (found.start, found.stop) == lines


def test_rows_after_a_blank_line_and_single_rows() -> None:
    assert [(b.start, b.stop) for b in blocks("a\tb\n1\t2\n2\t3\n\n3\t4\n4\t5\n")] == [(1, 3), (4, 6)]
    assert [(b.start, b.stop) for b in blocks("a\tb\n1\t2\n\n2\t3\n\n3\t4\n")] == [(1, 6)]


def test_a_second_header_begins_a_second_table() -> None:
    assert [b.header for b in blocks("a\tb\n1\t2\n2\t3\nnote\na\tb\n5\t6\n6\t7\n")] == [0, 4]


def test_rows_below_words_are_not_left_out_in_silence() -> None:
    with pytest.raises(BadInput) as caught:
        blocks("a\tb\n1\t2\n2\t3\nfoo\n3\t4\n")
    assert caught.value.code == "text.rows-left"
    assert len(blocks("a\tb\n1\t2\n2\t3\nJsc: 3 mA\nVoc\t1.2\n")) == 1


def test_absurdly_many_tables_are_refused() -> None:
    with pytest.raises(BadInput) as caught:
        blocks("a\tb\n1\t2\n2\t3\n" * 2000)
    assert caught.value.code == "text.many-tables"
