"""Small tables of plain numbers: the same columns as by the engine for large ones, and nothing else taken."""

import pytest
from polars.testing import assert_frame_equal

from jointlab.errors import BadInput
from jointlab.science.text.small import plain_numbers
from jointlab.science.text.tables import Layout, ParsedTable, _parse

NAMES = ("a", "b")
PLAIN = [
    b"1,2\n3,4\n",
    b"1.5,-2e-7\r\n+3.,.25\r\n",
    b"007,1E+05\n-0,-0.0\n",
    b"0.1,0.30000000000000004\n1e-320,5e-324\n",
]
LEFT = [
    b"1,2\n3,\n",  # an empty cell
    b"1,2\n3\n4,5,6\n",  # as many separators as there should be, but not in each row
    b"1,2\n\n3,4\n",
    b"1,2\n3,4",  # the last line may be cut
    b"1,nan\n2,3\n",
    b'1,"2"\n3,4\n',
    b"1, 2\n3,4\n",
    b"1,2026-11-22\n2,2026-11-23\n",
    b"1,2\r3,4\n",
    b"1,1e999\n2,3\n",
    b"1,-\n2,3\n",
    b"\n",
    b"",
]


@pytest.mark.parametrize("block", PLAIN)
def test_plain_numbers_are_those_of_the_engine(block: bytes) -> None:
    frame = plain_numbers(block, NAMES, ",")
    assert frame is not None
    assert_frame_equal(frame, _parse(block, NAMES, Layout(",")).frame, check_exact=True)


@pytest.mark.parametrize("block", LEFT)
def test_whatever_is_not_plain_is_left(block: bytes) -> None:
    assert plain_numbers(block, NAMES, ",") is None


def test_names_that_stand_twice_and_blanks_between_columns_are_left() -> None:
    assert plain_numbers(b"1,2\n", ("a", "a"), ",") is None
    assert plain_numbers(b"1 2\n", NAMES, " ") is None
    assert plain_numbers(b"1\n2\n", ("a",), ",") is not None


def test_a_row_wider_than_the_header_is_refused_as_before() -> None:
    assert plain_numbers(b"1,2,3\n4,5,6\n", NAMES, ",") is None
    with pytest.raises(BadInput, match="columns"):
        parsed: ParsedTable = _parse(b"1,2,3\n4,5,6\n", NAMES, Layout(","))
        assert parsed
