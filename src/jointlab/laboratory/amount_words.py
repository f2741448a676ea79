"""Amounts as people read them."""

from jointlab.errors import BadInput
from jointlab.laboratory.amounts import PIECES, read_number
from jointlab.science.printed_units import unit
from jointlab.web.numbers import SPACE, language, number


def amount_in_words(text: str) -> str:
    """“1.13 cm²”: digits as typed, the marks and the unit of the reader's language; words stay words."""
    try:
        amount = read_number(text, field="amount")
    except BadInput:
        return text
    if amount is None or not amount.unit:
        return text
    shown = amount.unit if amount.unit == PIECES else unit(amount.unit, language=language())
    return f"{number(amount.value)}{SPACE}{shown}"
