"""Words, amounts and codes hold for any text and any number."""

import string
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from jointlab.errors import BadInput
from jointlab.laboratory.amounts import Amount, read_amount
from jointlab.laboratory.formulae import ELEMENTS, read_formula
from jointlab.laboratory.labels import drawable
from jointlab.laboratory.queries.codes import split_code
from jointlab.laboratory.terms import LONGEST, MOST, Asked, asked, terms_of

untimed = settings(deadline=None)  # the machine may be busy; nothing here is about time
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


def _found(words: tuple[Asked, ...], terms: frozenset[str]) -> bool:
    return all(any(t.startswith(w.term) for t in terms) if w.beginning else w.term in terms for w in words)


@untimed
@given(_TEXT)
def test_every_text_is_found_by_its_own_words(text: str) -> None:
    assert _found(asked(text), terms_of([text]))


@untimed
@given(_TEXT)
def test_terms_are_bounded_and_folded(text: str) -> None:
    terms = terms_of([text])
    assert len(terms) <= MOST
    for term in terms:
        assert 0 < len(term) <= LONGEST
        assert not term.isspace()


@untimed
@given(
    st.lists(st.sampled_from(["film", "катод", "石墨烯", "KZ-26-0117", "sol-gel", "ёмкость"]), min_size=1, max_size=6)
)
def test_words_are_found_in_any_order_and_case(words: list[str]) -> None:
    assert _found(asked(" ".join(reversed(words)).upper()), terms_of([" ".join(words)]))


@untimed
@given(
    st.decimals(min_value="0.001", max_value="99999", places=3).filter(lambda d: d > 0),
    st.sampled_from(["mg", "g", "kg", "ug"]),
    st.sampled_from(["mg", "g", "ug"]),
)
def test_an_amount_converts_there_and_back_exactly(value: Decimal, unit: str, other: str) -> None:
    there = Amount(value, unit).in_unit(other)
    assert Amount(there, other).in_unit(unit) == value
    assert read_amount(str(Amount(value, unit))) == Amount(value, unit)


@untimed
@given(_TEXT)
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    try:
        amount = read_amount(text)
    except BadInput as fault:
        assert fault.message
    else:
        assert amount is None or amount.value >= 0


@untimed
@given(_TEXT)
def test_any_text_is_a_formula_or_words_or_refused(text: str) -> None:
    try:
        assert set(read_formula(text).elements) <= ELEMENTS
    except BadInput as fault:
        assert fault.message


@untimed
@given(st.lists(st.tuples(st.sampled_from(sorted(ELEMENTS)), st.integers(1, 99)), min_size=1, max_size=8))
def test_a_formula_gives_its_elements_back(parts: list[tuple[str, int]]) -> None:
    text = "".join(f"{symbol}{count}" for symbol, count in parts)
    assert read_formula(text).elements == tuple(dict.fromkeys(symbol for symbol, _ in parts))


@untimed
@given(st.text(string.ascii_uppercase + "-", min_size=1, max_size=20), st.integers(0, 999_999_999))
def test_a_code_is_its_head_and_its_number(head: str, number: int) -> None:
    split = split_code(f"{head}{number:04}")
    assert split is not None
    assert (split.head, split.number) == (head, number)


@untimed
@given(_TEXT)
def test_a_label_draws_only_what_its_fonts_have(text: str) -> None:
    drawn = drawable(text)
    assert drawable(drawn) == drawn
    assert len(drawn) <= len(text)
