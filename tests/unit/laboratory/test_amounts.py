from decimal import Decimal

import pytest

from jointlab.errors import BadInput
from jointlab.laboratory.amounts import Amount, read_amount, read_number


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("620 mg", "620", "mg"),
        ("0,5 g", "0.5", "g"),
        ("620mg", "620", "mg"),
        ("1 284,5 мг", "1284.5", "мг"),
        ("4 cm²", "4", "cm2"),
        ("3 шт.", "3", "pcs"),
        ("0 mg", "0", "mg"),
    ],
)
def test_an_amount_as_people_type_it(text: str, value: str, unit: str) -> None:
    assert read_amount(text) == Amount(Decimal(value), unit)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("some", "amount.number"),
        ("1,284.5 mg", "amount.number"),
        ("620", "amount.kind"),
        ("620 mV", "amount.kind"),
        ("620 blobs", "amount.unit"),
        ("-1 mg", "amount.negative"),
        ("1e99 mg", "amount.number"),
        ("NaN mg", "amount.number"),
        ("1234567890123456789 mg", "amount.number"),
    ],
)
def test_what_is_no_amount(text: str, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_amount(text)
    assert refused.value.code == code


def test_nothing_typed_is_no_amount() -> None:
    assert read_amount("  ") is None


def test_conversion_keeps_decimals_exact() -> None:
    half = read_number("0.62 g", field="x")
    assert half is not None
    assert half.in_unit("mg") == Decimal("620")
    assert half.fits("kg")
    assert not half.fits("mL")
    assert not half.fits("pcs")
    with pytest.raises(BadInput):
        half.in_unit("mL")
