"""Credits by the signed table. The factors here are those of cooperation practice as examples, not of any real agreement."""

from datetime import date
from fractions import Fraction

import pytest

from jointlab.agreements.credits import convert
from jointlab.errors import BadInput
from tests.unit.agreements.made_agreement import credits, made, read


def _table(**terms: object):  # type: ignore[no-untyped-def]
    clause = credits()
    found = read(made(clause | {"terms": clause["terms"] | terms})).clause("7")
    assert found is not None
    return found


def test_the_factor_of_the_day_counts() -> None:
    def master(on: str) -> Fraction:
        return convert(
            _table(), Fraction(10), level="master", source="kz-credit", target="ects", on=date.fromisoformat(on)
        ).exact

    assert (master("2018-08-31"), master("2018-09-01")) == (Fraction(25), Fraction(10))


@pytest.mark.parametrize(
    ("credits_", "rounding", "step", "rounded"),
    [  # 15/11 each: 3 give 4.0909…, 4 give 5.4545…, 11/12 give 1.25 exactly
        (Fraction(3), "half-up", "1/2", Fraction(4)), (Fraction(4), "half-up", "1/2", Fraction(11, 2)), (Fraction(4), "down", "1", Fraction(5)),
        (Fraction(11, 12), "half-up", "1/2", Fraction(3, 2)), (Fraction(11, 12), "half-to-even", "1/2", Fraction(1)),
        (Fraction(11, 12), "down", "1/2", Fraction(1)), (Fraction(0), "half-up", "1/2", Fraction(0)),
    ],
)  # fmt: skip
def test_rounding_is_what_the_clause_says(credits_: Fraction, rounding: str, step: str, rounded: Fraction) -> None:
    found = convert(
        _table(rounding=rounding, step=step),
        credits_,
        level="bachelor",
        source="nj-credit",
        target="ects",
        on=date(2027, 1, 1),
    )
    assert (found.exact, found.rounded, found.factor, found.clause) == (
        credits_ * Fraction(15, 11),
        rounded,
        Fraction(15, 11),
        "7",
    )


@pytest.mark.parametrize(
    ("level", "source", "target", "on"),
    [("doctoral", "kz-credit", "ects", "2027-01-01"), ("master", "ects", "kz-credit", "2027-01-01"), ("master", "kz-credit", "ects", "2011-08-31")],
)  # fmt: skip
def test_what_the_table_does_not_say_is_refused(level: str, source: str, target: str, on: str) -> None:
    with pytest.raises(BadInput) as caught:
        convert(_table(), Fraction(1), level=level, source=source, target=target, on=date.fromisoformat(on))
    assert caught.value.code == "agreement.no_factor"
