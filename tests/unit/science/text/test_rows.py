"""The form of rows of numbers."""

import pytest

from jointlab.science.text.rows import RowForm, common_form, row_form


@pytest.mark.parametrize(
    ("line", "form"),
    [
        ("1.0 2.0", RowForm(" ", 2)),
        ("1.0\t  2.0\t3e-5\r", RowForm(" ", 3)),
        ("1,5;2,5", RowForm(";", 2)),
        ("1,5\t2,5", RowForm(" ", 2)),
        ("1.5,2.5,3", RowForm(",", 3)),
        ("1, 2", RowForm(",", 2)),
        ("12,5", None),
        ("12.5", None),
        ("angle 2", None),
        ("1.5;2,5", None),
    ],
)
def test_form_of_a_line(line: str, form: RowForm | None) -> None:
    assert row_form(line) == form


def test_lines_of_two_forms_have_none_in_common() -> None:
    assert common_form(["1 2", "", "3 4"]) == RowForm(" ", 2)
    assert common_form(["1 2", "3 4 5"]) is None
